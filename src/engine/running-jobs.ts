// Long work that outlives the page which asked for it: a page that is loaded anew takes it up again. What nobody takes
// up within a while is stopped, so that nothing goes on behind the operator's back.
import { randomUUID } from 'node:crypto'
import { Cancelled } from '../base/refusal.ts'
import type { OnProgress, Progress } from '../domain/progress.ts'

/** how long work goes on after its page has gone; loading a page anew takes a second */
const patienceMs = 30_000

/** What a page must know of a job to take it up. */
export interface JobFacts {
  readonly what: 'import' | 'acquisition' | 'sealing'
  readonly caseId: string
  /** hosts of an acquisition */
  readonly hosts?: readonly string[]
}

/** One piece of work and everybody who looks at it. */
export class RunningJob<T = unknown> {
  readonly id = randomUUID()
  readonly facts: JobFacts | undefined
  readonly result: Promise<T>
  newest: Progress | undefined
  hasEnded = false
  readonly #own = new AbortController()
  readonly #listeners = new Set<() => void>()
  #lookers = 0
  #patience: NodeJS.Timeout | undefined

  constructor(
    facts: JobFacts | undefined,
    stopping: AbortSignal,
    work: (onProgress: OnProgress, signal: AbortSignal) => Promise<T>,
  ) {
    this.facts = facts
    const signal = AbortSignal.any([stopping, this.#own.signal])
    this.result = this.#run(signal, work).finally(() => {
      this.hasEnded = true
      clearTimeout(this.#patience)
      this.#tell()
    })
    // its looker hears of a failure; without one there is nobody to tell
    this.result.catch(() => {})
  }

  async #run(signal: AbortSignal, work: (on: OnProgress, signal: AbortSignal) => Promise<T>): Promise<T> {
    if (signal.aborted) throw new Cancelled()
    return work((progress) => {
      this.newest = progress
      this.#tell()
    }, signal)
  }
  #tell(): void {
    for (const listener of [...this.#listeners]) listener()
  }

  /** Wakes with every progress and at the end, until the returned function is called. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
  look(): void {
    this.#lookers++
    clearTimeout(this.#patience)
  }
  /** The page has gone: the work waits for another one, for a while. */
  leave(patience = patienceMs): void {
    this.#lookers--
    if (this.#lookers > 0 || this.hasEnded) return
    this.#patience = setTimeout(() => this.stop(), patience)
    this.#patience.unref()
  }
  stop(): void {
    this.#own.abort()
  }
}

export class RunningJobs {
  readonly #byId = new Map<string, RunningJob>()

  start<T>(
    facts: JobFacts | undefined,
    stopping: AbortSignal,
    work: (onProgress: OnProgress, signal: AbortSignal) => Promise<T>,
  ): RunningJob<T> {
    const job = new RunningJob(facts, stopping, work)
    if (facts) {
      this.#byId.set(job.id, job as RunningJob)
      job.result.then(
        () => this.#byId.delete(job.id),
        () => this.#byId.delete(job.id),
      )
    }
    return job
  }
  list(): readonly (JobFacts & { readonly id: string })[] {
    return [...this.#byId.values()].flatMap(({ id, facts }) => (facts ? [{ id, ...facts }] : []))
  }
  find(id: string): RunningJob | undefined {
    return this.#byId.get(id)
  }
}
