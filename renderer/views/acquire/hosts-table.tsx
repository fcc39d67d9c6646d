import type { HostRuns } from '../../shell/host-runs.ts'
import { Escape, formatBytes, HostDot, plural } from '../../widgets/index.ts'
import { wayName } from './look-lines.ts'
import { storedOf } from './plan-rows.ts'
import { StateWord } from './state-word.tsx'

/** Many hosts, a row each; the chosen one stands beside the table. */
export function HostsTable(props: { runs: HostRuns; chosen: string; onChoose: (host: string) => void }) {
  return (
    <div className="hosts-scroll">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Host</th>
            <th scope="col" className="hosts-way">
              Way
            </th>
            <th scope="col" className="plan-size num">
              Size
            </th>
            <th scope="col" className="hosts-state">
              State
            </th>
          </tr>
        </thead>
        <tbody>
          {props.runs.map((run, place) => {
            const size = run.result ? storedOf(run.result).bytes : run.report?.plan.bytes
            return (
              <tr key={run.host} className={run.host === props.chosen ? 'is-chosen' : undefined}>
                <td>
                  <button
                    className="hosts-door"
                    type="button"
                    aria-pressed={run.host === props.chosen}
                    onClick={() => props.onChoose(run.host)}
                  >
                    <HostDot place={place} />
                    <span className="cut">
                      <Escape text={run.host} />
                    </span>
                  </button>
                </td>
                <td className="low">{run.report ? wayName(run.report.way) : ''}</td>
                <td className="num">{size === undefined ? '' : formatBytes(size)}</td>
                <td>
                  <StateWord run={run} short />
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

/** `2 done, 1 failed, 5 waiting` */
export function hostsInWords(runs: HostRuns): string {
  const names: Readonly<Record<string, string>> = {
    unseen: 'not looked at',
    seen: 'reachable',
    unreachable: 'without a way',
    looking: 'looked at now',
    taking: 'being taken',
    queued: 'waiting',
  }
  const counts = new Map<string, number>()
  for (const run of runs) {
    const name = names[run.state] ?? run.state
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return `${plural(runs.length, 'host')}: ${[...counts].map(([name, count]) => `${count} ${name}`).join(', ')}`
}
