/** Everything told of one task: what it is, where it shows, what speaks against it, what each source says of it. */
import type { TaskDetailsShape } from '../../../src/contract/task-shapes.ts'
import { useChains } from '../../shell/chains-state.tsx'
import { exactTerm, useShowRows } from '../../shell/show-rows.ts'
import { useCase, useWindow } from '../../shell/window-state.tsx'
import {
  AnyCitations,
  Button,
  Empty,
  Escape,
  formatCount,
  HostDot,
  Notice,
  Severity,
  Tabs,
} from '../../widgets/index.ts'
import { shortHost } from '../overview/sentence.ts'
import { asSentence } from '../overview/words.ts'
import { ActionsPart } from './actions-part.tsx'
import { HistoryPart } from './history-part.tsx'
import { LifetimesPart } from './lifetimes-part.tsx'
import { MachineFacts } from './machine-facts.tsx'
import { SourcesPart } from './sources-part.tsx'
import { lifeSentence } from './task-sentence.ts'
import { findingWord, signWord } from './task-words.ts'
import { TextPart } from './text-part.tsx'
import { ViewsStrip } from './views-strip.tsx'

type Task = TaskDetailsShape['task']

export function TaskDetail(props: { told: TaskDetailsShape; part: string; onPart: (part: string) => void }) {
  const { told } = props
  const { task } = told
  const { hosts } = useCase()
  const { go, chooseChain } = useWindow()
  const showRows = useShowRows()
  const { chains } = useChains()
  const chain = chains?.find((each) => task.chains.includes(each.id))
  return (
    <>
      <div className="view-head">
        <div className="task-title">
          <h1 className="mono">
            <Escape text={task.path} />
          </h1>
          <p className="view-line">
            <HostDot place={hosts.findIndex((host) => host.name === task.host)} />{' '}
            <span title={task.host}>
              <Escape text={shortHost(task.host)} />
            </span>
            {'. '}
            <Escape text={lifeSentence(task, told.historyLeftOut)} />
          </p>
        </div>
        <div className="view-actions">
          {chain ? (
            <Button
              icon="chain"
              onPress={() => {
                chooseChain(chain.id)
                go('chains')
              }}
            >
              {task.chains.length > 1 ? `${formatCount(task.chains.length)} chains` : 'Its chain'}
            </Button>
          ) : null}
          <Button
            icon="timeline"
            off={task.history.length === 0 ? 'No record names this task' : false}
            onPress={() => showRows([exactTerm('task', task.path)])}
          >
            Show in timeline
          </Button>
        </div>
      </div>
      <Tabs
        label="What is told of the task"
        open={props.part}
        onOpen={props.onPart}
        panelClass="tab-panel task-panel"
        tabs={[
          { id: 'told', name: 'Summary', panel: <Told told={told} /> },
          {
            id: 'text',
            name: 'Definition as text',
            count: formatCount(told.texts.length),
            panel: <TextPart texts={told.texts} key={task.id} />,
          },
          {
            id: 'history',
            name: 'History',
            count: formatCount(task.history.length + told.historyLeftOut),
            panel: <HistoryPart task={task} leftOut={told.historyLeftOut} key={task.id} />,
          },
        ]}
      />
    </>
  )
}

function Told(props: { told: TaskDetailsShape }) {
  const { task, hostViews } = props.told
  return (
    <div className="task-told">
      <ViewsStrip task={task} hostViews={hostViews} />
      <Findings task={task} />
      <div className="task-columns">
        <div className="task-column">
          <SourcesPart task={task} />
          <ActionsPart task={task} />
        </div>
        <div className="task-column">
          <Signs task={task} />
          <LifetimesPart task={task} />
          <MachineFacts task={task} />
        </div>
      </div>
      {task.trouble.length > 0 ? (
        <Notice kind="judge" title="Not all of it could be read" live={false}>
          <ul className="task-troubles">
            {task.trouble.map((what) => (
              <li key={what}>
                <Escape text={asSentence(what)} />
              </li>
            ))}
          </ul>
        </Notice>
      ) : null}
    </div>
  )
}

function Findings(props: { task: Task }) {
  const { findings } = props.task
  if (findings.length === 0) return null
  return (
    <section aria-labelledby="h-found">
      <h2 className="block-title" id="h-found">
        Found by comparing <span className="hint">hidden, orphaned, tampered</span>
      </h2>
      <ul className="task-findings">
        {findings.map((each, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: one code may be found twice
          <li key={place}>
            <Severity kind={each.severity === 'alarm' ? 'harm' : 'judge'}>{findingWord(each.code)}</Severity>
            <div>
              <p>
                <Escape text={each.what} /> <AnyCitations at={each.citations} />
              </p>
              {each.one !== null || each.other !== null ? (
                <dl className="pairs">
                  <dt>One says</dt>
                  <dd>
                    <Escape text={each.one ?? 'nothing'} code />
                  </dd>
                  <dt>The other</dt>
                  <dd>
                    <Escape text={each.other ?? 'nothing'} code />
                  </dd>
                </dl>
              ) : null}
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Signs(props: { task: Task }) {
  const { signals } = props.task
  return (
    <section aria-labelledby="h-signs">
      <h2 className="block-title" id="h-signs">
        Signs <span className="hint">reasons, not a score; none is proof</span>
      </h2>
      {signals.length === 0 ? (
        <Empty kind="no" title="Nothing in its definition or life stands out">
          That a task looks ordinary does not clear it.
        </Empty>
      ) : (
        <ul className="signals">
          {signals.map((each, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: one sign may be seen twice
            <li key={place} className={each.weighs === 'neutral' ? 'is-neutral' : undefined}>
              <span className="what">
                {signWord(each.id)}
                {each.strong ? <span className="sign-strong"> strong</span> : null}
              </span>
              <span className="why">
                <Escape text={asSentence(each.what)} />
              </span>
              <AnyCitations at={each.citations} most={1} />
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
