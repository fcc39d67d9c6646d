import { useState } from 'react'
import { type Trouble, troubleOf } from '../../api/trouble.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { useImport } from '../../shell/import-state.tsx'
import { useApi, useWindow } from '../../shell/window-state.tsx'
import { Empty, Escape, formatStamp, MiddleCut, Skeleton, TroubleNotice } from '../../widgets/index.ts'

/** Cases opened on this machine, the latest first. */
export function RecentCases() {
  const api = useApi()
  const { show, caseSummary } = useWindow()
  const { target, job } = useImport()
  const recent = useAnswer(
    `recent cases ${caseSummary?.caseId} ${target?.caseId} ${job.state === 'running'}`,
    (signal) => api.cases.recent(undefined, { signal }),
  )
  const [trouble, setTrouble] = useState<Trouble>()
  const open = (dir: string) => {
    api.cases.open({ dir }).then(
      (summary) => show(summary),
      (error: unknown) => setTrouble(troubleOf(error)),
    )
  }
  return (
    <section className="stack-tight" aria-labelledby="h-recent">
      <h2 className="block-title" id="h-recent">
        Recent cases <span className="hint">kept on this machine</span>
      </h2>
      <TroubleNotice trouble={trouble} />
      <TroubleNotice trouble={recent.trouble} again={recent.again} />
      {!recent.value && recent.slow ? <Skeleton rows={4} label="Reading recent cases" /> : null}
      {recent.value?.length === 0 ? (
        <Empty kind="no" title="No cases yet">
          Import evidence above, or open a practice case to see what an answer looks like.
        </Empty>
      ) : null}
      {recent.value && recent.value.length > 0 ? (
        <table className="table">
          <caption className="unseen">Recent cases</caption>
          <colgroup>
            <col className="h-name" />
            <col className="h-folder" />
            <col className="h-when" />
          </colgroup>
          <thead>
            <tr>
              <th>Case</th>
              <th>Folder</th>
              <th>Last opened, UTC</th>
            </tr>
          </thead>
          <tbody>
            {recent.value.map((each) => (
              <tr key={each.dir}>
                <td>
                  {each.exists ? (
                    <button className="case-door" type="button" onClick={() => open(each.dir)}>
                      <Escape text={each.title} />
                    </button>
                  ) : (
                    <span className="low">
                      <Escape text={each.title} />
                    </span>
                  )}
                </td>
                <td className="mid">
                  {each.exists ? (
                    <MiddleCut text={each.dir} code />
                  ) : (
                    <span className="low" title={each.dir}>
                      folder is not there
                    </span>
                  )}
                </td>
                <td className="mid nowrap">{formatStamp(each.openedAt, 0).slice(0, 16)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
    </section>
  )
}
