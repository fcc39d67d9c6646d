/**
 * The chains of a case host by host: the events of one host are made, judged and let go before those of the next, and what was found of a
 * host is used again for as long as its logs, what they cover and what is known of it stay the same. Links between hosts come later.
 */
import { coverHosts } from '../chains/cover-hosts.ts'
import type { HostCoverage } from '../chains/coverage.ts'
import { findSeparateChains, namesOf } from '../chains/find-chains.ts'
import type { Chain, ChannelCoverage, HostFacts } from '../domain/chain.ts'
import { foldTableCopies } from '../events/table-copies.ts'
import { eventsOfRows } from './chain-events.ts'
import { shortName } from './chain-roles.ts'
import { chainRows } from './chain-rows.ts'
import type { RecordIndex } from './records/record-index.ts'

/** What was found of the computers that share a short name: they may be one host, and no other can be part of it. */
export interface FoundOfHost {
  /** all that the result depends on */
  readonly basis: string
  /** without links between hosts */
  readonly chains: readonly Chain[]
  readonly covered: ReadonlyMap<string, HostCoverage>
  /** computers as the events name them */
  readonly names: readonly string[]
}
/** By short name, in order of names. */
export type HostCache = ReadonlyMap<string, FoundOfHost>

export interface CaseKnowledge {
  readonly coverage: readonly ChannelCoverage[]
  readonly hosts: readonly HostFacts[]
  /** evidence that is an exported table */
  readonly tables: ReadonlySet<string | null>
}

interface Group {
  readonly segments: number[]
  readonly coverage: ChannelCoverage[]
  readonly hosts: HostFacts[]
}

/** @param before what was found last time */
export function findByHost(index: RecordIndex, known: CaseKnowledge, before: HostCache): HostCache {
  const groups = groupsOf(index, known)
  const found = new Map<string, FoundOfHost>()
  const stale = new Map<string, string>()
  for (const [name, group] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const basis = basisOf(index, group, known)
    const last = before.get(name)
    // its place in the order is kept, also when it is made again
    found.set(name, last ?? nothing)
    if (last?.basis !== basis) stale.set(name, basis)
  }
  const sharing = sharedSegments(index)
  const pidsOf = (name: string) =>
    (groups.get(name)?.hosts ?? []).flatMap(({ schedulePid }) => schedulePid ?? [])
  const judge = (name: string, rows: readonly number[] | undefined) => {
    const group = groups.get(name) as Group
    found.set(name, judged(index, group, known, stale.get(name) as string, rows ?? []))
  }
  // hosts of a log of forwarded events are chosen from together, so that it is not read once for each
  const together: string[] = []
  for (const name of stale.keys()) {
    const { segments } = groups.get(name) as Group
    if (segments.some((number) => sharing.has(number))) together.push(name)
    else judge(name, chainRows(index, segments, new Set([name]), pidsOf).get(name))
  }
  if (together.length > 0) {
    const segments = new Set(together.flatMap((name) => groups.get(name)?.segments ?? []))
    const rows = chainRows(
      index,
      [...segments].sort((a, b) => a - b),
      new Set(together),
      pidsOf,
    )
    for (const name of together) judge(name, rows.get(name))
  }
  return found
}

const nothing: FoundOfHost = { basis: '', chains: [], covered: new Map(), names: [] }

function groupsOf(index: RecordIndex, { coverage, hosts }: CaseKnowledge): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>()
  const groupOf = (computer: string): Group => {
    const name = shortName(computer)
    const known = groups.get(name)
    if (known) return known
    const made: Group = { segments: [], coverage: [], hosts: [] }
    groups.set(name, made)
    return made
  }
  index.segments.forEach((segment, number) => {
    for (const name of new Set(segment.systems.map(({ computer }) => shortName(computer))))
      groupOf(name).segments.push(number)
  })
  for (const log of coverage) groupOf(log.host).coverage.push(log)
  for (const facts of hosts) groupOf(facts.host).hosts.push(facts)
  return groups
}

/** Segments with records of more than one host. */
function sharedSegments(index: RecordIndex): ReadonlySet<number> {
  const shared = new Set<number>()
  index.segments.forEach(({ systems }, number) => {
    if (new Set(systems.map(({ computer }) => shortName(computer))).size > 1) shared.add(number)
  })
  return shared
}

/** The same text as long as a host's evidence says the same. */
function basisOf(index: RecordIndex, group: Group, { tables }: CaseKnowledge): string {
  const logs = group.segments.map((number) => {
    const segment = index.segments[number]
    return [segment?.evidenceId, segment?.rows, segment?.recovered, tables.has(segment?.evidenceId ?? null)]
  })
  return JSON.stringify([logs, group.coverage, group.hosts], (_key, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  )
}

function judged(
  index: RecordIndex,
  { coverage, hosts }: Group,
  { tables }: CaseKnowledge,
  basis: string,
  rows: readonly number[],
): FoundOfHost {
  const { events, duplicates } = foldTableCopies(eventsOfRows(index, rows), (id) => tables.has(id))
  const input = { events, duplicates, coverage, hosts }
  return { basis, chains: findSeparateChains(input), covered: coverHosts(input), names: [...namesOf(events)] }
}
