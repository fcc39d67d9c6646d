/** The key map: only what works on the screen behind it. */
import { useState } from 'react'
import { Dialog } from '../widgets/dialog.tsx'
import { Keys } from '../widgets/keys.tsx'
import { keyGroups, singleKeysOn, switchSingleKeys } from './keyboard.ts'

export function KeyMap(props: { open: boolean; onClose: () => void }) {
  const [on, setOn] = useState(singleKeysOn)
  return (
    <Dialog open={props.open} onClose={props.onClose} title="Keyboard">
      <div className="key-map">
        {keyGroups().map((group) => (
          <section key={group.title}>
            <h3 className="block-title">{group.title}</h3>
            <dl className="key-list">
              {group.bindings.map((binding) => (
                <div key={binding.on}>
                  <dt>{binding.does}</dt>
                  <dd>
                    <span className="unseen">{binding.keys.join(' then ')}</span>
                    <Keys keys={binding.keys} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        <section>
          <h3 className="block-title">Everywhere</h3>
          <dl className="key-list">
            <div>
              <dt>Next, previous control</dt>
              <dd>
                <Keys keys={['Tab', 'Shift Tab']} />
              </dd>
            </div>
            <div>
              <dt>Close a dialog or a menu</dt>
              <dd>
                <Keys keys={['Esc']} />
              </dd>
            </div>
          </dl>
        </section>
        <label className="check">
          <input
            className="box"
            type="checkbox"
            checked={on}
            onChange={(change) => {
              switchSingleKeys(change.target.checked)
              setOn(change.target.checked)
            }}
          />
          Single letters act outside of fields
        </label>
      </div>
    </Dialog>
  )
}
