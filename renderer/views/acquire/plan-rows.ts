/** The plan of one host as rows, each with how far it has come. Pure. */
import type { HostRun, Report } from '../../shell/host-runs.ts'

export type RowState = 'planned' | 'waiting' | 'now' | 'arrived' | 'trouble' | 'stored' | 'empty' | 'failed'
export interface PlanRow {
  readonly id: string
  readonly what: string
  readonly how: string
  readonly why: string
  readonly query: string | undefined
  /** bytes: planned, and once it is stored what it really was; null when it cannot be told before */
  readonly bytes: number | null
  /** roughly, as planned */
  readonly seconds: number
  readonly state: RowState
  /** 0 to 1 of the artifact that is taken now; null when its size is not known */
  readonly share: number | null
  readonly arrived: number
  /** bytes per second and seconds left of the artifact that is taken now, where they can be told */
  readonly rate: number | null
  readonly remaining: number | null
}

type Artifact = Report['plan']['artifacts'][number]
const hows = { asked: 'asked', exported: 'exported', copied: 'copied' } as const

export function planRows(run: HostRun): readonly PlanRow[] {
  const artifacts = run.report?.plan.artifacts ?? []
  const reached = artifacts.findIndex((one) => one.id === run.reached?.id)
  return artifacts.map((one, place) => ({ ...rowOf(one), ...progressOf(run, one, place, reached) }))
}

/** What could be taken too. */
export const offeredRows = (run: HostRun): readonly PlanRow[] =>
  (run.report?.plan.offered ?? []).map((one) => ({
    ...rowOf(one),
    bytes: one.bytes,
    state: 'planned',
    share: null,
    arrived: 0,
    rate: null,
    remaining: null,
  }))

const rowOf = (one: Artifact) => ({
  id: one.id,
  what: one.what.charAt(0).toUpperCase() + one.what.slice(1),
  how: one.query ? `${hows[one.how]}, filtered` : hows[one.how],
  why: one.why,
  query: one.query,
  seconds: one.seconds,
})

function progressOf(
  run: HostRun,
  one: Artifact,
  place: number,
  reached: number,
): Pick<PlanRow, 'bytes' | 'state' | 'share' | 'arrived' | 'rate' | 'remaining'> {
  const plain = { bytes: one.bytes, share: null, arrived: 0, rate: null, remaining: null }
  if (run.state === 'done' && run.result) return { ...plain, ...outcomeOf(run.result, one) }
  if (run.state === 'seen') return { ...plain, state: 'planned' }
  const part = run.reached
  if (!part || place > reached) return { ...plain, state: 'waiting' }
  if (part.troubled.includes(one.id) && (place < reached || run.state !== 'taking'))
    return { ...plain, state: 'trouble' }
  if (place < reached || run.state === 'ended' || admits(run)) return { ...plain, state: 'arrived' }
  const isNow = run.state === 'taking'
  return {
    bytes: one.bytes,
    state: isNow ? 'now' : 'waiting',
    share: part.total ? Math.min(1, part.done / part.total) : null,
    arrived: part.done,
    rate: isNow ? part.rate : null,
    remaining: isNow ? part.remainingSeconds : null,
  }
}

/** The host is left; the case takes in what has arrived. */
export const admits = (run: HostRun): boolean =>
  run.state === 'taking' &&
  run.reached !== undefined &&
  run.progress?.part === undefined &&
  run.progress?.step !== 'scan'

function outcomeOf(result: NonNullable<HostRun['result']>, one: Artifact): Pick<PlanRow, 'bytes' | 'state'> {
  const items = result.items.filter((item) => item.artifact === one.id)
  const bytes = items.reduce((sum, item) => sum + item.size, 0)
  const hasTrouble = result.problems.some(
    (problem) =>
      problem.severity !== 'info' && (problem.artifact === one.id || problem.where.endsWith(`: ${one.what}`)),
  )
  if (items.length === 0) return { bytes: null, state: hasTrouble ? 'failed' : 'empty' }
  return { bytes, state: hasTrouble ? 'trouble' : 'stored' }
}

/** Bytes of what is stored, and how many of its items have three equal hashes. */
export function storedOf(result: NonNullable<HostRun['result']>) {
  const bytes = result.items.reduce((sum, item) => sum + item.size, 0)
  const differ = result.items.filter(
    (item) =>
      item.sha256Stored !== item.sha256Received ||
      (item.sha256OnHost !== null && item.sha256OnHost !== item.sha256Received),
  )
  const three = result.items.filter(
    (item) => item.sha256OnHost === item.sha256Received && item.sha256Stored === item.sha256Received,
  )
  return { bytes, items: result.items.length, three: three.length, differ: differ.length }
}
