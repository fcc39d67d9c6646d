/**
 * Fetches one file of the host in compressed blocks: checked for order and length, hashed as it arrives, written to a part file.
 * A broken transfer goes on at its offset once the host has shown that it still holds the same bytes before it.
 */
import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { diskRefusal } from '../base/disk-trouble.ts'
import { limits } from '../base/limits.ts'
import type { AgentChannel } from './agent-channel.ts'
import { Garbage } from './failures.ts'
import { type Block, itemOf } from './messages.ts'

export interface Fetched {
  readonly size: number
  /** SHA-256 the host made of what it sent, and ours of what arrived */
  readonly sha256OnHost: string
  readonly sha256: string
}
export interface FetchOptions {
  readonly signal?: AbortSignal | undefined
  /** bytes of the file that are here, by now */
  readonly onBytes?: ((here: number) => void) | undefined
  /** the host still holds what had arrived, and the transfer goes on behind it */
  readonly onResume?: ((at: number) => Promise<void>) | undefined
  /** what had arrived is not what the host holds now; awaited before it is thrown away, so that it can be noted */
  readonly onRestart?: ((had: number) => Promise<void>) | undefined
}

/** Bytes asked for at a time: what lies in pipes and queues on the way is bounded by it. */
const windowBytes = 64 << 20

/** @throws ConnectionLost, Garbage, RequestFailed, Cancelled, Refusal (own disk); the part file stays in each case */
export async function fetchFile(
  channel: AgentChannel,
  path: string,
  part: string,
  options: FetchOptions = {},
): Promise<Fetched> {
  const file = await open(part, 'a+').catch((error: unknown) => {
    throw diskRefusal(error, 'writing what arrives', part)
  })
  try {
    let { hash, size } = await rehash(part, file)
    let resumesAt = size
    let restarted = false
    for (;;) {
      const prefix = size > 0 ? hash.copy().digest('hex') : ''
      let end: { length: number; sha256: string } | undefined
      let changed = false
      const request = { path, offset: size, prefix, most: windowBytes }
      for await (const answer of channel.ask('read', request, { signal: options.signal })) {
        changed ||= itemOf(answer, 'changed') !== undefined
        if (resumesAt > 0 && !changed) {
          await options.onResume?.(resumesAt)
          resumesAt = 0
        }
        if (answer.type === 'block') {
          const bytes = unpack(answer, size)
          if (size + bytes.length > limits.archiveEntryBytes)
            throw new Garbage('the host sends a file without end')
          await write(file, bytes, part)
          hash.update(bytes)
          size += bytes.length
          options.onBytes?.(size)
        }
        end ??= itemOf(answer, 'end')
      }
      if (changed) {
        if (restarted) throw new Garbage('the file on the host is another one each time')
        restarted = true
        await options.onRestart?.(size)
        await file.truncate(0)
        hash = createHash('sha256')
        size = 0
        resumesAt = 0
        continue
      }
      if (!end) continue
      if (end.length !== size)
        throw new Garbage(`the host says it sent ${end.length} bytes, and ${size} arrived`)
      return { size, sha256OnHost: end.sha256, sha256: hash.digest('hex') }
    }
  } finally {
    await file.close()
  }
}

/** Bytes of a block; refuses one out of order, of another length, or that unpacks to more than it says. */
function unpack(block: Block, expected: number): Buffer {
  if (block.offset !== expected)
    throw new Garbage(`a block for offset ${block.offset} arrived where ${expected} was next`)
  let bytes: Buffer
  try {
    bytes = gunzipSync(Buffer.from(block.gz, 'base64'), { maxOutputLength: block.length })
  } catch {
    throw new Garbage(`the block at offset ${block.offset} cannot be unpacked`)
  }
  if (bytes.length !== block.length)
    throw new Garbage(`the block at offset ${block.offset} has another length than it says`)
  return bytes
}

async function rehash(part: string, file: FileHandle): Promise<{ hash: Hash; size: number }> {
  const hash = createHash('sha256')
  const { size } = await file.stat()
  if (size > 0)
    for await (const bytes of createReadStream(part, { highWaterMark: 1 << 20, end: size - 1 }))
      hash.update(bytes as Buffer)
  return { hash, size }
}

async function write(file: FileHandle, bytes: Buffer, part: string): Promise<void> {
  try {
    for (let done = 0; done < bytes.length; ) done += (await file.write(bytes, done)).bytesWritten
  } catch (error) {
    throw diskRefusal(error, 'writing what arrives', part)
  }
}
