import { describe, expect, it } from 'vitest'
import type { TimelineFilter } from '../../../src/cli/doors.ts'
import { rowsOf, runInMemory, slicesOf } from './surface.ts'

const timeline = (args: readonly string[], rows = rowsOf(1203), where = {}) =>
  runInMemory(['timeline', '--case', 'c', ...args], { doors: { timelineSlice: slicesOf(rows) }, ...where })
const recordsIn = (jsonl: string): string[] =>
  jsonl
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line).citation.recordId)

describe('the timeline on the command line', () => {
  it('prints every row once and in order, however many pages it takes', async () => {
    const { out } = await timeline(['--jsonl'])
    expect(recordsIn(out)).toEqual(rowsOf(1203).map((row) => row.citation.recordId))
  })

  it('goes on behind a cursor without a gap or a repetition', async () => {
    const first = JSON.parse((await timeline(['--json', '--limit', '700'])).out)
    expect(first).toMatchObject({ schema: 'tasktrail-timeline/1', total: 1203, all: 1203 })
    expect(first.rows).toHaveLength(700)
    const rest = JSON.parse((await timeline(['--json', '--after', first.next])).out)
    expect(rest.next).toBeNull()
    expect([...first.rows, ...rest.rows].map((row: { index: number }) => row.index)).toEqual(
      rowsOf(1203).map((row) => row.index),
    )
  })

  it('finds the place of a cursor again when earlier evidence was added since', async () => {
    const { next } = JSON.parse((await timeline(['--json', '--limit', '10'])).out)
    const early = rowsOf(30).map((row) => ({
      ...row,
      time: row.time.replace('2026', '2025'),
      citation: { ...row.citation, evidenceId: 'cd'.repeat(32) },
    }))
    const { out } = await timeline(['--jsonl', '--after', next], [...early, ...rowsOf(20)])
    expect(recordsIn(out)).toEqual(rowsOf(10, 10).map((row) => row.citation.recordId))
  })

  it.each([0, 1, 2, 3, 4, 5, 7, 11])(
    'goes on at the right row when the row of the cursor (%i) is filtered out now',
    async (cut) => {
      const all = rowsOf(12)
      const { next } = JSON.parse((await timeline(['--json', '--limit', String(cut + 1)], rowsOf(13))).out)
      const { out } = await timeline(
        ['--jsonl', '--after', next],
        all.filter((row) => row.index !== cut),
      )
      expect(recordsIn(out)).toEqual(all.slice(cut + 1).map((row) => row.citation.recordId))
    },
  )

  it('shows a screenful on a screen and says how to see more', async () => {
    const { out } = await timeline([], rowsOf(250), { isTerminal: true, columns: 80 })
    expect(out).toMatch(/\n100 of 250 rows\nnext: --after \S+\n$/)
    expect(
      Math.max(
        ...out
          .split('\n')
          .slice(0, 100)
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(80)
    expect((await timeline([], rowsOf(250))).out).toMatch(/\n250 of 250 rows\n$/)
  })

  it('disarms formulas in CSV', async () => {
    const [row] = rowsOf(1)
    const what = '=HYPERLINK("http://x")\r\n\u00a0+1'
    const { out } = await timeline(['--csv'], [{ ...(row as NonNullable<typeof row>), what }])
    expect(out.split('\r\n')[1]).toContain(`"'=HYPERLINK(""http://x"")⏎\u00a0+1"`)
  })

  it('hands its filters on as asked', async () => {
    let asked: TimelineFilter | undefined
    const doors = {
      timelineSlice: (_open: unknown, filter: TimelineFilter) => {
        asked = filter
        return { total: 0, all: 0, rows: [] }
      },
    }
    const args = [
      '--from',
      '2021-06-10',
      '--to',
      '2021-06-10T23:00:00+02:00',
      '--event-id',
      '4624,4698',
      '--event-id',
      '5145',
    ]
    await runInMemory(['timeline', '--case', 'c', ...args, '--account', 'a,b', '--not', 'task=\\x=y'], {
      doors,
    })
    expect(asked).toEqual({
      from: '2021-06-10T00:00:00.0000000Z',
      to: '2021-06-10T21:00:00.0000000Z',
      terms: [
        { key: 'event', values: ['4624', '4698', '5145'], not: false },
        { key: 'account', values: ['a,b'], not: false },
        { key: 'task', values: ['\\x=y'], not: true },
      ],
    })
  })

  it('prints an empty timeline as an empty document', async () => {
    expect(JSON.parse((await timeline(['--json'], [])).out)).toEqual({
      schema: 'tasktrail-timeline/1',
      total: 0,
      all: 0,
      rows: [],
      next: null,
    })
  })
})
