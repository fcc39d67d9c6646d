/** What a log is, counted while it is read: ranges, gaps, clocks and the signs that tell how it came to be. Bounded memory. */
import { type StaleReason, staleReasons } from '../../evtx/recovered.ts'
import type { SystemTuple } from './packed.ts'

const noneStale = (count: (reason: StaleReason) => number = () => 0) =>
  Object.fromEntries(staleReasons.map((reason) => [reason, count(reason)])) as Record<StaleReason, number>

const maxRuns = 50_000
const maxBackwards = 100

export interface IdRun {
  readonly from: bigint
  readonly to: bigint
}

export interface TallyResult {
  readonly records: number
  readonly chunks: {
    readonly total: number
    readonly used: number
    readonly empty: number
    readonly bad: number
  }
  /** EventRecordIDs as runs without a gap, ascending; `complete` false when there were too many runs to keep */
  readonly runs: readonly IdRun[]
  readonly runsComplete: boolean
  readonly firstTime: bigint | undefined
  readonly lastTime: bigint | undefined
  /** places in file order where TimeCreated went back by more than a second while record ids went on */
  readonly backwards: readonly { readonly recordId: bigint; readonly from: bigint; readonly to: bigint }[]
  readonly backwardsCount: number
  readonly channels: Readonly<Record<string, number>>
  readonly computers: Readonly<Record<string, number>>
  readonly eventIds: Readonly<Record<string, number>>
  /** records whose header number equals EventRecordID */
  readonly sameHeaderIds: number
  readonly firstHeaderId: bigint | undefined
  readonly headerIdsRising: boolean
  /** whole records that are not live: behind a chunk's free offset, or left over from an earlier use of it */
  readonly recoverable: number
  /** framed records that are not live and cannot be offered, by reason */
  readonly unrecoverable: StaleCounts
}
export type StaleCounts = Readonly<Record<StaleReason, number>>

interface Edge {
  readonly time: number
  readonly id: number
  readonly header: number
}

/** The tally of one part of a log. */
export interface TallyPart extends Omit<TallyResult, 'runs' | 'channels' | 'computers' | 'eventIds'> {
  readonly runs: readonly { readonly from: number; readonly to: number }[]
  readonly odd: readonly bigint[]
  readonly channels: ReadonlyMap<string, number>
  readonly computers: ReadonlyMap<string, number>
  readonly eventIds: ReadonlyMap<string, number>
  /** the first and the last record, for what happens between two parts */
  readonly start: Edge | undefined
  readonly end: Edge
}

const at = {
  firstLow: 0,
  firstHigh: 1,
  lastLow: 2,
  lastHigh: 3,
  previousTime: 4,
  previousId: 5,
  previousHeader: 6,
} as const

export class LogTally {
  records = 0
  recoverable = 0
  readonly unrecoverable = noneStale()
  #chunks = { total: 0, used: 0, empty: 0, bad: 0 }
  #runs: { from: number; to: number }[] = []
  #runsComplete = true
  /** by `at`; in an array, for a field would get a number object of its own with every record */
  readonly #kept = new Float64Array([0, -1, 0, -1, -1, -1, -1])
  #backwards: { recordId: bigint; from: bigint; to: bigint }[] = []
  #backwardsCount = 0
  #bySystem = new Map<SystemTuple, number>()
  /** by event id; a folder of small logs makes one tally each, so it grows with the ids met */
  #eventIds = new Float64Array(1024)
  #sameHeaderIds = 0
  #firstHeaderId: bigint | undefined
  #rising = true
  #odd: bigint[] = []
  #start: Edge | undefined

  chunk(state: 'used' | 'empty' | 'bad'): void {
    this.#chunks.total++
    this.#chunks[state]++
  }

