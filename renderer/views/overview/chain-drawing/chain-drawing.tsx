/** A chain drawn to time: lanes by logon session, marks by role, links with their reason, pauses cut out (window.md 5). */
import { type KeyboardEvent, useCallback, useEffect, useId, useMemo, useRef, useState } from 'react'
import type { ChainShape } from '../../../../src/contract/shapes.ts'
import { useKeys, within } from '../../../shell/keyboard.ts'
import { useWindow } from '../../../shell/window-state.tsx'
import { Button, Escape, formatClock, formatDelta, hostClass, plural } from '../../../widgets/index.ts'
import './chain-drawing.css'
import { shortHost } from '../sentence.ts'
import { ChainText } from './chain-text.tsx'
import { DrawnChain } from './drawn-chain.tsx'
import { layoutChain } from './layout.ts'
import { Legend } from './legend.tsx'
import { measureByCanvas } from './measure.ts'
import { drawingOf, markId } from './model.ts'
import { type Step, walk } from './walk.ts'

const keySteps: Readonly<Record<string, Step>> = {
  ArrowLeft: 'earlier',
  ArrowRight: 'later',
  ArrowUp: 'up',
  ArrowDown: 'down',
  Home: 'first',
  End: 'last',
  l: 'link',
  L: 'link',
}

const drawingKeys = [
  within('drawing', ['←', '→'], 'Earlier, later record'),
  within('drawing', ['↑', '↓'], 'Lane above, below'),
  within('drawing', ['L'], 'Along the strongest link'),
  within('drawing', ['Enter'], 'Open the record'),
  within('drawing', ['B'], 'Its bytes'),
  within('drawing', ['T'], 'Read as text'),
]

/** Width of an element, and whether the fonts are there to measure with. */
function useWidth() {
  const place = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  const [fonts, setFonts] = useState(0)
  useEffect(() => {
    const element = place.current
    if (!element) return
    const watch = new ResizeObserver(() => setWidth(Math.floor(element.clientWidth)))
    watch.observe(element)
    let gone = false
    document.fonts.ready.then(
      () => {
        if (!gone) setFonts((before) => before + 1)
      },
      () => {},
    )
    return () => {
      gone = true
      watch.disconnect()
    }
  }, [])
  return { place, width, fonts }
}

export function ChainDrawing(props: { chain: ChainShape; hosts: readonly string[] }) {
  const { chain } = props
  const { selected, select, openRecord } = useWindow()
  const textId = useId()
  const { place, width, fonts } = useWidth()
  const [text, setText] = useState(() => matchMedia('(min-width: 1800px) and (min-height: 1100px)').matches)
  const [hover, setHover] = useState<string>()
  const [focus, setFocus] = useState<string>()
  const svg = useRef<SVGSVGElement>(null)

  useKeys('In the drawing', drawingKeys)
  const drawing = useMemo(() => drawingOf(chain), [chain])
  // biome-ignore lint/correctness/useExhaustiveDependencies: letters are measured anew when the fonts have come
  const measure = useMemo(measureByCanvas, [fonts])
  const layout = useMemo(
    () => (width > 200 ? layoutChain(drawing, width, measure) : undefined),
    [drawing, width, measure],
  )

  const inChain = selected === null ? undefined : drawing.marks.find((mark) => mark.id === markId(selected))
  const current = inChain ?? drawing.marks.find((mark) => mark.isAnchor) ?? drawing.marks[0]
  const shownId =
    layout && current
      ? (layout.marks.find((mark) => mark.id === current.id || mark.also.includes(current.id))?.id ??
        current.id)
      : current?.id

  // the line below speaks of what the pointer is on, else of what is selected
  const read = drawing.marks.find((mark) => mark.id === hover) ?? current

  const goTo = useCallback(
    (id: string) => {
      const mark = drawing.marks.find((each) => each.id === id)
      if (!mark) return
      select(mark.at)
      svg.current?.querySelector<SVGGElement>(`[data-mark="${CSS.escape(id)}"]`)?.focus()
    },
    [drawing, select],
  )
  const onKeyDown = (press: KeyboardEvent) => {
    if (press.ctrlKey || press.metaKey || press.altKey || !layout || !shownId || !current) return
    const step = keySteps[press.key]
    if (step) goTo(walk(layout, drawing, shownId, step))
    else if (press.key === 'Enter') openRecord(current.at)
    else if (press.key === 'b' || press.key === 'B') openRecord(current.at, 'hex')
    else if (press.key === 't' || press.key === 'T') setText((before) => !before)
    else return
    press.preventDefault()
    press.stopPropagation()
  }

  const shortName = shortHost(chain.host)
  const { counts } = layout ?? {}
  const hint = `${plural(drawing.marks.length, 'record')} on ${shortName}, one time scale${layout && layout.bands.length > 0 ? ', pauses cut out' : ''}`
  const limits =
    counts && counts.onHover + counts.folded > 0
      ? `${counts.named} of ${counts.total} named, ${counts.onHover} on hover, ${counts.folded} folded`
      : ''
  const hostPlace = props.hosts.indexOf(chain.host)
  const tints = {
    host: hostClass(hostPlace < 0 ? 0 : hostPlace),
    source: hostClass(props.hosts.length),
    none: 0,
  }
  return (
    <section className="chain" aria-labelledby="h-chain">
      <h2 className="block-title" id="h-chain">
        What happened{' '}
        <span className="hint cut grow" title={limits ? `${hint}. ${limits}` : hint}>
          {hint}
          {limits ? `. ${limits}` : null}
        </span>
        <Legend drawing={drawing} tint={tints.source || tints.host} />
        <Button kind="quiet" small icon="text" expanded={text} onPress={() => setText(!text)}>
          Read as text
        </Button>
      </h2>
      <figure className="chain-frame">
        <div className="chain-canvas" ref={place}>
          {layout ? (
            <DrawnChain
              layout={layout}
              drawing={drawing}
              tints={tints}
              label={`${hint}. Arrow keys move between records, Enter opens one. The same content as text: Read as text.`}
              describedBy={text ? textId : undefined}
              current={shownId}
              active={hover ?? focus}
              onKeyDown={onKeyDown}
              onPick={goTo}
              onHover={setHover}
              onFocus={setFocus}
              svg={svg}
            />
          ) : null}
        </div>
        {read ? (
          <figcaption className="chain-read">
            <span className="strong">
              {read.name} {read.eventId}
            </span>
            <span className="mono">{formatClock(read.time)}</span>
            <span className="low">{formatDelta(read.ms)}</span>
            <span className="cut mid">
              <Escape text={read.channel} />, record {read.at.recordId}, chunk {read.at.chunk}, offset{' '}
              {read.at.offset}
            </span>
            <span className="grow" />
            <Button kind="quiet" small keys={['Enter']} onPress={() => openRecord(read.at)}>
              Open record
            </Button>
            <Button kind="quiet" small keys={['B']} onPress={() => openRecord(read.at, 'hex')}>
              Show bytes
            </Button>
          </figcaption>
        ) : null}
      </figure>
      {text ? <ChainText chain={chain} id={textId} selected={current?.id} /> : null}
    </section>
  )
}
