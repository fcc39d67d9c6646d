/** Records this chain should have and lacks, each with the state of its log and what that judgement rests on. */
import type { ChainShape } from '../../../src/contract/shapes.ts'
import { Answer, Citations, Escape } from '../../widgets/index.ts'
import { asSentence, gapStateWord } from '../overview/words.ts'

/** States that speak against nothing: the record was not to be expected, or would be there. */
const settled = ['expected-absent', 'truly-absent']

export function GapsPart(props: { chain: ChainShape }) {
  const { gaps } = props.chain
  const open = gaps.filter((gap) => !settled.includes(gap.state))
  const sorted = [...open, ...gaps.filter((gap) => settled.includes(gap.state))]
  return (
    <section className="chain-part" aria-labelledby="h-gaps">
      <h2 className="block-title" id="h-gaps">
        Gaps{' '}
        <span className="hint">
          {gaps.length === 0
            ? 'nothing this chain should hold is missing'
            : `${open.length} leave something open, ${gaps.length - open.length} do not`}
        </span>
      </h2>
      {gaps.length > 0 ? (
        <ul className="gap-list">
          {sorted.map((gap) => (
            <li key={`${gap.expected} ${gap.state}`}>
              <span>
                {settled.includes(gap.state) ? (
                  <span className="low gap-settled">
                    <svg className="expected-mark" viewBox="0 0 14 14" aria-hidden="true">
                      <path className="cov-expected" d="M1 7h12" />
                    </svg>
                    {gapStateWord(gap.state)}
                  </span>
                ) : (
                  <Answer answer="unknown" word={gapStateWord(gap.state)} />
                )}
              </span>
              <span className="gap-expected">
                <Escape text={asSentence(gap.expected)} />
              </span>
              <span className="mid">
                <Escape text={asSentence(gap.why)} /> <Citations at={gap.citations ?? []} />
              </span>
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  )
}