  record(
    timeLow: number,
    timeHigh: number,
    idLow: number,
    idHigh: number,
    headerLow: number,
    headerHigh: number,
    eventId: number,
  ): void {
    this.records++
    const kept = this.#kept
    if (
      (kept[at.firstHigh] as number) < 0 ||
      timeHigh < (kept[at.firstHigh] as number) ||
      (timeHigh === (kept[at.firstHigh] as number) && timeLow < (kept[at.firstLow] as number))
    ) {
      kept[at.firstHigh] = timeHigh
      kept[at.firstLow] = timeLow
    }
    if (
      timeHigh > (kept[at.lastHigh] as number) ||
      (timeHigh === (kept[at.lastHigh] as number) && timeLow > (kept[at.lastLow] as number))
    ) {
      kept[at.lastHigh] = timeHigh
      kept[at.lastLow] = timeLow
    }
    if (idLow === headerLow && idHigh === headerHigh) this.#sameHeaderIds++
    const header = headerHigh * 2 ** 32 + headerLow
    if (this.#firstHeaderId === undefined)
      this.#firstHeaderId = (BigInt(headerHigh) << 32n) | BigInt(headerLow)
    if (header <= (kept[at.previousHeader] as number)) this.#rising = false
    kept[at.previousHeader] = header
    if (eventId >= this.#eventIds.length) this.#growEventIds(eventId)
    this.#eventIds[eventId] = (this.#eventIds[eventId] as number) + 1
    if (idHigh >= 1 << 21) {
      // beyond exact doubles: no real log, kept exactly all the same
      if (this.#odd.length < maxRuns) this.#odd.push((BigInt(idHigh) << 32n) | BigInt(idLow))
      else this.#runsComplete = false
      return
    }
    const id = idHigh * 2 ** 32 + idLow
    // a double holds 100 ns ticks to 16: fine for "went back by more than a second"
    const time = timeHigh * 2 ** 32 + timeLow
    if (time + 10_000_000 < (kept[at.previousTime] as number) && id > (kept[at.previousId] as number)) {
      this.#backwardsCount++
      if (this.#backwards.length < maxBackwards)
        this.#backwards.push({
          recordId: BigInt(id),
          from: BigInt(kept[at.previousTime] as number),
          to: BigInt(time),
        })
    }
    this.#start ??= { time, id, header }
    kept[at.previousTime] = time
    kept[at.previousId] = id
    if (id === 0) return
    const last = this.#runs[this.#runs.length - 1]
    if (last && id === last.to + 1) last.to = id
    else if (this.#runs.length < maxRuns) this.#runs.push({ from: id, to: id })
    else {
      this.#mergeRuns()
      if (this.#runs.length < maxRuns) this.#runs.push({ from: id, to: id })
      else this.#runsComplete = false
    }
  }

  /** So many of the records had this combination of System fields. */
  system(system: SystemTuple, records: number): void {
    this.#bySystem.set(system, (this.#bySystem.get(system) ?? 0) + records)
  }

  #growEventIds(eventId: number): void {
    const wider = new Float64Array(2 ** (32 - Math.clz32(eventId)))
    wider.set(this.#eventIds)
    this.#eventIds = wider
  }

  #mergeRuns(): void {
    this.#runs = mergeRuns(this.#runs)
  }

  /** What this part of the log gave, fit to be sent between threads and joined with the other parts. */
  part(): TallyPart {
    this.#mergeRuns()
    const channels = new Map<string, number>()
    const computers = new Map<string, number>()
    for (const [system, count] of this.#bySystem) {
      channels.set(system.channel, (channels.get(system.channel) ?? 0) + count)
      computers.set(system.computer, (computers.get(system.computer) ?? 0) + count)
    }
    const eventIds = new Map<string, number>()
    for (let id = 0; id < this.#eventIds.length; id++)
      if (this.#eventIds[id]) eventIds.set(String(id), this.#eventIds[id] as number)
    const ticks = (high: number, low: number) => (high < 0 ? undefined : (BigInt(high) << 32n) | BigInt(low))
    return {
      records: this.records,
      recoverable: this.recoverable,
      unrecoverable: this.unrecoverable,
      chunks: this.#chunks,
      runs: this.#runs,
      odd: this.#odd,
      runsComplete: this.#runsComplete,
      firstTime: ticks(this.#kept[at.firstHigh] as number, this.#kept[at.firstLow] as number),
      lastTime: ticks(this.#kept[at.lastHigh] as number, this.#kept[at.lastLow] as number),
      backwards: this.#backwards,
      backwardsCount: this.#backwardsCount,
      channels,
      computers,
      eventIds,
      sameHeaderIds: this.#sameHeaderIds,
      firstHeaderId: this.#firstHeaderId,
      headerIdsRising: this.#rising,
      start: this.#start,
      end: {
        time: this.#kept[at.previousTime] as number,
        id: this.#kept[at.previousId] as number,
        header: this.#kept[at.previousHeader] as number,
      },
    }
  }
}

function mergeRuns(runs: readonly { from: number; to: number }[]): { from: number; to: number }[] {
  const merged: { from: number; to: number }[] = []
  for (const run of [...runs].sort((a, b) => a.from - b.from || a.to - b.to)) {
    const last = merged[merged.length - 1]
    if (last && run.from <= last.to + 1) last.to = Math.max(last.to, run.to)
    else merged.push({ ...run })
  }
  return merged
}

/** Counts of all parts by name, sorted; a channel may be called `__proto__`. */
function addUp(
  maps: readonly ReadonlyMap<string, number>[],
  inOrder: (a: string, b: string) => number,
): Record<string, number> {
  const sums = new Map<string, number>()
  for (const map of maps) for (const [name, count] of map) sums.set(name, (sums.get(name) ?? 0) + count)
  return Object.fromEntries([...sums].sort(([a], [b]) => inOrder(a, b)))
}

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** Joins the parts of a log, given in file order: the same as if it had been tallied in one go. */
export function joinTallies(parts: readonly TallyPart[]): TallyResult {
  const sum = (pick: (part: TallyPart) => number) => parts.reduce((total, part) => total + pick(part), 0)
  const times = (pick: (part: TallyPart) => bigint | undefined) =>
    parts.map(pick).filter((time): time is bigint => time !== undefined)
  const least = (values: readonly bigint[]) =>
    values.reduce<bigint | undefined>((a, b) => (a === undefined || b < a ? b : a), undefined)
  const most = (values: readonly bigint[]) =>
    values.reduce<bigint | undefined>((a, b) => (a === undefined || b > a ? b : a), undefined)
  const backwards: { recordId: bigint; from: bigint; to: bigint }[] = []
  let backwardsCount = 0
  let rising = true
  let before: Edge | undefined
  for (const part of parts) {
    if (part.records === 0) continue
    const { start } = part
    if (before && start) {
      if (start.header <= before.header) rising = false
      if (start.time + 10_000_000 < before.time && start.id > before.id) {
        backwardsCount++
        backwards.push({ recordId: BigInt(start.id), from: BigInt(before.time), to: BigInt(start.time) })
      }
    }
    rising &&= part.headerIdsRising
    backwards.push(...part.backwards)
    backwardsCount += part.backwardsCount
    before = part.end
  }
  const runs = mergeRuns(parts.flatMap((part) => [...part.runs]))
  const odd = parts.flatMap((part) => [...part.odd]).sort((a, b) => (a < b ? -1 : 1))
  return {
    records: sum((part) => part.records),
    recoverable: sum((part) => part.recoverable),
    unrecoverable: noneStale((reason) => sum((part) => part.unrecoverable[reason])),
    chunks: {
      total: sum((part) => part.chunks.total),
      used: sum((part) => part.chunks.used),
      empty: sum((part) => part.chunks.empty),
      bad: sum((part) => part.chunks.bad),
    },
    runs: [
      ...runs.slice(0, maxRuns).map((run) => ({ from: BigInt(run.from), to: BigInt(run.to) })),
      ...odd.slice(0, maxRuns).map((id) => ({ from: id, to: id })),
    ],
    runsComplete: parts.every((part) => part.runsComplete) && runs.length <= maxRuns && odd.length <= maxRuns,
    firstTime: least(times((part) => part.firstTime)),
    lastTime: most(times((part) => part.lastTime)),
    backwards: backwards.slice(0, maxBackwards),
    backwardsCount,
    channels: addUp(
      parts.map((part) => part.channels),
      byText,
    ),
    computers: addUp(
      parts.map((part) => part.computers),
      byText,
    ),
    eventIds: addUp(
      parts.map((part) => part.eventIds),
      (a, b) => Number(a) - Number(b),
    ),
    sameHeaderIds: sum((part) => part.sameHeaderIds),
    firstHeaderId: parts.find((part) => part.firstHeaderId !== undefined)?.firstHeaderId,
    headerIdsRising: rising,
  }
}
