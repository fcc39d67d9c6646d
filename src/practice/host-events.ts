/**
 * What the logs of one host come to hold: everything that happens on it, in order, less what is not audited, was cleared, had to make
 * room, or was left out by an export. The same for a log on disk and for one in memory.
 */
import { baseline } from './baseline.ts'
import type { Cast } from './cast.ts'
import type { Happening, Recorded, RecordedMark } from './happening.ts'
import { isAudited, Noise } from './noise.ts'
import type { Random } from './random.ts'
import { sysmonChannel, taskSchedulerChannel } from './schemas/index.ts'
import type { Staging } from './staging.ts'

const minute = 600_000_000n
const coarseTick = 156_250n

export class HostEvents {
  readonly cast: Cast
  readonly staging: Staging
  readonly channels: readonly string[]
  readonly #noiseCount: number
  readonly #noise: Noise
  readonly #told: readonly Happening[]
  readonly #next = new Map<string, bigint>()
  readonly marks: RecordedMark[] = []
  managedUpdates = 0
  /** records that were there once */
  erased = 0

  constructor(cast: Cast, staging: Staging, noise: number, random: Random) {
    this.cast = cast
    this.staging = staging
    this.#noiseCount = noise
    this.#noise = new Noise(cast, staging, random.fork('noise'))
    this.#told = this.#inTime([...baseline(cast, random.fork('baseline')), ...staging.happenings])
    const first = random.fork('record-ids')
    const missing = new Set(staging.withoutChannels?.map(({ channel }) => channel))
    const all = ['Security', 'System', taskSchedulerChannel, ...(staging.sysmon ? [sysmonChannel] : [])]
    for (const channel of all)
      this.#next.set(
        channel,
        BigInt(channel === 'Security' ? cast.host.firstRecordId : first.between(900, 90_000)),
      )
    this.channels = all.filter((channel) => !missing.has(channel))
  }

  /** records there will be, with those that are lost again */
  get total(): number {
    return this.#told.length + this.#noiseCount
  }
  /** the licensing task's definition after its last update */
  get licensingXml(): string | undefined {
    return this.#noise.licensingXml
  }

  /** Every record of the logs in the order of writing; undefined for one that is not there any more. */
  *records(): Generator<Recorded | undefined, void> {
    for (const happening of this.#inOrder()) yield this.#record(happening)
  }

  /** What is recorded of these, in time order; of equal times what was told first. */
  #inTime(all: readonly Happening[]): Happening[] {
    return all
      .filter((happening) => isAudited(this.staging, happening))
      .map((happening, sequence) => ({ happening, sequence }))
      .sort((a, b) => {
        const apart = a.happening.time - b.happening.time
        return apart < 0n ? -1 : apart > 0n ? 1 : a.sequence - b.sequence
      })
      .map(({ happening }) => happening)
  }

  *#inOrder(): Generator<Happening, void> {
    const from = this.cast.host.boot + 2n * minute
    const ordinary = this.#noise.happenings(this.#noiseCount, from, this.cast.collectedAt - 3n * minute)
    let other = ordinary.next()
    for (const happening of this.#told) {
      while (!other.done && other.value.time < happening.time) {
        yield other.value
        other = ordinary.next()
      }
      yield happening
    }
    for (; !other.done; other = ordinary.next()) yield other.value
  }

  #record(happening: Happening): Recorded | undefined {
    const { channel } = happening.schema
    const recordId = this.#next.get(channel) as bigint
    this.#next.set(channel, recordId + 1n)
    if (!this.#isKept(happening)) {
      this.erased++
      return undefined
    }
    const time = this.#clock(happening.time)
    const recorded = { happening, time, recordId }
    if (happening.mark) this.marks.push({ mark: happening.mark, ...recorded })
    else if (happening.schema.eventId === 4702) this.managedUpdates++
    return recorded
  }

  #isKept(happening: Happening): boolean {
    const {
      time,
      schema: { channel, eventId },
    } = happening
    const { cleared, retention, filter, lost } = this.staging
    return (
      !lost?.has(happening) &&
      this.channels.includes(channel) &&
      !cleared?.some((clearing) => clearing.channel === channel && time < clearing.at) &&
      time >= (retention?.get(channel) ?? 0n) &&
      filter?.get(channel)?.includes(eventId) !== false
    )
  }

  /** What the host's clock shows. */
  #clock(time: bigint): bigint {
    let shown = time
    for (const { at, byMs } of this.staging.jumps ?? []) if (time >= at) shown += BigInt(byMs) * 10_000n
    // the table of Sentinel keeps milliseconds
    if (this.staging.collectedAs?.startsWith('sentinel')) return shown - (shown % 10_000n)
    return this.cast.host.coarseClock ? shown - (shown % coarseTick) : shown
  }
}
