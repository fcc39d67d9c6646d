// Records over time, before and after the filter; what each log covers; and a brush that sets the time range.

import { type PointerEvent, useEffect, useMemo, useRef, useState } from 'react'
import type { Density } from '../../../../src/contract/shapes.ts'
import { type FileTime, formatUtc } from '../../../../src/domain/time.ts'
import { Escape, formatCount, LinkButton, plural } from '../../../widgets/index.ts'
import { BrushEdge } from './brush-edge.tsx'
import { type CoverageRow, coverageRows } from './coverage-rows.ts'
import { type Axis, axisBetween, bucketWords, shareOf, ticksOf, timeAt } from './density-scale.ts'

const axisTop = 16
const barsHeight = 44
const rowStep = 14
const rowsFirst = 3

export interface Brush {
  readonly from: FileTime
  readonly to: FileTime
}

export function DensityStrip(props: {
  density: Density
  brush: Brush | undefined
  onBrush: (brush: Brush | undefined) => void
  /** time of the task the deltas count from */
  anchor: FileTime | undefined
  chains: number
  dimmed: boolean
}) {
  const { density } = props
  const plot = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(900)
  const [drag, setDrag] = useState<readonly [number, number]>()
  const [all, setAll] = useState(false)
  const axis = useMemo(() => axisBetween(density.from, density.to), [density.from, density.to])
  const rows = useMemo(() => (axis ? coverageRows(density.coverage, axis) : []), [density.coverage, axis])

  useEffect(() => {
    const box = plot.current
    if (!box) return
    const watch = new ResizeObserver(() => setWidth(Math.max(200, box.clientWidth)))
    watch.observe(box)
    return () => watch.disconnect()
  }, [])

  if (!axis) return null
  const shownRows = all ? rows : rows.slice(0, rowsFirst)
  const height = axisTop + barsHeight + 4 + shownRows.length * rowStep
  const shareAt = (press: PointerEvent) => {
    const box = plot.current?.getBoundingClientRect()
    return box ? Math.min(1, Math.max(0, (press.clientX - box.left) / box.width)) : 0
  }
  const brush = drag
    ? [Math.min(...drag), Math.max(...drag)]
    : props.brush
      ? [shareOf(axis, props.brush.from), shareOf(axis, props.brush.to)].map((share) =>
          Math.min(1, Math.max(0, share)),
        )
      : undefined
  const [from = 0, to = 1] = brush ?? []
  const commit = (start: number, end: number) =>
    props.onBrush({ from: timeAt(axis, Math.min(start, end)), to: timeAt(axis, Math.max(start, end)) })

  const onPointerDown = (press: PointerEvent<HTMLDivElement>) => {
    if (press.button !== 0 || (press.target as Element).closest('[role=slider], button')) return
    press.currentTarget.setPointerCapture(press.pointerId)
    const at = shareAt(press)
    setDrag([at, at])
  }
  const onPointerMove = (move: PointerEvent) => {
    if (drag) setDrag([drag[0], shareAt(move)])
  }
  const onPointerUp = () => {
    if (!drag) return
    setDrag(undefined)
    // a click is no range
    if (Math.abs(drag[1] - drag[0]) * width >= 4) commit(drag[0], drag[1])
  }

  return (
    <section className={props.dimmed ? 'density is-dimmed' : 'density'} aria-label="Density and coverage">
      <div className="density-names">
        <span />
        <span className="density-legend">
          <span>Records per {bucketWords(axis, density.shown.length)}</span>
          <span className="low">
            <i className="swatch swatch-bar" />
            shown <i className="swatch swatch-rest" />
            filtered out
          </span>
        </span>
        {shownRows.map((row) => (
          <span key={row.name} title={[row.channel, row.host, ...row.notes].join('\n')}>
            <span className="cut">
              <Escape text={row.name} />
            </span>
            <span className="low">{row.word}</span>
          </span>
        ))}
        {rows.length > rowsFirst ? (
          <span className="density-more">
            <LinkButton onPress={() => setAll(!all)}>
              {all ? 'Fewer logs' : `${formatCount(rows.length - rowsFirst)} more logs`}
            </LinkButton>
          </span>
        ) : null}
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the drag has keys on its two edges and words in the filter */}
      <div
        className="density-plot"
        ref={plot}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={() => setDrag(undefined)}
        onDoubleClick={() => props.onBrush(undefined)}
      >
        <svg
          width="100%"
          height={height}
          role="img"
          aria-label={`${plural(sum(density.shown), 'row')} of ${plural(sum(density.all), 'record')} between ${formatUtc(axis.from)} and ${formatUtc(axis.to)}, in ${density.shown.length} bars. ${rows.map((row) => `${row.name}: ${row.word}`).join('. ')}.`}
        >
          <Ticks axis={axis} width={width} height={height} />
          <Bars density={density} width={width} />
          <line className="axis-line" x1="0" y1={axisTop + barsHeight} x2="100%" y2={axisTop + barsHeight} />
          {shownRows.map((row, place) => (
            <CoverageLine
              key={row.name}
              row={row}
              y={axisTop + barsHeight + 4 + place * rowStep}
              width={width}
            />
          ))}
          {brush ? (
            <rect
              className="brush"
              x={from * width}
              y={axisTop}
              width={Math.max(1, (to - from) * width)}
              height={barsHeight}
            />
          ) : null}
          {props.anchor !== undefined && props.chains > 0 ? (
            <ChainMark share={shareOf(axis, props.anchor)} width={width} chains={props.chains} />
          ) : null}
        </svg>
        {brush && !drag
          ? (['from', 'to'] as const).map((end) => (
              <BrushEdge
                key={end}
                end={end}
                share={end === 'from' ? from : to}
                axis={axis}
                shareAt={shareAt}
                onShare={(share) => (end === 'from' ? commit(share, to) : commit(from, share))}
              />
            ))
          : null}
      </div>
    </section>
  )
}

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0)

