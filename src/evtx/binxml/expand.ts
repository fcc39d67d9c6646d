/**
 * The tree path: a fragment becomes elements with text, whatever its form. Slower than the plan path, and the measure of it:
 * both must give the same for every record that has a plan.
 */
import { limits } from '../../base/limits.ts'
import type { ChunkView } from '../chunk-view.ts'
import { token, valueType } from '../format.ts'
import { BinXmlError } from '../problem.ts'
import { Instance } from './instance.ts'
import type { Templates } from './templates.ts'
import { buildTree, type ContentNode, type ElementNode, type PartNode } from './tree.ts'
import { arrayTexts, scalarText } from './value.ts'
import { Codes, walk } from './walk.ts'

export interface XmlElement {
  readonly name: string
  readonly attributes: readonly (readonly [string, string])[]
  readonly children: readonly (XmlElement | string)[]
  /** empty because the value it depends on is NULL: a field without a value, and no element in XML (trap 9) */
  readonly absent?: true
}

/** what a fragment is charged beside its text, in code units */
export const fragmentCost = 256
/** an array becomes thousands of small texts or elements, which cost time out of proportion to their length */
const arrayByteCost = 8
const arrayElementCost = 120

/** First byte of a fragment header, a template instance or an element. */
export const startsFragment = (byte: number) =>
  byte === token.fragmentHeader || byte === token.templateInstance || (byte & 0xbf) === token.openElement

export class Expander {
  readonly #templates: Templates
  /** what is left for this record, and for all records of this chunk */
  #budget = 0
  #chunkBudget: number = limits.renderedChunk

  constructor(templates: Templates) {
    this.#templates = templates
  }

  startChunk(): void {
    this.#chunkBudget = limits.renderedChunk
  }

