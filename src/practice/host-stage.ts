/** Writes what the logs of one host hold, its tasks and its facts into a folder. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { assert } from '../base/refusal.ts'
import { licensingTask } from './baseline.ts'
import type { Cast } from './cast.ts'
import { LogWriter } from './evtx/log-writer.ts'
import { FileSink } from './evtx/sinks.ts'
import { HostEvents } from './host-events.ts'
import { hostFacts } from './host-facts.ts'
import type { Random } from './random.ts'
import { logFileName } from './schemas/index.ts'
import type { Staging } from './staging.ts'
import { HostEvidence } from './world/evidence.ts'

interface OpenLog {
  readonly channel: string
  readonly path: string
  readonly sink: FileSink
  readonly writer: LogWriter
}

export class HostStage {
  readonly events: HostEvents
  readonly evidence: HostEvidence
  readonly #dir: string
  readonly #random: Random
  readonly #logs: OpenLog[] = []
  readonly #made: string[] = []

  constructor(dir: string, cast: Cast, staging: Staging, noise: number, random: Random) {
    this.#dir = dir
    this.#random = random
    this.events = new HostEvents(cast, staging, noise, random)
    this.evidence = new HostEvidence(this.events)
  }

  get records(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#logs.map(({ channel, writer }) => [channel, writer.records]))
  }

  /** Writes the logs, one record per step. */
  *play(): Generator<void, void> {
    this.#openLogs()
    const computer = this.events.cast.host.fqdn
    for (const recorded of this.events.records()) {
      if (recorded) {
        const { happening, time, recordId } = recorded
        const log = this.#logs.find(({ channel }) => channel === happening.schema.channel)
        assert(log !== undefined, `a log is open for ${happening.schema.channel}`)
        log.writer.add({ ...happening, time, recordId, computer })
        this.evidence.add(recorded)
      }
      yield
    }
    for (const log of this.#logs) {
      log.writer.finish()
      log.sink.close()
    }
  }

  /** Writes what lies beside the logs; all files of the host, in a stable order. */
  async writeBeside(): Promise<string[]> {
    const { cast, staging, licensingXml } = this.events
    const tasks = new Map(staging.tasks)
    if (licensingXml !== undefined) tasks.set(licensingTask, licensingXml)
    const files = this.#logs.map(({ path }) => path)
    for (const [path, xml] of [...tasks].sort(([a], [b]) => (a < b ? -1 : 1))) {
      files.push(await this.#writeTask(path, xml))
    }
    if (staging.withoutFacts) return files
    const channels = this.#logs.map(({ channel }) => channel)
    const facts = hostFacts(cast, staging, channels, this.#random.fork('facts'))
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
    const isRaw = this.events.staging.collectedAs === 'raw'
    for (const channel of this.events.channels) {
      const path = join(this.#dir, logFileName(channel))
      const sink = new FileSink(path)
      this.#made.push(path)
      const writer = new LogWriter(sink, isRaw ? { headerIds: 'event-record-id', dirty: 'flag' } : {})
      this.#logs.push({ channel, path, sink, writer })
    }
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
