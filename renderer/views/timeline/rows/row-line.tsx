import { memo, type ReactNode } from 'react'
import type { TimelineRow } from '../../../../src/contract/shapes.ts'
import { Absent, Escape, formatStamp, formatTableDelta, HostDot, Icon } from '../../../widgets/index.ts'
import { type Column, channelName, markWords } from './columns.ts'
import { splitTime } from './row-time.ts'

/** The one mark a row shows; its words name all of them. */
function RowMark(props: { row: TimelineRow }) {
  const { marks } = props.row
  const shape = marks.includes('rejected')
    ? 'rejected'
    : marks.includes('recovered')
      ? 'recovered'
      : marks.includes('problem')
        ? 'problem'
        : marks.includes('anchor') || marks.includes('chain')
          ? 'chain'
          : marks.includes('responder')
            ? 'responder'
            : marks.includes('duplicate')
              ? 'duplicate'
              : undefined
  if (!shape) return null
  const words = markWords(props.row)
  return (
    <>
      <span className={`row-mark row-mark-${shape}`} title={words}>
        {shape === 'problem' ? <Icon name="warn" small /> : null}
      </span>
      <span className="unseen">{words}</span>
    </>
  )
}

function cellOf(column: Column, row: TimelineRow, props: RowLineProps): ReactNode {
  const { hostPlace, hostLabel, newDay } = props
  switch (column.id) {
    case 'mark':
      return <RowMark row={row} />
    case 'time':
      return <span title={`${formatStamp(row.time)} UTC`}>{splitTime(row.time).clock}</span>
    case 'delta':
      return row.deltaMs === null ? (
        <Absent why="no task" />
      ) : (
        <span
          className={Math.abs(row.deltaMs) >= 10_000 ? 'low' : undefined}
          title={`${row.deltaMs} ms from the task`}
        >
          {Math.abs(row.deltaMs) >= 10_000 ? coarse(row.deltaMs) : formatTableDelta(row.deltaMs)}
        </span>
      )
    case 'event':
      return row.eventId
    case 'what':
      return (
        <>
          {newDay ? <span className="row-day">{splitTime(row.time).day}</span> : null}
          {row.marks.includes('recovered') ? <span className="row-recovered">recovered</span> : null}
          {row.marks.includes('responder') ? <span className="row-responder">responder</span> : null}
          <span title={row.what.slice(0, 2000)}>
            <Escape text={row.what} />
          </span>
        </>
      )
    case 'host':
      return (
        <>
          <HostDot place={hostPlace} />{' '}
          <span title={row.host.slice(0, 500)}>
            <Escape text={hostLabel} />
          </span>
        </>
      )
    case 'account':
      return row.account === null ? <Absent why="none" /> : <Escape text={row.account} />
    case 'address':
      return row.address === null ? (
        <Absent />
      ) : (
        <span
          className={
            row.marks.includes('rejected')
              ? 'struck low'
              : /[\d:]/.test(row.address)
                ? undefined
                : 'plain-word'
          }
        >
          <Escape text={row.address} />
        </span>
      )
    case 'channel':
      return (
        <span title={row.channel}>
          <Escape text={channelName(row.channel)} />
        </span>
      )
    case 'record':
      return row.citation.recordId
  }
}

/** Above ten seconds seconds are whole: nobody reads +37.0 s. */
const coarse = (ms: number) => formatTableDelta(Math.trunc(ms / 1000) * 1000).replace(/\.0 s$/, ' s')

export interface RowLineProps {
  readonly index: number
  readonly row: TimelineRow | undefined
  readonly columns: readonly Column[]
  readonly selected: boolean
  readonly cursor: boolean
  /** the column the cursor is in, on its row only */
  readonly cell: string | undefined
  readonly hostPlace: number
  readonly hostLabel: string
  readonly newDay: boolean
}

/** One row of the grid. A row that is on its way keeps its place and says so. */
export const RowLine = memo(function RowLine(props: RowLineProps) {
  const { row, index, columns } = props
  const names = ['row-line']
  if (index % 2) names.push('is-odd')
  if (props.cursor) names.push('is-cursor')
  if (row?.marks.includes('anchor')) names.push('is-anchor')
  if (row?.marks.includes('problem')) names.push('is-problem')
  if (row?.marks.includes('recovered')) names.push('is-recovered')
  if (row?.marks.includes('responder')) names.push('is-responder')
  if (props.newDay) names.push('is-new-day')
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the grid holds the focus and names its row by aria-activedescendant
    // biome-ignore lint/a11y/useSemanticElements: a table of a million rows cannot be a <table>
    <div
      role="row"
      id={`row-${index}`}
      className={names.join(' ')}
      aria-rowindex={index + 2}
      aria-selected={props.selected}
      data-index={index}
    >
      {columns.map((column, place) => (
        // biome-ignore lint/a11y/useFocusableInteractive: cells are not visited one by one
        // biome-ignore lint/a11y/useSemanticElements: see the row
        <div
          role="gridcell"
          key={column.id}
          aria-colindex={place + 1}
          data-cell={column.id}
          className={`cell cell-${column.id}${column.right ? ' num' : ''}${props.cell === column.id ? ' is-cell' : ''}`}
        >
          {row ? cellOf(column, row, props) : column.id === 'what' ? <span className="row-wait" /> : null}
        </div>
      ))}
    </div>
  )
})
