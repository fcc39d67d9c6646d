/** Where the written rule and the evidence part: first of all, side by side, with the records. */
import type { AnswersDocument } from '../../../src/contract/playbook-shapes.ts'
import { Citations, Escape, plural } from '../../widgets/index.ts'
import { asSentence } from '../overview/words.ts'

export function Conflicts(props: { answers: AnswersDocument }) {
  const { conflicts } = props.answers
  if (conflicts.length === 0)
    return (
      <section aria-labelledby="h-conflicts">
        <h2 className="block-title" id="h-conflicts">
          Rule and evidence agree <span className="hint">no conflict</span>
        </h2>
      </section>
    )
  // the verdict of the evidence is the same beside each: said once
  const [first] = conflicts
  const same = conflicts.every((each) => each.evidence === first?.evidence)
  return (
    <section className="conflicts" aria-labelledby="h-conflicts">
      <h2 className="block-title conflicts-title" id="h-conflicts">
        <span aria-hidden="true">≠</span> Rule and evidence disagree
        <span className="hint">{plural(conflicts.length, 'conflict')}, for a person to decide</span>
      </h2>
      {same && first ? (
        <p className="conflict-evidence">
          <Escape text={asSentence(first.evidence)} />
        </p>
      ) : null}
      <ul>
        {conflicts.map((conflict) => (
          <li key={`${conflict.id} ${conflict.rule}`}>
            <p className="conflict-rule">
              <Escape text={asSentence(conflict.rule)} />
            </p>
            <p className="conflict-why">
              {same ? null : (
                <>
                  <Escape text={asSentence(conflict.evidence)} />{' '}
                </>
              )}
              <Escape text={asSentence(conflict.why)} /> <Citations at={conflict.citations} most={4} />
            </p>
          </li>
        ))}
      </ul>
    </section>
  )
}
