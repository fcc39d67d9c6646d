// Puts the engine together: who the operator is, where things lie, which cases are open, and the router over it.
import { escapeText } from '../base/escape.ts'
import { attachRouter, type EnginePort, type Journal } from './attach.ts'
import { Cases } from './cases.ts'
import type { EngineContext, HostServices } from './context.ts'
import { placesOf } from './home.ts'
import { currentOperator } from './operator.ts'
import { RecentCases } from './recent-cases.ts'
import { router } from './router.ts'
import { RunningJobs } from './running-jobs.ts'
import type { EngineSetup } from './start-engine.ts'

export interface OpenEngine {
  /** opens the engine to one page's port */
  readonly attach: (port: EnginePort) => void
  /** stops all work, waits until it has ended where it can be resumed, and closes every case */
  readonly close: () => Promise<void>
  readonly journal: Journal
}

/** The engine of this thread or process. Its journal is stderr, where text of the evidence must move no cursor. */
export function openEngine(setup: EngineSetup, services: HostServices = {}): OpenEngine {
  const journal: Journal = (line) => process.stderr.write(`tasktrail engine: ${escapeText(line)}\n`)
  const places = placesOf()
  const recent = new RecentCases(places.settings)
  const now = () => new Date()
  const cases = new Cases({ recent, journal, now })
  const jobs = new Set<Promise<unknown>>()
  const stopping = new AbortController()
  const context: EngineContext = {
    setup,
    services,
    operator: currentOperator(),
    places,
    recent,
    cases,
    jobs,
    running: new RunningJobs(),
    stopping: stopping.signal,
    now,
    journal,
  }
  const close = async () => {
    stopping.abort()
    await Promise.all(jobs)
    cases.closeAll()
  }
  return { attach: attachRouter(router, context, journal), close, journal }
}
