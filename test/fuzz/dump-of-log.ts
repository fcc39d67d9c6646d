/** Dumps of logs in memory by one path, one after the other: how long each is, and its hash. */
import { createHash } from 'node:crypto'
import { memorySource } from '../../src/evtx/byte-source.ts'
import { type DumpOptions, LogDump } from '../../src/workflow/dump-log.ts'

export interface Dumped {
  readonly bytes: number
  readonly sha256: string
}

export class DumpOfLogs {
  readonly #dump: LogDump
  #hash = createHash('sha256')
  #bytes = 0

  constructor(how: Pick<DumpOptions, 'format' | 'slow'>) {
    const take = (part: string | Uint8Array) => {
      this.#hash.update(part)
      this.#bytes += typeof part === 'string' ? Buffer.byteLength(part) : part.length
    }
    this.#dump = new LogDump({ ...how, recovered: false, write: take, writeBytes: take })
  }

  async of(log: Uint8Array): Promise<Dumped> {
    this.#hash = createHash('sha256')
    this.#bytes = 0
    await this.#dump.log(memorySource(log), 'log', undefined)
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') }
  }
}
