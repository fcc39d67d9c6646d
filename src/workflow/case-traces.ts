/**
 * What account, address and host did elsewhere and later: selections over all hosts of a case, for the playbook. Records are told apart
 * by their packed numbers before anything is made of them, and each selection is bounded.
 */

import { hostKeys } from '../chains/hosts.ts'
import type { Chain } from '../domain/chain.ts'
import { sid as sidOf } from '../domain/ids.ts'
import { compareLocators, type Locator } from '../domain/locator.ts'
import { type FileTime, fileTime, seconds } from '../domain/time.ts'
import type { CaseTraces, LogonGroup, Trace, TraceKind } from '../domain/trace.ts'
import { normalAddress } from '../events/addresses.ts'
import { classifyAddress } from '../playbook/address-class.ts'
import { movementPorts } from '../playbook/context.ts'
import type { RecordIndex } from './records/record-index.ts'
import type { Numbers, Segment } from './records/segment.ts'
import { typesThatHold } from './records/text-test.ts'
import { ValueCheck } from './records/value-check.ts'
import { isChainPid, type TraceQuestion, traceKindOf, traceOf } from './trace-records.ts'

/** Of one kind in one segment of a log (16 MiB of it): far above what a person reads, far below what hurts. */
const mostOfKind = 2000
const mostGroups = 5000

/** Kinds that are read on every host; all others only on hosts with a chain, from its time on. */
const everywhere: ReadonlySet<TraceKind> = new Set(['task-work', 'account-change', 'group-change', 'malware'])

/** What was found in each segment of a log, kept for as long as the same is asked of it. */
export class TraceCache {
  readonly scans = new Map<string, Scan>()
  readonly logons = new Map<string, Logons>()
  /** segments read since it was made */
  readonly reads = { scans: 0, logons: 0 }
}
interface Scan {
  readonly basis: string
  readonly traces: readonly Trace[]
  readonly left: Left
}
interface Logons {
  readonly basis: string
  readonly groups: ReadonlyMap<string, Readonly<Mutable>>
  readonly left: Left
}

/** @param cache of the same case: only segments of which something else is asked than before are read */
export function traceCase(
  index: RecordIndex,
  chains: readonly Chain[],
  cache = new TraceCache(),
): CaseTraces {
  if (chains.length === 0) return { traces: [], logons: [], left: {} }
  const asked = askedBy(index, chains)
  const whom = JSON.stringify([[...asked.sids].sort(), [...asked.ips].sort()])
  const traces: Trace[] = []
  const left: Left = {}
  const groups = new Map<string, Mutable>()
  const known = new Set<string>()
  index.segments.forEach((segment, s) => {
    const base = index.bases[s] as number
    const name = nameOf(index, segment, base, known)
    const scan = scanned(cache, name, scanBasis(segment, asked), (found, cut) =>
      scanSegment(index, segment, base, asked, found, cut),
    )
    for (const one of scan.traces) traces.push(one)
    addLeft(left, scan.left)
    const keys = [...new Set(segment.systems.map(({ computer }) => asked.keyOf(computer)))].sort()
    const own = logonsOf(cache, name, `${keys.join()} ${whom}`, (found, cut) =>
      groupLogons(index, segment, base, asked, found, cut),
    )
    mergeGroups(groups, left, own)
  })
  for (const name of [...cache.scans.keys()]) if (!known.has(name)) cache.scans.delete(name)
  for (const name of [...cache.logons.keys()]) if (!known.has(name)) cache.logons.delete(name)
  traces.sort((a, b) =>
    a.time === b.time ? compareLocators(a.locator, b.locator) : a.time < b.time ? -1 : 1,
  )
  return { traces, logons: [...groups.values()].sort(byFirst), left }
}

/** Evidence, place in it, and which of its rows repeat others: the same name stands for the same rows. */
function nameOf(index: RecordIndex, segment: Segment, base: number, known: Set<string>): string {
  let repeated = 0
  for (let row = 0; row < segment.rows; row++)
    if (index.isDuplicate(base + row)) repeated = (Math.imul(repeated, 31) + row + 1) | 0
  const stem = `${segment.evidenceId}/${segment.recovered}/${segment.rows}/${repeated}`
  let name = stem
  for (let count = 2; known.has(name); count++) name = `${stem}/${count}`
  known.add(name)
  return name
}

