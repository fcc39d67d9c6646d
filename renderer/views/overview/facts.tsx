/** The facts of one chain, row by row, each with the records it rests on. */
import type { ReactNode } from 'react'
import type { CaseSummary, ChainShape, CitationShape } from '../../../src/contract/shapes.ts'
import { useBeside } from '../../shell/settings.ts'
import {
  Absent,
  Answer,
  Citations,
  Escape,
  formatDelta,
  formatLength,
  Stamp,
  Strength,
} from '../../widgets/index.ts'
import { principalName, shortHost } from './sentence.ts'
import { asSentence, networkOf, shareWord } from './words.ts'

type Step = ChainShape['steps'][number]
export const citationOfStep = ({ evidenceId, recordId, chunk, offset }: Step): CitationShape => ({
  evidenceId,
  recordId,
  chunk,
  offset,
})
const stepsOf = (chain: ChainShape, ...roles: string[]) =>
  chain.steps.filter((step) => roles.includes(step.role))
const anchorOf = (chain: ChainShape): readonly CitationShape[] => {
  const step =
    chain.steps.find((each) => each.deltaMs === 0 && each.role === chain.kind) ??
    chain.steps.find((each) => each.deltaMs === 0)
  return step ? [citationOfStep(step)] : []
}

function Row(props: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </>
  )
}
function Line(props: {
  main?: ReactNode
  children?: ReactNode
  at?: readonly CitationShape[]
  sub?: boolean
  /** the whole text, where the line may not hold it */
  title?: string
  /** on one line, whatever its length: the whole stands in the tooltip and in Chains */
  one?: boolean
}) {
  const at = props.at ?? []
  return (
    <div className={`line${props.sub ? ' sub' : ''}${at.length > 0 ? ' has-cite' : ''}`}>
      <span className={props.one ? 'line-says is-one' : 'line-says'} title={props.title?.slice(0, 2000)}>
        {props.main}
        {props.children === undefined ? null : <span className="mid">{props.children}</span>}
      </span>
      <Citations at={at} most={2} />
    </div>
  )
}

export function Facts(props: { chain: ChainShape; hosts: CaseSummary['hosts'] }) {
  const { chain } = props
  return (
    <dl className="facts">
      <When chain={chain} hosts={props.hosts} />
      <Who chain={chain} />
      <From chain={chain} />
      <Task chain={chain} />
      <Row name="Ran">
        <Line
          main={<Answer answer={chain.executed.answer} />}
          at={chain.executed.citations}
          one
          title={chain.executed.why}
        >
          <Escape text={asSentence(chain.executed.why)} />
        </Line>
      </Row>
      <Output chain={chain} />
      <Row name="Removed">
        <Line
          main={<Answer answer={chain.deleted.answer} />}
          at={chain.deleted.citations}
          one
          title={chain.deleted.why}
        >
          <Escape text={asSentence(chain.deleted.why)} />
        </Line>
      </Row>
    </dl>
  )
}

function When(props: { chain: ChainShape; hosts: CaseSummary['hosts'] }) {
  const { chain } = props
  const offset = props.hosts.find((host) => host.name === chain.host)?.utcOffsetMinutes ?? null
  const beside = useBeside()(chain.time, chain.host, offset)
  const clock = beside?.clock
  const local =
    clock && clock.length > 8
      ? `${clock.slice(11)} ${clock < chain.time ? 'the day before' : 'next day'}`
      : clock
  const deltas = chain.steps.map((step) => step.deltaMs)
  const lasted = Math.max(0, ...deltas) - Math.min(0, ...deltas)
  return (
    <Row name="When">
      <Line
        main={<Stamp className="main-fact stamp" time={chain.time} decimals={3} zone />}
        at={anchorOf(chain)}
      >
        {local && beside
          ? `${local} ${beside.where === chain.host ? `on ${shortHost(chain.host)}` : `in ${beside.where}`}, `
          : null}
        {chain.steps.length > 1 ? `took ${formatLength(lasted)}` : 'one record'}
      </Line>
    </Row>
  )
}

function Who(props: { chain: ChainShape }) {
  const { account } = props.chain
  const name =
    account.name === null ? account.sid : `${account.domain ? `${account.domain}\\` : ''}${account.name}`
  const signs: string[] = []
  if (stepsOf(props.chain, 'privileges').length > 0) signs.push('special privileges at logon')
  const opened = props.chain.steps.map((step) => shareWord(step.facts.share ?? ''))
  const shares = [...new Set(opened)].filter((share) => share.endsWith('$') && share !== 'IPC$')
  if (shares.length > 0) signs.push(`${shares.join(', ')} opened`)
  const logons = stepsOf(props.chain, 'smb-logon', 'rpc-logon', 'other-logon')
  return (
    <Row name="Who">
      <Line
        main={
          name === null ? (
            <Absent />
          ) : (
            <span className="main-fact" title={account.sid ?? undefined}>
              <Escape text={name} />
            </span>
          )
        }
        at={logons[0] ? [citationOfStep(logons[0])] : anchorOf(props.chain)}
      >
        <Escape text={signs.join(', ')} />
        {signs.length === 0 && account.sid && account.name ? <Escape text={account.sid} code /> : null}
      </Line>
    </Row>
  )
}

