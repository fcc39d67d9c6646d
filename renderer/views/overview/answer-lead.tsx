/** The answer of a chain in one sentence, and the axes beside it. Evidence points somewhere; only a person sets a disposition. */
import type { ReactNode } from 'react'
import type { ChainShape } from '../../../src/contract/shapes.ts'
import { Absent } from '../../widgets/index.ts'
import { ConflictMark, SetByPerson, Verdict } from '../chains/standing.tsx'
import { useStandings } from '../chains/use-standings.ts'
import { answerOf } from './sentence.ts'
import { mechanismWord, pathWord } from './words.ts'

export function AnswerLead(props: {
  chain: ChainShape
  className: string
  /** a further axis, after the others */
  axis?: ReactNode
  acts: ReactNode
}) {
  const { chain } = props
  const { statement, doubts } = answerOf(chain)
  const standing = useStandings([chain.id], 0, 0).get(chain.id)
  return (
    <section className={props.className} aria-labelledby="h-lead">
      <h1 id="h-lead">
        {statement}
        {doubts.map((doubt) => (
          <span className="doubt" key={doubt}>
            {' '}
            {doubt}
          </span>
        ))}
      </h1>
      <div className="view-actions">{props.acts}</div>
      <dl className="axes">
        <div>
          <dt>Mechanism</dt>
          <dd title={chain.mechanismWhy.slice(0, 2000)}>{mechanismWord(chain.mechanism)}</dd>
        </div>
        <div>
          <dt>Way in</dt>
          <dd>{pathWord(chain.path)}</dd>
        </div>
        <div>
          <dt>Evidence points to</dt>
          <dd>
            {standing ? <Verdict evidence={standing.evidence} signs={standing.signs} /> : '…'}
            {standing ? <ConflictMark count={standing.conflicts} /> : null}
          </dd>
        </div>
        <div>
          <dt>Disposition</dt>
          <dd>
            {standing?.disposition ? (
              <SetByPerson disposition={standing.disposition} />
            ) : (
              <Absent why="not set by a person" />
            )}
          </dd>
        </div>
        {props.axis}
      </dl>
    </section>
  )
}
