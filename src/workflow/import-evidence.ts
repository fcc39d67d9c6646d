/**
 * Takes evidence into a case: finds it, stores it by the one door, reads it, writes it to the database, and puts each item
 * into the custody journal. What cannot be taken becomes a problem and everything else goes on; what was finished before a
 * stop or a crash stays, and the next import goes on from there.
 */
import { Refusal } from '../base/refusal.ts'
import type { Problem } from '../domain/problem.ts'
import type { OnProgress } from '../domain/progress.ts'
import { type Found, type FoundFile, findEvidence } from '../sources/find-evidence.ts'
import { checkCollector } from './check-collector.ts'
import { assignHosts } from './ingest/assign-hosts.ts'
import { ItemImport } from './ingest/item-import.ts'
import type { TakenItem } from './ingest/item-rows.ts'
import { isSmallLog, LogBatches } from './ingest/log-batches.ts'
import { NotedProblems } from './ingest/noted-problems.ts'
import { closeImports, noteOpenImport } from './ingest/open-imports.ts'
import { IngestThreads } from './ingest/threads.ts'
import { listEvidence } from './list-evidence.ts'
import { Meter, stopIfAborted } from './meter.ts'
import type { OpenCase } from './open-case.ts'

export interface ImportOptions {
  /** host of items that do not name one themselves */
  readonly host?: string | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: OnProgress | undefined
  /** false: small logs are taken one by one too; for comparison */
  readonly batches?: boolean | undefined
  /** opens encrypted entries of archives; used while reading and never stored */
  readonly archivePassword?: string | undefined
  /** files found by other means (an acquisition); `paths` then only name the import, should it be stopped */
  readonly found?: AsyncIterable<Found> | Iterable<Found> | undefined
  /** called with each file and the hash it was stored under */
  readonly onTaken?: ((file: FoundFile, sha256: string) => void) | undefined
  /** threads that parse one large log; as many as the machine has processors when not given. The result is the same. */
  readonly parsers?: number | undefined
  /** leaves out all values of large logs: for measuring what it costs to check and index their records alone */
  readonly headsOnly?: boolean | undefined
  /** threads that were started while the case was opened (`readyIngest`); the import stops them */
  readonly threads?: IngestThreads | undefined
}

/** Imports what lies at `paths`. Throws only for Cancelled and for a Refusal (read-only case, full disk). */
export async function importEvidence(open: OpenCase, paths: readonly string[], options: ImportOptions = {}) {
  try {
    return await importInto(open, paths, options)
  } finally {
    await options.threads?.stop()
  }
}

async function importInto(open: OpenCase, paths: readonly string[], options: ImportOptions) {
  if (open.readOnly)
    throw new Refusal(
      'case.read-only',
      'This case shows a sealed bundle and takes no further evidence.',
      'Create a case and import there.',
    )
  const { casefile } = open
  const meter = new Meter(options.onProgress, {
    phase: 'Looking for evidence',
    step: 'scan',
    unit: 'files',
    total: null,
  })
  await clearLeftovers(open)
  // stands in the database until the import is whole: a stop or a crash at any moment leaves it there
  noteOpenImport(casefile, paths)
  const problems: Problem[] = []
  const noted = new NotedProblems(casefile)
  const note = (problem: Problem) => {
    problems.push(problem)
    noted.note(null, problem)
  }
  const files: FoundFile[] = []
  let { threads } = options
  try {
    for await (const found of options.found ?? findEvidence(paths, options)) {
      if (found.ok) files.push(found.value)
      else note(found.problem)
      meter.add(1)
      if (threads || !found.ok || found.value.kind !== 'evtx') continue
      threads = new IngestThreads(options.parsers, options.headsOnly)
      threads.warmUp()
    }
    stopIfAborted(options.signal)
    if (files.length === 0 && problems.length === 0)
      note({
        code: 'source.nothing-found',
        severity: 'warning',
        where: paths.join(', '),
        what: 'No log, task definition or other evidence was found there. Choose the folder that holds the collected files.',
      })
    return await takeFiles(open, paths, files, problems, options, noted, threads)
  } finally {
    await threads?.stop()
  }
}