/** All that decides what is found in a segment: from when on its hosts are asked about, and which process ids. */
function scanBasis(segment: Segment, asked: Asked): string {
  const names = [...new Set(segment.systems.map(({ computer }) => computer))].sort()
  const since = names.map((name) => [name, String(asked.since.get(asked.keyOf(name)) ?? '')])
  const hasConnections = segment.heads.eventIdOf.some((id) => id === 5156 || id === 3)
  return JSON.stringify([since, hasConnections ? [...pidsOf(segment, asked)].sort() : []])
}

/** Process ids of the chains on the hosts of a segment. */
function pidsOf(segment: Segment, { keyOf, pids }: Asked): ReadonlySet<string> {
  const keys = new Set(segment.systems.map(({ computer }) => keyOf(computer)))
  return new Set([...keys].flatMap((key) => [...(pids.get(key) ?? [])]))
}

function scanned(
  cache: TraceCache,
  name: string,
  basis: string,
  read: (traces: Trace[], left: Left) => void,
): Scan {
  const before = cache.scans.get(name)
  if (before?.basis === basis) return before
  const made = { basis, traces: [] as Trace[], left: {} as Left }
  read(made.traces, made.left)
  cache.reads.scans++
  cache.scans.set(name, made)
  return made
}

function logonsOf(
  cache: TraceCache,
  name: string,
  basis: string,
  read: (groups: Map<string, Mutable>, left: Left) => void,
): Logons {
  const before = cache.logons.get(name)
  if (before?.basis === basis) return before
  const made = { basis, groups: new Map<string, Mutable>(), left: {} as Left }
  read(made.groups, made.left)
  cache.reads.logons++
  cache.logons.set(name, made)
  return made
}

function addLeft(all: Left, more: Left): void {
  for (const [kind, count] of Object.entries(more) as [keyof Left, number][])
    all[kind] = (all[kind] ?? 0) + count
}

function mergeGroups(all: Map<string, Mutable>, left: Left, { groups, left: cut }: Logons): void {
  addLeft(left, cut)
  for (const [key, own] of groups) {
    const group = all.get(key)
    if (group) {
      const count = group.count + own.count
      widen(group, own.firstTime, own.first)
      widen(group, own.lastTime, own.last)
      group.count = count
    } else if (all.size < mostGroups) all.set(key, { ...own })
    else left.logon = (left.logon ?? 0) + own.count
  }
}

interface Asked {
  /** host key → process ids of its chains' processes, decimal */
  readonly pids: ReadonlyMap<string, ReadonlySet<string>>
  /** host key → the earliest moment of a chain there */
  readonly since: ReadonlyMap<string, FileTime>
  readonly keyOf: (computer: string) => string
  readonly sids: ReadonlySet<string>
  readonly ips: ReadonlySet<string>
}

function askedBy(index: RecordIndex, chains: readonly Chain[]): Asked {
  const names = new Set(chains.map((chain) => chain.host))
  for (const segment of index.segments) for (const system of segment.systems) names.add(system.computer)
  const keys = hostKeys(names)
  const keyOf = (computer: string) => keys.get(computer) ?? computer.toLowerCase()
  const since = new Map<string, FileTime>()
  const sids = new Set<string>()
  const ips = new Set<string>()
  const pids = new Map<string, Set<string>>()
  for (const chain of chains) {
    const key = keyOf(chain.host)
    const start = fileTime(chain.time - seconds(1))
    const known = since.get(key)
    if (known === undefined || start < known) since.set(key, start)
    if (chain.account.sid?.startsWith('S-1-5-21-')) sids.add(chain.account.sid)
    for (const ip of [chain.source.ip, ...chain.source.candidates.map((one) => one.ip)])
      if (ip !== undefined && classifyAddress(ip).class !== 'loopback') ips.add(ip)
    const own = pids.get(key) ?? new Set()
    for (const node of chain.tree.nodes) own.add(String(node.pid))
    pids.set(key, own)
  }
  return { since, keyOf, sids, ips, pids }
}

