/** Evidence: what is stored and how it came to be, what is wrong with it, and who did what to it. */
import { useEffect } from 'react'
import { useAnswer } from '../../api/use-answer.ts'
import { useApi, useCase, useWindow } from '../../shell/window-state.tsx'
import { Button, Empty, formatBytes, plural, Skeleton, TroubleNotice } from '../../widgets/index.ts'
import { CustodyJournal } from './custody-journal.tsx'
import { EvidenceTable } from './evidence-table.tsx'
import { ProblemsList } from './problems-list.tsx'
import './evidence.css'

export function EvidenceView() {
  const summary = useCase()
  const { caseId, readOnly } = summary
  const { go, tab } = useWindow()
  const api = useApi()
  const version = `${caseId} ${summary.counts.evidence} ${summary.counts.problems}`
  const list = useAnswer(`evidence ${version}`, (signal) => api.evidence.list({ caseId }, { signal }))
  const problems = useAnswer(`problems ${version}`, (signal) => api.evidence.problems({ caseId }, { signal }))
  const custody = useAnswer(`custody ${version}`, (signal) => api.evidence.custody({ caseId }, { signal }))

  const loaded = list.value !== undefined && problems.value !== undefined
  useEffect(() => {
    if (tab && tab !== 'items' && loaded)
      document.getElementById(`evidence-${tab}`)?.scrollIntoView({ block: 'start' })
  }, [tab, loaded])

  const items = list.value ?? []
  const hosts = [...new Set(items.map((item) => item.host).filter((host) => host !== null))]
  return (
    <div className="evidence">
      <div className="view-head">
        <div>
          <h1 className="view-title">Evidence</h1>
          <p className="view-line">
            Stored as it was read and never changed. The SHA-256 of each file is its name in the case.
          </p>
        </div>
        <div className="view-actions">
          <Button
            icon="acquire"
            off={readOnly ? 'This case was made from a bundle and is read-only.' : false}
            onPress={() => go('home', 'import')}
          >
            Import more evidence
          </Button>
        </div>
      </div>
      {readOnly ? (
        <p className="small mid">
          Read-only: made from a sealed bundle. Nothing can be added, so that it stays what the sender sealed.
        </p>
      ) : null}

      <section className="stack-tight" aria-labelledby="evidence-items">
        <h2 className="block-title" id="evidence-items">
          Items{' '}
          {list.value ? (
            <span className="hint">
              {items.length}
              {hosts.length > 0 ? `, from ${plural(hosts.length, 'host')}` : ''},{' '}
              {formatBytes(items.reduce((sum, item) => sum + item.size, 0))}
            </span>
          ) : null}
        </h2>
        <TroubleNotice trouble={list.trouble} again={list.again} />
        {list.value ? (
          items.length > 0 ? (
            <EvidenceTable rows={items} />
          ) : (
            <Empty kind="cannot-tell" title="No evidence yet">
              Import event logs, a folder, an image that is mounted, or a triage ZIP. Until then no question
              can be answered.
            </Empty>
          )
        ) : list.slow ? (
          <Skeleton rows={5} label="Reading the evidence list" />
        ) : null}
      </section>

      <div className="columns-2 evidence-below">
        <section className="stack-tight" aria-labelledby="evidence-problems">
          <h2 className="block-title" id="evidence-problems">
            Problems{' '}
            {problems.value ? (
              <span className="hint">
                {problems.value.length === 0
                  ? 'none'
                  : `${problems.value.length}, each counted against every no`}
              </span>
            ) : null}
          </h2>
          <TroubleNotice trouble={problems.trouble} again={problems.again} />
          {problems.value ? (
            <ProblemsList problems={problems.value} evidence={items} />
          ) : problems.slow ? (
            <Skeleton rows={4} label="Reading the problems" />
          ) : null}
        </section>
        <section className="stack-tight" aria-labelledby="evidence-custody">
          <h2 className="block-title" id="evidence-custody">
            Custody <span className="hint">append-only, each line carries the hash of the one before</span>
          </h2>
          <TroubleNotice trouble={custody.trouble} again={custody.again} />
          {custody.value ? (
            <CustodyJournal custody={custody.value} evidence={items} />
          ) : custody.slow ? (
            <Skeleton rows={4} label="Reading the custody journal" />
          ) : null}
        </section>
      </div>
    </div>
  )
}
