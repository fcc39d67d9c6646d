/**
 * From events to chains: one story per task lifetime and host, its source, its run, its gaps (windows.md §5, §6); then the links between
 * hosts. Pure and deterministic: the same evidence gives the same chains, ids and order, whatever order the events come in.
 */
import type { Chain, ChainInput } from '../domain/chain.ts'
import type { ChannelCoverage, CoverageReport, HostFacts } from '../domain/coverage.ts'
import type { WindowsEvent } from '../domain/event.ts'
import type { Locator } from '../domain/locator.ts'
import { arrivalsOf, joinHosts, reachOf } from './cross-host/join-hosts.ts'
import { mayPointElsewhere } from './cross-host/traces.ts'
import { hostCoverage } from './host-coverage.ts'
import { indexHost } from './host-index.ts'
import { hostKeys } from './hosts.ts'
import { inTotalOrder } from './order.ts'
import { isPlantEvent, plantOf } from './plants.ts'
import { claimsOf } from './process-claims.ts'
import { reportHost } from './report-coverage.ts'
import type { Scene } from './scene.ts'
import { bySeriousness } from './seriousness.ts'
import { storiesOf } from './stories.ts'
import { straightened } from './straighten.ts'
import { tellChain } from './tell-chain.ts'
import { type ChainWindows, defaultWindows } from './windows.ts'

/** One host's share of the evidence. `key` is its name in lower case, the full one where it is known. */
export interface HostInput {
  readonly key: string
  readonly events: readonly WindowsEvent[]
  readonly coverage: readonly ChannelCoverage[]
  readonly facts: readonly HostFacts[]
  readonly duplicates: ReadonlyMap<string, readonly Locator[]>
}

/** Recorded name → host key, over every name the evidence knows. */
export function hostKeysOf(
  input: Pick<ChainInput, 'events' | 'coverage' | 'hosts'>,
): (name: string) => string {
  return keysOfNames([
    ...namesOf(input.events),
    ...[...input.coverage, ...input.hosts].map(({ host }) => host),
  ])
}

/** Recorded name → host key, over these names. */
export function keysOfNames(names: Iterable<string>): (name: string) => string {
  const keys = hostKeys(names)
  return (name) => keys.get(name) ?? name.toLowerCase()
}

/** Names of computers as the events have them, each once. */
export function namesOf(events: readonly WindowsEvent[]): ReadonlySet<string> {
  const names = new Set<string>()
  let last: string | undefined
  for (const { recordedComputer } of events) {
    if (recordedComputer !== last) names.add(recordedComputer)
    last = recordedComputer
  }
  return names
}

/** The chains of one host, in no particular order and without links to others: nothing outside the host is looked at. */
export function findHostChains(host: HostInput, windows: ChainWindows = defaultWindows): readonly Chain[] {
  if (!host.events.some(mayBegin)) return []
  const events = straightened(inTotalOrder(host.events))
  const index = indexHost(host.key, events)
  const stories = storiesOf(index, windows)
  const scene: Scene = {
    host: index,
    coverage: hostCoverage(index, events, host.coverage, host.facts),
    facts: host.facts,
    duplicates: host.duplicates,
    windows,
    claims: claimsOf(index, stories, windows),
  }
  return stories.map((story) => tellChain(scene, story))
}

/** Only a host with a record that a story can begin with has a chain. */
function mayBegin(event: WindowsEvent): boolean {
  if (event.kind === 'task-history') return event.what === 'registered'
  return event.kind.startsWith('task-') || (isPlantEvent(event) && plantOf(event, () => false) !== undefined)
}

/** Every chain of the evidence, the most serious first; ties by time, then locator. */
export function findChains(input: ChainInput, windows: ChainWindows = defaultWindows): readonly Chain[] {
  const chains = findSeparateChains(input, windows)
  const asked = chains.some((chain) => chain.source.ip !== undefined)
  const { join } = joiningOf(chains, input, hostKeysOf(input), windows)
  return join(asked ? input.events.filter(mayPointElsewhere) : [])
}

/** Chains host by host, in no particular order and without links between hosts. */
export function findSeparateChains(
  input: ChainInput,
  windows: ChainWindows = defaultWindows,
): readonly Chain[] {
  const chains: Chain[] = []
  for (const host of hostsOf(input, hostKeysOf(input))) chains.push(...findHostChains(host, windows))
  return chains
}

/** How chains of several hosts are joined: a caller with much evidence looks for the few `traces` near `asks` itself. */
export interface Joining {
  /** moments other hosts are asked about, and how far around them a record may matter */
  readonly asks: readonly bigint[]
  readonly reach: bigint
  /** the chains with their links, the most serious first */
  readonly join: (traces: readonly WindowsEvent[]) => readonly Chain[]
}

/** @param keyOf recorded name → host key, over the names of the whole case */
export function joiningOf(
  chains: readonly Chain[],
  { hosts }: Pick<ChainInput, 'hosts'>,
  keyOf: (name: string) => string,
  windows: ChainWindows = defaultWindows,
): Joining {
  return {
    asks: arrivalsOf(chains, keyOf).map(({ time }) => time),
    reach: reachOf(hosts, windows),
    join: (traces) => joinHosts(chains, traces, hosts, keyOf, windows).toSorted(bySeriousness),
  }
}

/** What the logs of each host can tell, hosts in order of their names; of the audit policy at the moment asked about. */
export function reportCoverage(input: ChainInput, at?: WindowsEvent['time']): readonly CoverageReport[] {
  return [...hostsOf(input, hostKeysOf(input))]
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map((host) => reportHost(host, at))
}

/** The evidence host by host; a host of which only logs or facts are known comes too. */
function* hostsOf(input: ChainInput, keyOf: (name: string) => string): Generator<HostInput, void> {
  const byHost = new Map<string, WindowsEvent[]>()
  let lastName: string | undefined
  let list: WindowsEvent[] = []
  for (const event of input.events) {
    if (event.recordedComputer !== lastName) {
      lastName = event.recordedComputer
      const key = keyOf(lastName)
      list = byHost.get(key) ?? []
      byHost.set(key, list)
    }
    list.push(event)
  }
  for (const { host } of [...input.coverage, ...input.hosts])
    if (!byHost.has(keyOf(host))) byHost.set(keyOf(host), [])
  for (const [key, events] of byHost)
    yield {
      key,
      events,
      coverage: input.coverage.filter((log) => keyOf(log.host) === key),
      facts: input.hosts.filter((one) => keyOf(one.host) === key),
      duplicates: input.duplicates,
    }
}