/** Which trace a kind of row may be, and since when its host is asked about; undefined: none. */
interface Wanted {
  readonly kind: TraceKind
  readonly since: FileTime | undefined
}

function scanSegment(
  index: RecordIndex,
  segment: Segment,
  base: number,
  asked: Asked,
  traces: Trace[],
  left: Left,
): void {
  const { eventIdOf, systemOf, kind: kindOf } = segment.heads
  const wanted = Array.from(eventIdOf, (id, at): Wanted | undefined => {
    const system = segment.systems[systemOf[at] as number]
    const kind = system && traceKindOf(system.provider.toLowerCase(), id)
    if (!system || kind === undefined) return undefined
    const since = asked.since.get(asked.keyOf(system.computer))
    return everywhere.has(kind) || since !== undefined ? { kind, since } : undefined
  })
  if (wanted.every((one) => one === undefined)) return
  const counts = new Map<TraceKind, number>()
  let connections: ConnectionCheck | undefined
  for (let row = 0; row < segment.rows; row++) {
    const one = wanted[kindOf[row] as number]
    if (!one || index.isDuplicate(base + row)) continue
    const { kind, since } = one
    if (!everywhere.has(kind) && since !== undefined && segment.time(row) < since) continue
    if (kind === 'connection') {
      connections ??= new ConnectionCheck(segment, { pids: pidsOf(segment, asked) })
      const worth = connections.worthOf(row)
      // those of the task's own process ids are never cut
      if (worth === 'none' || (worth === 'place' && isFull(counts, left, kind))) continue
    } else if (isFull(counts, left, kind)) continue
    const trace = traceOf(kind, segment.record(row))
    if (trace) traces.push(trace)
  }
}

type Left = Partial<Record<TraceKind | 'logon', number>>

function isFull(counts: Map<TraceKind, number>, left: Left, kind: TraceKind): boolean {
  const count = (counts.get(kind) ?? 0) + 1
  counts.set(kind, count)
  if (count <= mostOfKind) return false
  left[kind] = (left[kind] ?? 0) + 1
  return true
}

const anyType = typesThatHold('')
/** Each distinct value is tested once, when first met. */
const check = (segment: Segment, test: (lower: string) => boolean): ValueCheck =>
  new ValueCheck(segment.values, [{ test, types: anyType }])

/** Index of the first of `wanted` among the names of a kind's values; -1 without one. */
const placesIn = (segment: Segment, ...wanted: readonly string[]): readonly number[] =>
  Array.from(
    segment.heads.shapeOf,
    (shape) =>
      wanted.map((name) => segment.shapes[shape]?.names.indexOf(name) ?? -1).find((at) => at >= 0) ?? -1,
  )

/** Connections are many: only those to ports of remote work, to public addresses, or of a process id of a task are looked at. */
class ConnectionCheck {
  readonly #segment: Segment
  readonly #ports: readonly [readonly number[], ValueCheck]
  readonly #public: readonly [readonly number[], ValueCheck]
  readonly #pids: readonly [readonly number[], ValueCheck]

