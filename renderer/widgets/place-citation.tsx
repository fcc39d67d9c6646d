/** A statement's door where no record stands behind it: a file, a registry key, a row of a document. Opens its bytes. */
import type { BytePlace } from '../../src/contract/citation.ts'
import type { TaskCitation } from '../../src/contract/task-shapes.ts'
import { useOpenPlace } from '../shell/place-state.tsx'
import { Citation } from './citation.tsx'

export function PlaceCitation(props: { at: BytePlace; label?: string }) {
  const openPlace = useOpenPlace()
  const { at } = props
  const hex = `0x${at.offset.toString(16)}`
  return (
    <button
      className="cite"
      type="button"
      aria-label={props.label ? undefined : `Show bytes ${hex}`}
      title={`Show the bytes at offset ${at.offset} of evidence ${at.evidenceId.slice(0, 12)}…`}
      onClick={() => openPlace(at)}
    >
      {props.label ?? `bytes ${hex}`}
    </button>
  )
}

export const AnyCitation = (props: { at: TaskCitation }) =>
  'recordId' in props.at ? <Citation at={props.at} /> : <PlaceCitation at={props.at} />

/** Citations of one statement, records and places: the first few, and how many more. */
export function AnyCitations(props: {
  at: readonly TaskCitation[]
  most?: number
  beyond?: number | undefined
}) {
  const most = props.most ?? 3
  const shown = props.at.slice(0, most)
  const rest = props.at.length - shown.length + (props.beyond ?? 0)
  if (shown.length === 0) return null
  return (
    <span className="cites">
      {shown.map((at) => (
        <AnyCitation key={`${at.evidenceId}/${'recordId' in at ? at.recordId : ''}/${at.offset}`} at={at} />
      ))}
      {rest > 0 ? <span className="low small">and {rest} more</span> : null}
    </span>
  )
}

/** What an answer rests on: its records, places in evidence that is no log, and how many records beyond those it names. */
export const RestsOn = (props: {
  of: {
    readonly citations: readonly TaskCitation[]
    readonly places?: readonly BytePlace[] | undefined
    readonly moreCitations?: number | undefined
  }
  most?: number
}) => (
  <AnyCitations
    at={[...(props.of.places ?? []), ...props.of.citations]}
    beyond={props.of.moreCitations}
    {...(props.most === undefined ? {} : { most: props.most })}
  />
)
