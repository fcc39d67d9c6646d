/** What the logs cover around the task: one strip per log, its pattern and its words. */
import type { Density } from '../../../src/contract/shapes.ts'
import { Escape, formatClock, formatStamp, LinkButton } from '../../widgets/index.ts'
import { coverageFrame, ticksOf } from './coverage-frame.ts'
import { shortHost } from './sentence.ts'

const rowHeight = 20
const most = 6
const looks = { covered: 'cov-full', filtered: 'cov-part', empty: 'cov-none' } as const

export function Coverage(props: {
  coverage: Density['coverage']
  anchor: string | null
  /** host of the chain: its logs come first */
  host: string | null
  onAll: () => void
}) {
  const rows = [...props.coverage]
    .sort((a, b) => rankOf(a, props.host, props.anchor) - rankOf(b, props.host, props.anchor))
    .slice(0, most)
  const rest = props.coverage.length - rows.length
  const frame = coverageFrame(props.coverage, props.anchor)
  const severalHosts = new Set(props.coverage.map((strip) => strip.host)).size > 1
  const percent = (ms: number) => ((ms - frame.from) / (frame.to - frame.from)) * 100
  const anchorMs = props.anchor === null ? undefined : Date.parse(props.anchor)
  const anchorAt = anchorMs === undefined ? undefined : percent(anchorMs)
  const ticks = ticksOf(frame).filter(
    (tick) => anchorAt === undefined || Math.abs(percent(tick.ms) - anchorAt) > 18,
  )
  const day = new Date(frame.from).toISOString()
  const oneDay = day.slice(0, 10) === new Date(frame.to).toISOString().slice(0, 10)
  return (
    <section className="cover" aria-labelledby="h-cover">
      <h2 className="block-title" id="h-cover">
        What the logs cover{' '}
        <span className="hint">
          {formatStamp(day, 0).slice(0, oneDay ? 16 : 16)} to{' '}
          {formatStamp(new Date(frame.to).toISOString(), 0).slice(oneDay ? 11 : 0, 16)} UTC
        </span>
        <span className="grow" />
        <LinkButton onPress={props.onAll}>All evidence</LinkButton>
      </h2>
      <div className="cover-grid">
        <span className="axis" />
        <svg className="cover-axis" aria-hidden="true">
          {ticks.map((tick) => (
            <text className="axis-text" key={tick.ms} x={`${percent(tick.ms)}%`} y="12" textAnchor="middle">
              {tick.word}
            </text>
          ))}
          {anchorAt === undefined || props.anchor === null ? null : (
            <text
              className="axis-now-text"
              x={`${anchorAt}%`}
              y="12"
              textAnchor={anchorAt < 8 ? 'start' : anchorAt > 92 ? 'end' : 'middle'}
            >
              {formatClock(props.anchor, 0)}
            </text>
          )}
        </svg>
        <span className="axis" />
        <div>
          {rows.map((strip) => (
            <div className="name cut" key={`${strip.evidenceId} ${strip.channel}`} title={strip.channel}>
              {severalHosts ? (
                <>
                  <Escape text={shortHost(strip.host)} />
                  {', '}
                </>
              ) : null}
              <Escape text={shortChannel(strip.channel)} />
            </div>
          ))}
        </div>
        <svg
          className="cover-plot"
          role="img"
          aria-label={`Coverage of ${rows.length} logs; the words beside each say the same`}
          height={rows.length * rowHeight}
        >
          {ticks.map((tick) => (
            <line
              className="axis-soft"
              key={tick.ms}
              x1={`${percent(tick.ms)}%`}
              x2={`${percent(tick.ms)}%`}
              y1="0"
              y2={rows.length * rowHeight}
            />
          ))}
          {rows.map((strip, row) => {
            const x0 = Math.max(0, percent(Date.parse(strip.from)))
            const x1 = Math.min(100, percent(Date.parse(strip.to)))
            return x1 <= 0 || x0 >= 100 ? null : (
              <rect
                className={looks[strip.state]}
                key={`${strip.evidenceId} ${strip.channel}`}
                x={`${x0}%`}
                y={row * rowHeight + 5}
                width={`${Math.max(0.6, x1 - x0)}%`}
                height="10"
              />
            )
          })}
          {anchorAt === undefined ? null : (
            <line
              className="axis-now"
              x1={`${anchorAt}%`}
              x2={`${anchorAt}%`}
              y1="0"
              y2={rows.length * rowHeight}
            />
          )}
        </svg>
        <div>
          {rows.map((strip) => (
            <div className="name state cut" key={`${strip.evidenceId} ${strip.channel}`} title={strip.note}>
              <Escape text={strip.note.charAt(0).toUpperCase() + strip.note.slice(1)} />
            </div>
          ))}
        </div>
      </div>
      {rest > 0 ? (
        <p className="small">
          <LinkButton onPress={props.onAll}>and {rest} more</LinkButton>
        </p>
      ) : null}
    </section>
  )
}

/** The chain's host first, then logs that hold its time, then the logs that answer first. */
const channels = [
  'Security',
  'Microsoft-Windows-TaskScheduler/Operational',
  'Microsoft-Windows-Sysmon/Operational',
  'System',
]
function rankOf(strip: Density['coverage'][number], host: string | null, anchor: string | null): number {
  const place = channels.indexOf(strip.channel)
  const holds = anchor !== null && strip.from <= anchor && anchor <= strip.to
  return (strip.host === host ? 0 : 100) + (holds ? 0 : 10) + (place < 0 ? channels.length : place)
}

const shortChannel = (channel: string) => channel.replace(/^Microsoft-Windows-/, '')
