/** The tree of a template definition or a template-less fragment, built from the codes of `walk`. */
import { limits } from '../../base/limits.ts'
import { BinXmlError } from '../problem.ts'
import { code } from './walk.ts'

export interface ElementNode {
  readonly kind: 'element'
  readonly name: string
  /** index of the substitution it depends on: with that value NULL the element is left out; -1 none */
  readonly dependency: number
  readonly attributes: readonly AttributeNode[]
  readonly children: readonly ContentNode[]
}
export interface AttributeNode {
  readonly name: string
  readonly parts: readonly PartNode[]
}
export interface TextNode {
  readonly kind: 'text'
  readonly text: string
}
export interface SubstitutionNode {
  readonly kind: 'substitution'
  readonly index: number
  readonly type: number
  readonly optional: boolean
}
export interface InstructionNode {
  readonly kind: 'instruction'
  readonly target: string
  readonly text: string
}
export type PartNode = TextNode | SubstitutionNode
export type ContentNode = ElementNode | PartNode | InstructionNode

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** Builds the nodes of one list of codes. `textOf` resolves literal texts, `nameOf` names. */
export function buildTree(
  list: Int32Array,
  length: number,
  nameOf: (number: number) => string,
  textOf: (number: number) => string,
): readonly ContentNode[] {
  let at = 0
  const take = () => (at < length ? (list[at++] as number) : code.end)

  const part = (what: number): PartNode | undefined => {
    switch (what) {
      case code.text:
      case code.cdata:
        return { kind: 'text', text: textOf(take()) }
      case code.charRef:
        return { kind: 'text', text: String.fromCharCode(take()) }
      case code.entityRef: {
        const name = nameOf(take())
        return { kind: 'text', text: entities[name] ?? `&${name};` }
      }
      case code.substitution:
      case code.optional: {
        const index = take()
        return { kind: 'substitution', index, type: take(), optional: what === code.optional }
      }
    }
    return undefined
  }

  const content = (depth: number): ContentNode[] => {
    const nodes: ContentNode[] = []
    while (at < length) {
      const what = list[at] as number
      if (what === code.end || what === code.endElement) break
      at++
      if (what === code.element) nodes.push(element(depth + 1))
      else if (what === code.piTarget) {
        const target = nameOf(take())
        let text = ''
        if (list[at] === code.piText) {
          at++
          text = textOf(take())
        }
        nodes.push({ kind: 'instruction', target, text })
      } else {
        const found = part(what)
        if (!found) throw new BinXmlError('misplaced token', 0)
        nodes.push(found)
      }
    }
    return nodes
  }

  const element = (depth: number): ElementNode => {
    if (depth > limits.binXmlDepth) throw new BinXmlError('elements are nested too deep', 0)
    const dependency = take()
    const name = nameOf(take())
    const attributes: AttributeNode[] = []
    for (;;) {
      const what = take()
      if (what === code.closeEmpty) return { kind: 'element', name, dependency, attributes, children: [] }
      if (what === code.closeStart) break
      if (what !== code.attribute) throw new BinXmlError('misplaced token in an element start', 0)
      const attributeName = nameOf(take())
      const parts: PartNode[] = []
      while (at < length && isPart(list[at] as number)) {
        const found = part(take())
        if (found) parts.push(found)
      }
      attributes.push({ name: attributeName, parts })
    }
    const children = content(depth)
    if (take() !== code.endElement) throw new BinXmlError('element does not end', 0)
    return { kind: 'element', name, dependency, attributes, children }
  }
  const nodes = content(0)
  return nodes
}

const isPart = (what: number) =>
  what === code.text ||
  what === code.cdata ||
  what === code.charRef ||
  what === code.entityRef ||
  what === code.substitution ||
  what === code.optional
