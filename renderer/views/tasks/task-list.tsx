/** All tasks, the loudest first: one tab stop, arrows move and choose; only rows in view are drawn. */
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import type { TaskRowShape } from '../../../src/contract/task-shapes.ts'
import { useCase } from '../../shell/window-state.tsx'
import {
  Escape,
  formatClock,
  formatCount,
  formatDay,
  HostDot,
  Icon,
  LinkButton,
  MiddleCut,
  plural,
} from '../../widgets/index.ts'
import { listHeight, placeOf, placesInView } from './list-places.ts'
import type { TaskPages } from './task-pages.ts'
import { findingWord, groupWords, signWord } from './task-words.ts'

type Only = 'findings' | 'signs' | null
const kinds: readonly (readonly [Only, string])[] = [
  [null, 'All'],
  ['findings', 'Findings'],
  ['signs', 'Signs'],
]

export function TaskList(props: {
  pages: TaskPages
  text: string
  onText: (text: string) => void
  only: Only
  onOnly: (only: Only) => void
  host: string | null
  onHost: (host: string | null) => void
  chosen: string | null
  onChoose: (id: string) => void
  /** grows in amount with every step asked for; its sign is the direction */
  stepped: number
}) {
  const { pages, chosen } = props
  const groups = pages.head?.groups ?? []
  const total = pages.head?.total ?? 0
  const [view, setView] = useState({ top: 0, height: 800 })
  const [cursor, setCursor] = useState(-1)
  const box = useRef<HTMLDivElement>(null)
  const id = useId()
  const places = placesInView(groups, view.top, view.height)
  const positions = places.flatMap((each) => (each.kind === 'row' ? [each.position] : []))
  const first = positions[0] ?? 0
  const last = positions.at(-1) ?? 0
  useEffect(() => pages.want(first, last))
  useEffect(() => {
    const element = box.current
    if (!element) return
    const watch = new ResizeObserver(() =>
      setView((before) => ({ ...before, height: element.clientHeight || before.height })),
    )
    watch.observe(element)
    return () => watch.disconnect()
  }, [])
  // where the chosen one stands, as far as its row is loaded
  const at = positions.find((position) => pages.row(position)?.id === chosen)
  const current = at ?? (pages.row(cursor)?.id === chosen ? cursor : -1)

  const moveTo = (wanted: number) => {
    if (total === 0) return
    const position = Math.max(0, Math.min(total - 1, wanted))
    setCursor(position)
    const row = pages.row(position)
    if (row) props.onChoose(row.id)
    else pages.want(position, position)
    const place = placeOf(groups, position)
    const element = box.current
    if (!element || !place) return
    if (position === 0) element.scrollTop = 0
    else if (place.top - 30 < element.scrollTop) element.scrollTop = place.top - 30
    else if (place.top + place.height + 8 > element.scrollTop + element.clientHeight)
      element.scrollTop = place.top + place.height + 8 - element.clientHeight
  }
  // a row that was not loaded when it was gone to is chosen when it comes
  const awaited = cursor >= 0 && cursor < total && current < 0 ? pages.row(cursor) : undefined
  // the one that other views brought here is in sight
  const firstOf = pages.head && chosen !== null ? positionOf(pages, chosen) : -1
  const revealed = useRef<string>(undefined)
  useEffect(() => {
    if (firstOf < 0 || chosen === null || revealed.current === chosen) return
    revealed.current = chosen
    const element = box.current
    const place = placeOf(pages.head?.groups ?? [], firstOf)
    if (!element || !place) return
    const isSeen =
      place.top >= element.scrollTop && place.top + place.height <= element.scrollTop + element.clientHeight
    if (!isSeen) element.scrollTop = place.top - element.clientHeight / 3
  })
  const answered = useRef(props.stepped)
  useEffect(() => {
    if (props.stepped === answered.current) return
    answered.current = props.stepped
    moveTo(Math.max(0, current) + Math.sign(props.stepped))
  })
  const { onChoose } = props
  useEffect(() => {
    if (awaited && cursor >= 0) {
      setCursor(-1)
      onChoose(awaited.id)
    }
  }, [awaited, cursor, onChoose])

  const onKeyDown = (press: KeyboardEvent) => {
    if (press.ctrlKey || press.metaKey || press.altKey) return
    const page = Math.max(1, positions.length - 12)
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + page,
      PageUp: current - page,
      Home: 0,
      End: total - 1,
    }
    const to = steps[press.key]
    if (to === undefined) return
    moveTo(to)
    press.preventDefault()
    press.stopPropagation()
  }
  const hosts = pages.head?.hosts ?? []
  const filtered = props.text !== '' || props.only !== null || props.host !== null

  return (
    <aside className="task-side" aria-label="All tasks">
      <div className="task-side-head">
        <input
          className="input"
          type="search"
          aria-label="Find a task"
          placeholder="Find a path, command or account"
          data-task-filter=""
          value={props.text}
          maxLength={400}
          onChange={(change) => props.onText(change.target.value)}
          onKeyDown={(press) => {
            if (press.key === 'Escape' && props.text !== '') {
              props.onText('')
              press.stopPropagation()
            } else if (press.key === 'ArrowDown') box.current?.focus()
          }}
        />
        <div className="row task-side-kinds">
          <fieldset className="segmented">
            <legend className="unseen">Which tasks</legend>
            {kinds.map(([only, name]) => (
              <button
                key={name}
                type="button"
                aria-pressed={props.only === only}
                onClick={() => props.onOnly(only)}
              >
                {name}
              </button>
            ))}
          </fieldset>
          {hosts.length > 1 ? (
            <select
              className="input task-host"
              aria-label="Host"
              value={props.host ?? ''}
              onChange={(change) => props.onHost(change.target.value || null)}
            >
              <option value="">All {formatCount(hosts.length)} hosts</option>
              {hosts.map(({ host, tasks }) => (
                <option key={host} value={host}>
                  {host} ({formatCount(tasks)})
                </option>
              ))}
            </select>
          ) : null}
        </div>
        <p className="task-side-count" role="status">
          {pages.head
            ? filtered
              ? `${formatCount(total)} of ${plural(pages.head.all, 'task')}`
              : `${plural(pages.head.all, 'task')}, what to look at first on top`
            : ''}
          {pages.slow ? ', searching' : ''}
        </p>
      </div>
      {pages.head && total === 0 ? (
        <div className="task-side-none">
          <p>No task fits.</p>
          <LinkButton
            onPress={() => {
              props.onText('')
              props.onOnly(null)
              props.onHost(null)
            }}
          >
            Show all {formatCount(pages.head.all)}
          </LinkButton>
        </div>
      ) : null}
      <div
        className="task-side-rows"
        ref={box}
        role="listbox"
        data-in-page=""
        tabIndex={0}
        aria-label="Tasks"
        aria-activedescendant={at === undefined ? undefined : `${id}-${at}`}
        hidden={total === 0}
        onScroll={(scroll) => setView({ top: scroll.currentTarget.scrollTop, height: view.height })}
        onKeyDown={onKeyDown}
      >
        <div className="task-side-all" role="presentation" style={{ height: listHeight(groups) }}>
          {places.map((place) =>
            place.kind === 'head' ? (
              <div
                className="side-group"
                role="presentation"
                key={place.group}
                style={{ transform: `translateY(${place.top}px)` }}
              >
                <span>{groupWords[place.group]}</span>
                <span className="count">{formatCount(place.tasks)}</span>
              </div>
            ) : (
              <Item
                key={place.position}
                id={`${id}-${place.position}`}
                row={pages.row(place.position)}
                calm={place.calm}
                top={place.top}
                position={place.position}
                of={total}
                chosen={chosen}
                onChoose={(task) => {
                  setCursor(place.position)
                  props.onChoose(task)
                }}
              />
            ),
          )}
        </div>
      </div>
    </aside>
  )
}

