/** The evidence that is measured, kept in bench/cache (ignored by git): unpacked from the samples, cycled, or made. */
import {
  closeSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { constants, crc32, createZstdDecompress } from 'node:zlib'
import { writeInlineLog } from './inline-log.ts'

const samples = resolve(import.meta.dirname, '../../shared/samples')
const cache = join(import.meta.dirname, 'cache')
const chunkBytes = 65_536
const headerBytes = 4096

/** A file of the cache, made once; the path of what is made is only its own when it is whole. */
export async function cached(name: string, make: (partial: string) => void | Promise<void>): Promise<string> {
  const path = join(cache, name)
  if (existsSync(path)) return path
  mkdirSync(cache, { recursive: true })
  await make(`${path}.partial`)
  renameSync(`${path}.partial`, path)
  return path
}

/** @returns undefined where the samples are not */
export async function unpackedLog(name: string): Promise<string | undefined> {
  const packed = join(samples, 'bench', `${name}.zst`)
  if (!existsSync(packed)) return existsSync(join(cache, name)) ? join(cache, name) : undefined
  return await cached(name, async (partial) => {
    const zstd = createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: 27 } })
    await pipeline(createReadStream(packed), zstd, createWriteStream(partial))
  })
}

/** A log of `chunks` chunks, those of `source` over and over. The format holds 65,535. */
export function cycledLog(source: string, name: string, chunks: number): Promise<string> {
  return cached(name, (partial) => {
    const from = openSync(source, 'r')
    const to = openSync(partial, 'w')
    const header = Buffer.alloc(headerBytes)
    readSync(from, header, 0, headerBytes, 0)
    header.writeUInt16LE(chunks, 42)
    header.writeUInt32LE(crc32(header.subarray(0, 120)), 124)
    writeSync(to, header)
    const there = Math.floor((statSync(source).size - headerBytes) / chunkBytes)
    const chunk = Buffer.alloc(chunkBytes)
    for (let i = 0; i < chunks; i++) {
      readSync(from, chunk, 0, chunkBytes, headerBytes + (i % there) * chunkBytes)
      writeSync(to, chunk)
    }
    closeSync(from)
    closeSync(to)
  })
}

/** About 320 MB without templates, as an event collector stores them. */
export function inlineLog(): string {
  const path = join(cache, 'inline-320mb.evtx')
  writeInlineLog(path)
  return path
}

/** The folder of small real logs and its files; undefined where the samples are not. */
export function folderOfLogs(): { folder: string; files: readonly string[] } | undefined {
  const folder = join(samples, 'evtx')
  if (!existsSync(folder)) return undefined
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  return { folder, files }
}
