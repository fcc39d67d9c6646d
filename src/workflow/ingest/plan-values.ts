/** The values of one record by its plan, for records that the kernel does not know yet, or leaves alone. */
import type { Instance } from '../../evtx/binxml/instance.ts'
import type { Origin } from '../../evtx/binxml/plan.ts'
import { scalarText } from '../../evtx/binxml/value.ts'
import type { ChunkView } from '../../evtx/chunk-view.ts'
import type { RecordDecoder } from '../../evtx/decode.ts'
import { valueType } from '../../evtx/format.ts'
import type { BlockColumns } from './columns.ts'
import type { CompiledPlan } from './compiled-plan.ts'
import type { Dictionary } from './dictionary.ts'
import { longArray } from './kernel/record-text.ts'
import { noValue, systemValues } from './packed.ts'

/**
 * Adds the values of the record that the decoder has just located.
 * @returns the shape, or -1 when a value needs the text path; nothing is kept then
 */
export function packValues(
  chunk: ChunkView,
  { fieldSource: source, outer }: RecordDecoder,
  { indexes, literals, system, shape }: CompiledPlan,
  dictionary: Dictionary,
  columns: BlockColumns,
): number {
  columns.reserveValues(indexes.length + systemValues.length)
  const { values } = columns
  let at = columns.valueCount
  for (let i = 0; i < indexes.length; i++) {
    const index = indexes[i] as number
    if (index < 0 || index >= source.count) {
      values[at++] = index < 0 ? (literals[i] as number) : dictionary.text('')
      continue
    }
    const type = source.types[index] as number
    const size = source.sizes[index] as number
    // a fragment inside a value, and arrays so long that they may pass the limit of fields, are the text path's
    if (type === valueType.binXml || (type >= valueType.array && size > longArray)) return -1
    values[at++] = dictionary.number(type, source.offsets[index] as number, size)
  }
  for (const field of systemValues) values[at++] = systemValue(chunk, system[field], outer, dictionary)
  columns.valueCount = at
  return shape
}

function systemValue(
  chunk: ChunkView,
  origin: Origin | undefined,
  source: Instance,
  dictionary: Dictionary,
): number {
  if (!origin) return noValue
  if ('text' in origin) return dictionary.text(origin.text)
  if (origin.index >= source.count) return noValue
  const type = source.types[origin.index] as number
  const at = source.offsets[origin.index] as number
  const size = source.sizes[origin.index] as number
  if (type === valueType.null) return noValue
  // its type is taken for texts (packed.ts): a fragment has no place in System and is told as the reader tells it
  if (type === valueType.binXml) return dictionary.text(scalarText(chunk, type, at, size))
  return dictionary.number(type, at, size)
}
