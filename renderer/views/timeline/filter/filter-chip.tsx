import type { KeyboardEvent } from 'react'
import { Escape, Icon } from '../../../widgets/index.ts'
import { termText, valueText } from './language.ts'
import type { Term } from './terms.ts'
import { parseTimeRange, rangeLabel } from './time-range.ts'

/** The values of a chip for reading. */
function chipWords(term: Term, onlyDay: string | undefined): string {
  if (term.key === 'time') {
    const parsed = parseTimeRange(term.values[0]?.text ?? '', undefined)
    if (parsed.ok) return rangeLabel(parsed.range, onlyDay)
  }
  return term.values.map((value) => valueText(term.key, value)).join(', ')
}

/** One term. Space or a click switches it off and on, Delete takes it away, Enter edits it. */
export function FilterChip(props: {
  term: Term
  onlyDay: string | undefined
  onRemove: () => void
  onToggle: () => void
  onEdit: () => void
  onStep: (step: -1 | 1) => void
}) {
  const { term } = props
  const words = chipWords(term, props.onlyDay)
  const spoken = `${term.not ? 'not ' : ''}${term.key} ${words}`.slice(0, 200)
  const onKeyDown = (press: KeyboardEvent) => {
    const acts: Readonly<Record<string, () => void>> = {
      Backspace: props.onRemove,
      Delete: props.onRemove,
      Enter: props.onEdit,
      ' ': props.onToggle,
      ArrowLeft: () => props.onStep(-1),
      ArrowRight: () => props.onStep(1),
    }
    const act = acts[press.key]
    if (!act || press.altKey || press.ctrlKey || press.metaKey) return
    press.preventDefault()
    press.stopPropagation()
    act()
  }
  return (
    <span className={term.off ? 'filter-chip is-off' : 'filter-chip'}>
      <button
        type="button"
        className="filter-chip-body"
        aria-pressed={!term.off}
        aria-label={`Filter ${spoken}`}
        title={`${termText({ ...term, off: false }).slice(0, 2000)}\nSpace switches it ${term.off ? 'on' : 'off'}, Enter edits it`}
        onClick={props.onToggle}
        onDoubleClick={props.onEdit}
        onKeyDown={onKeyDown}
      >
        {term.not ? <span className="not">not</span> : null}
        <span className="key">{term.key}</span>
        <span className="value cut">
          <Escape text={words} />
        </span>
      </button>
      <button
        type="button"
        className="filter-chip-close"
        tabIndex={-1}
        aria-label={`Remove ${spoken}`}
        onClick={props.onRemove}
      >
        <Icon name="close" small />
      </button>
    </span>
  )
}
