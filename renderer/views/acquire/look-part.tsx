import type { HostRun } from '../../shell/host-runs.ts'
import { Escape, formatBytes, formatStamp, Icon, plural } from '../../widgets/index.ts'
import { lookLines, wayName } from './look-lines.ts'

const icons = { good: 'check', judge: 'warn', note: 'note' } as const

/** What the first look found, in sentences; the raw facts of the host below, folded. */
export function LookPart(props: { run: HostRun; id: string }) {
  const { report } = props.run
  if (!report) return null
  const notBy = report.ways.filter((one) => !one.ok)
  return (
    <section className="stack-tight" aria-labelledby={`${props.id}-look`}>
      <h3 className="block-title" id={`${props.id}-look`}>
        Preflight
        <span className="hint cut">
          {wayName(report.way)} as <Escape text={report.account.name} />
        </span>
      </h3>
      <ul className="look-list">
        {lookLines(report).map((line) => (
          <li key={line.text} className={`look-${line.kind}`}>
            <Icon name={icons[line.kind]} />
            <span>
              {line.kind === 'judge' ? <span className="unseen">Mind: </span> : null}
              <Escape text={line.text} />
            </span>
          </li>
        ))}
        {report.problems
          .filter((one) => !['acquire.rights.missing', 'clock.host.skewed'].includes(one.code))
          .map((one) => (
            <li key={`${one.code} ${one.where}`} className="look-judge">
              <Icon name="warn" />
              <span>
                <Escape text={one.what} />
              </span>
            </li>
          ))}
      </ul>
      {notBy.length > 0 ? (
        <details className="fold">
          <summary>
            {plural(notBy.length, 'way')} tried before {wayName(report.way)}
          </summary>
          <ul className="look-list">
            {notBy.map((one) => (
              <li key={one.way}>
                <span className="look-sign" aria-hidden="true">
                  –
                </span>
                <span>
                  {wayName(one.way)}: <Escape text={one.why} />
                </span>
              </li>
            ))}
          </ul>
        </details>
      ) : null}
      <details className="fold">
        <summary>Host and channels</summary>
        <dl className="pairs">
          <dt>System</dt>
          <dd>
            {report.os ? (
              <Escape text={`${report.os.name}, build ${report.os.build}`} />
            ) : (
              <span className="low">not known</span>
            )}
          </dd>
          <dt>PowerShell</dt>
          <dd>
            <Escape
              text={`${report.powershell.version} ${report.powershell.edition}, ${report.powershell.language}`}
            />
          </dd>
          <dt>Last boot</dt>
          <dd>
            {report.lastBoot ? (
              `${formatStamp(report.lastBoot, 0)} UTC`
            ) : (
              <span className="low">not known</span>
            )}
          </dd>
          <dt>Addresses</dt>
          <dd>
            <Escape text={report.addresses.slice(0, 12).join(', ') || 'not known'} />
          </dd>
          {report.hostKey ? (
            <>
              <dt>Host key</dt>
              <dd className="mono">
                <Escape text={report.hostKey} />
              </dd>
            </>
          ) : null}
        </dl>
        <div className="channel-scroll">
          <table className="table channel-table">
            <thead>
              <tr>
                <th scope="col">Channel</th>
                <th scope="col" className="channel-state">
                  State
                </th>
                <th scope="col" className="plan-size num">
                  Size
                </th>
                <th scope="col" className="channel-time">
                  Oldest, UTC
                </th>
              </tr>
            </thead>
            <tbody>
              {report.channels.map((one) => (
                <tr key={one.name}>
                  <td title={one.name.slice(0, 500)}>
                    <Escape text={one.name.replace(/^Microsoft-Windows-/, '')} />
                  </td>
                  <td>{one.enabled ? <Escape text={one.mode} /> : 'disabled'}</td>
                  <td className="num">
                    {one.size === null ? <span className="low">not known</span> : formatBytes(one.size)}
                  </td>
                  <td>
                    {one.firstTime ? formatStamp(one.firstTime, 0) : <span className="low">empty</span>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
      <details className="fold">
        <summary>What this leaves behind on the host</summary>
        <ul className="look-list">
          {report.leaves.map((one) => (
            <li key={one}>
              <span className="look-sign" aria-hidden="true">
                –
              </span>
              <span>
                <Escape text={one} />
              </span>
            </li>
          ))}
        </ul>
        <p className="low small">
          Records of it are marked as the responder’s in the timeline, never dropped.
        </p>
      </details>
    </section>
  )
}
