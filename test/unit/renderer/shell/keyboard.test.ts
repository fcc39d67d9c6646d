import { describe, expect, it } from 'vitest'
import { nameOfPress } from '../../../../renderer/shell/keyboard.ts'

const press = (
  key: string,
  held: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', boolean>> = {},
) => nameOfPress({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held })

describe('the name of a key press', () => {
  it.each([
    ['g', {}, 'g'],
    ['G', { shiftKey: true }, 'Shift+g'],
    ['?', { shiftKey: true }, '?'],
    ['k', { ctrlKey: true }, 'Ctrl+k'],
    ['k', { metaKey: true }, 'Ctrl+k'],
    ['.', { altKey: true }, 'Alt+.'],
    ['ArrowDown', { shiftKey: true }, 'Shift+ArrowDown'],
  ] as const)('of %s with %o is %s', (key, held, name) => {
    expect(press(key, held)).toBe(name)
  })
})
