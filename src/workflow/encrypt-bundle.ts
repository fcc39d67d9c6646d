/**
 * Encrypts a sealed bundle for the way to its receiver, and opens it again (age, bundle.md §5.6). Signed first, encrypted
 * after: age keeps secrets and detects changes, it does not tell who sent. The final name appears only when all is written.
 */
import { existsSync } from 'node:fs'
import { stat, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { ageRefusal } from '../archive/age-file.ts'
import { publishFile, writeHashBeside } from '../archive/write-zip.ts'
import { diskRefusal } from '../base/disk-trouble.ts'
import { Cancelled, Refusal } from '../base/refusal.ts'
import { ByteProgress } from '../bundle/progress.ts'
import type { OnProgress } from '../domain/progress.ts'
import type { AgeReply, AgeRequest } from './age-worker.ts'
import { entryBeside } from './beside.ts'

export interface EncryptOptions {
  /** `age1…` of each receiver; empty with a passphrase */
  readonly recipients: readonly string[]
  readonly passphrase?: string | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: OnProgress | undefined
  /** log2 of the cost of a passphrase; 18 unless a test says less */
  readonly scryptWorkFactor?: number | undefined
}

export interface DecryptOptions {
  /** `AGE-SECRET-KEY-1…` lines; none with a passphrase */
  readonly identities: readonly string[]
  readonly passphrase?: string | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: OnProgress | undefined
}

export interface WrittenFile {
  readonly path: string
  readonly size: number
  readonly sha256: string
}

const recipientForm = /^age1[02-9ac-hj-np-z]{58}$/
const identityForm = /^AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}$/

/** True for a receiver's age key; `age1pq…` is longer and is not used: Debian's age 1.1 cannot read it. */
export const isRecipient = (text: string): boolean => recipientForm.test(text)

export const unknownRecipient = (text: string): Refusal =>
  new Refusal(
    'bundle.recipient.malformed',
    `"${text.slice(0, 80)}" is no age key of a receiver`,
    'Ask the receiver for the public line of the key: age1 and 58 characters (age-keygen -y).',
  )

/** Writes `<bundle>.age` and its `.sha256`. Refuses a taken name, a wrong key, a failing disk; throws Cancelled. */
export async function encryptBundle(bundle: string, options: EncryptOptions): Promise<WrittenFile> {
  const { recipients, passphrase } = options
  for (const recipient of recipients) if (!isRecipient(recipient)) throw unknownRecipient(recipient)
  if (recipients.length === 0 && !passphrase)
    throw new Refusal(
      'bundle.recipient.none',
      'nobody is named to encrypt for',
      'Give an age1… key or a passphrase.',
    )
  if (recipients.length > 0 && passphrase)
    throw new Refusal(
      'bundle.recipient.both',
      'age encrypts for keys or for a passphrase, not for both',
      'Leave one of them out.',
    )
  const target = `${bundle}.age`
  return convert('encrypt', bundle, target, options, {
    recipients,
    identities: [],
    passphrase,
    scryptWorkFactor: options.scryptWorkFactor,
  })
}

/** Writes the plain file under `target`. A wrong key, a flipped bit or a cut file leave nothing there. */
export async function decryptBundle(
  encrypted: string,
  target: string,
  options: DecryptOptions,
): Promise<WrittenFile> {
  const { identities, passphrase } = options
  checkKeys(options)
  return convert('decrypt', encrypted, target, options, {
    recipients: [],
    identities,
    passphrase,
    scryptWorkFactor: undefined,
  })
}

/** Refuses keys that are none, and no keys at all. */
export function checkKeys({
  identities,
  passphrase,
}: Pick<DecryptOptions, 'identities' | 'passphrase'>): void {
  for (const identity of identities)
    if (!identityForm.test(identity))
      throw new Refusal(
        'bundle.identity.malformed',
        'the age identity is not one: a line AGE-SECRET-KEY-1… is expected',
        'Give the file that age-keygen wrote.',
      )
  if (identities.length === 0 && !passphrase)
    throw new Refusal(
      'bundle.identity.none',
      'the bundle is encrypted (age)',
      'Give the file with your age identity, or the passphrase; or decrypt it with: age -d -i key.txt -o X.zip X.zip.age',
    )
}

/** Identities of a file that age-keygen wrote: comments and empty lines are no keys. */
export const identitiesOf = (text: string): readonly string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))

async function convert(
  mode: AgeRequest['mode'],
  source: string,
  target: string,
  options: { readonly signal?: AbortSignal | undefined; readonly onProgress?: OnProgress | undefined },
  keys: Omit<AgeRequest, 'mode' | 'source' | 'target'>,
): Promise<WrittenFile> {
  if (existsSync(target))
    throw new Refusal(
      'archive.target.exists',
      `there is a file of that name already, and it is never overwritten: ${target}`,
      'Choose another folder, or move the existing file away.',
      { path: target },
    )
  const total = await stat(source).then(
    (found) => found.size,
    (error: unknown) => {
      throw diskRefusal(error, 'reading the bundle', source)
    },
  )
  const partial = join(dirname(target), `.${basename(target)}.partial`)
  const phase = mode === 'encrypt' ? 'Encrypting' : 'Decrypting'
  try {
    const progress = new ByteProgress(options.onProgress, 'pack', total)
    progress.phase = `${phase} ${basename(source)}`
    let before = 0
    const written = await inThread({ mode, source, target: partial, ...keys }, options.signal, (done) => {
      progress.add(done - before)
      before = done
    })
    progress.finish()
    if (mode === 'encrypt')
      await writeHashBeside(`${target}.sha256`, `${written.sha256}  ${basename(target)}\n`)
    await publishFile(partial, target)
    return { path: target, ...written }
  } catch (error) {
    await unlink(partial).catch(() => undefined)
    throw error
  }
}

async function inThread(
  request: AgeRequest,
  signal: AbortSignal | undefined,
  onDone: (done: number) => void,
): Promise<{ readonly size: number; readonly sha256: string }> {
  if (signal?.aborted) throw new Cancelled()
  const worker = new Worker(entryBeside(import.meta.url, 'age-worker'), { name: 'tasktrail age' })
  const ended = Promise.withResolvers<Extract<AgeReply, { kind: 'done' }>>()
  const cancel = () => ended.reject(new Cancelled())
  signal?.addEventListener('abort', cancel, { once: true })
  worker.on('message', (reply: AgeReply) => {
    if (reply.kind === 'progress') onDone(reply.done)
    else if (reply.kind === 'done') ended.resolve(reply)
    else ended.reject(refusalOf(request, reply))
  })
  worker.on('error', (error) => ended.reject(error))
  worker.on('exit', () => ended.reject(new Error('the thread that encrypts ended early')))
  try {
    worker.postMessage(request)
    const { size, sha256 } = await ended.promise
    return { size, sha256 }
  } finally {
    signal?.removeEventListener('abort', cancel)
    await worker.terminate()
  }
}

function refusalOf(request: AgeRequest, reply: Extract<AgeReply, { kind: 'failed' }>): Refusal {
  if (reply.code !== undefined)
    return diskRefusal(
      Object.assign(new Error(reply.message), { code: reply.code }),
      request.mode === 'encrypt' ? 'encrypting the bundle' : 'decrypting the bundle',
      request.target,
    ) as Refusal
  if (reply.refusal) return new Refusal(reply.refusal.code, reply.refusal.message, reply.refusal.remedy)
  if (request.mode === 'encrypt')
    return new Refusal(
      'bundle.encryption.failed',
      `age refused: ${reply.message}`,
      'Check the keys of the receivers.',
    )
  return ageRefusal(reply.message)
}
