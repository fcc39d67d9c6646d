/** Holds one log, as read, against the records an independent decoder found in it. */
import type { EvtxRecord } from '../../../src/evtx/record.ts'
import type { ExpectedRecord } from '../../samples.ts'
import { fieldsOf } from './reading.ts'

export interface Difference {
  readonly file: string
  /** `chunk/offset` of the record */
  readonly at: string
  /** `only-ours`, `only-theirs`, `kept-repeats` (they keep one of several equal names), `names`, or what differs */
  readonly kind: string
  readonly eventId: number
  readonly ours: string
  readonly theirs: string
}

const place = (record: { readonly chunk: number; readonly offset: number }) =>
  `${record.chunk}/${record.offset}`

/** What the decoder says of System, in its own short names; all as text, numbers beyond 2^53 would be inexact. */
function systemPairs(record: EvtxRecord, want: ExpectedRecord): [string, string, string][] {
  if (!Number.isSafeInteger(want.rid)) throw new Error(`record id ${want.rid} cannot be compared as a double`)
  const pairs: [string, unknown, unknown][] = [
    ['record id', record.recordId, want.rid],
    ['event id', record.eventId, want.eid],
    ['provider', record.system.Provider, want.prov],
    ['channel', record.system.Channel, want.chan],
    ['computer', record.system.Computer, want.comp],
    ['time', record.system.TimeCreated, want.t],
    ['version', record.system.Version, want.ver],
    ['keywords', record.system.Keywords, want.kw],
    ['process id', record.system.ProcessID, want.data._pid],
    ['user', record.system.UserID, want.data._uid],
  ]
  return pairs.map(([name, ours, theirs]) => [name, String(ours ?? ''), String(theirs ?? '')])
}

/** Their fields in order. A repeat is `~n` on both sides, but they count it by place: `Data~1` may come without `Data`. */
function theirFields(want: ExpectedRecord): [string, string][] {
  const times = new Map<string, number>()
  return Object.entries(want.data)
    .filter(([name]) => name !== '_pid' && name !== '_uid' && name !== '_msg')
    .map(([name, value]) => {
      const base = name.replace(/~\d+$/, '')
      const before = times.get(base) ?? 0
      times.set(base, before + 1)
      return [before === 0 ? base : `${base}~${before}`, value]
    })
}

function fieldDifferences(
  record: EvtxRecord,
  want: ExpectedRecord,
): { kind: string; ours: string; theirs: string }[] {
  const ours = fieldsOf(record)
  const theirs = theirFields(want)
  const theirNames = theirs.map(([name]) => name).join('|')
  const ourNames = record.names.join('|')
  if (ourNames !== theirNames) {
    // the last of equal names wins where a decoder fills a dictionary
    const last = new Map(record.names.map((name, index) => [name.replace(/~\d+$/, ''), record.values[index]]))
    const collapsed = theirs.every(([name, value]) => last.get(name) === value) && last.size === theirs.length
    return [{ kind: collapsed ? 'kept-repeats' : 'names', ours: ourNames, theirs: theirNames }]
  }
  return theirs
    .filter(([name, value]) => ours[name] !== value)
    .map(([name, value]) => ({ kind: `value of ${name}`, ours: ours[name] ?? '', theirs: value }))
}

/** Number of texts compared, and where they differ. */
export function compareLog(
  file: string,
  records: readonly EvtxRecord[],
  expected: readonly ExpectedRecord[],
): { readonly compared: number; readonly differences: readonly Difference[] } {
  const left = new Map(expected.map((want) => [place(want), want]))
  const differences: Difference[] = []
  let compared = 0
  for (const record of records) {
    const at = place(record)
    const want = left.get(at)
    if (!want) {
      const ours = `${record.recordId} event ${record.eventId}`
      differences.push({ file, at, kind: 'only-ours', eventId: record.eventId, ours, theirs: '' })
      continue
    }
    left.delete(at)
    const { eventId } = record
    const system = systemPairs(record, want)
    compared += system.length + record.names.length
    for (const [kind, ours, theirs] of system)
      if (ours !== theirs) differences.push({ file, at, kind, eventId, ours, theirs })
    for (const one of fieldDifferences(record, want)) differences.push({ file, at, eventId, ...one })
  }
  for (const [at, want] of left) {
    const theirs = `${want.rid} event ${want.eid} ${want.t}`
    differences.push({ file, at, kind: 'only-theirs', eventId: want.eid, ours: '', theirs })
  }
  return { compared, differences }
}
