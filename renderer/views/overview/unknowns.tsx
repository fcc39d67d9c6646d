/** What cannot be told, and why; and absences that were to be expected. Each has a place and words. */
import type { ChainShape } from '../../../src/contract/shapes.ts'
import { Answer, Escape } from '../../widgets/index.ts'
import { asSentence, gapStateWord } from './words.ts'

export function Unknowns(props: { chain: ChainShape }) {
  const { chain } = props
  const open = [
    { topic: 'Whether it ran', state: chain.executed },
    { topic: 'Whether it was deleted', state: chain.deleted },
  ].filter(({ state }) => state.answer === 'unknown')
  // an absence that this way of working always leaves says nothing against the answer
  const expected = chain.gaps.filter((gap) => gap.state === 'expected-absent')
  const gaps = chain.gaps.filter((gap) => gap.state !== 'expected-absent')
  return (
    <section className="unknown" aria-labelledby="h-unknown">
      <h2 className="block-title" id="h-unknown">
        Cannot be told <span className="hint">and why</span>
      </h2>
      {open.length + gaps.length === 0 ? (
        <p className="small mid">Nothing this chain should hold is missing.</p>
      ) : null}
      <ul className="unknown-list">
        {open.map(({ topic, state }) => (
          <li key={topic}>
            <span className="topic">
              <Answer answer="unknown" word={topic} />
            </span>
            <span className="why" title={state.why.slice(0, 2000)}>
              <Escape text={asSentence(state.why)} />
            </span>
          </li>
        ))}
        {gaps.map((gap) => (
          <li key={`${gap.expected} ${gap.state}`}>
            <span className="topic">
              <Answer answer="unknown" word={gapStateWord(gap.state)} />
            </span>
            <span className="why" title={`${gap.expected}: ${gap.why}`.slice(0, 2000)}>
              <span className="expected">
                <Escape text={asSentence(gap.expected)} />
              </span>{' '}
              <Escape text={asSentence(gap.why)} />
            </span>
          </li>
        ))}
        {expected.map((gap) => (
          <li key={`${gap.expected} ${gap.state}`}>
            <span className="topic low">
              <svg className="expected-mark" viewBox="0 0 14 14" aria-hidden="true">
                <path className="cov-expected" d="M1 7h12" />
              </svg>
              Expected absent
            </span>
            <span className="why" title={`${gap.expected}: ${gap.why}`.slice(0, 2000)}>
              <span className="expected">
                <Escape text={asSentence(gap.expected)} />
              </span>{' '}
              <Escape text={asSentence(gap.why)} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
