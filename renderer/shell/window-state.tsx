/** What the whole window shares: the engine, the open case, the view, and the record selected in every view at once. */
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import type { CaseSummary, CitationShape } from '../../src/contract/shapes.ts'
import type { Api } from '../api/client.ts'
import { type Door, doorOf, focusDoor } from './door.ts'

export const views = [
  'home',
  'overview',
  'timeline',
  'chains',
  'tasks',
  'processes',
  'playbook',
  'acquire',
  'evidence',
  'handover',
] as const
export type View = (typeof views)[number]

/** the forms a record is shown in */
export type RecordPart = 'fields' | 'xml' | 'hex' | 'links'

export interface EngineFacts {
  readonly name: string
  readonly version: string
  readonly host: 'electron' | 'serve' | 'cli' | 'test'
  readonly operator: string
  readonly home: string
  /** case folder named when the app was started */
  readonly caseDir?: string | null | undefined
  readonly capabilities: {
    readonly nativeDialogs: boolean
    readonly collect: boolean
    readonly tools: { readonly powershell: boolean; readonly ssh: boolean }
  }
}

export interface WindowState {
  /** null on Case home only; `useCase()` gives it to views of a case */
  readonly caseSummary: CaseSummary | null
  /** asks the engine for the summary again, after an import or a seal */
  refresh(): Promise<void>
  /** opens a case that the engine has opened already, and shows it */
  show(summary: CaseSummary, view?: View, tab?: string): void
  readonly view: View
  /** second place inside a view: `problems`, `custody`, `items` in Evidence */
  readonly tab: string | null
  go(view: View, tab?: string): void
  /** the chain that Overview, Chains, Processes and Playbook speak of; null: the most serious */
  readonly chain: string | null
  chooseChain(id: string): void
  readonly selected: CitationShape | null
  select(citation: CitationShape | null): void
  /** grows with every openRecord: Timeline opens its details when it changes */
  readonly openCount: number
  /** selects the record and goes to Timeline with its details opened, at its fields and bytes unless said otherwise */
  openRecord(citation: CitationShape, part?: RecordPart): void
  /** what of the record the last opening asked for */
  readonly openPart: RecordPart
  /** the view a record was opened from, until another is gone to; `back` returns there, to the same door */
  readonly cameFrom: View | null
  back(): void
  /** goes to Timeline for the filter that was put into its memory; `rowsAsked` grows with each */
  askRows(): void
  readonly rowsAsked: number
  readonly engine: EngineFacts
}

const StateContext = createContext<WindowState | null>(null)
const ApiContext = createContext<Api | null>(null)

export function useWindow(): WindowState {
  const state = useContext(StateContext)
  if (!state) throw new Error('useWindow outside of the window')
  return state
}
export function useApi(): Api {
  const api = useContext(ApiContext)
  if (!api) throw new Error('useApi outside of the window')
  return api
}
/** The open case. Only for views that exist inside a case. */
export function useCase(): CaseSummary {
  const { caseSummary } = useWindow()
  if (!caseSummary) throw new Error('useCase without an open case')
  return caseSummary
}
export const useOpenRecord = (): WindowState['openRecord'] => useWindow().openRecord

const kept = 'tasktrail.case'

export function WindowProvider(props: { api: Api; engine: EngineFacts; children: ReactNode }) {
  const { api, engine } = props
  const [caseSummary, setCase] = useState<CaseSummary | null>(null)
  const [place, setPlace] = useState<{ view: View; tab: string | null }>({ view: 'home', tab: null })
  const [selected, select] = useState<CitationShape | null>(null)
  const [chain, chooseChain] = useState<string | null>(null)
  const [openCount, setOpenCount] = useState(0)
  const [rowsAsked, setRowsAsked] = useState(0)
  const [openPart, setOpenPart] = useState<RecordPart>('fields')

  const door = useRef<Door | null>(null)
  const [cameFrom, setCameFrom] = useState<View | null>(null)

  const go = useCallback((view: View, tab?: string) => {
    setCameFrom(null)
    setPlace({ view, tab: tab ?? null })
  }, [])
  const show = useCallback(
    (summary: CaseSummary, view: View = 'overview', tab?: string) => {
      sessionStorage.setItem(kept, summary.dir)
      setCase((before) => {
        if (before?.caseId !== summary.caseId) {
          select(null)
          chooseChain(null)
        }
        return summary
      })
      go(view, tab)
    },
    [go],
  )
  const refresh = useCallback(async () => {
    if (!caseSummary) return
    const summary = await api.cases.summary({ caseId: caseSummary.caseId })
    setCase((before) =>
      before?.caseId === summary.caseId && JSON.stringify(before) !== JSON.stringify(summary)
        ? summary
        : before,
    )
  }, [api, caseSummary])
  const openRecord = useCallback(
    (citation: CitationShape, part: RecordPart = 'fields') => {
      setOpenPart(part)
      door.current = { tab: place.tab, ...doorOf(document.activeElement) }
      select(citation)
      setOpenCount((before) => before + 1)
      go('timeline')
      if (place.view !== 'timeline' && place.view !== 'home') setCameFrom(place.view)
    },
    [go, place],
  )
  const askRows = useCallback(() => {
    setRowsAsked((before) => before + 1)
    go('timeline')
  }, [go])
  const back = useCallback(() => {
    if (cameFrom === null) return
    const before = door.current
    go(cameFrom, before?.tab ?? undefined)
    if (before?.cite) focusDoor(before.cite, before.nth)
  }, [cameFrom, go])

  // a reloaded window comes back to its case; a fresh one opens the case it was started with
  const { caseDir } = engine
  useEffect(() => {
    const dir = sessionStorage.getItem(kept) ?? caseDir
    if (!dir) return
    let gone = false
    api.cases.open({ dir }).then(
      (summary) => {
        if (!gone) show(summary)
      },
      () => sessionStorage.removeItem(kept),
    )
    return () => {
      gone = true
    }
  }, [api, show, caseDir])

  const { view, tab } = place
  const state = useMemo<WindowState>(
    () => ({
      caseSummary,
      refresh,
      show,
      view: caseSummary ? view : 'home',
      tab,
      go,
      chain,
      chooseChain,
      selected,
      select,
      openCount,
      openPart,
      openRecord,
      cameFrom,
      back,
      askRows,
      rowsAsked,
      engine,
    }),
    [
      caseSummary,
      refresh,
      show,
      view,
      tab,
      go,
      chain,
      selected,
      openCount,
      openPart,
      openRecord,
      cameFrom,
      back,
      askRows,
      rowsAsked,
      engine,
    ],
  )
  return (
    <ApiContext.Provider value={api}>
      <StateContext.Provider value={state}>{props.children}</StateContext.Provider>
    </ApiContext.Provider>
  )
}

/** True when both name the same record of the same file. */
export const sameRecord = (a: CitationShape | null, b: CitationShape | null): boolean =>
  a !== null && b !== null && a.evidenceId === b.evidenceId && a.chunk === b.chunk && a.offset === b.offset
