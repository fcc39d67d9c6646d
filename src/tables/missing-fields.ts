/**
 * Which fields of the events that matter a table does not hold: Sentinel has no column for a task's name or content, and an
 * export keeps only the columns somebody chose. What is not there must not be read as "did not happen".
 */
import type { TableRecord } from './schemas.ts'

/** what the rules need, by event id; a list in a list is one of which any will do */
const needed: Readonly<Record<string, readonly (string | readonly string[])[]>> = {
  4624: ['TargetLogonId', 'TargetUserSid', 'LogonType', 'IpAddress', 'IpPort'],
  4648: ['SubjectLogonId', 'TargetServerName'],
  4672: ['SubjectLogonId'],
  4688: ['NewProcessId', 'NewProcessName', 'ProcessId', 'CommandLine', 'SubjectLogonId'],
  4689: ['ProcessId'],
  4698: ['TaskName', 'TaskContent', 'SubjectLogonId', 'SubjectUserSid'],
  4699: ['TaskName', 'SubjectLogonId'],
  4700: ['TaskName', 'SubjectLogonId'],
  4701: ['TaskName', 'SubjectLogonId'],
  4702: ['TaskName', ['TaskContentNew', 'TaskContent'], 'SubjectLogonId', 'SubjectUserSid'],
  5140: ['ShareName', 'SubjectLogonId', 'IpAddress', 'IpPort'],
  5145: ['ShareName', 'RelativeTargetName', 'AccessMask', 'SubjectLogonId', 'IpAddress', 'IpPort'],
}

export interface MissingFields {
  readonly eventId: number
  readonly fields: readonly string[]
  /** rows of this event */
  readonly rows: number
}

export class FieldCoverage {
  readonly #seen = new Map<string, { rows: number; names: Set<string> }>()

  note(record: TableRecord): void {
    const id = record.system.EventID ?? ''
    if (!needed[id]) return
    let seen = this.#seen.get(id)
    if (!seen) {
      seen = { rows: 0, names: new Set() }
      this.#seen.set(id, seen)
    }
    seen.rows++
    for (const name of record.names) seen.names.add(name)
  }

  /** Fields that no row of the event has, by event id. */
  missing(): readonly MissingFields[] {
    return [...this.#seen]
      .map(([id, { rows, names }]) => ({
        eventId: Number(id),
        rows,
        fields: (needed[id] ?? [])
          .filter((field) => !(typeof field === 'string' ? [field] : field).some((name) => names.has(name)))
          .map((field) => (typeof field === 'string' ? field : field.join(' or '))),
      }))
      .filter(({ fields }) => fields.length > 0)
      .sort((a, b) => a.eventId - b.eventId)
  }
}
