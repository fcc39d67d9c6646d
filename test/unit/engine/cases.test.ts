import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Cases } from '../../../src/engine/cases.ts'
import { RecentCases } from '../../../src/engine/recent-cases.ts'
import type { OpenCase } from '../../../src/workflow/open-case.ts'

describe('the cases that are open', () => {
  let home: string
  let cases: Cases
  let recent: RecentCases
  let opened: string[]
  let closed: string[]
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'tasktrail-cases-'))
    opened = []
    closed = []
    recent = new RecentCases(join(home, 'settings'))
    cases = new Cases({ recent, journal: () => {}, now: () => new Date('2026-01-02T03:04:05Z') })
  })
  afterEach(() => rmSync(home, { recursive: true, force: true }))

  const folder = (name: string) => {
    mkdirSync(join(home, name), { recursive: true })
    return join(home, name)
  }
  /** An open case as far as the registry needs one. */
  const openAs = (caseId: string) => async (dir: string) => {
    opened.push(dir)
    const one = { caseId, dir, title: caseId, close: () => closed.push(dir) }
    return one as unknown as OpenCase
  }
  const keyOf = async (_open: OpenCase, key: string) => key
  const dirOf = async (open: OpenCase) => open.dir
  const never = async (): Promise<OpenCase> => {
    throw new Error('opened again')
  }

  it('opens a folder once however it is named and however many ask at once', async () => {
    const dir = folder('one')
    symlinkSync(dir, join(home, 'link'))
    const ways = [dir, join(home, 'link'), join(dir, '..', 'one'), dir]
    expect(await Promise.all(ways.map((way) => cases.enter(way, openAs('a'), keyOf)))).toEqual(
      ways.map(() => 'a'),
    )
    expect(opened).toEqual([dir])
    expect(await cases.within('a', never, dirOf)).toBe(dir)
    expect((await recent.read()).map((entry) => entry.dir)).toEqual([dir])
  })

  it('refuses a case that is not open', async () => {
    await expect(cases.within('x', never, keyOf)).rejects.toMatchObject({
      name: 'Refusal',
      code: 'engine.case.not-open',
      remedy: expect.stringContaining('Open the case again'),
    })
  })

  it('keeps a case and a copy of it apart', async () => {
    const [first, copy] = [folder('first'), folder('copy')]
    expect(await cases.enter(first, openAs('same'), keyOf)).toBe('same')
    expect(await cases.enter(copy, openAs('same'), keyOf)).toBe('same.2')
    expect(await cases.within('same', never, dirOf)).toBe(first)
    expect(await cases.within('same.2', never, dirOf)).toBe(copy)
    expect(await cases.enter(copy, never, keyOf)).toBe('same.2')
    expect(`${'x'.repeat(64)}.2`.length).toBeGreaterThan(64)
    await cases.enter(folder('long'), openAs('x'.repeat(64)), keyOf)
    const key = await cases.enter(folder('longer'), openAs('x'.repeat(64)), keyOf)
    expect(key.length).toBeLessThanOrEqual(64)
  })

  it('closes the case used longest ago when there are many, and opens it again when asked for', async () => {
    for (let nth = 0; nth < 8; nth++) await cases.enter(folder(`c${nth}`), openAs(`c${nth}`), keyOf)
    await cases.within('c0', never, keyOf)
    await cases.enter(folder('c8'), openAs('c8'), keyOf)
    expect(closed).toEqual([join(home, 'c1')])
    expect(await cases.within('c1', openAs('c1'), dirOf)).toBe(join(home, 'c1'))
    expect(opened.filter((dir) => dir.endsWith('c1'))).toHaveLength(2)
  })

  it('never closes a case in which work runs', async () => {
    let finish = () => {}
    const busy = cases.enter(folder('busy'), openAs('busy'), async () => {
      await new Promise<void>((done) => {
        finish = done
      })
      return closed.includes(join(home, 'busy'))
    })
    for (let nth = 0; nth < 12; nth++) await cases.enter(folder(`c${nth}`), openAs(`c${nth}`), keyOf)
    finish()
    expect(await busy).toBe(false)
    expect(closed).not.toContain(join(home, 'busy'))
  })

  it('lets one piece of work change a case at a time, and reading go on meanwhile', async () => {
    await cases.enter(folder('one'), openAs('a'), keyOf)
    await cases.enter(folder('two'), openAs('b'), keyOf)
    let finish = () => {}
    const first = cases.alone('a', 'an import', never, async () => {
      await new Promise<void>((done) => {
        finish = done
      })
      throw new Error('failed')
    })
    await expect(cases.alone('a', 'a sealing', never, keyOf)).rejects.toMatchObject({
      code: 'engine.case.busy',
      message: 'There is an import running in this case.',
    })
    expect(await cases.within('a', never, keyOf)).toBe('a')
    expect(await cases.alone('b', 'a sealing', never, keyOf)).toBe('b')
    finish()
    await expect(first).rejects.toThrow('failed')
    expect(await cases.alone('a', 'a sealing', never, keyOf)).toBe('a')
  })

  it('an opening that fails is tried anew the next time', async () => {
    const dir = folder('one')
    await expect(cases.enter(dir, never, keyOf)).rejects.toThrow('opened again')
    expect(await cases.enter(dir, openAs('a'), keyOf)).toBe('a')
  })

  it('takes in a case that was just made, and closes all at the end', async () => {
    const dir = folder('made')
    expect(await cases.adopt(await openAs('made')(dir), keyOf)).toBe('made')
    expect(await cases.within('made', never, dirOf)).toBe(dir)
    cases.closeAll()
    expect(closed).toEqual([dir])
    await expect(cases.within('made', never, keyOf)).rejects.toMatchObject({ code: 'engine.case.not-open' })
  })

  it('takes a case in once, also when the same folder is opened a second time', async () => {
    const dir = folder('made')
    await cases.adopt(await openAs('made')(dir), keyOf)
    const second = await openAs('made')(join(dir, '..', 'made'))
    expect(await cases.adopt(second, keyOf)).toBe('made')
    expect(closed).toEqual([dir])
    expect(await cases.within('made', never, async (open) => open !== second)).toBe(true)
  })

  it('goes on when the list of recent cases can not be written', async () => {
    const lines: string[] = []
    const unwritable = new RecentCases(join(folder('file-there'), 'x\0y'))
    const other = new Cases({
      recent: unwritable,
      journal: (line) => lines.push(line),
      now: () => new Date(0),
    })
    expect(await other.enter(folder('one'), openAs('a'), keyOf)).toBe('a')
    expect(lines.join()).toContain('recent cases could not be written')
  })
})
