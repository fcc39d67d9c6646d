import { useAcquire } from '../../shell/acquire-state.tsx'
import type { HostRun } from '../../shell/host-runs.ts'
import { edited, isTicked, ticked } from '../../shell/plan-edit.ts'
import { Escape, formatBytes, formatExactBytes, plural, Severity } from '../../widgets/index.ts'
import { offeredRows, type PlanRow, planRows } from './plan-rows.ts'

const planNames: Readonly<Record<string, string>> = { quick: 'Quick', playbook: 'Playbook', full: 'Full' }

/** A guess says no more than it knows. */
const roughly = (seconds: number) =>
  seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`

/** The plan: what is taken, in order of volatility, how large, and how far each has come. */
export function PlanPart(props: { run: HostRun; id: string }) {
  const { run, id } = props
  const { wish, runs, editPlan } = useAcquire()
  const { report } = run
  if (!report) return null
  const rows = planRows(run)
  const planned = run.state === 'seen'
  const edit = wish?.plan ?? {}
  const { plan } = planned ? edited(report, edit) : report
  const tick = (row: PlanRow, inPlan: boolean) =>
    planned ? (
      <Tick
        row={row}
        on={isTicked(edit, row.id, inPlan)}
        onTick={(on) => editPlan(ticked(edit, report, row.id, on))}
      />
    ) : (
      <Escape text={row.what.replace(/^Microsoft-Windows-/, '')} />
    )
  const offered = planned ? offeredRows(run) : []
  const left = new Set([...plan.offered, ...plan.artifacts].map((one) => one.id))
  const missing = plan.without.filter((one) => !left.has(one.id))
  return (
    <section className="stack-tight" aria-labelledby={`${id}-plan`}>
      <h3 className="block-title" id={`${id}-plan`}>
        {planNames[plan.name] ?? plan.name} plan
        <span className="hint">
          {plural(planned ? plan.artifacts.length : rows.length, 'artifact')}, most volatile first
          {planned ? `, ${formatBytes(plan.bytes)}, about ${roughly(plan.seconds)}` : ''}
          {planned && runs.length > 1 ? '. A tick counts for all hosts' : ''}
        </span>
      </h3>
      <table className="table plan-table">
        <thead>
          <tr>
            <th scope="col">Artifact</th>
            <th scope="col" className="plan-how">
              How
            </th>
            <th scope="col" className="plan-size num">
              Size
            </th>
            {planned ? (
              <th scope="col" className="plan-time num">
                About
              </th>
            ) : (
              <th scope="col" className="plan-progress">
                Progress
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id} className={`plan-${row.state}`}>
              <td title={`${row.what}: ${row.why}`}>{tick(row, true)}</td>
              <td className="low" title={row.query?.slice(0, 4000)}>
                {row.how}
              </td>
              <td className="num" title={row.bytes === null ? undefined : formatExactBytes(row.bytes)}>
                {row.bytes === null ? <span className="low">not known</span> : formatBytes(row.bytes)}
              </td>
              {planned ? (
                <td className="num">{roughly(row.seconds)}</td>
              ) : (
                <td>
                  <Stand row={row} />
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {offered.length > 0 ? (
        <details className="fold">
          <summary>More that can be taken, {plural(offered.length, 'artifact')}</summary>
          <table className="table plan-table">
            <thead className="unseen">
              <tr>
                <th scope="col">Artifact</th>
                <th scope="col" className="plan-how">
                  How
                </th>
                <th scope="col" className="plan-size">
                  Size
                </th>
                <th scope="col" className="plan-time">
                  About
                </th>
              </tr>
            </thead>
            <tbody>
              {offered.map((row) => (
                <tr key={row.id}>
                  <td title={`${row.what}: ${row.why}`}>{tick(row, false)}</td>
                  <td className="low">{row.how}</td>
                  <td className="num">{row.bytes === null ? '' : formatBytes(row.bytes)}</td>
                  <td className="num">{roughly(row.seconds)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      ) : null}
      {missing.length > 0 ? (
        <details className="fold">
          <summary>Not to be had, {plural(missing.length, 'artifact')}</summary>
          <ul className="look-list">
            {missing.map((one) => (
              <li key={`${one.id} ${one.why}`}>
                <span className="look-sign" aria-hidden="true">
                  –
                </span>
                <span>
                  <Escape text={one.id.replace(/^(log|raw|tasks|state):/, '')} />: <Escape text={one.why} />
                </span>
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </section>
  )
}

function Tick(props: { row: PlanRow; on: boolean; onTick: (on: boolean) => void }) {
  return (
    <label className="plan-tick">
      <input type="checkbox" checked={props.on} onChange={(event) => props.onTick(event.target.checked)} />
      <Escape text={props.row.what.replace(/^Microsoft-Windows-/, '')} />
    </label>
  )
}

function Stand(props: { row: PlanRow }) {
  const { row } = props
  const width =
    row.state === 'now' ? (row.share ?? 0.35) : row.state === 'waiting' || row.state === 'planned' ? 0 : 1
  return (
    <span className="stand">
      <svg
        className={row.state === 'now' && row.share === null ? 'stand-bar is-open' : 'stand-bar'}
        width="100%"
        height="4"
        aria-hidden="true"
      >
        <rect className="progress-track" width="100%" height="4" rx="2" />
        {width > 0 && row.state !== 'failed' && row.state !== 'empty' ? (
          <rect
            className={row.state === 'now' ? 'progress-fill-now' : 'progress-fill-over'}
            width={`${width * 100}%`}
            height="4"
            rx="2"
          />
        ) : null}
      </svg>
      <span className="stand-word">{wordOf(row)}</span>
    </span>
  )
}

function wordOf(row: PlanRow) {
  switch (row.state) {
    case 'now':
      return (
        <span title={row.rate === null ? undefined : `${formatBytes(row.rate)} per second`}>
          {row.share === null && row.arrived === 0 ? 'reading' : formatBytes(row.arrived)}
          {row.remaining === null ? '' : `, ${roughly(row.remaining)} left`}
        </span>
      )
    case 'arrived':
      return 'arrived'
    case 'stored':
      return <Severity kind="good">stored</Severity>
    case 'trouble':
      return <Severity kind="judge">in part</Severity>
    case 'failed':
      return <Severity kind="harm">failed</Severity>
    case 'empty':
      return 'nothing there'
    default:
      return 'waiting'
  }
}
