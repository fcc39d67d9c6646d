/** A password from the terminal without echo, or from one line of standard input. It is held in memory only. */
import { UsageError } from './exit-code.ts'
import type { Terminal } from './terminal.ts'

const longest = 1024

/** @throws UsageError when nothing comes */
export async function readSecret(
  terminal: Pick<Terminal, 'tell'>,
  prompt: string,
  input = process.stdin,
): Promise<string> {
  const isTerminal = input.isTTY === true
  if (isTerminal) {
    terminal.tell(prompt)
    input.setRawMode(true)
  }
  let secret = ''
  try {
    for await (const chunk of input) {
      for (const character of String(chunk)) {
        if (character === '\n' || character === '\r') return done(secret)
        if (isTerminal && character === '\u0003') throw new UsageError('no password was given')
        if (isTerminal && (character === '\u007f' || character === '\b'))
          secret = [...secret].slice(0, -1).join('')
        else secret += character
        if (secret.length > longest)
          throw new UsageError(`a password of more than ${longest} characters is not taken`)
      }
    }
    return done(secret)
  } finally {
    if (isTerminal) {
      input.setRawMode(false)
      terminal.tell('\n')
    }
    input.pause()
  }
}

function done(secret: string): string {
  if (secret === '') throw new UsageError('no password was given')
  return secret
}
