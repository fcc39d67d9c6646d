/** Judges many random cases and counts how the answers stand. */
import { findChains } from '../../src/chains/find-chains.ts'
import { castFor } from '../../src/practice/cast.ts'
import { Random } from '../../src/practice/random.ts'
import { scenarios } from '../../src/practice/scenarios/index.ts'
import type { Scenario } from '../../src/practice/staging.ts'
import { chainInput, inMemory } from './in-memory.ts'
import { type Fault, type Finding, judge, type Standing } from './judge.ts'
import { type RandomCase, randomCase } from './random-case.ts'

export interface Failing extends Finding {
  readonly seed: number
  readonly label: string
  /** records that the case holds: the shortest shows the fault best */
  readonly records: number
}

export interface Counted {
  readonly cases: number
  readonly deeds: number
  readonly chains: number
  /** `act question` → standing → how often */
  readonly standings: ReadonlyMap<string, ReadonlyMap<Standing, number>>
  readonly failing: readonly Failing[]
}

/** The evidence of a case in memory. */
export function stageCase({ hosts, noise, random, seed, label }: RandomCase) {
  const memory = hosts.map((host, at) => inMemory(host, noise, random.fork(`host ${at}`), at))
  return { seed, label, memory, input: chainInput(memory) }
}
export type StagedCase = ReturnType<typeof stageCase>

/** The evidence of a case in memory, and the chains the product finds in it. */
export function playCase(one: RandomCase) {
  const staged = stageCase(one)
  return { ...staged, chains: findChains(staged.input) }
}

export const countCases = (seeds: Iterable<number>): Counted => countStaged(stagedOf(seeds))

function* stagedOf(seeds: Iterable<number>): Generator<StagedCase, void> {
  for (const seed of seeds) yield stageCase(randomCase(seed))
}

export function countStaged(all: Iterable<StagedCase>): Counted {
  const standings = new Map<string, Map<Standing, number>>()
  const failing: Failing[] = []
  let cases = 0
  let deeds = 0
  let chains = 0
  for (const { seed, label, memory, input } of all) {
    const found = findChains(input)
    cases++
    chains += found.length
    for (const host of memory) {
      const kinds = new Map(host.evidence.events.staging.deeds.map((deed) => [deed.mark, actOf(deed)]))
      deeds += kinds.size
      const { verdicts, findings } = judge(host, found)
      for (const { deed, question, standing } of verdicts) {
        const key = `${kinds.get(deed) ?? '-'} ${question}`
        const counts = standings.get(key) ?? new Map<Standing, number>()
        counts.set(standing, (counts.get(standing) ?? 0) + 1)
        standings.set(key, counts)
      }
      const records = input.events.length
      failing.push(...findings.map((finding) => ({ ...finding, seed, label, records })))
    }
  }
  failing.sort((a, b) => a.records - b.records || a.seed - b.seed)
  return { cases, deeds, chains, standings, failing }
}

const actOf = ({ path, kind, callers }: { path: string; kind: string; callers: readonly unknown[] }) =>
  kind === 'task-updated' ? 'update' : path === 'service' && callers.length > 0 ? 'service' : path

/** Every practice scenario with a few seeds, judged in memory: scenario → each kind of fault and how often. */
export function countScenarios(seeds: readonly number[]): Record<string, Record<string, number>> {
  const faults: Record<string, Record<string, number>> = {}
  for (const scenario of scenarios) {
    const own = seeds.flatMap((seed) => {
      const { memory, chains } = playCase(scenarioCase(scenario, seed))
      return memory.flatMap((host) => judge(host, chains).findings)
    })
    if (own.length > 0) faults[scenario.name] = tallyOf(own)
  }
  return faults
}

/** A practice scenario as a case: the same records as `tasktrail practice` writes. */
export function scenarioCase(scenario: Scenario, seed: number, noise = 60): RandomCase {
  const random = new Random(`${scenario.name}:${seed}`)
  const drawn = castFor(scenario.name, seed, scenario.release)
  const cast = scenario.adapt?.(drawn) ?? drawn
  const staged = scenario.stage(cast, random.fork('scenario'))
  const hosts = 'happenings' in staged ? [{ cast, staging: staged }] : staged
  return { seed, hosts, noise, random, label: scenario.name }
}

/** Kind of fault → how often, in the order of their names. */
export function tallyOf(findings: readonly Finding[]): Record<string, number> {
  const tally: Record<string, number> = {}
  for (const reason of findings.map(reasonOf).sort()) tally[reason] = (tally[reason] ?? 0) + 1
  return tally
}

/** One line that names a kind of fault: many cases fail for one reason. */
export const reasonOf = ({ fault, question, expected, got, why }: Finding): string =>
  ['mechanism', 'path', 'executed', 'deleted'].includes(question)
    ? `${fault} ${question}: ${expected} told as ${got} (${why})`
    : `${fault} ${question} (${why})`

const faults: readonly Fault[] = ['wrong', 'invented', 'missed', 'unfounded', 'needless']

/** Lines for people: totals per act, then each kind of fault with its shortest case. */
export function report({ cases, deeds, chains, standings, failing }: Counted): string[] {
  const lines = [`${cases} cases, ${deeds} deeds, ${chains} chains`, '']
  const acts = [...new Set([...standings.keys()].map((key) => key.split(' ')[0] as string))].sort()
  const columns: readonly Standing[] = ['known', 'open', 'misled', ...faults]
  lines.push(['act'.padEnd(14), ...columns.map((name) => name.padStart(10))].join(''))
  for (const act of acts) {
    const sum = (standing: Standing) =>
      [...standings].reduce(
        (total, [key, counts]) => (key.startsWith(`${act} `) ? total + (counts.get(standing) ?? 0) : total),
        0,
      )
    lines.push([act.padEnd(14), ...columns.map((name) => String(sum(name)).padStart(10))].join(''))
  }
  for (const fault of faults) {
    const own = failing.filter((one) => one.fault === fault)
    lines.push('', `${fault}: ${own.length}`)
    const kinds = new Map<string, Failing[]>()
    for (const one of own) kinds.set(reasonOf(one), [...(kinds.get(reasonOf(one)) ?? []), one])
    for (const [kind, all] of [...kinds].sort((a, b) => b[1].length - a[1].length)) {
      const [first] = all
      lines.push(
        `  ${all.length} × ${kind}`,
        `      seed ${first?.seed}, ${first?.records} records, ${first?.deed}: expected ${first?.expected}, got ${first?.got} — ${first?.label}`,
      )
    }
  }
  return lines
}
