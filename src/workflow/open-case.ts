/** A case is a folder: `case.json`, the database, the evidence store and the custody journal. */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import * as z from 'zod'
import { diskRefusal } from '../base/disk-trouble.ts'
import { Refusal } from '../base/refusal.ts'
import { CaseFile } from '../casefile/case-file.ts'
import type { Operator } from '../domain/operator.ts'
import { CustodyJournal } from '../evidence/custody-journal.ts'
import { EvidenceStore } from '../evidence/store.ts'

export interface OpenCase {
  readonly caseId: string
  readonly dir: string
  readonly title: string
  readonly createdAt: string
  /** a case made from a sealed bundle: looked at, never added to */
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
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    CaseFile.create(join(folder, databaseName)).close()
    await writeFile(join(folder, caseFileName), `${JSON.stringify(description, null, 2)}\n`, {
      flag: 'wx',
      mode: 0o600,
    })
  } catch (error) {
    throw diskRefusal(error, 'making the case folder', folder)
  }
  const opened = await openCase(folder, { operator: options.operator, now })
  await opened.custody.append({
    action: 'case-opened',
    note: `case "${options.title}" created`,
    location: { from: '', to: folder },
  })
  return opened
}

/** Marks a case read-only for good: it shows a bundle of somebody else's. */
export async function makeReadOnly(dir: string): Promise<void> {
  const path = join(dir, caseFileName)
  const description = CaseDescription.parse(JSON.parse(await readFile(path, 'utf8')))
  await writeFile(path, `${JSON.stringify({ ...description, readOnly: true }, null, 2)}\n`, { mode: 0o600 })
}

/** Opens the case in `dir`. Refuses when there is none, or when it is damaged or newer than this version. */
export async function openCase(
  dir: string,
  options: { readonly operator: Operator; readonly now?: () => Date },
): Promise<OpenCase> {
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
  const store = await EvidenceStore.open(folder, { readOnly: description.readOnly })
  const custody = await CustodyJournal.open(join(folder, custodyName), {
    operator: options.operator,
    now,
    readOnly: description.readOnly,
  })
  const casefile = CaseFile.open(join(folder, databaseName), { readOnly: description.readOnly })
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
    close: () => casefile.close(),
  }
}
