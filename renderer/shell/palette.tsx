/** Find and commands: one field for every view, act, chain, task, host and record. */
import { Dialog as Base } from '@base-ui/react/dialog'
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react'
import { useAnswer } from '../api/use-answer.ts'
import { Escape } from '../widgets/escape.tsx'
import { Icon } from '../widgets/icon.tsx'
import { Keys } from '../widgets/keys.tsx'
import { fittingEntries, type PaletteEntry } from './palette-entries.ts'
import { useFound } from './use-found.ts'
import { useApi, useWindow } from './window-state.tsx'

export function Palette(props: {
  open: boolean
  onClose: () => void
  /** acts of the window and of the view behind it */
  commands: () => readonly PaletteEntry[]
}) {
  return (
    <Base.Root open={props.open} onOpenChange={(open) => (open ? undefined : props.onClose())}>
      <Base.Portal>
        <Base.Backdrop className="dialog-scrim" />
        <Base.Popup className="palette" aria-label="Find and commands">
          {props.open ? <Finder commands={props.commands} onClose={props.onClose} /> : null}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}

function Finder(props: { commands: () => readonly PaletteEntry[]; onClose: () => void }) {
  const { onClose } = props
  const api = useApi()
  const { caseSummary } = useWindow()
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const list = useRef<HTMLDivElement>(null)
  const id = useId()
  const [commands] = useState(props.commands)
  const wanted = typed.trim()
  const caseId = caseSummary?.caseId
  const tasks = useAnswer(
    caseId !== undefined && wanted.length > 1 ? `palette ${caseId} ${wanted}` : null,
    async (signal) => ({
      wanted,
      rows: (
        await api.tasks.list(
          { caseId: caseId ?? '', text: wanted.slice(0, 400), from: 0, count: 6 },
          { signal },
        )
      ).rows,
    }),
  )
  const found = useFound(wanted, tasks.value?.wanted === wanted ? tasks.value.rows : [])
  const shown = useMemo(() => fittingEntries([...commands, ...found], wanted), [commands, found, wanted])
  const current = Math.min(at, Math.max(0, shown.length - 1))
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' })
  })
  const run = (entry: PaletteEntry | undefined) => {
    if (!entry) return
    onClose()
    // the dialog gives the focus back before what was chosen takes it
    setTimeout(() => entry.run(), 0)
  }
  const onKeyDown = (press: KeyboardEvent) => {
    if (press.key === 'ArrowDown') setAt(shown.length === 0 ? 0 : (current + 1) % shown.length)
    else if (press.key === 'ArrowUp')
      setAt(shown.length === 0 ? 0 : (current + shown.length - 1) % shown.length)
    else if (press.key === 'Enter') run(shown[current])
    else return
    press.preventDefault()
  }
  return (
    <>
      <div className="palette-field">
        <Icon name="search" />
        <input
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={shown.length > 0 ? `${id}-${current}` : undefined}
          aria-label="Find a record, task, account or command"
          placeholder="Find a record, task, account or command"
          // biome-ignore lint/a11y/noAutofocus: the dialog was opened to type
          autoFocus
          spellCheck={false}
          maxLength={400}
          value={typed}
          onChange={(change) => {
            setTyped(change.target.value)
            setAt(0)
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div className="palette-list" id={`${id}-list`} role="listbox" aria-label="Found" ref={list}>
        {shown.map((entry, place) => (
          <div key={entry.id} role="presentation">
            {shown[place - 1]?.group === entry.group ? null : (
              <div className="menu-title" role="presentation">
                {entry.group}
              </div>
            )}
            {/* biome-ignore lint/a11y/useKeyWithClickEvents: the field takes the keys */}
            {/* biome-ignore lint/a11y/useFocusableInteractive: the field has the focus */}
            <div
              className="menu-item"
              role="option"
              id={`${id}-${place}`}
              aria-selected={place === current}
              onPointerMove={() => setAt(place)}
              onClick={() => run(entry)}
            >
              <span className={entry.code ? 'cut mono' : 'cut'}>
                <Escape text={entry.name} />
              </span>
              {entry.also ? (
                <span className="cut low palette-also">
                  <Escape text={entry.also} />
                </span>
              ) : null}
              {entry.keys ? <Keys keys={entry.keys} /> : null}
            </div>
          </div>
        ))}
      </div>
      {shown.length === 0 ? <p className="palette-none low">Nothing is called so.</p> : null}
    </>
  )
}
