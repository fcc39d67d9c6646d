/** Playbook: the checklist as the user wrote it, answered where the evidence answers; only a person ticks and decides. */
import { useEffect, useMemo, useState } from 'react'
import type { AnswersDocument } from '../../../src/contract/playbook-shapes.ts'
import type { ChainShape } from '../../../src/contract/shapes.ts'
import { useChains } from '../../shell/chains-state.tsx'
import { usePlaybook } from '../../shell/playbook-state.tsx'
import { useWindow } from '../../shell/window-state.tsx'
import { Notice, Skeleton, Stamp, TroubleNotice } from '../../widgets/index.ts'
import { ChainHead } from '../chains/chain-head.tsx'
import { useChainKeys } from '../chains/chain-picker.tsx'
import { NoChainYet } from '../chains/no-chain-yet.tsx'
import { ChecklistSection } from './checklist-section.tsx'
import { Conflicts } from './conflicts.tsx'
import { DispositionDialog } from './disposition-dialog.tsx'
import { History } from './history.tsx'
import { outline, rowsWithoutPlace } from './outline.ts'
import { PlaybookSide } from './playbook-side.tsx'
import { stepRow } from './row-keys.ts'
import './playbook.css'

export function PlaybookView() {
  const { chain } = useChains()
  const { answers, trouble, slow, again } = usePlaybook()
  if (!chain) return <NoChainYet title="Playbook" />
  if (!answers || answers.chain !== chain.id)
    return (
      <div className="playbook-wait">
        <h1 className="unseen">Playbook</h1>
        {trouble ? <TroubleNotice trouble={trouble} again={again} /> : null}
        {slow && !trouble ? <Skeleton rows={12} label="Answering the playbook" /> : null}
      </div>
    )
  return <PlaybookOf chain={chain} answers={answers} key={chain.id} />
}

function PlaybookOf(props: { chain: ChainShape; answers: AnswersDocument }) {
  const { chain, answers } = props
  const { tab, go } = useWindow()
  const { off, trouble, again, last, undo } = usePlaybook()
  const [deciding, decide] = useState(false)
  useEffect(() => {
    if (tab !== 'disposition' && tab !== 'decision') return
    if (tab === 'disposition') decide(true)
    else document.getElementById('decision')?.scrollIntoView({ block: 'start' })
    go('playbook')
  }, [tab, go])
  useChainKeys(
    [
      { on: 'j', keys: ['J'], does: 'Next line', run: () => stepRow(1) },
      { on: 'k', keys: ['K'], does: 'Line before', run: () => stepRow(-1) },
      { on: 'n', keys: ['N'], does: 'Note on the line', run: () => pressInRow('note') },
      { on: 'm', keys: ['M'], does: 'All of the reason, and what is missing', run: () => pressInRow('more') },
      ...(off === undefined
        ? [
            { on: 'd', keys: ['D'], does: 'Set the disposition', run: () => decide(true) },
            { on: 'u', keys: ['U'], does: 'Take the last act back', run: () => last && void undo(last.mark) },
          ]
        : []),
    ],
    'Playbook',
  )
  const conflicts = useMemo(() => new Set(answers.conflicts.map((each) => each.id)), [answers])
  const stray = rowsWithoutPlace(answers.checklist)
  return (
    <div className="playbook">
      <PlaybookSide answers={answers} onDecide={() => decide(true)} />
      <div className="playbook-work">
        <ChainHead chain={chain} title="Playbook for">
          , <Stamp time={chain.time} decimals={3} zone />
        </ChainHead>
        {off ? (
          <Notice kind="note" icon="lock" title="Read-only" live={false}>
            {off}
          </Notice>
        ) : null}
        {trouble ? <TroubleNotice trouble={trouble} again={again} /> : null}
        <Conflicts answers={answers} />
        {outline.map((part) => (
          <section
            className="playbook-part"
            key={part.id}
            id={`part-${part.id}`}
            aria-labelledby={`h-${part.id}`}
          >
            <h2 className="part-title" id={`h-${part.id}`}>
              {part.title}
              {part.minutes === null ? null : <span className="hint"> {part.minutes} minutes</span>}
            </h2>
            {part.sections.map((section) => (
              <ChecklistSection
                key={section.title}
                section={section}
                answers={answers}
                chain={chain}
                conflicts={conflicts}
              />
            ))}
          </section>
        ))}
        {stray.length > 0 ? (
          <ChecklistSection
            section={{ phase: null, title: 'Further lines', commands: [] }}
            rows={stray}
            answers={answers}
            chain={chain}
            conflicts={conflicts}
          />
        ) : null}
        <History answers={answers} />
      </div>
      {deciding ? <DispositionDialog answers={answers} onClose={() => decide(false)} /> : null}
    </div>
  )
}

/** Presses what the row with the focus offers under this name. */
function pressInRow(what: string): void {
  const row = document.activeElement?.closest('[data-row]')
  row?.querySelector<HTMLElement>(`[data-act="${what}"] button, button[data-act="${what}"]`)?.click()
}
