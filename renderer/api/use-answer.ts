/** Ask the engine from a view: cancels itself when the question changes, keeps the old answer meanwhile. */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { Progress } from '../../src/contract/shapes.ts'
import { type Trouble, troubleOf } from './trouble.ts'

export interface Answered<T> {
  /** the last answer; stays while a newer one is on its way */
  readonly value: T | undefined
  readonly trouble: Trouble | undefined
  readonly loading: boolean
  /** loading for more than 200 ms: time for a skeleton */
  readonly slow: boolean
  again(): void
}

/**
 * `key` identifies the question, e.g. `JSON.stringify(input)`; null asks nothing. `ask` must pass the signal on.
 * @example const list = useAnswer(`chains ${caseId}`, (signal) => api.chains.list({ caseId }, { signal }))
 */
export function useAnswer<T>(key: string | null, ask: (signal: AbortSignal) => Promise<T>): Answered<T> {
  const [value, setValue] = useState<T>()
  const [trouble, setTrouble] = useState<Trouble>()
  const [loading, setLoading] = useState(key !== null)
  const [slow, setSlow] = useState(false)
  const [round, setRound] = useState(0)
  const latest = useRef(ask)
  latest.current = ask
  const again = useCallback(() => setRound((before) => before + 1), [])

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` asks the same question again
  useEffect(() => {
    if (key === null) {
      setLoading(false)
      return
    }
    const stop = new AbortController()
    const timer = setTimeout(() => setSlow(true), 200)
    setLoading(true)
    latest
      .current(stop.signal)
      .then(
        (answer) => {
          if (stop.signal.aborted) return
          setValue(() => answer)
          setTrouble(undefined)
        },
        (error: unknown) => {
          if (!stop.signal.aborted) setTrouble(troubleOf(error))
        },
      )
      .finally(() => {
        clearTimeout(timer)
        if (stop.signal.aborted) return
        setLoading(false)
        setSlow(false)
      })
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [key, round])
  return { value, trouble, loading, slow, again }
}

export interface Job<R> {
  readonly state: 'idle' | 'running' | 'done' | 'stopped' | 'failed'
  readonly progress: Progress | undefined
  readonly result: R | undefined
  readonly trouble: Trouble | undefined
  /** true between pressing Stop and the engine having stopped */
  readonly stopping: boolean
  start(run: (signal: AbortSignal) => Promise<AsyncIterator<Progress, R>>): Promise<R | undefined>
  stop(): void
  reset(): void
}

interface JobState<R> {
  readonly state: Job<R>['state']
  readonly progress?: Progress
  readonly result?: R
  readonly trouble?: Trouble
  readonly stopping?: boolean
}

/** Long work as a stream: progress while it runs, its result at the end, and Stop. Unmounting does not stop it. */
export function useJob<R>(): Job<R> {
  const [now, setNow] = useState<JobState<R>>({ state: 'idle' })
  const running = useRef<AbortController>(undefined)

  const start = useCallback(
    async (run: (signal: AbortSignal) => Promise<AsyncIterator<Progress, R>>): Promise<R | undefined> => {
      const stop = new AbortController()
      running.current = stop
      setNow({ state: 'running' })
      try {
        const stream = await run(stop.signal)
        for (;;) {
          const step = await stream.next()
          if (step.done) {
            setNow({ state: 'done', result: step.value })
            return step.value
          }
          const progress = step.value
          setNow((before) => ({ ...before, progress }))
        }
      } catch (error) {
        const trouble = troubleOf(error)
        const stopped = stop.signal.aborted || trouble.kind === 'cancelled'
        setNow((before) => ({ ...before, stopping: false, state: stopped ? 'stopped' : 'failed', trouble }))
        return undefined
      } finally {
        if (running.current === stop) running.current = undefined
      }
    },
    [],
  )
  const stop = useCallback(() => {
    if (!running.current) return
    setNow((before) => ({ ...before, stopping: true }))
    running.current.abort()
  }, [])
  const reset = useCallback(() => {
    if (!running.current) setNow({ state: 'idle' })
  }, [])
  return {
    state: now.state,
    progress: now.progress,
    result: now.result,
    trouble: now.trouble,
    stopping: now.stopping ?? false,
    start,
    stop,
    reset,
  }
}
