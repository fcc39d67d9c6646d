/**
 * What filters need of the records of large logs, ready beside the database: `search/<sha256 of the log>-<first segment>`. All of
 * it can be made again from the packed records, so a file that is missing, of another version or damaged costs time and nothing
 * else. Parts, then a directory as JSON (places of the parts, and what the maker notes), its size, its CRC-32 and a mark.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { systemErrorCode } from '../base/disk-trouble.ts'
import { Refusal } from '../base/refusal.ts'
import { PackFiles, type Section } from './pack-files.ts'

/** Changes with anything about these files or what they are made from. */
const mark = Buffer.from('TTSRCH01')
const endBytes = mark.length + 8
const largestDirectory = 64 << 20

/** A search file is not what it was. It is left out from here on, and nothing is lost: what it holds is made again. */
export class SearchFileDamaged extends Refusal {
  constructor(what: string) {
    super(
      'case.search.damaged',
      `A file of the folder "search" of the case cannot be used: ${what}.`,
      'Ask again: the case is read without it, and it is made anew when the case is opened in the window.',
    )
  }
}

export interface SearchFile {
  /** as its maker noted it */
  readonly note: unknown
  /** Parts by number. @throws SearchFileDamaged */
  read(part: number, into?: Uint8Array): Uint8Array
  sizeOf(part: number): number
  /** What it holds is not of the form it should be. @throws SearchFileDamaged */
  refuse(why: string): never
}

export class SearchFiles {
  readonly #files: PackFiles
  readonly #damaged = new Set<string>()
  readonly #onDamage: () => void
  readonly #isWritable: boolean

  /** @param onDamage a file turned out to be damaged and is not given out again */
  constructor(folder: string, isWritable: boolean, onDamage: () => void) {
    this.#isWritable = isWritable
    this.#onDamage = onDamage
    this.#files = new PackFiles(folder, {
      name: /^([0-9a-f]{64})-[0-9]{1,6}$/,
      isSpare: true,
      damaged: (path, why) => new SearchFileDamaged(`${path}: ${why}`),
    })
  }

  /** Whole files of a log; one that is not whole is passed over. */
  of(sha256: string): readonly SearchFile[] {
    const names = this.#files.namesOf(sha256).filter((name) => !this.#damaged.has(name))
    return names.flatMap((name) => {
      try {
        return [this.#open(name)]
      } catch (error) {
        if (error instanceof SearchFileDamaged || error instanceof SyntaxError) return []
        throw error
      }
    })
  }

  /** Begins a file. @throws Refusal when our own disk fails */
  make(sha256: string, first: number): SearchFileMaker {
    this.#damaged.delete(`${sha256}-${first}`)
    return new SearchFileMaker(this.#files, `${sha256}-${first}`)
  }

  sweep(needed: ReadonlySet<string>): void {
    this.#files.sweep(needed)
  }

  close(): void {
    this.#files.close()
  }

  #open(name: string): SearchFile {
    const { bytes: end, size } = this.#files.endOf(name, endBytes)
    const length = end.length < endBytes ? -1 : Buffer.from(end.buffer, end.byteOffset).readUInt32LE(0)
    const isWhole = mark.equals(end.subarray(8)) && length >= 0 && length <= size - endBytes
    if (!isWhole || length > largestDirectory) throw new SearchFileDamaged(`${name}: it has no end`)
    const sum = Buffer.from(end.buffer, end.byteOffset).readUInt32LE(4)
    const bytes = this.#part(name, { at: size - endBytes - length, size: length, sum })
    const { note, parts } = JSON.parse(Buffer.from(bytes).toString('utf8')) as {
      note: unknown
      parts: [number, number, number][]
    }
    const place = (part: number): Section => {
      const [at = -1, count = -1, sum = -1] = parts[part] ?? []
      if (!(at >= 0 && count >= 0 && at + count <= size)) throw new SearchFileDamaged(`${name}: part ${part}`)
      return { at, size: count, sum }
    }
    return {
      note,
      read: (part, into) => this.#telling(name, () => this.#part(name, place(part), into)),
      sizeOf: (part) => this.#telling(name, () => place(part).size),
      refuse: (why) =>
        this.#telling(name, () => {
          throw new SearchFileDamaged(`${name}: ${why}`)
        }),
    }
  }

  #telling<T>(name: string, read: () => T): T {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof SearchFileDamaged)) throw error
      this.#damaged.add(name)
      if (this.#isWritable) this.#files.remove(name)
      this.#onDamage()
      throw error
    }
  }

  #part(name: string, section: Section, into?: Uint8Array): Uint8Array {
    return this.#files.readAll(name, [section], into)[0] as Uint8Array
  }
}

/** Writes parts one behind the other. Nothing has the file's name before all is written. */
export class SearchFileMaker {
  readonly #files: PackFiles
  readonly #name: string
  readonly #staged: string
  readonly #parts: [number, number, number][] = []
  #file: number
  #at = 0

  constructor(files: PackFiles, name: string) {
    this.#files = files
    this.#name = name
    this.#staged = files.stage()
    this.#file = openSync(this.#staged, 'r+')
  }

  /** @returns the number of the part. @throws what the system says, as when the disk is full */
  add(bytes: Uint8Array): number {
    this.#parts.push([this.#at, bytes.length, crc32(bytes)])
    this.#write(bytes)
    if (this.#at % 8 > 0) this.#write(new Uint8Array(8 - (this.#at % 8)))
    return this.#parts.length - 1
  }

  finish(note: unknown): void {
    const directory = Buffer.from(JSON.stringify({ note, parts: this.#parts }))
    const end = Buffer.alloc(8)
    end.writeUInt32LE(directory.length, 0)
    end.writeUInt32LE(crc32(directory), 4)
    this.#write(Buffer.concat([directory, end, mark]))
    closeSync(this.#file)
    this.#file = -1
    this.#files.place(this.#staged, this.#name)
  }

  /** Harmless after `finish`. */
  discard(): void {
    if (this.#file >= 0) closeSync(this.#file)
    this.#file = -1
    this.#files.discard(this.#staged)
  }

  #write(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(this.#file, bytes, done, bytes.length - done, this.#at + done)
    }
    this.#at += bytes.length
  }
}

/** True where the file could not be written for want of room or leave: the case goes on without it. */
export const isNoRoom = (error: unknown): boolean =>
  systemErrorCode(error) !== undefined || (error instanceof Refusal && error.code.startsWith('disk.'))
