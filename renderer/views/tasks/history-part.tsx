/** Every record that names the task, in order of time. */
import { useState } from 'react'
import type { TaskEntryShape } from '../../../src/contract/task-shapes.ts'
import { Button, Citation, Empty, Escape, formatCount, formatStamp, plural } from '../../widgets/index.ts'

const step = 200

export function HistoryPart(props: { task: TaskEntryShape; leftOut: number }) {
  const { history, lifetimes } = props.task
  const [shown, show] = useState(step)
  const severalLives = lifetimes.length > 1
  if (history.length === 0)
    return (
      <Empty kind="cannot-tell" title="No record names this task">
        It is known from a file, the registry or a list. When it came there is not recorded.
      </Empty>
    )
  // the middle of a very long history is not here: it stands between the two halves
  const cutAt = props.leftOut > 0 ? Math.floor(history.length / 2) : -1
  return (
    <>
      <table className="table history-table" aria-label="Records of the task">
        <thead>
          <tr>
            <th className="y-time">Time, UTC</th>
            <th className="y-id num">Event</th>
            {severalLives ? <th className="y-life num">Life</th> : null}
            <th>What happened</th>
            <th className="y-result">Result</th>
            <th className="y-rec num">Record</th>
          </tr>
        </thead>
        <tbody>
          {history.slice(0, shown).flatMap((each, at) => [
            at === cutAt ? (
              <tr key="cut" className="is-cut">
                <td colSpan={severalLives ? 6 : 5}>
                  {plural(props.leftOut, 'record')} between are not shown here. Show in timeline has them all.
                </td>
              </tr>
            ) : null,
            <tr key={`${each.citation.evidenceId}/${each.citation.chunk}/${each.citation.offset}`}>
              <td className="mono">{formatStamp(each.time)}</td>
              <td className="num">{each.eventId}</td>
              {severalLives ? <td className="num">{each.lifetime ?? ''}</td> : null}
              <td title={each.what.slice(0, 2000)}>
                <Escape text={each.what} />
              </td>
              <td title={each.result?.code}>
                {each.result === null ? null : <Escape text={each.result.meaning ?? each.result.code} />}
              </td>
              <td className="num">
                <Citation at={each.citation} />
              </td>
            </tr>,
          ])}
        </tbody>
      </table>
      {shown < history.length ? (
        <div className="row task-more">
          <Button small onPress={() => show(shown + step)}>
            Show {formatCount(Math.min(step, history.length - shown))} more
          </Button>
          <span className="low small">
            {formatCount(shown)} of {formatCount(history.length)}
          </span>
        </div>
      ) : null}
    </>
  )
}