/** Takes what was found, in order, and tells what the case has of it then. */
async function takeFiles(
  open: OpenCase,
  paths: readonly string[],
  files: readonly FoundFile[],
  problems: Problem[],
  options: ImportOptions,
  noted: NotedProblems,
  threads: IngestThreads | undefined,
) {
  const { casefile, custody } = open
  const bytes = files.reduce((sum, file) => sum + file.size, 0)
  const reading = new Meter(options.onProgress, {
    phase: 'Reading',
    step: 'parse',
    unit: 'bytes',
    total: bytes,
  })
  const taken = new Set<string>()
  const onAbort = () => threads?.cancel()
  options.signal?.addEventListener('abort', onAbort, { once: true })
  const imports = new ItemImport(open, threads, reading, options, noted)
  const lastLog = files.findLastIndex((file) => file.kind === 'evtx')
  /** Runs of small logs in batches, everything else by itself. */
  async function* takeEach(): AsyncGenerator<TakenItem> {
    for (let at = 0; at < files.length; ) {
      stopIfAborted(options.signal)
      const first = files[at] as FoundFile
      if (!threads || options.batches === false || !isSmallLog(first)) {
        if (threads) threads.isLast = at >= lastLog
        yield await imports.take(first)
        at++
        continue
      }
      const run = [first]
      for (let next = files[++at]; next && isSmallLog(next); next = files[++at]) run.push(next)
      threads.isLast = at > lastLog
      yield* new LogBatches(open, threads, reading, options, noted, imports).take(run)
    }
  }
  let handled = 0
  noteOpenImport(casefile, paths, files.length)
  try {
    for await (const done of takeEach()) {
      problems.push(...done.problems)
      if (done.sha256) {
        taken.add(done.sha256)
        options.onTaken?.(files[handled] as FoundFile, done.sha256)
      }
      handled++
    }
    assignHosts(open, options.host, taken)
    const checked = checkCollector(open, taken, (item, problem) => noted.note(item, problem))
    problems.push(...checked.problems)
    if (checked.equal > 0)
      await custody.append({
        action: 'verified',
        note: `${checked.equal} items have the hash their collector wrote down`,
      })
    closeImports(casefile, paths)
  } catch (error) {
    // what stopped the import is what the operator has to hear: a full disk may refuse these two as well
    try {
      assignHosts(open, options.host, taken)
      await custody.append({
        action: 'note',
        note: `import stopped after ${handled} of ${files.length} files; what was finished stays, the same import goes on from there`,
      })
    } catch (second) {
      if (!(second instanceof Refusal)) throw second
    }
    throw error
  } finally {
    options.signal?.removeEventListener('abort', onAbort)
  }
  reading.to(bytes, true)
  const evidence = listEvidence(open).filter((row) => taken.has(row.sha256))
  return {
    case: open.dir,
    evidence,
    records: evidence.reduce((sum, row) => sum + row.records, 0),
    events: evidence.reduce((sum, row) => sum + row.events, 0),
    problems: problems.map((problem) => ({
      code: problem.code,
      severity: problem.severity,
      evidenceId: problem.evidenceId ?? null,
      where: problem.where,
      what: problem.what,
    })),
  }
}

/** What a killed import left: staged bytes go, half-read items go; their sources can be imported again. */
async function clearLeftovers(open: OpenCase): Promise<void> {
  await journalLate(open)
  open.casefile.sweepPacks()
  const half = open.casefile.evidence().filter((entry) => entry.state === 'reading')
  const staged = await open.store.leftovers()
  if (half.length === 0 && staged.length === 0) return
  for (const entry of half) open.casefile.dropItem(entry.item)
  await open.store.sweep()
  await open.custody.append({
    action: 'note',
    note: `an earlier import was cut off: ${half.length} half-read items and ${staged.length} staged files were set back${
      half.length
        ? `; not whole were: ${half
            .map((entry) => entry.origin)
            .join(', ')
            .slice(0, 2000)}`
        : ''
    }`,
  })
}

/** A crash between database and journal: the item is whole, its line in the journal is missing and is written now. */
async function journalLate(open: OpenCase): Promise<void> {
  const journalled = new Set(open.custody.lines().flatMap((line) => line.items))
  for (const entry of open.casefile.evidence()) {
    if (entry.state !== 'complete' || !entry.sha256 || journalled.has(entry.sha256)) continue
    await open.custody.append({
      action: 'imported',
      items: [entry.sha256],
      sha256: { before: null, after: entry.sha256 },
      location: { from: entry.origin, to: 'evidence store of this case' },
      note: `${entry.name}, ${entry.size} bytes; stored at ${entry.admittedAt}, written into the journal only now because the import was cut off`,
    })
  }
}
