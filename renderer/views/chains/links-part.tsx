/** Every link: which two records, by which rule, how strong, the fields compared, and why it is not stronger. */
import type { ChainShape } from '../../../src/contract/shapes.ts'
import { Citation, Escape, formatDelta, Strength } from '../../widgets/index.ts'
import { linkReason } from '../overview/chain-drawing/link-words.ts'
import { asSentence } from '../overview/words.ts'
import { fieldsOf } from './hosts-part.tsx'

type Link = ChainShape['links'][number]
type Step = ChainShape['steps'][number]

export function LinksPart(props: { chain: ChainShape }) {
  const { links, steps } = props.chain
  const key = (at: { evidenceId: string; chunk: number; offset: number }) =>
    `${at.evidenceId} ${at.chunk} ${at.offset}`
  const known = new Map(steps.map((step) => [key(step), step]))
  return (
    <section className="chain-part" aria-labelledby="h-links">
      <h2 className="block-title" id="h-links">
        Links <span className="hint">{links.length}, strongest claims name their fields</span>
      </h2>
      {links.length === 0 ? <p className="small mid">This record stands alone.</p> : null}
      {links.length > 0 ? (
        <div className="table-scroll">
          <table className="table links-wide">
            <caption className="unseen">Links between records of this chain</caption>
            <thead>
              <tr>
                <th className="l-rule">Rule</th>
                <th className="l-strength">Strength</th>
                <th className="l-end">From</th>
                <th className="l-end">To</th>
                <th className="l-delta num">Apart</th>
                <th>Why, and the fields compared</th>
              </tr>
            </thead>
            <tbody>
              {links.map((link) => (
                <tr key={`${link.rule} ${key(link.fromAt)} ${key(link.toAt)}`}>
                  <td className="mono">{link.rule}</td>
                  <td>
                    <Strength strength={link.strength} />
                  </td>
                  <End step={known.get(key(link.fromAt))} at={link.fromAt} />
                  <End step={known.get(key(link.toAt))} at={link.toAt} />
                  <td className="num">{formatDelta(Math.abs(link.deltaMs)).replace(/^[+−]/, '')}</td>
                  <Why
                    link={link}
                    roles={[known.get(key(link.fromAt))?.role ?? '', known.get(key(link.toAt))?.role ?? '']}
                  />
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </section>
  )
}

function End(props: { step: Step | undefined; at: Link['fromAt'] }) {
  return (
    <td title={props.step?.what.slice(0, 2000)}>
      <span className="link-end">
        <Citation at={props.at} />
        <span className="cut">
          {props.step ? (
            <>
              <span className="mono low">{props.step.eventId}</span> <Escape text={props.step.what} />
            </>
          ) : (
            <span className="low">record outside of the chain</span>
          )}
        </span>
      </span>
    </td>
  )
}

function Why(props: { link: Link; roles: readonly [string, string] }) {
  const { link, roles } = props
  const reason = linkReason(link.rule, ...roles)
  const fields = fieldsOf(link.fields)
  return (
    <td className="wrap mid">
      {reason === link.rule ? null : `${reason.charAt(0).toUpperCase()}${reason.slice(1)}. `}
      <Escape text={asSentence(link.why)} />{' '}
      {fields ? (
        <span className="low mono link-fields">
          <Escape text={fields} />
        </span>
      ) : null}
    </td>
  )
}
