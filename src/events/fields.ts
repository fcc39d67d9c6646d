/**
 * Fields of one record by name, never by position (4624 version 3 inserts one in the middle), with the kind of absence when
 * there is no value. Nothing here throws.
 */
import fieldTables from '../../resources/events/fields.json' with { type: 'json' }
import { type Absent, absent, type Field } from '../domain/absent.ts'
import type { Account } from '../domain/event.ts'
import { type LogonId, logonId, processId, sid } from '../domain/ids.ts'
import type { EventRecord } from '../domain/record.ts'

type FieldTables = Readonly<
  Record<string, Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>>
>
const tables: FieldTables = fieldTables

/** Names of the fields in order as provider `provider` (lower case) defines them; undefined when the table has no such version. */
export const definedFields = (
  provider: string,
  eventId: number,
  version: number,
): readonly string[] | undefined => tables[provider]?.[eventId]?.[version]

const unset = (text: string) => text === '' || text === '-'

export class RecordFields {
  readonly record: EventRecord

  constructor(record: EventRecord) {
    this.record = record
  }

  /**
   * As recorded, `-` and empty included; undefined when the record has no such field. Of two fields with one name the first
   * counts. A search beats building a map: records have few fields, and import does this for millions of records.
   */
  raw(name: string): string | undefined {
    const at = this.record.names.indexOf(name)
    const value = at < 0 ? undefined : this.record.values[at]
    return typeof value === 'string' ? value : undefined
  }

  /** The first of `names` the record has. */
  presentName(...names: readonly string[]): string | undefined {
    return names.find((name) => this.raw(name) !== undefined)
  }

  /** Value without blanks at its ends; undefined for `-`, empty and missing. */
  text(name: string): string | undefined {
    const value = this.raw(name)?.trim()
    return value === undefined || unset(value) ? undefined : value
  }

  /** Value exactly as recorded (commands, paths, names); undefined for `-`, empty and missing. */
  exact(name: string): string | undefined {
    const value = this.raw(name)
    return value === undefined || unset(value.trim()) ? undefined : value
  }

  /** Says why `name` has no value: `whenEmpty` speaks for a field that is there and holds `-`, `0` or nothing. */
  missing(name: string, whenEmpty: Absent): Absent {
    if (this.raw(name) !== undefined) return whenEmpty
    const { provider, eventId, version } = this.record
    const defined = definedFields(provider.toLowerCase(), eventId, version)
    return absent(
      'not-recorded',
      defined && !defined.includes(name)
        ? `version ${version} of event ${eventId} has no ${name}`
        : `this record of event ${eventId} version ${version} holds no ${name}`,
    )
  }

  field(name: string, whenEmpty: Absent = emptyField(name)): Field<string> {
    return this.exact(name) ?? this.missing(name, whenEmpty)
  }

  /** A field read by `read`; a value that is there and does not parse is `unreadable`, never zero. */
  parsed<T>(
    name: string,
    read: (text: string) => T | undefined,
    whenEmpty: Absent = emptyField(name),
  ): Field<T> {
    const text = this.text(name)
    if (text === undefined) return this.missing(name, whenEmpty)
    return read(text) ?? unreadable(name, text)
  }

  logonId(name: string): LogonId | undefined {
    return logonId(this.raw(name))
  }

  processId(name: string): number | undefined {
    return processId(this.raw(name))
  }

  /** An unsigned number, decimal or `0x…`, that a double holds exactly. */
  number(name: string): number | undefined {
    const text = this.text(name)
    return text === undefined ? undefined : unsigned(text)
  }

  /** Account of the fields `<prefix>UserSid`, `<prefix>UserName`, `<prefix>DomainName`. */
  account(prefix: 'Subject' | 'Target'): Account {
    return {
      sid: sid(this.raw(`${prefix}UserSid`)),
      name: this.text(`${prefix}UserName`),
      domain: this.text(`${prefix}DomainName`),
    }
  }
}

export const emptyField = (name: string): Absent => absent('not-recorded', `${name} is empty`)

export const unreadable = (name: string, text: string): Absent =>
  absent('unreadable', `${name} is "${text.slice(0, 80)}"`)

export function unsigned(text: string): number | undefined {
  if (!/^(0x[0-9a-f]{1,16}|\d{1,20})$/i.test(text)) return undefined
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : undefined
}

/** `%%1842` and the like: Yes and No as message tokens. */
export function yesOrNo(text: string): boolean | undefined {
  if (text === '%%1842') return true
  if (text === '%%1843') return false
  return undefined
}

/** What every event has, taken over from its record. */
export const eventBase = (record: EventRecord) => ({
  eventId: record.eventId,
  version: record.version,
  provider: record.provider,
  channel: record.channel,
  recordedComputer: record.computer,
  time: record.time,
  locator: record.locator,
  loggedByPid: record.processId,
})
