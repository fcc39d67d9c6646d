/** A plan as the operator changes it, artifact by artifact, before anything is taken. Pure. */
import { isNamed } from '../../src/base/name-pattern.ts'
import type { Report } from './host-runs.ts'

export interface PlanEdit {
  readonly with?: string[] | undefined
  readonly without?: string[] | undefined
}

/** Whether an artifact is taken, after what was ticked and unticked since the host was looked at. */
export const isTicked = (edit: PlanEdit, id: string, isInPlan: boolean): boolean =>
  (isInPlan || isNamed(id, edit.with)) && !isNamed(id, edit.without)

/** The wishes after a tick. Patterns become the ids they name, so that one of them can be taken out. */
export function ticked(
  edit: PlanEdit,
  report: Report,
  id: string,
  on: boolean,
): { with: string[]; without: string[] } {
  const ids = [...report.plan.artifacts, ...report.plan.offered].map((one) => one.id)
  const plain = (patterns: readonly string[] | undefined) =>
    ids.filter((one) => one !== id && isNamed(one, patterns))
  const isInPlan = report.plan.artifacts.some((one) => one.id === id)
  return {
    with: on && !isInPlan ? [...plain(edit.with), id] : plain(edit.with),
    without: !on && isInPlan ? [...plain(edit.without), id] : plain(edit.without),
  }
}

/** The plan as it stands after ticks: what the engine will make of the same wishes. */
export function edited(report: Report, edit: PlanEdit): Report {
  const { plan } = report
  const inPlan = new Set(plan.artifacts.map((one) => one.id))
  const all = [...plan.artifacts, ...plan.offered].sort((a, b) => a.place - b.place)
  const isOn = (one: Report['plan']['artifacts'][number]) => isTicked(edit, one.id, inPlan.has(one.id))
  const artifacts = all.filter(isOn)
  return {
    ...report,
    plan: {
      ...plan,
      artifacts,
      offered: all.filter((one) => !isOn(one)),
      bytes: artifacts.reduce((sum, one) => sum + (one.bytes ?? 0), 0),
      seconds:
        plan.seconds +
        artifacts.reduce((sum, one) => sum + one.seconds, 0) -
        plan.artifacts.reduce((sum, one) => sum + one.seconds, 0),
    },
  }
}
