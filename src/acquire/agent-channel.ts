/**
 * One conversation with the agent over the standard streams of a child process (ssh, or PowerShell on the jump box):
 * a request at a time, its answers as they come. Reading waits for whoever takes the answers, so memory stays flat.
 */
import { randomBytes } from 'node:crypto'
import type { Readable, Writable } from 'node:stream'
import { Cancelled } from '../base/refusal.ts'
import { stderrText } from './clixml.ts'
import { ConnectionLost, Garbage, RequestFailed } from './failures.ts'
import { LineTooLong, splitLines } from './lines.ts'
import { Answer } from './messages.ts'

/** The child process, so that tests can stand in for it. */
export interface AgentPipe {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /** resolves when the child has ended, with its exit code */
  readonly ended: Promise<number | null>
  kill(): void
}

export interface AskOptions {
  readonly signal?: AbortSignal | undefined
  /** no answer for so long means that the host is gone */
  readonly silenceMs?: number
}

/** A task definition of a mebibyte is the longest line there is; as UTF-16 in base64 it is 2.7 times that. */
const longestLine = 16 << 20
const mostNoise = 2000

export class AgentChannel {
  readonly #pipe: AgentPipe
  readonly #lines: AsyncGenerator<Buffer, void>
  readonly #head: Buffer
  readonly token = randomBytes(16).toString('hex')
  #waiting: Promise<IteratorResult<Buffer, void>> | undefined
  #nextId = 1
  #openId: number | undefined
  #stderr = ''
  /** lines that are not of the protocol: a banner, a profile, or somebody who tries to speak for the agent */
  readonly noise: string[] = []
  noiseCount = 0

  constructor(pipe: AgentPipe) {
    this.#pipe = pipe
    this.#lines = splitLines(pipe.stdout, longestLine)
    this.#head = Buffer.from(`{"k":"${this.token}",`)
    pipe.stderr.on('data', (bytes: Buffer) => {
      if (this.#stderr.length < 256_000) this.#stderr += bytes.toString('utf8')
    })
    pipe.stderr.on('error', () => {})
    // the child may leave before it has read everything; its exit tells
    pipe.stdin.on('error', () => {})
  }

  get stderr(): string {
    return stderrText(this.#stderr)
  }

  /** Sends bytes ahead of the first request: the agent itself. */
  sendAhead(bytes: Uint8Array): void {
    this.#pipe.stdin.write(bytes)
  }

  /**
   * Asks and yields what is answered until the request is done. Throws RequestFailed, ConnectionLost, Garbage, Cancelled.
   * Left early, the next request skips what is still answered to this one.
   */
  async *ask(
    op: string,
    fields: Readonly<Record<string, unknown>> = {},
    how: AskOptions = {},
  ): AsyncGenerator<Answer> {
    const id = this.#nextId++
    this.#openId = id
    this.#pipe.stdin.write(asciiJson({ id, op, ...fields }))
    for (;;) {
      const answer = await this.#next(how)
      if (answer === undefined || answer.id !== id) continue
      if (answer.type === 'done') {
        this.#openId = undefined
        return
      }
      if (answer.type === 'failed') {
        this.#openId = undefined
        throw new RequestFailed(answer.what, answer)
      }
      yield answer
    }
  }

  /** Waits for the end of a request that was left, at most so long. False: it goes on, and only kill() ends it. */
  async settle(withinMs: number): Promise<boolean> {
    const until = performance.now() + withinMs
    while (this.#openId !== undefined) {
      const left = until - performance.now()
      if (left <= 0) return false
      try {
        const answer = await this.#next({ silenceMs: left })
        if (answer && answer.id === this.#openId && (answer.type === 'done' || answer.type === 'failed'))
          this.#openId = undefined
      } catch {
        return false
      }
    }
    return true
  }

  /** Ends the conversation: no more requests, and the child gets a moment to leave by itself. */
  async close(graceMs = 3000): Promise<number | null> {
    this.#pipe.stdin.end()
    this.#pipe.stdout.resume()
    const timer = setTimeout(() => this.#pipe.kill(), graceMs)
    const code = await this.#pipe.ended
    clearTimeout(timer)
    return code
  }

  kill(): void {
    this.#pipe.kill()
  }

  async #next({ signal, silenceMs = 300_000 }: AskOptions): Promise<Answer | undefined> {
    if (signal?.aborted) throw new Cancelled()
    this.#waiting ??= this.#lines.next()
    let stop = () => {}
    const interrupted = new Promise<'cancelled' | 'silent'>((resolve) => {
      const timer = setTimeout(() => resolve('silent'), silenceMs)
      const onAbort = () => resolve('cancelled')
      signal?.addEventListener('abort', onAbort, { once: true })
      stop = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', onAbort)
      }
    })
    try {
      const first = await Promise.race([this.#waiting, interrupted])
      if (first === 'cancelled') throw new Cancelled()
      if (first === 'silent')
        throw new ConnectionLost(`no answer for ${Math.round(silenceMs / 1000)} seconds`, null, this.stderr)
      this.#waiting = undefined
      if (first.done) {
        const code = await this.#pipe.ended
        throw new ConnectionLost('the connection ended', code, this.stderr)
      }
      return this.#read(first.value)
    } catch (error) {
      if (error instanceof LineTooLong)
        throw new Garbage(`the host sent a line of more than ${error.bytes >> 20} MiB`)
      throw error
    } finally {
      stop()
    }
  }

  #read(line: Buffer): Answer | undefined {
    if (line.length === 0 || (line.length === 1 && line[0] === 13)) return undefined
    if (!line.subarray(0, this.#head.length).equals(this.#head)) {
      this.noiseCount++
      if (this.noise.length < 20) this.noise.push(line.subarray(0, 500).toString('latin1'))
      if (this.noiseCount > mostNoise)
        throw new Garbage('the host sends lines that are no answers, without end')
      return undefined
    }
    let value: unknown
    try {
      value = JSON.parse(line.toString('latin1'))
    } catch {
      throw new Garbage('the host sent an answer that is no JSON')
    }
    const answer = Answer.safeParse(value)
    if (!answer.success) throw new Garbage('the host sent an answer of an unknown form')
    return answer.data
  }
}

/** One line of JSON in ASCII, whatever the code page of the other side. */
export const asciiJson = (value: unknown): string =>
  `${JSON.stringify(value).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`
