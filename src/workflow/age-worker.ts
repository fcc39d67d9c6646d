/** Thread that encrypts or decrypts one file with age: work that would block everything else. */
import { createHash, type Hash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { parentPort } from 'node:worker_threads'
import { AgeFile } from '../archive/age-file.ts'
import { chunkBytes, newAgeStart, sealChunk } from '../archive/age-payload.ts'
import { bytesOf } from '../archive/byte-source.ts'
import { Refusal } from '../base/refusal.ts'

export interface AgeRequest {
  readonly mode: 'encrypt' | 'decrypt'
  readonly source: string
  /** must not exist; left behind on failure for the caller to remove */
  readonly target: string
  readonly recipients: readonly string[]
  readonly identities: readonly string[]
  readonly passphrase: string | undefined
  readonly scryptWorkFactor: number | undefined
}

export type AgeReply =
  | { readonly kind: 'progress'; readonly done: number }
  | { readonly kind: 'done'; readonly size: number; readonly sha256: string }
  /** `code` of the system when the disk failed, `refusal` what is wrong with the encrypted file; else age itself refused */
  | {
      readonly kind: 'failed'
      readonly message: string
      readonly code: string | undefined
      readonly refusal?: Pick<Refusal, 'code' | 'message' | 'remedy'>
    }

const blockBytes = 16 * chunkBytes
type Send = (reply: AgeReply) => void

async function run(request: AgeRequest, send: Send): Promise<void> {
  const target = await open(request.target, 'wx', 0o600)
  try {
    const out = new Output(target)
    await (request.mode === 'encrypt' ? encrypt(request, out, send) : decrypt(request, out, send))
    await target.sync()
    send({ kind: 'done', size: out.size, sha256: out.hash.digest('hex') })
  } finally {
    await target.close()
  }
}

/** Counts and hashes what it writes. */
class Output {
  readonly hash: Hash = createHash('sha256')
  size = 0
  readonly #file: FileHandle
  constructor(file: FileHandle) {
    this.#file = file
  }
  async write(bytes: Uint8Array): Promise<void> {
    this.hash.update(bytes)
    for (let at = 0; at < bytes.length; ) at += (await this.#file.write(bytes, at)).bytesWritten
    this.size += bytes.length
  }
}

async function encrypt(request: AgeRequest, out: Output, send: Send): Promise<void> {
  const { recipients, passphrase, scryptWorkFactor } = request
  const source = await open(request.source, 'r')
  try {
    const start = await newAgeStart(recipients, passphrase, scryptWorkFactor)
    await out.write(start.bytes)
    const { size } = await source.stat()
    const last = Math.max(0, Math.ceil(size / chunkBytes) - 1)
    const block = Buffer.alloc(blockBytes)
    let done = 0
    for (let index = 0; index <= last; ) {
      const length = Math.min(blockBytes, size - done)
      let got = 0
      while (got < length) {
        const { bytesRead } = await source.read(block, got, length - got, done + got)
        if (bytesRead === 0) throw new Error('the bundle became shorter while it was encrypted')
        got += bytesRead
      }
      const sealed: Uint8Array[] = []
      for (let at = 0; at < Math.max(1, length); at += chunkBytes, index++)
        sealed.push(
          sealChunk(start.key, index, index === last, block.subarray(at, Math.min(at + chunkBytes, length))),
        )
      await out.write(Buffer.concat(sealed))
      done += length
      send({ kind: 'progress', done })
    }
  } finally {
    await source.close()
  }
}

async function decrypt(request: AgeRequest, out: Output, send: Send): Promise<void> {
  const { identities, passphrase } = request
  const source = await AgeFile.open(request.source, { identities, passphrase })
  try {
    for await (const block of bytesOf(source)) {
      await out.write(block)
      send({ kind: 'progress', done: out.size })
    }
  } finally {
    await source.close()
  }
}

parentPort?.once('message', (request: AgeRequest) => {
  const send = (reply: AgeReply) => parentPort?.postMessage(reply)
  run(request, send).catch((error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException
    const isOfSystem = typeof code === 'string' && /^E[A-Z]+$/.test(code)
    const refusal =
      error instanceof Refusal
        ? { code: error.code, message: error.message, remedy: error.remedy }
        : undefined
    send({
      kind: 'failed',
      message: String(message ?? error),
      code: isOfSystem ? code : undefined,
      ...(refusal && { refusal }),
    })
  })
})
