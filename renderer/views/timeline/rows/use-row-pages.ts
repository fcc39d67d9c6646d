import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { RowPages, type RowPagesState, type SliceCall } from './row-pages.ts'

const nothing: RowPagesState = {
  total: undefined,
  all: undefined,
  recovered: undefined,
  failure: undefined,
  version: 0,
}
const silent = () => () => {}

export interface ShownRows {
  /** what is drawn: the newest filter's rows, or the old ones until those arrive */
  readonly pages: RowPages | undefined
  readonly state: RowPagesState
  /** a newer filter is being answered */
  readonly pending: boolean
  /** … for more than 200 ms */
  readonly slow: boolean
  /** what went wrong with the newest filter */
  readonly failure: unknown
  retry(): void
}

/** Rows of the filter named by `key`. The old rows stay until the first page of the new ones has come. */
export function useRowPages(key: string, call: SliceCall): ShownRows {
  const latest = useRef(call)
  latest.current = call
  const [shown, setShown] = useState<RowPages>()
  const [asked, setAsked] = useState<RowPages>()
  const [slow, setSlow] = useState(false)

  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` names the filter that `call` asks with
  useEffect(() => {
    const call = latest.current
    const pages = new RowPages(call)
    const timer = setTimeout(() => setSlow(true), 200)
    setAsked(pages)
    const stop = pages.subscribe(() => {
      clearTimeout(timer)
      setSlow(false)
      if (pages.state().total !== undefined) setShown(pages)
    })
    pages.want(0, 60)
    return () => {
      clearTimeout(timer)
      setSlow(false)
      stop()
      pages.close()
    }
  }, [key])

  const state = useSyncExternalStore(shown?.subscribe ?? silent, shown?.state ?? (() => nothing))
  const newest = useSyncExternalStore(asked?.subscribe ?? silent, asked?.state ?? (() => nothing))
  return useMemo(
    () => ({
      pages: shown,
      state,
      pending: shown !== asked && newest.failure === undefined,
      slow,
      failure: newest.failure,
      retry: () => asked?.retry(),
    }),
    [shown, state, asked, newest, slow],
  )
}
