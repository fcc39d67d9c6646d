/** Chains of a case: the typed events of every host with task records, what the logs cover, and what the hosts' facts say. */
import type { HostCoverage } from '../chains/coverage.ts'
import { joiningOf, keysOfNames } from '../chains/find-chains.ts'
import { tellRecovered } from '../chains/recovered-records.ts'
import type { Chain, ChannelCoverage, HostFacts } from '../domain/chain.ts'
import { fileTime, parseUtc } from '../domain/time.ts'
import { chainsDocument as documentOf } from '../report/chains-json.ts'
import { findByHost, type HostCache } from './host-chains.ts'
import { logSummaryOf } from './list-evidence.ts'
import type { OpenCase } from './open-case.ts'
import { indexOfCase } from './records/index-of-case.ts'
import type { RecordIndex } from './records/record-index.ts'
import { recoveredOf } from './recovered-records.ts'
import { traceEvents } from './trace-events.ts'

interface Found {
  readonly revision: number
  readonly chains: readonly Chain[]
  readonly covered: ReadonlyMap<string, HostCoverage>
}
const caches = new WeakMap<object, Found>()
/** what was found of each host, for as long as what it rests on stays the same */
const hostCaches = new WeakMap<object, HostCache>()
const recoveredCaches = new WeakMap<object, { revision: number; chains: readonly Chain[] }>()

/** Every chain, the most serious first; computed when first asked for and again after an import. */
export const findCaseChains = (open: OpenCase): readonly Chain[] => foundIn(open).chains

/** What the logs of each host with a chain can tell, by host key: the same that the chains were judged by. */
export const hostsCovered = (open: OpenCase): ReadonlyMap<string, HostCoverage> => foundIn(open).covered

function foundIn(open: OpenCase): Found {
  const known = caches.get(open.casefile)
  if (known && known.revision === open.casefile.revision) return known
  const { revision } = open.casefile
  const index = indexOfCase(open)
  const { cache, ...found } = findIn(open, index, hostCaches.get(open.casefile))
  hostCaches.set(open.casefile, cache)
  const made = { revision, ...found }
  caches.set(open.casefile, made)
  return made
}

/** The chains of each host, then the links between hosts: records of other hosts are looked up only where a logon asks for them. */
function findIn(open: OpenCase, index: RecordIndex, before: HostCache = new Map()) {
  const tables = new Set(
    open.casefile.evidence().flatMap(({ kind, sha256 }) => (kind === 'event-table' ? [sha256] : [])),
  )
  const coverage = coverageOf(open)
  const facts = hostFactsOf(open)
  const cache = findByHost(index, { coverage, hosts: facts, tables }, before)
  const found = [...cache.values()]
  const keyOf = keysOfNames([
    ...found.flatMap(({ names }) => names),
    ...[...coverage, ...facts].map(({ host }) => host),
  ])
  const joining = joiningOf(
    found.flatMap(({ chains }) => chains),
    { hosts: facts },
    keyOf,
  )
  const computers = new Set(
    index.segments.flatMap((segment) => segment.systems.map(({ computer }) => computer)),
  )
  const traces = computers.size > 1 ? traceEvents(index, joining.asks, joining.reach) : []
  return {
    cache,
    chains: joining.join(traces),
    covered: new Map(found.flatMap(({ covered }) => [...covered])),
  }
}

/** Every chain as it is when recovered records are used too; those that are say so wherever they stand. */
export function findChainsWithRecovered(open: OpenCase): readonly Chain[] {
  const known = recoveredCaches.get(open.casefile)
  if (known && known.revision === open.casefile.revision) return known.chains
  const { index } = recoveredOf(open)
  const { revision } = open.casefile
  const chains = findIn(open, index).chains.map(tellRecovered)
  recoveredCaches.set(open.casefile, { revision, chains })
  return chains
}

/** The JSON document of `tasktrail chains --json`, with recovered records only when asked. */
export const chainsDocument = (open: OpenCase, asked: { readonly recovered?: boolean } = {}) =>
  documentOf(asked.recovered ? findChainsWithRecovered(open) : findCaseChains(open))

/** What each log of the case can tell. */
export function coverageOf(open: OpenCase): ChannelCoverage[] {
  const problems = open.casefile.problemCounts()
  const coverage: ChannelCoverage[] = []
  for (const entry of open.casefile.evidence()) {
    const log = logSummaryOf(entry)
    if (!log || !entry.sha256) continue
    const from = parseUtc(log.times.first ?? '')
    const to = parseUtc(log.times.last ?? '')
    // a table, or a log of forwarded events, speaks for every host it holds records of
    const named = Object.keys(log.computers).filter((name) => name !== '')
    const hosts = named.length > 1 ? named : [entry.host ?? '']
    for (const [channel, records] of Object.entries(log.channels))
      for (const host of hosts)
        coverage.push({
          host,
          channel,
          evidenceId: entry.sha256,
          from: from ?? fileTime(0n),
          to: to ?? fileTime(0n),
          records,
          provenance: log.provenance,
          missingRecordIds: BigInt(log.recordIds.missing),
          ...(log.recordIds.judged === false ? { mixedRecordIds: true } : {}),
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
