/** The one import that may run: it goes on while the operator looks at other views, and Stop stays within reach. */
import { createContext, type ReactNode, useContext, useMemo, useState } from 'react'
import type { CaseSummary, ImportResult } from '../../src/contract/shapes.ts'
import { type Job, useJob } from '../api/use-answer.ts'

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
  const state = useMemo(() => ({ job, target, setTarget, paths, setPaths }), [job, target, paths])
  return <Context.Provider value={state}>{props.children}</Context.Provider>
}

export function useImport(): ImportState {
  const state = useContext(Context)
  if (!state) throw new Error('useImport outside of the window')
  return state
}
