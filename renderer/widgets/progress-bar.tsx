/** Long work as it runs: what, how far, how fast, how long still, and Stop. */
import type { Progress } from '../../src/contract/shapes.ts'
import { Button } from './button.tsx'
import { Escape } from './escape.tsx'
import { formatBytes, formatCount } from './format.ts'

const amount = (count: number, unit: Progress['unit']): string =>
  unit === 'bytes' ? formatBytes(count) : `${formatCount(Math.round(count))}`

/** `12.4 MB of 64.0 MB · 38 MB/s · about 2 s left` as parts; what cannot be told is left out. */
export function progressWords(progress: Progress): readonly string[] {
  const { done, total, unit, rate, remainingSeconds } = progress
  const noun = unit === 'bytes' ? '' : ` ${unit}`
  const words = [
    total === null
      ? `${amount(done, unit)}${noun}`
      : `${amount(done, unit)} of ${amount(total, unit)}${noun}`,
  ]
  if (rate !== null) words.push(`${amount(rate, unit)}${noun} per second`)
  if (remainingSeconds !== null) words.push(remaining(remainingSeconds))
  return words
}
const remaining = (seconds: number): string => {
  if (seconds < 1) return 'under a second left'
  if (seconds < 90) return `about ${Math.round(seconds)} s left`
  return `about ${Math.round(seconds / 60)} min left`
}

export function ProgressBar(props: {
  progress: Progress | undefined
  label: string
  stopping?: boolean
  onStop?: () => void
  /** what Stop keeps */
  hint?: string
}) {
  const { progress } = props
  const share =
    progress?.total && progress.total > 0 ? Math.min(1, Math.max(0, progress.done / progress.total)) : null
  return (
    <div className="job">
      <div className="job-head">
        <span className="job-phase cut">
          {props.stopping ? 'Stopping' : progress ? <Escape text={progress.phase} /> : 'Starting'}
        </span>
        <span className="job-words low num">{progress ? progressWords(progress).join(', ') : null}</span>
        {props.onStop ? (
          <Button small off={props.stopping ? 'Stopping' : false} onPress={props.onStop}>
            Stop
          </Button>
        ) : null}
      </div>
      <div
        role="progressbar"
        aria-label={props.label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={share === null ? undefined : Math.floor(share * 100)}
        aria-valuetext={progress ? `${progress.phase}, ${progressWords(progress).join(', ')}` : 'Starting'}
        className={share === null ? 'job-track is-open' : 'job-track'}
      >
        <svg aria-hidden="true" width="100%" height="4">
          <rect className="progress-track" width="100%" height="4" rx="2" />
          <rect className="progress-fill-now" width={`${(share ?? 0.2) * 100}%`} height="4" rx="2" />
        </svg>
      </div>
      {props.hint ? <p className="job-hint low">{props.hint}</p> : null}
    </div>
  )
}
