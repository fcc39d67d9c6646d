/** A statement's door: the record number, which opens the record. */
import type { CitationShape } from '../../src/contract/shapes.ts'
import { useOpenRecord } from '../shell/window-state.tsx'

export function Citation(props: { at: CitationShape; label?: string }) {
  const openRecord = useOpenRecord()
  const { at } = props
  return (
    <button
      className="cite"
      type="button"
      data-cite={`${at.evidenceId}/${at.chunk}/${at.offset}`}
      aria-label={props.label ? undefined : `Open record ${at.recordId}`}
      title={`Open record ${at.recordId}, chunk ${at.chunk}, offset ${at.offset} of evidence ${at.evidenceId.slice(0, 12)}…`}
      onClick={() => openRecord(at)}
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
