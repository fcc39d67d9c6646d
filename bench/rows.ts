/** The rows of the table: what is measured, on what, against what, and how much it may take. */
import { statSync, writeFileSync } from 'node:fs'
import { benchRecipient, hashOfLog, makeBundle } from './bundles.ts'
import { hostsCase } from './hosts.ts'
import { cached, cycledLog, folderOfLogs, inlineLog, unpackedLog } from './logs.ts'

export const baselines = {
  sha256sum: { command: 'sha256sum', args: [] },
  shaNi: { command: 'openssl', args: ['dgst', '-sha256'] },
  age: { command: 'age', args: ['-r', benchRecipient, '-o', '/dev/null'] },
  evtxexport: { command: 'evtxexport', args: ['-f', 'xml'] },
} as const
export type Baseline = keyof typeof baselines

export interface Row {
  readonly name: string
  readonly work: 'ingest' | 'index' | 'xml' | 'jsonl' | 'chains' | 'hosts' | 'seal' | 'check' | 'encrypt'
  /** further words for the work */
  readonly more?: readonly string[]
  /** a log, or the folder of a case */
  readonly path: string
  readonly bytes: number
  /** what is compared with, over these files; of their size the ratio is taken, so that a slow one may get less */
  readonly against: Partial<Readonly<Record<Baseline, readonly string[]>>>
  /** what the issue asks for, in words */
  readonly goal: string
  /** rounds when not the usual number */
  readonly rounds?: number
}

/**
 * @param big the 4 GB log too
 * @param hostsFolder where the case of many hosts is made; undefined: it is not asked for
 */
export async function rowsOf(
  big: boolean,
  caseFolder: string,
  hostsFolder: string | undefined,
): Promise<readonly Row[]> {
  const rows: Row[] = []
  const large = (await unpackedLog('security-1gb.evtx')) ?? undefined
  if (large) {
    const bytes = statSync(large).size
    const both = { sha256sum: [large], shaNi: [large] }
    // the whole would take it minutes
    const short = await cycledLog(large, 'security-4mb.evtx', 64)
    rows.push(
      {
        name: 'ingest',
        work: 'ingest',
        path: large,
        bytes,
        against: both,
        goal: '≤ 0.65 sha256sum, ≤ 2.4 SHA-NI',
      },
      {
        name: 'index',
        work: 'index',
        path: large,
        bytes,
        against: both,
        goal: 'all checksums and the heads of all records, no values: ≤ 0.32 sha256sum, ≤ 1.15 SHA-NI',
      },
      {
        name: 'xml',
        work: 'xml',
        path: large,
        bytes,
        against: { ...both, evtxexport: [short] },
        goal: '≤ 5.5 SHA-NI of CPU, ≤ 0.033 evtxexport',
      },
      { name: 'jsonl', work: 'jsonl', path: large, bytes, against: both, goal: 'no slower than xml' },
      {
        name: 'chains',
        work: 'chains',
        path: caseFolder,
        bytes: 0,
        against: {},
        goal: '< 2000 ms, stretch 700 ms',
      },
    )
  }
  if (large) rows.push(...(await bundleRows(large, big)))
  const folder = folderOfLogs()
  if (folder)
    rows.push({
      name: 'folder',
      work: 'ingest',
      path: folder.folder,
      bytes: folder.files.reduce((sum, file) => sum + statSync(file).size, 0),
      against: { sha256sum: folder.files, shaNi: folder.files },
      goal: '≤ sha256sum + 500 ms',
    })
  const inline = inlineLog()
  const inlineBytes = statSync(inline).size
  const inlineFiles = { sha256sum: [inline], shaNi: [inline] }
  rows.push(
    {
      name: 'inline-ingest',
      work: 'ingest',
      path: inline,
      bytes: inlineBytes,
      against: inlineFiles,
      goal: '≤ 8 SHA-NI, stretch 4, ≥ 150 MB/s',
    },
    {
      name: 'inline-xml',
      work: 'xml',
      path: inline,
      bytes: inlineBytes,
      against: inlineFiles,
      goal: 'none',
      rounds: 1,
    },
  )
  if (big && large) {
    const path = await cycledLog(large, 'security-4gb.evtx', 65_535)
    const bytes = statSync(path).size
    const row = { path, bytes, against: { shaNi: [path] }, rounds: 1 }
    rows.push(
      { ...row, name: 'ingest-4gb', work: 'ingest', goal: 'peak RSS < 400 MB, as with 1 GB' },
      { ...row, name: 'xml-4gb', work: 'xml', goal: 'peak RSS as with 1 GB' },
    )
  }
  if (hostsFolder !== undefined) {
    await hostsCase(hostsFolder, 50, 200_000)
    rows.push({
      name: 'hosts',
      work: 'hosts',
      path: hostsFolder,
      bytes: 0,
      against: {},
      goal: 'index, chains and answers of 50 hosts with 200,000 records each: < 30 s, peak RSS < 500 MB',
      rounds: 1,
    })
  }
  return rows
}

/** Sealing packs and checks what it packed; checking reads the whole bundle. `big`: 6 GB, and 100,000 files (A32). */
async function bundleRows(log: string, big: boolean): Promise<readonly Row[]> {
  await cached('security-1gb.evtx.sha256', async (partial) => writeFileSync(partial, await hashOfLog(log)))
  const bytes = statSync(log).size
  const both = { sha256sum: [log], shaNi: [log] }
  const bundle = await cached('bundle-1gb.zip', (partial) => makeBundle(log, 1, partial))
  const rows: Row[] = [
    {
      name: 'seal',
      work: 'seal',
      path: log,
      bytes,
      against: both,
      goal: 'level 1, both hashes: ≤ 2.2 sha256sum of CPU',
    },
    { name: 'check', work: 'check', path: bundle, bytes, against: both, goal: '≤ 1.2 sha256sum of CPU' },
    {
      name: 'encrypt',
      work: 'encrypt',
      path: log,
      bytes,
      against: { age: [log] },
      goal: "≤ 4 of Debian's age of CPU",
    },
  ]
  if (!big) return rows
  const flat = { against: {}, rounds: 1, goal: 'peak RSS < 200 MB' }
  const six = await cached('bundle-6gb.zip', (partial) => makeBundle(log, 6, partial))
  const files = await cached('bundle-files.zip', (partial) => makeBundle(log, 0, partial))
  return [
    ...rows,
    { ...flat, name: 'seal-6gb', work: 'seal', path: log, more: ['6'], bytes: 6 * bytes },
    { ...flat, name: 'check-6gb', work: 'check', path: six, bytes: 6 * bytes },
    { ...flat, name: 'seal-files', work: 'seal', path: log, more: ['0'], bytes: 2e8 },
    { ...flat, name: 'check-files', work: 'check', path: files, bytes: 2e8 },
  ]
}
