import type { OnProgress } from '../domain/progress.ts'

/** Counts bytes and tells the listener about ten times a second, with rate and remaining time. */
export class ByteProgress {
  readonly #tell: OnProgress | undefined
  readonly #step: string
  readonly #total: number
  readonly #started = performance.now()
  #done = 0
  #told = 0
  phase = ''

  constructor(tell: OnProgress | undefined, step: string, total: number) {
    this.#tell = tell
    this.#step = step
    this.#total = total
  }

  add(count: number): void {
    this.#done += count
    const now = performance.now()
    if (now - this.#told < 100) return
    this.#told = now
    this.#emit(now)
  }

  /** Says where it stands now, whatever was said last. */
  finish(): void {
    this.#emit(performance.now())
  }

  #emit(now: number): void {
    if (!this.#tell) return
    const seconds = (now - this.#started) / 1000
    const rate = seconds > 0.5 ? this.#done / seconds : null
    const total = Math.max(this.#total, this.#done)
    this.#tell({
      phase: this.phase,
      step: this.#step,
      done: this.#done,
      total,
      unit: 'bytes',
      rate,
      remainingSeconds: rate ? (total - this.#done) / rate : null,
    })
  }
}
