/**
 * Receipts: who received a bundle says so in a signed statement of what checking it found; who sent it admits the statement
 * into the custody of the case, which closes it (bundle.md §5.5).
 */
import { existsSync } from 'node:fs'
import { readFile, unlink } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { z } from 'zod'
import packageFile from '../../package.json' with { type: 'json' }
import { writeHashBeside } from '../archive/write-zip.ts'
import { diskRefusal } from '../base/disk-trouble.ts'
import { Refusal } from '../base/refusal.ts'
import { allowedSigner, readAllowedSigners, verifySignature } from '../bundle/sshsig.ts'
import type { CustodyLine } from '../domain/custody.ts'
import type { Operator } from '../domain/operator.ts'
import type { OpenCase } from './open-case.ts'
import { type KeySources, type KeyWish, signingKey } from './signing-key.ts'
import { checkBundleFile, type VerifyBundleOptions } from './verify-bundle.ts'

export const receiptNamespace = 'tasktrail-receipt@v1'
/** bytes; a receipt with a thousand findings has about 300,000 */
const largestReceipt = 2 << 20

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const Receipt = z.object({
  schema: z.literal('tasktrail-receipt/1'),
  bundleId: z.string().max(100),
  bundle: z.string().max(300),
  bagDigest: sha256,
  zipSha256: sha256,
  verdict: z.enum(['VALID-SIGNED', 'VALID-UNSIGNED', 'VALID-UNKNOWN-SIGNER']),
  signer: z.object({ fingerprint: z.string().max(200), identity: z.string().max(300).nullable() }).nullable(),
  findings: z
    .array(
      z.object({
        severity: z.string().max(40),
        code: z.string().max(100),
        path: z.string().max(500).nullable(),
      }),
    )
    .max(5000),
  verifier: z.object({ tool: z.string().max(100), version: z.string().max(100) }),
  by: z.object({ name: z.string().max(300), account: z.string().max(300), workstation: z.string().max(300) }),
  at: z.iso.datetime(),
  storedAt: z.string().max(1000),
  note: z.string().max(4000),
})
export type Receipt = z.infer<typeof Receipt>

export interface MakeReceiptOptions extends VerifyBundleOptions, KeySources {
  readonly operator: Operator
  /** folder for the two files; beside the bundle by default */
  readonly outDir?: string | undefined
  /** A receipt without a signature would prove nothing. */
  readonly sign: KeyWish
  /** where the receiver keeps the bundle */
  readonly storedAt: string
  readonly note?: string | undefined
}

export interface WrittenReceipt {
  readonly path: string
  readonly signature: string
  readonly receipt: Receipt
  readonly signer: { readonly fingerprint: string; readonly publicKey: string }
}

/** Checks the bundle and writes `<bundle>.receipt.json` with its signature `.sig`. Refuses a bundle that is not valid. */
export async function makeReceipt(path: string, options: MakeReceiptOptions): Promise<WrittenReceipt> {
  const { report, bundle } = await checkBundleFile(path, options)
  if (!bundle || !report.bagDigest || !report.zipSha256)
    throw new Refusal(
      'receipt.bundle.not-valid',
      `no receipt is given for a bundle that is ${report.verdict}`,
      'Run verify to see what is wrong, and ask the sender for the bundle again.',
      { verdict: report.verdict },
    )
  const folder = resolve(options.outDir ?? join(path, '..'))
  const target = join(folder, `${basename(path).replace(/\.zip$/i, '')}.receipt.json`)
  const signature = `${target}.sig`
  for (const taken of [target, signature]) if (existsSync(taken)) throw alreadyThere(taken)
  const key = await signingKey(options.sign, options)
  const receipt: Receipt = {
    schema: 'tasktrail-receipt/1',
    bundleId: bundle.record.bundleId,
    bundle: basename(path).slice(0, 300),
    bagDigest: report.bagDigest,
    zipSha256: report.zipSha256,
    verdict: report.verdict as Receipt['verdict'],
    signer: report.signer,
    findings: report.findings.slice(0, 1000).map(({ severity, code, path }) => ({ severity, code, path })),
    verifier: { tool: 'Tasktrail', version: packageFile.version },
    by: options.operator,
    at: (options.now ?? (() => new Date()))().toISOString(),
    storedAt: options.storedAt,
    note: options.note ?? '',
  }
  const text = `${JSON.stringify(receipt, null, 2)}\n`
  await writeHashBeside(target, text)
  try {
    await writeHashBeside(signature, await key.sign(new TextEncoder().encode(text), receiptNamespace))
  } catch (error) {
    await unlink(target).catch(() => undefined)
    throw error
  }
  const { fingerprint, line } = key.signer
  return { path: target, signature, receipt, signer: { fingerprint, publicKey: line } }
}

