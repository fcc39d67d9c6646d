/** All chains of the case, most serious first: one tab stop, arrows move and choose; only rows in view are drawn. */
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react'
import type { StandingShape } from '../../../src/contract/playbook-shapes.ts'
import type { ChainShape } from '../../../src/contract/shapes.ts'
import { useCase } from '../../shell/window-state.tsx'
import {
  Absent,
  Answer,
  Escape,
  formatClock,
  formatCount,
  formatDay,
  HostDot,
  LinkButton,
  MiddleCut,
  plural,
} from '../../widgets/index.ts'
import { shortHost } from '../overview/sentence.ts'
import { kindWord, mechanismWord, pathWord } from '../overview/words.ts'
import { chainKeys, filterChains } from './chain-filter.ts'
import { listRows, rowsInView } from './list-rows.ts'
import { ConflictMark, SetByPerson, Verdict } from './standing.tsx'
import { useStandings } from './use-standings.ts'

export function ChainSideList(props: {
  chains: readonly ChainShape[]
  chosen: string
  onChoose: (id: string) => void
  /** Enter or a click: chosen for good, where the list lies over something else */
  onDone?: () => void
}) {
  const { chains, chosen, onChoose } = props
  const [filter, setFilter] = useState('')
  const shown = useMemo(() => filterChains(chains, filter), [chains, filter])
  const list = useMemo(() => listRows(shown), [shown])
  const [view, setView] = useState({ top: 0, height: 600 })
  const box = useRef<HTMLDivElement>(null)
  const id = useId()
  const rows = rowsInView(list, view.top, view.height)
  const items = rows.flatMap((row) => (row.kind === 'item' ? [row] : []))
  const ids = useMemo(() => shown.map((chain) => chain.id), [shown])
  const standings = useStandings(ids, items[0]?.place ?? 0, items.at(-1)?.place ?? 0)
  const place = shown.findIndex((chain) => chain.id === chosen)
  const days = new Set(chains.map((chain) => formatDay(chain.time))).size

  useEffect(() => {
    const element = box.current
    if (!element) return
    const watch = new ResizeObserver(() =>
      setView((before) => ({ ...before, height: element.clientHeight || before.height })),
    )
    watch.observe(element)
    return () => watch.disconnect()
  }, [])
  // the chosen one is in view, wherever it was chosen
  useEffect(() => {
    const element = box.current
    const row = list.rows.find((each) => each.kind === 'item' && each.chain.id === chosen)
    if (!element || row?.kind !== 'item') return
    const first = row.place === 0 ? 0 : row.top - 8
    if (first < element.scrollTop) element.scrollTop = first
    else if (row.top + 90 > element.scrollTop + element.clientHeight)
      element.scrollTop = row.top + 90 - element.clientHeight
  }, [chosen, list])

  const onKeyDown = (press: KeyboardEvent) => {
    if (press.ctrlKey || press.metaKey || press.altKey) return
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: place + 1,
      ArrowUp: place < 0 ? 0 : place - 1,
      PageDown: place + 8,
      PageUp: place - 8,
      Home: 0,
      End: shown.length - 1,
    }
    const to = steps[press.key]
    if (press.key === 'Enter') props.onDone?.()
    else if (to === undefined) return
    const next = to === undefined ? undefined : shown[Math.max(0, Math.min(shown.length - 1, to))]
    if (next) onChoose(next.id)
    press.preventDefault()
    press.stopPropagation()
  }

  return (
    <div className="chain-side">
      <div className="chain-side-head">
        <input
          className="input"
          type="search"
          aria-label="Filter chains"
          aria-describedby={`${id}-hint`}
          placeholder="Filter: fs01, from:10.23, ran:yes"
          title={`Words anywhere, or one of ${chainKeys.slice(0, 14).join(', ')} with a colon; - before a word excludes it`}
          data-chain-filter=""
          value={filter}
          onChange={(change) => setFilter(change.target.value)}
          onKeyDown={(press) => {
            if (press.key === 'Escape' && filter !== '') {
              setFilter('')
              press.stopPropagation()
            } else if (press.key === 'ArrowDown') box.current?.focus()
          }}
        />
        <p className="chain-side-count" id={`${id}-hint`} role="status">
          {shown.length === chains.length
            ? `${plural(chains.length, 'chain')}, most serious first`
            : `${formatCount(shown.length)} of ${plural(chains.length, 'chain')}`}
        </p>
      </div>
      {shown.length === 0 ? (
        <div className="chain-side-none">
          <p>No chain fits this filter.</p>
          <LinkButton onPress={() => setFilter('')}>Show all {formatCount(chains.length)}</LinkButton>
        </div>
      ) : null}
      <div
        className="chain-side-rows"
        ref={box}
        role="listbox"
        data-in-page=""
        tabIndex={0}
        aria-label="Chains"
        aria-activedescendant={items.some((item) => item.chain.id === chosen) ? `${id}-${chosen}` : undefined}
        hidden={shown.length === 0}
        onScroll={(scroll) => setView({ top: scroll.currentTarget.scrollTop, height: view.height })}
        onKeyDown={onKeyDown}
      >
        <div className="chain-side-all" role="presentation" style={{ height: list.height }}>
          {rows.map((row) =>
            row.kind === 'head' ? (
              <div
                className="side-group"
                role="presentation"
                key={`head ${row.top}`}
                style={{ transform: `translateY(${row.top}px)` }}
              >
                <span>
                  {row.mechanism === 'undetermined' ? 'Way in cannot be told' : mechanismWord(row.mechanism)}
                </span>
                <span className="count">{formatCount(row.count)}</span>
              </div>
            ) : (
              <Item
                key={row.chain.id}
                id={`${id}-${row.chain.id}`}
                chain={row.chain}
                top={row.top}
                place={row.place}
                of={shown.length}
                withDay={days > 1}
                chosen={row.chain.id === chosen}
                standing={standings.get(row.chain.id)}
                onChoose={() => {
                  onChoose(row.chain.id)
                  props.onDone?.()
                }}
              />
            ),
          )}
        </div>
      </div>
    </div>
  )
}

