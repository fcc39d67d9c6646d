/** How columns of the query tables are read from a record. */
import { filetimeStart } from '../../kql/ticks.ts'
import type { ViewRow } from './view-row.ts'

export type CellValue = bigint | number | string | null
/** null for a text means: not collected. */
export type ReadCell = (row: ViewRow) => CellValue

/** A text field; where no field is, empty or not collected. */
export const field =
  (...names: readonly string[]): ReadCell =>
  (row) =>
    row.field(...names) ?? (row.isCollected(...names) ? '' : null)

const whole = (text: string | undefined): bigint | null => {
  const word = text?.trim() ?? ''
  if (!/^(?:\d{1,19}|0x[0-9a-f]{1,16})$/i.test(word)) return null
  return BigInt.asIntN(64, BigInt(word))
}
/** A number field, decimal or hexadecimal. */
export const numberField =
  (...names: readonly string[]): ReadCell =>
  (row) =>
    whole(row.field(...names))

export const text =
  (read: (row: ViewRow) => string): ReadCell =>
  (row) =>
    read(row)
export const number =
  (read: (row: ViewRow) => number | undefined): ReadCell =>
  (row) => {
    const value = read(row)
    return value === undefined ? null : BigInt(value)
  }
/** Something no Windows record holds. */
export const absent: ReadCell = () => null

/** ticks of KQL */
export const time: ReadCell = (row) => row.segment.time(row.row) + filetimeStart

/** `DOMAIN\name`; empty where the record names nobody. */
export const account =
  (domain: string, name: string): ReadCell =>
  (row) => {
    const user = row.field(name)
    if (user === undefined) return row.isCollected(name) ? '' : null
    return `${row.field(domain) ?? ''}\\${user}`
  }

export const lastPart = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/')) + 1)

const escaped = (value: string): string =>
  value.replace(
    /[&<>"]/g,
    (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? sign,
  )

/** The fields as the XML of an event's data. */
export const eventDataXml: ReadCell = (row) => {
  const { names, values } = row.record
  if (names.length === 0) return row.isCollected() ? '' : null
  return `<EventData xmlns="http://schemas.microsoft.com/win/2004/08/events/event">${names
    .map((name, i) => `<Data Name="${escaped(name)}">${escaped(values[i] ?? '')}</Data>`)
    .join('')}</EventData>`
}

/** The fields as a bag; a name that comes twice keeps its first value. */
export const eventDataBag: ReadCell = (row) => {
  const { names, values } = row.record
  const seen = new Set<string>()
  const pairs: string[] = []
  names.forEach((name, i) => {
    if (seen.has(name)) return
    seen.add(name)
    pairs.push(`${JSON.stringify(name)}:${JSON.stringify(values[i] ?? '')}`)
  })
  return `{${pairs.join(',')}}`
}

const levels: Readonly<Record<number, string>> = { 1: 'Critical', 2: 'Error', 3: 'Warning', 5: 'Verbose' }
export const levelName: ReadCell = (row) => levels[row.record.level] ?? 'Information'
