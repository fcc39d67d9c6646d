/** "IOC to Track", filled from the chain, each value with its records. */
import { useState } from 'react'
import type { AnswersDocument } from '../../../src/contract/playbook-shapes.ts'
import { Absent, Escape, formatStamp, LinkButton, plural, RestsOn } from '../../widgets/index.ts'
import { CopyButton } from '../handover/copy-button.tsx'

const most = 14
type Ioc = AnswersDocument['iocs'][number]

/** Tab-separated, header first. A cell that a sheet would take for a formula gets an apostrophe in front. */
export const iocsAsText = (iocs: readonly Ioc[]): string =>
  [
    ['Type', 'Value', 'Context', 'First seen', 'Last seen', 'Records'],
    ...iocs.map((ioc) => [
      ioc.type,
      ioc.value,
      ioc.context,
      ioc.firstSeen ?? '',
      ioc.lastSeen ?? '',
      ioc.citations.map((at) => at.recordId).join(' '),
    ]),
  ]
    .map((cells) =>
      cells
        .map((cell) => cell.replaceAll(/[\t\r\n]+/g, ' '))
        .map((cell) => (/^[=+\-@]/.test(cell) ? `'${cell}` : cell))
        .join('\t'),
    )
    .join('\n')

export function IocTable(props: { iocs: readonly Ioc[] }) {
  const { iocs } = props
  const [all, setAll] = useState(false)
  const shown = all ? iocs : iocs.slice(0, most)
  if (iocs.length === 0) return <p className="small mid">No value of this chain can be tracked.</p>
  return (
    <div className="table-scroll">
      <table className="table ioc-table">
        <caption className="unseen">IOC to Track</caption>
        <thead>
          <tr>
            <th className="i-type">Type</th>
            <th>Value</th>
            <th className="i-context">Context</th>
            <th className="i-time">First seen, UTC</th>
            <th className="i-time">Last seen, UTC</th>
            <th className="i-rec">Records</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((ioc) => (
            <tr key={`${ioc.type} ${ioc.value}`}>
              <td>{ioc.type}</td>
              <td className="mono" title={ioc.value.slice(0, 2000)}>
                <Escape text={ioc.value} />
              </td>
              <td className="mid" title={ioc.context.slice(0, 2000)}>
                <Escape text={ioc.context} />
              </td>
              <td className="mono">{ioc.firstSeen === null ? <Absent /> : formatStamp(ioc.firstSeen, 0)}</td>
              <td className="mono">{ioc.lastSeen === null ? <Absent /> : formatStamp(ioc.lastSeen, 0)}</td>
              <td>
                <RestsOn of={ioc} most={1} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="row ioc-acts">
        {iocs.length > shown.length ? (
          <LinkButton onPress={() => setAll(true)}>
            Show {plural(iocs.length - shown.length, 'more value')}
          </LinkButton>
        ) : null}
        <span className="grow" />
        <CopyButton text={iocsAsText(iocs)} label="Copy table of indicators">
          Copy table
        </CopyButton>
      </div>
    </div>
  )
}
