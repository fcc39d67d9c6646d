/**
 * Which records the responder caused (windows.md §10): those of a logon or process of an acquisition's own sessions, on that host and
 * inside that time. They are marked, never left out. The account alone is not enough: it may be the suspect's too.
 */

import { logonId } from '../domain/ids.ts'
import type { EventRecord } from '../domain/record.ts'
import { parseUtc } from '../domain/time.ts'
import type { AcquisitionRecord } from './acquisition-record.ts'
import type { OpenCase } from './open-case.ts'
import { filterRows } from './records/filter.ts'
import type { RecordIndex } from './records/record-index.ts'

type Session = AcquisitionRecord['sessions'][number]

/** Acquisitions of a case, as their records in the evidence say. */
export function acquisitionsOf(open: OpenCase): AcquisitionRecord[] {
  const all: AcquisitionRecord[] = []
  for (const entry of open.casefile.evidence())
    if (entry.kind === 'acquisition' && entry.summary)
      all.push(JSON.parse(entry.summary) as AcquisitionRecord)
  return all.sort((a, b) => (a.runId < b.runId ? -1 : 1))
}

const shortName = (name: string) => name.toLowerCase().split('.')[0] ?? ''
const plainAddress = (text: string) => text.toLowerCase().replace(/^::ffff:/, '')
const noMarks = {
  chain: new Set<number>(),
  rejected: new Set<number>(),
  evidenceNames: new Map<string, string>(),
}
/** Sessions of the system itself belong to nobody. */
const ofSystem = new Set(['0x0', '0x3e4', '0x3e5', '0x3e7'])

/** Global rows of the responder's own records. */
export function responderRows(index: RecordIndex, acquisitions: readonly AcquisitionRecord[]): Set<number> {
  const rows = new Set<number>()
  for (const acquisition of acquisitions)
    for (const session of acquisition.sessions) markSession(index, shortName(acquisition.host), session, rows)
  return rows
}

function markSession(index: RecordIndex, host: string, session: Session, rows: Set<number>): void {
  if (parseUtc(session.from) === undefined || parseUtc(session.to) === undefined) return
  const inside: { readonly global: number; readonly record: EventRecord }[] = []
  for (const global of filterRows(index, { from: session.from, to: session.to, terms: [] }, noMarks)) {
    const { segment, row } = index.at(global)
    if (shortName(segment.tuple(row).computer) === host) inside.push({ global, record: segment.record(row) })
  }
  const own = new OwnTraces(session)
  // a logon is found by what comes before it (4672) as well, so all of them are learned first
  for (const { record } of inside) own.learn(record)
  for (const { global, record } of inside) if (own.includes(record)) rows.add(global)
}

/** What is known of one session: its logons and processes grow as records are learned, in time order. */
class OwnTraces {
  readonly #sid: string
  readonly #addresses: ReadonlySet<string>
  readonly #logons = new Set<string>()
  readonly #processes = new Set<number>()

  constructor(session: Session) {
    this.#sid = session.sid.toUpperCase()
    this.#addresses = new Set(session.addresses.map(plainAddress))
    if (session.pid > 0) this.#processes.add(session.pid)
  }

  learn(record: EventRecord): void {
    const field = fieldsOf(record)
    if (record.eventId === 4624 && this.#isSid(field('TargetUserSid')) && this.#isAddress(field('IpAddress')))
      this.#addLogons(field, ['TargetLogonId', 'TargetLinkedLogonId'])
    if (record.eventId !== 4688) return
    const pid = number(field('NewProcessId'))
    if (pid === undefined) return
    const creator = number(field('ProcessId'))
    if (creator !== undefined && this.#processes.has(creator)) this.#processes.add(pid)
    if (!this.#processes.has(pid)) return
    if (this.#isSid(field('TargetUserSid'))) this.#addLogons(field, ['TargetLogonId'])
    if (this.#isSid(field('SubjectUserSid'))) this.#addLogons(field, ['SubjectLogonId'])
  }

  includes(record: EventRecord): boolean {
    const field = fieldsOf(record)
    for (const name of ['SubjectLogonId', 'TargetLogonId', 'LogonId']) {
      const id = logonId(field(name) ?? '')
      if (id !== undefined && this.#logons.has(id)) return true
    }
    const isOurs = this.#isSid(field('SubjectUserSid')) || this.#isSid(field('TargetUserSid'))
    if (isOurs && this.#isAddress(field('IpAddress'))) return true
    if (record.eventId === 4688 || record.eventId === 4689) {
      const pid = number(field(record.eventId === 4688 ? 'NewProcessId' : 'ProcessId'))
      if (pid !== undefined && this.#processes.has(pid)) return true
    }
    // PowerShell and the like write in their own process; Security is written by lsass for everybody
    return (
      /powershell|winrm|wmi/i.test(record.channel) &&
      record.processId !== undefined &&
      this.#processes.has(record.processId)
    )
  }

  #isSid(text: string | undefined): boolean {
    return text !== undefined && text.toUpperCase() === this.#sid
  }
  #isAddress(text: string | undefined): boolean {
    return text !== undefined && this.#addresses.has(plainAddress(text))
  }
  #addLogons(field: Field, names: readonly string[]): void {
    for (const name of names) {
      const id = logonId(field(name) ?? '')
      if (id !== undefined && !ofSystem.has(id)) this.#logons.add(id)
    }
  }
}

type Field = (name: string) => string | undefined
const fieldsOf = (record: EventRecord): Field => {
  return (name) => {
    const at = record.names.indexOf(name)
    return at < 0 ? undefined : record.values[at]
  }
}

/** A process id: decimal or hexadecimal. */
function number(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  const value = Number(text)
  return Number.isSafeInteger(value) && value > 0 ? value : undefined
}
