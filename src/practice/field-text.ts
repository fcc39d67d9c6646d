/** A field's value as text, as readers of event logs and exports of them give it. */
import { fileTime, formatUtc } from '../domain/time.ts'
import type { FieldType, FieldValue } from './evtx/value.ts'

export function fieldText(type: FieldType, value: FieldValue): string {
  if (value === null || value === undefined) return ''
  switch (type) {
    case 'pointer':
    case 'size':
    case 'hex32':
    case 'hex64':
      return `0x${BigInt(value as bigint | number | string).toString(16)}`
    case 'filetime':
      return formatUtc(fileTime(value as bigint))
    case 'guid':
      return String(value).toUpperCase()
    default:
      return String(value)
  }
}
