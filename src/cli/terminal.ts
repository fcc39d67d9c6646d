import { constants, fstatSync, openSync, write as writeFile } from 'node:fs'
import { escapeLine } from '../base/escape.ts'
import { ReaderGone } from './exit-code.ts'

/** Everything a verb may know of the outside: where its text goes, how wide it is, when to stop. */
export interface Terminal {
  /** Writes to stdout, waiting while the reader is slow; throws ReaderGone when it has left. */
  write(text: string): Promise<void>
  /** The same for UTF-8 bytes, which may be written over once it is done; where there is none, `write` takes all. */
  readonly writeBytes?: ((bytes: Uint8Array) => Promise<void>) | undefined
  /** Writes to stderr at once. */
  tell(text: string): void
  readonly isTerminal: boolean
  readonly stderrIsTerminal: boolean
  readonly stderrColumns: number
  /** columns for human output; Infinity where nobody reads on a screen */
  readonly columns: number
  readonly hasColor: boolean
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** aborted by Ctrl-C */
  readonly signal: AbortSignal
}

/** One line on stderr in our name. Texts may come from evidence, so they are escaped. */
export function tellLine(terminal: Pick<Terminal, 'tell'>, text: string): void {
  terminal.tell(`tasktrail: ${escapeLine(text)}\n`)
}

/** Waits until the text or the bytes are taken; a reader that left (EPIPE) is told apart from a full disk. */
export function writeTo(stream: NodeJS.WriteStream): (output: string | Uint8Array) => Promise<void> {
  let broken: Error | undefined
  stream.on('error', (error: NodeJS.ErrnoException) => {
    broken = error.code === 'EPIPE' ? new ReaderGone('stdout was closed') : error
  })
  return (output) =>
    new Promise((resolve, reject) => {
      if (broken) {
        reject(broken)
        return
      }
      stream.write(output, (error) => {
        if (!error) resolve()
        else if ((error as NodeJS.ErrnoException).code === 'EPIPE')
          reject(new ReaderGone('stdout was closed'))
        else reject(error)
      })
    })
}

/**
 * A file, or on Linux a pipe, to be written by Node's threads while the work goes on; undefined for all else. A pipe is opened
 * once more: `process.stdout` makes its own end one that has to be asked for room again and again.
 */
export function openOutput(fd: number): number | undefined {
  try {
    const stats = fstatSync(fd)
    if (stats.isFile()) return fd
    if (!stats.isFIFO() || process.platform !== 'linux') return undefined
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY)
  } catch {
    return undefined // one that cannot be opened so is written as a stream
  }
}

/** Writes all of it without holding up this thread; otherwise as `writeTo`. */
export function writeToFile(fd: number): (output: string | Uint8Array) => Promise<void> {
  return (output) =>
    new Promise((resolve, reject) => {
      const bytes = typeof output === 'string' ? Buffer.from(output) : output
      const from = (at: number): void => {
        if (at >= bytes.length) resolve()
        else
          writeFile(fd, bytes, at, bytes.length - at, null, (error, written) => {
            if (!error) from(at + written)
            else reject(error.code === 'EPIPE' ? new ReaderGone('stdout was closed') : error)
          })
      }
      from(0)
    })
}

/** The terminal of this process. */
export function processTerminal(signal: AbortSignal): Terminal {
  const { stdout, stderr, env } = process
  stderr.on('error', () => {}) // a closed stderr must not end the work
  const named = Number(env.COLUMNS)
  const isTerminal = stdout.isTTY === true
  const output = isTerminal ? undefined : openOutput(1)
  const write = output === undefined ? writeTo(stdout) : writeToFile(output)
  return {
    write,
    writeBytes: write,
    tell: (text) => void stderr.write(text),
    isTerminal,
    stderrIsTerminal: stderr.isTTY === true,
    stderrColumns: stderr.columns || 80,
    columns: isTerminal ? stdout.columns || 80 : named > 0 ? named : Number.POSITIVE_INFINITY,
    hasColor: isTerminal && !env.NO_COLOR && env.TERM !== 'dumb',
    env,
    cwd: process.cwd(),
    signal,
  }
}

const styles = { bold: '1', dim: '2', red: '31', green: '32', yellow: '33', cyan: '36' } as const
export type Style = keyof typeof styles

/** Colours text on a terminal that has colours; gives it back unchanged elsewhere. */
export function painter(terminal: Pick<Terminal, 'hasColor'>): (text: string, style: Style) => string {
  return (text, style) => (terminal.hasColor && text ? `\u001b[${styles[style]}m${text}\u001b[0m` : text)
}
