/** Plays a scenario: everything that happens, in time order, into the logs of a folder, with the truth beside them. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { assert, Cancelled } from '../base/refusal.ts'
import { baseline, licensingTask } from './baseline.ts'
import { type Cast, castFor } from './cast.ts'
import { LogWriter } from './evtx/log-writer.ts'
import { FileSink } from './evtx/sinks.ts'
import type { Happening, RecordedMark } from './happening.ts'
import { hostFacts } from './host-facts.ts'
import { isAudited, Noise } from './noise.ts'
import { Random } from './random.ts'
import { logFileName, sysmonChannel, taskSchedulerChannel } from './schemas/index.ts'
import type { Scenario, Staging } from './staging.ts'
import { truthOf } from './truth.ts'

export interface Play {
  readonly scenario: Scenario
  readonly seed: number
  /** records of ordinary life around it; exact */
  readonly noise: number
  /** where truth.json goes when not into the folder itself */
  readonly truthPath?: string
  readonly signal?: AbortSignal | undefined
  /** called now and then with the records written so far and all there will be */
  readonly onRecords?: (done: number, total: number) => void
}

export interface Played {
  /** everything written, absolute, in a stable order; the truth last */
  readonly files: readonly string[]
  readonly truthPath: string
  /** records by channel */
  readonly records: Readonly<Record<string, number>>
}

const minute = 600_000_000n
const coarseTick = 156_250n
const recordsPerBreath = 2048

/** Writes the folder (which must exist and be empty). On failure or cancellation nothing of it stays. */
export async function playScenario(dir: string, play: Play): Promise<Played> {
  const stage = new Stage(dir, play)
  try {
    await stage.writeLogs()
    return await stage.writeRest()
  } catch (error) {
    stage.close()
    await stage.clear()
    throw error
  }
}

interface OpenLog {
  readonly channel: string
  readonly path: string
  readonly sink: FileSink
  readonly writer: LogWriter
  next: bigint
}

class Stage {
  readonly #dir: string
  readonly #play: Play
  readonly #random: Random
  readonly #cast: Cast
  readonly #staging: Staging
  readonly #noise: Noise
  readonly #logs: OpenLog[] = []
  readonly #marks: RecordedMark[] = []
  readonly #made: string[] = []
  #managedUpdates = 0
  /** records of a cleared log that were there once */
  #erased = 0

  constructor(dir: string, play: Play) {
    this.#dir = dir
    this.#play = play
    this.#random = new Random(`${play.scenario.name}:${play.seed}`)
    this.#cast = castFor(play.scenario.name, play.seed, play.scenario.release)
    this.#staging = play.scenario.stage(this.#cast, this.#random.fork('scenario'))
    this.#noise = new Noise(this.#cast, this.#staging, this.#random.fork('noise'))
  }

  async writeLogs(): Promise<void> {
    const { noise, signal, onRecords } = this.#play
    this.#openLogs()
    const told = this.#told()
    const total = told.length + noise
    let done = 0
    for (const happening of this.#inOrder(told)) {
      this.#record(happening)
      if (++done % recordsPerBreath !== 0) continue
      onRecords?.(done, total)
      await breathe()
      if (signal?.aborted) throw new Cancelled()
    }
    if (signal?.aborted) throw new Cancelled()
    onRecords?.(done, total)
    for (const log of this.#logs) {
      log.writer.finish()
      log.sink.close()
    }
  }

  async writeRest(): Promise<Played> {
    const { scenario, noise, truthPath = join(this.#dir, 'truth.json') } = this.#play
    const tasks = new Map(this.#staging.tasks)
    if (this.#noise.licensingXml !== undefined) tasks.set(licensingTask, this.#noise.licensingXml)
    const files = this.#logs.map(({ path }) => path)
    for (const [path, xml] of [...tasks].sort(([a], [b]) => (a < b ? -1 : 1))) {
      files.push(await this.#writeTask(path, xml))
    }
    const channels = this.#logs.map(({ channel }) => channel)
    const facts = hostFacts(this.#cast, this.#staging, channels, this.#random.fork('facts'))
    files.push(await this.#write(join(this.#dir, 'host.json'), json(facts)))
    const records = Object.fromEntries(this.#logs.map(({ channel, writer }) => [channel, writer.records]))
    const truth = truthOf({
      scenario,
      cast: this.#cast,
      staging: this.#staging,
      noise,
      marks: this.#marks,
      managedUpdates: this.#managedUpdates,
      erased: this.#erased,
      records,
    })
    files.push(await this.#write(truthPath, json(truth)))
    return { files, truthPath, records }
  }

  /** Lets go of the files; safe to call twice. */
  close(): void {
    for (const log of this.#logs) {
      try {
        log.sink.close()
      } catch {
        // closed already, or the disk is full: what stands is taken away next
      }
    }
  }

  async clear(): Promise<void> {
    for (const path of this.#made) await rm(path, { recursive: true, force: true })
  }

  #openLogs(): void {
    const first = this.#random.fork('record-ids')
    const channels = [
      'Security',
      'System',
      taskSchedulerChannel,
      ...(this.#staging.sysmon ? [sysmonChannel] : []),
    ]
    for (const channel of channels) {
      const path = join(this.#dir, logFileName(channel))
      const sink = new FileSink(path)
      this.#made.push(path)
      const next = BigInt(channel === 'Security' ? this.#cast.host.firstRecordId : first.between(900, 90_000))
      this.#logs.push({ channel, path, sink, writer: new LogWriter(sink), next })
    }
  }

  /** The happenings of the story and of the host's start, as far as they are recorded, in time order. */
  #told(): Happening[] {
    const all = [...baseline(this.#cast, this.#random.fork('baseline')), ...this.#staging.happenings]
    return all
      .filter((happening) => isAudited(this.#staging, happening))
      .map((happening, sequence) => ({ happening, sequence }))
      .sort((a, b) => {
        const apart = a.happening.time - b.happening.time
        return apart < 0n ? -1 : apart > 0n ? 1 : a.sequence - b.sequence
      })
      .map(({ happening }) => happening)
  }

  *#inOrder(told: readonly Happening[]): Generator<Happening, void> {
    const from = this.#cast.host.boot + 2n * minute
    const ordinary = this.#noise.happenings(this.#play.noise, from, this.#cast.collectedAt - 3n * minute)
    let other = ordinary.next()
    for (const happening of told) {
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
    const { cleared } = this.#staging
    if (cleared && cleared.channel === log.channel && happening.time < cleared.at) {
      this.#erased++
      return
    }
    const time = this.#cast.host.coarseClock ? happening.time - (happening.time % coarseTick) : happening.time
    log.writer.add({ ...happening, time, recordId, computer: this.#cast.host.fqdn })
    if (happening.mark) this.#marks.push({ mark: happening.mark, happening, time, recordId })
    else if (happening.schema.eventId === 4702) this.#managedUpdates++
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

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`
