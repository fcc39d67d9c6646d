/** What evidence, rule and people say of a chain, in few words. */
import type { StandingShape } from '../../../src/contract/playbook-shapes.ts'
import { Answer, Icon, plural, Severity } from '../../widgets/index.ts'

/** Evidence "points to"; only a person sets a disposition. */
export function Verdict(props: { evidence: StandingShape['evidence']; signs?: number }) {
  const { evidence, signs = 0 } = props
  const rest = signs > 0 ? `, ${plural(signs, 'sign')}` : ''
  switch (evidence) {
    case 'malicious-indicators':
      return <Severity kind="harm">Malicious{rest}</Severity>
    case 'suspicious':
      return <Severity kind="judge">Suspicious{rest}</Severity>
    case 'expected':
      return <Severity kind="note">Expected</Severity>
    default:
      return <Answer answer="unknown" />
  }
}

export const dispositionWords: Readonly<Record<NonNullable<StandingShape['disposition']>, string>> = {
  malicious: 'Malicious',
  expected: 'Expected',
  'false-positive': 'False positive',
  undetermined: 'Undetermined',
}

/** `≠ 2`: where the written rule and the evidence part. */
export function ConflictMark(props: { count: number }) {
  if (props.count === 0) return null
  const words = `${plural(props.count, 'conflict')} between rule and evidence`
  return (
    <span className="conflict-mark" title={words}>
      <span aria-hidden="true">≠ {props.count}</span>
      <span className="unseen">{words}</span>
    </span>
  )
}

export function SetByPerson(props: { disposition: StandingShape['disposition'] }) {
  if (props.disposition === null) return null
  return (
    <span className="set-by" title="Disposition set by a person">
      <Icon name="edit" small />
      {dispositionWords[props.disposition]}
    </span>
  )
}
