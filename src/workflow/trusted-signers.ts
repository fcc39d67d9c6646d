/**
 * The operator's list of trusted signers: an ordinary `allowed_signers` file in the settings folder, so that ssh-keygen can use
 * it too. A key enters it after its fingerprint was compared by another way than the bundle.
 */
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeHashBeside } from '../archive/write-zip.ts'
import { diskRefusal, systemErrorCode } from '../base/disk-trouble.ts'
import { Refusal } from '../base/refusal.ts'
import { type AllowedSigner, readAllowedSigners, signerKeyOfBlob } from '../bundle/sshsig.ts'
import { settingsFolder } from './operator-folders.ts'

export interface TrustedSigner {
  /** who the key belongs to */
  readonly identity: string
  readonly fingerprint: string
  /** what the key may sign; null: anything */
  readonly namespaces: readonly string[] | null
  /** from and until when it is trusted (UTC); null: no bound */
  readonly validAfter: string | null
  readonly validBefore: string | null
  /** the line as it stands in the file */
  readonly line: string
}

export interface TrustedSigners {
  readonly path: string
  readonly signers: readonly TrustedSigner[]
  /** the same for checking a signature */
  readonly allowed: readonly AllowedSigner[]
}

const largestList = 1 << 20
const pathOf = (folder: string | undefined) => join(folder ?? settingsFolder(), 'allowed_signers')

/** The list; empty when none was made yet. Refuses a file that cannot be read. */
export async function trustedSigners(folder?: string): Promise<TrustedSigners> {
  const path = pathOf(folder)
  const rows = linesOf(await textOf(path)).flatMap((line) => entryOf(line) ?? [])
  return { path, signers: rows.map(({ shown }) => shown), allowed: rows.map(({ allowed }) => allowed) }
}

/**
 * Adds the signers of lines in the form of `allowed_signers`, or of public key lines under `name`. Keys that are there already
 * under the same name stay as they are. Refuses a text in which no Ed25519 key is found.
 */
export async function addTrustedSigners(
  text: string,
  name?: string,
  folder?: string,
): Promise<readonly TrustedSigner[]> {
  if (name !== undefined && !/^[^\s"#,]{1,200}$/.test(name))
    throw new Refusal(
      'bundle.signers.name',
      'the name of a signer has no blanks, quotes, commas or #',
      'Give a name like jdoe@JUMP-01.',
    )
  const wanted = linesOf(text).map((line) =>
    isKeyLine(line) && name !== undefined ? `${name} ${ours} ${line}` : line,
  )
  const entries = wanted.map(entryOf)
  if (entries.length === 0 || entries.some((entry) => entry === undefined))
    throw new Refusal(
      'bundle.signers.none',
      'no Ed25519 key of a signer was found in what was given',
      'Give a line like: jdoe@JUMP-01 ssh-ed25519 AAAA…, or a public key file and --name.',
    )
  const path = pathOf(folder)
  const before = await textOf(path)
  const known = new Set(linesOf(before).flatMap((line) => keyOf(entryOf(line))))
  const added = entries.flatMap((entry) => (entry && !known.has(keyOf(entry)[0] ?? '') ? [entry.shown] : []))
  if (added.length > 0) {
    const start = before === '' || before.endsWith('\n') ? before : `${before}\n`
    await write(path, `${start}${added.map(({ line }) => `${line}\n`).join('')}`)
  }
  return entries.flatMap((entry) => (entry ? [entry.shown] : []))
}

/** Takes the keys of this fingerprint or name out of the list. Refuses when there is none. */
export async function removeTrustedSigner(which: string, folder?: string): Promise<readonly TrustedSigner[]> {
  const path = pathOf(folder)
  const removed: TrustedSigner[] = []
  const rest = (await textOf(path)).split(/\r?\n/).filter((line) => {
    const shown = entryOf(line)?.shown
    if (!shown || (shown.fingerprint !== which && shown.identity !== which)) return true
    removed.push(shown)
    return false
  })
  if (removed.length === 0)
    throw new Refusal(
      'bundle.signers.unknown',
      `no trusted signer has this fingerprint or name: ${which}`,
      'List them with: tasktrail signers',
    )
  await write(path, rest.join('\n'))
  return removed
}

/** A signer added by hand may sign bundles and receipts, and nothing else. */
const ours = 'namespaces="tasktrail-bundle@v1,tasktrail-receipt@v1"'
const isKeyLine = (line: string) => /^(?:sk-)?ssh-ed25519(?:@openssh\.com)?\s/.test(line)
const linesOf = (text: string) =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
const keyOf = (entry: ReturnType<typeof entryOf>) =>
  entry ? [`${entry.shown.identity} ${entry.shown.fingerprint}`] : []
const timeOf = (time: number | undefined) =>
  time === undefined || Number.isNaN(time) ? null : new Date(time).toISOString()

/** A line of the file; undefined when it names no Ed25519 key. */
function entryOf(
  line: string,
): { readonly shown: TrustedSigner; readonly allowed: AllowedSigner } | undefined {
  const [allowed] = isKeyLine(line) ? [] : readAllowedSigners(line).signers
  const key = allowed && signerKeyOfBlob(allowed.blob)
  if (!allowed || !key) return undefined
  const shown: TrustedSigner = {
    identity: allowed.identity,
    fingerprint: key.fingerprint,
    namespaces: allowed.namespaces ?? null,
    validAfter: timeOf(allowed.validAfter),
    validBefore: timeOf(allowed.validBefore),
    line: line.trim(),
  }
  return { shown, allowed }
}

async function textOf(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return ''
    throw diskRefusal(error, 'reading the list of trusted signers', path)
  })
  if (text.length <= largestList) return text
  throw new Refusal(
    'bundle.signers.too-long',
    `the list of trusted signers is too long: ${path}`,
    'Take out what is not a signer.',
  )
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw diskRefusal(error, 'making the settings folder', path)
  })
  await writeHashBeside(path, text)
}
