/**
 * Files of parts beside the database, each part with a place and a CRC-32 told elsewhere; a part that is not what it was is never
 * given out. Packed records of large logs lie so, each log's in `packs/<sha256 of the log>`: written once, by the threads that
 * make them, while SQLite would write them twice.
 */
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { diskRefusal, systemErrorCode, troubleInWords } from '../base/disk-trouble.ts'
import { Refusal } from '../base/refusal.ts'

/** Where a part stands: its first byte, its bytes, their CRC-32. */
export interface Section {
  readonly at: number
  readonly size: number
  readonly sum: number
}
export type Part = Uint8Array | Section

export const textOfPlace = ({ at, size, sum }: Section) => `${at} ${size} ${sum}`

/** undefined: it is no place; a database comes from a folder anybody may have written to. */
export function placeOfText(text: string): Section | undefined {
  const found = /^(\d{1,15}) (\d{1,10}) (\d{1,10})$/.exec(text)
  const size = Number(found?.[2])
  return found && size <= largestPart ? { at: Number(found[1]), size, sum: Number(found[3]) } : undefined
}

const largestPart = 2 ** 30
const mostOpen = 8
const stagedName = /^[0-9a-f]{32}\.part$/

/** What files of one folder are called, and what is said of one that is not what it was. */
export interface PackKind {
  /** first group: the SHA-256 of the log it is of */
  readonly name: RegExp
  /** not worth waiting for until it is on the disk: it can be made again */
  readonly isSpare: boolean
  readonly damaged: (path: string, why: string) => Error
}

const packedRecords: PackKind = {
  name: /^([0-9a-f]{64})$/,
  isSpare: false,
  damaged: (path, why) =>
    new Refusal(
      'case.pack.damaged',
      `The packed records at ${path} cannot be read: ${why}.`,
      'Restore the folder "packs" of the case from a copy. Or import into a new case: the evidence itself lies untouched in the folder "evidence".',
      { path },
    ),
}

export class PackFiles {
  readonly #folder: string
  readonly #kind: PackKind
  readonly #passing = { values: new Uint8Array(0), dictionary: new Uint8Array(0) }
  /** file and size by name, the one asked for last at the end */
  readonly #open = new Map<string, { readonly file: number; readonly size: number }>()

  constructor(folder: string, kind = packedRecords) {
    this.#folder = folder
    this.#kind = kind
  }

