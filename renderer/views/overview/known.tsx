/** How it is known that it came this way, and what it looks like. Looks are no attribution. */

import { useState } from 'react'
import type { ChainShape } from '../../../src/contract/shapes.ts'
import { Escape, LinkButton, plural } from '../../widgets/index.ts'
import { asSentence } from './words.ts'

export function Known(props: { chain: ChainShape }) {
  const { chain } = props
  return (
    <section className="known" aria-labelledby="h-known">
      <h2 className="block-title" id="h-known">
        How this is known
      </h2>
      <p className="known-why">
        <Escape text={asSentence(chain.mechanismWhy)} />
      </p>
      {chain.resembles.map((look) => (
        <Resembles key={look.tool} look={look} />
      ))}
    </section>
  )
}

const most = 4

/** What it looks like and why; what differs is never folded away. */
function Resembles(props: { look: ChainShape['resembles'][number] }) {
  const { look } = props
  const [all, setAll] = useState(false)
  const shown = all ? look.because : look.because.slice(0, most)
  const rest = look.because.length - shown.length
  return (
    <div className="resembles">
      <p>
        <span className="strong">
          Resembles <Escape text={look.tool} />.
        </span>{' '}
        <span className="mid">This is no attribution.</span>
      </p>
      <ul>
        {look.differs.map((differs) => (
          <li key={differs}>
            <span className="strong">Differs: </span>
            <Escape text={differs} />
          </li>
        ))}
        {shown.map((because) => (
          <li key={because}>
            <Escape text={because} />
          </li>
        ))}
      </ul>
      {rest > 0 ? <LinkButton onPress={() => setAll(true)}>{plural(rest, 'more reason')}</LinkButton> : null}
    </div>
  )
}
