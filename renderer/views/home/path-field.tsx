/** A path on this machine: typed, pasted or browsed to. */
import { useId, useState } from 'react'
import type { Choice } from '../../../src/contract/bridge.ts'
import { Button } from '../../widgets/index.ts'
import { BrowseDialog } from './browse-dialog.tsx'

export type PathChoice = 'evidence' | 'bundle' | 'file' | 'case'

export function PathField(props: {
  label: string
  hint?: string
  value: string
  onValue: (value: string) => void
  /** one path to a line */
  several?: boolean
  choose: PathChoice
  fault?: string | undefined
}) {
  const id = useId()
  const [browsing, setBrowsing] = useState(false)
  const bridge = window.tasktrail
  const add = (paths: readonly string[]) => {
    const lines = props.value.split('\n').filter((line) => line.trim() !== '')
    if (paths.length > 0)
      props.onValue(props.several ? [...new Set([...lines, ...paths])].join('\n') : (paths[0] ?? ''))
  }
  const ask = async (choice: Choice) => add(await (bridge?.choose(choice) ?? []))
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
        {bridge ? (
          natives[props.choose].map(([choice, name]) => (
            <Button
              key={choice}
              icon={choice === 'folder' || choice === 'case' ? 'folder' : 'file'}
              onPress={() => void ask(choice)}
            >
              {name}
            </Button>
          ))
        ) : (
          <Button icon="folder" onPress={() => setBrowsing(true)}>
            Browse
          </Button>
        )}
      </div>
      {/* announced with the field, whichever of the two it holds */}
      <p className={props.fault ? 'field-fault' : 'field-hint'} id={`${id}-hint`}>
        {props.fault ?? props.hint}
      </p>
      {browsing ? (
        <BrowseDialog
          choose={browsed[props.choose]}
          onClose={() => setBrowsing(false)}
          onChoose={(path) => {
            add([path])
            setBrowsing(false)
          }}
        />
      ) : null}
    </div>
  )
}

/** What the system's own dialog is asked for, where there is one. */
const natives: Readonly<Record<PathChoice, readonly (readonly [choice: Choice, name: string])[]>> = {
  evidence: [
    ['files', 'Files'],
    ['folder', 'Folder'],
  ],
  bundle: [['bundle', 'Choose']],
  file: [['files', 'Choose']],
  case: [['case', 'Choose']],
}
const browsed = { evidence: 'both', bundle: 'file', file: 'file', case: 'folder' } as const

/** The paths of a field, blank lines and wrapping quotes left out. */
export const pathsOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim().replace(/^"(.+)"$/, '$1'))
    .filter(Boolean)
