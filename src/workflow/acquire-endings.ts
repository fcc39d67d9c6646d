/** How an acquisition waits between connections, and what it says when there is none any more. */
import { Cancelled, Refusal } from '../base/refusal.ts'

export const lostRefusal = (host: string, why: string) =>
  new Refusal(
    'acquire.connection.lost',
    `the connection to ${host} was lost: ${why}`,
    'What has arrived is kept. When the host answers again: the same command with --resume.',
    { host },
  )

export const pause = (ms: number, signal: AbortSignal | undefined) =>
  new Promise<void>((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer)
      reject(new Cancelled())
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    if (signal?.aborted) onAbort()
    else signal?.addEventListener('abort', onAbort, { once: true })
  })
