/** The decision point: the rule to the letter, condition by condition, beside what the evidence says and why. */
import type { AnswersDocument } from '../../../src/contract/playbook-shapes.ts'
import { Answer, Escape, RestsOn, Severity } from '../../widgets/index.ts'
import { Verdict } from '../chains/standing.tsx'
import { asSentence } from '../overview/words.ts'

export const ruleWords = { escalate: 'Escalate', close: 'Close', neither: 'Neither' } as const
export const evidenceWords = {
  escalate: 'Escalate',
  close: 'Close',
  'cannot-decide': 'Cannot decide',
} as const

export function Decision(props: { answers: AnswersDocument }) {
  const { rule, evidence, allowed } = props.answers
  const reasons = [...evidence.reasons].sort((a, b) => weightOf(a) - weightOf(b))
  const toEscalate = rule.conditions.slice(0, 4)
  const toClose = rule.conditions.slice(4)
  return (
    <div className="decision" id="decision">
      <div>
        <h4 className="decision-title">
          Playbook, to the letter <span className="decision-word">{ruleWords[rule.outcome]}</span>
        </h4>
        <Conditions title="To escalate" conditions={toEscalate} />
        <Conditions title="To close" conditions={toClose} />
      </div>
      <div>
        <h4 className="decision-title">
          Evidence <span className="decision-word">{evidenceWords[evidence.outcome]}</span>
          <Verdict evidence={evidence.disposition} />
        </h4>
        <p className="small mid">
          {evidence.disposition === 'undetermined' ? <Escape text={asSentence(evidence.why)} /> : null}
        </p>
        <ul className="reasons-list">
          {reasons.map((reason) => (
            <li key={`${reason.id} ${reason.what}`}>
              <span>
                {reason.weighs === 'malicious' ? (
                  <Severity kind={reason.strong ? 'harm' : 'judge'}>
                    {reason.strong ? 'Strong' : 'Weak'}
                  </Severity>
                ) : reason.weighs === 'benign' ? (
                  <Severity kind="note">Speaks for expected</Severity>
                ) : (
                  <span className="low">Neutral</span>
                )}
              </span>
              <span>
                <Escape text={asSentence(reason.what)} /> <RestsOn of={reason} most={2} />
              </span>
            </li>
          ))}
        </ul>
        {allowed.map((each) => (
          <p className="small mid" key={each.entry.id}>
            Allow-list entry of <Escape text={each.entry.author} />{' '}
            {each.state === 'fits' ? 'fits' : each.state === 'expired' ? 'has expired' : 'fits in part'}:{' '}
            <Escape text={asSentence(each.entry.reason)} />{' '}
            {each.differs.length > 0 ? (
              <>
                Differs: <Escape text={asSentence(each.differs.join('; '))} />
              </>
            ) : null}
          </p>
        ))}
      </div>
    </div>
  )
}

const weightOf = (reason: { weighs: string; strong: boolean }): number =>
  reason.weighs === 'malicious' ? (reason.strong ? 0 : 1) : reason.weighs === 'benign' ? 2 : 3

function Conditions(props: { title: string; conditions: AnswersDocument['rule']['conditions'] }) {
  const { conditions } = props
  const met = conditions.filter((each) => each.answer === 'yes').length
  return (
    <>
      <p className="conditions-title">
        {props.title}{' '}
        <span className="low">
          {met} of {conditions.length} hold
        </span>
      </p>
      <ul className="conditions">
        {conditions.map((each) => (
          <li key={each.id}>
            <Answer answer={each.answer} />
            <span className="asked-short">
              <Escape text={each.asks} />
            </span>
            <span className="mid" title={each.why.slice(0, 2000)}>
              {each.value ? <Escape text={each.value} /> : null} <RestsOn of={each} most={1} />
              {each.correction ? (
                <span className="condition-note">
                  <Escape text={asSentence(each.correction)} />
                </span>
              ) : null}
            </span>
          </li>
        ))}
      </ul>
    </>
  )
}
