/** A split line: drags, takes arrow keys, and is remembered under its name. */
import { type KeyboardEvent, type PointerEvent, useCallback, useState } from 'react'

const keyOf = (name: string) => `tasktrail.split.${name}`
const clamp = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value))

/** Size in pixels of the pane a splitter moves; kept on this machine. */
export function useSplit(
  name: string,
  start: number,
  least: number,
  most: number,
): [number, (size: number) => void] {
  const [size, setSize] = useState(() => {
    const kept = Number(localStorage.getItem(keyOf(name)))
    return clamp(Number.isFinite(kept) && kept > 0 ? kept : start, least, most)
  })
  const set = useCallback(
    (wanted: number) => {
      const next = Math.round(clamp(wanted, least, most))
      localStorage.setItem(keyOf(name), String(next))
      setSize(next)
    },
    [name, least, most],
  )
  return [clamp(size, least, most), set]
}

/** `towards` says which side of the line the sized pane lies on: dragging away from it makes the pane larger. */
export function Splitter(props: {
  label: string
  along: 'row' | 'column'
  towards: 'before' | 'after'
  size: number
  least: number
  most: number
  onSize: (size: number) => void
}) {
  const sign = props.towards === 'before' ? 1 : -1
  const onPointerDown = (press: PointerEvent<HTMLDivElement>) => {
    press.preventDefault()
    const line = press.currentTarget
    line.setPointerCapture(press.pointerId)
    const from = props.along === 'row' ? press.clientY : press.clientX
    const size = props.size
    const onMove = (move: globalThis.PointerEvent) =>
      props.onSize(size + sign * ((props.along === 'row' ? move.clientY : move.clientX) - from))
    const onEnd = () => {
      line.removeEventListener('pointermove', onMove)
      line.removeEventListener('pointerup', onEnd)
      line.removeEventListener('pointercancel', onEnd)
    }
    line.addEventListener('pointermove', onMove)
    line.addEventListener('pointerup', onEnd)
    line.addEventListener('pointercancel', onEnd)
  }
  const onKeyDown = (press: KeyboardEvent) => {
    const steps: Readonly<Record<string, number>> =
      props.along === 'row' ? { ArrowUp: -16, ArrowDown: 16 } : { ArrowLeft: -16, ArrowRight: 16 }
    const step = steps[press.key]
    if (press.key === 'Home') props.onSize(props.least)
    else if (press.key === 'End') props.onSize(props.most)
    else if (step !== undefined) props.onSize(props.size + sign * step)
    else return
    press.preventDefault()
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a focusable separator is a widget, which <hr> is not
    <div
      className={`splitter splitter-${props.along}`}
      role="separator"
      tabIndex={0}
      aria-label={props.label}
      aria-orientation={props.along === 'row' ? 'horizontal' : 'vertical'}
      aria-valuenow={props.size}
      aria-valuemin={props.least}
      aria-valuemax={props.most}
      onPointerDown={onPointerDown}
      onKeyDown={onKeyDown}
    />
  )
}
