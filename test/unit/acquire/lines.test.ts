import { expect, it } from 'vitest'
import { stderrText } from '../../../src/acquire/clixml.ts'
import { LineTooLong, splitLines } from '../../../src/acquire/lines.ts'

async function linesOf(chunks: readonly string[], longest = 100): Promise<string[]> {
  const source = (async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk)
  })()
  const lines: string[] = []
  for await (const line of splitLines(source, longest)) lines.push(line.toString())
  return lines
}

it('lines end at LF and at nothing else, wherever chunks are cut', async () => {
  expect(await linesOf(['a\u2028b\u0085c\r', 'd\n\n', 'e', 'f', '\n'])).toEqual([
    'a\u2028b\u0085c\rd',
    '',
    'ef',
  ])
})

it('a last line that nothing ends was torn and is not given out', async () => {
  expect(await linesOf(['whole\n{"type":"blo'])).toEqual(['whole'])
})

it('a line without end stops the stream instead of filling the memory', async () => {
  await expect(linesOf(['x'.repeat(60), 'x'.repeat(60)])).rejects.toBeInstanceOf(LineTooLong)
  await expect(linesOf([`${'x'.repeat(120)}\n`])).rejects.toBeInstanceOf(LineTooLong)
})

it('errors in CLIXML become text, progress is left out', () => {
  const xml =
    '#< CLIXML\r\n<Objs Version="1.1.0.1"><Obj S="progress"><I64 N="x">1</I64></Obj><S S="Error">Access is &lt;denied&gt;_x000D__x000A_</S></Objs>'
  expect(stderrText(xml)).toBe('Access is <denied>')
  expect(stderrText('plain text')).toBe('plain text')
})
