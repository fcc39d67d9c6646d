/** A path on this machine: typed, pasted or browsed to. */
import { useId, useState } from 'react'
import { Button } from '../../widgets/index.ts'
import { BrowseDialog } from './browse-dialog.tsx'

export function PathField(props: {
  label: string
  hint?: string
  value: string
  onValue: (value: string) => void
  /** one path to a line */
  several?: boolean
  choose: 'file' | 'folder' | 'both'
  fault?: string | undefined
}) {
  const id = useId()
  const [browsing, setBrowsing] = useState(false)
  const shared = {
    id,
    className: props.fault ? 'input is-fault mono' : 'input mono',
    value: props.value,
    spellCheck: false,
    autoComplete: 'off',
    'aria-invalid': props.fault ? true : undefined,
    'aria-describedby': `${id}-hint`,
  } as const
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {props.label}
      </label>
      <div className="path-row">
        {props.several ? (
          <textarea
            {...shared}
            rows={Math.min(6, Math.max(2, props.value.split('\n').length))}
            onChange={(change) => props.onValue(change.target.value)}
          />
        ) : (
          <input {...shared} type="text" onChange={(change) => props.onValue(change.target.value)} />
        )}
        <Button icon="folder" onPress={() => setBrowsing(true)}>
          Browse
        </Button>
      </div>
      {/* announced with the field, whichever of the two it holds */}
      <p className={props.fault ? 'field-fault' : 'field-hint'} id={`${id}-hint`}>
        {props.fault ?? props.hint}
      </p>
      {browsing ? (
        <BrowseDialog
          choose={props.choose}
          onClose={() => setBrowsing(false)}
          onChoose={(path) => {
            const lines = props.value.split('\n').filter((line) => line.trim() !== '')
            props.onValue(props.several ? [...new Set([...lines, path])].join('\n') : path)
            setBrowsing(false)
          }}
        />
      ) : null}
    </div>
  )
}

/** The paths of a field, blank lines and wrapping quotes left out. */
export const pathsOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim().replace(/^"(.+)"$/, '$1'))
    .filter(Boolean)
