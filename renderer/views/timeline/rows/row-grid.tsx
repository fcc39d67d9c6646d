// The virtual table. It holds the focus itself and names its cursor row, so that scrolling never loses the focus.

import { useVirtualizer } from '@tanstack/react-virtual'
import {
  type KeyboardEvent,
  type MouseEvent,
  type Ref,
  useCallback,
  useEffect,
  useImperativeHandle,
  useMemo,
  useRef,
  useState,
} from 'react'
import type { CaseSummary } from '../../../../src/contract/shapes.ts'
import { Icon } from '../../../widgets/index.ts'
import { ColumnGrip } from './column-grip.tsx'
import { type ColumnId, columnsFor, gridTemplate, hostLabels, isValueKey, type ValueKey } from './columns.ts'
import { RowLine } from './row-line.tsx'
import type { RowPages } from './row-pages.ts'
import { isRowSelected, type RowSelection } from './row-selection.ts'
import { splitTime } from './row-time.ts'
import { placeRow, rowHeight, shiftAfterScroll, slotCount } from './scroll-map.ts'

/** Height of the sticky head. */
const headHeight = 26

export interface RowGridHandle {
  focus(): void
  /** scrolls so that the row is seen; `middle` when it comes from elsewhere */
  reveal(row: number, how: 'nearest' | 'middle'): void
}

export interface RowGridProps {
  readonly ref: Ref<RowGridHandle>
  readonly pages: RowPages
  /** grows when rows arrive */
  readonly version: number
  readonly total: number
  readonly summary: CaseSummary
  readonly selection: RowSelection
  readonly dimmed: boolean
  /** a window of 1180 px or less: channel and record go */
  readonly narrow: boolean
  readonly widths: Readonly<Partial<Record<ColumnId, number>>>
  readonly onWidth: (column: ColumnId, width: number | undefined) => void
  readonly onMove: (to: number, how: 'one' | 'range' | 'add') => void
  readonly onOpen: (row: number) => void
  /** the column of the cursor: what `.` asks for */
  readonly cell: ValueKey
  readonly onCell: (cell: ValueKey) => void
  /** the day shown in the head, for clock-only times in the filter */
  readonly onDay: (day: string) => void
}

