/** Processes: the tree after each run of the chosen chain; what is only consistent with it stands apart. */
import { useMemo, useState } from 'react'
import type { ChainShape } from '../../../src/contract/shapes.ts'
import { useChains } from '../../shell/chains-state.tsx'
import { within } from '../../shell/keyboard.ts'
import { useWindow } from '../../shell/window-state.tsx'
import { Answer, Button, Citations, Empty, Escape, formatDelta, Notice, plural } from '../../widgets/index.ts'
import { ChainHead } from '../chains/chain-head.tsx'
import { useChainKeys } from '../chains/chain-picker.tsx'
import { NoChainYet } from '../chains/no-chain-yet.tsx'
import { RunsPart } from '../chains/runs-part.tsx'
import { asSentence } from '../overview/words.ts'
import { ProcessDetail } from './process-detail.tsx'
import { type Run, runsOf } from './process-rows.ts'
import './processes.css'
import { RunTable } from './run-table.tsx'

const treeKeys = [
  within('tree', ['↑', '↓'], 'Process above, below'),
  within('tree', ['←', '→'], 'Fold, unfold; parent, child'),
  within('tree', ['Enter'], 'Open the record'),
]

export function ProcessesView() {
  const { chain } = useChains()
  useChainKeys(chain && chain.tree.nodes.length > 0 ? treeKeys : [], 'Processes')
  if (!chain) return <NoChainYet title="Processes" />
  return <ProcessesOf chain={chain} key={chain.id} />
}

function ProcessesOf(props: { chain: ChainShape }) {
  const { chain } = props
  const runs = useMemo(() => runsOf(chain), [chain])
  const rows = useMemo(() => runs.flatMap((run) => run.rows), [runs])
  const [picked, pick] = useState(runs[0]?.rows[0]?.index ?? 0)
  const proven = runs.filter((run) => run.standing === 'proven')
  const consistent = runs.filter((run) => run.standing !== 'proven')
  const row = rows.find((each) => each.index === picked) ?? rows[0]
  const run = runs.find((each) => each.rows.some((one) => one.index === row?.index))
  return (
    <div className="processes">
      <ChainHead chain={chain} title="Processes of">
        {rows.length > 0
          ? `, ${plural(rows.length, 'process', 'processes')} in ${plural(runs.length, 'run')}. A process is told apart by host, start of Windows, PID and time.`
          : '.'}
      </ChainHead>
      {rows.length === 0 ? <NoProcess chain={chain} /> : null}
      {chain.tree.cut ? (
        <Notice kind="judge" title="The tree is cut" live={false}>
          More processes lie below than are drawn here. The Timeline has them all.
        </Notice>
      ) : null}
      <Runs title="Started by the task" runs={proven} picked={row?.index ?? -1} onPick={pick} />
      <Runs
        title="Consistent with the task, not proven"
        hint="the same program at a fitting time; nothing ties it to this task"
        runs={consistent}
        picked={row?.index ?? -1}
        onPick={pick}
      />
      {row && run ? <ProcessDetail row={row} run={run} all={rows} key={row.index} /> : null}
      <RunsPart chain={chain} />
    </div>
  )
}

function Runs(props: {
  title: string
  hint?: string
  runs: readonly Run[]
  picked: number
  onPick: (index: number) => void
}) {
  const { runs, title } = props
  if (runs.length === 0) return null
  const id = `h-${title.slice(0, 4).toLowerCase()}`
  return (
    <section className="process-runs" aria-labelledby={id}>
      <h2 className="block-title" id={id}>
        {title}
        {props.hint ? <span className="hint">{props.hint}</span> : null}
      </h2>
      {runs.map((run, place) => {
        const delta = formatDelta(run.from)
        return (
          <div key={run.rows[0]?.index}>
            {runs.length > 1 ? (
              <h3 className="run-title">
                Run {place + 1} <span className="low">{delta} from the task’s record</span>
              </h3>
            ) : null}
            <RunTable
              run={run}
              label={`${title}, run ${place + 1}`}
              picked={props.picked}
              onPick={props.onPick}
            />
          </div>
        )
      })}
    </section>
  )
}

/** No process: that it did not run, that it ran unseen, or that nobody can tell. They never look alike. */
function NoProcess(props: { chain: ChainShape }) {
  const { chain } = props
  const { go } = useWindow()
  const { executed } = chain
  return (
    <Empty
      kind={executed.answer === 'no' ? 'no' : 'cannot-tell'}
      title={
        executed.answer === 'no'
          ? 'It did not run, so there is no process'
          : executed.answer === 'yes'
            ? 'It ran, but no record tells of a process'
            : 'Cannot tell whether a process ran'
      }
      acts={
        <Button small onPress={() => go('chains')}>
          See the gaps of this chain
        </Button>
      }
    >
      <p>
        {executed.answer === 'yes' ? (
          <>
            <Answer answer="yes" word="Ran." />{' '}
          </>
        ) : null}
        <Escape text={asSentence(executed.why)} /> <Citations at={executed.citations} />
      </p>
    </Empty>
  )
}