  /** Names of the files of a log, in order. */
  namesOf(sha256: string): readonly string[] {
    let names: string[] = []
    try {
      names = readdirSync(this.#folder)
    } catch (error) {
      // no such folder, or none that can be read: as if there were no file
      if (systemErrorCode(error) === undefined) throw error
    }
    return names.filter((name) => this.#kind.name.exec(name)?.[1] === sha256).sort()
  }

  /** The last bytes of a file, not checked, and its size. */
  endOf(name: string, count: number): { readonly bytes: Uint8Array; readonly size: number } {
    const { file, size } = this.#opened(name)
    const bytes = new Uint8Array(Math.min(count, size))
    try {
      const read = readSync(file, bytes, 0, bytes.length, size - bytes.length)
      return { bytes: bytes.subarray(0, read), size }
    } catch (error) {
      throw this.#damaged(name, troubleInWords(error))
    }
  }

  stage(): string {
    const path = join(this.#folder, `${randomBytes(16).toString('hex')}.part`)
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
      closeSync(openSync(path, 'wx', 0o600))
    } catch (error) {
      throw diskRefusal(error, 'making the file of packed records', path)
    }
    return path
  }

  place(staged: string, name: string): void {
    const path = join(this.#folder, name)
    try {
      if (!this.#kind.isSpare) flush(staged, 'r+')
      // one of that name is of an import that was killed before its item was whole
      renameSync(staged, path)
      if (!this.#kind.isSpare && process.platform !== 'win32') flush(this.#folder, 'r')
    } catch (error) {
      throw diskRefusal(error, 'storing the packed records', path)
    }
  }

  discard(staged: string): void {
    rmSync(staged, { force: true })
  }

  /** Takes a file away that is not to be read any more. */
  remove(name: string): void {
    const known = this.#open.get(name)
    if (known) closeSync(known.file)
    this.#open.delete(name)
    try {
      if (this.#kind.name.test(name)) rmSync(join(this.#folder, name), { force: true })
    } catch (error) {
      // somebody else reads it, or the folder cannot be written to: it stays
      if (systemErrorCode(error) === undefined) throw error
    }
  }

  sweep(needed: ReadonlySet<string>): void {
    if (!existsSync(this.#folder) || !statSync(this.#folder).isDirectory()) return
    for (const name of readdirSync(this.#folder)) {
      const log = this.#kind.name.exec(name)?.[1]
      if (stagedName.test(name) || (log !== undefined && !needed.has(log)))
        rmSync(join(this.#folder, name), { force: true })
    }
  }

  /** One part, in memory that the next one read so for the same use takes over. @throws Refusal when it is not what it was */
  readPassing(name: string, section: Section, use: 'values' | 'dictionary'): Uint8Array {
    if (this.#passing[use].length < section.size) this.#passing[use] = new Uint8Array(section.size * 1.2 + 64)
    return this.readAll(name, [section], this.#passing[use].subarray(0, section.size))[0] as Uint8Array
  }

  /**
   * The parts at these places, each in memory that begins at a multiple of 8.
   * @param into of the size of all of them, where that is known
   * @throws Refusal when one is not what it was
   */
  readAll(name: string, sections: readonly Section[], into?: Uint8Array): readonly Uint8Array[] {
    const { file, size } = this.#opened(name)
    const from = Math.min(...sections.map(({ at }) => at))
    const end = Math.max(...sections.map((section) => section.at + section.size))
    if (end > size) throw this.#damaged(name, `it has ${size} bytes, where ${end} are named`)
    const sum = sections.reduce((total, section) => total + section.size, 0)
    // parts side by side are read in one go
    if (end - from > sum + sections.length * 8) return sections.flatMap((one) => this.readAll(name, [one]))
    const bytes = into ?? new Uint8Array(end - from)
    let filled = 0
    try {
      while (filled < bytes.length) {
        const read = readSync(file, bytes, filled, bytes.length - filled, from + filled)
        if (read === 0) break
        filled += read
      }
    } catch (error) {
      throw this.#damaged(name, troubleInWords(error))
    }
    return sections.map((section) => {
      const part = bytes.subarray(section.at - from, section.at - from + section.size)
      if (filled < bytes.length || crc32(part) !== section.sum)
        throw this.#damaged(
          name,
          `the ${section.size} bytes from ${section.at} on do not have their checksum`,
        )
      return part
    })
  }

  close(): void {
    for (const { file } of this.#open.values()) closeSync(file)
    this.#open.clear()
  }

  #opened(name: string): { readonly file: number; readonly size: number } {
    const known = this.#open.get(name)
    if (known) {
      this.#open.delete(name)
      this.#open.set(name, known)
      return known
    }
    if (!this.#kind.name.test(name)) throw this.#damaged(name, 'it has no name of a pack file')
    let file = -1
    try {
      file = openSync(join(this.#folder, name), constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
      const stats = fstatSync(file)
      if (!stats.isFile()) throw new Error('it is no regular file')
      const opened = { file, size: stats.size }
      const [oldest] = this.#open
      if (oldest && this.#open.size >= mostOpen) {
        closeSync(oldest[1].file)
        this.#open.delete(oldest[0])
      }
      this.#open.set(name, opened)
      return opened
    } catch (error) {
      if (file >= 0) closeSync(file)
      throw this.#damaged(name, troubleInWords(error))
    }
  }

  #damaged(name: string, why: string): Error {
    return this.#kind.damaged(join(this.#folder, name), why)
  }
}

function flush(path: string, how: 'r' | 'r+'): void {
  const file = openSync(path, how)
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