export function RowGrid(props: RowGridProps) {
  const { pages, total, summary, selection } = props
  const scroller = useRef<HTMLDivElement>(null)
  const [shift, setShift] = useState(0)
  const [width, setWidth] = useState(1000)
  const lastSlot = useRef(0)
  const columns = useMemo(
    () => columnsFor(width, props.narrow, summary, props.widths),
    [width, props.narrow, summary, props.widths],
  )
  const template = useMemo(() => gridTemplate(columns), [columns])
  const hostPlaces = useMemo(() => new Map(summary.hosts.map((host, place) => [host.name, place])), [summary])

  const labels = useMemo(() => hostLabels(summary.hosts.map((host) => host.name)), [summary])

  const slots = slotCount(total)
  const virtual = useVirtualizer({
    count: slots,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    initialRect: { width: 1000, height: 600 },
  })
  const drawn = virtual.getVirtualItems()
  const page = Math.max(1, Math.floor(((scroller.current?.clientHeight ?? 600) - headHeight) / rowHeight))
  const first = (drawn[0]?.index ?? 0) + shift
  const last = Math.min(total - 1, (drawn.at(-1)?.index ?? 0) + shift)

  // what is in sight is asked for at once; while the thumb is dragged, only where it rests
  const heading = useRef(0)
  const before = useRef(first)
  useEffect(() => {
    const step = first - before.current
    before.current = first
    heading.current = step === 0 ? heading.current : Math.sign(step)
    const wait = setTimeout(() => pages.want(first, last, heading.current), Math.abs(step) > 600 ? 50 : 0)
    return () => clearTimeout(wait)
  }, [pages, first, last])

  // the slot under the first full row; the head covers as much as the space is moved down by it
  const topSlot = () => Math.floor((scroller.current?.scrollTop ?? 0) / rowHeight)
  const onScroll = () => {
    const box = scroller.current
    if (!box) return
    const from = lastSlot.current
    const to = topSlot()
    const last = Math.floor((box.scrollHeight - box.clientHeight) / rowHeight)
    lastSlot.current = to
    setShift((shift) => shiftAfterScroll({ from, to, last, shift, page, total }))
  }

  const reveal = useCallback(
    (row: number, how: 'nearest' | 'middle') => {
      const box = scroller.current
      if (!box) return
      const inside = box.clientHeight - headHeight
      const place = row - shift >= 0 && row - shift < slots ? { slot: row - shift, shift } : undefined
      const at = place === undefined || how === 'middle' ? placeRow(row, total) : place
      const top = at.slot * rowHeight
      let wanted = box.scrollTop
      if (how === 'middle') wanted = top - Math.max(0, Math.floor(inside / rowHeight / 2 - 1)) * rowHeight
      else if (top < box.scrollTop) wanted = top
      else if (top + rowHeight > box.scrollTop + inside) wanted = top + rowHeight - inside
      const scrollTop = Math.max(0, wanted)
      lastSlot.current = Math.floor(scrollTop / rowHeight)
      setShift(at.shift)
      box.scrollTop = scrollTop
    },
    [shift, slots, total],
  )
  useImperativeHandle(props.ref, () => ({ focus: () => scroller.current?.focus(), reveal }), [reveal])

  useEffect(() => {
    const box = scroller.current
    if (!box) return
    const watch = new ResizeObserver(() => setWidth(box.clientWidth))
    watch.observe(box)
    return () => watch.disconnect()
  }, [])

  const topRow = pages.row(Math.min(total - 1, Math.max(0, topSlot() + shift))) ?? pages.row(first)
  const day = topRow ? splitTime(topRow.time).day : ''
  const { onDay } = props
  useEffect(() => {
    if (day) onDay(day)
  }, [day, onDay])

  const onKeyDown = (press: KeyboardEvent) => {
    if (press.altKey || press.metaKey || press.target !== press.currentTarget) return
    const cursor = selection.cursor
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: cursor + 1,
      ArrowUp: cursor < 0 ? 0 : cursor - 1,
      PageDown: Math.max(0, cursor) + page - 1,
      PageUp: cursor - page + 1,
      Home: 0,
      End: total - 1,
    }
    const to = moves[press.key]
    if (to !== undefined) {
      press.preventDefault()
      props.onMove(Math.min(total - 1, Math.max(0, to)), press.shiftKey ? 'range' : 'one')
    } else if (press.key === 'ArrowLeft' || press.key === 'ArrowRight') {
      press.preventDefault()
      const cells = columns.map((column) => column.id).filter(isValueKey)
      const next = cells[cells.indexOf(props.cell) + (press.key === 'ArrowLeft' ? -1 : 1)]
      if (next) props.onCell(next)
    } else if (press.key === 'Enter' && cursor >= 0) {
      press.preventDefault()
      props.onOpen(cursor)
    }
  }
  const rowAt = (click: MouseEvent): number | undefined => {
    const line = (click.target as Element).closest('[data-index]')
    return line === null ? undefined : Number(line.getAttribute('data-index'))
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: a table of a million rows cannot be a <table>
    <div
      ref={scroller}
      className={props.dimmed ? 'rows is-dimmed' : 'rows'}
      role="grid"
      tabIndex={0}
      aria-label="Timeline rows"
      aria-rowcount={total + 1}
      aria-colcount={columns.length}
      aria-multiselectable="true"
      aria-busy={props.dimmed}
      aria-activedescendant={
        selection.cursor >= first && selection.cursor <= last ? `row-${selection.cursor}` : undefined
      }
      onScroll={onScroll}
      onKeyDown={onKeyDown}
      onClick={(click) => {
        const at = rowAt(click)
        const cell = (click.target as Element).closest('[data-cell]')?.getAttribute('data-cell') ?? undefined
        if (isValueKey(cell)) props.onCell(cell)
        if (at !== undefined)
          props.onMove(at, click.shiftKey ? 'range' : click.ctrlKey || click.metaKey ? 'add' : 'one')
      }}
      onDoubleClick={(click) => {
        const at = rowAt(click)
        if (at !== undefined) props.onOpen(at)
      }}
      style={{ '--columns': template } as Record<string, string>}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: see the grid */}
      <div className="rows-head" role="row" aria-rowindex={1} tabIndex={-1}>
        {columns.map((column, place) => (
          // biome-ignore lint/a11y/useSemanticElements: see the grid
          <div
            role="columnheader"
            key={column.id}
            tabIndex={-1}
            aria-colindex={place + 1}
            className={`cell cell-${column.id}${column.right ? ' num' : ''}`}
          >
            {column.id === 'mark' ? (
              <span className="unseen">{column.title}</span>
            ) : column.id === 'time' ? (
              <span className="cut" title="Oldest first; equal times by record">
                {day ? `${day} UTC` : 'Time, UTC'} <Icon name="up" small />
              </span>
            ) : (
              <span className="cut">{column.title}</span>
            )}
            {column.width !== undefined && column.id !== 'mark' ? (
              <ColumnGrip width={column.width} onWidth={(wide) => props.onWidth(column.id, wide)} />
            ) : null}
          </div>
        ))}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: see the grid */}
      <div className="rows-space" role="rowgroup" style={{ height: slots * rowHeight }}>
        <div className="rows-window" role="presentation" style={{ top: drawn[0]?.start ?? 0 }}>
          {drawn.map(({ index: slot }) => {
            const index = slot + shift
            if (index >= total) return null
            const row = pages.row(index)
            const above = index > 0 ? pages.row(index - 1) : undefined
            return (
              <RowLine
                key={index}
                index={index}
                row={row}
                columns={columns}
                selected={isRowSelected(selection, index)}
                cursor={selection.cursor === index}
                cell={selection.cursor === index ? props.cell : undefined}
                hostLabel={row ? (labels.get(row.host) ?? row.host) : ''}
                hostPlace={row ? (hostPlaces.get(row.host) ?? -1) : -1}
                newDay={Boolean(row && above && row.time.slice(0, 10) !== above.time.slice(0, 10))}
              />
            )
          })}
        </div>
      </div>
    </div>
  )
}
