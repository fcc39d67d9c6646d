// What people state about a case: kept with who, when and why, never changed, taken back only by another act.
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MarkStatement } from '../../../src/domain/marks.ts'
import { addMark, allowListOf, marksOf } from '../../../src/workflow/analyst-marks.ts'
import { analystState } from '../../../src/workflow/analyst-state.ts'
import { createCase, makeReadOnly, type OpenCase, openCase } from '../../../src/workflow/open-case.ts'
import { scratchFolder, testOperator } from '../../builders/case.ts'

const chain = 'abc123'
const tick = (row: string, note = ''): MarkStatement => ({ kind: 'tick', chain, row, ticked: true, note })

let open: OpenCase
let clock: Date
beforeEach(async () => {
  clock = new Date('2026-05-04T08:00:00Z')
  open = await createCase(join(scratchFolder(), 'case'), {
    title: 'marks',
    operator: testOperator,
    now: () => clock,
  })
})
afterEach(() => open.close())

describe('ticks and notes', () => {
  it('are kept with who, when and why, and stand in the custody journal', async () => {
    const mark = await addMark(open, tick('contain-disable-task', 'on the console'), 'A. Responder')
    expect(mark).toMatchObject({ id: 1, author: 'A. Responder', at: '2026-05-04T08:00:00.000Z' })
    expect(analystState(open, chain).rows.get('contain-disable-task')).toEqual({
      ticked: { mark: 1, by: 'A. Responder', at: '2026-05-04T08:00:00.000Z', note: 'on the console' },
      notes: [],
    })
    const line = open.custody.lines().at(-1)
    expect(line).toMatchObject({ action: 'note', method: 'analyst mark' })
    expect(line?.note).toContain('A. Responder')
    expect(line?.note).toContain('contain-disable-task')
    expect(open.custody.check().intact).toBe(true)
  })

  it('of one chain say nothing of another', async () => {
    await addMark(open, tick('contain-disable-task'))
    expect(analystState(open, 'def456').rows.size).toBe(0)
  })

  it('survive closing and opening the case', async () => {
    await addMark(open, tick('preserve-task'))
    open.close()
    open = await openCase(open.dir, { operator: testOperator })
    expect(analystState(open, chain).rows.has('preserve-task')).toBe(true)
  })

  it('are taken back by an act of its own, which can be taken back too; the history keeps all', async () => {
    await addMark(open, tick('preserve-task'))
    await addMark(open, { kind: 'undo', mark: 1, why: 'wrong host' }, 'B')
    expect(analystState(open, chain).rows.has('preserve-task')).toBe(false)
    await addMark(open, { kind: 'undo', mark: 2, why: 'right after all' }, 'B')
    const state = analystState(open, chain)
    expect(state.rows.get('preserve-task')?.ticked?.mark).toBe(1)
    expect(state.history.map((one) => [one.mark, one.kind, one.undone])).toEqual([
      [1, 'tick', false],
      [2, 'undo', true],
      [3, 'undo', false],
    ])
    await expect(addMark(open, { kind: 'undo', mark: 2, why: '' })).rejects.toThrow(/taken back already/)
    await expect(addMark(open, { kind: 'undo', mark: 77, why: '' })).rejects.toThrow(/no mark 77/)
  })

  it('two at a time are both kept, each with its own number', async () => {
    const marks = await Promise.all([
      addMark(open, tick('preserve-task')),
      addMark(open, tick('preserve-logs')),
    ])
    expect(marks.map((mark) => mark.id)).toEqual([1, 2])
    expect(open.custody.lines().filter((line) => line.method === 'analyst mark')).toHaveLength(2)
  })

  it('of rows that the checklist does not have are refused, and leave no trace', async () => {
    await expect(addMark(open, tick('no-such-row'))).rejects.toThrow(/no row no-such-row/)
    await expect(addMark(open, { ...tick('preserve-task'), chain: '../x' } as MarkStatement)).rejects.toThrow(
      /cannot be kept/,
    )
    expect(marksOf(open).all).toEqual([])
    expect(open.custody.lines().some((line) => line.method === 'analyst mark')).toBe(false)
  })

  it('are not kept when the custody journal cannot take them', async () => {
    open.custody.append = () => Promise.reject(new Error('disk full'))
    await expect(addMark(open, tick('preserve-task'))).rejects.toThrow('disk full')
    expect(marksOf(open).all).toEqual([])
  })

  it('are kept of a receiver too, whose case takes no evidence, and refused where a case is only read', async () => {
    open.close()
    await makeReadOnly(open.dir)
    open = await openCase(open.dir, { operator: testOperator })
    await addMark(open, tick('preserve-task'))
    expect(marksOf(open).all).toHaveLength(1)
    open.close()
    open = await openCase(open.dir, { operator: testOperator, access: 'read' })
    await expect(addMark(open, tick('preserve-task'))).rejects.toMatchObject({ name: 'Refusal' })
    expect(marksOf(open).all).toHaveLength(1)
  })

  it('cannot be changed or deleted, not even in the database', async () => {
    await addMark(open, tick('preserve-task'))
    open.close()
    const database = new Database(join(open.dir, 'case.sqlite'))
    expect(() => database.exec("UPDATE mark SET author = 'somebody else'")).toThrow(/never changed/)
    expect(() => database.exec('DELETE FROM mark')).toThrow(/never deleted/)
    database.exec("INSERT INTO mark (author, at, statement) VALUES ('x', 'y', '{\"kind\":\"unheard-of\"}')")
    database.close()
    open = await openCase(open.dir, { operator: testOperator })
    expect(marksOf(open)).toMatchObject({ unreadable: 1, all: [{ id: 1 }] })
  })
})

