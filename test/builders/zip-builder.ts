/** Makes ZIP archives byte by byte, sound or with any lie a hostile archive may tell. */
import { crc32, deflateRawSync } from 'node:zlib'

export interface ZipBuilderEntry {
  readonly name: string | Uint8Array
  readonly bytes?: Uint8Array | string
  /** another name in the local header */
  readonly localName?: string
  /** 0 stored, 8 deflated (default); anything else is written as if stored */
  readonly method?: number
  readonly flags?: number
  /** size the directory declares instead of the true one */
  readonly declaredSize?: number
  readonly declaredPackedSize?: number
  readonly declaredCrc?: number
  /** Unix mode, e.g. 0o120777 for a symbolic link */
  readonly mode?: number
  readonly extra?: Uint8Array
  readonly comment?: string
  /** the directory points at the local header of this earlier entry instead of its own */
  readonly sameBytesAs?: number
  /** bytes put behind this entry's content */
  readonly hiddenAfter?: Uint8Array
  /** packed bytes as they are, instead of packing `bytes` */
  readonly packed?: Uint8Array
}

export interface ZipBuilderOptions {
  readonly comment?: string
  readonly hiddenBeforeDirectory?: Uint8Array
  readonly declaredCount?: number
  readonly declaredDirectorySize?: number
}

/** The archive as one buffer. */
export function buildZip(entries: readonly ZipBuilderEntry[], options: ZipBuilderOptions = {}): Buffer {
  const body: Uint8Array[] = []
  const directory: Uint8Array[] = []
  const offsets: number[] = []
  let at = 0
  for (const entry of entries) {
    const bytes = Buffer.from(entry.bytes ?? '')
    const method = entry.method ?? 8
    const packed = Buffer.from(entry.packed ?? (method === 8 ? deflateRawSync(bytes) : bytes))
    const common = {
      flags: entry.flags ?? 0x800,
      method,
      crc: entry.declaredCrc ?? crc32(bytes),
      packedSize: entry.declaredPackedSize ?? packed.length,
      size: entry.declaredSize ?? bytes.length,
    }
    const name = Buffer.from(entry.name as string)
    const extra = Buffer.from(entry.extra ?? [])
    offsets.push(entry.sameBytesAs === undefined ? at : (offsets[entry.sameBytesAs] ?? 0))
    if (entry.sameBytesAs === undefined) {
      const localName = Buffer.from(entry.localName ?? name)
      const parts = [localHeader(common, localName, extra), localName, extra, packed]
      if (entry.hiddenAfter) parts.push(Buffer.from(entry.hiddenAfter))
      for (const part of parts) at += part.length
      body.push(...parts)
    }
    const comment = Buffer.from(entry.comment ?? '')
    const mode = entry.mode ?? 0o100644
    directory.push(
      directoryHeader(common, name, extra, comment, mode, offsets.at(-1) ?? 0),
      name,
      extra,
      comment,
    )
  }
  if (options.hiddenBeforeDirectory) {
    body.push(options.hiddenBeforeDirectory)
    at += options.hiddenBeforeDirectory.length
  }
  const listing = Buffer.concat(directory)
  const comment = Buffer.from(options.comment ?? '')
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  const count = options.declaredCount ?? entries.length
  end.writeUInt16LE(count & 0xffff, 8)
  end.writeUInt16LE(count & 0xffff, 10)
  end.writeUInt32LE(options.declaredDirectorySize ?? listing.length, 12)
  end.writeUInt32LE(at, 16)
  end.writeUInt16LE(comment.length, 20)
  return Buffer.concat([...body, listing, end, comment])
}

interface Declared {
  readonly flags: number
  readonly method: number
  readonly crc: number
  readonly packedSize: number
  readonly size: number
}

function localHeader(entry: Declared, name: Buffer, extra: Buffer): Buffer {
  const header = Buffer.alloc(30)
  header.writeUInt32LE(0x04034b50, 0)
  header.writeUInt16LE(20, 4)
  header.writeUInt16LE(entry.flags, 6)
  header.writeUInt16LE(entry.method, 8)
  header.writeUInt32LE(entry.crc, 14)
  header.writeUInt32LE(entry.packedSize, 18)
  header.writeUInt32LE(entry.size, 22)
  header.writeUInt16LE(name.length, 26)
  header.writeUInt16LE(extra.length, 28)
  return header
}

function directoryHeader(
  entry: Declared,
  name: Buffer,
  extra: Buffer,
  comment: Buffer,
  mode: number,
  offset: number,
): Buffer {
  const header = Buffer.alloc(46)
  header.writeUInt32LE(0x02014b50, 0)
  header.writeUInt16LE(0x0314, 4)
  header.writeUInt16LE(20, 6)
  header.writeUInt16LE(entry.flags, 8)
  header.writeUInt16LE(entry.method, 10)
  header.writeUInt32LE(entry.crc, 16)
  header.writeUInt32LE(entry.packedSize, 20)
  header.writeUInt32LE(entry.size, 24)
  header.writeUInt16LE(name.length, 28)
  header.writeUInt16LE(extra.length, 30)
  header.writeUInt16LE(comment.length, 32)
  header.writeUInt32LE((mode << 16) >>> 0, 38)
  header.writeUInt32LE(offset, 42)
  return header
}