/** Where a task stands among the first rows; -1 when it is not among them. */
function positionOf(pages: TaskPages, id: string): number {
  const most = Math.min(200, pages.head?.total ?? 0)
  for (let position = 0; position < most; position++) if (pages.row(position)?.id === id) return position
  return -1
}

function Item(props: {
  id: string
  row: TaskRowShape | undefined
  calm: boolean
  top: number
  position: number
  of: number
  chosen: string | null
  onChoose: (id: string) => void
}) {
  const { row } = props
  const { hosts } = useCase()
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list around it takes the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the list around it has the focus
    <div
      className={props.calm ? 'task-item is-calm' : 'task-item'}
      role="option"
      id={props.id}
      aria-selected={row !== undefined && row.id === props.chosen}
      aria-posinset={props.position + 1}
      aria-setsize={props.of}
      aria-label={row ? undefined : 'Loading'}
      style={{ transform: `translateY(${props.top}px)` }}
      onClick={() => row && props.onChoose(row.id)}
    >
      {row ? (
        <>
          <span className="task-item-line">
            {hosts.length > 1 ? (
              <span title={row.host} className="task-item-host">
                <HostDot place={hosts.findIndex((host) => host.name === row.host)} />
                <span className="unseen">
                  <Escape text={row.host} />
                </span>
              </span>
            ) : null}
            <MiddleCut text={row.path} code />
            {row.last === null ? null : (
              <time className="when" dateTime={row.last} title={`last record: ${row.last}`}>
                {props.calm
                  ? formatDay(row.last).slice(5)
                  : `${formatDay(row.last).slice(5)} ${formatClock(row.last, 0)}`}
              </time>
            )}
          </span>
          {props.calm ? null : <Says row={row} />}
        </>
      ) : (
        <span className="skeleton" />
      )}
    </div>
  )
}

/** What speaks against it, in a line. */
function Says(props: { row: TaskRowShape }) {
  const { row } = props
  const words = [...row.alarms, ...row.notices].map(findingWord)
  const signs = row.signs.map(({ id }) => signWord(id))
  const kind =
    row.alarms.length > 0
      ? 'harm'
      : words.length > 0 || row.signs.some(({ strong }) => strong)
        ? 'judge'
        : 'note'
  const text = (words.length > 0 ? words : signs).join(', ')
  return (
    <span className={`task-item-line says says-${kind}`} title={[...words, ...signs].join(', ')}>
      <Icon name={kind === 'harm' ? 'fail' : kind === 'judge' ? 'warn' : 'note'} />
      <span className="cut">{text}</span>
      {words.length > 0 && signs.length > 0 ? (
        <span className="low">{plural(signs.length, 'sign')}</span>
      ) : null}
    </span>
  )
}
