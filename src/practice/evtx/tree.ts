/** The XML tree of a template definition or of a template-less record, before it becomes BinXML tokens. */
import type { FieldType } from './value.ts'

export interface TextNode {
  readonly text: string
}
/** Stands for value `index` of the instance. Optional: NULL drops the attribute or the element that depends on it. */
export interface SubstitutionNode {
  readonly index: number
  /** `binxml` for a nested fragment */
  readonly type: FieldType | 'binxml'
  readonly optional: boolean
}
export interface AttributeNode {
  readonly name: string
  readonly value: TextNode | SubstitutionNode
}
export interface ElementNode {
  readonly name: string
  readonly attributes: readonly AttributeNode[]
  readonly content: readonly (ElementNode | TextNode | SubstitutionNode)[]
  /** index of the value without which the element disappears; undefined: it always stays */
  readonly dependsOn?: number
}

/** A definition with its identity; the first four bytes of the GUID are the id a record names. */
export interface TemplateDefinition {
  readonly guid: Uint8Array
  readonly root: ElementNode
}

export const text = (value: string): TextNode => ({ text: value })
export const value = (index: number, type: FieldType | 'binxml', optional = false): SubstitutionNode => ({
  index,
  type,
  optional,
})
export const attribute = (name: string, content: TextNode | SubstitutionNode): AttributeNode => ({
  name,
  value: content,
})
export const element = (
  name: string,
  attributes: readonly AttributeNode[] = [],
  content: readonly (ElementNode | TextNode | SubstitutionNode)[] = [],
  dependsOn?: number,
): ElementNode => ({ name, attributes, content, ...(dependsOn === undefined ? {} : { dependsOn }) })