function From(props: { chain: ChainShape }) {
  const { chain } = props
  const { source } = chain
  // the record that ties the address to the task: the pipe before the logon behind it
  const proof = ['pipe-opened', 'smb-logon', 'other-logon', 'rpc-logon']
    .flatMap((role) => stepsOf(chain, role))
    .find((step) => step.facts.ip === source.ip && source.ip !== null)
  const details = [
    source.port === null ? '' : `port ${source.port}`,
    source.ip === null ? '' : networkOf(source.ip),
    source.host === null ? 'name not recorded' : '',
  ].filter(Boolean)
  return (
    <Row name="From">
      {source.ip !== null ? (
        <Line
          main={
            <>
              <span className="main-fact">
                <Escape text={source.ip} />
              </span>
              {source.strength ? <Strength strength={source.strength} /> : null}
            </>
          }
          at={proof ? [citationOfStep(proof)] : []}
        >
          {source.host ? (
            <>
              <Escape text={source.host} />
              {', '}
            </>
          ) : null}
          {details.join(', ')}
        </Line>
      ) : source.candidates.length > 0 ? (
        <>
          <Line main={<Answer answer="unknown" />}>one of {source.candidates.length} addresses</Line>
          {source.candidates.map((each) => (
            <Line sub key={`${each.ip} ${each.citation.offset}`} at={[each.citation]}>
              <Escape text={each.ip} /> {each.port === null ? null : `port ${each.port}`}
            </Line>
          ))}
        </>
      ) : chain.mechanism === 'local' || chain.mechanism === 'machine-managed' ? (
        <Line main={<span className="main-fact">The host itself</span>}>no network logon belongs to it</Line>
      ) : (
        <Line main={<Answer answer="unknown" />}>no record of this chain names an address</Line>
      )}
      {source.rejected.map((each) => (
        <Line
          sub
          one
          title={each.why}
          key={`${each.ip} ${each.citation.chunk} ${each.citation.offset}`}
          at={[each.citation]}
        >
          <span className="struck">
            <Escape text={each.ip} />
          </span>{' '}
          rejected: <Escape text={each.why} />
        </Line>
      ))}
    </Row>
  )
}

function Task(props: { chain: ChainShape }) {
  const { task } = props.chain
  const details = [
    task.hidden === true ? 'hidden' : task.hidden === false ? 'not hidden' : '',
    task.runAs ? `as ${principalName(task.runAs)}` : 'account to run as not recorded',
    task.runLevel === 'HighestAvailable' ? 'highest privileges' : '',
    task.trigger ? `${task.trigger.toLowerCase()} trigger` : '',
    task.author === null ? 'no author' : `author claims ${task.author}`,
  ].filter(Boolean)
  return (
    <Row name="Task">
      <Line
        one
        title={details.join(', ')}
        main={
          <span className="main-fact mono cut" title={task.path.slice(0, 2000)}>
            <Escape text={task.path} />
          </span>
        }
        at={anchorOf(props.chain)}
      >
        <Escape text={details.join(', ')} />
      </Line>
      <div className="line sub action" title={task.action?.slice(0, 2000)}>
        {task.action === null ? (
          <Absent why="action not recorded" />
        ) : (
          <Escape text={task.action.slice(0, 4000)} code />
        )}
      </div>
    </Row>
  )
}

const times = (count: number) => (count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`)

/** What came back over a share, and what was brought: rows only where records show it. */
function Output(props: { chain: ChainShape }) {
  const reads = stepsOf(props.chain, 'output-read')
  const deletions = stepsOf(props.chain, 'output-deleted')
  const payloads = stepsOf(props.chain, 'payload-written')
  const [read] = reads
  const [payload] = payloads
  const shown = reads.slice(0, 3).map((step) => formatDelta(step.deltaMs))
  if (reads.length > 3) shown.push(`${reads.length - 3} more`)
  const gone = deletions[0]
    ? `file deleted ${formatDelta(deletions[0].deltaMs)}`
    : 'no record of its deletion'
  return (
    <>
      {payload ? (
        <Row name="Brought">
          <Line
            main={
              <span className="main-fact cut">
                <Escape text={payload.facts.target ?? payload.what} />
              </span>
            }
            at={payloads.map(citationOfStep)}
          >
            written over <Escape text={shareWord(payload.facts.share ?? 'a share')} />,{' '}
            {formatDelta(payload.deltaMs)}
            {payloads.length > 1 ? `, and ${payloads.length - 1} more` : null}
          </Line>
        </Row>
      ) : null}
      {read || deletions[0] ? (
        <Row name="Output">
          <Line
            main={
              <span className="main-fact">
                {read ? (
                  <>
                    Read {times(reads.length)} over <Escape text={shareWord(read.facts.share ?? 'a share')} />
                  </>
                ) : (
                  'File deleted'
                )}
              </span>
            }
            at={[...reads, ...deletions].slice(0, 1).map(citationOfStep)}
          >
            {[shown.join(', '), gone].filter(Boolean).join('; ')}
          </Line>
        </Row>
      ) : null}
    </>
  )
}
