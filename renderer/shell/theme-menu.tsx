import { Menu } from '@base-ui/react/menu'
import { useState } from 'react'
import { Icon } from '../widgets/icon.tsx'
import { applyTheme, keptTheme, type Theme, themes } from './theme-choice.ts'

const words: Readonly<Record<Theme, string>> = { system: 'As the system', light: 'Light', dark: 'Dark' }

export function ThemeMenu() {
  const [theme, setTheme] = useState(keptTheme)
  const choose = (value: unknown) => {
    const chosen = themes.find((each) => each === value)
    if (!chosen) return
    applyTheme(chosen)
    setTheme(chosen)
  }
  return (
    <Menu.Root>
      <Menu.Trigger
        className="button button-quiet button-icon"
        aria-label="Light or dark"
        title="Light or dark"
      >
        <Icon name="theme" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner className="floating" align="end" sideOffset={4}>
          <Menu.Popup className="menu">
            <Menu.RadioGroup value={theme} onValueChange={choose}>
              {themes.map((each) => (
                <Menu.RadioItem key={each} value={each} className="menu-item" closeOnClick>
                  <span className="menu-check">{each === theme ? <Icon name="check" /> : null}</span>
                  {words[each]}
                </Menu.RadioItem>
              ))}
            </Menu.RadioGroup>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}
