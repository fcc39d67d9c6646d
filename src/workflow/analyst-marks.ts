/**
 * Ticks, notes, dispositions, clocks and the allow-list: what a person states about a case. Each act is a mark with who, when and why, and
 * a line of custody; the present state is what the marks add up to. Only a person sets a disposition.
 */
import * as z from 'zod'
import { Refusal } from '../base/refusal.ts'
import { addressRange } from '../chains/address-range.ts'
import type { AllowEntry } from '../domain/allow-list.ts'
import { clockIds, dispositions, type Mark, type MarkStatement } from '../domain/marks.ts'
import { parseUtc } from '../domain/time.ts'
import { checklistRows, isChecklistRow } from '../playbook/checklist-rows.ts'
import type { OpenCase } from './open-case.ts'

/** How the custody journal names such an act. */
export const markMethod = 'analyst mark'

const text = (most: number) => z.string().max(most)
const chain = z.string().regex(/^[0-9a-f]{1,64}$/)
const optional = z.string().min(1).max(256).optional()
const Statement = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('tick'), chain, row: text(64), ticked: z.boolean(), note: text(4000) }),
  z.object({ kind: z.literal('note'), chain, row: text(64), note: z.string().min(1).max(4000) }),
  z.object({
    kind: z.literal('disposition'),
    chain,
    disposition: z.enum(dispositions),
    why: z.string().min(1).max(4000),
  }),
  z.object({
    kind: z.literal('clock'),
    chain,
    clock: z.enum(clockIds),
    act: z.enum(['start', 'finish']),
    moment: text(40),
    note: text(4000),
  }),
  z.object({
    kind: z.literal('allow'),
    account: optional,
    addresses: optional,
    actionHash: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional(),
    expires: text(40),
    reason: z.string().min(1).max(4000),
  }),
  z.object({ kind: z.literal('allow-removed'), entry: z.int().positive(), why: z.string().min(1).max(4000) }),
  z.object({ kind: z.literal('undo'), mark: z.int().positive(), why: text(4000) }),
])

export interface Marks {
  /** every mark in order, taken back or not */
  readonly all: readonly (Mark & { readonly isUndone: boolean })[]
  /** rows of the table that are no marks of this version: kept, not used, counted */
  readonly unreadable: number
}

const caches = new WeakMap<object, { revision: number; marks: Marks }>()

export function marksOf(open: OpenCase): Marks {
  const table = open.casefile.marks
  const known = caches.get(table)
  if (known && known.revision === table.revision) return known.marks
  const read: Mark[] = []
  let unreadable = 0
  for (const { id, author, at, statement } of table.list()) {
    const parsed = Statement.safeParse(jsonOf(statement))
    if (parsed.success) read.push({ id, author, at, statement: parsed.data as MarkStatement })
    else unreadable++
  }
  const undone = undoneAmong(read)
  const marks = { all: read.map((mark) => ({ ...mark, isUndone: undone.has(mark.id) })), unreadable }
  caches.set(table, { revision: table.revision, marks })
  return marks
}

function jsonOf(statement: string): unknown {
  try {
    return JSON.parse(statement)
  } catch {
    return undefined // counted as unreadable by the caller
  }
}

/** A mark counts unless a later undo that itself counts takes it back. */
function undoneAmong(marks: readonly Mark[]): ReadonlySet<number> {
  const undone = new Set<number>()
  for (const mark of [...marks].reverse())
    if (mark.statement.kind === 'undo' && !undone.has(mark.id)) undone.add(mark.statement.mark)
  return undone
}

/** Marks that count, in order. */
export const standing = (marks: Marks): readonly Mark[] =>
  marks.all.filter((mark) => !mark.isUndone && mark.statement.kind !== 'undo')

/** The allow-list as it stands. */
export function allowListOf(open: OpenCase): readonly AllowEntry[] {
  const marks = standing(marksOf(open))
  const removed = new Set(
    marks.flatMap(({ statement }) => (statement.kind === 'allow-removed' ? [statement.entry] : [])),
  )
  return marks.flatMap(({ id, author, statement }) =>
    statement.kind === 'allow' && !removed.has(id)
      ? [
          {
            id: String(id),
            account: statement.account,
            addresses: statement.addresses,
            actionHash: statement.actionHash,
            expires: parseUtc(statement.expires),
            reason: statement.reason,
            author,
          },
        ]
      : [],
  )
}

const refuse = (code: string, what: string, remedy: string): never => {
  throw new Refusal(`case.mark.${code}`, what, remedy)
}

