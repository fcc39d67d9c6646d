import type { HostRun } from '../../shell/host-runs.ts'
import { Escape, formatBytes, formatExactBytes, plural, Severity } from '../../widgets/index.ts'
import { type PlanRow, planRows } from './plan-rows.ts'

const planNames: Readonly<Record<string, string>> = { quick: 'Quick', playbook: 'Playbook', full: 'Full' }

/** A guess says no more than it knows. */
const roughly = (seconds: number) =>
  seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`

/** The plan: what is taken, in order of volatility, how large, and how far each has come. */
export function PlanPart(props: { run: HostRun; id: string }) {
  const { run, id } = props
  const { report } = run
  if (!report) return null
  const rows = planRows(run)
  const { plan } = report
  const planned = run.state === 'seen'
  return (
    <section className="stack-tight" aria-labelledby={`${id}-plan`}>
      <h3 className="block-title" id={`${id}-plan`}>
        {planNames[plan.name] ?? plan.name} plan
        <span className="hint">
          {plural(rows.length, 'artifact')}, most volatile first
          {planned ? `, ${formatBytes(plan.bytes)}, about ${roughly(plan.seconds)}` : ''}
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
            {planned ? null : (
              <th scope="col" className="plan-progress">
                Progress
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id} className={`plan-${row.state}`}>
              <td title={`${row.what}: ${row.why}`}>
                <Escape text={row.what.replace(/^Microsoft-Windows-/, '')} />
              </td>
              <td className="low" title={row.query?.slice(0, 4000)}>
                {row.how}
              </td>
              <td className="num" title={row.bytes === null ? undefined : formatExactBytes(row.bytes)}>
                {row.bytes === null ? <span className="low">not known</span> : formatBytes(row.bytes)}
              </td>
              {planned ? null : (
                <td>
                  <Stand row={row} />
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {plan.without.length > 0 ? (
        <details className="fold">
          <summary>Not in this plan, {plural(plan.without.length, 'artifact')}</summary>
          <ul className="look-list">
            {plan.without.map((one) => (
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
      return row.share === null ? 'reading' : formatBytes(row.arrived)
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
