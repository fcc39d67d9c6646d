import { useId } from 'react'
import { Icon } from '../../widgets/index.ts'

/** A labelled text field with its hint and its fault below. */
export function Field(props: {
  label: string
  value: string
  onValue: (value: string) => void
  most: number
  fault?: string | undefined
  hint?: string
  placeholder?: string
  off?: boolean
  /** rows of a longer text */
  lines?: number
  code?: boolean
  wide?: boolean
}) {
  const id = useId()
  const note = props.fault ?? props.hint
  const shared = {
    id,
    value: props.value,
    maxLength: props.most,
    disabled: props.off,
    placeholder: props.placeholder,
    'aria-invalid': props.fault !== undefined,
    'aria-describedby': note ? `${id}-note` : undefined,
    spellCheck: false,
    autoComplete: 'off',
    className: `input${props.code ? ' mono' : ''}${props.fault ? ' is-fault' : ''}`,
  }
  return (
    <div className={props.wide ? 'field is-wide' : 'field'}>
      <label className="field-label" htmlFor={id}>
        {props.label}
      </label>
      {props.lines ? (
        <textarea {...shared} rows={props.lines} onChange={(change) => props.onValue(change.target.value)} />
      ) : (
        <input {...shared} type="text" onChange={(change) => props.onValue(change.target.value)} />
      )}
      {props.fault ? (
        <p className="field-fault" id={`${id}-note`}>
          <Icon name="fail" small />
          {props.fault}
        </p>
      ) : props.hint ? (
        <p className="field-hint" id={`${id}-note`}>
          {props.hint}
        </p>
      ) : null}
    </div>
  )
}
