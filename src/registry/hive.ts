/**
 * Registry hives as they lie on disk (REGF), read without the Windows API: keys, values, times of last write. For TaskCache
 * on a mounted image or in a collection. The bytes are hostile: every offset is checked, every list is bounded, a key that
 * cannot be read is a problem and not the end.
 */

/** Random access to the hive; fills as much of `into` as there is and returns the count. */
export interface HiveSource {
  readonly size: number
  read(position: number, into: Uint8Array): number
}

export interface HiveProblem {
  readonly code: 'registry.hive.dirty' | 'registry.hive.unreadable' | 'registry.hive.cut'
  /** byte offset in the file */
  readonly offset: number
  readonly what: string
}

export class HiveError extends Error {
  readonly offset: number
  constructor(what: string, offset: number) {
    super(what)
    this.offset = offset
  }
}

export interface HiveValue {
  /** empty for the default value */
  readonly name: string
  /** REG_SZ 1, REG_EXPAND_SZ 2, REG_BINARY 3, REG_DWORD 4, REG_MULTI_SZ 7, REG_QWORD 11 */
  readonly type: number
  readonly bytes: Uint8Array
}

const baseBlock = 4096
const largestCell = 1 << 20
const largestValue = 16 << 20
const mostSubkeys = 200_000
const mostValues = 10_000
const mostProblems = 200
const bigDataPart = 16_344
const ascii = { compressedName: 0x20, asciiValueName: 1 } as const

export class Hive {
  readonly #source: HiveSource
  readonly root: HiveKey
  readonly problems: HiveProblem[] = []

  /** @throws HiveError when the file is no hive, or its root cannot be read */
  constructor(source: HiveSource) {
    this.#source = source
    const head = new Uint8Array(baseBlock)
    if (source.read(0, head) < baseBlock || latin(head, 0, 4) !== 'regf')
      throw new HiveError('The file does not start as a registry hive.', 0)
    const view = new DataView(head.buffer)
    if (view.getUint32(4, true) !== view.getUint32(8, true))
      this.report(
        'registry.hive.dirty',
        4,
        'The hive was being written when it was copied: changes that stand only in its .LOG files are not in what is read here.',
      )
    const expected = baseBlock + view.getUint32(40, true)
    if (source.size < expected)
      this.report(
        'registry.hive.cut',
        source.size,
        `The hive says ${expected} bytes; the file has ${source.size}.`,
      )
    this.root = this.keyAt(view.getUint32(36, true))
  }

  /** The key of this path below the root, parts apart by `\`, letters of any case; undefined when there is none. */
  key(path: string): HiveKey | undefined {
    let key: HiveKey | undefined = this.root
    for (const part of path.split('\\').filter(Boolean)) {
      key = key.subkey(part)
      if (!key) return undefined
    }
    return key
  }

  report(code: HiveProblem['code'], offset: number, what: string): void {
    if (this.problems.length < mostProblems) this.problems.push({ code, offset, what })
  }

  /** Content of the cell at `offset` (counted from the first bin). @throws HiveError */
  cell(offset: number, most = largestCell): Uint8Array {
    const place = baseBlock + offset
    const head = new Uint8Array(4)
    if (offset === 0xffff_ffff || this.#source.read(place, head) < 4)
      throw new HiveError('A cell lies outside the file', place)
    const size = -new DataView(head.buffer).getInt32(0, true)
    if (size < 8) throw new HiveError('A cell that is in use is marked free', place)
    const bytes = new Uint8Array(Math.min(size - 4, most))
    const read = this.#source.read(place + 4, bytes)
    return read < bytes.length ? bytes.subarray(0, read) : bytes
  }

  /** @throws HiveError */
  keyAt(offset: number): HiveKey {
    const bytes = this.cell(offset)
    if (bytes.length < 76 || latin(bytes, 0, 2) !== 'nk')
      throw new HiveError('A key does not start as one', baseBlock + offset)
    return new HiveKey(this, bytes, baseBlock + offset)
  }
}

export class HiveKey {
  readonly #hive: Hive
  readonly #view: DataView
  readonly name: string
  /** FILETIME in UTC */
  readonly lastWritten: bigint
  /** byte offset in the file, for citations */
  readonly offset: number

  constructor(hive: Hive, bytes: Uint8Array, offset: number) {
    this.#hive = hive
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    this.offset = offset
    this.lastWritten = this.#view.getBigUint64(4, true)
    const flags = this.#view.getUint16(2, true)
    const size = this.#view.getUint16(72, true)
    const name = bytes.subarray(76, 76 + size)
    this.name = flags & ascii.compressedName ? latin(name, 0, name.length) : utf16(name)
  }

  /** Subkeys in the hive's order; those that cannot be read are reported and left out. */
  *subkeys(): Generator<HiveKey> {
    if (this.#view.getUint32(20, true) === 0) return
    let count = 0
    for (const offset of this.#listed(this.#view.getUint32(28, true), 0)) {
      if (++count > mostSubkeys) {
        this.#hive.report(
          'registry.hive.unreadable',
          this.offset,
          `A key has more than ${mostSubkeys} subkeys.`,
        )
        return
      }
      const key = this.#try(() => this.#hive.keyAt(offset))
      if (key) yield key
    }
  }

