import type { Operator } from '../domain/operator.ts'
import type { Journal } from './attach.ts'
import type { Cases } from './cases.ts'
import type { Places } from './home.ts'
import type { RecentCases } from './recent-cases.ts'
import type { EngineSetup } from './start-engine.ts'

/** What every procedure may use; made once when the engine starts. */
export interface EngineContext {
  readonly setup: EngineSetup
  readonly operator: Operator
  readonly places: Places
  readonly recent: RecentCases
  readonly cases: Cases
  /** long work that runs now; the engine waits for it before it closes the cases */
  readonly jobs: Set<Promise<unknown>>
  /** the engine is told to end, and all work with it */
  readonly stopping: AbortSignal
  readonly now: () => Date
  readonly journal: Journal
}
