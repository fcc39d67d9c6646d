/**
 * What a case that was opened from bundles keeps of each: what checking it said, its sender's custody journal byte for byte, and what
 * its sender stated. It lies in `bundles/<bag digest>`, apart from everything of the receiver.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { EntryDamage } from '../archive/read-zip.ts'
import type { VerifiedBundle, VerifyReport } from '../bundle/verify.ts'
import { verifyCustodyBytes } from '../evidence/custody-check.ts'

/** What checking a bundle said when it was opened. */
export interface OpenedBundle {
  readonly schema: 'tasktrail-opened-bundle/1'
  readonly verdict: string
  readonly bagDigest: string
  /** fingerprint of the key that signed it */
  readonly signer: string | null
  readonly identity: string | null
  /** where the bundle lay */
  readonly path: string
  readonly zipSha256: string
  readonly bundleId: string
  readonly openedAt: string
  readonly findings: VerifyReport['findings']
}

/** An act of the sender: a tick, a note, a disposition and the like, with who, when and what. */
export interface SenderStatement {
  readonly mark: number
  readonly by: string
  readonly at: string
  readonly undone: boolean
  readonly statement: Readonly<Record<string, unknown>> & { readonly kind: string }
}
const Statement = z.looseObject({
  mark: z.int().positive(),
  by: z.string().max(300),
  at: z.string().max(60),
  undone: z.boolean(),
  statement: z.looseObject({ kind: z.string().max(60) }),
})

export interface ReceivedBundle extends OpenedBundle {
  readonly name: string
  readonly sealedAt: string
  readonly caseNumber: string
  readonly sender: string
  /** id of the bundle it replaces */
  readonly supersedes: string | null
  /** SHA-256 of the evidence it brought */
  readonly items: readonly string[]
}

const firstName = 'bundle.json'
const folderName = 'bundles'
const openedName = 'opened.json'
/** most serious first: what a case of several bundles rests on is its weakest */
const byWeight = ['VALID-UNSIGNED', 'VALID-UNKNOWN-SIGNER', 'VALID-SIGNED']

const jsonIn = async (path: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    return undefined // the caller says what is missing
  }
}

const isOpened = (value: unknown): value is OpenedBundle =>
  (value as OpenedBundle | undefined)?.schema === 'tasktrail-opened-bundle/1'

/** What is known of the first bundle a case was opened from; null for an ordinary case. */
export async function readOpenedBundle(dir: string): Promise<OpenedBundle | null> {
  const value = await jsonIn(join(dir, firstName))
  return isOpened(value) ? value : null
}

/** Every bundle the case was opened from, in the order of their sealing; empty for an ordinary case. */
export async function receivedBundles(dir: string): Promise<readonly ReceivedBundle[]> {
  const names = (await readdir(join(dir, folderName)).catch(() => [])).filter((name) =>
    /^[0-9a-f]{64}$/.test(name),
  )
  const found: ReceivedBundle[] = []
  for (const name of names.sort()) {
    const value = await jsonIn(join(dir, folderName, name, openedName))
    if (isOpened(value)) found.push(value as ReceivedBundle)
  }
  return found.sort((a, b) => (a.sealedAt + a.bundleId < b.sealedAt + b.bundleId ? -1 : 1))
}

/** The verdict a case of these bundles rests on. */
export const weakestVerdict = (bundles: readonly { readonly verdict: string }[]): string | undefined =>
  byWeight.find((verdict) => bundles.some((one) => one.verdict === verdict)) ?? bundles[0]?.verdict

/** What the senders stated, apart from what people of this case state. */
export async function senderStatements(dir: string): Promise<
  readonly {
    readonly bundleId: string
    readonly sender: string
    readonly statements: readonly SenderStatement[]
    readonly unreadable: number
  }[]
> {
  const all = []
  for (const { bundleId, sender, bagDigest } of await receivedBundles(dir)) {
    const text = await readFile(join(dir, folderName, bagDigest, 'analyst.jsonl'), 'utf8').catch(
      () => undefined,
    )
    if (text === undefined) continue
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    const statements = lines.flatMap((line): SenderStatement[] => {
      try {
        const parsed = Statement.safeParse(JSON.parse(line))
        return parsed.success ? [parsed.data as SenderStatement] : []
      } catch {
        return []
      }
    })
    all.push({ bundleId, sender, statements, unreadable: lines.length - statements.length })
  }
  return all
}

/** Bytes of `data/record/analyst.jsonl` that are taken over; more are no ticks and notes of people. */
const mostStatements = 32 * 2 ** 20

/** Keeps what comes with a bundle beside its evidence. `opened.json` is written last: it says that all of it is there. */
export async function keepReceived(
  dir: string,
  bundle: VerifiedBundle,
  opened: ReceivedBundle,
): Promise<void> {
  const folder = join(dir, folderName, opened.bagDigest)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const write = (name: string, bytes: Uint8Array | string) =>
    writeFile(join(folder, name), bytes, { mode: 0o600, flush: true })
  await write('custody.jsonl', bundle.custody)
  const statements = await statementsIn(bundle)
  if (statements) await write('analyst.jsonl', statements)
  await write(openedName, `${JSON.stringify(opened, null, 2)}\n`)
}

async function statementsIn(bundle: VerifiedBundle): Promise<Buffer | undefined> {
  const blocks: Uint8Array[] = []
  let size = 0
  try {
    for await (const block of bundle.read('data/record/analyst.jsonl')) {
      size += block.length
      if (size > mostStatements) return undefined
      blocks.push(block)
    }
  } catch (error) {
    if (error instanceof EntryDamage) return undefined // handed over without it
    throw error
  }
  return Buffer.concat(blocks)
}

/** Hash of the last line of a sender's journal: what a line of ours names, so that the journal kept beside it cannot be exchanged. */
export function endOfJournal(custody: Uint8Array): { readonly lines: number; readonly hash: string } {
  const { entries } = verifyCustodyBytes(custody)
  return { lines: entries.length, hash: entries.at(-1)?.hash ?? '' }
}

/** The file of the first bundle, as cases of one bundle have it. */
export const writeFirst = (dir: string, opened: OpenedBundle): Promise<void> =>
  writeFile(join(dir, firstName), `${JSON.stringify(opened, null, 2)}\n`, { mode: 0o600, flush: true })
