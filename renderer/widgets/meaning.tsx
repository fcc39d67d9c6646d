/** Small marks that carry meaning. Each says in a word what its shape says (window.md 4). */
import type { ReactNode } from 'react'
import { formatStamp } from './format.ts'
import { Icon, type IconName } from './icon.tsx'

const answerWords = { yes: 'Yes', no: 'No', unknown: 'Cannot tell' } as const
/** Yes is a disc, no a ring with a bar, unknown a dashed ring with `?`; yes and no have no hue. */
export function Answer(props: { answer: 'yes' | 'no' | 'unknown'; word?: ReactNode }) {
  return (
    <span className={`answer answer-${props.answer}`}>
      <span className="answer-mark" aria-hidden="true">
        {props.answer === 'unknown' ? '?' : null}
      </span>
      {props.word ?? answerWords[props.answer]}
    </span>
  )
}

const strengthLooks: Readonly<Record<string, readonly [bars: string, word: string]>> = {
  exact: ['strong', 'Exact'],
  strong: ['strong', 'Strong'],
  medium: ['medium', 'Medium'],
  weak: ['weak', 'Weak'],
  derived: ['medium', 'Derived'],
}
/** Certainty of a link: three bars and a word. */
export function Strength(props: { strength: string }) {
  const [bars, word] = strengthLooks[props.strength] ?? ['none', props.strength]
  return (
    <span className={`strength strength-${bars}`}>
      <span className="strength-bars" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      {word}
    </span>
  )
}

const severityIcons = { harm: 'fail', judge: 'warn', good: 'check', note: 'note' } as const
export type SeverityKind = keyof typeof severityIcons
/** harm: failed or damaging · judge: a person decides · good: a computation verified it · note: to know */
export function Severity(props: { kind: SeverityKind; children: ReactNode; icon?: IconName }) {
  return (
    <span className={`severity severity-${props.kind}`}>
      <Icon name={props.icon ?? severityIcons[props.kind]} />
      {props.children}
    </span>
  )
}
/** How a recorded problem looks: error is harm, warning is for judgement, info is a note. */
export const severityOfProblem = (severity: 'info' | 'warning' | 'error'): SeverityKind =>
  severity === 'error' ? 'harm' : severity === 'warning' ? 'judge' : 'note'

export function Chip(props: { children: ReactNode; icon?: IconName }) {
  return (
    <span className="chip">
      {props.icon ? <Icon name={props.icon} /> : null}
      {props.children}
    </span>
  )
}

/** A UTC time, 7 decimals unless told otherwise; cut, never rounded. */
export function Stamp(props: { time: string; decimals?: number; zone?: boolean; className?: string }) {
  return (
    <time
      className={props.className ?? 'stamp'}
      dateTime={props.time}
      title={`${formatStamp(props.time)} UTC`}
    >
      {formatStamp(props.time, props.decimals ?? 7)}
      {props.zone ? ' UTC' : ''}
    </time>
  )
}

/** Absent values are words, in the quiet ink. */
export function Absent(props: { why?: string }) {
  return <span className="low">{props.why ?? 'not recorded'}</span>
}

export function HostDot(props: { place: number }) {
  return <span className={`host-dot host-${hostClass(props.place)}`} aria-hidden="true" />
}
/** Six hues; hosts beyond the sixth share the neutral one. */
export const hostClass = (place: number): number => (place >= 0 && place < 6 ? place + 1 : 0)
