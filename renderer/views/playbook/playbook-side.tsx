/** What stays in view: the disposition, the two clocks, and how far each part is ticked. */
import type { AnswersDocument } from '../../../src/contract/playbook-shapes.ts'
import { type Clock, clockFace, readClock } from '../../shell/clock.ts'
import { usePlaybook } from '../../shell/playbook-state.tsx'
import { clockNames, isRunning, useNow } from '../../shell/top-clock.tsx'
import { Button, Escape, formatStamp } from '../../widgets/index.ts'
import { dispositionWords } from '../chains/standing.tsx'
import { outline, rowsOfPart, tallyOf } from './outline.ts'

export function PlaybookSide(props: { answers: AnswersDocument; onDecide: () => void }) {
  const { answers } = props
  const { off } = usePlaybook()
  const { disposition, clocks } = answers.analyst
  return (
    <aside className="playbook-side" aria-label="State of the work">
      <section aria-labelledby="h-disposition">
        <h2 className="side-title" id="h-disposition">
          Disposition
        </h2>
        {disposition ? (
          <>
            <p className="disposition-word">{dispositionWords[disposition.disposition]}</p>
            <p className="side-note">
              <Escape text={disposition.why} />
            </p>
            <p className="side-by">
              <Escape text={disposition.by} />,{' '}
              <time dateTime={disposition.at}>{formatStamp(disposition.at, 0)} UTC</time>
            </p>
          </>
        ) : (
          <p className="side-note">Not set. Only a person sets it.</p>
        )}
        <Button small keys={['D']} off={off ?? false} onPress={props.onDecide}>
          {disposition ? 'Change' : 'Set disposition'}
        </Button>
      </section>
      <section aria-labelledby="h-clocks">
        <h2 className="side-title" id="h-clocks">
          Clocks
        </h2>
        {clocks.map((clock) => (
          <ClockLine key={clock.id} clock={clock} />
        ))}
      </section>
      <nav aria-labelledby="h-parts">
        <h2 className="side-title" id="h-parts">
          Parts
        </h2>
        <ul className="phases">
          {outline.map((part) => {
            const rows = rowsOfPart(part, answers.checklist)
            const done = tallyOf(rows)
            return (
              <li key={part.id}>
                <button
                  type="button"
                  className="phase"
                  onClick={() => {
                    const place = document.getElementById(`part-${part.id}`)
                    place?.scrollIntoView({ block: 'start' })
                    place?.querySelector<HTMLElement>('input[type=checkbox]')?.focus({ preventScroll: true })
                  }}
                >
                  <span className="name">{part.title}</span>
                  <span className="tally">
                    {done} of {rows.length}
                  </span>
                  <svg aria-hidden="true">
                    <rect className="clock-track" width="100%" height="3" rx="1.5" />
                    {done > 0 ? (
                      <rect
                        className="clock-fill"
                        width={`${(done / Math.max(1, rows.length)) * 100}%`}
                        height="3"
                        rx="1.5"
                      />
                    ) : null}
                  </svg>
                </button>
              </li>
            )
          })}
        </ul>
      </nav>
    </aside>
  )
}

const says: Readonly<Record<ReturnType<typeof readClock>['state'], string>> = {
  waiting: 'not started',
  running: 'running',
  late: 'over its limit',
  met: 'met',
  missed: 'missed',
}

function ClockLine(props: { clock: Clock }) {
  const { clock } = props
  const { off, act } = usePlaybook()
  const running = isRunning(clock)
  const now = useNow(running)
  const reading = readClock(clock, now)
  const name = clockNames[clock.id]
  const bad = reading.state === 'late' || reading.state === 'missed'
  const state = (what: 'start' | 'finish') =>
    void act(`${name} clock ${what === 'start' ? 'started' : 'stopped'}`, (playbook, on) =>
      playbook.clock({ ...on, clock: clock.id, act: what, note: '' }),
    )
  return (
    <div className={bad ? 'clock-line is-late' : 'clock-line'}>
      <span className="name">{name}</span>
      <Button
        small
        kind="quiet"
        off={off ?? false}
        label={`${running ? 'Stop' : reading.state === 'waiting' ? 'Start' : 'Start again'}: ${name} clock`}
        onPress={() => state(running ? 'finish' : 'start')}
      >
        {running ? 'Stop' : reading.state === 'waiting' ? 'Start' : 'Start again'}
      </Button>
      <span className="clock-face">
        {clockFace(reading.seconds)} <span className="low">of {clockFace(clock.limitMinutes * 60)}</span>
      </span>
      <span
        className="clock-state"
        title={clock.startedAt ? `Started ${formatStamp(clock.startedAt, 0)} UTC` : undefined}
      >
        {says[reading.state]}
      </span>
      <svg aria-hidden="true">
        <rect className="clock-track" width="100%" height="3" rx="1.5" />
        {reading.used > 0 ? (
          <rect className="clock-fill" width={`${reading.used * 100}%`} height="3" rx="1.5" />
        ) : null}
      </svg>
    </div>
  )
}
