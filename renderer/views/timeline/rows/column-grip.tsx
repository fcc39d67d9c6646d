import type { PointerEvent } from 'react'

/** The edge of a column head: drag to change its width, double-click for the usual one. For the pointer only. */
export function ColumnGrip(props: { width: number; onWidth: (width: number | undefined) => void }) {
  const onPointerDown = (press: PointerEvent<HTMLSpanElement>) => {
    press.preventDefault()
    press.stopPropagation()
    const grip = press.currentTarget
    grip.setPointerCapture(press.pointerId)
    const from = press.clientX
    const onMove = (move: globalThis.PointerEvent) =>
      props.onWidth(Math.round(Math.min(480, Math.max(44, props.width + move.clientX - from))))
    const onEnd = () => {
      grip.removeEventListener('pointermove', onMove)
      grip.removeEventListener('pointerup', onEnd)
      grip.removeEventListener('pointercancel', onEnd)
    }
    grip.addEventListener('pointermove', onMove)
    grip.addEventListener('pointerup', onEnd)
    grip.addEventListener('pointercancel', onEnd)
  }
  return (
    <span
      className="column-grip"
      aria-hidden="true"
      onPointerDown={onPointerDown}
      onClick={(click) => click.stopPropagation()}
      onDoubleClick={(click) => {
        click.stopPropagation()
        props.onWidth(undefined)
      }}
    />
  )
}
