/**
 * Opens sealed bundles as a case that takes no other evidence: verify, admit each item by its hash, read it like any other. Nothing
 * derived is taken over: the receiver's timeline and chains are made anew from the evidence, and what the sender stated is kept
 * apart from what the receiver states (received-bundles.ts). Bundles of one incident become one case.
 */
import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises'
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
import {
  endOfJournal,
  keepReceived,
  type OpenedBundle,
  type ReceivedBundle,
  readOpenedBundle,
  receivedBundles,
  writeFirst,
} from './received-bundles.ts'
import { checkBundleFile, type VerifyBundleOptions } from './verify-bundle.ts'

export { type OpenedBundle, readOpenedBundle } from './received-bundles.ts'

export interface OpenBundleOptions extends VerifyBundleOptions {
  /** folder of the new case; one below the operator's cases by default */
  readonly dir?: string | undefined
  readonly operator: Operator
  /** merges bundles although neither case nor ticket number say that they belong together */
  readonly sameIncident?: boolean | undefined
}

/**
 * Verifies the bundles at `paths` and opens them as one case, or into the case made of earlier ones. Refuses one that is INVALID,
 * UNSAFE, UNREADABLE or no Tasktrail bundle, and bundles of different incidents; then nothing is left behind, nor when it is
 * cancelled before the case has its name. Opening the same bundle again gives the case made the first time.
 */
export async function openBundle(
  paths: string | readonly string[],
  options: OpenBundleOptions,
): Promise<OpenCase> {
  const bundles = await checkAll(typeof paths === 'string' ? [paths] : paths, options)
  const [first] = bundles
  if (!first) throw new Refusal('bundle.path.none', 'no bundle is named', 'Name the .zip file of a bundle.')
  const dir = options.dir === undefined ? await freeFolder(first) : resolve(options.dir)
  const openOptions = { operator: options.operator, ...(options.now && { now: options.now }) }
  const before = await readOpenedBundle(dir)
  if (before) {
    const open = await openCase(dir, openOptions)
    try {
      await addBundles(open, bundles, before, options)
      return open
    } catch (error) {
      open.close()
      throw error
    }
  }
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
    await makeCase(making, dir, bundles, options)
    // Windows does not rename over a folder, not even an empty one.
    await rmdir(dir).catch(() => undefined)
    await rename(making, dir)
  } catch (error) {
    await rm(making, { recursive: true, force: true }).catch(() => undefined)
    throw diskRefusal(error, 'opening the bundle', dir)
  }
  return openCase(dir, openOptions)
}

/** All of them verified, in the order of their sealing, each once. */
async function checkAll(
  paths: readonly string[],
  options: OpenBundleOptions,
): Promise<readonly VerifiedBundle[]> {
  const byDigest = new Map<string, VerifiedBundle>()
  for (const path of paths) {
    const { report, bundle } = await checkBundleFile(path, options)
    if (!bundle) throw refusalOf(path, report)
    byDigest.set(report.bagDigest ?? path, bundle)
  }
  const bundles = [...byDigest.values()].sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))
  const [first] = bundles
  if (first)
    for (const other of bundles.slice(1)) refuseOtherIncident(incidentOf(first), other, options.sameIncident)
  return bundles
}
const orderOf = ({ record }: VerifiedBundle) => `${record.sealedAt} ${record.bundleId}`

interface Incident {
  readonly caseId: string
  readonly number: string
}
const incidentOf = ({ record }: VerifiedBundle): Incident => ({
  caseId: record.case.id,
  number: record.case.number.trim(),
})

/** Evidence of two incidents in one case would find chains nobody made. */
function refuseOtherIncident(known: Incident, other: VerifiedBundle, isSame: boolean | undefined): void {
  const of = incidentOf(other)
  if (isSame || of.caseId === known.caseId || (of.number !== '' && of.number === known.number)) return
  throw new Refusal(
    'bundle.merge.other-incident',
    `the bundles are of different incidents: ${known.number || known.caseId} and ${of.number || of.caseId} (${other.path})`,
    'Open them into cases of their own; or say that it is one incident (--same-incident).',
    { path: other.path },
  )
}

