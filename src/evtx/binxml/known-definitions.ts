/**
 * Template definitions as they lay in earlier chunks. The same definition comes again in every chunk and differs only in where
 * the names lie: comparing its bytes, and looking those names up, costs a fraction of walking its tokens.
 */
import type { ChunkView } from '../chunk-view.ts'
import type { NameSlots, Texts } from '../names.ts'
import { BinXmlError } from '../problem.ts'
import type { Template } from './templates.ts'

/** bytes kept of all definitions together; only hostile logs have as many */
const mostBytes = 4 << 20
/** layouts of one definition that are tried */
const mostLayouts = 16

interface Known {
  readonly template: Template
  readonly length: number
  /** its bytes, four by four, and which of their bits must be the same */
  readonly words: Int32Array
  readonly masks: Int32Array
  readonly tail: Uint8Array
  /** where its name offsets stand, the numbers of these names, and whether the name itself follows */
  readonly places: Int32Array
  readonly names: Int32Array
  readonly isInline: Uint8Array
}

export class KnownDefinitions {
  readonly #known = new Map<number, Known[]>()
  #bytes = 0

  clear(): void {
    this.#known.clear()
    this.#bytes = 0
  }

  /** The definition at `start … end` when it is one that is known, and how many bytes of it were looked at. */
  find(
    chunk: ChunkView,
    key: number,
    start: number,
    end: number,
    names: NameSlots,
    texts: Texts,
  ): { readonly template: Template; readonly length: number } | undefined {
    const layouts = this.#known.get(key)
    if (!layouts) return undefined
    for (const known of layouts)
      if (
        start + known.length <= end &&
        isSame(known, chunk, start) &&
        hasNames(known, chunk, start, names, texts)
      )
        return known
    return undefined
  }

  /** @param places where the offsets of names stand in the chunk, in the order in which `names` were found there */
  keep(
    chunk: ChunkView,
    key: number,
    start: number,
    length: number,
    template: Template,
    places: readonly number[],
    names: readonly number[],
  ): void {
    const layouts = this.#known.get(key) ?? []
    if (layouts.length >= mostLayouts || this.#bytes + length > mostBytes) return
    this.#bytes += length
    const { view } = chunk
    const words = new Int32Array(length >> 2)
    for (let i = 0; i < words.length; i++) words[i] = view.getInt32(start + i * 4, true)
    const mask = new Uint8Array(length).fill(0xff)
    const isInline = new Uint8Array(places.length)
    places.forEach((place, i) => {
      mask.fill(0, place - start, place - start + 4)
      if (view.getUint32(place, true) !== place + 4) return
      isInline[i] = 1
      // the name's own first number chains it to other names of the chunk
      mask.fill(0, place + 4 - start, place + 8 - start)
    })
    const masks = new Int32Array(words.length)
    const maskView = new DataView(mask.buffer)
    for (let i = 0; i < words.length; i++) masks[i] = maskView.getInt32(i * 4, true)
    layouts.push({
      template,
      length,
      words,
      masks,
      tail: chunk.bytes.slice(start + words.length * 4, start + length),
      places: Int32Array.from(places, (place) => place - start),
      names: Int32Array.from(names),
      isInline,
    })
    this.#known.set(key, layouts)
  }
}

function isSame({ words, masks, tail }: Known, { view }: ChunkView, start: number): boolean {
  for (let i = 0; i < words.length; i++)
    if (((view.getInt32(start + i * 4, true) ^ (words[i] as number)) & (masks[i] as number)) !== 0)
      return false
  // an offset of a name that reaches into the last bytes makes the definition one to be walked
  for (let i = 0, at = start + words.length * 4; i < tail.length; i++)
    if (view.getUint8(at + i) !== tail[i]) return false
  return true
}

function hasNames(known: Known, chunk: ChunkView, start: number, slots: NameSlots, texts: Texts): boolean {
  const { places, names, isInline } = known
  try {
    for (let i = 0; i < places.length; i++) {
      const place = start + (places[i] as number)
      const offset = chunk.view.getUint32(place, true)
      if ((offset === place + 4) !== (isInline[i] === 1)) return false
      if (slots.number(chunk, offset, texts) !== names[i]) return false
    }
    return true
  } catch (error) {
    // the walk meets the same and says what it is
    if (error instanceof BinXmlError) return false
    throw error
  }
}
