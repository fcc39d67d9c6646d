/** The chain as a table, in the order of time: the same content as the drawing, and what Copy summary copies. */
import type { ChainShape } from '../../../../src/contract/shapes.ts'
import { Absent, Citation, Escape, formatTableDelta } from '../../../widgets/index.ts'
import { type ChainRow, chainRows } from './chain-rows.ts'

export function ChainText(props: { chain: ChainShape; id: string; selected: string | undefined }) {
  return (
    <div className="chain-text" id={props.id}>
      <table className="table">
        <caption className="unseen">The chain as text</caption>
        <colgroup>
          <col className="c-d" />
          <col className="c-e" />
          <col className="c-what" />
          <col className="c-from" />
          <col className="c-logon" />
          <col />
          <col className="c-rec" />
        </colgroup>
        <thead>
          <tr>
            <th className="num">From task, ms</th>
            <th>Event</th>
            <th>What happened</th>
            <th>Address</th>
            <th>Logon id</th>
            <th>Why it belongs here</th>
            <th className="num">Record</th>
          </tr>
        </thead>
        <tbody>
          {chainRows(props.chain).map((row) => (
            <Row key={row.id} row={row} selected={row.id === props.selected} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Row(props: { row: ChainRow; selected: boolean }) {
  const { row } = props
  return (
    <tr className={props.selected ? 'is-selected' : undefined}>
      <td className="num">{formatTableDelta(row.ms)}</td>
      <td className="mono">{row.eventId}</td>
      <td title={row.what}>
        <Escape text={row.what} />
      </td>
      <td className="mono">
        {row.ip === undefined ? (
          <Absent why={row.isLocal ? 'local' : 'not recorded'} />
        ) : (
          <span className={row.rejected ? 'struck' : undefined}>
            <Escape text={row.ip} />
          </span>
        )}
      </td>
      <td className="mono">
        {row.logonId === undefined ? <Absent why="none" /> : <Escape text={row.logonId} />}
      </td>
      <td className="mid" title={row.why}>
        <Escape text={row.why} />
      </td>
      <td className="num">
        <Citation at={row.at} />
      </td>
    </tr>
  )
}
