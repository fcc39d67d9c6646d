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
  readonly now: () => Date
  readonly journal: Journal
}
