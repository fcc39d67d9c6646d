/** Tasks: every task the evidence knows of at the left, everything told of one at the right. */
import { useEffect, useMemo, useState } from 'react'
import { useAnswer } from '../../api/use-answer.ts'
import { useChains } from '../../shell/chains-state.tsx'
import { useKeys } from '../../shell/keyboard.ts'
import { useApi, useCase, useWindow } from '../../shell/window-state.tsx'
import { Button, Empty, Skeleton, TroubleNotice } from '../../widgets/index.ts'
import { TaskDetail } from './task-detail.tsx'
import { TaskList } from './task-list.tsx'
import { type TaskFilter, useTaskPages } from './task-pages.ts'
import { recallTasks, rememberTasks } from './tasks-memory.ts'
import './tasks.css'
import '../record/record.css'

/** as the place inside the view: the task of the chain that is chosen */
export const ofChosenChain = 'chain'

export function TasksView() {
  const { caseId } = useCase()
  return <TasksOfCase key={caseId} />
}

function TasksOfCase() {
  const summary = useCase()
  const { caseId, counts } = summary
  const { tab, go } = useWindow()
  const api = useApi()
  const { chain } = useChains()
  const memory = useMemo(() => recallTasks(caseId), [caseId])
  const [text, setText] = useState(memory.text)
  const [only, setOnly] = useState(memory.only)
  const [host, setHost] = useState(memory.host)
  const [task, setTask] = useState<string | null>(tab === ofChosenChain ? null : (tab ?? memory.task))
  const [part, setPart] = useState(memory.part)
  const [asked, ask] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => ask(text.trim()), 120)
    return () => clearTimeout(timer)
  }, [text])
  useEffect(() => {
    if (tab === null) return
    setTask(tab === ofChosenChain ? null : tab)
    go('tasks')
  }, [tab, go])
  useEffect(
    () => rememberTasks(caseId, { task, part, text, only, host }),
    [caseId, task, part, text, only, host],
  )

  const filter = useMemo(
    (): TaskFilter => ({
      ...(asked ? { text: asked } : {}),
      ...(only ? { only } : {}),
      ...(host ? { host } : {}),
    }),
    [asked, only, host],
  )
  const key = JSON.stringify([caseId, counts.evidence, counts.records, filter])
  const pages = useTaskPages(key, caseId, filter)
  const { head } = pages
  // nothing was chosen: the task of the chain that the other views speak of, else the loudest
  const path = chain?.task.path
  const own = useAnswer(
    task === null && chain && path ? `task of ${caseId} ${counts.records} ${chain.id}` : null,
    async (signal) => {
      const found = await api.tasks.list(
        { caseId, text: path?.slice(0, 400) ?? '', from: 0, count: 100 },
        { signal },
      )
      return { chain: chain?.id, task: found.rows.find((row) => row.chains.includes(chain?.id ?? ''))?.id }
    },
  )
  const ofChain = own.value?.chain === chain?.id ? own.value : undefined
  const waits = task === null && path !== undefined && ofChain === undefined && own.trouble === undefined
  const shown = waits ? null : (task ?? ofChain?.task ?? pages.row(0)?.id ?? null)
  const details = useAnswer(
    shown === null ? null : `task ${caseId} ${counts.evidence} ${counts.records} ${shown}`,
    async (signal) => ({ id: shown, told: await api.tasks.details({ caseId, id: shown ?? '' }, { signal }) }),
  )
  const told = details.value?.id === shown ? details.value?.told : undefined
  const [stepped, step] = useState(0)
  useKeys('Tasks', [
    {
      on: '/',
      keys: ['/'],
      does: 'Find a task',
      run: () => document.querySelector<HTMLElement>('[data-task-filter]')?.focus(),
    },
    { on: 'j', keys: ['J'], does: 'Next task', run: () => step((before) => Math.abs(before) + 1) },
    { on: 'k', keys: ['K'], does: 'Task before', run: () => step((before) => -Math.abs(before) - 1) },
    { on: 'x', keys: ['X'], does: 'Definition as XML', run: () => setPart('text') },
  ])

  if (head && head.all === 0 && !pages.trouble)
    return (
      <div className="pad stack">
        <h1 className="view-title">Tasks</h1>
        <Empty
          kind="cannot-tell"
          title="The evidence knows of no task"
          acts={
            <Button small onPress={() => go('evidence')}>
              See what was collected
            </Button>
          }
        >
          No record, no task file, no registry hive and no list of tasks in this case speaks of one. Import
          the folder System32\Tasks, the SOFTWARE hive or the task log.
        </Empty>
      </div>
    )
  return (
    <div className="tasks-grid">
      <TaskList
        pages={pages}
        text={text}
        onText={setText}
        only={only}
        onOnly={setOnly}
        host={host}
        onHost={setHost}
        chosen={shown}
        onChoose={setTask}
        stepped={stepped}
      />
      <div className="task-detail" key={shown ?? ''}>
        {pages.trouble ? <TroubleNotice trouble={pages.trouble} again={pages.again} /> : null}
        {details.trouble ? (
          <TroubleNotice trouble={details.trouble} again={details.again} />
        ) : told ? (
          <TaskDetail told={told} part={part} onPart={setPart} />
        ) : details.slow || pages.slow ? (
          <Skeleton rows={8} label="Reading the task" />
        ) : null}
      </div>
    </div>
  )
}
