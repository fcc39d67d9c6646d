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
import type { Segment } from './records/segment.ts'
import { isChainPid, type TraceQuestion, traceKindOf, traceOf } from './trace-records.ts'

/** Of one kind in one segment of a log (16 MiB of it): far above what a person reads, far below what hurts. */
const mostOfKind = 2000
const mostGroups = 5000

/** Kinds that are read on every host; all others only on hosts with a chain, from its time on. */
const everywhere: ReadonlySet<TraceKind> = new Set(['task-work', 'account-change', 'group-change', 'malware'])

export function traceCase(index: RecordIndex, chains: readonly Chain[]): CaseTraces {
  if (chains.length === 0) return { traces: [], logons: [], left: {} }
  const asked = askedBy(index, chains)
  const traces: Trace[] = []
  const left: Partial<Record<TraceKind | 'logon', number>> = {}
  const groups = new Map<string, Mutable>()
  index.segments.forEach((segment, s) => {
    scanSegment(index, segment, index.bases[s] as number, asked, traces, left)
    groupLogons(index, segment, index.bases[s] as number, asked, groups, left)
  })
  traces.sort((a, b) =>
    a.time === b.time ? compareLocators(a.locator, b.locator) : a.time < b.time ? -1 : 1,
  )
  return { traces, logons: [...groups.values()].sort(byFirst), left }
}

interface Asked extends TraceQuestion {
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
  const pids = new Set<string>()
  for (const chain of chains) {
    const key = keyOf(chain.host)
    const start = fileTime(chain.time - seconds(1))
    const known = since.get(key)
    if (known === undefined || start < known) since.set(key, start)
    if (chain.account.sid?.startsWith('S-1-5-21-')) sids.add(chain.account.sid)
    for (const ip of [chain.source.ip, ...chain.source.candidates.map((one) => one.ip)])
      if (ip !== undefined && classifyAddress(ip).class !== 'loopback') ips.add(ip)
    for (const node of chain.tree.nodes) pids.add(String(node.pid))
  }
  return { since, keyOf, sids, ips, pids }
}

/** Tables of one segment: which systems matter, and which dictionary numbers stand for what is asked. */
function scanSegment(
  index: RecordIndex,
  segment: Segment,
  base: number,
  asked: Asked,
  traces: Trace[],
  left: Partial<Record<TraceKind | 'logon', number>>,
): void {
  const systems = segment.systems.map((system) => {
    const since = asked.since.get(asked.keyOf(system.computer))
    return { provider: system.provider.toLowerCase(), since }
  })
  const counts = new Map<TraceKind, number>()
  let telling: ConnectionHits | undefined
  for (let row = 0; row < segment.rows; row++) {
    const system = systems[segment.system[row] as number]
    const kind = system && traceKindOf(system.provider, segment.eventId[row] as number)
    if (!system || kind === undefined || index.duplicate[base + row]) continue
    if (!everywhere.has(kind)) {
      if (system.since === undefined || segment.time(row) < system.since) continue
      if (kind === 'connection') {
        telling ??= new ConnectionHits(segment, asked)
        const worth = telling.worthOf(row)
        if (worth === 'none') continue
        // those of the task's own process ids are never cut
        if (worth === 'place' && isFull(counts, left, kind)) continue
      }
    }
    if (kind !== 'connection' && isFull(counts, left, kind)) continue
    const trace = traceOf(kind, segment.record(row))
    if (trace) traces.push(trace)
  }
}

function isFull(
  counts: Map<TraceKind, number>,
  left: Partial<Record<TraceKind | 'logon', number>>,
  kind: TraceKind,
): boolean {
  const count = (counts.get(kind) ?? 0) + 1
  counts.set(kind, count)
  if (count <= mostOfKind) return false
  left[kind] = (left[kind] ?? 0) + 1
  return true
}

/** Connections are many: only those to ports of remote work, to public addresses, or of a process id of a task are looked at. */
class ConnectionHits {
  readonly #segment: Segment
  readonly #places: readonly { readonly port: number; readonly ip: number; readonly pid: number }[]
  readonly #ports: Uint8Array
  readonly #public: Uint8Array
  readonly #pids: Uint8Array

