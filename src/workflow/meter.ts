/** Progress at most ten times a second, with rate and remaining time over the whole of a piece of work. */
import { Cancelled } from '../base/refusal.ts'
import type { OnProgress, Progress, ProgressPart } from '../domain/progress.ts'

export class Meter {
  readonly #onProgress: OnProgress | undefined
  readonly #started = performance.now()
  #lastAt = Number.NEGATIVE_INFINITY
  #done = 0
  total: number | null
  phase: string
  step: Progress['step']
  readonly unit: Progress['unit']
  /** told with every progress while it is set */
  part: ProgressPart | undefined

  constructor(
    onProgress: OnProgress | undefined,
    start: { phase: string; step: string; unit: Progress['unit']; total: number | null },
  ) {
    this.#onProgress = onProgress
    this.phase = start.phase
    this.step = start.step
    this.unit = start.unit
    this.total = start.total
  }

  get done(): number {
    return this.#done
  }
  add(count: number): void {
    this.to(this.#done + count)
  }
  to(done: number, force = false): void {
    this.#done = done
    const now = performance.now()
    if (!this.#onProgress || (!force && now - this.#lastAt < 100)) return
    this.#lastAt = now
    const seconds = (now - this.#started) / 1000
    const rate = seconds > 0.3 && done > 0 ? done / seconds : null
    this.#onProgress({
      phase: this.phase,
      step: this.step,
      done,
      total: this.total,
      unit: this.unit,
      rate,
      remainingSeconds: rate !== null && this.total !== null ? Math.max(0, (this.total - done) / rate) : null,
      ...(this.part ? { part: this.part } : {}),
    })
  }
  say(phase: string, step = this.step): void {
    this.phase = phase
    this.step = step
    this.to(this.#done, true)
  }
}

/** Ends work that the operator stopped. */
export function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new Cancelled()
}
