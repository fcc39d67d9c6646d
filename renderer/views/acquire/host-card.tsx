/** One host: the first look, its plan, how far it has come, what failed, and the next step. */
import { useId } from 'react'
import { useAcquire } from '../../shell/acquire-state.tsx'
import type { HostRun } from '../../shell/host-runs.ts'
import {
  Button,
  Escape,
  hostClass,
  Notice,
  ProgressBar,
  Skeleton,
  TroubleNotice,
} from '../../widgets/index.ts'
import { LookPart } from './look-part.tsx'
import { PlanPart } from './plan-part.tsx'
import { admits } from './plan-rows.ts'
import { ResultPart } from './result-part.tsx'
import { StateWord } from './state-word.tsx'

export function HostCard(props: {
  run: HostRun
  place: number
  onResume: (host: string) => void
  busy: boolean
  /** the only host: its card has the width to itself, and Stop means it alone */
  whole: boolean
}) {
  const { run, place, busy } = props
  const { stop, stopping } = useAcquire()
  const id = useId()
  const name = run.report?.fqdn ?? run.host
  return (
    <article className={props.whole ? 'host-card is-whole' : 'host-card'} aria-labelledby={`${id}-name`}>
      <header className={`host-head host-line-${hostClass(place)}`}>
        <h2 className="host-name cut" id={`${id}-name`} title={name.slice(0, 500)}>
          <Escape text={name} />
        </h2>
        <StateWord run={run} />
      </header>
      {run.state === 'looking' || run.state === 'waiting' ? (
        <div className="stack">
          <p className="low" role="status">
            {run.state === 'waiting'
              ? 'Waits for its turn.'
              : 'Trying the ways to it, then reading rights, clock, channels and audit policy. Nothing is taken.'}
          </p>
          <Skeleton rows={6} label={`Looking at ${run.host}`} />
        </div>
      ) : null}
      {run.state === 'unreachable' || run.state === 'failed' ? <TroubleNotice trouble={run.trouble} /> : null}
      {run.state === 'unseen' ? <p className="low">Not looked at: the look was stopped.</p> : null}
      {run.state === 'stopped' ? (
        <Notice kind="judge" title="Stopped. What had arrived is kept.">
          The custody journal says whether the staging folder is off the host. Going on takes what is missing.
        </Notice>
      ) : null}
      {run.state === 'taking' || run.state === 'queued' ? (
        <ProgressBar
          progress={run.progress}
          label={`Acquiring from ${run.host}`}
          stopping={stopping}
          {...(props.whole ? { onStop: stop } : {})}
          hint={
            admits(run)
              ? 'The host is left. The case takes in what has arrived, and hashes it a third time.'
              : 'Stop keeps what has arrived and cleans the host. A second run goes on from there.'
          }
        />
      ) : null}
      {(run.state === 'stopped' || run.state === 'failed') &&
      run.trouble?.code !== 'acquire.resume.nothing' ? (
        <div className="row">
          <Button small off={busy && 'Another host is being taken'} onPress={() => props.onResume(run.host)}>
            Go on with {run.host.length > 40 ? 'this host' : run.host}
          </Button>
        </div>
      ) : null}
      {run.result ? <ResultPart result={run.result} /> : null}
      {run.report ? (
        <div className={run.state === 'seen' ? 'host-parts' : 'host-parts is-taken'}>
          <LookPart run={run} id={id} />
          <PlanPart run={run} id={id} />
        </div>
      ) : null}
    </article>
  )
}
