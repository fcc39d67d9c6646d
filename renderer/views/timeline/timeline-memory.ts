// What Timeline keeps while another view is shown: its filter, and whether the details were open. Per case, in this
// window only; nothing of it is evidence.

import type { Term } from './filter/terms.ts'

export interface TimelineMemory {
  readonly terms: readonly Term[]
  readonly detailsOpen: boolean
  /** recovered records are shown among the rows */
  readonly recovered: boolean
  /** rows the responder caused are shown, greyed */
  readonly responder: boolean
  /** the last `openCount` of the window that was answered with opened details */
  readonly openCount: number
}

const kept = new Map<string, TimelineMemory>()
const casesKept = 8

export const recall = (caseId: string): TimelineMemory =>
  kept.get(caseId) ?? { terms: [], detailsOpen: false, recovered: false, responder: true, openCount: 0 }

export function remember(caseId: string, memory: TimelineMemory): void {
  kept.delete(caseId)
  kept.set(caseId, memory)
  for (const oldest of kept.keys()) {
    if (kept.size <= casesKept) break
    kept.delete(oldest)
  }
}
