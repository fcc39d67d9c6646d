import { useState } from 'react'
import type { CaseSummary } from '../../../src/contract/shapes.ts'
import { useAnswer, useJob } from '../../api/use-answer.ts'
import { useApi, useWindow } from '../../shell/window-state.tsx'
import { Escape, Icon, ProgressBar, Skeleton, TroubleNotice } from '../../widgets/index.ts'

/** Practice evidence, written on this machine: each scenario and what it teaches. */
export function PracticeList() {
  const api = useApi()
  const { show } = useWindow()
  const scenarios = useAnswer('scenarios', (signal) => api.cases.scenarios(undefined, { signal }))
  const job = useJob<CaseSummary>()
  const [chosen, choose] = useState<string>()
  const start = async (name: string) => {
    choose(name)
    const summary = await job.start((signal) => api.cases.practice({ scenario: name }, { signal }))
    if (summary) show(summary)
  }
  return (
    <section className="stack-tight" aria-labelledby="h-practice">
      <h2 className="block-title" id="h-practice">
        Open practice case <span className="hint">made here, with known answers</span>
      </h2>
      <TroubleNotice trouble={scenarios.trouble} again={scenarios.again} />
      <TroubleNotice trouble={job.state === 'failed' ? job.trouble : undefined} />
      {!scenarios.value && scenarios.slow ? <Skeleton rows={6} label="Reading scenarios" /> : null}
      <ul className="practice">
        {scenarios.value?.map((scenario) => (
          <li key={scenario.name}>
            {job.state === 'running' && chosen === scenario.name ? (
              <div className="practice-run">
                <ProgressBar
                  progress={job.progress}
                  label={`Practice: ${scenario.title}`}
                  stopping={job.stopping}
                  onStop={job.stop}
                />
              </div>
            ) : (
              <button
                className="practice-door"
                type="button"
                aria-disabled={job.state === 'running' ? true : undefined}
                onClick={() => {
                  if (job.state !== 'running') void start(scenario.name)
                }}
              >
                <span className="name">
                  <Escape text={scenario.title} />
                </span>
                <Icon name="right" small />
                <span className="what">
                  <Escape text={scenario.teaches} />
                </span>
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
