/** The one import that may run: it goes on while the operator looks at other views, and Stop stays within reach. */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react'
import type { CaseSummary, ImportResult, Progress } from '../../src/contract/shapes.ts'
import { type Job, useJob } from '../api/use-answer.ts'
import { useApi } from './window-state.tsx'
import { tellWindows } from './window-sync.ts'

export interface ImportState {
  readonly job: Job<ImportResult>
  /** case the evidence goes into; a second run goes on in it */
  readonly target: CaseSummary | undefined
  setTarget(target: CaseSummary | undefined): void
  /** what was named, one path to a line: kept, so that a stopped import can go on */
  readonly paths: string
  setPaths(paths: string): void
}
const Context = createContext<ImportState | null>(null)

export function ImportProvider(props: { children: ReactNode }) {
  const job = useJob<ImportResult>()
  const [target, setTarget] = useState<CaseSummary>()
  const [paths, setPaths] = useState('')
  const api = useApi()
  const { state } = job
  const goal = target?.caseId
  // an import that the page before this one began goes on: it is taken up where it is
  const { start } = job
  useEffect(() => {
    const takeUp = async () => {
      const found = (await api.jobs.list()).find((each) => each.what === 'import')
      if (!found) return
      setTarget(await api.cases.summary({ caseId: found.caseId }))
      await start(
        async (signal) =>
          (await api.jobs.attach({ job: found.id }, { signal })) as AsyncIterator<Progress, ImportResult>,
      )
    }
    // without an answer there is nothing to take up, and whoever asks next is told why
    takeUp().catch(() => {})
  }, [api, start])
  useEffect(() => {
    if (goal !== undefined && (state === 'done' || state === 'stopped')) tellWindows(goal, 'evidence')
  }, [state, goal])
  const shared = useMemo(() => ({ job, target, setTarget, paths, setPaths }), [job, target, paths])
  return <Context.Provider value={shared}>{props.children}</Context.Provider>
}

export function useImport(): ImportState {
  const state = useContext(Context)
  if (!state) throw new Error('useImport outside of the window')
  return state
}
