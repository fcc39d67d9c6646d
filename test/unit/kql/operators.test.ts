import { describe, expect, it } from 'vitest'
import { KqlTrouble } from '../../../src/kql/refusal.ts'
import { ask, noon } from '../../builders/kql.ts'

const hour = 36_000_000_000n
const table = {
  columns: 'TimeGenerated:datetime EventID:int Account Note d:dynamic',
  rows: [
    [noon - 3n * hour, 4624n, 'bob', '', '[1,2]'],
    [noon - 2n * hour, 4624n, 'alice', null, '[]'],
    [noon - hour, 4698n, 'bob', 'x', '{"k":"v"}'],
    [noon, 4699n, 'BOB', '', null],
  ],
} as const
const rows = (text: string) => ask(text, table).rows

describe('operators of a query', () => {
  it('filter, name, order and cut', () => {
    expect(
      rows(
        'T | where EventID in (4698, 4624) | order by EventID desc, TimeGenerated asc | project Account, e = EventID | take 2',
      ),
    ).toEqual([
      ['bob', 4698n],
      ['bob', 4624n],
    ])
    expect(
      ask('T | project-away d, Note | project-rename Who = Account | project-reorder Who', table).columns,
    ).toEqual(['Who:string', 'TimeGenerated:datetime', 'EventID:int'])
    expect(rows('T | top 1 by TimeGenerated | project Account')).toEqual([['BOB']])
  })

  it('keep names apart that differ in case alone', () => {
    expect(rows('T | extend account = strcat(Account, "!") | project account, Account | take 1')).toEqual([
      ['bob!', 'bob'],
    ])
  })

  it('group, count and gather', () => {
    expect(
      rows(
        'T | summarize n = count(), who = make_set(Account), dcount(Account), since = min(TimeGenerated) by EventID',
      ),
    ).toEqual([
      [4624n, 2n, '["bob","alice"]', 2n, noon - 3n * hour],
      [4698n, 1n, '["bob"]', 1n, noon - hour],
      [4699n, 1n, '["BOB"]', 1n, noon],
    ])
    expect(rows('T | summarize arg_max(TimeGenerated, Account, EventID) by who = tolower(Account)')).toEqual([
      ['alice', noon - 2n * hour, 'alice', 4624n],
      ['bob', noon, 'BOB', 4699n],
    ])
    expect(rows('T | summarize share = 100.0 * countif(EventID == 4624) / count()')).toEqual([[50]])
    expect(rows('T | where EventID == 1 | summarize count()')).toEqual([[0n]])
    expect(rows('T | where EventID == 1 | summarize count() by EventID')).toEqual([])
    expect(rows('T | summarize percentile(EventID, 50), percentiles(EventID, 1, 100)')).toEqual([
      [4624n, 4624n, 4699n],
    ])
    expect(rows('T | distinct EventID')).toEqual([[4624n], [4698n], [4699n]])
    expect(rows('T | count')).toEqual([[4n]])
  })

  it('join in every kind', () => {
    const right = 'datatable(Account:string, r:int)["bob", 1, "bob", 2, "eve", 3]'
    const joined = (kind: string) =>
      rows(`T | project Account, EventID | join kind=${kind} (${right}) on Account`)
    expect(joined('inner')).toHaveLength(4)
    expect(joined('innerunique')).toEqual([
      ['bob', 4624n, 'bob', 1n],
      ['bob', 4624n, 'bob', 2n],
    ])
    expect(joined('leftouter').filter((row) => row[2] === '')).toEqual([
      ['alice', 4624n, '', null],
      ['BOB', 4699n, '', null],
    ])
    expect(joined('leftanti')).toEqual([
      ['alice', 4624n],
      ['BOB', 4699n],
    ])
    expect(joined('leftsemi')).toEqual([
      ['bob', 4624n],
      ['bob', 4698n],
    ])
    expect(joined('rightanti')).toEqual([['eve', 3n]])
    expect(joined('fullouter')).toHaveLength(7)
    expect(
      rows(`T | project Account, EventID | join kind=inner (${right}) on $left.EventID == $right.r`),
    ).toEqual([])
    expect(
      rows(`T | where EventID == 4698 | lookup (${right}) on Account | project Account, r | order by r asc`),
    ).toEqual([
      ['bob', 1n],
      ['bob', 2n],
    ])
  })

  it('unite columns by name, and say where a row comes from', () => {
    expect(
      rows('union withsource=from (T | take 1 | project Account), (T | top 1 by EventID | project EventID)'),
    ).toEqual([
      ['union_arg0', 'bob', null],
      ['union_arg1', '', 4699n],
    ])
  })

  it('expand lists and bags', () => {
    expect(rows('T | mv-expand d | project Account, d')).toEqual([
      ['bob', '1'],
      ['bob', '2'],
      ['bob', '{"k":"v"}'],
      ['BOB', null],
    ])
    expect(rows('T | mv-expand x = d to typeof(long) | where x == 2 | project x')).toEqual([[2n]])
  })

  it('read let values, tables among them, each time anew', () => {
    expect(
      rows(
        'let from = ago(90m); let hot = T | where TimeGenerated > from; hot | join kind=inner hot on EventID | count',
      ),
    ).toEqual([[2n]])
    expect(rows('T | where EventID in ((T | where Account == "BOB" | project EventID)) | count')).toEqual([
      [1n],
    ])
    expect(rows('T | where EventID == toscalar(T | summarize max(EventID)) | project Account')).toEqual([
      ['BOB'],
    ])
  })

  it('decide nothing on a text that was not collected', () => {
    expect(rows('T | where Note == "" | count')).toEqual([[2n]])
    expect(rows('T | where Note != "" | count')).toEqual([[1n]])
    expect(rows('T | where isempty(Note) or isnotempty(Note) | count')).toEqual([[3n]])
    expect(rows('T | where EventID == 4624 and Account == "alice" | project n = strcat(Note, "!")')).toEqual([
      [null],
    ])
  })
})

describe('a refusal', () => {
  const refusal = (text: string) => {
    try {
      ask(text, table)
    } catch (error) {
      if (error instanceof KqlTrouble)
        return [text.slice(error.start, error.start + error.length), error.message]
      throw error
    }
    throw new Error('not refused')
  }
  it('stands at its place and names what is wrong', () => {
    expect(refusal('T | where TaskName == "x"')[0]).toBe('TaskName')
    expect(refusal('t | count')[0]).toBe('t')
    expect(refusal('T | make-series count() on TimeGenerated step 1h')[1]).toMatch(
      /^make-series is not supported/,
    )
    expect(refusal('T | extend x = series_stats(d)')[0]).toBe('series_stats')
    expect(refusal('T | where (EventID == 1')[1]).toMatch(/missing|expected/i)
    expect(refusal('let f = (x:int) { x + 1 }; T | extend y = f(EventID)')[1]).toMatch(/functions/)
    expect(refusal('')[1]).toMatch(/no query/)
  })
  it('bounds text and steps', () => {
    expect(() => ask(`T | where ${'EventID == 1 or '.repeat(10_000)} EventID == 2`, table)).toThrow(
      KqlTrouble,
    )
    expect(() => ask(`T ${'| extend x = 1 '.repeat(300)}`, table)).toThrow(/steps/)
  })
  it('never lets a text of the query become SQL', () => {
    const hostile = `x'); DROP TABLE t0; --`
    expect(ask(`T | where Account == "${hostile}" | project a = "${hostile}"`, table).rows).toEqual([])
    expect(ask(`T | project ["${hostile}"] = Account | take 1`, table).rows).toEqual([['bob']])
  })
})
