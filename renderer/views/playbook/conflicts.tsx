/** Where the written rule and the evidence part: first of all, side by side, with the records. */
import type { AnswersDocument } from '../../../src/contract/playbook-shapes.ts'
import { Escape, LinkButton, plural, RestsOn } from '../../widgets/index.ts'
import { Verdict } from '../chains/standing.tsx'
import { asSentence } from '../overview/words.ts'
import { evidenceWords, ruleWords } from './decision.tsx'
import { shortRule } from './short-rule.ts'

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
  const { rule, evidence } = props.answers
  const signs = evidence.reasons.filter((reason) => reason.weighs === 'malicious')
  const strong = signs.filter((reason) => reason.strong).length
  return (
    <section className="conflicts" aria-labelledby="h-conflicts">
      <h2 className="block-title conflicts-title" id="h-conflicts">
        <span aria-hidden="true">≠</span> Rule and evidence disagree
        <span className="hint">{plural(conflicts.length, 'conflict')}, for a person to decide</span>
      </h2>
      <div className="conflict-top">
        <dl className="conflict-heads">
          <div>
            <dt>Playbook, to the letter</dt>
            <dd>{ruleWords[rule.outcome]}</dd>
          </div>
          <div>
            <dt>Evidence</dt>
            <dd>
              {evidenceWords[evidence.outcome]} <Verdict evidence={evidence.disposition} />
              {signs.length > 0 ? (
                <span className="conflict-signs">
                  {strong} of {plural(signs.length, 'sign')} strong
                </span>
              ) : null}
            </dd>
          </div>
        </dl>
        <LinkButton onPress={() => document.getElementById('decision')?.scrollIntoView({ block: 'start' })}>
          See each condition and sign
        </LinkButton>
      </div>
      <ul>
        {conflicts.map((conflict) => (
          <li key={`${conflict.id} ${conflict.rule}`}>
            <p className="conflict-rule">
              <Escape text={asSentence(shortRule(conflict.rule))} />
            </p>
            <p className="conflict-why" title={conflict.evidence.slice(0, 2000)}>
              <Escape text={asSentence(conflict.why)} /> <RestsOn of={conflict} most={4} />
            </p>
          </li>
        ))}
      </ul>
    </section>
  )
}
