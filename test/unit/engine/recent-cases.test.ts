import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mostRecent, RecentCases } from '../../../src/engine/recent-cases.ts'

describe('the list of recent cases', () => {
  let home: string
  let recent: RecentCases
  const file = () => join(home, 'settings', 'recent-cases.json')
  const entry = (name: string) => ({
    dir: join(home, name),
    title: name,
    openedAt: '2026-01-02T03:04:05.000Z',
  })
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'tasktrail-recent-'))
    recent = new RecentCases(join(home, 'settings'))
  })
  afterEach(() => rmSync(home, { recursive: true, force: true }))

  it('is empty where there is none yet', async () => {
    expect(await recent.list()).toEqual([])
  })

  it('keeps the newest first, each folder once, and says which are still there', async () => {
    mkdirSync(join(home, 'b'))
    for (const name of ['a', 'b', 'c', 'a']) await recent.note(entry(name))
    expect((await recent.list()).map(({ title, exists }) => [title, exists])).toEqual([
      ['a', false],
      ['c', false],
      ['b', true],
    ])
  })

  it('ends at twenty, and is readable by its operator only', async () => {
    await Promise.all(Array.from({ length: 30 }, (_, nth) => recent.note(entry(`case ${nth}`))))
    const titles = (await recent.read()).map(({ title }) => title)
    expect(titles).toHaveLength(mostRecent)
    expect(titles[0]).toBe('case 29')
    if (process.platform !== 'win32') expect(statSync(file()).mode & 0o777).toBe(0o600)
    expect(readdirSync(join(home, 'settings'))).toEqual(['recent-cases.json'])
  })

  it.each([
    ['no JSON', '{'],
    ['another shape', '{"dir":"x"}'],
    ['nothing', ''],
    ['too much', `[${' '.repeat(1 << 21)}]`],
  ])('goes on when the file holds %s', async (_what, text) => {
    mkdirSync(join(home, 'settings'))
    writeFileSync(file(), text)
    expect(await recent.read()).toEqual([])
    await recent.note(entry('a'))
    expect(await recent.read()).toEqual([entry('a')])
  })

  it('leaves out entries that are not what it writes', async () => {
    mkdirSync(join(home, 'settings'))
    const bad = [
      { ...entry('a'), dir: 'relative' },
      { ...entry('a'), openedAt: 'yesterday' },
      { ...entry('a'), title: 7 },
      null,
      JSON.parse('{"__proto__":{"dir":"/x"}}'),
    ]
    writeFileSync(file(), JSON.stringify([...bad, entry('good')]))
    expect(await recent.read()).toEqual([entry('good')])
  })

  it('cuts a title that is longer than it reads back', async () => {
    await recent.note({ ...entry('a'), title: 'x'.repeat(500) })
    expect((await recent.read())[0]?.title).toHaveLength(200)
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toHaveLength(1)
  })
})
