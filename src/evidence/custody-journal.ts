/**
 * The custody journal of a case: hash-chained JSON lines, flushed one by one (bundle.md §5.5).
 * Nothing written is ever changed; a line torn by a crash is set aside beside the journal and a note says so.
 */
import { createHash } from 'node:crypto'
import { closeSync, existsSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { open, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { diskRefusal, systemErrorCode } from '../base/disk-trouble.ts'
import { Refusal } from '../base/refusal.ts'
import type { CustodyAction, CustodyLine } from '../domain/custody.ts'
import type { Operator } from '../domain/operator.ts'
import { type CustodyEntry, type CustodyReading, verifyCustodyBytes } from './custody-check.ts'
import { flushFolder } from './folders.ts'

export interface JournalOptions {
  readonly operator: Operator
  /** the clock; the machine's when not given */
  readonly now?: () => Date
  readonly readOnly?: boolean
}

/** What the caller says; number, hash, time and actor are added by the journal. */
export interface CustodyStatement {
  readonly action: CustodyAction
  /** evidence ids concerned */
  readonly items?: readonly string[] | undefined
  readonly note?: string | undefined
  readonly method?: string | undefined
  readonly purpose?: string | undefined
  readonly authority?: string | undefined
  readonly sha256?: { readonly before: string | null; readonly after: string | null } | undefined
  readonly location?: { readonly from: string; readonly to: string } | undefined
  readonly counterparty?: string | undefined
  /** the moment it speaks of; now, when not given */
  readonly at?: Date | undefined
  /** zone of `at` as `+02:00`; that of this process, when not given */
  readonly tzOffset?: string | undefined
}

export interface CustodyState {
  readonly intact: boolean
  /** line number from 1 */
  readonly brokenAt?: number
  readonly why?: string
}

export class CustodyJournal {
  readonly path: string
  readonly #options: JournalOptions
  #reading: CustodyReading
  #entries: CustodyEntry[]
  #length: number
  #queue: Promise<unknown> = Promise.resolve()

  private constructor(path: string, options: JournalOptions, bytes: Uint8Array) {
    this.path = path
    this.#options = options
    this.#reading = verifyCustodyBytes(bytes)
    this.#entries = [...this.#reading.entries]
    this.#length = bytes.length
  }

  /**
   * Opens a journal; a missing one starts empty. A torn last line is moved to `<path>.torn-<n>` and a `note` says so
   * (not when `readOnly`: there `check` reports it). Refuses when the file cannot be read or written.
   */
  static async open(path: string, options: JournalOptions): Promise<CustodyJournal> {
    try {
      const journal = new CustodyJournal(path, options, readOrEmpty(path))
      if (!options.readOnly && journal.#reading.tornBytes > 0) await journal.#setTornAside()
      return journal
    } catch (error) {
      throw diskRefusal(error, 'opening the custody journal', path)
    }
  }

  /** Adds one line and returns it once it is on disk. Calls made at the same time queue up. */
  async append(statement: CustodyStatement): Promise<CustodyLine> {
    const [line] = await this.appendAll([statement])
    return line as CustodyLine
  }

  /** Adds lines with one flush. A crash may leave the first of them only, never a later one without those before. */
  appendAll(statements: readonly CustodyStatement[]): Promise<readonly CustodyLine[]> {
    const lines = this.#queue.then(() => this.#append(statements))
    this.#queue = lines.catch(() => undefined)
    return lines
  }

  /** Every readable line, in order. */
  lines(): readonly CustodyLine[] {
    return this.#entries.map((entry) => entry.line)
  }

  /** The same with each line's hash. */
  entries(): readonly CustodyEntry[] {
    return this.#entries
  }

  /** The journal's bytes as they lie on disk now: what a bundle takes along. */
  bytes(): Uint8Array {
    return readOrEmpty(this.path)
  }

  /** Reads the file again and checks every line. */
  check(): CustodyState {
    const first = verifyCustodyBytes(readOrEmpty(this.path)).findings[0]
    return first ? { intact: false, brokenAt: first.line, why: first.what } : { intact: true }
  }

  async #append(statements: readonly CustodyStatement[]): Promise<readonly CustodyLine[]> {
    if (this.#options.readOnly) {
      throw new Refusal(
        'evidence.custody.read-only',
        'this case is read-only: its custody journal takes no more lines',
        'Open the case with write access, or start a new case.',
      )
    }
    if (statements.length === 0) return []
    this.#reread()
    const lines: CustodyLine[] = []
    const texts: string[] = []
    let seq = this.#reading.nextSeq
    let prev = this.#reading.lastHash
    for (const statement of statements) {
      const line = this.#compose(statement, seq++, prev)
      const text = JSON.stringify(line)
      prev = createHash('sha256').update(text).digest('hex')
      lines.push(line)
      texts.push(`${text}\n`)
    }
    const bytes = new TextEncoder().encode(texts.join(''))
    await this.#write(bytes)
    this.#entries.push(...verifyCustodyBytes(bytes).entries)
    this.#reading = { ...this.#reading, lastHash: prev, nextSeq: seq }
    this.#length += bytes.length
    return lines
  }

  /** Another process may have added lines since: continue after those. */
  #reread(): void {
    if (fileLength(this.path) === this.#length) return
    const bytes = readOrEmpty(this.path)
    this.#reading = verifyCustodyBytes(bytes)
    this.#entries = [...this.#reading.entries]
    this.#length = bytes.length
  }

  #compose(statement: CustodyStatement, seq: number, prev: string): CustodyLine {
    const now = statement.at ?? (this.#options.now ?? (() => new Date()))()
    const { operator } = this.#options
    return {
      seq,
      prev,
      at: now.toISOString(),
      tzOffset: statement.tzOffset ?? offsetOf(now),
      clock: { source: 'system clock of the workstation', offsetMs: null },
      actor: { name: operator.name, account: operator.account, workstation: operator.workstation },
      action: statement.action,
      items: statement.items ?? [],
      ...(statement.location && { location: statement.location }),
      ...(statement.purpose !== undefined && { purpose: statement.purpose }),
      ...(statement.authority !== undefined && { authority: statement.authority }),
      ...(statement.method !== undefined && { method: statement.method }),
      ...(statement.sha256 && { sha256: statement.sha256 }),
      ...(statement.counterparty !== undefined && { counterparty: statement.counterparty }),
      ...(statement.note !== undefined && { note: statement.note }),
    }
  }

  async #write(bytes: Uint8Array): Promise<void> {
    const isNew = !existsSync(this.path)
    try {
      const file = await open(this.path, 'a', 0o600)
      try {
        try {
          for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten
          await file.sync()
        } catch (error) {
          // A half written line would be taken for tampering later.
          await file.truncate(this.#length).catch(() => undefined)
          throw error
        }
      } finally {
        await file.close()
      }
      if (isNew) await flushFolder(dirname(this.path))
    } catch (error) {
      throw diskRefusal(error, 'writing the custody journal', this.path)
    }
  }

  async #setTornAside(): Promise<void> {
    const bytes = readOrEmpty(this.path)
    const whole = bytes.length - this.#reading.tornBytes
    let n = 1
    while (existsSync(`${this.path}.torn-${n}`)) n++
    const aside = `${this.path}.torn-${n}`
    await writeFile(aside, bytes.subarray(whole), { flag: 'wx', mode: 0o600, flush: true })
    const file = await open(this.path, 'r+')
    try {
      await file.truncate(whole)
      await file.sync()
    } finally {
      await file.close()
    }
    const torn = this.#reading.tornBytes
    this.#reread()
    await this.append({
      action: 'note',
      note: `The last line was cut off after ${torn} bytes (crash or power loss). The piece is kept as custody journal piece torn-${n}.`,
    })
  }
}

function readOrEmpty(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return new Uint8Array()
    throw diskRefusal(error, 'reading the custody journal', path)
  }
}

function fileLength(path: string): number {
  if (!existsSync(path)) return 0
  const file = openSync(path, 'r')
  try {
    return fstatSync(file).size
  } finally {
    closeSync(file)
  }
}

/** `+02:00` for a clock two hours east of UTC. */
function offsetOf(now: Date): string {
  const minutes = -now.getTimezoneOffset()
  const two = (n: number) => String(Math.trunc(n)).padStart(2, '0')
  return `${minutes < 0 ? '-' : '+'}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`
}
