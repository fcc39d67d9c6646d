import { describe, expect, it } from 'vitest'
import { clockFace, readClock } from '../../../../../renderer/shell/clock.ts'
import { wordsOfAct } from '../../../../../renderer/views/playbook/history-words.ts'
import { iocsAsText } from '../../../../../renderer/views/playbook/ioc-table.tsx'
import { outline, rowsOfPart, rowsWithoutPlace } from '../../../../../renderer/views/playbook/outline.ts'
import { answersFixture } from '../../../../window/fixture/answers-fixture.ts'
import { chainC2 } from '../../../../window/fixture/chain-c2.ts'

const { checklist } = answersFixture(chainC2)

describe('the outline of the playbook', () => {
  it('has a place for every row, once, and keeps what it does not know', () => {
    const placed = outline.flatMap((part) => rowsOfPart(part, checklist))
    expect(placed.map((row) => row.id).sort()).toEqual(checklist.map((row) => row.id).sort())
    expect(rowsWithoutPlace(checklist)).toEqual([])
    const [first] = checklist
    if (!first) throw new Error('no row')
    expect(rowsWithoutPlace([{ ...first, phase: 'new-part' }])).toHaveLength(1)
  })
})

describe('a clock', () => {
  const clock = {
    id: 'triage' as const,
    limitMinutes: 15,
    startedAt: '2026-05-04T07:30:00Z',
    dueAt: null,
    finishedAt: null,
    elapsedSeconds: null,
    isLate: null,
  }
  it('runs, is late after its limit, and stands when it was stopped', () => {
    const at = (text: string) => Date.parse(text)
    expect(readClock(clock, at('2026-05-04T07:38:14Z'))).toMatchObject({ state: 'running', seconds: 494 })
    expect(readClock(clock, at('2026-05-04T07:45:01Z'))).toMatchObject({ state: 'late', used: 1 })
    expect(readClock({ ...clock, startedAt: null }, 0)).toMatchObject({ state: 'waiting', seconds: 0 })
    expect(readClock({ ...clock, elapsedSeconds: 1000, isLate: true }, 0)).toMatchObject({ state: 'missed' })
    // a start in the future is no negative time
    expect(readClock(clock, at('2026-05-04T07:00:00Z')).seconds).toBe(0)
  })
  it('has a face', () => {
    expect([clockFace(494), clockFace(5405)]).toEqual(['08:14', '1:30:05'])
  })
})

describe('the history', () => {
  const headings = new Map([['validate-events-present', 'Confirm event Id 4624']])
  const act = (kind: string, what: string) => ({ mark: 1, by: 'x', at: '', kind, what, undone: false })
  it('says rows in the words of the playbook', () => {
    expect(wordsOfAct(act('tick', 'ticked validate-events-present: seen'), headings)).toBe(
      'Ticked “Confirm event Id 4624”: seen',
    )
    expect(wordsOfAct(act('tick', 'unticked validate-events-present'), headings)).toBe(
      'Tick taken off “Confirm event Id 4624”',
    )
    expect(wordsOfAct(act('disposition', 'false-positive: known\nwork'), headings)).toBe(
      'False positive: known\nwork',
    )
  })
  it('leaves what it does not know as it is', () => {
    expect(wordsOfAct(act('tick', 'ticked some-new-row'), headings)).toBe('Ticked some-new-row')
    expect(wordsOfAct(act('note', 'toString: x'), headings)).toBe('ToString: x')
  })
})

describe('the IOC table as text', () => {
  it('holds no formula and no broken line', () => {
    const ioc = {
      type: 'T',
      value: '=cmd|x',
      context: 'a\tb\nc',
      firstSeen: null,
      lastSeen: null,
      citations: [],
    }
    expect(iocsAsText([ioc]).split('\n')[1]).toBe("T\t'=cmd|x\ta b c\t\t\t")
  })
})
