import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { findLeftovers, removeLeftovers } from '../../../src/workflow/leftovers.ts'

const folder = mkdtempSync(join(tmpdir(), 'leftovers-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const before = new Date(Date.now() - 3_600_000)
const file = (name: string, text = 'x', at = before) => {
  const path = join(folder, name)
  writeFileSync(path, text)
  utimesSync(path, at, at)
  return path
}
const sum = 'a'.repeat(64)

describe('leftovers of interrupted runs', () => {
  const left = [
    file('.case.opening-0123abcd.zip.age.partial'),
    file('.x.zip.partial', 'abc'),
    file('.y.zip.sha256.partial'),
    file('gone.zip.sha256', `${sum}  gone.zip\n`),
  ]
  const opening = join(folder, '.case.opening-89abcdef')
  mkdirSync(join(opening, 'evidence'), { recursive: true })
  for (const path of [join(opening, 'evidence', 'item'), join(opening, 'evidence'), opening]) {
    if (path.endsWith('item')) writeFileSync(path, '12345')
    utimesSync(path, before, before)
  }
  const running = file('.z.zip.partial', 'abc', new Date())
  const others = [
    file('x.zip'),
    file('x.zip.sha256', `${sum}  x.zip\n`),
    file('strange.zip.sha256', 'no hash at all'),
    file('other.zip.sha256', `${sum}  somebody-elses.zip\n`),
    file('.hidden'),
    file('x.partial'),
    file('.case.opening-01234567'),
  ]

  test('are found with what they are, and nothing else is', async () => {
    const found = await findLeftovers([folder, folder, join(folder, 'nowhere')])
    expect(found.map(({ path }) => path).sort()).toEqual([...left, opening, running].sort())
    expect(found.find(({ path }) => path === opening)).toMatchObject({
      kind: 'opening',
      bytes: 5,
      mayBeInUse: false,
    })
    expect(found.find(({ path }) => path === running)).toMatchObject({ kind: 'partial', mayBeInUse: true })
  })

  test('are removed only when they are leftovers, and not while a run may still be at them', async () => {
    for (const path of [others[0] as string, folder, join(folder, 'nowhere'), '/etc/passwd'])
      await expect(removeLeftovers([left[0] as string, path])).rejects.toMatchObject({
        code: 'leftover.path.none',
      })
    await expect(removeLeftovers([left[0] as string, running])).rejects.toMatchObject({
      code: 'leftover.path.in-use',
    })
    expect(left.every(existsSync)).toBe(true)
    await removeLeftovers([...left, opening])
    expect((await findLeftovers([folder])).map(({ path }) => path)).toEqual([running])
    expect(others.every(existsSync)).toBe(true)
  })
})
