/** What proves that it ran, by grade, and what each proof leaves open. */
import type { ChainShape } from '../../../src/contract/shapes.ts'
import { Answer, Citations, Escape, Strength } from '../../widgets/index.ts'
import { asSentence } from '../overview/words.ts'

const grades: Readonly<Record<string, number>> = { exact: 0, strong: 1, medium: 2, weak: 3, derived: 4 }

export function RunsPart(props: { chain: ChainShape }) {
  const { executed } = props.chain
  const runs = [...props.chain.runs].sort((a, b) => (grades[a.grade] ?? 9) - (grades[b.grade] ?? 9))
  return (
    <section className="chain-part" aria-labelledby="h-runs">
      <h2 className="block-title" id="h-runs">
        Did it run <Answer answer={executed.answer} />
      </h2>
      {runs.length === 0 ? (
        <p className="small mid">
          <Escape text={asSentence(executed.why)} /> <Citations at={executed.citations} />
        </p>
      ) : (
        <ul className="proofs">
          {runs.map((run) => (
            <li key={`${run.kind} ${run.time} ${run.proves}`}>
              <Strength strength={run.grade} />
              <div>
                <p>
                  <Escape text={asSentence(run.proves)} />
                </p>
                {run.leaves === null ? null : (
                  <p className="leaves">
                    Leaves open: <Escape text={asSentence(run.leaves)} />
                  </p>
                )}
              </div>
              <Citations at={run.citations} most={3} />
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
