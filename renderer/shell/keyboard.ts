/**
 * One listener for the whole window. Views register what they answer to while they are shown, so the key map never
 * names a key that does nothing. Single keys act outside fields only and can be switched off.
 */
import { useEffect, useRef } from 'react'

export interface KeyBinding {
  /** `g o` (one after the other), `?`, `j`, `Shift+z`, `Alt+.`, `Escape`, `ArrowDown` */
  readonly on: string
  /** as the map shows it: `['G', 'O']` */
  readonly keys: readonly string[]
  readonly does: string
  /** acts while somebody types too */
  readonly inFields?: boolean
  run(): void
}
/** Keys that a focused part of a view answers itself: named in the map, never acted on from here. */
export const within = (part: string, keys: readonly string[], does: string): KeyBinding => ({
  on: `within ${part} ${keys.join('+')}`,
  keys,
  does,
  run: () => {},
})
export interface KeyGroup {
  readonly title: string
  readonly bindings: readonly KeyBinding[]
}

const groups = new Set<{ readonly current: KeyGroup }>()
let pending: { readonly key: string; readonly at: number } | undefined
const patience = 1500

const offKey = 'tasktrail.single-keys'
export const singleKeysOn = (): boolean => localStorage.getItem(offKey) !== 'off'
export const switchSingleKeys = (on: boolean): void => localStorage.setItem(offKey, on ? 'on' : 'off')

/** Every group now answering, oldest first: the shell, then the view. */
export const keyGroups = (): readonly KeyGroup[] => [...groups].map((group) => group.current)

/** `Alt+.`, `Shift+z`, `?`, `Enter`: one name for one press. */
export function nameOfPress(
  press: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>,
): string {
  const letter = press.key.length === 1 && press.key.toLowerCase() !== press.key.toUpperCase()
  const shift = press.shiftKey && (letter || press.key.length > 1)
  return [
    press.ctrlKey || press.metaKey ? 'Ctrl+' : '',
    press.altKey ? 'Alt+' : '',
    shift ? 'Shift+' : '',
    letter ? press.key.toLowerCase() : press.key,
  ].join('')
}

const inField = (target: EventTarget | null) =>
  target instanceof Element &&
  target.closest(
    'input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable="true"]',
  ) !== null
const inOverlay = (target: EventTarget | null) =>
  target instanceof Element &&
  // a list that is part of the page leaves letters to the window
  target.closest('[role="dialog"], [role="menu"], [role="listbox"]:not([data-in-page])') !== null

function find(wanted: string): KeyBinding | undefined {
  for (const group of [...groups].reverse()) {
    const found = group.current.bindings.find((binding) => binding.on === wanted)
    if (found) return found
  }
  return undefined
}

function onKeyDown(press: KeyboardEvent): void {
  if (press.defaultPrevented || press.isComposing || inOverlay(press.target)) return
  const name = nameOfPress(press)
  if (inField(press.target)) {
    const found = find(name)
    if (!found?.inFields) return
    press.preventDefault()
    found.run()
    return
  }
  if (name.length === 1 && !singleKeysOn()) return
  const before = pending && press.timeStamp - pending.at < patience ? pending.key : undefined
  pending = undefined
  const found = (before && find(`${before} ${name}`)) || find(name)
  if (found) {
    press.preventDefault()
    found.run()
    return
  }
  const starts = [...groups].some((group) => group.current.bindings.some((b) => b.on.startsWith(`${name} `)))
  if (starts) pending = { key: name, at: press.timeStamp }
}

/** Answers to these keys while the calling view is on screen. Later views win over earlier ones. */
export function useKeys(title: string, bindings: readonly KeyBinding[]): void {
  const group = useRef<KeyGroup>({ title, bindings })
  group.current = { title, bindings }
  useEffect(() => {
    if (groups.size === 0) window.addEventListener('keydown', onKeyDown)
    groups.add(group)
    return () => {
      groups.delete(group)
      if (groups.size === 0) window.removeEventListener('keydown', onKeyDown)
    }
  }, [])
}