/**
 * Adds one act of a person. Refuses a read-only case, unknown rows and marks, an entry that allows everything, and unclear times.
 * @param by who states it; the operator when not given
 * @returns the mark as it is kept
 */
export async function addMark(open: OpenCase, statement: MarkStatement, by?: string): Promise<Mark> {
  const parsed = Statement.safeParse(statement)
  if (!parsed.success)
    return refuse(
      'unclear',
      `This cannot be kept: ${z.prettifyError(parsed.error).slice(0, 400)}`,
      'Give every part in its form; reasons must not be empty, texts stay below 4,000 characters.',
    )
  const kept = checked(open, parsed.data as MarkStatement)
  const author = (by ?? open.operator.name).trim().slice(0, 200)
  if (author === '') refuse('nobody', 'Somebody has to stand for this.', 'Name who does, with --by.')
  const at = open.now().toISOString()
  const id = await open.casefile.marks.add(
    { author, at, statement: JSON.stringify(kept) },
    async (number) => {
      await open.custody.append({
        action: 'note',
        method: markMethod,
        note: `mark ${number} by ${author}: ${custodyWords(kept)}`,
      })
    },
  )
  return { id, author, at, statement: kept }
}

function checked(open: OpenCase, statement: MarkStatement): MarkStatement {
  switch (statement.kind) {
    case 'tick':
    case 'note':
      if (!isChecklistRow(statement.row))
        refuse(
          'row',
          `The checklist has no row ${statement.row.slice(0, 80)}.`,
          `Rows: ${checklistRows.map((row) => row.id).join(', ')}.`,
        )
      return statement
    case 'clock': {
      if (parseUtc(statement.moment) === undefined)
        refuse(
          'moment',
          `${statement.moment.slice(0, 60)} is no UTC time.`,
          'Write it like 2026-05-04T07:30:00Z.',
        )
      return statement
    }
    case 'allow': {
      if (
        statement.account === undefined &&
        statement.addresses === undefined &&
        statement.actionHash === undefined
      )
        refuse(
          'allows-everything',
          'An entry without account, address and action would speak of everything.',
          'Give at least one of them.',
        )
      if (statement.addresses !== undefined && !addressRange(statement.addresses))
        refuse(
          'address',
          `${statement.addresses} is neither an address nor a network.`,
          'Write it like 10.1.2.3, 10.1.0.0/16 or fd00::/8.',
        )
      const expires = parseUtc(statement.expires)
      if (expires === undefined)
        refuse(
          'expiry',
          `${statement.expires.slice(0, 60)} is no UTC time.`,
          'Every entry expires: write it like 2026-12-31T00:00:00Z.',
        )
      return statement
    }
    case 'allow-removed':
      if (!allowListOf(open).some((entry) => entry.id === String(statement.entry)))
        refuse(
          'entry',
          `The allow-list has no entry ${statement.entry}.`,
          'List the entries first: `tasktrail allow list`.',
        )
      return statement
    case 'undo': {
      const mark = marksOf(open).all.find((one) => one.id === statement.mark)
      if (!mark)
        refuse(
          'undo',
          `There is no mark ${statement.mark}.`,
          'The history lists all marks with their numbers.',
        )
      if (mark?.isUndone)
        refuse('undo', `Mark ${statement.mark} was taken back already.`, 'Nothing needs to be done.')
      return statement
    }
    default:
      return statement
  }
}

/** What the custody journal says: the act and its reason, never more than it can hold. */
function custodyWords(statement: MarkStatement): string {
  const words = (() => {
    switch (statement.kind) {
      case 'tick':
        return `${statement.ticked ? 'ticked' : 'unticked'} ${statement.row} of chain ${statement.chain}: ${statement.note || 'no note'}`
      case 'note':
        return `note on ${statement.row} of chain ${statement.chain}: ${statement.note}`
      case 'disposition':
        return `disposition ${statement.disposition} of chain ${statement.chain}: ${statement.why}`
      case 'clock':
        return `${statement.clock} clock of chain ${statement.chain}, ${statement.act} at ${statement.moment}: ${statement.note || 'no note'}`
      case 'allow':
        return `allow-list entry (${[statement.account, statement.addresses, statement.actionHash].filter(Boolean).join(', ')}) until ${statement.expires}: ${statement.reason}`
      case 'allow-removed':
        return `allow-list entry ${statement.entry} removed: ${statement.why}`
      case 'undo':
        return `mark ${statement.mark} taken back: ${statement.why || 'no reason given'}`
    }
  })()
  return words.length > 1000 ? `${words.slice(0, 999)}…` : words
}
