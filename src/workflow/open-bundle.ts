/**
 * Opens a sealed bundle as a read-only case: verify, admit each item by its hash, read it like any other evidence. Nothing
 * derived is taken over: the receiver's timeline and chains are made anew from the evidence.
 */
import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { EntryDamage } from '../archive/read-zip.ts'
import { diskRefusal } from '../base/disk-trouble.ts'
import { Refusal } from '../base/refusal.ts'
import type { InventoryLine } from '../bundle/records.ts'
import type { VerifiedBundle, VerifyReport } from '../bundle/verify.ts'
import { type EvidenceKind, evidenceKinds } from '../domain/evidence.ts'
import type { Operator } from '../domain/operator.ts'
import { CustodyJournal } from '../evidence/custody-journal.ts'
import type { FoundFile } from '../sources/find-evidence.ts'
import { assignHosts } from './ingest/assign-hosts.ts'
import { ItemImport } from './ingest/item-import.ts'
import { IngestThreads } from './ingest/threads.ts'
import { Meter, stopIfAborted } from './meter.ts'
import { createCase, makeReadOnly, type OpenCase, openCase } from './open-case.ts'
import { casesFolder } from './operator-folders.ts'
import { checkBundleFile, type VerifyBundleOptions } from './verify-bundle.ts'

export interface OpenBundleOptions extends VerifyBundleOptions {
  /** folder of the new case; one below the operator's cases by default */
  readonly dir?: string | undefined
  readonly operator: Operator
}

/** `bundle.json` of a case opened from a bundle: what checking it said. */
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

const openedName = 'bundle.json'

/**
 * Verifies the bundle at `path` and opens it. Refuses one that is INVALID, UNSAFE, UNREADABLE or no Tasktrail bundle; then
 * nothing is left behind, nor when it is cancelled. Opening the same bundle again gives the case made the first time.
 */
export async function openBundle(path: string, options: OpenBundleOptions): Promise<OpenCase> {
  const { report, bundle } = await checkBundleFile(path, options)
  if (!bundle) throw refusalOf(path, report)
  const dir = options.dir === undefined ? await freeFolder(bundle) : resolve(options.dir)
  const openOptions = { operator: options.operator, ...(options.now && { now: options.now }) }
  const before = await readOpenedBundle(dir)
  if (before && before.bagDigest === report.bagDigest) return openCase(dir, openOptions)
  if ((await readdir(dir).catch(() => [])).length > 0) {
    throw new Refusal(
      'case.folder.not-empty',
      `the folder for the case is not empty: ${dir}`,
      'Choose another folder for the bundle.',
      { dir },
    )
  }
  const making = join(dirname(dir), `.${basename(dir)}.opening-${randomBytes(4).toString('hex')}`)
  try {
    await makeCase(making, dir, bundle, options)
    // Windows does not rename over a folder, not even an empty one.
    await rmdir(dir).catch(() => undefined)
    await rename(making, dir)
  } catch (error) {
    await rm(making, { recursive: true, force: true }).catch(() => undefined)
    throw diskRefusal(error, 'opening the bundle', dir)
  }
  return openCase(dir, openOptions)
}

/** What is known of the bundle a case was opened from; null for an ordinary case. */
export async function readOpenedBundle(dir: string): Promise<OpenedBundle | null> {
  try {
    const value = JSON.parse(await readFile(join(dir, openedName), 'utf8')) as OpenedBundle | null
    return value?.schema === 'tasktrail-opened-bundle/1' ? value : null
  } catch {
    return null
  }
}

/** The case in a folder of its own, which gets its name only when everything is in it. */
async function makeCase(
  making: string,
  dir: string,
  bundle: VerifiedBundle,
  options: OpenBundleOptions,
): Promise<void> {
  await mkdir(making, { recursive: true, mode: 0o700 })
  const { record, report } = bundle
  const open = await createCase(making, {
    title: String(record.case.title ?? '').slice(0, 400),
    operator: options.operator,
    practice: record.case.practice === true,
    ...(options.now && { now: options.now }),
    ...(isCaseId(record.case.id) && { caseId: record.case.id }),
  })
  const evidence = bundle.inventory.filter((line) => line.class === 'evidence')
  try {
    await importItems(open, bundle, evidence, options)
    noteGaps(open, bundle)
  } finally {
    open.close()
  }
  await continueCustody(open, dir, bundle, evidence, options)
  const opened: OpenedBundle = {
    schema: 'tasktrail-opened-bundle/1',
    verdict: report.verdict,
    bagDigest: report.bagDigest ?? '',
    signer: report.signer?.fingerprint ?? null,
    identity: report.signer?.identity ?? null,
    path: resolve(bundle.path),
    zipSha256: report.zipSha256 ?? '',
    bundleId: record.bundleId,
    openedAt: (options.now ?? (() => new Date()))().toISOString(),
    findings: report.findings,
  }
  await writeFile(join(making, openedName), `${JSON.stringify(opened, null, 2)}\n`, {
    mode: 0o600,
    flush: true,
  })
  await makeReadOnly(making)
}

