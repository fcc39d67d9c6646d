/** What a log is, counted while it is read: ranges, gaps, clocks and the signs that tell how it came to be. Bounded memory. */
import type { SystemTuple } from './packed.ts'

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
}

export class LogTally {
  records = 0
  recoverable = 0
  #chunks = { total: 0, used: 0, empty: 0, bad: 0 }
  #runs: { from: number; to: number }[] = []
  #runsComplete = true
  #firstLow = 0
  #firstHigh = -1
  #lastLow = 0
  #lastHigh = -1
  #previousTime = -1
  #previousId = -1
  #backwards: { recordId: bigint; from: bigint; to: bigint }[] = []
  #backwardsCount = 0
  #bySystem = new Map<SystemTuple, number>()
  #eventIds = new Float64Array(65_536)
  #sameHeaderIds = 0
  #firstHeaderId: bigint | undefined
  #previousHeader = -1
  #rising = true
  #odd: bigint[] = []

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
    system: SystemTuple,
  ): void {
    this.records++
    if (
      this.#firstHigh < 0 ||
      timeHigh < this.#firstHigh ||
      (timeHigh === this.#firstHigh && timeLow < this.#firstLow)
    ) {
      this.#firstHigh = timeHigh
      this.#firstLow = timeLow
    }
    if (timeHigh > this.#lastHigh || (timeHigh === this.#lastHigh && timeLow > this.#lastLow)) {
      this.#lastHigh = timeHigh
      this.#lastLow = timeLow
    }
    if (idLow === headerLow && idHigh === headerHigh) this.#sameHeaderIds++
    const header = headerHigh * 2 ** 32 + headerLow
    if (this.#firstHeaderId === undefined)
      this.#firstHeaderId = (BigInt(headerHigh) << 32n) | BigInt(headerLow)
    if (header <= this.#previousHeader) this.#rising = false
    this.#previousHeader = header
    this.#eventIds[eventId] = (this.#eventIds[eventId] as number) + 1
    this.#bySystem.set(system, (this.#bySystem.get(system) ?? 0) + 1)
    if (idHigh >= 1 << 21) {
      // beyond exact doubles: no real log, kept exactly all the same
      if (this.#odd.length < maxRuns) this.#odd.push((BigInt(idHigh) << 32n) | BigInt(idLow))
      else this.#runsComplete = false
      return
    }
    const id = idHigh * 2 ** 32 + idLow
    // a double holds 100 ns ticks to 16: fine for "went back by more than a second"
    const time = timeHigh * 2 ** 32 + timeLow
    if (time + 10_000_000 < this.#previousTime && id > this.#previousId) {
      this.#backwardsCount++
      if (this.#backwards.length < maxBackwards)
        this.#backwards.push({ recordId: BigInt(id), from: BigInt(this.#previousTime), to: BigInt(time) })
    }
    this.#previousTime = time
    this.#previousId = id
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

  #mergeRuns(): void {
    this.#runs.sort((a, b) => a.from - b.from || a.to - b.to)
    const merged: { from: number; to: number }[] = []
    for (const run of this.#runs) {
      const last = merged[merged.length - 1]
      if (last && run.from <= last.to + 1) last.to = Math.max(last.to, run.to)
      else merged.push(run)
    }
    this.#runs = merged
  }

  result(): TallyResult {
    this.#mergeRuns()
    const channels: Record<string, number> = {}
    const computers: Record<string, number> = {}
    const sorted = [...this.#bySystem].sort(
      ([a], [b]) => compare(a.channel, b.channel) || compare(a.computer, b.computer),
    )
    for (const [system, count] of sorted) channels[system.channel] = (channels[system.channel] ?? 0) + count
    for (const [system, count] of sorted)
      computers[system.computer] = (computers[system.computer] ?? 0) + count
    const eventIds: Record<string, number> = {}
    for (let id = 0; id < 65_536; id++) if (this.#eventIds[id]) eventIds[id] = this.#eventIds[id] as number
    const ticks = (high: number, low: number) => (high < 0 ? undefined : (BigInt(high) << 32n) | BigInt(low))
    const odd = this.#odd.sort((a, b) => (a < b ? -1 : 1)).map((id) => ({ from: id, to: id }))
    return {
      records: this.records,
      chunks: this.#chunks,
      runs: [...this.#runs.map((run) => ({ from: BigInt(run.from), to: BigInt(run.to) })), ...odd],
      runsComplete: this.#runsComplete,
      firstTime: ticks(this.#firstHigh, this.#firstLow),
      lastTime: ticks(this.#lastHigh, this.#lastLow),
      backwards: this.#backwards,
      backwardsCount: this.#backwardsCount,
      channels,
      computers,
      eventIds,
      sameHeaderIds: this.#sameHeaderIds,
      firstHeaderId: this.#firstHeaderId,
      headerIdsRising: this.#rising,
      recoverable: this.recoverable,
    }
  }
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
