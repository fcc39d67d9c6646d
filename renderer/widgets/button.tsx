import type { ReactNode, Ref } from 'react'
import { Icon, type IconName } from './icon.tsx'
import { Keys } from './keys.tsx'

export interface ButtonProps {
  readonly children?: ReactNode
  /** primary: the one recommended act of a view · quiet: without a frame · harm: destructive */
  readonly kind?: 'plain' | 'primary' | 'quiet' | 'harm'
  readonly small?: boolean
  readonly icon?: IconName
  /** required when there is no text */
  readonly label?: string
  readonly keys?: readonly string[]
  readonly onPress?: () => void
  /** why it cannot be used: stays focusable and says so */
  readonly off?: string | false | undefined
  readonly type?: 'button' | 'submit'
  readonly pressed?: boolean
  readonly expanded?: boolean
  readonly ref?: Ref<HTMLButtonElement>
}

export function Button(props: ButtonProps) {
  const { kind = 'plain', small, icon, label, off, children } = props
  const names = ['button']
  if (kind !== 'plain') names.push(`button-${kind}`)
  if (small) names.push('button-small')
  if (icon && children === undefined) names.push('button-icon')
  return (
    <button
      ref={props.ref}
      className={names.join(' ')}
      type={props.type ?? 'button'}
      aria-label={label}
      title={off || (children === undefined ? label : undefined)}
      aria-disabled={off ? true : undefined}
      aria-pressed={props.pressed}
      aria-expanded={props.expanded}
      onClick={(press) => {
        if (off) press.preventDefault()
        else props.onPress?.()
      }}
    >
      {icon ? <Icon name={icon} /> : null}
      {children}
      {props.keys ? <Keys keys={props.keys} /> : null}
    </button>
  )
}

/** Reads like a link, acts in the window. */
export function LinkButton(props: { children: ReactNode; onPress: () => void; label?: string }) {
  return (
    <button className="link" type="button" aria-label={props.label} onClick={props.onPress}>
      {props.children}
    </button>
  )
}
