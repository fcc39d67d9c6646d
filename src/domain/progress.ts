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
}
export type OnProgress = (progress: Progress) => void
