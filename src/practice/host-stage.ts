/** Writes what the logs of one host hold, its tasks and its facts into a folder. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { assert } from '../base/refusal.ts'
import { licensingTask } from './baseline.ts'
import type { Cast } from './cast.ts'
import { LogWriter } from './evtx/log-writer.ts'
import { FileSink } from './evtx/sinks.ts'
import type { Recorded } from './happening.ts'
import { HostEvents } from './host-events.ts'
import { hostFacts } from './host-facts.ts'
import type { Random } from './random.ts'
import { logFileName } from './schemas/index.ts'
import { SentinelTable } from './sentinel-table.ts'
import type { Staging } from './staging.ts'
import { HostEvidence } from './world/evidence.ts'

interface OpenLog {
  readonly channel: string
  readonly path: string
  readonly add: (recorded: Recorded) => void
  /** writes what is left; the file is whole then */
  readonly finish: () => void
  readonly close: () => void
  readonly count: () => number
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
    return Object.fromEntries(this.#logs.map(({ channel, count }) => [channel, count()]))
  }

  /** Writes the logs, one record per step. */
  *play(): Generator<void, void> {
    this.#openLogs()
    for (const recorded of this.events.records()) {
      if (recorded) {
        const { channel } = recorded.happening.schema
        const log = this.#logs.find((one) => one.channel === channel)
        assert(log !== undefined, `a log is open for ${channel}`)
        log.add(recorded)
        this.evidence.add(recorded)
      }
      yield
    }
    for (const log of this.#logs) log.finish()
  }

  /** Writes what lies beside the logs; all files of the host, in a stable order. */
  async writeBeside(): Promise<string[]> {
    const { cast, staging, licensingXml } = this.events
    const tasks = new Map(staging.tasks)
    if (licensingXml !== undefined) tasks.set(licensingTask, licensingXml)
    const files = this.#logs.map(({ path }) => path)
    // a query of a workspace brings neither files nor answers of the host
    if (staging.collectedAs?.startsWith('sentinel')) return files
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
        log.close()
      } catch {
        // closed already, or the disk is full: what stands is taken away next
      }
    }
    for (const path of this.#made) await rm(path, { recursive: true, force: true })
  }

  #openLogs(): void {
    const form = this.events.staging.collectedAs ?? 'export'
    for (const channel of this.events.channels) {
      const name =
        form === 'sentinel-csv'
          ? 'SecurityEvent.csv'
          : form === 'sentinel-json'
            ? 'SecurityEvent.json'
            : logFileName(channel)
      const path = join(this.#dir, name)
      this.#made.push(path)
      this.#logs.push(
        form === 'sentinel-csv' || form === 'sentinel-json'
          ? this.#openTable(channel, path, form === 'sentinel-csv' ? 'csv' : 'json')
          : this.#openLog(channel, path, form),
      )
    }
  }

  #openLog(channel: string, path: string, form: 'export' | 'raw'): OpenLog {
    const sink = new FileSink(path)
    const writer = new LogWriter(sink, form === 'raw' ? { headerIds: 'event-record-id', dirty: 'flag' } : {})
    const computer = this.events.cast.host.fqdn
    const close = () => sink.close()
    return {
      channel,
      path,
      add: ({ happening, time, recordId }) => writer.add({ ...happening, time, recordId, computer }),
      finish: () => {
        writer.finish()
        close()
      },
      close,
      count: () => writer.records,
    }
  }

  #openTable(channel: string, path: string, form: 'csv' | 'json'): OpenLog {
    const table = new SentinelTable(path, form, this.events.cast.host.fqdn)
    const close = () => table.close()
    return {
      channel,
      path,
      add: (recorded) => table.add(recorded),
      finish: close,
      close,
      count: () => table.records,
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
