import { describe, expect, it } from 'vitest'
import { fittingEntries, type PaletteEntry } from '../../../../renderer/shell/palette-entries.ts'

const entry = (group: string, name: string, over: Partial<PaletteEntry> = {}): PaletteEntry => ({
  id: `${group} ${name}`,
  group,
  name,
  run: () => {},
  ...over,
})
const names = (typed: string) =>
  fittingEntries(
    [
      entry('Go to', 'Timeline'),
      entry('Go to', 'Tasks'),
      entry('Chains', '\\Updater', { always: true }),
      entry('Window', 'Print this view', { also: 'paper' }),
      entry('Window', 'All tasks and more'),
    ],
    typed,
  ).map(({ name }) => name)

describe('what the palette offers', () => {
  it('holds every word that was typed, begins with the first where it can, and keeps what always fits', () => {
    expect(names('tas')).toEqual(['Tasks', '\\Updater', 'All tasks and more'])
    expect(names('view PRINT')).toEqual(['\\Updater', 'Print this view'])
    expect(names('paper')).toEqual(['\\Updater', 'Print this view'])
    expect(names('')).toHaveLength(5)
  })
  it('shows no more than a handful of each group', () => {
    const many = Array.from({ length: 500 }, (_, n) => entry('Chains', `\\Task ${n}`))
    expect(fittingEntries(many, 'task')).toHaveLength(8)
  })
})
