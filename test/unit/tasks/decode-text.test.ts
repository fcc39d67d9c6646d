import { describe, expect, it } from 'vitest'
import { decodeText } from '../../../src/tasks/decode-text.ts'

const utf16 = (text: string, bigEndian = false) => {
  const bytes = Buffer.from(text, 'utf16le')
  return bigEndian ? bytes.swap16() : bytes
}

describe('decoding the bytes of a task file', () => {
  const text = '<Task>Grüße 漢字 😀</Task>'
  it.each([
    ['UTF-16LE with a mark', utf16(`\ufeff${text}`), 'utf-16le', true],
    ['UTF-16LE without a mark', utf16(text), 'utf-16le', false],
    ['UTF-16BE with a mark', utf16(`\ufeff${text}`, true), 'utf-16be', true],
    ['UTF-16BE without a mark', utf16(text, true), 'utf-16be', false],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${text}`), 'utf-8', true],
    ['UTF-8 without a mark', Buffer.from(text), 'utf-8', false],
  ])('reads %s', (_name, bytes, encoding, byteOrderMark) => {
    expect(decodeText(bytes)).toEqual({ text, encoding, byteOrderMark, trouble: undefined })
  })

  it('keeps a lone surrogate of UTF-16 as it is', () => {
    expect(decodeText(Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x41, 0x00])).text).toBe('\ud800A')
  })

  it('says at which byte UTF-8 stops being valid, and goes on behind it', () => {
    const decoded = decodeText(Buffer.from([0x61, 0xff, 0x62, 0xe2, 0x82, 0x63]))
    expect(decoded.text).toBe('a\ufffdb\ufffdc')
    expect(decoded.trouble).toMatchObject({ code: 'tasks.text.invalid-utf8', where: 'byte 1' })
    expect(decoded.trouble?.what).toContain('2 byte sequences')
  })

  it('decodes every kind of broken UTF-8 as the Encoding Standard does', () => {
    const broken = [
      [0xc0, 0x80],
      [0xe0, 0x80, 0x80],
      [0xed, 0xa0, 0x80],
      [0xf0, 0x80, 0x80, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
      [0xf5, 0x41],
      [0xf0, 0x9f, 0x98],
      [0xe2, 0x28, 0xa1],
      [0xf0, 0x9f, 0x98, 0x80],
    ]
    for (const bytes of broken) {
      expect(decodeText(Uint8Array.from([0x3c, ...bytes, 0x3e])).text).toBe(
        new TextDecoder('utf-8').decode(Uint8Array.from([0x3c, ...bytes, 0x3e])),
      )
    }
  })

  it('says that UTF-16 of an odd length lost its end', () => {
    const decoded = decodeText(Buffer.concat([utf16('\ufeffab'), Buffer.from([0x63])]))
    expect(decoded.text).toBe('ab')
    expect(decoded.trouble).toMatchObject({ code: 'tasks.text.cut', where: 'byte 6' })
  })

  it('gives no text for no bytes', () => {
    expect(decodeText(new Uint8Array())).toMatchObject({ text: '', encoding: 'utf-8', trouble: undefined })
  })
})
