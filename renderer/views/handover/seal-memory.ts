// What was sealed while this window is open, per case: a sealing goes on when another view is shown, and its result
// must be there on the way back.

import { useSyncExternalStore } from 'react'
import type { SealResult } from '../../../src/contract/shapes.ts'

export interface SealMemory {
  readonly running: boolean
  readonly result: SealResult | undefined
  /** UTC, when it ended */
  readonly at: string | undefined
}

const nothing: SealMemory = { running: false, result: undefined, at: undefined }
const kept = new Map<string, SealMemory>()
const listeners = new Set<() => void>()

export function noteSeal(caseId: string, memory: Partial<SealMemory>): void {
  kept.set(caseId, { ...(kept.get(caseId) ?? nothing), ...memory })
  for (const listener of [...listeners]) listener()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
export const useSealMemory = (caseId: string): SealMemory =>
  useSyncExternalStore(subscribe, () => kept.get(caseId) ?? nothing)
