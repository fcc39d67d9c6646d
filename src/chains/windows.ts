/** How far apart two records may lie and still belong together. Editable, kept in the case; windows.md §5.2, §5.6 say why. */
export interface ChainWindows {
  /** L3: pipe opened at most this long before the task event */
  readonly siblingSeconds: number
  /** other network logons of the account opened this long before the task event are named and rejected */
  readonly decoySeconds: number
  /** E3: process started at most this long after creation or trigger */
  readonly startSeconds: number
  /** records of one moment: the clock ticks every 15.6 ms and two logs write in any order */
  readonly tickSeconds: number
  /** L4: output fetched at most this long after the task event, payload put there this long before */
  readonly outputSeconds: number
  readonly payloadSeconds: number
  /** TaskScheduler 106, 140, 141 and Security 4698, 4702, 4699 of the same act */
  readonly registrationSeconds: number
  /** version 0 task events name no client process: one of the same logon session, started at most this long before */
  readonly clientSeconds: number
  /** log clearings this long before or after the task event are told */
  readonly clearedBeforeSeconds: number
  readonly clearedAfterSeconds: number
  /** X1: the record of the source host at most this long before the logon on the target, clocks compared */
  readonly crossHostSeconds: number
}

export const defaultWindows: ChainWindows = {
  siblingSeconds: 10,
  decoySeconds: 60,
  startSeconds: 2,
  tickSeconds: 0.1,
  outputSeconds: 600,
  payloadSeconds: 300,
  registrationSeconds: 5,
  clientSeconds: 10,
  clearedBeforeSeconds: 3600,
  clearedAfterSeconds: 86_400,
  crossHostSeconds: 10,
}

/** How much of one thing a chain tells before it says that there is more. */
export const chainBounds = {
  rejectedSources: 50,
  sessionsLookedBack: 2000,
  historySteps: 300,
  fileSteps: 200,
  candidates: 20,
  processMatches: 20,
  processesCompared: 20_000,
  openStories: 32,
  /** tasks with one and the same command line on a host: with more of them no process is told apart */
  rivals: 64,
  /** records of one task put in place past the service, at most this far apart, are one act */
  plantSeconds: 60,
  /** records of other hosts that speak of one logon */
  tracesPerLogon: 20,
} as const

/** Of very many records of one task the first and the last are told; how many lie between is said. */
export function firstAndLast<T>(all: readonly T[]): { readonly told: readonly T[]; readonly left: number } {
  const { historySteps } = chainBounds
  if (all.length <= historySteps) return { told: all, left: 0 }
  return {
    told: [...all.slice(0, historySteps - lastTold), ...all.slice(all.length - lastTold)],
    left: all.length - historySteps,
  }
}
const lastTold = 50
export const leftWords = `they are in the evidence and in the timeline; the chain shows the first ${chainBounds.historySteps - lastTold} and the last ${lastTold}`