async function importItems(
  open: OpenCase,
  bundle: VerifiedBundle,
  evidence: readonly InventoryLine[],
  options: OpenBundleOptions,
): Promise<void> {
  const total = evidence.reduce((sum, line) => sum + line.size, 0)
  const meter = new Meter(options.onProgress, { phase: 'Reading', step: 'parse', unit: 'bytes', total })
  const threads = evidence.some((line) => line.kind === 'evtx') ? new IngestThreads() : undefined
  const onAbort = () => threads?.cancel()
  options.signal?.addEventListener('abort', onAbort, { once: true })
  try {
    for (const line of evidence) {
      stopIfAborted(options.signal)
      const host = line.origin?.host ?? undefined
      const imports = new ItemImport(open, threads, meter, { host, signal: options.signal })
      const taken = await imports.take(foundFile(bundle, line))
      if (taken.sha256 !== line.sha256) throw changed(bundle, line.path)
    }
  } finally {
    options.signal?.removeEventListener('abort', onAbort)
    await threads?.stop()
  }
  assignHosts(open, undefined)
  meter.to(total, true)
}

/** An item of the bundle under the name and origin it had at the sender. */
function foundFile(bundle: VerifiedBundle, line: InventoryLine): FoundFile {
  return {
    name: line.origin?.name ?? basename(line.path),
    origin: line.origin?.path ?? line.path,
    kind: kindOf(line.kind),
    size: line.size,
    open: async () => asVerified(bundle, line),
  }
}

/** Between checking and reading somebody may have changed the file: nothing enters that is not what was verified. */
async function* asVerified(bundle: VerifiedBundle, line: InventoryLine): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  try {
    for await (const block of bundle.read(line.path)) {
      hash.update(block)
      yield block
    }
  } catch (error) {
    throw error instanceof EntryDamage ? changed(bundle, line.path) : error
  }
  if (hash.digest('hex') !== line.sha256) throw changed(bundle, line.path)
}

const kindOf = (kind: string): EvidenceKind => evidenceKinds.find((known) => known === kind) ?? 'other'
const isCaseId = (id: unknown): id is string => typeof id === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(id)

/** What the sender could not get is the receiver's problem too. */
function noteGaps(open: OpenCase, bundle: VerifiedBundle): void {
  for (const gap of bundle.record.gaps) {
    open.casefile.insertProblem(null, {
      code: String(gap.code ?? 'bundle.gap.reported').slice(0, 100),
      severity: 'warning',
      where: String(gap.what ?? '').slice(0, 4000),
      what: `The sender could not take it: ${String(gap.why ?? '').slice(0, 4000)}`,
    })
  }
}

/** The sender's journal, byte for byte, and one line of ours. */
async function continueCustody(
  open: OpenCase,
  dir: string,
  bundle: VerifiedBundle,
  evidence: readonly InventoryLine[],
  options: OpenBundleOptions,
): Promise<void> {
  const { path } = open.custody
  await writeFile(path, bundle.custody, { mode: 0o600, flush: true })
  const journal = await CustodyJournal.open(path, {
    operator: options.operator,
    ...(options.now && { now: options.now }),
  })
  const { report, record } = bundle
  const signer = report.signer
    ? `${report.signer.identity ?? 'unknown signer'} ${report.signer.fingerprint}`
    : 'nobody'
  await journal.append({
    action: 'received',
    items: evidence.map((line) => line.sha256),
    counterparty: String(record.from?.name ?? ''),
    method: 'verified in place, each item admitted by its hash',
    sha256: { before: report.zipSha256, after: report.zipSha256 },
    location: { from: resolve(bundle.path), to: dir },
    note: `bundle ${record.bundleId} opened read-only: ${report.verdict}, bag digest ${report.bagDigest}, signed by ${signer}`,
  })
}

/** `<cases>/<bundle name>`; with a number behind it when another case has that name. */
async function freeFolder(bundle: VerifiedBundle): Promise<string> {
  const base = join(casesFolder(), bundle.root)
  for (let copy = 1; ; copy++) {
    const dir = copy === 1 ? base : `${base}-${copy}`
    if (!existsSync(dir) || (await readOpenedBundle(dir))?.bagDigest === bundle.report.bagDigest) return dir
  }
}

function changed(bundle: VerifiedBundle, path: string): Refusal {
  return new Refusal(
    'bundle.file.changed-since-check',
    `the bundle was changed while it was opened: ${bundle.path}, ${path}`,
    'Copy the bundle to a disk nobody else writes to, verify it again, and open it there.',
    { path },
  )
}

function refusalOf(path: string, report: VerifyReport): Refusal {
  const decisive = report.findings.find(
    (finding) => finding.severity !== 'warning' && finding.severity !== 'note',
  )
  const finding = decisive ?? report.findings.find((one) => one.code === 'FOREIGN_BAG')
  const codes: Readonly<Record<string, string>> = {
    INVALID: 'bundle.verdict.invalid',
    UNSAFE: 'bundle.verdict.unsafe',
    UNREADABLE: 'bundle.verdict.unreadable',
  }
  const why = finding
    ? `${finding.code}${finding.path ? ` ${finding.path}` : ''}: ${finding.what}`
    : report.verdict
  return new Refusal(
    codes[report.verdict] ?? 'bundle.kind.foreign',
    `the bundle is not opened: ${why} (${path})`,
    finding?.hint ?? 'Run "verify" on it to see everything that was found, and ask the sender for it again.',
    { verdict: report.verdict, path, findings: report.findings.length },
  )
}
