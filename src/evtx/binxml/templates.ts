import { limits } from '../../base/limits.ts'
import type { ChunkView } from '../chunk-view.ts'
import { NameSlots, Texts } from '../names.ts'
import { BinXmlError } from '../problem.ts'
import { KnownDefinitions } from './known-definitions.ts'
import { contentPlan, type DataPlan, dataPlan, type EventPlan, eventPlan } from './plan.ts'
import { buildTree, type ContentNode, type ElementNode } from './tree.ts'
import { Codes, walk } from './walk.ts'

/** One distinct template definition, compiled once however many chunks repeat it. */
export interface Template {
  /** small number, in order of first appearance in this reader */
  readonly number: number
  readonly nodes: readonly ContentNode[]
  readonly root: ElementNode | undefined
  /** when the root is Event */
  readonly event: EventPlan | undefined
  /** when the root is EventData or UserData */
  readonly data: DataPlan | undefined
  /** of the root as the one element inside UserData */
  readonly content: DataPlan | undefined
  readonly codes: Int32Array
}

/** Templates of one reader: by exact content across chunks, by offset inside the current chunk. */
export class Templates {
  readonly texts = new Texts()
  readonly names = new NameSlots()
  readonly #codes = new Codes()
  readonly #byHash = new Map<number, Template[]>()
  readonly #known = new KnownDefinitions()
  readonly #slots = new Array<Template | undefined>(65_536).fill(undefined)
  readonly #touched: number[] = []
  /** definitions of this chunk that cannot be read: each is tried once, however many records name it */
  readonly #broken = new Map<number, BinXmlError>()
  #definitionBytes = 0
  #count = 0

  /** To be called before each chunk: offsets mean nothing outside their chunk. */
  startChunk(): void {
    for (const offset of this.#touched) this.#slots[offset] = undefined
    this.#touched.length = 0
    this.#broken.clear()
    this.#definitionBytes = 0
    this.names.reset()
    this.texts.startChunk()
    // hostile logs may define ever new templates and names: start over instead of growing
    if (
      this.#count > limits.templateCache ||
      this.texts.all.length > limits.templateCache * 16 ||
      this.texts.units > limits.templateTexts
    ) {
      this.#byHash.clear()
      this.#known.clear()
      this.texts.clear()
      this.#count = 0
    }
  }

  /**
   * The template whose definition starts at `offset` of the chunk: next u32, GUID, size u32, BinXML.
   * @throws BinXmlError when the definition cannot be read
   */
  at(chunk: ChunkView, offset: number): Template {
    const known = this.#slots[offset]
    if (known) return known
    if (offset < 0 || offset + 24 > chunk.size)
      throw new BinXmlError('template definition lies outside the chunk', offset)
    const broken = this.#broken.get(offset)
    if (broken) throw broken
    // overlapping definitions would let a small log cost much time and memory
    if (this.#definitionBytes > limits.definitionBytes)
      throw new BinXmlError('the template definitions of this chunk overlap too often', offset)
    try {
      const template = this.#read(chunk, offset)
      this.#slots[offset] = template
      this.#touched.push(offset)
      return template
    } catch (error) {
      if (error instanceof BinXmlError) this.#broken.set(offset, error)
      throw error
    }
  }

  #read(chunk: ChunkView, offset: number): Template {
    const size = chunk.view.getUint32(offset + 20, true)
    const start = offset + 24
    const end = Math.min(start + size, chunk.size)
    if (size < 8) throw new BinXmlError('template definition is empty', offset)
    const key = chunk.view.getUint32(offset + 4, true) ^ size
    const known = this.#known.find(chunk, key, start, end, this.names, this.texts)
    if (known) {
      this.#definitionBytes += known.length
      return known.template
    }
    const codes = this.#codes
    codes.clear()
    codes.next = start
    try {
      walk(chunk, skipHeader(chunk, start), end, true, codes, this.names, this.texts)
    } finally {
      this.#definitionBytes += codes.next - start
    }
    const template = this.#intern()
    this.#known.keep(chunk, key, start, codes.next - start, template, codes.namePlaces, codes.names)
    return template
  }

  #intern(): Template {
    const { list, length } = this.#codes
    let hash = 0x811c9dc5
    for (let i = 0; i < length; i++) hash = Math.imul(hash ^ (list[i] as number), 0x01000193)
    const bucket = this.#byHash.get(hash)
    if (bucket) for (const template of bucket) if (sameCodes(template.codes, list, length)) return template
    const text = (number: number) => this.texts.all[number] ?? ''
    const nodes = buildTree(list, length, text, text)
    const root = nodes.find((node) => node.kind === 'element')
    const whole = nodes.length === 1 && root?.kind === 'element' ? root : undefined
    const template: Template = {
      number: this.#count++,
      nodes,
      root: whole,
      event: whole ? eventPlan(whole) : undefined,
      content: whole && contentPlan(whole),
      data: whole && (whole.name === 'EventData' || whole.name === 'UserData') ? dataPlan(whole) : undefined,
      codes: list.slice(0, length),
    }
    if (bucket) bucket.push(template)
    else this.#byHash.set(hash, [template])
    return template
  }
}

function sameCodes(a: Int32Array, list: Int32Array, length: number): boolean {
  if (a.length !== length) return false
  for (let i = 0; i < length; i++) if (a[i] !== list[i]) return false
  return true
}

/** Steps over a fragment header (0f 01 01 00) when there is one. */
export function skipHeader(chunk: ChunkView, at: number): number {
  return at + 4 <= chunk.size && chunk.view.getUint8(at) === 0x0f ? at + 4 : at
}
