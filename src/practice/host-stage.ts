/** Plays what happens on one host into the logs, tasks and facts of one folder. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { assert } from '../base/refusal.ts'
import { baseline, licensingTask } from './baseline.ts'
import type { Cast } from './cast.ts'
import { LogWriter } from './evtx/log-writer.ts'
import { FileSink } from './evtx/sinks.ts'
import type { Happening, RecordedMark } from './happening.ts'
import { hostFacts } from './host-facts.ts'
import { isAudited, Noise } from './noise.ts'
import type { Random } from './random.ts'
import { logFileName, sysmonChannel, taskSchedulerChannel } from './schemas/index.ts'
import type { Staging } from './staging.ts'

const minute = 600_000_000n
const coarseTick = 156_250n

interface OpenLog {
  readonly channel: string
  readonly path: string
  readonly sink: FileSink
  readonly writer: LogWriter
  next: bigint
}

export class HostStage {
  readonly cast: Cast
  readonly staging: Staging
  readonly #dir: string
  readonly #random: Random
  readonly #noiseCount: number
  readonly #noise: Noise
  readonly #told: readonly Happening[]
  readonly #logs: OpenLog[] = []
  readonly #made: string[] = []
  readonly marks: RecordedMark[] = []
  managedUpdates = 0
  /** records of a cleared log that were there once */
  erased = 0

  constructor(dir: string, cast: Cast, staging: Staging, noise: number, random: Random) {
    this.cast = cast
    this.staging = staging
    this.#dir = dir
    this.#random = random
    this.#noiseCount = noise
    this.#noise = new Noise(cast, staging, random.fork('noise'))
    this.#told = this.#inTime([...baseline(cast, random.fork('baseline')), ...staging.happenings])
  }

  /** records there will be, with those that a cleared log loses again */
  get total(): number {
    return this.#told.length + this.#noiseCount
  }
  get records(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#logs.map(({ channel, writer }) => [channel, writer.records]))
  }

  /** Writes the logs, one record per step. */
  *play(): Generator<void, void> {
    this.#openLogs()
    for (const happening of this.#inOrder()) {
      this.#record(happening)
      yield
    }
    for (const log of this.#logs) {
      log.writer.finish()
      log.sink.close()
    }
  }

  /** Writes what lies beside the logs; all files of the host, in a stable order. */
  async writeBeside(): Promise<string[]> {
    const tasks = new Map(this.staging.tasks)
    if (this.#noise.licensingXml !== undefined) tasks.set(licensingTask, this.#noise.licensingXml)
    const files = this.#logs.map(({ path }) => path)
    for (const [path, xml] of [...tasks].sort(([a], [b]) => (a < b ? -1 : 1))) {
      files.push(await this.#writeTask(path, xml))
    }
    const channels = this.#logs.map(({ channel }) => channel)
    const facts = hostFacts(this.cast, this.staging, channels, this.#random.fork('facts'))
    const path = join(this.#dir, 'host.json')
    files.push(await this.#write(path, `${JSON.stringify(facts, null, 2)}\n`))
    return files
  }

  /** Lets go of the files and takes away what was written. */
  async clear(): Promise<void> {
    for (const log of this.#logs) {
      try {
        log.sink.close()
      } catch {
        // closed already, or the disk is full: what stands is taken away next
      }
    }
    for (const path of this.#made) await rm(path, { recursive: true, force: true })
  }

  #openLogs(): void {
    const first = this.#random.fork('record-ids')
    const channels = [
      'Security',
      'System',
      taskSchedulerChannel,
      ...(this.staging.sysmon ? [sysmonChannel] : []),
    ]
    for (const channel of channels) {
      const path = join(this.#dir, logFileName(channel))
      const sink = new FileSink(path)
      this.#made.push(path)
      const next = BigInt(channel === 'Security' ? this.cast.host.firstRecordId : first.between(900, 90_000))
      this.#logs.push({ channel, path, sink, writer: new LogWriter(sink), next })
    }
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

  #record(happening: Happening): void {
    const log = this.#logs.find(({ channel }) => channel === happening.schema.channel)
    assert(log !== undefined, `a log is open for ${happening.schema.channel}`)
    const recordId = log.next++
    const { cleared } = this.staging
    if (cleared && cleared.channel === log.channel && happening.time < cleared.at) {
      this.erased++
      return
    }
    const time = this.cast.host.coarseClock ? happening.time - (happening.time % coarseTick) : happening.time
    log.writer.add({ ...happening, time, recordId, computer: this.cast.host.fqdn })
    if (happening.mark) this.marks.push({ mark: happening.mark, happening, time, recordId })
    else if (happening.schema.eventId === 4702) this.managedUpdates++
  }

  async #write(path: string, content: string | Uint8Array): Promise<string> {
    await writeFile(path, content, { flag: 'wx' })
    this.#made.push(path)
    return path
  }

  /** A task as it lies below System32\Tasks: UTF-16LE with a byte order mark, no extension. */
  async #writeTask(taskPath: string, xml: string): Promise<string> {
    const root = join(this.#dir, 'Tasks')
    const path = join(root, ...taskPath.split('\\').filter((part) => part !== ''))
    this.#made.push(root)
    await mkdir(dirname(path), { recursive: true })
    return this.#write(path, Buffer.from(`\ufeff${xml}`, 'utf16le'))
  }
}
