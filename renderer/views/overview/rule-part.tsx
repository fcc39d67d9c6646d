/** What the playbook's rule says to the letter beside what the evidence says; where they part, that comes first. */
import type { AnswersDocument } from '../../../src/contract/playbook-shapes.ts'
import { usePlaybook } from '../../shell/playbook-state.tsx'
import { useWindow } from '../../shell/window-state.tsx'
import { Escape, LinkButton, plural, Skeleton, TroubleNotice } from '../../widgets/index.ts'
import { evidenceWords, ruleWords } from '../playbook/decision.tsx'
import { shortRule } from '../playbook/short-rule.ts'
import { asSentence } from './words.ts'

export function RulePart() {
  const { answers, trouble, slow, again } = usePlaybook()
  return (
    <section className="rule" aria-labelledby="h-rule">
      {answers ? (
        <Rule answers={answers} />
      ) : (
        <>
          <h2 className="block-title" id="h-rule">
            Rule and evidence
          </h2>
          <TroubleNotice trouble={trouble} again={again} />
          {slow && !trouble ? <Skeleton rows={5} label="Answering the playbook" /> : null}
        </>
      )}
    </section>
  )
}

const most = 2

function Rule(props: { answers: AnswersDocument }) {
  const { rule, evidence, conflicts } = props.answers
  const { go } = useWindow()
  const parts = conflicts.length > 0
  const shown = conflicts.slice(0, most)
  const rest = conflicts.length - shown.length
  return (
    <>
      <h2 className={parts ? 'block-title rule-parts' : 'block-title'} id="h-rule">
        {parts ? (
          <>
            <span aria-hidden="true">≠</span> Rule and evidence disagree
          </>
        ) : (
          'Rule and evidence agree'
        )}
      </h2>
      <dl className={parts ? 'rule-heads is-parted' : 'rule-heads'}>
        <div>
          <dt>Playbook, to the letter</dt>
          <dd>{ruleWords[rule.outcome]}</dd>
        </div>
        <div>
          <dt>Evidence</dt>
          <dd>{evidenceWords[evidence.outcome]}</dd>
        </div>
      </dl>
      <dl className="rule-counts">
        <Count to="to escalate" conditions={rule.conditions.slice(0, 4)} />
        <Count to="to close" conditions={rule.conditions.slice(4)} />
      </dl>
      <ul className="rule-conflicts">
        {shown.map((each) => (
          <li key={`${each.id} ${each.rule}`} title={`${each.rule} ${each.why}`.slice(0, 2000)}>
            <Escape text={asSentence(shortRule(each.rule))} />{' '}
            <span className="mid">
              <Escape text={asSentence(each.why)} />
            </span>
          </li>
        ))}
      </ul>
      <p className="small">
        <LinkButton onPress={() => go('playbook', 'decision')}>
          {rest > 0 ? `See each condition, and ${plural(rest, 'more conflict')}` : 'See each condition'}
        </LinkButton>
      </p>
    </>
  )
}

function Count(props: { to: string; conditions: AnswersDocument['rule']['conditions'] }) {
  const { conditions } = props
  const open = conditions.filter((each) => each.answer !== 'yes')
  const names = open.map((each) => (each.answer === 'unknown' ? `${each.asks} (cannot tell)` : each.asks))
  return (
    <div title={names.join('; ').slice(0, 2000)}>
      <dt>
        {conditions.length - open.length} of {conditions.length}
      </dt>
      <dd>
        {props.to}
        {open.length > 0 ? (
          <>
            . Missing: <Escape text={names.join(', ')} />
          </>
        ) : null}
      </dd>
    </div>
  )
}
