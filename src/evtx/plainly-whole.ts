/** Tells of most records that they can be read without rendering them: for who only counts them. */
import type { Instance } from './binxml/instance.ts'
import type { Origin } from './binxml/plan.ts'
import type { ChunkView } from './chunk-view.ts'
import type { RecordDecoder } from './decode.ts'
import { valueType } from './format.ts'

/** upper half of a time in the year 9793; earlier ones, but for those of 1601, have a text that reads back */
const mostTimeHigh = 0x2400_0000

/**
 * True when `readRecord` would give the record that `decoder.locate` has just found, as a recovered one; what it takes of the
 * chunk's budget is taken then. False when only `readRecord` can tell.
 */
export function isPlainlyWhole(chunk: ChunkView, decoder: RecordDecoder): boolean {
  const plan = decoder.event?.system
  const { outer, fieldSource } = decoder
  if (!plan || !isWord(chunk, plan.Provider, outer)) return false
  if (!isWord(chunk, plan.Channel, outer) || !isWord(chunk, plan.Computer, outer)) return false
  const time = placeOfType(plan.TimeCreated, outer, valueType.fileTime, 8)
  if (time < 0 || placeOfType(plan.EventID, outer, valueType.uint16, 2) < 0) return false
  const high = chunk.view.getUint32(time + 4, true)
  if (high === 0 || high >= mostTimeHigh) return false
  for (let i = 0; i < fieldSource.count; i++) {
    const type = fieldSource.types[i] as number
    if (type === valueType.binXml || type >= valueType.array) return false
  }
  return decoder.expander.tryCharge(decoder.fields?.fields.length ?? 0)
}

/** Place of a substitution that has just this type and size in bytes; -1 otherwise: other sizes are no numbers but hex. */
export function placeOfType(
  origin: Origin | undefined,
  source: Instance,
  type: number,
  size: number,
): number {
  if (!origin || 'text' in origin || origin.index >= source.count) return -1
  const fits = source.types[origin.index] === type && source.sizes[origin.index] === size
  return fits ? (source.offsets[origin.index] as number) : -1
}

/** Whether it is nothing or a text in which nothing is a control character. */
function isWord(chunk: ChunkView, origin: Origin | undefined, source: Instance): boolean {
  if (!origin) return true
  if ('text' in origin) {
    for (let i = 0; i < origin.text.length; i++) if (origin.text.charCodeAt(i) < 0x20) return false
    return true
  }
  const { index } = origin
  if (index >= source.count || source.types[index] === valueType.null) return true
  if (source.types[index] !== valueType.string) return false
  const at = source.offsets[index] as number
  const units = (source.sizes[index] as number) >> 1
  for (let i = 0; i < units; i++) if (chunk.view.getUint16(at + i * 2, true) < 0x20) return false
  return true
}
