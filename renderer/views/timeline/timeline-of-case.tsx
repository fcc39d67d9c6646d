import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { CaseSummary, CitationShape, TimelineRow } from '../../../src/contract/shapes.ts'
import { type FileTime, fileTime, parseUtc } from '../../../src/domain/time.ts'
import { troubleOf } from '../../api/trouble.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { useKeys } from '../../shell/keyboard.ts'
import { sameRecord, useApi, useWindow } from '../../shell/window-state.tsx'
import { Button, Empty, Notice, plural, Skeleton, TroubleNotice } from '../../widgets/index.ts'
import type { RecordTab } from '../record/record-pane.tsx'
import { DensityStrip } from './density/density-strip.tsx'
import { DetailsPlace } from './details-place.tsx'
import { FacetsMenu } from './facets/facets-menu.tsx'
import { FacetsPanel } from './facets/facets-panel.tsx'
import { compileFilter, toggleValue, withTimeRange } from './filter/compile.ts'
import { FilterBar, type FilterBarHandle } from './filter/filter-bar.tsx'
import { onlyResponder, withoutResponder } from './filter/responder.ts'
import type { Term } from './filter/terms.ts'
import { rangeBetween, rangeText } from './filter/time-range.ts'
import { RecoveredSwitch, ResponderSwitch, RowCount } from './row-count.tsx'
import { type ColumnId, type ValueKey, valueOfRow } from './rows/columns.ts'
import { RowGrid, type RowGridHandle } from './rows/row-grid.tsx'
import { noRows, oneRow, type RowSelection, rangeTo, withRow } from './rows/row-selection.ts'
import { useRowPages } from './rows/use-row-pages.ts'
import { recall, remember } from './timeline-memory.ts'
import { useRowCopy } from './use-row-copy.ts'
import { useWindowWidth } from './use-window-width.ts'

const buckets = 180

