/** Settings of this machine: what stands beside UTC, how dense lists are, light or dark, single keys. */
import { useId, useState } from 'react'
import { Dialog } from '../widgets/dialog.tsx'
import { singleKeysOn, switchSingleKeys } from './keyboard.ts'
import { changeSettings, densities, hostsOwn, noZone, useSettings, zones } from './settings.ts'
import { applyTheme, keptTheme, type Theme, themes } from './theme-choice.ts'

const themeWords: Readonly<Record<Theme, string>> = { system: 'As the system', light: 'Light', dark: 'Dark' }
const densityWords = { roomy: 'Roomy', standard: 'Standard', dense: 'Dense' } as const

export function SettingsDialog(props: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={props.open} onClose={props.onClose} title="Settings">
      <Fields />
    </Dialog>
  )
}

function Fields() {
  const { beside, density } = useSettings()
  const [theme, setTheme] = useState(keptTheme)
  const [keys, setKeys] = useState(singleKeysOn)
  const id = useId()
  const kind = beside === hostsOwn || beside === noZone ? beside : 'zone'
  return (
    <div className="settings">
      <div className="field">
        <label className="field-label" htmlFor={`${id}-beside`}>
          Beside UTC
        </label>
        <select
          className="input"
          id={`${id}-beside`}
          value={kind}
          onChange={(change) => {
            const { value } = change.target
            const own = Intl.DateTimeFormat().resolvedOptions().timeZone
            changeSettings({ beside: value === 'zone' ? own : value })
          }}
        >
          <option value={hostsOwn}>The host’s own clock</option>
          <option value="zone">One zone for all hosts</option>
          <option value={noZone}>Nothing</option>
        </select>
        {kind === 'zone' ? (
          <select
            className="input"
            aria-label="Zone"
            value={beside}
            onChange={(change) => changeSettings({ beside: change.target.value })}
          >
            {[...new Set([beside, ...zones()])].map((zone) => (
              <option key={zone} value={zone}>
                {zone}
              </option>
            ))}
          </select>
        ) : null}
        <p className="field-hint">Times are always told in UTC. This only adds a second clock.</p>
      </div>
      <Choice
        label="Lists"
        values={densities}
        words={densityWords}
        value={density}
        onValue={(value) => changeSettings({ density: value })}
      />
      <Choice
        label="Light or dark"
        values={themes}
        words={themeWords}
        value={theme}
        onValue={(value) => {
          applyTheme(value)
          setTheme(value)
        }}
      />
      <label className="check">
        <input
          className="box"
          type="checkbox"
          checked={keys}
          onChange={(change) => {
            switchSingleKeys(change.target.checked)
            setKeys(change.target.checked)
          }}
        />
        Single letters act outside of fields
      </label>
      <p className="field-hint">Kept on this machine, in no case.</p>
    </div>
  )
}

function Choice<T extends string>(props: {
  label: string
  values: readonly T[]
  words: Readonly<Record<T, string>>
  value: T
  onValue: (value: T) => void
}) {
  return (
    <fieldset className="field">
      <legend className="field-label">{props.label}</legend>
      <span className="segmented">
        {props.values.map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={props.value === each}
            onClick={() => props.onValue(each)}
          >
            {props.words[each]}
          </button>
        ))}
      </span>
    </fieldset>
  )
}
