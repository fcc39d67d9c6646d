/** A case is a folder: `case.json`, the database, the evidence store and the custody journal. */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import * as z from 'zod'
import { diskRefusal, systemErrorCode } from '../base/disk-trouble.ts'
import { Refusal } from '../base/refusal.ts'
import { CaseFile } from '../casefile/case-file.ts'
import type { Operator } from '../domain/operator.ts'
import { lockCase } from '../evidence/case-lock.ts'
import { CustodyJournal } from '../evidence/custody-journal.ts'
import { EvidenceStore } from '../evidence/store.ts'

export interface OpenCase {
  readonly caseId: string
  readonly dir: string
  readonly title: string
  readonly createdAt: string
  /** a case made from sealed bundles: it takes no evidence but theirs, and what people here state is kept */
  readonly readOnly: boolean
  /** made of practice evidence */
  readonly practice: boolean
  readonly casefile: CaseFile
  readonly store: EvidenceStore
  readonly custody: CustodyJournal
  readonly operator: Operator
  readonly now: () => Date
  close(): void
}

const CaseDescription = z.object({
  schema: z.literal('tasktrail-case/1'),
  caseId: z.string().min(1).max(64),
  title: z.string().max(400),
  createdAt: z.string(),
  readOnly: z.boolean(),
  practice: z.boolean(),
})
type CaseDescription = z.infer<typeof CaseDescription>

export const caseFileName = 'case.json'
const databaseName = 'case.sqlite'
const custodyName = 'custody.jsonl'

export interface CreateOptions {
  readonly title: string
  readonly operator: Operator
  readonly practice?: boolean
  readonly readOnly?: boolean
  readonly now?: () => Date
  readonly caseId?: string
}

/** Makes a new case in `dir`, which must be missing or empty of a case. Refuses otherwise. */
export async function createCase(dir: string, options: CreateOptions): Promise<OpenCase> {
  const folder = resolve(dir)
  const now = options.now ?? (() => new Date())
  if (existsSync(join(folder, caseFileName)))
    throw new Refusal(
      'case.folder.exists',
      `There is a case in ${folder} already.`,
      'Open it, or choose another folder.',
    )
  const description: CaseDescription = {
    schema: 'tasktrail-case/1',
    caseId: options.caseId ?? randomUUID(),
    title: options.title,
    createdAt: now().toISOString(),
    readOnly: false,
    practice: options.practice ?? false,
  }
  let unlock = () => {}
  try {
    await makeFolder(folder)
    unlock = lockCase(folder)
    await makeDatabase(folder)
    await writeDescription(folder, description)
    const opened = await openCase(folder, { operator: options.operator, now })
    await opened.custody.append({
      action: 'case-opened',
      note: `case "${options.title}" created`,
      location: { from: '', to: folder },
    })
    return opened
  } catch (error) {
    throw diskRefusal(error, 'making the case folder', folder)
  } finally {
    unlock()
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error
    // on a read-only disk the recursive form says that nothing is there; the plain one says why
    await mkdir(folder, { mode: 0o700 })
  }
}

/**
 * An empty database under its final name. Made under another name first: a full disk or a crash leaves nothing that looks
 * like a database. One that is there and empty is of a creation that was cut off, and is taken.
 */
async function makeDatabase(folder: string): Promise<void> {
  const path = join(folder, databaseName)
  if (existsSync(path)) {
    const there = CaseFile.open(path)
    const isEmpty = there.evidence().length === 0 && there.problemTotal() === 0
    there.close()
    if (isEmpty) return
  }
  const making = `${path}.new`
  const clear = () =>
    Promise.all(['', '-wal', '-shm', '-journal'].map((end) => rm(`${making}${end}`, { force: true })))
  await clear()
  try {
    // refuses when there is one already, which then holds evidence
    CaseFile.create(existsSync(path) ? path : making).close()
    await rename(making, path)
  } finally {
    await clear()
  }
}

/** `case.json` is what makes a folder a case: it gets its name when it is whole and on disk. */
async function writeDescription(folder: string, description: CaseDescription): Promise<void> {
  const path = join(folder, caseFileName)
  const making = `${path}.new`
  try {
    await writeFile(making, `${JSON.stringify(description, null, 2)}\n`, { mode: 0o600, flush: true })
    await rename(making, path)
  } finally {
    await rm(making, { force: true })
  }
}

/** Marks a case read-only for good: it shows a bundle of somebody else's. */
export async function makeReadOnly(dir: string): Promise<void> {
  const text = await readFile(join(dir, caseFileName), 'utf8')
  await writeDescription(dir, { ...CaseDescription.parse(JSON.parse(text)), readOnly: true })
}

export interface OpenOptions {
  readonly operator: Operator
  readonly now?: () => Date
  /** `read`: nothing can be written, and it may be open elsewhere; `write` when not given */
  readonly access?: 'read' | 'write'
}

/** A case of bundles may lie on a disk that takes nothing, where it is only looked at; undefined then. */
function lockUnlessFixed(folder: string, isReceived: boolean): (() => void) | undefined {
  try {
    return lockCase(folder)
  } catch (error) {
    const cause = error instanceof Refusal ? error.code : ''
    if (isReceived && (cause === 'disk.folder.read-only' || cause === 'disk.access.denied')) return undefined
    throw error
  }
}

/**
 * Opens the case in `dir`, for this process alone unless it is only read. Refuses when there is none, when it is damaged or newer
 * than this version, or when another process has it open for writing.
 */
export async function openCase(dir: string, options: OpenOptions): Promise<OpenCase> {
  const folder = resolve(dir)
  const path = join(folder, caseFileName)
  const now = options.now ?? (() => new Date())
  if (!existsSync(path))
    throw new Refusal(
      'case.folder.missing',
      `There is no case in ${folder}.`,
      'Choose the folder that holds case.json, or create a case.',
    )
  let description: CaseDescription
  try {
    description = CaseDescription.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (error) {
    throw new Refusal(
      'case.folder.damaged',
      `${path} cannot be read as the description of a case: ${error instanceof Error ? error.message.slice(0, 200) : error}.`,
      'Restore the file, or import the folder "evidence" into a new case.',
    )
  }
  const locked = options.access === 'read' ? undefined : lockUnlessFixed(folder, description.readOnly)
  const readOnly = locked === undefined
  const unlock = locked ?? (() => {})
  try {
    const store = await EvidenceStore.open(folder, { readOnly })
    const custody = await CustodyJournal.open(join(folder, custodyName), {
      operator: options.operator,
      now,
      readOnly,
    })
    const casefile = CaseFile.open(join(folder, databaseName), { readOnly })
    return {
      caseId: description.caseId,
      dir: folder,
      title: description.title,
      createdAt: description.createdAt,
      readOnly: description.readOnly,
      practice: description.practice,
      casefile,
      store,
      custody,
      operator: options.operator,
      now,
      close: () => {
        casefile.close()
        unlock()
      },
    }
  } catch (error) {
    unlock()
    throw error
  }
}
