import type { RecordDetails } from '../../../src/contract/shapes.ts'
import { Citation, Empty, Escape, formatTableDelta, Strength } from '../../widgets/index.ts'

/** Why this record belongs with others. */
export function LinksTable(props: { details: RecordDetails }) {
  const { links } = props.details
  if (links.length === 0)
    return (
      <Empty kind="no" title="No link leads to or from this record">
        It is a step of no chain. That says nothing about what it records.
      </Empty>
    )
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className="links-scroll" tabIndex={0} aria-label="Links">
      <table className="table links-table">
        <thead>
          <tr>
            <th className="lk-what">Other record</th>
            <th className="lk-record num">Record</th>
            <th className="lk-delta num">Apart, ms</th>
            <th className="lk-rule">Rule</th>
            <th className="lk-strength">Strength</th>
            <th>Why</th>
          </tr>
        </thead>
        <tbody>
          {links.map((link) => (
            <tr key={`${link.rule} ${link.other.evidenceId}/${link.other.chunk}/${link.other.offset}`}>
              <td title={link.otherWhat.slice(0, 2000)}>
                <Escape text={link.otherWhat} />
              </td>
              <td className="num">
                <Citation at={link.other} />
              </td>
              <td className="mono num">{formatTableDelta(link.deltaMs)}</td>
              <td className="mono">{link.rule}</td>
              <td>
                <Strength strength={link.strength} />
              </td>
              <td title={link.why.slice(0, 2000)}>
                <Escape text={link.why} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
