/** How far each host has come, from the first look to its evidence. Pure: what was and what was told in, what is out. */
import type { AcquireResult, HostOutcome, PreflightReport } from '../../src/contract/acquire-shapes.ts'
import type { Progress } from '../../src/contract/shapes.ts'
import type { Trouble } from '../api/trouble.ts'

export type Report = PreflightReport
export type Taken = AcquireResult
export type Outcome = HostOutcome

export interface HostRun {
  readonly host: string
  /**
   * unseen: not looked at · waiting, looking, seen, unreachable: the look · queued, taking, admitting, ended: the evidence
   * is taken · stopped, failed: it was cut off and can go on · done
   */
  readonly state:
    | 'unseen'
    | 'waiting'
    | 'looking'
    | 'seen'
    | 'unreachable'
    | 'queued'
    | 'taking'
    | 'ended'
    | 'stopped'
    | 'failed'
    | 'done'
  readonly report?: Report | undefined
  readonly progress?: Progress | undefined
  /** the last artifact that was told of, and those with problems */
  readonly reached?: NonNullable<Progress['part']> | undefined
  readonly result?: Taken | undefined
  readonly trouble?: Trouble | undefined
}
export type HostRuns = readonly HostRun[]

export const freshHost = (host: string): HostRun => ({ host, state: 'unseen' })

export function phaseOf(run: HostRun): 'form' | 'look' | 'plan' | 'taking' | 'over' {
  switch (run.state) {
    case 'unseen':
      return 'form'
    case 'waiting':
    case 'looking':
      return 'look'
    case 'seen':
    case 'unreachable':
      return 'plan'
    case 'queued':
    case 'taking':
    case 'ended':
      return 'taking'
    default:
      return 'over'
  }
}

export const changeHost = (runs: HostRuns, host: string, over: Partial<HostRun>): HostRuns =>
  runs.map((each) => (each.host === host ? { ...each, ...over } : each))

/** Progress of one host is its own; of several it names those that run and those that ended last. */
export function afterProgress(runs: HostRuns, hosts: readonly string[], progress: Progress): HostRuns {
  if (hosts.length === 1) return runs.map((each) => (each.host === hosts[0] ? told(each, progress) : each))
  const news = new Map((progress.hosts ?? []).map((each) => [each.host, each]))
  return runs.map((each) => {
    const mine = news.get(each.host)
    if (!mine) return each
    return mine.state === 'running'
      ? mine.progress
        ? told(each, mine.progress)
        : { ...each, state: 'taking' }
      : { ...each, state: 'ended', progress: undefined }
  })
}

const told = (run: HostRun, progress: Progress): HostRun => ({
  ...run,
  state: 'taking',
  progress,
  reached: progress.part ?? run.reached,
})

export function afterHosts(runs: HostRuns, outcomes: readonly Outcome[]): HostRuns {
  const byHost = new Map(outcomes.map((each) => [each.host, each]))
  return runs.map((run): HostRun => {
    const outcome = byHost.get(run.host)
    if (!outcome) return run
    const { result, refused } = outcome
    if (result) return { ...run, state: 'done', result, report: result.preflight, progress: undefined }
    return {
      ...run,
      state: 'failed',
      progress: undefined,
      trouble: {
        kind: 'refused',
        code: refused?.code ?? 'acquire.host.failed',
        message: refused?.what ?? 'The host was not taken.',
        remedy: refused?.remedy ?? 'Try it alone.',
      },
    }
  })
}
