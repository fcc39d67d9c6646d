import type { Operator } from '../domain/operator.ts'
import type { SecretStore } from '../workflow/signing-key.ts'
import type { Journal } from './attach.ts'
import type { Cases } from './cases.ts'
import type { Places } from './home.ts'
import type { RecentCases } from './recent-cases.ts'
import type { RunningJobs } from './running-jobs.ts'
import type { EngineSetup } from './start-engine.ts'

/** What only the program that shows the window can do; nothing of it in browser mode. */
export interface HostServices {
  /** the secret store of the operating system; keeps the operator's signing key */
  readonly secrets?: SecretStore
  /** prints a report as PDF */
  readonly print?: (html: string) => Promise<Uint8Array>
}

/** What every procedure may use; made once when the engine starts. */
export interface EngineContext {
  readonly setup: EngineSetup
  readonly services: HostServices
  readonly operator: Operator
  readonly places: Places
  readonly recent: RecentCases
  readonly cases: Cases
  /** long work that runs now; the engine waits for it before it closes the cases */
  readonly jobs: Set<Promise<unknown>>
  /** the part of it that a page may take up again after it was loaded anew */
  readonly running: RunningJobs
  /** aborts when the page that asks has gone; each page has its own */
  readonly gone?: AbortSignal
  /** the engine is told to end, and all work with it */
  readonly stopping: AbortSignal
  readonly now: () => Date
  readonly journal: Journal
}
