import { limits } from '../../base/limits.ts'
import type { ChunkView } from '../chunk-view.ts'
import { token } from '../format.ts'
import { BinXmlError, TemplateIdMismatch } from '../problem.ts'
import { skipHeader, type Template, type Templates } from './templates.ts'

/** One use of a template: its values by place, size and type. Reused from record to record. */
export class Instance {
  template: Template | undefined
  /** where in the chunk its template's definition stands */
  definition = 0
  count = 0
  offsets = new Int32Array(64)
  sizes = new Int32Array(64)
  types = new Uint8Array(64)
  /** where the instance ends */
  next = 0

  #grow(count: number): void {
    const size = Math.max(count, this.offsets.length * 2)
    this.offsets = new Int32Array(size)
    this.sizes = new Int32Array(size)
    this.types = new Uint8Array(size)
  }

  /**
   * Reads the instance whose fragment header or token stands at `at`.
   * @returns false when there is no template instance but an inline element (template-less form)
   * @throws BinXmlError when it cannot be read
   */
  read(chunk: ChunkView, at: number, end: number, templates: Templates): boolean {
    const view = chunk.view
    let here = skipHeader(chunk, at)
    if (here >= end) throw new BinXmlError('fragment is empty', at)
    const first = view.getUint8(here)
    if (first !== token.templateInstance) {
      this.template = undefined
      this.next = here
      return false
    }
    if (here + 10 > end) throw new BinXmlError('template instance is cut short', here)
    const shortId = view.getUint32(here + 2, true)
    const definition = view.getUint32(here + 6, true)
    here += 10
    const template = templates.at(chunk, definition)
    if (definition === here) here += 24 + view.getUint32(definition + 20, true)
    // the dword after 0c 01 repeats the first dword of the definition's GUID in every live record seen (trap 6)
    if (shortId !== view.getUint32(definition + 4, true))
      throw new TemplateIdMismatch('template id does not match its definition', definition)
    if (here + 4 > end) throw new BinXmlError('value count is cut short', here)
    const count = view.getUint32(here, true)
    if (count > limits.substitutions)
      throw new BinXmlError(`${count} values, more than the format can hold here`, here)
    here += 4
    if (count > this.offsets.length) this.#grow(count)
    let place = here + count * 4
    if (place > end) throw new BinXmlError('value descriptors are cut short', here)
    const { offsets, sizes, types } = this
    for (let i = 0; i < count; i++) {
      // size u16, type u8, and a byte that means nothing
      const descriptor = view.getUint32(here, true)
      const size = descriptor & 0xffff
      offsets[i] = place
      sizes[i] = size
      types[i] = descriptor >>> 16
      place += size
      here += 4
    }
    if (place > end) throw new BinXmlError('values reach past the end of the record', place)
    this.template = template
    this.definition = definition
    this.count = count
    this.next = place
    return true
  }
}
