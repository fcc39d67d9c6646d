import { describe, expect, it } from 'vitest'
import { judge } from './exceptions.ts'
import { allFiles, type SourceFile } from './source-files.ts'

const mostLines = 400
const tooLong = (files: readonly SourceFile[]) =>
  files.filter(({ text }) => text.split('\n').length - 1 > mostLines).map(({ path }) => path)

describe('the files of the house', () => {
  it(`have at most ${mostLines} lines`, () => {
    const files = allFiles()
    expect(files.length).toBeGreaterThan(30)
    expect(judge('sizes', tooLong(files))).toEqual({ notAccepted: [], noLongerNeeded: [] })
  })

  it('are caught one line above', () => {
    const lines = (count: number) => ({ path: `${count}.ts`, text: 'a\n'.repeat(count) })
    expect(tooLong([lines(mostLines), lines(mostLines + 1)])).toEqual([`${mostLines + 1}.ts`])
  })

  it('are on the list of exceptions only while they need to be', () => {
    const accepted = [{ rule: 'sizes', breach: 'gone.ts', reason: 'a table' }] as const
    expect(judge('sizes', ['long.ts'], accepted)).toEqual({
      notAccepted: ['long.ts'],
      noLongerNeeded: ['gone.ts'],
    })
  })
})
