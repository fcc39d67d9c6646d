/** Where it came from: the address, what ties it to the task, and every other logon that was looked at and why it is not it. */
import type { ChainShape } from '../../../src/contract/shapes.ts'
import { millisecondsBetween, parseUtc } from '../../../src/domain/time.ts'
import {
  Absent,
  Answer,
  Citation,
  Citations,
  Escape,
  formatTableDelta,
  Stamp,
  Strength,
} from '../../widgets/index.ts'
import { asSentence, networkOf } from '../overview/words.ts'

/** Exact to the tick of both times. */
function apartMs(from: string, to: string): number {
  const [a, b] = [parseUtc(from), parseUtc(to)]
  return a === undefined || b === undefined ? Number.NaN : millisecondsBetween(a, b)
}

export function SourcePart(props: { chain: ChainShape }) {
  const { chain } = props
  const { source } = chain
  const proofs = chain.links.filter((link) => link.rule === source.basis).slice(0, 3)
  const others = source.candidates.length + source.rejected.length
  return (
    <section className="chain-part" aria-labelledby="h-source">
      <h2 className="block-title" id="h-source">
        Source{' '}
        <span className="hint">
          {others === 0
            ? 'no other logon came into question'
            : `${source.candidates.length > 0 ? `${source.candidates.length} possible, ` : ''}${source.rejected.length} rejected`}
        </span>
      </h2>
      <div className="source-line">
        {source.ip !== null ? (
          <>
            <span className="strong mono">
              <Escape text={source.ip} />
            </span>
            {source.strength ? <Strength strength={source.strength} /> : null}
            <span className="mid">
              {[
                source.port === null ? '' : `port ${source.port}`,
                networkOf(source.ip),
                source.basis ? `rule ${source.basis}` : '',
              ]
                .filter(Boolean)
                .join(', ')}
              {source.host ? (
                <>
                  {', host '}
                  <Escape text={source.host} />
                  {source.hostBasis ? <span className="low"> ({source.hostBasis})</span> : null}
                </>
              ) : (
                ', host name not recorded'
              )}
              {source.logonId ? (
                <>
                  {', logon '}
                  <span className="mono">
                    <Escape text={source.logonId} />
                  </span>
                </>
              ) : null}
            </span>
            <Citations at={proofs.flatMap((link) => [link.fromAt, link.toAt]).slice(0, 2)} />
          </>
        ) : source.candidates.length > 0 ? (
          <Answer
            answer="unknown"
            word={`Cannot tell which of ${source.candidates.length} addresses it was`}
          />
        ) : chain.mechanism === 'local' || chain.mechanism === 'machine-managed' ? (
          <span className="mid">The host itself: no network logon belongs to it.</span>
        ) : (
          <Answer answer="unknown" word="No record of this chain names an address" />
        )}
      </div>
      {proofs[0] ? (
        <p className="small mid source-why">
          <Escape text={asSentence(proofs[0].why)} />
        </p>
      ) : null}
      {others > 0 ? (
        <div className="table-scroll">
          <table className="table source-table">
            <caption className="unseen">Logons that came into question</caption>
            <thead>
              <tr>
                <th className="s-ip">Address</th>
                <th className="s-verdict">Verdict</th>
                <th>Why</th>
                <th className="s-logon">Logon id</th>
                <th className="s-time">Time, UTC</th>
                <th className="s-delta num">From task, ms</th>
                <th className="s-rec num">Record</th>
              </tr>
            </thead>
            <tbody>
              {source.candidates.map((each) => (
                <tr key={`c ${each.citation.evidenceId} ${each.citation.chunk} ${each.citation.offset}`}>
                  <td className="mono">
                    <Escape text={each.ip} />
                    {each.port === null ? null : <span className="low"> :{each.port}</span>}
                  </td>
                  <td>
                    <Answer answer="unknown" word="Possible" />
                  </td>
                  <td className="mid">Nothing in the records tells it from the others.</td>
                  <td className="mono">
                    {each.logonId === null ? <Absent /> : <Escape text={each.logonId} />}
                  </td>
                  <td>
                    <Absent why="see record" />
                  </td>
                  <td className="num" />
                  <td className="num">
                    <Citation at={each.citation} />
                  </td>
                </tr>
              ))}
              {source.rejected.map((each) => (
                <tr key={`r ${each.citation.evidenceId} ${each.citation.chunk} ${each.citation.offset}`}>
                  <td className="mono">
                    <span className="struck low">
                      <Escape text={each.ip} />
                    </span>
                    {each.port === null ? null : <span className="low"> :{each.port}</span>}
                  </td>
                  <td>Rejected</td>
                  <td className="wrap mid">
                    <Escape text={asSentence(each.why)} />
                  </td>
                  <td className="mono">
                    {each.logonId === null ? <Absent /> : <Escape text={each.logonId} />}
                  </td>
                  <td>
                    <Stamp time={each.time} className="mono" />
                  </td>
                  <td className="num">{formatTableDelta(apartMs(chain.time, each.time))}</td>
                  <td className="num">
                    <Citation at={each.citation} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </section>
  )
}
