/** What one host's task records ask of its other records: whose they are, of which sessions, and how near. */
import type { TimeChangedEvent } from '../domain/event.ts'
import { isWellKnownLogon, type LogonId, logonId } from '../domain/ids.ts'
import { type Naming, ticksOf } from './chain-roles.ts'
import type { Numbers, Segment } from './records/segment.ts'

/** of every logon over the network: it is nobody */
const nobody = 'S-1-0-0'
/** How far the ids of logons must fall to show a start of Windows (chains/boots.ts), at least. */
const fall = 0x40000

/** Accounts and sessions. */
export class Names {
  readonly #sids = new Set<string>()
  readonly #logons = new Set<string>()
  /** the same ids as numbers, where a double holds them exactly */
  readonly #logonNumbers = new Set<number>()

  /** @param lower in lower case */
  hasSid(lower: string): boolean {
    return lower.startsWith('s-1-') && this.#sids.has(lower.toUpperCase())
  }
  /** @param lower in lower case */
  hasLogon(lower: string): boolean {
    return lower.startsWith('0x') && this.#logons.has(logonId(lower) ?? '')
  }
  /** Numbers beyond exact doubles may be taken for one another. */
  hasHex(low: number, high: number): boolean {
    if (!this.#logonNumbers.has(high * 2 ** 32 + low)) return false
    return high < 2 ** 21 || this.#logons.has(`0x${((BigInt(high) << 32n) | BigInt(low)).toString(16)}`)
  }

  addSid(sid: string): void {
    this.#sids.add(sid)
  }
  addLogon(id: LogonId): void {
    this.#logons.add(id)
    this.#logonNumbers.add(Number(id))
  }
}

export class HostAsked {
  /** when its task records were written, ticks exact to some; in order once all are known */
  readonly anchors: number[] = []
  /** it has a record of a task's file or key */
  isPlanted = false
  /** the clock was set back: the order of the records has to be found from all of them */
  needsAll = false
  /** ids of logons fall: starts of Windows have to be found from all logons */
  needsLogons = false
  readonly clockSets: TimeChangedEvent[] = []
  /** when the log service stopped or the log was full */
  readonly stops: number[] = []
  /** number of a stop and channel → the first row after it */
  readonly #afterStops = new Map<string, { row: number; ticks: number }>()
  readonly names = new Names()
  /** keys of the tasks its task records name */
  readonly tasks = new Set<string>()
  /** process ids that task records name as their callers, and when */
  readonly clients: { readonly pid: number; readonly ticks: number }[] = []
  readonly #ofAll: Names
  readonly #logonTimes: number[] = []
  readonly #logonIds: number[] = []

  /** @param ofAll gets the names too, so that what no host is asked about is told at once */
  constructor(ofAll: Names) {
    this.#ofAll = ofAll
  }

  /** Every process and all of the task log are read: their order, and starts of Windows, have to be found from all. */
  get needsProcesses(): boolean {
    return this.needsAll || this.needsLogons
  }

  name(segment: Segment, naming: Naming, numbers: Numbers, start: number): void {
    for (const at of naming.sids) {
      const sid = segment
        .passingValues()
        .text(numbers[start + at] as number)
        .toUpperCase()
      if (sid === nobody) continue
      this.names.addSid(sid)
      this.#ofAll.addSid(sid)
    }
    for (const at of naming.logons)
      this.#nameLogon(segment.passingValues().text(numbers[start + at] as number))
  }

  /** The session a 4624 opens, and its twin. */
  nameSession(segment: Segment, { opened }: Naming, numbers: Numbers, start: number): void {
    for (const at of opened) this.#nameLogon(segment.passingValues().text(numbers[start + at] as number))
  }

  #nameLogon(text: string): void {
    const id = logonId(text)
    if (id === undefined || isWellKnownLogon(id)) return
    this.names.addLogon(id)
    this.#ofAll.addLogon(id)
  }

  /** Id and time of a logon, for `logonsFall`. */
  noteLogon(segment: Segment, row: number, { opened }: Naming, numbers: Numbers, start: number): void {
    const at = opened[0]
    const number = at === undefined ? undefined : numbers[start + at]
    if (number === undefined) return
    const values = segment.passingValues()
    let id: number
    if (values.isHex(number)) {
      id = values.hexHigh(number) * 2 ** 32 + values.hexLow(number)
      if (id <= 0x3e7 && isWellKnownLogon(`0x${id.toString(16)}` as LogonId)) return
    } else {
      const text = logonId(values.text(number))
      if (text === undefined || isWellKnownLogon(text)) return
      id = Number(text)
    }
    this.#logonIds.push(id)
    this.#logonTimes.push(ticksOf(segment, row))
  }

  /**
   * Whether an id stands so far below an earlier one that a start of Windows may lie between: only then it matters which logons are
   * known besides those of the accounts asked about.
   */
  logonsFall(): boolean {
    const times = this.#logonTimes
    let order: Uint32Array | undefined
    for (let i = 1; !order && i < times.length; i++)
      if ((times[i] as number) < (times[i - 1] as number))
        order = Uint32Array.from(times.keys()).sort(
          (a, b) => (times[a] as number) - (times[b] as number) || a - b,
        )
    let highest = 0
    for (let i = 0; i < times.length; i++) {
      const id = this.#logonIds[order ? (order[i] as number) : i] as number
      if (id < highest / 2 && highest - id > fall) return true
      if (id > highest) highest = id
    }
    return false
  }

  /** Whether a moment lies in reach of a task record. */
  isNear(ticks: number, reach: number): boolean {
    const at = firstNotBefore(this.anchors, ticks - reach)
    const next = this.anchors[at]
    return next !== undefined && next <= ticks + reach
  }

  /** Keeps the first row of each channel after each stop. */
  noteAfterStop(row: number, ticks: number, channel: string): void {
    const stop = firstNotBefore(this.stops, ticks) - 1
    if (stop < 0) return
    const key = `${stop} ${channel.toLowerCase()}`
    const known = this.#afterStops.get(key)
    if (!known || ticks < known.ticks) this.#afterStops.set(key, { row, ticks })
  }

  /** What was written next after the stops of the log service, whatever it is. */
  afterStops(): readonly number[] {
    return [...this.#afterStops.values()].map(({ row }) => row)
  }
}

/** Index of the first of ordered numbers that is not below `wanted`. */
function firstNotBefore(numbers: readonly number[], wanted: number): number {
  let low = 0
  let high = numbers.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((numbers[middle] as number) < wanted) low = middle + 1
    else high = middle
  }
  return low
}
