/** What the marks on one chain add up to: ticks and notes by row, the disposition with its history, the two clocks. */
import { type ClockId, clockIds, type Mark, type PersonDisposition } from '../domain/marks.ts'
import { fileTime, formatUtc, parseUtc, seconds } from '../domain/time.ts'
import { marksOf, standing } from './analyst-marks.ts'
import type { OpenCase } from './open-case.ts'

export interface RowState {
  /** null: nobody has ticked it, or the tick was taken back */
  readonly ticked: {
    readonly mark: number
    readonly by: string
    readonly at: string
    readonly note: string
  } | null
  readonly notes: readonly {
    readonly mark: number
    readonly by: string
    readonly at: string
    readonly note: string
  }[]
}

export interface ClockState {
  readonly id: ClockId
  /** minutes the playbook allows */
  readonly limitMinutes: number
  readonly startedAt: string | null
  readonly dueAt: string | null
  readonly finishedAt: string | null
  /** set once finished */
  readonly elapsedSeconds: number | null
  readonly isLate: boolean | null
}

export interface AnalystState {
  readonly disposition: {
    readonly mark: number
    readonly disposition: PersonDisposition
    readonly by: string
    readonly at: string
    readonly why: string
  } | null
  readonly clocks: readonly ClockState[]
  /** every mark that speaks of this chain, taken back or not, in order */
  readonly history: readonly {
    readonly mark: number
    readonly by: string
    readonly at: string
    readonly kind: string
    readonly what: string
    readonly undone: boolean
  }[]
  /** rows of the table that this version does not understand */
  readonly unreadableMarks: number
  readonly rows: ReadonlyMap<string, RowState>
}

/** Minutes: 15 for triage, 1 h 30 for full containment (the playbook's MTTR). */
export const clockMinutes: Readonly<Record<ClockId, number>> = { triage: 15, containment: 90 }

export function analystState(open: OpenCase, chain: string): AnalystState {
  const marks = marksOf(open)
  const own = marks.all.filter((mark) => chainOf(mark, marks.all) === chain)
  const valid = standing(marks).filter((mark) => chainOf(mark, marks.all) === chain)
  const rows = new Map<string, RowState>()
  let disposition: AnalystState['disposition'] = null
  for (const { id: mark, author: by, at, statement } of valid) {
    if (statement.kind === 'tick' || statement.kind === 'note') {
      const before = rows.get(statement.row) ?? { ticked: null, notes: [] }
      if (statement.kind === 'note')
        rows.set(statement.row, {
          ...before,
          notes: [...before.notes, { mark, by, at, note: statement.note }],
        })
      else
        rows.set(statement.row, {
          ...before,
          ticked: statement.ticked ? { mark, by, at, note: statement.note } : null,
        })
    } else if (statement.kind === 'disposition')
      disposition = { mark, disposition: statement.disposition, by, at, why: statement.why }
  }
  return {
    disposition,
    clocks: clockIds.map((id) => clockOf(id, valid)),
    history: own.map((mark) => ({
      mark: mark.id,
      by: mark.author,
      at: mark.at,
      kind: mark.statement.kind,
      what: wordsOf(mark),
      undone: mark.isUndone,
    })),
    unreadableMarks: marks.unreadable,
    rows,
  }
}

/** An undo belongs to the chain of what it takes back. */
function chainOf(mark: Mark, all: readonly Mark[]): string | undefined {
  const { statement } = mark
  if ('chain' in statement) return statement.chain
  if (statement.kind !== 'undo') return undefined
  const target = all.find((one) => one.id === statement.mark)
  return target && target.id < mark.id ? chainOf(target, all) : undefined
}

function clockOf(id: ClockId, marks: readonly Mark[]): ClockState {
  const moment = (act: 'start' | 'finish') =>
    marks
      .flatMap(({ statement }) =>
        statement.kind === 'clock' && statement.clock === id && statement.act === act
          ? [parseUtc(statement.moment)]
          : [],
      )
      .at(-1)
  const started = moment('start')
  const finished = moment('finish')
  const limit = clockMinutes[id]
  const due = started === undefined ? undefined : fileTime(started + seconds(limit * 60))
  const isFinished = started !== undefined && finished !== undefined && finished >= started
  return {
    id,
    limitMinutes: limit,
    startedAt: started === undefined ? null : formatUtc(started),
    dueAt: due === undefined ? null : formatUtc(due),
    finishedAt: isFinished ? formatUtc(finished) : null,
    elapsedSeconds: isFinished ? Number((finished - started) / 10_000_000n) : null,
    isLate: isFinished && due !== undefined ? finished > due : null,
  }
}

function wordsOf({ statement }: Mark): string {
  switch (statement.kind) {
    case 'tick':
      return `${statement.ticked ? 'ticked' : 'unticked'} ${statement.row}${statement.note ? `: ${statement.note}` : ''}`
    case 'note':
      return `${statement.row}: ${statement.note}`
    case 'disposition':
      return `${statement.disposition}: ${statement.why}`
    case 'clock':
      return `${statement.clock} ${statement.act} ${statement.moment}${statement.note ? `: ${statement.note}` : ''}`
    case 'undo':
      return `mark ${statement.mark} taken back${statement.why ? `: ${statement.why}` : ''}`
    case 'allow':
      return `allow-list entry: ${statement.reason}`
    case 'allow-removed':
      return `allow-list entry ${statement.entry} removed: ${statement.why}`
  }
}
