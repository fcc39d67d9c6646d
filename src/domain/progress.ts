/** How far long work has come. Emitted at most about ten times a second. */
export interface Progress {
  /** for people: `Reading Security.evtx` */
  readonly phase: string
  /** for machines: scan, copy, parse, index, chains, pack, check, generate */
  readonly step: string
  readonly done: number
  readonly total: number | null
  readonly unit: 'bytes' | 'files' | 'records'
  /** units per second; null until it can be told */
  readonly rate: number | null
  readonly remainingSeconds: number | null
  /** collecting from a host: the artifact of the plan that is taken now, its own bytes, and those that had a problem */
  readonly part?: ProgressPart
  /** collecting from several hosts: those that run, and the last that ended */
  readonly hosts?: readonly HostProgress[]
}
export interface ProgressPart {
  readonly id: string
  readonly done: number
  readonly total: number | null
  /** bytes per second of this artifact, and what is left of it; null until it can be told */
  readonly rate: number | null
  readonly remainingSeconds: number | null
  readonly troubled: readonly string[]
}
export interface HostProgress {
  readonly host: string
  readonly state: 'running' | 'done' | 'refused'
  /** the host's own progress while it runs; null before it tells of any */
  readonly progress: Omit<Progress, 'hosts'> | null
}
export type OnProgress = (progress: Progress) => void
