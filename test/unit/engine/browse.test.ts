import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browse } from '../../../src/engine/browse.ts'

describe('browsing for evidence', () => {
  const home = mkdtempSync(join(tmpdir(), 'tasktrail-browse-'))
  beforeAll(() => {
    for (const folder of ['logs', 'Archive', 'many', 'empty']) mkdirSync(join(home, folder))
    writeFileSync(join(home, 'Security.evtx'), 'x'.repeat(10))
    writeFileSync(join(home, 'application.evtx'), '')
    writeFileSync(join(home, 'a\u202egpj.exe\nnext'), '')
    symlinkSync(join(home, 'logs'), join(home, 'linked'))
    symlinkSync(join(home, 'nowhere'), join(home, 'broken'))
    for (let file = 0; file < 2100; file++) writeFileSync(join(home, 'many', `f${file}`), '')
  })
  afterAll(() => rmSync(home, { recursive: true, force: true }))

  it('lists folders first, then files, by name, with names as they are', async () => {
    const found = await browse('', home)
    expect(found.path).toBe(home)
    expect(found.parent).toBe(tmpdir())
    expect(found.cut).toBe(false)
    expect(found.entries.map(({ name, kind, size }) => [name, kind, size])).toEqual([
      ['Archive', 'folder', 0],
      ['empty', 'folder', 0],
      ['linked', 'folder', 0],
      ['logs', 'folder', 0],
      ['many', 'folder', 0],
      ['application.evtx', 'file', 0],
      ['a\u202egpj.exe\nnext', 'file', 0],
      ['broken', 'other', 0],
      ['Security.evtx', 'file', 10],
    ])
    expect(found.entries[0]?.path).toBe(join(home, 'Archive'))
  })

  it('cuts a large folder and says so', async () => {
    const found = await browse(join(home, 'many'), home)
    expect(found.entries).toHaveLength(2000)
    expect(found.cut).toBe(true)
    expect(await browse(join(home, 'empty'), home)).toMatchObject({ entries: [], cut: false })
  })

  it('understands ~ and steps back', async () => {
    expect((await browse('~/logs', home)).path).toBe(join(home, 'logs'))
    expect((await browse(join(home, 'logs', '..', 'empty'), home)).path).toBe(join(home, 'empty'))
  })

  it.each([
    ['a relative path', () => 'logs', 'files.path.relative'],
    ['a path with a NUL', () => `${home}\0/logs`, 'files.path.relative'],
    ['a file', () => join(home, 'Security.evtx'), 'files.folder.not-a-folder'],
    ['what is not there', () => join(home, 'gone'), 'files.folder.missing'],
  ])('refuses %s and says what to do', async (_what, path, code) => {
    await expect(browse(path(), home)).rejects.toMatchObject({ name: 'Refusal', code })
  })

  it('the root has no parent', async () => {
    if (process.platform !== 'win32') expect((await browse('/', home)).parent).toBeNull()
  })
})
