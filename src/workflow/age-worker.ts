/** Thread that encrypts or decrypts one file with age: pure JavaScript that would block everything else. */
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { parentPort } from 'node:worker_threads'
import { Decrypter, Encrypter } from 'age-encryption'

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
  /** `code` of the system when the disk failed, else undefined: age itself refused */
  | { readonly kind: 'failed'; readonly message: string; readonly code: string | undefined }

const block = 1 << 20

async function run(request: AgeRequest, send: (reply: AgeReply) => void): Promise<void> {
  const source = await open(request.source, 'r')
  try {
    const target = await open(request.target, 'wx', 0o600)
    try {
      let done = 0
      const bytes = new ReadableStream<Uint8Array>({
        async pull(controller) {
          const buffer = new Uint8Array(block)
          const { bytesRead } = await source.read(buffer, 0, block, done)
          done += bytesRead
          if (bytesRead === 0) controller.close()
          else controller.enqueue(buffer.subarray(0, bytesRead))
          send({ kind: 'progress', done })
        },
      })
      const hash = createHash('sha256')
      let size = 0
      for await (const part of await transform(request, bytes)) {
        hash.update(part)
        for (let at = 0; at < part.length; ) at += (await target.write(part, at)).bytesWritten
        size += part.length
      }
      await target.sync()
      send({ kind: 'done', size, sha256: hash.digest('hex') })
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

async function transform(
  request: AgeRequest,
  bytes: ReadableStream<Uint8Array>,
): Promise<AsyncIterable<Uint8Array>> {
  if (request.mode === 'encrypt') {
    const age = new Encrypter()
    if (request.scryptWorkFactor !== undefined) age.setScryptWorkFactor(request.scryptWorkFactor)
    if (request.passphrase !== undefined) age.setPassphrase(request.passphrase)
    for (const recipient of request.recipients) age.addRecipient(recipient)
    return (await age.encrypt(bytes)) as unknown as AsyncIterable<Uint8Array>
  }
  const age = new Decrypter()
  if (request.passphrase !== undefined) age.addPassphrase(request.passphrase)
  for (const identity of request.identities) age.addIdentity(identity)
  return (await age.decrypt(bytes)) as unknown as AsyncIterable<Uint8Array>
}

parentPort?.once('message', (request: AgeRequest) => {
  const send = (reply: AgeReply) => parentPort?.postMessage(reply)
  run(request, send).catch((error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException
    const isOfSystem = typeof code === 'string' && /^E[A-Z]+$/.test(code)
    send({ kind: 'failed', message: String(message ?? error), code: isOfSystem ? code : undefined })
  })
})