/** The way in, short enough for the list. */
const shortPaths: Readonly<Record<string, string>> = {
  'atsvc-pipe': 'atsvc pipe',
  'rpc-tcp': 'TCP',
  local: 'on the host itself',
  winrm: 'WinRM',
  wmi: 'WMI',
  gpo: 'Group Policy',
  service: 'by a service',
  'file-or-registry': 'file or registry',
}

function Item(props: {
  id: string
  chain: ChainShape
  top: number
  place: number
  of: number
  withDay: boolean
  chosen: boolean
  standing: StandingShape | undefined
  onChoose: () => void
}) {
  const { chain, standing } = props
  const { hosts } = useCase()
  const { account, source } = chain
  const clock = formatClock(chain.time, 0)
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list around it takes the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the list around it has the focus
    <div
      className="chain-item"
      role="option"
      id={props.id}
      aria-selected={props.chosen}
      aria-posinset={props.place + 1}
      aria-setsize={props.of}
      style={{ transform: `translateY(${props.top}px)` }}
      onClick={props.onChoose}
    >
      <span className="chain-item-line">
        <HostDot place={hosts.findIndex((host) => host.name === chain.host)} />
        <MiddleCut text={chain.task.path} code />
        <time className="when" dateTime={chain.time} title={chain.time}>
          {props.withDay ? `${formatDay(chain.time).slice(5)} ${clock}` : clock}
        </time>
      </span>
      <span className="chain-item-line sub">
        <span className="cut">
          <span className="mono" title={chain.host}>
            <Escape text={shortHost(chain.host)} />
          </span>
          {', '}
          {account.name === null ? (
            <Absent why="account not recorded" />
          ) : (
            <Escape text={account.domain ? `${account.domain}\\${account.name}` : account.name} />
          )}
        </span>
        <span className="ran" title={chain.executed.why.slice(0, 2000)}>
          <Answer
            answer={chain.executed.answer}
            word={
              chain.executed.answer === 'yes' ? 'Ran' : chain.executed.answer === 'no' ? 'Not run' : 'Ran?'
            }
          />
        </span>
      </span>
      <span className="chain-item-line sub">
        <span className="cut" title={pathWord(chain.path)}>
          {kindWord(chain.kind)}
          {source.ip !== null ? (
            <>
              {' from '}
              <span className="mono">
                <Escape text={source.ip} />
              </span>
            </>
          ) : source.candidates.length > 0 ? (
            ` from one of ${source.candidates.length} addresses`
          ) : null}
          {shortPaths[chain.path] === undefined ? null : `, ${shortPaths[chain.path]}`}
        </span>
      </span>
      <span className="chain-item-line says">
        {standing ? <Verdict evidence={standing.evidence} signs={standing.signs} /> : null}
        <span className="grow" />
        {standing ? <ConflictMark count={standing.conflicts} /> : null}
        {standing ? <SetByPerson disposition={standing.disposition} /> : null}
      </span>
    </div>
  )
}
