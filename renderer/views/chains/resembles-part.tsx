/** What it looks like, what fits and what does not. Looks are no attribution. */
import type { ChainShape } from '../../../src/contract/shapes.ts'
import { Escape, Icon } from '../../widgets/index.ts'

export function ResemblesPart(props: { chain: ChainShape }) {
  const { resembles, lookAlikes } = props.chain
  return (
    <section className="chain-part" aria-labelledby="h-looks">
      <h2 className="block-title" id="h-looks">
        Resembles <span className="hint">no attribution</span>
      </h2>
      {resembles.length + lookAlikes.length === 0 ? (
        <p className="small mid">No tool or benign pattern that is known here.</p>
      ) : null}
      {resembles.map((look) => (
        <Look key={`t ${look.tool}`} name={look.tool} look={look} />
      ))}
      {lookAlikes.map((look) => (
        <Look key={`b ${look.what}`} name={look.what} look={look} benign />
      ))}
    </section>
  )
}

function Look(props: {
  name: string
  look: { readonly because: readonly string[]; readonly differs: readonly string[] }
  benign?: boolean
}) {
  const { because, differs } = props.look
  return (
    <div className="look">
      <p className="strong">
        <Escape text={props.name} />
        {props.benign ? <span className="low look-kind"> benign pattern</span> : null}
      </p>
      <ul>
        {differs.map((text) => (
          <li className="does-not-fit" key={`d ${text}`}>
            <Icon name="close" small />
            <span>
              <span className="unseen">Does not fit: </span>
              <Escape text={text} />
            </span>
          </li>
        ))}
        {because.map((text) => (
          <li key={`f ${text}`}>
            <Icon name="check" small />
            <span>
              <span className="unseen">Fits: </span>
              <Escape text={text} />
            </span>
          </li>
        ))}
        {differs.length === 0 ? (
          <li className="low nothing">Nothing that was looked at speaks against it.</li>
        ) : null}
      </ul>
    </div>
  )
}