  /**
   * Takes the output of one record from what its chunk may give: one definition can make much text of few bytes.
   * @throws BinXmlError when the record or the chunk passes its limit
   */
  charge(length: number): void {
    this.#budget = Math.min(limits.renderedLength, this.#chunkBudget)
    this.#chunkBudget -= Math.min(length, this.#budget)
    this.#budget -= length
    if (this.#budget < 0) throw new BinXmlError('the record renders to more text than is allowed', 0)
  }

  /** The same for a record already rendered; false, with nothing taken, when it passes a limit. */
  tryCharge(length: number): boolean {
    if (length > Math.min(limits.renderedLength, this.#chunkBudget)) return false
    this.#chunkBudget -= length
    return true
  }

  /**
   * All elements of the fragment at `at`.
   * @throws BinXmlError when something cannot be read or the output passes the limit
   */
  fragment(chunk: ChunkView, at: number, end: number): readonly XmlElement[] {
    return this.#bounded(chunk, at, end, 0)
  }

  /** The same of a value that is embedded in a record. @param depth of the elements around it, and one more */
  embedded(chunk: ChunkView, at: number, end: number, depth: number): readonly XmlElement[] {
    return this.#bounded(chunk, at, end, depth)
  }

  #bounded(chunk: ChunkView, at: number, end: number, depth: number): readonly XmlElement[] {
    const before = Math.min(limits.renderedLength, this.#chunkBudget)
    this.#budget = before
    try {
      return this.#fragment(chunk, at, end, depth)
    } finally {
      this.#chunkBudget -= before - Math.max(this.#budget, 0)
    }
  }

  #fragment(chunk: ChunkView, from: number, end: number, depth: number): readonly XmlElement[] {
    if (depth > limits.binXmlDepth) throw new BinXmlError('embedded fragments are nested too deep', from)
    const elements: XmlElement[] = []
    let at = from
    while (at < end) {
      // a record ends with its one fragment (what follows is padding with old bytes); a value may hold several (trap 8)
      if (at > from && (depth === 0 || !startsFragment(chunk.view.getUint8(at)))) break
      // a fragment costs time even when it holds nothing
      this.#spend(fragmentCost, at)
      const instance = new Instance()
      if (instance.read(chunk, at, end, this.#templates)) {
        const template = instance.template
        if (template)
          for (const node of template.nodes)
            if (node.kind === 'element') elements.push(...this.#element(chunk, node, instance, depth))
        at = instance.next
      } else {
        const codes = new Codes()
        const { texts, names } = this.#templates
        walk(chunk, instance.next, end, false, codes, names, texts)
        const nodes = buildTree(
          codes.list,
          codes.length,
          (number) => texts.all[number] ?? '',
          (number) => codes.literals[number] ?? '',
        )
        const none = new Instance()
        for (const node of nodes)
          if (node.kind === 'element') elements.push(...this.#element(chunk, node, none, depth))
        if (codes.next <= at) throw new BinXmlError('fragment does not advance', at)
        at = codes.next
      }
      if (at < end && chunk.view.getUint8(at) === token.endOfFragment) at++
    }
    return elements
  }

  #spend(length: number, at: number): void {
    this.#budget -= length + 8
    if (this.#budget < 0) throw new BinXmlError('the record renders to more text than is allowed', at)
  }

  #isNull(instance: Instance, index: number): boolean {
    return index >= instance.count || instance.types[index] === valueType.null
  }

  #part(chunk: ChunkView, part: PartNode, instance: Instance): string {
    if (part.kind === 'text') {
      this.#spend(part.text.length, 0)
      return part.text
    }
    if (part.index >= instance.count) return ''
    const type = instance.types[part.index] as number
    const at = instance.offsets[part.index] as number
    const size = instance.sizes[part.index] as number
    // the elements of an array cost memory of their own before they are one text
    if (type & valueType.array) this.#spend(size * arrayByteCost, at)
    const text =
      type & valueType.array
        ? arrayTexts(chunk, type, at, size).join(', ')
        : scalarText(chunk, type, at, size)
    this.#spend(text.length, at)
    return text
  }

  #element(chunk: ChunkView, node: ElementNode, instance: Instance, outer: number): XmlElement[] {
    const depth = outer + 1
    if (depth > limits.binXmlDepth * 2) throw new BinXmlError('elements are nested too deep', 0)
    const before = this.#budget
    const attributes: [string, string][] = []
    for (const { name, parts } of node.attributes) {
      const only = parts[0]
      if (
        parts.length === 1 &&
        only?.kind === 'substitution' &&
        only.optional &&
        this.#isNull(instance, only.index)
      )
        continue
      this.#spend(name.length, 0)
      attributes.push([name, parts.map((part) => this.#part(chunk, part, instance)).join('')])
    }
    this.#spend(node.name.length, 0)
    const start = before - this.#budget
    const only = node.children[0]
    if (node.children.length === 1 && only?.kind === 'substitution') {
      const type = instance.types[only.index] as number
      if (only.index < instance.count && type & valueType.array) {
        const at = instance.offsets[only.index] as number
        const size = instance.sizes[only.index] as number
        this.#spend(size * arrayByteCost, at)
        // an array repeats its element, one item each
        const texts = arrayTexts(chunk, type, at, size)
        if (texts.length > 0)
          return texts.map((text) => {
            this.#spend(text.length + start + arrayElementCost, at)
            return { name: node.name, attributes, children: text === '' ? [] : [text] }
          })
      }
    }
    const children: (XmlElement | string)[] = []
    for (const child of node.children) this.#child(chunk, child, instance, depth, children)
    const absent = children.length === 0 && node.dependency >= 0 && this.#isNull(instance, node.dependency)
    return [{ name: node.name, attributes, children, ...(absent ? { absent } : {}) }]
  }

  #child(
    chunk: ChunkView,
    child: ContentNode,
    instance: Instance,
    depth: number,
    into: (XmlElement | string)[],
  ): void {
    if (child.kind === 'element') into.push(...this.#element(chunk, child, instance, depth))
    else if (child.kind === 'instruction') return
    else if (child.kind === 'substitution' && child.index < instance.count) {
      const type = instance.types[child.index]
      const at = instance.offsets[child.index] as number
      const size = instance.sizes[child.index] as number
      if (type === valueType.binXml) {
        if (size > 0) into.push(...this.#fragment(chunk, at, at + size, depth + 1))
        return
      }
      const text = this.#part(chunk, child, instance)
      if (text !== '') into.push(text)
    } else {
      const text = this.#part(chunk, child, instance)
      if (text !== '') into.push(text)
    }
  }
}
