/** From any view to the rows of the Timeline that a filter names. */
import { useCallback } from 'react'
import type { Term } from '../views/timeline/filter/terms.ts'
import { recall, remember } from '../views/timeline/timeline-memory.ts'
import { useWindow } from './window-state.tsx'

export function useShowRows(): (terms: readonly Term[]) => void {
  const { caseSummary, askRows } = useWindow()
  const caseId = caseSummary?.caseId
  return useCallback(
    (terms) => {
      if (caseId === undefined) return
      remember(caseId, { ...recall(caseId), terms })
      askRows()
    },
    [caseId, askRows],
  )
}

/** One value, taken to the letter. */
export const exactTerm = (key: Term['key'], text: string): Term => ({
  key,
  values: [{ text: text.slice(0, 2000), exact: true }],
  not: false,
  off: false,
})
