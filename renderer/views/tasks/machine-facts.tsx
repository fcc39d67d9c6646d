/** What the registry and the service themselves say of the task: times, results, descriptor, and the hash of its file. */
import type { ReactNode } from 'react'
import type { TaskEntryShape } from '../../../src/contract/task-shapes.ts'
import { Absent, AnyCitation, AnyCitations, Escape, formatStamp, Severity } from '../../widgets/index.ts'
import { asSentence } from '../overview/words.ts'

const hashes = { equal: 'Equal', different: 'Different', 'not-checkable': 'Cannot be checked' } as const
const hashKinds = { equal: 'good', different: 'harm', 'not-checkable': 'note' } as const
const time = (value: string | null): ReactNode =>
  value === null ? (
    <Absent why="none" />
  ) : (
    <span className="mono">
      <Escape text={formatStamp(value)} />
    </span>
  )

export function MachineFacts(props: { task: TaskEntryShape }) {
  const { registry, service, hashCheck } = props.task
  const checked = hashCheck.result !== 'not-checkable'
  if (!registry && !service && !checked) return null
  return (
    <div className="task-facts">
      {registry ? (
        <section aria-labelledby="h-registry">
          <h2 className="block-title" id="h-registry">
            TaskCache <AnyCitation at={registry.citation} />
          </h2>
          <dl className="pairs">
            <dt>Id</dt>
            <dd>{registry.id === null ? <Absent /> : <Escape text={registry.id} code />}</dd>
            <dt>Security descriptor</dt>
            <dd>
              {registry.hasSecurityDescriptor === null ? (
                <Absent />
              ) : registry.hasSecurityDescriptor ? (
                'there'
              ) : (
                <Severity kind="harm">missing: schtasks and the console do not show it</Severity>
              )}
            </dd>
            <dt>Index</dt>
            <dd>
              {registry.index === null ? (
                <Absent />
              ) : registry.index === 0 ? (
                <Severity kind="harm">0, which hides it</Severity>
              ) : (
                registry.index
              )}
            </dd>
            <dt>Created</dt>
            <dd>{time(registry.created)}</dd>
            <dt>Last run</dt>
            <dd>{time(registry.lastRun)}</dd>
            <dt>Last success</dt>
            <dd>{time(registry.lastSuccess)}</dd>
            <dt>Last result</dt>
            <dd>
              {registry.lastResult === null ? (
                <Absent why="none" />
              ) : (
                <>
                  <Escape text={registry.lastResult.meaning ?? ''} />{' '}
                  <span className="mono low">{registry.lastResult.code}</span>
                </>
              )}
            </dd>
            <dt>Keys written</dt>
            <dd>
              {time(registry.treeWritten)} <span className="low">Tree</span>
              <br />
              {time(registry.taskWritten)} <span className="low">Tasks</span>
            </dd>
          </dl>
        </section>
      ) : null}
      <div className="stack">
        {checked || registry ? (
          <section aria-labelledby="h-hash">
            <h2 className="block-title" id="h-hash">
              Hash of the file{' '}
              <Severity kind={hashKinds[hashCheck.result]}>{hashes[hashCheck.result]}</Severity>
            </h2>
            <p className="small mid">
              <Escape text={asSentence(hashCheck.why)} /> <AnyCitations at={hashCheck.citations} />
            </p>
          </section>
        ) : null}
        {service ? (
          <section aria-labelledby="h-service">
            <h2 className="block-title" id="h-service">
              Service list <AnyCitation at={service.citation} />
            </h2>
            <dl className="pairs">
              <dt>State</dt>
              <dd>
                <Escape text={service.state} />
                {service.enabled === false ? ', disabled' : ''}
              </dd>
              <dt>Last run</dt>
              <dd>
                {service.lastRun === null ? <Absent why="never" /> : <Escape text={service.lastRun} code />}
              </dd>
              <dt>Next run</dt>
              <dd>
                {service.nextRun === null ? <Absent why="none" /> : <Escape text={service.nextRun} code />}
              </dd>
              <dt>Last result</dt>
              <dd>
                {service.lastResult === null ? (
                  <Absent why="none" />
                ) : (
                  <>
                    <Escape text={service.lastResult.meaning ?? ''} />{' '}
                    <span className="mono low">{service.lastResult.code}</span>
                  </>
                )}
              </dd>
              <dt>Missed runs</dt>
              <dd>{service.missedRuns ?? <Absent />}</dd>
              <dt>Descriptor</dt>
              <dd>
                {service.securityDescriptor === null ? (
                  <Absent />
                ) : (
                  <Escape text={service.securityDescriptor} code />
                )}
              </dd>
              <dt>Asked</dt>
              <dd>{service.takenAt === null ? <Absent /> : <Escape text={service.takenAt} />}</dd>
            </dl>
          </section>
        ) : null}
      </div>
    </div>
  )
}
