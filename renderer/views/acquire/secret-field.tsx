/**
 * A password on its way to one request. The field is not part of the window's state: its text is read once, when the
 * request is sent, and the field is emptied at that moment.
 */
import { type RefObject, useId } from 'react'

export function SecretField(props: {
  field: RefObject<HTMLInputElement | null>
  label: string
  hint?: string
}) {
  const id = useId()
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {props.label}
      </label>
      <input
        ref={props.field}
        className="input"
        id={id}
        type="password"
        maxLength={1024}
        autoComplete="off"
        spellCheck={false}
        aria-describedby={props.hint ? `${id}-hint` : undefined}
      />
      {props.hint ? (
        <p className="field-hint" id={`${id}-hint`}>
          {props.hint}
        </p>
      ) : null}
    </div>
  )
}

/** The password, which is then no longer in the field; undefined when none was given. */
export function takeSecret(field: RefObject<HTMLInputElement | null>): string | undefined {
  const input = field.current
  if (!input || input.value === '') return undefined
  const secret = input.value
  input.value = ''
  return secret
}
