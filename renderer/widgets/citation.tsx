/** A statement's door: the record number, which opens the record; B its bytes, X its XML. */
import type { KeyboardEvent } from 'react'
import type { CitationShape } from '../../src/contract/shapes.ts'
import { singleKeysOn } from '../shell/keyboard.ts'
import { useOpenRecord } from '../shell/window-state.tsx'

export function Citation(props: { at: CitationShape; label?: string }) {
  const openRecord = useOpenRecord()
  const { at } = props
  const onKeyDown = (press: KeyboardEvent) => {
    if (press.ctrlKey || press.metaKey || press.altKey || !singleKeysOn()) return
    const key = press.key.toLowerCase()
    if (key !== 'b' && key !== 'x') return
    openRecord(at, key === 'b' ? 'hex' : 'xml')
    press.preventDefault()
    press.stopPropagation()
  }
  return (
    <button
      className="cite"
      type="button"
      data-cite={`${at.evidenceId}/${at.chunk}/${at.offset}`}
      aria-label={props.label ? undefined : `Open record ${at.recordId}`}
      title={`Open record ${at.recordId}, chunk ${at.chunk}, offset ${at.offset} of evidence ${at.evidenceId.slice(0, 12)}…`}
      onClick={() => openRecord(at)}
      onKeyDown={onKeyDown}
    >
      {props.label ?? at.recordId}
    </button>
  )
}

/** Citations of one statement: the first few, and how many more. */
export function Citations(props: { at: readonly CitationShape[]; most?: number }) {
  const most = props.most ?? 3
  const shown = props.at.slice(0, most)
  const rest = props.at.length - shown.length
  if (shown.length === 0) return null
  return (
    <span className="cites">
      {shown.map((at) => (
        <Citation key={`${at.evidenceId}/${at.chunk}/${at.offset}`} at={at} />
      ))}
      {rest > 0 ? <span className="low small">and {rest} more</span> : null}
    </span>
  )
}
