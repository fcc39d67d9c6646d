// Turns work that reports progress by callback into a stream the window can read and stop.
import { Cancelled } from '../base/refusal.ts'
import type { OnProgress, Progress } from '../domain/progress.ts'
import { answerError } from './answer-errors.ts'
import type { EngineContext } from './context.ts'

/** The wire has no backpressure, so progress is thinned here; the newest counts, older ones are worth nothing. */
const gapMs = 100

/**
 * Runs `work` and yields its progress at most about ten times a second; the last progress before the end is
 * always yielded. Returns the work's result. An abort of `signal`, or leaving the stream, reaches the work as
 * its signal, and the stream ends only when the work has ended, so nothing goes on behind the operator's back.
 * Errors leave as answerError() makes them.
 */
export async function* streamJob<T>(
  engine: Pick<EngineContext, 'jobs' | 'stopping'>,
  signal: AbortSignal | undefined,
  work: (onProgress: OnProgress, signal: AbortSignal) => Promise<T>,
): AsyncGenerator<Progress, T> {
  const left = new AbortController()
  const stop = AbortSignal.any([engine.stopping, left.signal, ...(signal ? [signal] : [])])
  let newest: Progress | undefined
  let hasEnded = false
  let wake = () => {}
  const job = start().finally(() => {
    hasEnded = true
    wake()
  })
  // awaited below; the stream may be left before that, and the engine waits for it too
  const settled = job.then(
    () => {},
    () => {},
  )
  engine.jobs.add(settled)

  async function start(): Promise<T> {
    if (stop.aborted) throw new Cancelled()
    return work((progress) => {
      newest = progress
      wake()
    }, stop)
  }
  /** Until there is something to tell, or `ms` have passed. */
  const pause = (ms?: number) =>
    new Promise<void>((done) => {
      const timer = ms === undefined ? undefined : setTimeout(done, ms)
      wake = () => {
        if (ms !== undefined && !hasEnded) return
        clearTimeout(timer)
        done()
      }
    })

  try {
    while (!hasEnded) {
      if (!newest) await pause()
      if (newest && !hasEnded) {
        const progress: Progress = newest
        newest = undefined
        yield progress
        if (!hasEnded) await pause(gapMs)
      }
    }
    if (newest) yield newest
    return await job
  } catch (error) {
    throw answerError(error, stop.aborted)
  } finally {
    left.abort()
    await settled
    engine.jobs.delete(settled)
  }
}