export interface AdmitReceiptOptions {
  /** path of an `allowed_signers` file that names the receiver's key */
  readonly allowedSigners: string
  readonly now?: (() => Date) | undefined
}

export interface AdmittedReceipt {
  readonly receipt: Receipt
  readonly signer: { readonly fingerprint: string; readonly identity: string }
  /** the line it became in the custody journal */
  readonly custody: CustodyLine
}

/** Admits a receipt into the custody of the case it is for. Refuses one that is altered, unknown, foreign or not valid. */
export async function admitReceipt(
  open: OpenCase,
  path: string,
  options: AdmitReceiptOptions,
): Promise<AdmittedReceipt> {
  const bytes = await readSmall(path, 'reading the receipt')
  const armoured = Buffer.from(
    await readSmall(`${path}.sig`, 'reading the signature of the receipt'),
  ).toString('latin1')
  const reading = verifySignature(armoured, bytes, receiptNamespace)
  if (!reading.ok)
    throw refuse('receipt.signature.invalid', `the signature of the receipt does not hold: ${reading.why}`)
  const { signers } = readAllowedSigners(
    Buffer.from(await readSmall(options.allowedSigners, 'reading the allowed signers')).toString('utf8'),
  )
  const at = (options.now ?? open.now)()
  const known = allowedSigner(reading.signer, signers, at, receiptNamespace)
  if (!known)
    throw refuse(
      'receipt.signer.unknown',
      `the receipt is signed by a key that is not among the allowed signers: ${reading.signer.fingerprint}`,
      'Compare the fingerprint with the one the receiver told you by another way, then add the key (namespaces="tasktrail-receipt@v1").',
    )
  const receipt = parse(bytes)
  const lines = open.custody.lines()
  const sealed = lines.find((line) => line.sha256?.after === receipt.zipSha256)
  if (!sealed?.note?.includes(receipt.bagDigest))
    throw refuse('receipt.bundle.foreign', 'the receipt is for a bundle this case did not seal')
  const digest = `receipt ${receipt.zipSha256}`
  if (lines.some((line) => line.action === 'receipt-verified' && line.method?.startsWith(digest)))
    throw refuse(
      'receipt.already.admitted',
      'this receipt is in the custody journal already',
      'Nothing is to be done.',
    )
  const custody = await open.custody.append({
    action: 'receipt-verified',
    items: sealed.items,
    counterparty: `${receipt.by.name} (${receipt.by.account}) on ${receipt.by.workstation}`,
    location: { from: open.dir, to: receipt.storedAt },
    method: `${digest}, signed by ${known.identity} ${reading.signer.fingerprint}`,
    note: `received at ${receipt.at}, found ${receipt.verdict} with ${receipt.findings.length} findings; custody of bundle ${receipt.bundleId} passed to the receiver${receipt.note ? `: ${receipt.note}` : ''}`,
  })
  return { receipt, signer: { fingerprint: reading.signer.fingerprint, identity: known.identity }, custody }
}

function parse(bytes: Uint8Array): Receipt {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    throw refuse('receipt.form.unknown', 'the receipt is no JSON')
  }
  const parsed = Receipt.safeParse(value)
  if (!parsed.success)
    throw refuse(
      'receipt.form.unknown',
      `the receipt is not in the form of a receipt: ${parsed.error.issues[0]?.path.join('.') ?? ''}`,
    )
  return parsed.data
}

async function readSmall(path: string, doing: string): Promise<Uint8Array> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw diskRefusal(error, doing, path)
  })
  if (bytes.length > largestReceipt) throw refuse('receipt.form.unknown', `the file is too long: ${path}`)
  return bytes
}

const refuse = (
  code: string,
  what: string,
  remedy = 'Ask the receiver to make the receipt again and send both files.',
) => new Refusal(code, what, remedy)

function alreadyThere(path: string): Refusal {
  return new Refusal(
    'archive.target.exists',
    `there is a file of that name already, and it is never overwritten: ${path}`,
    'Choose another folder, or move the existing file away.',
    { path },
  )
}
