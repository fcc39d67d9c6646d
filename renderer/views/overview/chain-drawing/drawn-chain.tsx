/** A laid-out chain as SVG. Knows places only; what they mean was decided before. */
import type { KeyboardEvent, RefObject } from 'react'
import { Escape, formatDelta, formatLength } from '../../../widgets/index.ts'
import { axisHeight, countPlace, type PlacedLane, type PlacedMark, type Word } from './lanes.ts'
import type { Layout } from './layout.ts'
import type { Line } from './lines.ts'
import { MarkShape } from './mark-shape.tsx'
import type { Drawing } from './model.ts'

type Tints = Readonly<Record<'host' | 'source' | 'none', number>>
const path = (points: readonly (readonly [number, number])[]) =>
  `M${points.map(([x, y]) => `${+x.toFixed(1)} ${+y.toFixed(1)}`).join('L')}`

export interface DrawnChainProps {
  readonly layout: Layout
  readonly drawing: Drawing
  readonly tints: Tints
  readonly label: string
  readonly describedBy: string | undefined
  /** mark with the ring, the one tab stop */
  readonly current: string | undefined
  /** mark under the pointer or the keyboard: other links step back */
  readonly active: string | undefined
  readonly onKeyDown: (press: KeyboardEvent) => void
  readonly onPick: (id: string) => void
  readonly onHover: (id: string | undefined) => void
  readonly onFocus: (id: string | undefined) => void
  readonly svg: RefObject<SVGSVGElement | null>
}

export function DrawnChain(props: DrawnChainProps) {
  const { layout, tints } = props
  const { width, height, head } = layout
  const bottom = height - 4
  const shownBy = new Map<string, string>()
  for (const mark of layout.marks) for (const id of [mark.id, ...mark.also]) shownBy.set(id, mark.id)
  const isBack = (line: Line) =>
    props.active !== undefined &&
    shownBy.get(line.link.from) !== props.active &&
    shownBy.get(line.link.to) !== props.active
  const anchor = layout.marks.find((mark) => mark.isAnchor)
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a group of marks inside a drawing has no HTML element */}
      <svg
        ref={props.svg}
        className="chain-svg"
        width={width}
        height={height}
        role="group"
        aria-label={props.label}
        aria-describedby={props.describedBy}
        onKeyDown={props.onKeyDown}
      >
        {layout.lanes.map((lane, place) =>
          place % 2 === 1 ? (
            <rect
              className="plot-band"
              key={lane.id}
              x={head}
              y={lane.y}
              width={width - head}
              height={lane.height}
            />
          ) : null,
        )}
        {layout.bands.map((band) => (
          <rect
            className="plot-gap"
            key={band.x}
            x={band.x}
            y={axisHeight}
            width={band.width}
            height={bottom - axisHeight}
          >
            <title>{`Cut out: ${formatLength(band.ms)}`}</title>
          </rect>
        ))}
        {layout.ticks.map((tick) => (
          <g key={`${tick.x} ${tick.text}`}>
            {tick.line ? (
              <line className="axis-soft" x1={tick.x} x2={tick.x} y1={axisHeight} y2={bottom} />
            ) : null}
            <text className={tick.zero ? 'plot-tick plot-tick-zero' : 'plot-tick'} x={tick.x} y="16">
              {tick.text}
            </text>
          </g>
        ))}
        {anchor ? (
          <line className="plot-zero" x1={layout.zeroX} x2={layout.zeroX} y1={axisHeight} y2={anchor.y - 8} />
        ) : null}
        {layout.lanes.map((lane) => (
          <SessionBar key={lane.id} lane={lane} tint={tints[lane.whose]} most={width - 6} />
        ))}
        {layout.twigs.map((twig) => (
          <path className="link-line link-derived" key={`${twig.from} ${twig.to}`} d={path(twig.points)} />
        ))}
        {layout.lines.map((line) => (
          <path
            className={`link-line link-${line.link.strength}${isBack(line) ? ' is-back' : ''}`}
            key={line.link.id}
            d={path(line.points)}
          >
            <title>{`${line.link.words[0]} (${line.link.rule}, ${line.link.strength}). ${line.link.why}`}</title>
          </path>
        ))}
        {layout.bands.map((band) => (
          <BandText key={band.x} band={band} />
        ))}
        {layout.words.map((word) => (
          <WordText
            key={`${word.of} ${word.kind} ${word.text}`}
            word={word}
            back={isWordBack(word, layout, isBack)}
            quiet={false}
          />
        ))}
        {layout.marks.map((mark) => (
          <DrawnMark key={mark.id} mark={mark} all={props} />
        ))}
      </svg>
      <div className="lane-heads" style={{ width: head }} aria-hidden="true">
        {layout.lanes.map((lane) => (
          <LaneHead key={lane.id} lane={lane} tint={tints[lane.whose]} />
        ))}
      </div>
    </>
  )
}

const isWordBack = (word: Word, layout: Layout, isBack: (line: Line) => boolean): boolean => {
  if (word.kind !== 'link') return false
  const line = layout.lines.find((each) => each.link.id === word.of)
  return line !== undefined && isBack(line)
}

