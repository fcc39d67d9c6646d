// Turns work that reports progress by callback into a stream the window can read, stop and, after it was loaded anew,
// read again.
import { Cancelled, Refusal } from '../base/refusal.ts'
import type { OnProgress, Progress } from '../domain/progress.ts'
import { answerError } from './answer-errors.ts'
import type { EngineContext } from './context.ts'
import { type JobFacts, RunningJob, type RunningJobs } from './running-jobs.ts'

/** The wire has no backpressure, so progress is thinned here; the newest counts, older ones are worth nothing. */
const gapMs = 100

type Engine = Pick<EngineContext, 'jobs' | 'stopping'> & {
  readonly running?: RunningJobs
  /** aborts when the page has gone, before anything it asked for is aborted */
  readonly gone?: AbortSignal | undefined
}

/**
 * Runs `work` and yields its progress at most about ten times a second; the last progress before the end is
 * always yielded. Returns the work's result. An abort of `signal`, or leaving the stream, reaches the work as
 * its signal, and the stream ends only when the work has ended, so nothing goes on behind the operator's back.
 * With `facts`, a page that goes away leaves the work running for a while (running-jobs.ts).
 * Errors leave as answerError() makes them.
 */
export async function* streamJob<T>(
  engine: Engine,
  signal: AbortSignal | undefined,
  work: (onProgress: OnProgress, signal: AbortSignal) => Promise<T>,
  facts?: JobFacts,
): AsyncGenerator<Progress, T> {
  if (signal?.aborted) throw answerError(new Cancelled(), true)
  const job =
    engine.running?.start(facts, engine.stopping, work) ?? new RunningJob<T>(undefined, engine.stopping, work)
  // awaited below; the stream may be left before that, and the engine waits for it too
  const settled = job.result.then(
    () => {},
    () => {},
  )
  engine.jobs.add(settled)
  void settled.then(() => engine.jobs.delete(settled))
  return yield* follow(job, engine, signal)
}

/** Takes up work whose page has gone. Refuses when it has ended meanwhile. */
export async function* attachJob(
  engine: Engine,
  id: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Progress, unknown> {
  const job = engine.running?.find(id)
  if (!job)
    throw answerError(
      new Refusal(
        'engine.job.ended',
        'This work has ended meanwhile.',
        'What it brought is in the case: open it again to see.',
      ),
      false,
    )
  return yield* follow(job, engine, signal)
}

async function* follow<T>(
  job: RunningJob<T>,
  engine: Engine,
  signal: AbortSignal | undefined,
): AsyncGenerator<Progress, T> {
  const hasGone = () => job.facts !== undefined && (engine.gone?.aborted ?? false)
  let wake = () => {}
  let isNew = job.newest !== undefined
  const still = job.listen(() => {
    isNew = true
    wake()
  })
  const onAbort = () => {
    if (!hasGone()) job.stop()
    wake()
  }
  if (signal?.aborted) onAbort()
  signal?.addEventListener('abort', onAbort)
  job.look()
  /** Until there is something to tell, or `ms` have passed. */
  const pause = (ms?: number) =>
    new Promise<void>((done) => {
      const timer = ms === undefined ? undefined : setTimeout(done, ms)
      wake = () => {
        if (ms !== undefined && !job.hasEnded && !hasGone()) return
        clearTimeout(timer)
        done()
      }
    })
  const take = (): Progress | undefined => {
    const progress = isNew ? job.newest : undefined
    isNew = false
    job.newest = undefined
    return progress
  }

  try {
    while (!job.hasEnded && !hasGone()) {
      if (!isNew) await pause()
      const progress = job.hasEnded ? undefined : take()
      if (progress) {
        yield progress
        if (!job.hasEnded && !hasGone()) await pause(gapMs)
      }
    }
    if (hasGone()) throw new DOMException('The page has gone.', 'AbortError')
    const last = take()
    if (last) yield last
    return await job.result
  } catch (error) {
    throw answerError(error, (signal?.aborted ?? false) || engine.stopping.aborted)
  } finally {
    still()
    signal?.removeEventListener('abort', onAbort)
    if (hasGone() && !job.hasEnded) job.leave()
    else {
      job.stop()
      await job.result.catch(() => {})
    }
  }
}