  constructor(segment: Segment, asked: TraceQuestion) {
    this.#segment = segment
    const first = (names: readonly string[], ...wanted: readonly string[]) =>
      wanted.map((name) => names.indexOf(name)).find((at) => at >= 0) ?? -1
    this.#places = segment.shapes.map(({ names }) => ({
      port: first(names, 'DestPort', 'DestinationPort'),
      ip: first(names, 'DestAddress', 'DestinationIp'),
      pid: first(names, 'ProcessID', 'ProcessId'),
    }))
    const ports = new Set([...movementPorts.keys()].map(String))
    this.#ports = segment.values.matching((text) => ports.has(text))
    this.#public = segment.values.matching(
      (text) => /[.:]/.test(text) && text.length <= 45 && classifyAddress(text).class === 'public',
    )
    this.#pids = segment.values.matching((text) => isChainPid(asked, text))
  }

  worthOf(row: number): 'process' | 'place' | 'none' {
    const segment = this.#segment
    const places = this.#places[segment.shape[row] as number]
    if (!places) return 'none'
    const numbers = segment.valuesOfBlock(segment.blockOf(row))
    const start = segment.valueStart(row)
    const hit = (table: Uint8Array, at: number) => at >= 0 && table[numbers[start + at] as number] === 1
    if (hit(this.#pids, places.pid)) return 'process'
    return hit(this.#ports, places.port) || hit(this.#public, places.ip) ? 'place' : 'none'
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
  left: Partial<Record<TraceKind | 'logon', number>>,
): void {
  if (asked.sids.size === 0 && asked.ips.size === 0) return
  const isSecurity = segment.systems.map(
    (system) => system.provider.toLowerCase() === 'microsoft-windows-security-auditing',
  )
  if (!isSecurity.includes(true)) return
  const sids = segment.values.matching(
    (text) => text.startsWith('s-1-5-21-') && asked.sids.has(text.toUpperCase()),
  )
  const ips = segment.values.matching(
    (text) => /[.:]/.test(text) && text.length <= 64 && asked.ips.has(normalAddress(text) ?? text),
  )
  if (!sids.includes(1) && !ips.includes(1)) return
  const remote = segment.values.matching((text) => text === '3' || text === '10')
  const places = segment.shapes.map(({ names }) => ({
    sid: names.indexOf('TargetUserSid'),
    name: names.indexOf('TargetUserName'),
    domain: names.indexOf('TargetDomainName'),
    ip: names.indexOf('IpAddress'),
    type: names.indexOf('LogonType'),
  }))
  for (let row = 0; row < segment.rows; row++) {
    if (segment.eventId[row] !== 4624 || !isSecurity[segment.system[row] as number]) continue
    const place = places[segment.shape[row] as number]
    if (!place || index.duplicate[base + row]) continue
    const numbers = segment.valuesOfBlock(segment.blockOf(row))
    const start = segment.valueStart(row)
    const number = (at: number) => (at < 0 ? -1 : (numbers[start + at] as number))
    if (sids[number(place.sid)] !== 1 && ips[number(place.ip)] !== 1) continue
    if (remote[number(place.type)] !== 1) continue
    const text = (at: number) => {
      const value = at < 0 ? '' : segment.values.text(number(at)).trim()
      return value === '' || value === '-' ? undefined : value
    }
    const computer = segment.tuple(row).computer
    const recordedIp = text(place.ip)
    const ip = recordedIp === undefined ? undefined : (normalAddress(recordedIp) ?? recordedIp)
    const sid = sidOf(text(place.sid))
    const name = text(place.name)
    const account = [text(place.domain), name].filter(Boolean).join('\\') || sid
    const key = [asked.keyOf(computer), ip ?? '', sid ?? account ?? ''].join('\n')
    const time = segment.time(row)
    const locator = index.locator(base + row)
    const group = groups.get(key)
    if (group) widen(group, time, locator)
    else if (groups.size < mostGroups)
      groups.set(key, {
        computer,
        ip,
        sid,
        account,
        count: 1,
        firstTime: time,
        lastTime: time,
        first: locator,
        last: locator,
      })
    else left.logon = (left.logon ?? 0) + 1
  }
}

function widen(group: Mutable, time: FileTime, locator: Locator): void {
  group.count++
  const isBefore = (at: FileTime, other: Locator) =>
    time < at || (time === at && compareLocators(locator, other) < 0)
  if (isBefore(group.firstTime, group.first)) {
    group.firstTime = time
    group.first = locator
  } else if (!isBefore(group.lastTime, group.last)) {
    group.lastTime = time
    group.last = locator
  }
}
