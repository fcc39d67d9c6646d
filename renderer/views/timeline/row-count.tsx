// How many rows there are, and the switch for recovered records, which are counted apart and off until asked for.
import { Button, formatCount, plural } from '../../widgets/index.ts'

export function RowCount(props: {
  total: number | undefined
  all: number
  /** recovered records among `total` */
  recovered: number | undefined
}) {
  const { total, all, recovered } = props
  return (
    <span className="filter-count" role="status">
      {total === undefined ? (
        'Counting'
      ) : (
        <>
          <b>{formatCount(total - (recovered ?? 0))}</b> of {plural(all, 'row')}
          {recovered === undefined ? null : `, and ${formatCount(recovered)} recovered`}
        </>
      )}
    </span>
  )
}

/** Not there while the case has nothing to recover. */
export function RecoveredSwitch(props: { count: number; on: boolean; onSwitch: (on: boolean) => void }) {
  const { count, on, onSwitch } = props
  if (count === 0 && !on) return null
  return (
    <span
      className="recovered-switch"
      title="Records that are no longer live in their log. They are not part of the timeline or the chains unless you ask."
    >
      <Button kind={on ? 'plain' : 'quiet'} small pressed={on} onPress={() => onSwitch(!on)}>
        Recovered, {formatCount(count)}
      </Button>
    </span>
  )
}

/** Rows that taking the evidence caused: greyed while shown, counted always. Not there while the filter holds none. */
export function ResponderSwitch(props: {
  count: number
  shown: boolean
  onSwitch: (shown: boolean) => void
}) {
  const { count, shown, onSwitch } = props
  if (count === 0) return null
  return (
    <span
      className="recovered-switch"
      title={`${plural(count, 'row')} caused by taking the evidence, ${shown ? 'shown in grey' : 'hidden now'}. They stay in the case either way; is:responder finds them.`}
    >
      <Button kind={shown ? 'plain' : 'quiet'} small pressed={shown} onPress={() => onSwitch(!shown)}>
        Responder, {formatCount(count)}
        {shown ? '' : ' hidden'}
      </Button>
    </span>
  )
}
