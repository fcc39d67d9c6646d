import { type KeyboardEvent, type PointerEvent, useState } from 'react'
import { formatUtc } from '../../../../src/domain/time.ts'
import { type Axis, timeAt } from './density-scale.ts'

/** One edge of the brush: drags, and takes arrow keys (1/200 of the axis, with Shift 1/20). */
export function BrushEdge(props: {
  end: 'from' | 'to'
  share: number
  axis: Axis
  shareAt: (press: PointerEvent) => number
  onShare: (share: number) => void
}) {
  const [drag, setDrag] = useState<number>()
  const share = drag ?? props.share
  const onKeyDown = (press: KeyboardEvent) => {
    const step = press.shiftKey ? 0.05 : 0.005
    const to: Readonly<Record<string, number>> = {
      ArrowLeft: share - step,
      ArrowRight: share + step,
      Home: 0,
      End: 1,
    }
    const wanted = to[press.key]
    if (wanted === undefined) return
    press.preventDefault()
    press.stopPropagation()
    props.onShare(Math.min(1, Math.max(0, wanted)))
  }
  return (
    <div
      className="brush-grip"
      role="slider"
      tabIndex={0}
      aria-label={props.end === 'from' ? 'Start of the time range' : 'End of the time range'}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}
      aria-valuetext={formatUtc(timeAt(props.axis, share))}
      style={{ left: `${share * 100}%` }}
      onKeyDown={onKeyDown}
      onPointerDown={(press) => {
        press.stopPropagation()
        press.currentTarget.setPointerCapture(press.pointerId)
        setDrag(props.share)
      }}
      onPointerMove={(move) => {
        if (drag !== undefined) setDrag(props.shareAt(move))
      }}
      onPointerUp={() => {
        if (drag !== undefined && drag !== props.share) props.onShare(drag)
        setDrag(undefined)
      }}
      onPointerCancel={() => setDrag(undefined)}
    />
  )
}
