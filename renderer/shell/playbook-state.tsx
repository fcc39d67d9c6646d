/** The playbook answered for the chosen chain, and what the operator states: every act is kept, then asked for again. */
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from 'react'
import type { AnswersDocument } from '../../src/contract/playbook-shapes.ts'
import type { Api } from '../api/client.ts'
import { type Trouble, troubleOf } from '../api/trouble.ts'
import { useAnswer } from '../api/use-answer.ts'
import { useChains } from './chains-state.tsx'
import { useApi, useWindow } from './window-state.tsx'
import { tellWindows, useOtherWindows } from './window-sync.ts'

/** What an act speaks of. */
interface OnChain {
  readonly caseId: string
  readonly chain: string
}
export interface PlaybookState {
  readonly answers: AnswersDocument | undefined
  readonly trouble: Trouble | undefined
  readonly slow: boolean
  again(): void
  /** why nothing can be stated; undefined when it can */
  readonly off: string | undefined
  /** an act is on its way */
  readonly acting: boolean
  /** why the last act was not kept */
  readonly refused: Trouble | undefined
  /** the last act kept, which `undo` takes back */
  readonly last: { readonly mark: number; readonly what: string } | undefined
  /** states something; true once it is kept */
  act(
    what: string,
    run: (playbook: Api['playbook'], on: OnChain, api: Api) => Promise<{ mark: number }>,
  ): Promise<boolean>
  undo(mark: number): Promise<boolean>
  forget(): void
  /** grows with every act kept: lists that show standings ask again */
  readonly acts: number
}

const PlaybookContext = createContext<PlaybookState | null>(null)

export function usePlaybook(): PlaybookState {
  const state = useContext(PlaybookContext)
  if (!state) throw new Error('usePlaybook outside of the window')
  return state
}

export function PlaybookProvider(props: { children: ReactNode }) {
  const api = useApi()
  const { caseSummary, view, refresh } = useWindow()
  const { chain } = useChains()
  const [acts, setActs] = useState(0)
  useOtherWindows(caseSummary?.caseId, (changed) => {
    setActs((before) => before + 1)
    // what another window imported is asked for anew; a failure is told by the next question
    if (changed === 'evidence') refresh().catch(() => {})
  })
  const [wanted, want] = useState(false)
  // answering reads the whole case: not before a view speaks of it
  if (!wanted && (view === 'playbook' || view === 'overview')) want(true)
  const caseId = caseSummary?.caseId ?? ''
  const id = chain?.id ?? ''
  const key =
    wanted && chain && view !== 'home' ? `answers ${caseId} ${id} ${caseSummary?.counts.records}` : null
  const { value, trouble, slow, again } = useAnswer(key && `${key} ${acts}`, async (signal) => ({
    key,
    answers: await api.playbook.answers({ caseId, chain: id }, { signal }),
  }))
  const answers = value?.key === key ? value?.answers : undefined

  const [acting, setActing] = useState(false)
  const [said, setSaid] = useState<{
    readonly chain: string
    readonly refused?: Trouble
    readonly last?: PlaybookState['last']
  }>()
  const act = useCallback<PlaybookState['act']>(
    async (what, run) => {
      setActing(true)
      try {
        const { mark } = await run(api.playbook, { caseId, chain: id }, api)
        setSaid({ chain: id, last: { mark, what } })
        setActs((before) => before + 1)
        tellWindows(caseId, 'marks')
        return true
      } catch (error) {
        setSaid({ chain: id, refused: troubleOf(error) })
        return false
      } finally {
        setActing(false)
      }
    },
    [api, caseId, id],
  )
  const undo = useCallback(
    async (mark: number) => {
      const kept = await act('Taken back', (playbook, on) =>
        playbook.undo({ caseId: on.caseId, mark, why: '' }),
      )
      if (kept) setSaid(undefined)
      return kept
    },
    [act],
  )
  const forget = useCallback(() => setSaid(undefined), [])
  const off = caseSummary?.readOnly
    ? 'This case comes from a sealed bundle and is read-only. Import it into a case of your own to work on it.'
    : undefined
  const own = said?.chain === id ? said : undefined
  const state = useMemo<PlaybookState>(
    () => ({
      answers,
      trouble,
      slow,
      again,
      off,
      acting,
      refused: own?.refused,
      last: own?.last,
      act,
      undo,
      forget,
      acts,
    }),
    [answers, trouble, slow, again, off, acting, own, act, undo, forget, acts],
  )
  return <PlaybookContext.Provider value={state}>{props.children}</PlaybookContext.Provider>
}