  subkey(name: string): HiveKey | undefined {
    const wanted = name.toUpperCase()
    for (const key of this.subkeys()) if (key.name.toUpperCase() === wanted) return key
    return undefined
  }

  /**
   * Values in the hive's order. With `wanted` (names in capitals) only those, each once, and of the others no data is read: a hostile
   * key may name the same megabytes ten thousand times.
   */
  *values(wanted?: ReadonlySet<string>): Generator<HiveValue> {
    const count = Math.min(this.#view.getUint32(36, true), mostValues)
    if (count === 0) return
    const list = this.#try(() => this.#hive.cell(this.#view.getUint32(40, true)))
    if (!list) return
    const view = new DataView(list.buffer, list.byteOffset, list.length)
    const read = new Set<string>()
    for (let i = 0; i < count && i * 4 + 4 <= list.length; i++) {
      const value = this.#try(() =>
        this.#valueAt(view.getUint32(i * 4, true), (name) => {
          const capitals = name.toUpperCase()
          if (!wanted) return true
          if (!wanted.has(capitals) || read.has(capitals)) return false
          read.add(capitals)
          return true
        }),
      )
      if (value) yield value
    }
  }

  value(name: string): HiveValue | undefined {
    for (const value of this.values(new Set([name.toUpperCase()]))) return value
    return undefined
  }

  *#listed(offset: number, depth: number): Generator<number> {
    const list = this.#try(() => this.#hive.cell(offset))
    if (!list || list.length < 4) return
    const kind = latin(list, 0, 2)
    const view = new DataView(list.buffer, list.byteOffset, list.length)
    const count = view.getUint16(2, true)
    const step = kind === 'lf' || kind === 'lh' ? 8 : kind === 'li' || kind === 'ri' ? 4 : 0
    if (step === 0 || (kind === 'ri' && depth > 0)) {
      this.#hive.report(
        'registry.hive.unreadable',
        baseBlock + offset,
        'A list of subkeys does not start as one.',
      )
      return
    }
    for (let i = 0; i < count && 4 + i * step + 4 <= list.length; i++) {
      const place = view.getUint32(4 + i * step, true)
      if (kind === 'ri') yield* this.#listed(place, depth + 1)
      else yield place
    }
  }

  #valueAt(offset: number, isWanted: (name: string) => boolean): HiveValue | undefined {
    const bytes = this.#hive.cell(offset)
    if (bytes.length < 20 || latin(bytes, 0, 2) !== 'vk')
      throw new HiveError('A value does not start as one', baseBlock + offset)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const raw = bytes.subarray(20, 20 + view.getUint16(2, true))
    const name = view.getUint16(16, true) & ascii.asciiValueName ? latin(raw, 0, raw.length) : utf16(raw)
    return isWanted(name)
      ? { name, type: view.getUint32(12, true), bytes: this.#dataOf(view, bytes) }
      : undefined
  }

  #dataOf(view: DataView, bytes: Uint8Array): Uint8Array {
    const size = view.getUint32(4, true)
    // data of up to four bytes lie in the field that else says where they are
    if (size >= 2 ** 31) return bytes.slice(8, 8 + Math.min(size - 2 ** 31, 4))
    if (size > largestValue)
      throw new HiveError(`A value of ${size} bytes is larger than any real one`, this.offset)
    const place = view.getUint32(8, true)
    if (size === 0) return new Uint8Array(0)
    if (size > bigDataPart) return this.#bigData(place, size)
    return this.#hive.cell(place).slice(0, size)
  }

  #bigData(place: number, size: number): Uint8Array {
    const head = this.#hive.cell(place, largestValue)
    if (latin(head, 0, 2) !== 'db') return head.slice(0, size)
    const view = new DataView(head.buffer, head.byteOffset, head.length)
    const list = this.#hive.cell(view.getUint32(4, true))
    const places = new DataView(list.buffer, list.byteOffset, list.length)
    const whole = new Uint8Array(size)
    let filled = 0
    for (let i = 0; i < view.getUint16(2, true) && filled < size && i * 4 + 4 <= list.length; i++) {
      const part = this.#hive
        .cell(places.getUint32(i * 4, true))
        .subarray(0, Math.min(bigDataPart, size - filled))
      whole.set(part, filled)
      filled += part.length
    }
    if (filled < size) throw new HiveError('Parts of a large value are missing', baseBlock + place)
    return whole
  }

  #try<T>(read: () => T): T | undefined {
    try {
      return read()
    } catch (error) {
      const isOurs = error instanceof HiveError || error instanceof RangeError
      if (!isOurs) throw error
      const offset = error instanceof HiveError ? error.offset : this.offset
      this.#hive.report('registry.hive.unreadable', offset, `${error.message}, at offset ${offset}.`)
      return undefined
    }
  }
}

/** Text of a REG_SZ or REG_EXPAND_SZ value, without the zero at its end. */
export const textOfValue = (value: HiveValue | undefined): string | undefined =>
  value && utf16(value.bytes).replace(/\0+$/, '')

function latin(bytes: Uint8Array, from: number, to: number): string {
  let text = ''
  for (let i = from; i < to && i < bytes.length; i++) text += String.fromCharCode(bytes[i] as number)
  return text
}

function utf16(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i + 1 < bytes.length; i += 2)
    text += String.fromCharCode((bytes[i] as number) | ((bytes[i + 1] as number) << 8))
  return text
}
