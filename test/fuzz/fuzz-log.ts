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
import { DumpOfLogs } from './dump-of-log.ts'
import { hostileChunk } from './hostile-chunks.ts'
import type { PackedCase } from './packed-case.ts'

/** Of so many logs one holds a chunk made to be costly: these take a hundred times as long as others. */
const hostileEvery = 40
/** CPU ms one path may take for a chunk: the 100 of its share, twice on a slow machine. */
const patience = 200
/** MiB one chunk may lift the most memory this process ever had: what V8 lets lie until it collects included. */
const mostMemory = 96
/** bytes of output of one chunk: six for a code unit is the most an escape takes */
const mostOutput = limits.renderedChunk * 6

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
  /** bytes of a dump of one chunk, and the seed of its log */
  longest: { bytes: number; seed: number }
  /** MiB one chunk lifted the most memory the process had before, and the seed of its log; runs of the first logs aside */
  heaviest: { mib: number; seed: number }
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
  longest: { bytes: 0, seed: 0 },
  heaviest: { mib: 0, seed: 0 },
})

/** Logs until the compiler and the heap have settled: their memory is not told of one chunk. */
const settling = 200
const mostResident = () => process.resourceUsage().maxRSS / 1024

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
export async function judgeLog(
  seed: number,
  log: Uint8Array,
  packedCase: PackedCase,
  totals: FuzzTotals,
): Promise<void> {
  const chunks = Math.max(1, Math.ceil((log.length - 4096) / 65_536))
  /** Notes what the path costs from here on; the result tells when it is over. */
  const costs = (path: string) => {
    const resident = mostResident()
    const from = cpuMilliseconds()
    return () => {
      const mib = (mostResident() - resident) / chunks
      if (totals.logs >= settling && mib > totals.heaviest.mib) totals.heaviest = { mib, seed }
      if (mib > mostMemory) throw new Error(`${mib.toFixed(0)} MiB for each of ${chunks} chunks, ${path}`)
      const ms = (cpuMilliseconds() - from) / chunks
      if (ms > totals.slowest.ms) totals.slowest = { ms, seed }
      if (ms > patience) throw new Error(`${ms.toFixed(0)} ms of CPU for each of ${chunks} chunks, ${path}`)
    }
  }
  const timed = <T>(path: string, work: () => T): T => {
    const over = costs(path)
    const result = work()
    over()
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
  if (units > chunks * mostOutput) throw new Error(`${units} code units of XML`)
  if (seed % 4 === 0 || seed % hostileEvery === 0) await judgeDump(seed, log, chunks, costs, totals)
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

const formats = ['xml', 'jsonl'] as const
const dumps = formats.map((format) => ({
  format,
  fast: new DumpOfLogs({ format }),
  slow: new DumpOfLogs({ format, slow: true }),
}))

/** The dump of a log, which is written by paths of its own: bounded, and the same by the fast one and the slow one. */
async function judgeDump(
  seed: number,
  log: Uint8Array,
  chunks: number,
  costs: (path: string) => () => void,
  totals: FuzzTotals,
): Promise<void> {
  const { format, fast, slow } = dumps[(seed >> 3) & 1] as (typeof dumps)[number]
  const ofPath = async (path: string, dump: DumpOfLogs) => {
    const over = costs(path)
    const dumped = await dump.of(log)
    over()
    return dumped
  }
  const ours = await ofPath(`dumped as ${format}`, fast)
  const theirs = await ofPath(`dumped as ${format}, slowly`, slow)
  if (ours.bytes / chunks > totals.longest.bytes)
    totals.longest = { bytes: Math.ceil(ours.bytes / chunks), seed }
  if (ours.bytes > chunks * mostOutput) throw new Error(`a dump of ${ours.bytes} bytes as ${format}`)
  if (ours.sha256 !== theirs.sha256) throw new Error(`the fast and the slow dump as ${format} differ`)
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