  constructor(segment: Segment, asked: TraceQuestion) {
    this.#segment = segment
    const ports = new Set([...movementPorts.keys()].map(String))
    this.#ports = [
      placesIn(segment, 'DestPort', 'DestinationPort'),
      check(segment, (text) => ports.has(text)),
    ]
    this.#public = [
      placesIn(segment, 'DestAddress', 'DestinationIp'),
      check(segment, (text) => classifyAddress(text).class === 'public'),
    ]
    this.#pids = [
      placesIn(segment, 'ProcessID', 'ProcessId'),
      check(segment, (text) => isChainPid(asked, text)),
    ]
  }

  worthOf(row: number): 'process' | 'place' | 'none' {
    const segment = this.#segment
    const kind = segment.heads.kind[row] as number
    const numbers = segment.valuesOfBlock(segment.blockOf(row))
    const start = segment.valueStart(row)
    const holds = ([places, values]: readonly [readonly number[], ValueCheck]) => {
      const at = places[kind] as number
      return at >= 0 && values.has(numbers[start + at] as number)
    }
    if (holds(this.#pids)) return 'process'
    return holds(this.#ports) || holds(this.#public) ? 'place' : 'none'
  }
}

type Mutable = { -readonly [Key in keyof LogonGroup]: LogonGroup[Key] }

const byFirst = (a: LogonGroup, b: LogonGroup): number =>
  a.firstTime === b.firstTime ? compareLocators(a.first, b.first) : a.firstTime < b.firstTime ? -1 : 1

/** 4624 over the network or Remote Desktop of an account or address a chain names. */
function groupLogons(
  index: RecordIndex,
  segment: Segment,
  base: number,
  asked: Asked,
  groups: Map<string, Mutable>,
  left: Left,
): void {
  if (asked.sids.size === 0 && asked.ips.size === 0) return
  const { eventIdOf, systemOf, kind: kindOf, widthOf } = segment.heads
  const isLogon = Array.from(eventIdOf, (id, at) => {
    const provider = segment.systems[systemOf[at] as number]?.provider.toLowerCase()
    return id === 4624 && provider === 'microsoft-windows-security-auditing'
  })
  if (!isLogon.includes(true)) return
  const sidAt = placesIn(segment, 'TargetUserSid')
  const nameAt = placesIn(segment, 'TargetUserName')
  const domainAt = placesIn(segment, 'TargetDomainName')
  const ipAt = placesIn(segment, 'IpAddress')
  const typeAt = placesIn(segment, 'LogonType')
  const sids = check(segment, (text) => text.startsWith('s-1-5-21-') && asked.sids.has(text.toUpperCase()))
  const ips = check(segment, (text) => text.length <= 64 && asked.ips.has(normalAddress(text) ?? text))
  const remote = check(segment, (text) => text === '3' || text === '10')
  segment.blocks.forEach((block, b) => {
    let numbers: Numbers | undefined
    let start = 0
    for (let row = block.firstRow; row < block.firstRow + block.rows; row++) {
      const kind = kindOf[row] as number
      const from = start
      start += widthOf[kind] as number
      if (!isLogon[kind] || index.isDuplicate(base + row)) continue
      numbers ??= segment.valuesOfBlock(b)
      const read = numbers
      const number = (places: readonly number[]) => {
        const at = places[kind] as number
        return at < 0 ? Number.NaN : (read[from + at] as number)
      }
      if (!sids.has(number(sidAt)) && !ips.has(number(ipAt))) continue
      if (!remote.has(number(typeAt))) continue
      const text = (places: readonly number[]) => {
        const value = number(places)
        const found = Number.isNaN(value) ? '' : segment.values.text(value).trim()
        return found === '' || found === '-' ? undefined : found
      }
      const recordedIp = text(ipAt)
      const sid = sidOf(text(sidAt))
      const account = [text(domainAt), text(nameAt)].filter(Boolean).join('\\') || sid
      noteLogon(groups, left, asked.keyOf, {
        computer: segment.tuple(row).computer,
        ip: recordedIp === undefined ? undefined : (normalAddress(recordedIp) ?? recordedIp),
        sid,
        account,
        time: segment.time(row),
        locator: index.locator(base + row),
      })
    }
  })
}

type Noted = Pick<LogonGroup, 'computer' | 'ip' | 'sid' | 'account'> & {
  readonly time: FileTime
  readonly locator: Locator
}

function noteLogon(
  groups: Map<string, Mutable>,
  left: Left,
  keyOf: (computer: string) => string,
  { time, locator, ...who }: Noted,
): void {
  const key = [keyOf(who.computer), who.ip ?? '', who.sid ?? who.account ?? ''].join('\n')
  const group = groups.get(key)
  if (group) widen(group, time, locator)
  else if (groups.size < mostGroups)
    groups.set(key, { ...who, count: 1, firstTime: time, lastTime: time, first: locator, last: locator })
  else left.logon = (left.logon ?? 0) + 1
}

function widen(group: Mutable, time: FileTime, locator: Locator): void {
  group.count++
  const isBefore = (at: FileTime, other: Locator) =>
    time < at || (time === at && compareLocators(locator, other) < 0)
  if (isBefore(group.firstTime, group.first)) {
    group.firstTime = time
    group.first = locator
  }
  if (!isBefore(group.lastTime, group.last)) {
    group.lastTime = time
    group.last = locator
  }
}