describe('dispositions and clocks', () => {
  it('only the last disposition counts, all are in the history', async () => {
    await addMark(open, { kind: 'disposition', chain, disposition: 'false-positive', why: 'admin work' }, 'A')
    await addMark(open, { kind: 'disposition', chain, disposition: 'malicious', why: 'output fetched' }, 'B')
    const state = analystState(open, chain)
    expect(state.disposition).toMatchObject({ disposition: 'malicious', by: 'B', why: 'output fetched' })
    expect(state.history.map((one) => one.what)).toEqual([
      'false-positive: admin work',
      'malicious: output fetched',
    ])
    await addMark(open, { kind: 'undo', mark: 2, why: 'too early' })
    expect(analystState(open, chain).disposition).toMatchObject({ disposition: 'false-positive', by: 'A' })
  })

  it('a disposition without a reason is refused', async () => {
    await expect(
      addMark(open, { kind: 'disposition', chain, disposition: 'malicious', why: '' }),
    ).rejects.toThrow(/cannot be kept/)
  })

  it('triage has 15 minutes and containment 90, from the recorded start', async () => {
    const start = (moment: string): MarkStatement => ({
      kind: 'clock',
      chain,
      clock: 'triage',
      act: 'start',
      moment,
      note: '',
    })
    await addMark(open, start('2026-05-04T07:30:00Z'))
    expect(analystState(open, chain).clocks[0]).toMatchObject({
      id: 'triage',
      startedAt: '2026-05-04T07:30:00.0000000Z',
      dueAt: '2026-05-04T07:45:00.0000000Z',
      finishedAt: null,
      elapsedSeconds: null,
    })
    await addMark(open, {
      kind: 'clock',
      chain,
      clock: 'triage',
      act: 'finish',
      moment: '2026-05-04T07:47:30Z',
      note: '',
    })
    expect(analystState(open, chain).clocks[0]).toMatchObject({ elapsedSeconds: 1050, isLate: true })
    expect(analystState(open, chain).clocks[1]).toMatchObject({
      id: 'containment',
      limitMinutes: 90,
      startedAt: null,
    })
    await expect(addMark(open, start('yesterday'))).rejects.toThrow(/no UTC time/)
  })
})

describe('the allow-list', () => {
  const entry = (more: Partial<Extract<MarkStatement, { kind: 'allow' }>> = {}): MarkStatement => ({
    kind: 'allow',
    account: 'S-1-5-21-1-2-3-1111',
    addresses: '10.1.0.0/16',
    actionHash: undefined,
    expires: '2026-12-31T00:00:00.0000000Z',
    reason: 'patch run',
    ...more,
  })

  it('keeps entries with author and reason, and removes them by an act of its own', async () => {
    await addMark(open, entry(), 'A')
    expect(allowListOf(open)).toMatchObject([
      { id: '1', account: 'S-1-5-21-1-2-3-1111', author: 'A', reason: 'patch run' },
    ])
    await addMark(open, { kind: 'allow-removed', entry: 1, why: 'contract ended' }, 'B')
    expect(allowListOf(open)).toEqual([])
    await expect(addMark(open, { kind: 'allow-removed', entry: 1, why: 'again' })).rejects.toThrow(
      /no entry 1/,
    )
  })

  it.each([
    [{ account: undefined, addresses: undefined }, /would speak of everything/],
    [{ addresses: '10.1.0.0/33' }, /neither an address nor a network/],
    [{ addresses: 'fs01' }, /neither an address nor a network/],
    [{ expires: 'never' }, /Every entry|no UTC time/],
    [{ reason: '' }, /cannot be kept/],
    [{ actionHash: 'ff' }, /cannot be kept/],
  ])('refuses %j', async (more, why) => {
    await expect(addMark(open, entry(more))).rejects.toThrow(why)
    expect(allowListOf(open)).toEqual([])
  })
})