function Ticks(props: { axis: Axis; width: number; height: number }) {
  return ticksOf(props.axis, Math.max(2, Math.floor(props.width / 110))).map((tick) => {
    const x = Math.round(tick.share * props.width)
    const anchor = x < 36 ? 'start' : x > props.width - 36 ? 'end' : 'middle'
    return (
      <g key={tick.share}>
        <line className="axis-soft" x1={x} y1={axisTop} x2={x} y2={props.height} />
        <text className="axis-text" x={x} y={11} textAnchor={anchor}>
          {tick.label}
        </text>
      </g>
    )
  })
}

function Bars(props: { density: Density; width: number }) {
  const { shown, all } = props.density
  const most = Math.max(1, ...all, ...shown)
  const step = props.width / Math.max(1, all.length)
  const high = (count: number) => (count === 0 ? 0 : Math.max(2, (count / most) * (barsHeight - 4)))
  const bars = all.flatMap((count, place) => {
    const x = place * step
    const wide = Math.max(1, step - 1)
    const part = shown[place] ?? 0
    return [
      count > part
        ? `rest M${x.toFixed(1)} ${axisTop + barsHeight}h${wide.toFixed(1)}v${-high(count)}h${(-wide).toFixed(1)}z`
        : '',
      part > 0
        ? `shown M${x.toFixed(1)} ${axisTop + barsHeight}h${wide.toFixed(1)}v${-high(part)}h${(-wide).toFixed(1)}z`
        : '',
    ]
  })
  const pathOf = (kind: string) =>
    bars
      .filter((bar) => bar.startsWith(kind))
      .map((bar) => bar.slice(kind.length + 1))
      .join('')
  return (
    <>
      <path className="bar-rest" d={pathOf('rest')} />
      <path className="bar" d={pathOf('shown')} />
    </>
  )
}

const looks = { covered: 'cov-full', filtered: 'cov-part', empty: 'cov-none' } as const

function CoverageLine(props: { row: CoverageRow; y: number; width: number }) {
  const { y, width } = props
  const empty = props.row.spans.every((span) => span.start === undefined)
  return (
    <g>
      <title>{`${props.row.name}: ${props.row.word}. ${props.row.notes.join(' ')}`}</title>
      {empty ? (
        <rect className="cov-none" x={0.5} y={y + 0.5} width={Math.max(1, width - 1)} height={7} />
      ) : (
        <line className="axis-line" x1={0} x2={width} y1={y + 4} y2={y + 4} />
      )}
      {props.row.spans.map((span, place) =>
        span.start === undefined || span.end === undefined ? null : (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: spans have no identity but their place
            key={place}
            className={looks[span.state]}
            x={span.start * width}
            y={y}
            width={Math.max(2, (span.end - span.start) * width)}
            height={8}
          />
        ),
      )}
      {empty && props.row.notes[0] ? (
        <text className="plot-note plot-halo" x={width / 2} y={y + 7.5} textAnchor="middle">
          {props.row.notes[0].slice(0, 120)}
        </text>
      ) : null}
    </g>
  )
}

function ChainMark(props: { share: number; width: number; chains: number }) {
  if (props.share < 0 || props.share > 1) return null
  const x = props.share * props.width
  const right = x > props.width - 100
  return (
    <g>
      <path className="event-mark-full" d={`M${x} ${axisTop}l5 5-5 5-5-5z`} />
      <text
        className="plot-note plot-note-key plot-halo"
        x={right ? x - 9 : x + 9}
        y={axisTop + 9}
        textAnchor={right ? 'end' : 'start'}
      >
        {props.chains === 1 ? '1 chain' : `first of ${formatCount(props.chains)} chains`}
      </text>
    </g>
  )
}