/** Adds what a received case does not hold yet. */
async function addBundles(
  open: OpenCase,
  bundles: readonly VerifiedBundle[],
  before: OpenedBundle,
  options: OpenBundleOptions,
): Promise<void> {
  const known = await receivedBundles(open.dir)
  const digests = new Set([before.bagDigest, ...known.map((one) => one.bagDigest)])
  const missing = bundles.filter(({ report }) => !digests.has(report.bagDigest ?? ''))
  if (missing.length === 0) return
  const incident = { caseId: open.caseId, number: known[0]?.caseNumber ?? '' }
  for (const bundle of missing) refuseOtherIncident(incident, bundle, options.sameIncident)
  for (const bundle of missing) {
    const evidence = evidenceOf(bundle)
    await importItems(open, bundle, evidence, options)
    noteGaps(open, bundle)
    const end = endOfJournal(bundle.custody)
    await received(
      open.custody,
      open.dir,
      bundle,
      `; its custody journal of ${end.lines} lines, the last with hash ${end.hash}, is kept as bundles/${bundle.report.bagDigest}/custody.jsonl`,
    )
    await keepReceived(open.dir, bundle, receivedOf(bundle, options))
  }
}

const evidenceOf = (bundle: VerifiedBundle) => bundle.inventory.filter((line) => line.class === 'evidence')

/** The case in a folder of its own, which gets its name only when everything is in it. */
async function makeCase(
  making: string,
  dir: string,
  bundles: readonly VerifiedBundle[],
  options: OpenBundleOptions,
): Promise<void> {
  const [bundle] = bundles
  if (!bundle) throw new Error('invariant broken: a case is made of no bundle')
  await mkdir(making, { recursive: true, mode: 0o700 })
  const { record } = bundle
  const open = await createCase(making, {
    title: String(record.case.title ?? '').slice(0, 400),
    operator: options.operator,
    practice: record.case.practice === true,
    ...(options.now && { now: options.now }),
    ...(isCaseId(record.case.id) && { caseId: record.case.id }),
  })
  try {
    await importItems(open, bundle, evidenceOf(bundle), options)
    noteGaps(open, bundle)
  } finally {
    open.close()
  }
  await continueCustody(open, dir, bundle, options)
  const opened = receivedOf(bundle, options)
  await keepReceived(making, bundle, opened)
  const { items: _, name: _n, sealedAt: _s, caseNumber: _c, sender: _f, supersedes: _p, ...first } = opened
  await writeFirst(making, first)
  await makeReadOnly(making)
  if (bundles.length === 1) return
  const again = await openCase(making, {
    operator: options.operator,
    ...(options.now && { now: options.now }),
  })
  try {
    await addBundles(again, bundles, first, options)
  } finally {
    again.close()
  }
}

function receivedOf(bundle: VerifiedBundle, options: OpenBundleOptions): ReceivedBundle {
  const { record, report } = bundle
  return {
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
    name: bundle.root,
    sealedAt: record.sealedAt,
    caseNumber: record.case.number.trim(),
    sender: `${record.from.name} (${record.from.account}) on ${record.from.workstation}`,
    supersedes: typeof record.supersedes === 'string' ? record.supersedes : null,
    items: evidenceOf(bundle).map((line) => line.sha256),
  }
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
  options: OpenBundleOptions,
): Promise<void> {
  const { path } = open.custody
  await writeFile(path, bundle.custody, { mode: 0o600, flush: true })
  const journal = await CustodyJournal.open(path, {
    operator: options.operator,
    ...(options.now && { now: options.now }),
  })
  await received(journal, dir, bundle, '')
}

async function received(
  journal: CustodyJournal,
  dir: string,
  bundle: VerifiedBundle,
  more: string,
): Promise<void> {
  const { report, record } = bundle
  const signer = report.signer
    ? `${report.signer.identity ?? 'unknown signer'} ${report.signer.fingerprint}`
    : 'nobody'
  const supersedes = record.supersedes ? `; it supersedes bundle ${record.supersedes}` : ''
  await journal.append({
    action: 'received',
    items: evidenceOf(bundle).map((line) => line.sha256),
    counterparty: String(record.from?.name ?? ''),
    method: 'verified in place, each item admitted by its hash',
    sha256: { before: report.zipSha256, after: report.zipSha256 },
    location: { from: resolve(bundle.path), to: dir },
    note: `bundle ${record.bundleId} opened read-only: ${report.verdict}, bag digest ${report.bagDigest}, signed by ${signer}${supersedes}${more}`,
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
