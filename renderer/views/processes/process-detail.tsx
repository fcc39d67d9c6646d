/** One process: what is recorded of it, its whole command line with the decoded form beside it, and why it is the task's. */
import {
  Absent,
  Answer,
  Citation,
  Escape,
  formatLength,
  formatStamp,
  Severity,
  Stamp,
  Strength,
} from '../../widgets/index.ts'
import { asSentence } from '../overview/words.ts'
import { CommandText } from './command-text.tsx'
import { exitWords, imageName, type ProcessRow, type Run } from './process-rows.ts'

const hex = (pid: number) => `0x${pid.toString(16)}`

export function ProcessDetail(props: { row: ProcessRow; run: Run; all: readonly ProcessRow[] }) {
  const { row, run } = props
  const { node, ended } = row
  const { parent } = node
  const above =
    parent.kind === 'node' ? props.all.find((each) => each.index === parent.index)?.node : undefined
  const parentImage = above ? above.image : parent.kind === 'node' ? null : parent.image
  const parentPid = above ? above.pid : parent.kind === 'node' ? null : parent.pid
  return (
    <section className="process-detail" aria-labelledby="h-process">
      <h2 className="block-title" id="h-process">
        <Escape text={imageName(node.image) ?? 'Process'} /> {node.pid} <span className="hint">selected</span>
      </h2>
      <div className="process-parts">
        <dl className="pairs process-pairs">
          <dt>Image</dt>
          <dd>{node.image === null ? <Absent /> : <Escape text={node.image} code />}</dd>
          <dt>PID</dt>
          <dd>
            {node.pid} <span className="mono low">({hex(node.pid)})</span>
          </dd>
          <dt>Parent</dt>
          <dd>
            {parentImage === null ? <Absent /> : <Escape text={imageName(parentImage) ?? ''} />}{' '}
            {parentPid === null ? null : (
              <>
                {parentPid} <span className="mono low">({hex(parentPid)})</span>
              </>
            )}
            {above ? null : (
              <span className="low">
                {run.parent.kind === 'service' ? ' the Schedule service' : ' parent outside the log'}
              </span>
            )}
          </dd>
          <dt>Account</dt>
          <dd>{node.account === null ? <Absent /> : <Escape text={node.account} />}</dd>
          <dt>Started</dt>
          <dd>
            <Stamp time={node.started} zone className="mono" /> <Citation at={node.citation} />
          </dd>
          <dt>Ended</dt>
          <dd>
            {ended ? (
              <>
                <span className="mono">{formatStamp(ended.time)} UTC</span>
                {`, after ${row.startMs === undefined || row.endMs === undefined ? 'unknown time' : formatLength(row.endMs - row.startMs)} `}
                {ended.at ? <Citation at={ended.at} /> : null}
              </>
            ) : (
              <Absent why="not recorded: it may still run, or the end is not audited" />
            )}
          </dd>
          <dt>Exit code</dt>
          <dd>
            {ended?.exitStatus === undefined ? (
              <Absent />
            ) : (
              <>
                <Escape text={exitWords(ended.exitStatus)} />{' '}
                <span className="mono low">
                  <Escape text={ended.exitStatus} />
                </span>
              </>
            )}
          </dd>
        </dl>
        <div className="process-why">
          <p>
            {node.standing === 'proven' ? (
              <Answer answer="yes" word="Proven to be the task’s" />
            ) : (
              <Severity kind="judge">Consistent with the task, not proven</Severity>
            )}
          </p>
          <p className="row">
            <Strength strength={node.strength} />
            <span className="low mono">{node.rule}</span>
          </p>
          <p className="mid">
            <Escape text={asSentence(node.why)} />
          </p>
          {run.parent.kind === 'outside' && node.depth === 0 ? (
            <p className="mid">Its parent started before the log, or on a record that is not in the case.</p>
          ) : null}
        </div>
      </div>
      <CommandLine row={row} />
    </section>
  )
}

function CommandLine(props: { row: ProcessRow }) {
  const { commandLine } = props.row.node
  const { decoded } = props.row
  if (commandLine === null)
    return (
      <p className="small low">
        Command line not recorded: 4688 holds one only where “Include command line in process creation events”
        is set.
      </p>
    )
  return (
    <div className={decoded === undefined ? 'command-lines' : 'command-lines is-two'}>
      <CommandText title="Command line, as recorded" text={commandLine} />
      {decoded === undefined ? null : (
        <CommandText title="Decoded from -EncodedCommand, never run" text={decoded} lines />
      )}
    </div>
  )
}
