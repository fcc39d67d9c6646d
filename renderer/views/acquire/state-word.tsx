import type { HostRun } from '../../shell/host-runs.ts'
import { plural, Severity } from '../../widgets/index.ts'
import { wayName } from './look-lines.ts'
import { admits, planRows } from './plan-rows.ts'

/** How a host stands, in a few words. */
export function StateWord(props: { run: HostRun; short?: boolean }) {
  const { run } = props
  switch (run.state) {
    case 'unseen':
      return <span className="host-state low">not looked at</span>
    case 'waiting':
    case 'queued':
      return <span className="host-state low">waiting</span>
    case 'looking':
      return <span className="host-state">looking</span>
    case 'seen':
      return (
        <span className="host-state">
          <Severity kind="good">
            reachable{props.short ? null : ` by ${wayName(run.report?.way ?? '')}`}
          </Severity>
        </span>
      )
    case 'unreachable':
      return (
        <span className="host-state">
          <Severity kind="harm">no way to it</Severity>
        </span>
      )
    case 'taking': {
      if (admits(run)) return <span className="host-state">into the case</span>
      const rows = planRows(run)
      const at = rows.findIndex((row) => row.id === run.reached?.id)
      return <span className="host-state num">{at < 0 ? 'starting' : `${at + 1} of ${rows.length}`}</span>
    }
    case 'ended':
      return <span className="host-state">ended</span>
    case 'stopped':
      return (
        <span className="host-state">
          <Severity kind="judge">stopped</Severity>
        </span>
      )
    case 'failed':
      return (
        <span className="host-state">
          <Severity kind="harm">failed</Severity>
        </span>
      )
    case 'done': {
      const count = run.result?.problems.filter((one) => one.severity !== 'info').length ?? 0
      return (
        <span className="host-state">
          {count > 0 ? (
            <Severity kind="judge">done, {plural(count, 'problem')}</Severity>
          ) : (
            <Severity kind="good">done</Severity>
          )}
        </span>
      )
    }
  }
}