export function TimelineOfCase(props: { summary: CaseSummary }) {
  const { summary } = props
  const { caseId } = summary
  const api = useApi()
  const { selected, select, openCount, openPart, back } = useWindow()
  const memory = useMemo(() => recall(caseId), [caseId])
  const [terms, setTerms] = useState<readonly Term[]>(memory.terms)
  const [detailsOpen, setDetailsOpen] = useState(memory.detailsOpen)
  const [tab, setTab] = useState<RecordTab>('fields')
  const [selection, setSelection] = useState<RowSelection>(noRows)
  const [widths, setWidths] = useState<Readonly<Partial<Record<ColumnId, number>>>>({})
  const [day, setDay] = useState<string>()
  const [hidden, setHidden] = useState(false)
  const [cell, setCell] = useState<ValueKey>('event')
  const [recovered, setRecovered] = useState(memory.recovered)
  const [responder, setResponder] = useState(memory.responder)
  const grid = useRef<RowGridHandle>(null)
  const bar = useRef<FilterBarHandle>(null)
  const windowWidth = useWindowWidth()
  const wide = windowWidth >= 1800
  const narrow = windowWidth <= 1180

  const filter = useMemo(
    () => ({
      ...(responder ? compileFilter(terms) : withoutResponder(compileFilter(terms))),
      ...(recovered ? { recovered } : {}),
    }),
    [terms, recovered, responder],
  )
  // the responder's rows of the same filter, whether they are shown or not: none goes uncounted
  const ownFilter = useMemo(() => onlyResponder(compileFilter(terms)), [terms])
  const own = useAnswer(
    `responder ${JSON.stringify([caseId, ownFilter, summary.counts.records])}`,
    async (signal) => {
      const counted = await api.timeline.slice({ caseId, filter: ownFilter, from: 0, count: 1 }, { signal })
      return counted.total
    },
  )
  const key = JSON.stringify([caseId, filter, summary.counts.records])
  const shown = useRowPages(key, (from, count, signal) =>
    api.timeline.slice({ caseId, filter, from, count }, { signal }),
  )
  const density = useAnswer(`density ${key}`, (signal) =>
    api.timeline.density({ caseId, filter, buckets }, { signal }),
  )
  const recoverable = useAnswer(`recovered ${caseId} ${summary.counts.records}`, (signal) =>
    api.timeline.recovered({ caseId }, { signal }),
  )
  const facets = useAnswer(`facets ${key}`, (signal) => api.timeline.facets({ caseId, filter }, { signal }))
  const { pages, state } = shown
  const total = state.total ?? 0
  const copy = useRowCopy(pages, selection, selected)

  const cursorRow: TimelineRow | undefined = selection.cursor >= 0 ? pages?.row(selection.cursor) : undefined
  const atCursor = cursorRow !== undefined && sameRecord(cursorRow.citation, selected)
  const ready = pages !== undefined && !shown.pending && state.total !== undefined
  // the cursor moved to a row that is not loaded yet: that row is selected when it comes
  const [awaited, setAwaited] = useState(false)

  // where the selected record stands in the rows now shown: its place changes with the filter
  const found = useAnswer(
    ready && selected && !atCursor && !awaited ? JSON.stringify(['find', key, selected]) : null,
    async (signal) => {
      const at = selected as CitationShape
      return { at, key, place: await api.timeline.find({ caseId, filter, at }, { signal }) }
    },
  )
  const place = found.value
  useEffect(() => {
    if (!ready || awaited || !place || place.key !== key || !sameRecord(place.at, selected)) return
    setHidden(place.place === null)
    setSelection(place.place === null ? noRows : oneRow(place.place))
    if (place.place !== null) grid.current?.reveal(place.place, 'middle')
  }, [ready, awaited, place, key, selected])
  useEffect(() => {
    if (!awaited || !cursorRow || shown.pending) return
    setAwaited(false)
    select(cursorRow.citation)
  }, [awaited, cursorRow, shown.pending, select])

  // a record opened from another view brings its details; the count tells one opening from the next
  const [answered, setAnswered] = useState(memory.openCount)
  useEffect(() => {
    if (openCount === answered) return
    setAnswered(openCount)
    if (openCount === 0 || !selected) return
    setDetailsOpen(true)
    setTab(openPart)
  }, [openCount, openPart, answered, selected])
  useEffect(
    () => remember(caseId, { terms, detailsOpen, recovered, responder, openCount: answered }),
    [caseId, terms, detailsOpen, recovered, responder, answered],
  )

  const move = useCallback(
    (to: number, how: 'one' | 'range' | 'add') => {
      setSelection((before) =>
        how === 'range' ? rangeTo(before, to) : how === 'add' ? withRow(before, to) : oneRow(to),
      )
      grid.current?.reveal(to, 'nearest')
      setHidden(false)
      const row = pages?.row(to)
      setAwaited(row === undefined)
      if (row) select(row.citation)
    },
    [pages, select],
  )

  const change = useCallback((next: readonly Term[]) => setTerms(next), [])
  const only = (not: boolean) => {
    if (!cursorRow) return
    change(toggleValue(terms, cell, valueOfRow(cursorRow, cell), not))
  }
  const openDetails = (next?: RecordTab) => {
    if (next) setTab(next)
    if (selected) setDetailsOpen(true)
  }
  const closeDetails = () => {
    setDetailsOpen(false)
    grid.current?.focus()
  }
  const stepped = (by: number) => {
    if (total === 0) return
    move(Math.min(total - 1, Math.max(0, selection.cursor < 0 ? 0 : selection.cursor + by)), 'one')
    // Enter, arrows and the rest go on from the row the letter led to
    grid.current?.focus()
  }

  useKeys('Timeline', [
    { on: '/', keys: ['/'], does: 'Filter', run: () => bar.current?.focus() },
    { on: 'j', keys: ['J'], does: 'Next row', run: () => stepped(1) },
    { on: 'k', keys: ['K'], does: 'Row before', run: () => stepped(-1) },
    {
      on: 'Escape',
      keys: ['Esc'],
      does: 'Close the details, then back',
      run: () => (detailsOpen ? closeDetails() : back()),
    },
    { on: 'b', keys: ['B'], does: 'Bytes of the record', run: () => openDetails('hex') },
    { on: 'x', keys: ['X'], does: 'XML of the record', run: () => openDetails('xml') },
    { on: 'y', keys: ['Y'], does: 'Copy the citation', run: copy.citation },
    { on: '.', keys: ['.'], does: 'Only the value under the cursor', run: () => only(false) },
    { on: 'Alt+.', keys: ['Alt', '.'], does: 'Hide the value under the cursor', run: () => only(true) },
  ])

  // opening the details takes room from the rows: the cursor must not end up under them
  const cursor = selection.cursor
  const hasDetails = detailsOpen && selected !== null
  useEffect(() => {
    if (!hasDetails || cursor < 0) return
    const frame = requestAnimationFrame(() => grid.current?.reveal(cursor, 'nearest'))
    return () => cancelAnimationFrame(frame)
  }, [hasDetails, cursor])

  const brush = useMemo(() => brushOf(filter, density.value), [filter, density.value])
  const anchor = useMemo(() => anchorOf(cursorRow ?? pages?.row(0)), [cursorRow, pages])
  const onlyDay =
    summary.first && summary.last && summary.first.slice(0, 10) === summary.last.slice(0, 10)
      ? summary.first.slice(0, 10)
      : undefined
  const onDay = useCallback((next: string) => setDay(next), [])
  const filtered = terms.some((term) => !term.off)
  const facetValues = facets.value ?? []
  const details = hasDetails

  return (
    <div className={`timeline${details ? ' has-details' : ''}`}>
      <h1 className="unseen">Timeline</h1>
      <div className="filterbar">
        {narrow ? <FacetsMenu facets={facetValues} terms={terms} onTerms={change} /> : null}
        <FilterBar
          ref={bar}
          terms={terms}
          onTerms={change}
          facets={facetValues}
          shownDay={day ?? summary.first?.slice(0, 10)}
          onlyDay={onlyDay}
          onLeave={() => grid.current?.focus()}
        />
        <RowCount total={state.total} all={state.all ?? 0} recovered={state.recovered} />
        <ResponderSwitch count={own.value ?? 0} shown={responder} onSwitch={setResponder} />
        <RecoveredSwitch count={recoverable.value?.records ?? 0} on={recovered} onSwitch={setRecovered} />
      </div>
      <div className="density-place">
        {density.value ? (
          <DensityStrip
            density={density.value}
            brush={brush}
            onBrush={(next) =>
              change(withTimeRange(terms, next ? rangeText(rangeBetween(next.from, next.to)) : undefined))
            }
            anchor={anchor}
            chains={summary.counts.chains}
            dimmed={density.slow}
          />
        ) : density.trouble ? (
          <div className="pad-narrow">
            <TroubleNotice trouble={density.trouble} again={density.again} />
          </div>
        ) : null}
      </div>
      {narrow ? null : (
        <aside className={facets.slow ? 'facets is-dimmed' : 'facets'} aria-label="Facets">
          {facets.trouble ? (
            <TroubleNotice trouble={facets.trouble} again={facets.again} />
          ) : (
            <FacetsPanel facets={facetValues} terms={terms} onTerms={change} />
          )}
        </aside>
      )}
      <div className="rows-place">
        {shown.failure !== undefined ? (
          <div className="rows-message">
            <TroubleNotice trouble={troubleOf(shown.failure)} again={shown.retry} />
          </div>
        ) : null}
        {hidden && details ? (
          <div className="rows-message">
            <Notice
              kind="note"
              title="The filter hides the record shown below"
              acts={
                <Button small onPress={() => change([])}>
                  Clear filter
                </Button>
              }
            >
              It stays open. Its place in the rows comes back without the filter.
            </Notice>
          </div>
        ) : null}
        {pages && state.total !== undefined ? (
          total > 0 ? (
            <RowGrid
              ref={grid}
              pages={pages}
              version={state.version}
              total={total}
              summary={summary}
              selection={selection}
              dimmed={shown.pending && shown.slow}
              narrow={narrow}
              widths={widths}
              onWidth={(column, width) =>
                setWidths((before) => {
                  const { [column]: _, ...rest } = before
                  return width === undefined ? rest : { ...rest, [column]: width }
                })
              }
              cell={cell}
              onCell={setCell}
              onMove={move}
              onOpen={(row) => {
                move(row, 'one')
                setDetailsOpen(true)
              }}
              onDay={onDay}
            />
          ) : (
            <div className="rows-message">
              <Empty
                kind="no"
                title="No rows match the filter"
                acts={
                  filtered ? (
                    <Button small onPress={() => change([])}>
                      Clear filter
                    </Button>
                  ) : undefined
                }
              >
                {plural(state.all ?? 0, 'row')} {state.all === 1 ? 'is' : 'are'} filtered out. This says
                nothing about what the logs never held: the coverage above does.
              </Empty>
            </div>
          )
        ) : shown.slow ? (
          <div className="rows-message">
            <Skeleton rows={12} label="Reading rows" />
          </div>
        ) : null}
        <p className="rows-toast" role="status">
          {copy.said ? <span className="toast">{copy.said}</span> : null}
        </p>
      </div>
      {details && selected ? (
        <DetailsPlace
          at={selected}
          wide={wide}
          narrow={narrow}
          tab={tab}
          onTab={setTab}
          onClose={closeDetails}
          copy={copy}
        />
      ) : null}
    </div>
  )
}

/** The time range of the filter as a brush; open ends reach to the end of the chart. */
function brushOf(
  filter: ReturnType<typeof compileFilter>,
  density: { from: string; to: string } | undefined,
): { from: FileTime; to: FileTime } | undefined {
  if (!density || (filter.from === undefined && filter.to === undefined)) return undefined
  const from = parseUtc(filter.from ?? density.from)
  const to = parseUtc(filter.to ?? density.to)
  return from === undefined || to === undefined ? undefined : { from, to }
}

/** The moment deltas count from, told by any row that has one. */
function anchorOf(row: TimelineRow | undefined): FileTime | undefined {
  if (!row || row.deltaMs === null) return undefined
  const time = parseUtc(row.time)
  return time === undefined ? undefined : fileTime(time - BigInt(Math.round(row.deltaMs * 10_000)))
}