function LaneHead(props: { lane: PlacedLane; tint: number }) {
  const { lane } = props
  return (
    <div className={`lane host-${props.tint}`} style={{ top: lane.y, height: lane.height }}>
      <span className="lane-name cut" title={lane.name}>
        <span className={lane.kind === 'rejected' ? 'struck' : undefined}>
          <Escape text={lane.name} />
        </span>
      </span>
      <span className="lane-note cut">
        {lane.note}
        {lane.code ? (
          <>
            {' '}
            <code>{lane.code}</code>
          </>
        ) : null}
      </span>
      {lane.more > 0 ? <span className="lane-note">+ {lane.more} more processes</span> : null}
    </div>
  )
}

/** The session from its first to its last record; behind it stripes, because its end is not recorded. */
function SessionBar(props: { lane: PlacedLane; tint: number; most: number }) {
  const { lane } = props
  if (!lane.extent) return null
  const [x1, x2] = lane.extent
  const open = Math.min(x2 + 26, props.most)
  return (
    <g className={`host-${props.tint}`}>
      {x2 > x1 ? <line className="session" x1={x1} x2={x2} y1={lane.bar} y2={lane.bar} /> : null}
      {open > x2 + 8 ? <line className="session-open" x1={x2} x2={open} y1={lane.bar} y2={lane.bar} /> : null}
    </g>
  )
}

function BandText(props: { band: Layout['bands'][number] }) {
  const { at, text } = props.band
  if (!at) return null
  if (at.upright)
    return (
      <text
        className="plot-gap-text plot-gap-time plot-gap-up"
        transform={`translate(${at.x.toFixed(1)} ${at.y.toFixed(1)}) rotate(-90)`}
      >
        {text}
      </text>
    )
  return (
    <>
      <text className="plot-gap-text plot-gap-time plot-gap-mid" x={at.x} y={at.y}>
        {text}
      </text>
      {at.second ? (
        <text className="plot-gap-text plot-gap-mid" x={at.x} y={at.y + 14}>
          cut out
        </text>
      ) : null}
    </>
  )
}

const wordClass: Readonly<Record<Word['kind'], string>> = {
  name: 'event-name',
  key: 'event-name event-name-key',
  time: 'event-time',
  says: 'event-says',
  link: 'link-label',
  count: 'mark-count',
}
function WordText(props: { word: Word; back: boolean; quiet: boolean }) {
  const { word } = props
  return (
    <>
      {word.leader ? (
        <line
          className="mark-lead"
          x1={word.leader.x}
          x2={word.leader.x}
          y1={word.leader.y0}
          y2={word.leader.y1}
        />
      ) : null}
      <text
        className={`${wordClass[word.kind]}${props.back ? ' is-back' : ''}`}
        x={word.x}
        y={word.y}
        data-word={word.kind}
      >
        {word.text}
      </text>
    </>
  )
}

function DrawnMark(props: { mark: PlacedMark; all: DrawnChainProps }) {
  const { mark, all } = props
  const isCurrent = all.current === mark.id
  const names = ['event']
  if (mark.rejected) names.push('event-rejected')
  if (isCurrent) names.push('event-selected')
  const more = mark.also.length
  const also = mark.also.flatMap((id) => all.drawing.marks.find((each) => each.id === id) ?? [])
  return (
    // biome-ignore lint/a11y/useSemanticElements: a mark inside an SVG drawing cannot be a button element
    <g
      className={names.join(' ')}
      data-mark={mark.id}
      role="button"
      tabIndex={isCurrent ? 0 : -1}
      aria-label={`${mark.name}, event ${mark.eventId}, ${formatDelta(mark.ms)}, record ${mark.at.recordId}${mark.rejected ? ', rejected as the source' : ''}${more > 0 ? `, and ${more} more here` : ''}`}
      aria-current={isCurrent ? 'true' : undefined}
      onClick={() => all.onPick(mark.id)}
      onKeyDown={undefined}
      onPointerEnter={() => all.onHover(mark.id)}
      onPointerLeave={() => all.onHover(undefined)}
      onFocus={() => all.onFocus(mark.id)}
      onBlur={() => all.onFocus(undefined)}
      transform={`translate(${mark.x.toFixed(1)} ${mark.y.toFixed(1)})`}
    >
      <title>
        {[mark, ...also]
          .map(
            (each) => `${each.what} · ${each.eventId} · ${formatDelta(each.ms)} · record ${each.at.recordId}`,
          )
          .join('\n')}
      </title>
      {isCurrent ? <circle className="event-ring" r="11.5" /> : null}
      <rect className="event-hit" x="-12" y="-12" width="24" height="24" rx="3" />
      {Math.abs(mark.x - mark.trueX) > 1.5 ? (
        <line className="mark-foot" x1={mark.trueX - mark.x} x2={mark.trueX - mark.x} y1="6" y2="10" />
      ) : null}
      <MarkShape shape={mark.shape} />
      {mark.rejected ? <path className="event-cross" d="M-7.5 7.5l15-15" /> : null}
      {more > 0 ? (
        <text className="mark-count" x={countPlace.x} y={countPlace.y}>
          {more + 1}
        </text>
      ) : null}
    </g>
  )
}
