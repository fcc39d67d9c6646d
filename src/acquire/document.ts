/** A JSON document written as its rows come, so that a hundred thousand tasks need no memory. */
import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { diskRefusal } from '../base/disk-trouble.ts'

export class DocumentWriter {
  readonly #path: string
  readonly #file: FileHandle
  readonly #hash = createHash('sha256')
  #held = ''
  rows = 0
  size = 0

  readonly #onBytes: (soFar: number) => void

  private constructor(path: string, file: FileHandle, onBytes: (soFar: number) => void) {
    this.#path = path
    this.#file = file
    this.#onBytes = onBytes
  }

  /** @param head members before the rows; @param list name of the member that holds the rows; @param onBytes length so far, about */
  static async open(
    path: string,
    head: Readonly<Record<string, unknown>>,
    list: string,
    onBytes: (soFar: number) => void = () => {},
  ): Promise<DocumentWriter> {
    const file = await open(path, 'w', 0o600).catch((error: unknown) => {
      throw diskRefusal(error, 'writing what arrives', path)
    })
    const writer = new DocumentWriter(path, file, onBytes)
    writer.#held = `${JSON.stringify(head).slice(0, -1)},\n${JSON.stringify(list)}:[`
    return writer
  }

  async add(row: unknown): Promise<void> {
    this.#held += `${this.rows++ === 0 ? '\n' : ',\n'}${JSON.stringify(row)}`
    this.#onBytes(this.size + this.#held.length)
    if (this.#held.length > 1 << 20) await this.#write()
  }

  /** Ends the document. Gives its length and SHA-256. */
  async end(): Promise<{ size: number; sha256: string }> {
    this.#held += '\n]}\n'
    await this.#write()
    await this.#file.close()
    return { size: this.size, sha256: this.#hash.digest('hex') }
  }

  async abandon(): Promise<void> {
    await this.#file.close().catch(() => undefined)
  }

  async #write(): Promise<void> {
    const bytes = Buffer.from(this.#held, 'utf8')
    this.#held = ''
    this.#hash.update(bytes)
    this.size += bytes.length
    try {
      for (let done = 0; done < bytes.length; ) done += (await this.#file.write(bytes, done)).bytesWritten
    } catch (error) {
      throw diskRefusal(error, 'writing what arrives', this.#path)
    }
  }
}
