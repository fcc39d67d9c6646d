/** A password from the terminal without echo, or from one line of standard input. It is held in memory only. */
import { escapeLine } from '../base/escape.ts'
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
    // first silent, then asked: what is typed or pasted at once must not be seen
    input.setRawMode(true)
    terminal.tell(prompt)
  }
  let secret = ''
  try {
    // leaving the loop must not close standard input: more may be asked
    for await (const chunk of input.iterator({ destroyOnReturn: false })) {
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

/** How the passphrase of a key is come by: from the environment, else asked for; undefined where nobody can be asked. */
export const askPassphrase =
  (terminal: Pick<Terminal, 'tell' | 'env'>, input = process.stdin) =>
  async (path: string): Promise<string | undefined> => {
    const given = terminal.env.TASKTRAIL_KEY_PASSPHRASE
    if (given !== undefined) return given
    return input.isTTY
      ? readSecret(terminal, `Passphrase of ${escapeLine(path)} (not shown): `, input)
      : undefined
  }

/** The passphrase of an encrypted bundle: from the environment, else asked for once; undefined where nobody can be asked. */
export function askAgePassphrase(terminal: Pick<Terminal, 'tell' | 'env'>, input = process.stdin) {
  let typed: string | undefined
  return async (path: string): Promise<string | undefined> => {
    typed ??= terminal.env.TASKTRAIL_AGE_PASSPHRASE
    if (typed === undefined && input.isTTY)
      typed = await readSecret(terminal, `Passphrase of ${escapeLine(path)} (not shown): `, input)
    return typed
  }
}

/** A new passphrase, typed twice; undefined where nobody can be asked. */
export async function newPassphrase(
  terminal: Pick<Terminal, 'tell' | 'env'>,
  prompt: string,
  input = process.stdin,
): Promise<string | undefined> {
  const given = terminal.env.TASKTRAIL_KEY_PASSPHRASE_NEW
  if (given !== undefined) return given
  if (!input.isTTY) return undefined
  const first = await readSecret(terminal, `${prompt} (not shown): `, input)
  if (first !== (await readSecret(terminal, 'Once more: ', input)))
    throw new UsageError('the two passphrases are not the same')
  return first
}

function done(secret: string): string {
  if (secret === '') throw new UsageError('no password was given')
  return secret
}
