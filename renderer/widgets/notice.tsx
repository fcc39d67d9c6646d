import type { ReactNode } from 'react'
import type { Trouble } from '../api/trouble.ts'
import { Button } from './button.tsx'
import { Escape } from './escape.tsx'
import { Icon, type IconName } from './icon.tsx'

const icons = { judge: 'warn', harm: 'fail', good: 'check', note: 'note' } as const

/** A message with its place: what happened, what it means, what to do. */
export function Notice(props: {
  kind: keyof typeof icons
  title: ReactNode
  children?: ReactNode
  acts?: ReactNode
  icon?: IconName
  live?: boolean
}) {
  return (
    <div
      className={props.kind === 'note' ? 'notice' : `notice notice-${props.kind}`}
      role={props.live === false ? undefined : props.kind === 'harm' ? 'alert' : 'status'}
    >
      <Icon name={props.icon ?? icons[props.kind]} />
      <div className="notice-body">
        <p className="notice-title">{props.title}</p>
        {props.children ? <div className="notice-text">{props.children}</div> : null}
        {props.acts ? <div className="notice-acts">{props.acts}</div> : null}
      </div>
    </div>
  )
}

/** A refusal or failure of the engine, with its way out. Cancelled work shows nothing. */
export function TroubleNotice(props: { trouble: Trouble | undefined; again?: () => void }) {
  const { trouble } = props
  if (!trouble || trouble.kind === 'cancelled') return null
  return (
    <Notice
      kind="harm"
      title={<Escape text={trouble.message} />}
      acts={
        props.again ? (
          <Button small onPress={props.again}>
            Try again
          </Button>
        ) : undefined
      }
    >
      <Escape text={trouble.remedy} /> <span className="low mono">{trouble.code}</span>
    </Notice>
  )
}

/** Nothing here: `no` when the evidence covers it, `cannot-tell` when it does not. They never look alike. */
export function Empty(props: {
  kind: 'no' | 'cannot-tell'
  title: ReactNode
  children?: ReactNode
  acts?: ReactNode
}) {
  return (
    <div className={props.kind === 'no' ? 'empty' : 'empty empty-judge'}>
      <p className="title">
        {props.kind === 'cannot-tell' ? (
          <span className="answer answer-unknown">
            <span className="answer-mark" aria-hidden="true">
              ?
            </span>
            {props.title}
          </span>
        ) : (
          props.title
        )}
      </p>
      {props.children ? <div className="what">{props.children}</div> : null}
      {props.acts ? <div className="notice-acts">{props.acts}</div> : null}
    </div>
  )
}
