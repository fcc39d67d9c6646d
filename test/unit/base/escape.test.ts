import { describe, expect, test } from 'vitest'
import { escapeLine, escapeText } from '../../../src/base/escape.ts'

/** Everything that moves a cursor, turns text round or hides. */
const unsafe: readonly (readonly [first: number, last: number, what: string])[] = [
  [0x00, 0x08, 'controls'],
  [0x0b, 0x0c, 'vertical tab and form feed'],
  [0x0e, 0x1f, 'controls with ESC'],
  [0x7f, 0x9f, 'DEL and C1 controls'],
  [0xad, 0xad, 'soft hyphen'],
  [0x61c, 0x61c, 'Arabic letter mark'],
  [0x180e, 0x180e, 'Mongolian vowel separator'],
  [0x200b, 0x200f, 'zero-width characters and direction marks'],
  [0x2028, 0x202e, 'line separators and bidi embeddings'],
  [0x2060, 0x206f, 'invisible operators and bidi isolates'],
  [0xfeff, 0xfeff, 'byte order mark'],
  [0xfff9, 0xfffb, 'interlinear marks'],
  [0xe0000, 0xe007f, 'tag characters'],
]
const shown = (point: number) => `⟨U+${point.toString(16).toUpperCase().padStart(4, '0')}⟩`

describe('evidence text made safe to look at', () => {
  test.each(unsafe)('characters %d to %d (%s) are shown by number', (first, last) => {
    for (let point = first; point <= last; point++) {
      const text = `a${String.fromCodePoint(point)}b`
      expect(escapeLine(text)).toBe(`a${shown(point)}b`)
      expect(escapeText(text)).toBe(`a${shown(point)}b`)
    }
  })

  test('lone surrogates are shown by number, pairs stay', () => {
    expect(escapeLine('\ud940x')).toBe('⟨U+D940⟩x')
    expect(escapeLine('x\udc00')).toBe('x⟨U+DC00⟩')
    expect(escapeLine('\udc00\ud800')).toBe('⟨U+DC00⟩⟨U+D800⟩')
    expect(escapeLine('🦊 😀')).toBe('🦊 😀')
  })

  test('letters of any script, accents and ordinary signs stay as they are', () => {
    for (const text of [
      'Zürich жук 漢字 عربي',
      'C:\\Windows\\System32\\cmd.exe /C "a" > b',
      'e\u0301',
      '⟨⟩⏎',
    ])
      expect([escapeLine(text), escapeText(text)]).toEqual([text, text])
  })

  test('a line stays one line, a text keeps its lines', () => {
    expect(escapeLine('a\r\nb\nc\rd\te')).toBe('a⏎b⏎c⏎d e')
    expect(escapeText('a\r\nb\nc\td')).toBe('a\nb\nc\td')
    expect(escapeText('good\rbad')).toBe('good⟨U+000D⟩bad')
  })

  test('a name that would turn text round or clear the screen cannot', () => {
    expect(escapeLine('invoice\u202etxt.exe')).toBe('invoice⟨U+202E⟩txt.exe')
    expect(escapeLine('\u001b[2J')).toBe('⟨U+001B⟩[2J')
  })
})
