/** The clock that runs, in every view: triage first, then containment. */
import { useEffect, useState } from 'react'
import { type Clock, clockFace, readClock } from './clock.ts'
import { usePlaybook } from './playbook-state.tsx'
import { useWindow } from './window-state.tsx'

/** The time in milliseconds, told anew each second while somebody looks at a running clock. */
export function useNow(on: boolean): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (!on) return
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [on])
  return now
}

export const isRunning = (clock: Clock): boolean => clock.startedAt !== null && clock.finishedAt === null

export const clockNames: Readonly<Record<Clock['id'], string>> = {
  triage: 'Triage',
  containment: 'Containment',
}

export function TopClock() {
  const { answers } = usePlaybook()
  const { go } = useWindow()
  const clock = answers?.analyst.clocks.find(isRunning)
  const now = useNow(clock !== undefined)
  if (!clock) return null
  const { seconds, used, state } = readClock(clock, now)
  const name = clockNames[clock.id]
  return (
    <button
      className={`clock${state === 'late' ? ' is-late' : ''}`}
      type="button"
      title={`${name} clock, ${state === 'late' ? 'over its limit' : 'running'}: open the playbook`}
      onClick={() => go('playbook')}
    >
      <span className="clock-label">{name}</span>
      <span className="clock-value">{clockFace(seconds)}</span>
      <span className="clock-of">
        {state === 'late' ? 'late, limit' : 'of'} {clockFace(clock.limitMinutes * 60)}
      </span>
      <svg className="clock-bar" aria-hidden="true">
        <rect className="clock-track" width="100%" height="3" rx="1.5" />
        <rect className="clock-fill" width={`${used * 100}%`} height="3" rx="1.5" />
      </svg>
    </button>
  )
}
