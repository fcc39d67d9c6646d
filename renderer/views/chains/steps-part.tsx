/** Every record of the chain in order of time, rejected ones included, each a door to its bytes. */
import { useState } from 'react'
import type { ChainShape } from '../../../src/contract/shapes.ts'
import {
  Absent,
  Citation,
  Citations,
  Escape,
  formatTableDelta,
  LinkButton,
  plural,
  Stamp,
} from '../../widgets/index.ts'
import { shareWord } from '../overview/words.ts'

const most = 60
type Step = ChainShape['steps'][number]

export function StepsPart(props: { chain: ChainShape }) {
  const { steps } = props.chain
  const [all, setAll] = useState(false)
  const shown = all ? steps : steps.slice(0, most)
  return (
    <section className="chain-part" aria-labelledby="h-steps">
      <h2 className="block-title" id="h-steps">
        Records <span className="hint">{steps.length}, in order of time</span>
      </h2>
      <div className="table-scroll">
        <table className="table steps-table">
          <caption className="unseen">Records of this chain</caption>
          <thead>
            <tr>
              <th className="t-time">Time, UTC</th>
              <th className="t-delta num">From task, ms</th>
              <th className="t-event">Event</th>
              <th>What happened</th>
              <th className="t-channel">Log</th>
              <th className="t-logon">Logon id</th>
              <th className="t-ip">Address</th>
              <th className="t-rec num">Record</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((step) => (
              <tr key={`${step.evidenceId} ${step.chunk} ${step.offset}`}>
                <td>
                  <Stamp time={step.time} className="mono" />
                </td>
                <td className="num">{formatTableDelta(step.deltaMs)}</td>
                <td className="mono">{step.eventId}</td>
                <td title={step.what.slice(0, 2000)}>
                  <Escape text={step.what} />
                  <Detail step={step} />
                  {step.recovered ? <span className="low"> recovered record</span> : null}
                  {step.alsoAt.length > 0 ? (
                    <span className="low also">
                      {' '}
                      also <Citations at={step.alsoAt} most={2} />
                    </span>
                  ) : null}
                </td>
                <td className="cut low" title={step.channel}>
                  <Escape text={step.channel.replace(/^Microsoft-Windows-/, '')} />
                </td>
                <td className="mono">
                  {step.facts.logonId ? <Escape text={step.facts.logonId} /> : <Absent why="none" />}
                </td>
                <td className="mono">
                  {step.facts.ip ? <Escape text={step.facts.ip} /> : <Absent why="none" />}
                </td>
                <td className="num">
                  <Citation
                    at={{
                      evidenceId: step.evidenceId,
                      recordId: step.recordId,
                      chunk: step.chunk,
                      offset: step.offset,
                      ...(step.recovered ? { recovered: step.recovered } : {}),
                    }}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {steps.length > shown.length ? (
        <LinkButton onPress={() => setAll(true)}>
          Show {plural(steps.length - shown.length, 'more record')}
        </LinkButton>
      ) : null}
    </section>
  )
}

/** What the words do not say yet: the file of a share access, the account of a logon. */
function Detail(props: { step: Step }) {
  const { facts, what } = props.step
  const share = facts.share ? shareWord(facts.share) : undefined
  const parts = [
    facts.target && !what.includes(facts.target) ? facts.target : undefined,
    share && !what.includes(share) ? `on ${share}` : undefined,
    facts.account && !what.includes(facts.account) ? facts.account : undefined,
  ].filter((part) => part !== undefined)
  if (parts.length === 0) return null
  return (
    <span className="low">
      {' '}
      <Escape text={parts.join(', ')} />
    </span>
  )
}
