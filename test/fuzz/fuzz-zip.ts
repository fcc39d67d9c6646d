/**
 * Mutated ZIP archives through the verifier. Whatever is done to an archive, the verdict may be VALID only when the list of
 * contents and a reader that never looks at it both show exactly the files that were sealed; nothing is written, nothing throws.
 */
import { inflateRawSync } from 'node:zlib'
import type { ByteSource } from '../../src/archive/byte-source.ts'
import type { AllowedSigner } from '../../src/bundle/sshsig.ts'
import { type VerifyReport, verifyBundle } from '../../src/bundle/verify.ts'
import { seededNumbers } from '../unit/evtx/seeded.ts'

export interface ZipTotals {
  archives: number
  verdicts: Record<string, number>
  codes: Record<string, number>
  slowest: { cpuMs: number; seed: number }
}
export const noZipTotals = (): ZipTotals => ({
  archives: 0,
  verdicts: {},
  codes: {},
  slowest: { cpuMs: 0, seed: 0 },
})

type Next = () => number
const interesting = [
  0, 1, 8, 9, 20, 0x2d, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff,
]

interface Marks {
  readonly locals: readonly number[]
  readonly centrals: readonly number[]
  readonly end: number
}
function marksOf(bytes: Buffer): Marks {
  const all = (signature: number[]) => {
    const found: number[] = []
    for (
      let at = bytes.indexOf(Buffer.from(signature));
      at >= 0;
      at = bytes.indexOf(Buffer.from(signature), at + 1)
    )
      found.push(at)
    return found
  }
  return {
    locals: all([0x50, 0x4b, 3, 4]),
    centrals: all([0x50, 0x4b, 1, 2]),
    end: bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6])),
  }
}

/** Places and widths of the fields of the three structures. */
const localFields = [
  [0, 4],
  [4, 2],
  [6, 2],
  [8, 2],
  [10, 4],
  [14, 4],
  [18, 4],
  [22, 4],
  [26, 2],
  [28, 2],
] as const
const centralFields = [
  [0, 4],
  [4, 2],
  [6, 2],
  [8, 2],
  [10, 2],
  [12, 4],
  [16, 4],
  [20, 4],
  [24, 4],
  [28, 2],
  [30, 2],
  [32, 2],
  [34, 2],
  [36, 2],
  [38, 4],
  [42, 4],
] as const
const endFields = [
  [0, 4],
  [4, 2],
  [6, 2],
  [8, 2],
  [10, 2],
  [12, 4],
  [16, 4],
  [20, 2],
] as const

/** The archive of `seed`: one to four changes to `original`. */
export function mutatedZip(seed: number, original: Buffer): Buffer {
  const next = seededNumbers(seed)
  let bytes: Buffer = Buffer.from(original)
  for (let round = 1 + (next() % 4); round > 0; round--) bytes = mutate(bytes, next)
  return bytes
}

function mutate(bytes: Buffer, next: Next): Buffer {
  const marks = marksOf(bytes)
  const pick = <T>(list: readonly T[]): T | undefined => list[next() % Math.max(1, list.length)]
  const at = () => next() % Math.max(1, bytes.length)
  const setField = (start: number | undefined, fields: readonly (readonly [number, number])[]) => {
    const [offset, width] = pick(fields) ?? [0, 2]
    if (start === undefined || start < 0 || start + offset + width > bytes.length) return bytes
    const before = bytes.readUIntLE(start + offset, width)
    const values = [
      pick(interesting) ?? 0,
      before + 1,
      before - 1,
      before ^ (1 << (next() % (8 * width - 1))),
      next(),
    ]
    const value = Math.abs(pick(values) ?? 0) % 2 ** (8 * width)
    bytes.writeUIntLE(value, start + offset, width)
    return bytes
  }
  const cut = (from: number, to: number) => Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)])
  const insert = (where: number, what: Uint8Array) =>
    Buffer.concat([bytes.subarray(0, where), what, bytes.subarray(where)])
  const central = (from: number) =>
    from + 46 + bytes.readUInt16LE(from + 28) + bytes.readUInt16LE(from + 30) + bytes.readUInt16LE(from + 32)
  switch (next() % 16) {
    case 0:
    case 1:
    case 2:
      return setField(pick(marks.locals), localFields)
    case 3:
    case 4:
    case 5:
      return setField(pick(marks.centrals), centralFields)
    case 6:
      return setField(marks.end, endFields)
    case 7: {
      const where = at()
      bytes[where] = (bytes[where] ?? 0) ^ (1 << (next() % 8))
      return bytes
    }
    case 8:
      return cut(at(), bytes.length)
    case 9: {
      const from = at()
      return cut(from, from + 1 + (next() % 64))
    }
    case 10:
      return insert(at(), Buffer.alloc(1 + (next() % 80), next() & 255))
    case 11: {
      // an entry of the list once more, elsewhere in it
      const from = pick(marks.centrals)
      const to = pick(marks.centrals)
      if (from === undefined || to === undefined || from + 46 > bytes.length) return bytes
      return insert(to, bytes.subarray(from, central(from)))
    }
    case 12: {
      // an entry taken out of the list: its bytes are hidden from then on
      const from = pick(marks.centrals)
      if (from === undefined || from + 46 > bytes.length) return bytes
      const out = cut(from, central(from))
      const end = marksOf(out).end
      if (end >= 0 && end + 22 <= out.length) {
        out.writeUInt16LE(Math.max(0, out.readUInt16LE(end + 8) - 1), end + 8)
        out.writeUInt16LE(Math.max(0, out.readUInt16LE(end + 10) - 1), end + 10)
        out.writeUInt32LE(Math.max(0, out.readUInt32LE(end + 12) - (central(from) - from)), end + 12)
      }
      return out
    }
    case 13: {
      // two entries of the list trade the places of their bytes
      const [one, other] = [pick(marks.centrals), pick(marks.centrals)]
      if (one === undefined || other === undefined || Math.max(one, other) + 46 > bytes.length) return bytes
      const place = bytes.readUInt32LE(one + 42)
      bytes.writeUInt32LE(bytes.readUInt32LE(other + 42), one + 42)
      bytes.writeUInt32LE(place, other + 42)
      return bytes
    }
    case 14: {
      // a byte of a name, in one of its two places
      const start = next() % 2 ? pick(marks.locals) : pick(marks.centrals)
      const head = start !== undefined && marks.locals.includes(start) ? 30 : 46
      if (start === undefined || start + head + 60 > bytes.length) return bytes
      bytes[start + head + (next() % 60)] =
        pick([0x2e, 0x2f, 0x5c, 0x3a, 0x00, 0x41, 0x61, 0xe2, 0x80, 0xae]) ?? 0
      return bytes
    }
    default: {
      // a piece of the archive over another piece
      const [from, to, length] = [at(), at(), 1 + (next() % 200)]
      bytes.copyWithin(to, from, Math.min(bytes.length, from + length))
      return bytes
    }
  }
}

