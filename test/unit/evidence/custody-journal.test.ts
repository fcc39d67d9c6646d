import { createHash } from 'node:crypto'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { verifyCustodyBytes } from '../../../src/evidence/custody-check.ts'
import { CustodyJournal } from '../../../src/evidence/custody-journal.ts'

const folder = mkdtempSync(join(tmpdir(), 'custody-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let count = 0
const newPath = () => join(folder, `custody-${count++}.jsonl`)
const operator = { name: 'J. Doe', account: 'CORP\\jdoe', workstation: 'JUMP-01' }
const now = () => new Date('2026-11-21T14:22:33.123Z')
const open = (path: string, more = {}) => CustodyJournal.open(path, { operator, now, ...more })

async function threeLines(): Promise<string> {
  const path = newPath()
  const journal = await open(path)
  await journal.append({ action: 'case-opened', note: 'Case opened' })
  await journal.append({ action: 'imported', items: ['ab'], sha256: { before: null, after: 'ab' } })
  await journal.append({ action: 'note', note: 'third' })
  return path
}

describe('the custody journal', () => {
  test('chains each line to the bytes of the one before', async () => {
    const path = await threeLines()
    const lines = readFileSync(path, 'utf8').split('\n')
    expect(lines.pop()).toBe('')
    let prev = '0'.repeat(64)
    for (const [index, line] of lines.entries()) {
      expect(JSON.parse(line)).toMatchObject({
        seq: index + 1,
        prev,
        at: '2026-11-21T14:22:33.123Z',
        actor: operator,
      })
      prev = createHash('sha256').update(line).digest('hex')
    }
    const journal = await open(path)
    expect(journal.check()).toEqual({ intact: true })
    expect(journal.entries().at(-1)?.hash).toBe(prev)
    expect(journal.lines().map((line) => line.action)).toEqual(['case-opened', 'imported', 'note'])
  })

  test('goes on where an earlier run stopped, and after lines of another process', async () => {
    const path = await threeLines()
    const [first, second] = [await open(path), await open(path)]
    await first.append({ action: 'note', note: 'from the first' })
    await second.append({ action: 'note', note: 'from the second' })
    expect((await open(path)).check()).toEqual({ intact: true })
    expect((await open(path)).lines()).toHaveLength(5)
  })

  test('keeps the order of lines asked for at the same time', async () => {
    const journal = await open(newPath())
    await Promise.all(Array.from({ length: 20 }, (_, n) => journal.append({ action: 'note', note: `${n}` })))
    expect(journal.lines().map((line) => line.note)).toEqual(Array.from({ length: 20 }, (_, n) => `${n}`))
    expect(journal.check()).toEqual({ intact: true })
  })

  test('keeps hostile text on one line and gives it back exactly', async () => {
    const note = 'a\nb\r\u0000\u001b[2J\u202e\u2028"\\\ud800'
    const path = newPath()
    await (await open(path)).append({ action: 'note', note })
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(2)
    expect((await open(path)).lines()[0]?.note).toBe(note)
  })

  test('sets a torn last line aside and says so', async () => {
    const path = await threeLines()
    appendFileSync(path, '{"seq":4,"prev":"ab')
    const journal = await open(path)
    expect(readFileSync(`${path}.torn-1`, 'utf8')).toBe('{"seq":4,"prev":"ab')
    expect(journal.check()).toEqual({ intact: true })
    expect(journal.lines().at(-1)).toMatchObject({
      seq: 4,
      action: 'note',
      note: expect.stringContaining('cut off'),
    })
    appendFileSync(path, 'x')
    await open(path)
    expect(readFileSync(`${path}.torn-2`, 'utf8')).toBe('x')
  })

  test('reports a torn line and changes nothing when it is read-only', async () => {
    const path = await threeLines()
    appendFileSync(path, 'torn')
    const before = readFileSync(path)
    const journal = await open(path, { readOnly: true })
    expect(journal.check()).toMatchObject({ intact: false, brokenAt: 4 })
    await expect(journal.append({ action: 'note' })).rejects.toMatchObject({
      code: 'evidence.custody.read-only',
    })
    expect(readFileSync(path)).toEqual(before)
  })

  test.each([
    ['an edited line', (text: string) => text.replace('Case opened', 'Case closed'), 2, 'changed'],
    ['a deleted line', (text: string) => text.split('\n').toSpliced(1, 1).join('\n'), 2, 'missing'],
    [
      'two lines swapped',
      (text: string) =>
        [1, 0, 2]
          .map((n) => text.split('\n')[n])
          .join('\n')
          .concat('\n'),
      1,
      'seq',
    ],
    ['a line that is no JSON', (text: string) => text.replace('{"seq":2', '("seq":2'), 2, 'JSON'],
    ['converted line ends', (text: string) => text.replaceAll('\n', '\r\n'), 1, 'CR LF'],
    ['an empty line', (text: string) => text.replace('\n', '\n\n'), 2, 'empty'],
  ])('notices %s', async (_what, change, brokenAt, why) => {
    const path = await threeLines()
    writeFileSync(path, change(readFileSync(path, 'utf8')))
    const state = (await open(path, { readOnly: true })).check()
    expect(state).toMatchObject({ intact: false, brokenAt })
    expect(state.why).toContain(why)
  })

  test('never throws on bytes of any kind', () => {
    for (const bytes of [
      Buffer.from([0xff, 0x0a]),
      Buffer.alloc(1000, 10),
      Buffer.from('null\n[]\n{}\n'),
      Buffer.alloc(0),
    ]) {
      const reading = verifyCustodyBytes(bytes)
      expect(reading.findings.length).toBe(
        reading.entries.length === 0 ? bytes.filter((byte) => byte === 10).length : 0,
      )
    }
  })
})
