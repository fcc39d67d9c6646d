/** Chains of a case: the typed events of every host with task records, what the logs cover, and what the hosts' facts say. */
import { findChains } from '../chains/find-chains.ts'
import { tellRecovered } from '../chains/recovered-records.ts'
import type { Chain, ChannelCoverage, HostFacts } from '../domain/chain.ts'
import type { WindowsEvent } from '../domain/event.ts'
import { type Locator, locatorKey } from '../domain/locator.ts'
import { fileTime, parseUtc } from '../domain/time.ts'
import { isChainEvent, playbookEventIds } from '../events/kinds.ts'
import { typedEvent } from '../events/typed-event.ts'
import { chainsDocument as documentOf } from '../report/chains-json.ts'
import { logSummaryOf } from './list-evidence.ts'
import type { OpenCase } from './open-case.ts'
import { indexOfCase } from './records/index-of-case.ts'
import type { RecordIndex } from './records/record-index.ts'
import { recoveredOf } from './recovered-records.ts'

const caches = new WeakMap<object, { revision: number; chains: readonly Chain[] }>()
const recoveredCaches = new WeakMap<object, { revision: number; chains: readonly Chain[] }>()

/** Every chain, the most serious first; computed when first asked for and again after an import. */
export function findCaseChains(open: OpenCase): readonly Chain[] {
  const known = caches.get(open.casefile)
  if (known && known.revision === open.casefile.revision) return known.chains
  const index = indexOfCase(open)
  const { events, duplicates } = chainEvents(index)
  const chains = findChains({ events, duplicates, coverage: coverageOf(open), hosts: hostFactsOf(open) })
  caches.set(open.casefile, { revision: open.casefile.revision, chains })
  return chains
}

/** Every chain as it is when recovered records are used too; those that are say so wherever they stand. */
export function findChainsWithRecovered(open: OpenCase): readonly Chain[] {
  const known = recoveredCaches.get(open.casefile)
  if (known && known.revision === open.casefile.revision) return known.chains
  const { events, duplicates } = chainEvents(recoveredOf(open).index)
  const input = { events, duplicates, coverage: coverageOf(open), hosts: hostFactsOf(open) }
  const chains = findChains(input).map(tellRecovered)
  recoveredCaches.set(open.casefile, { revision: open.casefile.revision, chains })
  return chains
}

/** The JSON document of `tasktrail chains --json`, with recovered records only when asked. */
export const chainsDocument = (open: OpenCase, asked: { readonly recovered?: boolean } = {}) =>
  documentOf(asked.recovered ? findChainsWithRecovered(open) : findCaseChains(open))

const shortName = (computer: string) => computer.toLowerCase().split('.')[0] ?? ''
const isTaskAnchor = (eventId: number) => (eventId >= 4698 && eventId <= 4702) || eventId === 106

/** Events of the hosts that have a task record at all; other hosts cannot have a chain. Duplicates are folded. */
function chainEvents(index: RecordIndex): {
  events: WindowsEvent[]
  duplicates: Map<string, readonly Locator[]>
} {
  const tables = new Map<string, Uint8Array>()
  const tableOf = (provider: string): Uint8Array => {
    let table = tables.get(provider)
    if (!table) {
      table = new Uint8Array(65_536)
      for (const id of playbookEventIds) if (isChainEvent(provider, id)) table[id] = 1
      tables.set(provider, table)
    }
    return table
  }
  const wanted = index.segments.map((segment) => segment.systems.map((system) => tableOf(system.provider)))
  const hosts = new Set<string>()
  index.segments.forEach((segment, s) => {
    for (let row = 0; row < segment.rows; row++) {
      const id = segment.eventId[row] as number
      if (isTaskAnchor(id) && wanted[s]?.[segment.system[row] as number]?.[id])
        hosts.add(shortName(segment.tuple(row).computer))
    }
  })
  const events: WindowsEvent[] = []
  const duplicates = new Map<string, readonly Locator[]>()
  if (hosts.size === 0) return { events, duplicates }
  const hostWanted = index.segments.map((segment) =>
    segment.systems.map((system) => hosts.has(shortName(system.computer))),
  )
  for (let i = 0; i < index.total; i++) {
    const global = index.order[i] as number
    const s = index.segmentIndex(global)
    const segment = index.segments[s]
    if (!segment) continue
    const row = global - (index.bases[s] as number)
    const system = segment.system[row] as number
    if (!hostWanted[s]?.[system] || !wanted[s]?.[system]?.[segment.eventId[row] as number]) continue
    if (index.duplicate[global]) {
      const original = originalOf(index, i)
      if (original !== undefined) {
        const key = locatorKey(index.locator(original))
        duplicates.set(key, [...(duplicates.get(key) ?? []), index.locator(global)])
      }
      continue
    }
    const event = typedEvent(segment.record(row))
    if (!event) continue
    events.push(event)
  }
  return { events, duplicates }
}

/** The row a duplicate repeats: the nearest earlier one of the same time and number that is no duplicate itself. */
function originalOf(index: RecordIndex, position: number): number | undefined {
  const here = index.at(index.order[position] as number)
  for (let k = position - 1; k >= 0; k--) {
    const global = index.order[k] as number
    const there = index.at(global)
    if (
      there.segment.timeLow[there.row] !== here.segment.timeLow[here.row] ||
      there.segment.timeHigh[there.row] !== here.segment.timeHigh[here.row]
    )
      return undefined
    if (
      !index.duplicate[global] &&
      there.segment.recordId(there.row) === here.segment.recordId(here.row) &&
      there.segment.eventId[there.row] === here.segment.eventId[here.row]
    )
      return global
  }
  return undefined
}

/** What each log of the case can tell. */
export function coverageOf(open: OpenCase): ChannelCoverage[] {
  const problems = open.casefile.problemCounts()
  const coverage: ChannelCoverage[] = []
  for (const entry of open.casefile.evidence()) {
    const log = logSummaryOf(entry)
    if (!log || !entry.sha256) continue
    const from = parseUtc(log.times.first ?? '')
    const to = parseUtc(log.times.last ?? '')
    for (const [channel, records] of Object.entries(log.channels))
      coverage.push({
        host: entry.host ?? '',
        channel,
        evidenceId: entry.sha256,
        from: from ?? fileTime(0n),
        to: to ?? fileTime(0n),
        records,
        provenance: log.provenance,
        missingRecordIds: BigInt(log.recordIds.missing),
        problems: problems.get(entry.item) ?? 0,
        eventIds: Object.keys(log.eventIds).map(Number),
      })
  }
  return coverage.sort((a, b) => (a.evidenceId + a.channel < b.evidenceId + b.channel ? -1 : 1))
}

/** What collectors said of the hosts (`host.json`). */
export function hostFactsOf(open: OpenCase): HostFacts[] {
  const facts: HostFacts[] = []
  for (const entry of open.casefile.evidence())
    if (entry.kind === 'host-facts' && entry.summary) facts.push(JSON.parse(entry.summary) as HostFacts)
  return facts.sort((a, b) => (a.host + a.evidenceId < b.host + b.evidenceId ? -1 : 1))
}
