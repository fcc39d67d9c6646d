/** How it is known that it came this way, and what it looks like. Looks are no attribution. */
import type { ChainShape } from '../../../src/contract/shapes.ts'
import { Escape } from '../../widgets/index.ts'

export function Known(props: { chain: ChainShape }) {
  const { chain } = props
  return (
    <section className="known" aria-labelledby="h-known">
      <h2 className="block-title" id="h-known">
        How this is known
      </h2>
      <p className="known-why">
        <Escape text={chain.mechanismWhy} />
      </p>
      {chain.resembles.map((look) => (
        <div className="resembles" key={look.tool}>
          <p>
            <span className="strong">
              Resembles <Escape text={look.tool} />.
            </span>{' '}
            <span className="mid">This is no attribution.</span>
          </p>
          <ul>
            {look.because.map((because) => (
              <li key={because}>
                <Escape text={because} />
              </li>
            ))}
            {look.differs.map((differs) => (
              <li key={differs}>
                <span className="strong">Differs: </span>
                <Escape text={differs} />
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  )
}
