// The filter as chips with a draft at the end. Everything it does can be typed, copied and pasted as text.

import {
  type ClipboardEvent,
  type KeyboardEvent,
  type Ref,
  useEffect,
  useId,
  useImperativeHandle,
  useRef,
  useState,
} from 'react'
import type { Facet } from '../../../../src/contract/shapes.ts'
import { Escape, formatCount, Icon, Keys } from '../../../widgets/index.ts'
import { draftParts, type Suggestion, suggestionsFor } from './completion.ts'
import { FilterChip } from './filter-chip.tsx'
import { type FilterFault, filterText, parseFilter, termText, valueText } from './language.ts'
import { filterLimits, type Term } from './terms.ts'

export interface FilterBarHandle {
  focus(): void
}

export function FilterBar(props: {
  ref: Ref<FilterBarHandle>
  terms: readonly Term[]
  onTerms: (terms: readonly Term[]) => void
  facets: readonly Facet[]
  shownDay: string | undefined
  /** the day the whole case plays on, left out of time chips */
  onlyDay: string | undefined
  onLeave: () => void
}) {
  const { terms, onTerms } = props
  const [draft, setDraft] = useState('')
  const [fault, setFault] = useState<FilterFault>()
  const [open, setOpen] = useState(false)
  const [picked, setPicked] = useState(-1)
  const field = useRef<HTMLInputElement>(null)
  const chips = useRef<HTMLDivElement>(null)
  const id = useId()
  useImperativeHandle(props.ref, () => ({ focus: () => field.current?.focus() }), [])

  const suggestions = open ? suggestionsFor(draft, props.facets) : []
  const shown = suggestions.length > 0
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new draft starts its list anew
  useEffect(() => setPicked(-1), [draft])

  const edit = (text: string) => {
    setDraft(text)
    setFault(undefined)
    setOpen(true)
  }
  const add = (text: string): boolean => {
    const parsed = parseFilter(text, props.shownDay)
    if (!parsed.ok) {
      setFault(parsed.fault)
      setOpen(false)
      return false
    }
    if (terms.length + parsed.terms.length > filterLimits.terms) {
      setFault({
        at: 0,
        length: text.length,
        message: `More than ${filterLimits.terms} terms.`,
        remedy: 'Remove some first.',
      })
      return false
    }
    // a new range replaces the old one: two would leave their overlap, which nobody expects from typing
    const replaced = parsed.terms.some((term) => term.key === 'time')
      ? terms.filter((term) => term.key !== 'time')
      : terms
    onTerms([...replaced, ...parsed.terms])
    setDraft('')
    setFault(undefined)
    setOpen(false)
    return true
  }
  const take = (suggestion: Suggestion, exclude: boolean) => {
    const { begun } = draftParts(draft)
    const stem = draft.slice(0, draft.length - begun.length).replace(/"$/, '')
    if (suggestion.value === undefined) {
      edit(`${stem}${suggestion.label}`)
      field.current?.focus()
      return
    }
    const value = suggestion.value === '' ? 'none' : suggestion.value
    const text = `${stem}${valueText(suggestion.key, { text: value, exact: value.includes('*') })}`
    const start = /[^\s]*$/.exec(stem)?.index ?? 0
    add(exclude && !draftParts(draft).not ? `${text.slice(0, start)}-${text.slice(start)}` : text)
  }

  const onKeyDown = (press: KeyboardEvent<HTMLInputElement>) => {
    const current = suggestions[picked]
    const atStart = field.current?.selectionStart === 0 && field.current.selectionEnd === 0
    if (press.key === 'ArrowDown' || press.key === 'ArrowUp') {
      press.preventDefault()
      if (!open) setOpen(true)
      else if (shown) {
        const step = press.key === 'ArrowDown' ? 1 : -1
        setPicked((before) => (before + step + suggestions.length + 1) % (suggestions.length + 1))
        if (picked < 0 && step < 0) setPicked(suggestions.length - 1)
      }
    } else if (press.key === 'Enter') {
      press.preventDefault()
      if (current) take(current, press.altKey)
      else if (draft.trim()) add(draft)
    } else if (press.key === 'Tab' && shown && !press.shiftKey) {
      const one = current ?? suggestions[0]
      if (one && draft.trim()) {
        press.preventDefault()
        take(one, false)
      }
    } else if (press.key === 'Escape') {
      press.preventDefault()
      press.stopPropagation()
      if (shown) setOpen(false)
      else if (draft) edit('')
      else props.onLeave()
    } else if (press.key === 'Backspace' && atStart) {
      const last = terms.at(-1)
      if (!last) return
      press.preventDefault()
      onTerms(terms.slice(0, -1))
      edit(`${termText(last)}${draft ? ` ${draft}` : ''}`)
    } else if (press.key === 'ArrowLeft' && atStart && terms.length > 0) {
      press.preventDefault()
      focusChip(terms.length - 1)
    }
  }
  const focusChip = (at: number) => {
    const buttons = chips.current?.querySelectorAll<HTMLButtonElement>('.filter-chip-body')
    const chip = buttons?.[at]
    if (chip) chip.focus()
    else field.current?.focus()
  }
  const remove = (at: number) => {
    onTerms(terms.filter((_, place) => place !== at))
    field.current?.focus()
  }
  const onCopy = (copy: ClipboardEvent) => {
    // chips and draft together are the filter, unless part of the draft is marked
    const box = field.current
    if (box && box.selectionStart !== box.selectionEnd) return
    copy.preventDefault()
    copy.clipboardData.setData('text/plain', [filterText(terms), draft].filter(Boolean).join(' '))
  }

  return (
    <div className="filter-place">
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: a click beside the draft only puts the caret into it */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: same */}
      <div
        className={fault ? 'filter-field is-fault' : 'filter-field'}
        ref={chips}
        onCopy={onCopy}
        onClick={(click) => {
          if (click.target === click.currentTarget) field.current?.focus()
        }}
      >
        <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
          <path d="M2.5 4.5h11M4.5 8h7M6.5 11.5h3" />
        </svg>
        {terms.map((term, at) => (
          <FilterChip
            // biome-ignore lint/suspicious/noArrayIndexKey: two chips may be alike; their place is who they are
            key={`${at} ${termText(term)}`}
            term={term}
            onlyDay={props.onlyDay}
            onRemove={() => remove(at)}
            onToggle={() =>
              onTerms(terms.map((each, place) => (place === at ? { ...each, off: !each.off } : each)))
            }
            onEdit={() => {
              onTerms(terms.filter((_, place) => place !== at))
              edit(termText({ ...term, off: false }))
              field.current?.focus()
            }}
            onStep={(step) => focusChip(at + step)}
          />
        ))}
        <input
          ref={field}
          className="filter-draft"
          type="text"
          role="combobox"
          aria-label="Filter"
          aria-expanded={shown}
          aria-controls={shown ? `${id}-list` : undefined}
          aria-autocomplete="list"
          aria-activedescendant={shown && picked >= 0 ? `${id}-${picked}` : undefined}
          aria-invalid={fault !== undefined}
          aria-describedby={fault ? `${id}-fault` : undefined}
          autoComplete="off"
          spellCheck={false}
          placeholder={terms.length === 0 ? 'Filter: event:4698 account:admmig, or any words' : ''}
          value={draft}
          onChange={(change) => edit(change.target.value)}
          onKeyDown={onKeyDown}
          onBlur={() => setOpen(false)}
        />
      </div>
      {shown ? (
        <div className="menu completion">
          <div role="listbox" id={`${id}-list`} aria-label="Completion">
            {suggestions.map((each, place) => (
              // biome-ignore lint/a11y/useFocusableInteractive: the field names the option by aria-activedescendant
              // biome-ignore lint/a11y/useKeyWithClickEvents: the field takes the keys
              <div
                role="option"
                id={`${id}-${place}`}
                key={`${each.key} ${each.value ?? each.label}`}
                className="menu-item"
                aria-selected={place === picked}
                onMouseDown={(press) => press.preventDefault()}
                onClick={(click) => take(each, click.altKey)}
              >
                <code className="cut">
                  <Escape text={each.label} />
                </code>
                <span className="says cut">
                  <Escape text={each.says} />
                </span>
                {each.count === undefined ? null : <span className="count">{formatCount(each.count)}</span>}
              </div>
            ))}
          </div>
          <p className="menu-title">
            <Keys keys={['Enter']} /> add, <Keys keys={['Alt', 'Enter']} /> exclude, <Keys keys={['Tab']} />{' '}
            complete
          </p>
        </div>
      ) : null}
      {fault ? (
        <p className="filter-fault" id={`${id}-fault`} role="alert">
          <Icon name="fail" small />
          <span className="filter-fault-place">
            <Escape text={draft.slice(Math.max(0, fault.at - 12), fault.at)} code />
            <mark>
              <Escape text={draft.slice(fault.at, fault.at + Math.min(fault.length, 32)) || ' '} code />
            </mark>
          </span>
          <span>
            <Escape text={fault.message} /> <span className="mid">{fault.remedy}</span>
          </span>
        </p>
      ) : null}
    </div>
  )
}
