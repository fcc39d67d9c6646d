/** The chains of the open case, asked for once, and the one every view speaks of. */
import { createContext, type ReactNode, useContext, useMemo } from 'react'
import type { ChainShape } from '../../src/contract/shapes.ts'
import { type Answered, useAnswer } from '../api/use-answer.ts'
import { useApi, useWindow } from './window-state.tsx'

export interface ChainsState extends Omit<Answered<readonly ChainShape[]>, 'value'> {
  /** most serious first, as the engine ranks them; undefined until they are known */
  readonly chains: readonly ChainShape[] | undefined
  /** the chosen chain, else the most serious; undefined when there is none */
  readonly chain: ChainShape | undefined
  /** its place in `chains`, 0 when there is none */
  readonly place: number
}

const ChainsContext = createContext<ChainsState | null>(null)

export function useChains(): ChainsState {
  const state = useContext(ChainsContext)
  if (!state) throw new Error('useChains outside of the window')
  return state
}

export function ChainsProvider(props: { children: ReactNode }) {
  const api = useApi()
  const { caseSummary, view, chain: chosen } = useWindow()
  const key =
    caseSummary && view !== 'home'
      ? `chains ${caseSummary.caseId} ${caseSummary.counts.evidence} ${caseSummary.counts.records}`
      : null
  const answer = useAnswer(key, async (signal) => ({
    key,
    chains: (await api.chains.list({ caseId: caseSummary?.caseId ?? '' }, { signal })).chains,
  }))
  const { value, trouble, loading, slow, again } = answer
  // an answer of another case, or of the case before an import, is none
  const chains = value?.key === key ? value?.chains : undefined
  const state = useMemo((): ChainsState => {
    const found = chains?.findIndex((each) => each.id === chosen) ?? -1
    const place = found < 0 ? 0 : found
    return { chains, chain: chains?.[place], place, trouble, loading, slow, again }
  }, [chains, chosen, trouble, loading, slow, again])
  return <ChainsContext.Provider value={state}>{props.children}</ChainsContext.Provider>
}
