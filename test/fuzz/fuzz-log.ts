/** One mutated log through both paths of the reader, to XML, through the packer and back: what must hold, and what it cost. */
import { limits } from '../../src/base/limits.ts'
import type { Outcome } from '../../src/base/outcome.ts'
import type { EventRecord } from '../../src/domain/record.ts'
import { memorySource } from '../../src/evtx/byte-source.ts'
import type { EvtxProblem } from '../../src/evtx/problem.ts'
import { type ReadOptions, readRecords } from '../../src/evtx/read-log.ts'
import type { EvtxRecord } from '../../src/evtx/record.ts'
import { elementsXml } from '../../src/evtx/xml.ts'
import { chunksInLog, mutate, mutatedLog, wrongIn } from '../laws/evtx-chunks.ts'
import { logOf } from '../unit/evtx/hand-log.ts'
import { fastPlatform } from '../unit/evtx/reading.ts'
import { seededNumbers } from '../unit/evtx/seeded.ts'
import { hostileChunk } from './hostile-chunks.ts'
import type { PackedCase } from './packed-case.ts'

/** Of so many logs one holds a chunk made to be costly: these take a hundred times as long as others. */
const hostileEvery = 40
/** CPU ms one path may take for a chunk: twice the 100 of its share, for a slow machine. */
const patience = 200

export interface FuzzTotals {
  logs: number
  chunks: number
  /** live and recovered records that were read, and places where one could not be read */
  records: number
  unreadable: number
  /** records compared after packing */
  packed: number
  readonly problems: Map<string, number>
  /** CPU ms for one chunk on the slowest path, and the seed of its log */
  slowest: { ms: number; seed: number }
  /** code units of XML of one chunk, and the seed of its log */
  largest: { units: number; seed: number }
}
export const noTotals = (): FuzzTotals => ({
  logs: 0,
  chunks: 0,
  records: 0,
  unreadable: 0,
  packed: 0,
  problems: new Map(),
  slowest: { ms: 0, seed: 0 },
  largest: { units: 0, seed: 0 },
})

const cpuMilliseconds = () => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
const asText = (value: unknown) =>
  JSON.stringify(value, (_key, v: unknown) => (typeof v === 'bigint' ? `${v}` : v))

/** The log of a seed: eight mutated chunks, now and then one that is costly by design, mutated or not. */
export function fuzzLog(seed: number, all: readonly Buffer[]): Uint8Array {
  if (seed % hostileEvery !== 0) return mutatedLog(seed, all).log
  const next = seededNumbers(seed)
  const chunk = hostileChunk(next)
  if (next() % 2) mutate(chunk, all, next)
  return logOf(chunk)
}

/** @throws with what is wrong; the caller names the seed */
export function judgeLog(seed: number, log: Uint8Array, packedCase: PackedCase, totals: FuzzTotals): void {
  const chunks = Math.max(1, Math.ceil((log.length - 4096) / 65_536))
  const timed = <T>(path: string, work: () => T): T => {
    const from = cpuMilliseconds()
    const result = work()
    const ms = (cpuMilliseconds() - from) / chunks
    if (ms > totals.slowest.ms) totals.slowest = { ms, seed }
    if (ms > patience) throw new Error(`${ms.toFixed(0)} ms of CPU for each of ${chunks} chunks, ${path}`)
    return result
  }
  const all = (options: ReadOptions) => [
    ...readRecords(memorySource(log), { platform: fastPlatform, ...options }),
  ]
  const recovered = seed % 3 === 0
  const byPlan = timed('by plan', () => all({ recovered }))
  let units = 0
  const onElements: NonNullable<ReadOptions['onElements']> = (elements) => {
    units += elementsXml(elements).length
  }
  const byTree = timed('by tree and XML', () => all({ recovered, onElements }))
  if (units / chunks > totals.largest.units) totals.largest = { units: Math.ceil(units / chunks), seed }
  if (units > chunks * limits.renderedChunk * 6) throw new Error(`${units} code units of XML`)
  for (const outcomes of [byPlan, byTree]) {
    const wrong = wrongIn(outcomes, Math.max(chunksInLog, chunks))
    if (wrong) throw new Error(wrong)
  }
  compareFields(byPlan, byTree)
  const packed = timed('packed', () => packedCase.read(log))
  comparePacked(byPlan, packed.records, packed.problems)
  totals.logs++
  totals.chunks += chunks
  totals.packed += packed.records.length
  for (const outcome of byPlan) {
    if (outcome.ok) totals.records++
    else {
      const { code, lost } = outcome.problem
      if (lost > 0) totals.unreadable++
      totals.problems.set(code, (totals.problems.get(code) ?? 0) + 1)
    }
  }
}

type Outcomes = readonly Outcome<EvtxRecord, EvtxProblem>[]
const placeOf = (record: EvtxRecord) => `${record.chunk}/${record.offset}`

function compareFields(byPlan: Outcomes, byTree: Outcomes): void {
  const fields = new Map<string, string>()
  for (const outcome of byPlan)
    if (outcome.ok) fields.set(placeOf(outcome.value), asText([outcome.value.names, outcome.value.values]))
  for (const outcome of byTree) {
    if (!outcome.ok) continue
    const ours = fields.get(placeOf(outcome.value))
    const theirs = asText([outcome.value.names, outcome.value.values])
    if (ours !== undefined && ours !== theirs)
      throw new Error(`plan and tree differ at ${placeOf(outcome.value)}: ${ours} and ${theirs}`)
  }
}

function comparePacked(
  outcomes: Outcomes,
  packed: readonly EventRecord[],
  problems: readonly EvtxProblem[],
): void {
  const live = outcomes.flatMap((outcome) => (outcome.ok && !outcome.value.recovered ? [outcome.value] : []))
  const number = (text: string | undefined) => Number(text) || 0
  for (let i = 0; i < Math.max(live.length, packed.length); i++) {
    const read = live[i]
    const row = packed[i]
    const ours = read && [
      [read.chunk, read.offset, read.recordId, read.time, read.eventId],
      [read.system.Provider ?? '', read.system.Channel ?? '', read.system.Computer ?? ''],
      [number(read.system.Version), number(read.system.Level), read.system.UserID || null],
      read.names,
      read.values,
    ]
    const theirs = row && [
      [row.locator.chunk, row.locator.offset, row.locator.recordId, row.time, row.eventId],
      [row.provider, row.channel, row.computer],
      [row.version, row.level, row.userSid || null],
      row.names,
      row.values,
    ]
    if (asText(ours) !== asText(theirs))
      throw new Error(
        `read and packed differ: ${asText(ours)?.slice(0, 3000)} and ${asText(theirs)?.slice(0, 3000)}`,
      )
  }
  const lost = (list: readonly EvtxProblem[]) =>
    list
      .filter((problem) => problem.lost > 0)
      .map(({ code, chunk, offset }) => `${code} ${chunk}/${offset}`)
      .sort()
      .join()
  const told = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.problem]))
  if (lost(told) !== lost(problems))
    throw new Error(`lost when read: ${lost(told)}; when packed: ${lost(problems)}`)
}
