/** A clock of the playbook at one moment: how much is used, and what to say of it. Pure. */
import type { AnswersDocument } from '../../src/contract/playbook-shapes.ts'

export type Clock = AnswersDocument['analyst']['clocks'][number]

export interface ClockReading {
  readonly state: 'waiting' | 'running' | 'late' | 'met' | 'missed'
  readonly seconds: number
  /** 0 to 1 of the limit */
  readonly used: number
}

/** @param now milliseconds since 1970 */
export function readClock(clock: Clock, now: number): ClockReading {
  const limit = clock.limitMinutes * 60
  const reading = (state: ClockReading['state'], seconds: number): ClockReading => ({
    state,
    seconds,
    used: Math.min(1, seconds / limit),
  })
  if (clock.startedAt === null) return reading('waiting', 0)
  if (clock.elapsedSeconds !== null) return reading(clock.isLate ? 'missed' : 'met', clock.elapsedSeconds)
  const started = Date.parse(clock.startedAt)
  const seconds = Number.isNaN(started) ? 0 : Math.max(0, Math.floor((now - started) / 1000))
  return reading(seconds > limit ? 'late' : 'running', seconds)
}

/** `08:14`, `1:30:05` */
export function clockFace(seconds: number): string {
  const whole = Math.floor(seconds)
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const two = (part: number) => String(part).padStart(2, '0')
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`
}
