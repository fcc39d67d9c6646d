/** One run as a tree table: arrows move, left and right fold, Enter opens the record. */
import { type KeyboardEvent, useRef, useState } from 'react'
import { useWindow } from '../../shell/window-state.tsx'
import {
  Absent,
  Citation,
  Escape,
  formatClock,
  formatDelta,
  formatLength,
  Icon,
} from '../../widgets/index.ts'
import { exitWords, imageName, type ProcessRow, type Run, withoutFolded } from './process-rows.ts'

export function RunTable(props: {
  run: Run
  label: string
  picked: number
  onPick: (index: number) => void
}) {
  const { run, picked, onPick } = props
  const { openRecord } = useWindow()
  const [folded, setFolded] = useState<ReadonlySet<number>>(new Set())
  const body = useRef<HTMLTableSectionElement>(null)
  const rows = withoutFolded(run.rows, folded)
  const place = rows.findIndex((row) => row.index === picked)
  const stop = place < 0 ? 0 : place

  const moveTo = (to: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, to))]
    if (!row) return
    onPick(row.index)
    body.current?.querySelector<HTMLElement>(`[data-node="${row.index}"]`)?.focus()
  }
  const fold = (index: number, on: boolean) =>
    setFolded((before) => {
      const next = new Set(before)
      if (on) next.add(index)
      else next.delete(index)
      return next
    })
  const onKeyDown = (press: KeyboardEvent, at: number, row: ProcessRow) => {
    if (press.ctrlKey || press.metaKey || press.altKey || press.target !== press.currentTarget) return
    const { parent } = row.node
    const open = row.hasChildren && !folded.has(row.index)
    if (press.key === 'ArrowDown') moveTo(at + 1)
    else if (press.key === 'ArrowUp') moveTo(at - 1)
    else if (press.key === 'Home') moveTo(0)
    else if (press.key === 'End') moveTo(rows.length - 1)
    else if (press.key === 'ArrowRight') open ? moveTo(at + 1) : fold(row.index, false)
    else if (press.key === 'ArrowLeft')
      open
        ? fold(row.index, true)
        : parent.kind === 'node' && moveTo(rows.findIndex((each) => each.index === parent.index))
    else if (press.key === 'Enter') openRecord(row.node.citation)
    else return
    press.preventDefault()
    press.stopPropagation()
  }

  return (
    <div className="table-scroll">
      {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a tree of rows is a treegrid, as ARIA names it */}
      <table className="table tree" role="treegrid" aria-label={props.label}>
        <thead>
          <tr>
            <th className="p-tree">Process</th>
            <th className="p-pid num">PID</th>
            <th className="p-start">Started, UTC</th>
            <th className="p-delta num">From task</th>
            <th className="p-life">Lifetime in {formatLength(run.to - run.from)}</th>
            <th className="p-end">Ended, exit code</th>
            <th className="p-as">Account</th>
            <th>Command line</th>
            <th className="p-rec num">Record</th>
          </tr>
        </thead>
        <tbody ref={body}>
          <tr className="is-outside">
            <td>
              <span className="tree-cell">
                <span className="cut" title={run.parent.image ?? undefined}>
                  {run.parent.image === null ? (
                    <Absent why="parent not recorded" />
                  ) : (
                    <Escape text={imageName(run.parent.image) ?? ''} />
                  )}
                </span>
              </span>
            </td>
            <td className="num mono">{run.parent.pid ?? ''}</td>
            <td className="outside-says low">
              {run.parent.kind === 'service'
                ? 'the Schedule service; its own start is outside this tree'
                : run.parent.kind === 'svchost'
                  ? 'a service host; that it is the Schedule service is not proven'
                  : 'parent outside the log'}
            </td>
            <td />
            <td />
            <td />
            <td />
            <td />
            <td />
          </tr>
          {rows.map((row, at) => (
            <tr
              key={row.index}
              data-node={row.index}
              tabIndex={at === stop ? 0 : -1}
              aria-level={row.twigs.length + 1}
              aria-selected={row.index === picked}
              aria-expanded={row.hasChildren ? !folded.has(row.index) : undefined}
              onClick={() => onPick(row.index)}
              onFocus={(focus) => {
                if (focus.target === focus.currentTarget) onPick(row.index)
              }}
              onKeyDown={(press) => onKeyDown(press, at, row)}
            >
              <Row row={row} run={run} folded={folded.has(row.index)} onFold={fold} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Row(props: {
  row: ProcessRow
  run: Run
  folded: boolean
  onFold: (index: number, on: boolean) => void
}) {
  const { row, run, folded } = props
  const { node, ended } = row
  const name = imageName(node.image)
  const lived = row.startMs === undefined || row.endMs === undefined ? undefined : row.endMs - row.startMs
  return (
    <>
      <td>
        <span className="tree-cell">
          <span className={row.twigs.length === 0 ? 'twig twig-end' : 'twig'} />
          {row.twigs.map((twig, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: twigs have no identity but their place
            <span className={`twig twig-${twig}`} key={place} />
          ))}
          {row.hasChildren ? (
            <button
              type="button"
              className="tree-fold"
              tabIndex={-1}
              aria-label={folded ? 'Unfold' : 'Fold'}
              onClick={(press) => {
                press.stopPropagation()
                props.onFold(row.index, !folded)
              }}
            >
              <Icon name={folded ? 'right' : 'down'} small />
            </button>
          ) : null}
          <span className="name cut" title={node.image?.slice(0, 2000)}>
            {name === undefined ? <Absent why="image not recorded" /> : <Escape text={name} />}
          </span>
        </span>
      </td>
      <td className="num mono">{node.pid}</td>
      <td className="mono">{formatClock(node.started)}</td>
      <td className="num">{row.startMs === undefined ? '' : formatDelta(row.startMs)}</td>
      <td>
        <Life run={run} row={row} />
      </td>
      <td>
        {ended ? (
          <>
            <span title={ended.time}>after {lived === undefined ? 'unknown time' : formatLength(lived)}</span>
            {', '}
            {ended.exitStatus === undefined ? (
              <Absent why="code not recorded" />
            ) : (
              <span title={ended.exitStatus}>
                <Escape text={exitWords(ended.exitStatus)} />
              </span>
            )}
          </>
        ) : (
          <Absent why="end not recorded" />
        )}
      </td>
      <td title={node.account ?? undefined}>
        {node.account === null ? <Absent /> : <Escape text={node.account} />}
      </td>
      <td>
        {node.commandLine === null ? (
          <Absent why="command line not recorded" />
        ) : (
          <>
            {row.decoded === undefined ? null : <span className="chip chip-decoded">encoded</span>}
            <code className="cut" title={node.commandLine.slice(0, 2000)}>
              <Escape text={node.commandLine.slice(0, 400)} />
            </code>
          </>
        )}
      </td>
      <td className="num">
        <Citation at={node.citation} />
      </td>
    </>
  )
}

/** When it lived within its run; the end fades where none is recorded. */
function Life(props: { run: Run; row: ProcessRow }) {
  const { run, row } = props
  const span = Math.max(0.001, run.to - run.from)
  const percent = (ms: number | undefined) =>
    ms === undefined ? 0 : Math.max(0, Math.min(96, ((ms - run.from) / span) * 96))
  const from = percent(row.startMs)
  const to = row.ended ? percent(row.endMs) : from
  return (
    <svg className="life" aria-hidden="true">
      <line className="life-axis" x1="0" y1="6" x2="100%" y2="6" />
      <rect className="life-bar" x={`${from}%`} y="2" width={`${Math.max(1, to - from)}%`} height="8" />
      {row.ended ? null : <rect className="life-open" x={`${from + 1}%`} y="2" width="5%" height="8" />}
    </svg>
  )
}
