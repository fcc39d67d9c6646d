/** The whole of one chain: the answer, the drawing, then every part of the proof with its records. */
import type { ChainShape } from '../../../src/contract/shapes.ts'
import { useCase, useWindow } from '../../shell/window-state.tsx'
import { Absent, Answer, Button, Citations, Escape } from '../../widgets/index.ts'
import { AnswerLead } from '../overview/answer-lead.tsx'
import { ChainDrawing } from '../overview/chain-drawing/chain-drawing.tsx'
import { principalName } from '../overview/sentence.ts'
import { asSentence } from '../overview/words.ts'
import { ofChosenChain } from '../tasks/tasks-view.tsx'
import { GapsPart } from './gaps-part.tsx'
import { HostsPart } from './hosts-part.tsx'
import { LinksPart } from './links-part.tsx'
import { ResemblesPart } from './resembles-part.tsx'
import { RunsPart } from './runs-part.tsx'
import { SourcePart } from './source-part.tsx'
import { StepsPart } from './steps-part.tsx'

export function ChainDetail(props: { chain: ChainShape; all: readonly ChainShape[] }) {
  const { chain } = props
  const { hosts } = useCase()
  const { go } = useWindow()
  const { account, task } = chain
  return (
    <>
      <AnswerLead
        chain={chain}
        className="lead chain-lead"
        acts={
          <>
            <Button icon="task" onPress={() => go('tasks', ofChosenChain)}>
              Task
            </Button>
            <Button icon="process" onPress={() => go('processes')}>
              Processes
            </Button>
            <Button kind="primary" icon="playbook" onPress={() => go('playbook')}>
              Work the playbook
            </Button>
          </>
        }
      />
      <ChainDrawing chain={chain} hosts={hosts.map((host) => host.name)} />
      <section className="chain-part" aria-labelledby="h-what">
        <h2 className="block-title" id="h-what">
          Task and account
        </h2>
        <dl className="pairs chain-pairs">
          <dt>Task</dt>
          <dd>
            <span className="mono strong">
              <Escape text={task.path} />
            </span>{' '}
            <Citations at={anchorCitations(chain)} most={1} />
          </dd>
          <dt>Action</dt>
          <dd>{task.action === null ? <Absent /> : <Escape text={task.action.slice(0, 4000)} code />}</dd>
          <dt>Runs as</dt>
          <dd>
            {task.runAs === null ? <Absent /> : <Escape text={principalName(task.runAs)} />}
            {task.runLevel === 'HighestAvailable' ? ', highest privileges' : null}
            {task.hidden === true ? ', hidden' : task.hidden === false ? ', not hidden' : null}
            {task.trigger ? `, ${task.trigger.toLowerCase()} trigger` : null}
          </dd>
          <dt>Author</dt>
          <dd>
            {task.author === null ? (
              <Absent why="none" />
            ) : (
              <>
                <Escape text={task.author} /> <span className="low">as the definition claims</span>
              </>
            )}
          </dd>
          <dt>Account</dt>
          <dd>
            {account.name === null ? (
              <Absent />
            ) : (
              <Escape text={account.domain ? `${account.domain}\\${account.name}` : account.name} />
            )}{' '}
            {account.sid === null ? null : (
              <span className="mono low">
                <Escape text={account.sid} />
              </span>
            )}
          </dd>
          <dt>Logon of the task</dt>
          <dd className="mono">
            {chain.taskLogonId === null ? <Absent /> : <Escape text={chain.taskLogonId} />}
          </dd>
          <dt>How it is known</dt>
          <dd>
            <Escape text={asSentence(chain.mechanismWhy)} />
          </dd>
          <dt>Deleted</dt>
          <dd>
            <Answer answer={chain.deleted.answer} /> <Escape text={asSentence(chain.deleted.why)} />{' '}
            <Citations at={chain.deleted.citations} most={3} />
          </dd>
        </dl>
      </section>
      <SourcePart chain={chain} />
      <div className="chain-two">
        <RunsPart chain={chain} />
        <ResemblesPart chain={chain} />
      </div>
      <HostsPart chain={chain} all={props.all} />
      <GapsPart chain={chain} />
      <LinksPart chain={chain} />
      <StepsPart chain={chain} />
    </>
  )
}

/** The record the chain is measured from. */
function anchorCitations(chain: ChainShape) {
  const step =
    chain.steps.find((each) => each.deltaMs === 0 && each.role === chain.kind) ??
    chain.steps.find((each) => each.deltaMs === 0)
  if (!step) return []
  const { evidenceId, recordId, chunk, offset, recovered } = step
  return [{ evidenceId, recordId, chunk, offset, ...(recovered ? { recovered } : {}) }]
}
