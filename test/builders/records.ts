import type { WindowsEvent } from '../../src/domain/event.ts'
import type { EvidenceId } from '../../src/domain/ids.ts'
import type { EventRecord } from '../../src/domain/record.ts'
import { fileTime, parseUtc } from '../../src/domain/time.ts'
import { typedEvent } from '../../src/events/typed-event.ts'
import type { ExpectedRecord } from '../samples.ts'

const someEvidence = 'e'.repeat(64) as EvidenceId
const security = 'Microsoft-Windows-Security-Auditing'

/** A record with these named values; Security of some host, version 0, unless said otherwise. */
export function recordWith(
  eventId: number,
  fields: Readonly<Record<string, string>>,
  system: Partial<Omit<EventRecord, 'names' | 'values' | 'eventId'>> = {},
): EventRecord {
  return {
    locator: { evidenceId: someEvidence, recordId: 1n, chunk: 0, offset: 512 },
    provider: security,
    channel: 'Security',
    computer: 'host.example',
    version: 0,
    level: 0,
    task: 0,
    opcode: 0,
    keywords: '0x8020000000000000',
    time: fileTime(132_678_804_863_837_263n),
    processId: 636,
    threadId: 700,
    userSid: undefined,
    activityId: undefined,
    ...system,
    eventId,
    names: Object.keys(fields),
    values: Object.values(fields),
  }
}

/** The same record as the independent decoder read it; what it adds to `data` (`_pid`, `_uid`) goes where it belongs. */
export function recordOf(expected: ExpectedRecord): EventRecord {
  const fields = Object.entries(expected.data).filter(([name]) => !name.startsWith('_'))
  const pid = expected.data._pid
  return recordWith(expected.eid, Object.fromEntries(fields), {
    locator: {
      evidenceId: someEvidence,
      recordId: BigInt(expected.rid),
      chunk: expected.chunk,
      offset: expected.offset,
    },
    provider: expected.prov,
    channel: expected.chan,
    computer: expected.comp,
    version: Number(expected.ver || 0),
    keywords: expected.kw,
    time: parseUtc(expected.t) ?? fileTime(0n),
    processId: pid === undefined ? undefined : Number(pid),
    threadId: undefined,
    userSid: expected.data._uid,
  })
}

type Kind = WindowsEvent['kind']
/** The event type that has this kind among its kinds. */
type EventOfKind<K extends Kind, E = WindowsEvent> = E extends { kind: infer Any }
  ? K extends Any
    ? E
    : never
  : never
/** The typed event of such a record, which must be of this kind. */
export function eventOf<K extends Kind>(kind: K, ...given: Parameters<typeof recordWith>) {
  const event = typedEvent(recordWith(...given))
  if (event?.kind !== kind) throw new Error(`expected ${kind}, got ${event?.kind}`)
  return event as EventOfKind<K>
}

/** Subject fields as most Security events have them. */
export const subjectFields = {
  SubjectUserSid: 'S-1-5-21-1-2-3-1111',
  SubjectUserName: 'admmig',
  SubjectDomainName: 'OFFSEC',
  SubjectLogonId: '0x0000000005A419BC',
}