export interface Sealed {
  /** a file that is there; its content is not looked at */
  readonly path: string
  readonly bytes: Buffer
  readonly allowedSigners: readonly AllowedSigner[]
  /** every file by its name in the archive */
  readonly files: ReadonlyMap<string, Buffer>
}

const inMemory = (bytes: Buffer): ByteSource => ({
  size: bytes.length,
  read: async (at, length) => bytes.subarray(at, at + length),
  close: async () => undefined,
})

/** @throws on the first promise that is not kept */
export async function judgeZip(seed: number, sealed: Sealed, totals: ZipTotals): Promise<VerifyReport> {
  const bytes = mutatedZip(seed, sealed.bytes)
  const start = process.cpuUsage()
  const { report } = await verifyBundle(sealed.path, {
    sidecar: false,
    allowedSigners: sealed.allowedSigners,
    plain: async () => inMemory(bytes),
  })
  const { user, system } = process.cpuUsage(start)
  const cpuMs = (user + system) / 1000
  if (cpuMs > totals.slowest.cpuMs) totals.slowest = { cpuMs, seed }
  totals.archives++
  totals.verdicts[report.verdict] = (totals.verdicts[report.verdict] ?? 0) + 1
  for (const code of new Set(report.findings.map((finding) => finding.code)))
    totals.codes[code] = (totals.codes[code] ?? 0) + 1
  if (cpuMs > 5000) throw new Error(`took ${cpuMs.toFixed(0)} ms of CPU`)
  if (report.verdict.startsWith('VALID')) {
    same('the list of contents shows', listed(bytes), sealed.files)
    same('reading from front to end shows', streamed(bytes), sealed.files)
  }
  return report
}

function same(who: string, found: ReadonlyMap<string, Buffer>, expected: ReadonlyMap<string, Buffer>): void {
  if (found.size !== expected.size)
    throw new Error(`VALID, but ${who} ${found.size} files of ${expected.size}`)
  for (const [name, content] of expected)
    if (!found.get(name)?.equals(content)) throw new Error(`VALID, but ${who} another ${name}`)
}

/** What a reader of the list of contents unpacks: by its offsets, sizes and names. */
function listed(bytes: Buffer): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>()
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]))
  let at = bytes.readUInt32LE(end + 16)
  for (let count = bytes.readUInt16LE(end + 10); count > 0; count--) {
    const nameLength = bytes.readUInt16LE(at + 28)
    const name = bytes.toString('latin1', at + 46, at + 46 + nameLength)
    const local = bytes.readUInt32LE(at + 42)
    const data = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
    const packed = bytes.subarray(data, data + bytes.readUInt32LE(at + 20))
    files.set(name, bytes.readUInt16LE(at + 10) === 8 ? inflateRawSync(packed) : packed)
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32)
  }
  return files
}

/** What a reader unpacks that goes from header to header and never sees the list of contents. */
function streamed(bytes: Buffer): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>()
  for (let at = 0; at + 30 <= bytes.length && bytes.readUInt32LE(at) === 0x04034b50; ) {
    const nameLength = bytes.readUInt16LE(at + 26)
    const name = bytes.toString('latin1', at + 30, at + 30 + nameLength)
    const data = at + 30 + nameLength + bytes.readUInt16LE(at + 28)
    const isPacked = bytes.readUInt16LE(at + 8) === 8
    const unpacked = isPacked
      ? (inflateRawSync(bytes.subarray(data), { info: true }) as unknown as {
          buffer: Buffer
          engine: { bytesWritten: number }
        })
      : undefined
    const length = unpacked?.engine.bytesWritten ?? bytes.readUInt32LE(at + 18)
    files.set(name, unpacked?.buffer ?? bytes.subarray(data, data + length))
    at = data + length
    if (bytes.length >= at + 4 && bytes.readUInt32LE(at) === 0x08074b50) at += 16
  }
  return files
}
