/** Plans that a case remembers: what was asked of each host the last time, so that it can be asked again. */
import type { PlanWishes } from '../acquire/plan.ts'
import { Refusal } from '../base/refusal.ts'
import type { OpenCase } from './open-case.ts'
import { acquisitionsOf } from './responder-rows.ts'

export interface LastPlan {
  /** full name, as the evidence names the host */
  readonly host: string
  /** the name the operator gave */
  readonly asked: string
  /** UTC, by the clock of the workstation */
  readonly takenAt: string
  readonly plan: PlanWishes
}

/** The newest plan of each host, by name of host. */
export function lastPlans(open: OpenCase): readonly LastPlan[] {
  const plans = new Map<string, LastPlan>()
  for (const { host, asked = host, startedAt, wishes } of acquisitionsOf(open)) {
    if (!wishes || startedAt === undefined) continue
    const key = host.toLowerCase()
    const known = plans.get(key)
    if (!known || known.takenAt < startedAt) plans.set(key, { host, asked, takenAt: startedAt, plan: wishes })
  }
  return [...plans.values()].sort((a, b) => (a.host < b.host ? -1 : 1))
}

const short = (name: string) => name.toLowerCase().split('.')[0]

/** The plan of one host, named in full or by its first part. */
export function lastPlanOf(open: OpenCase, host: string): PlanWishes {
  const plans = lastPlans(open)
  const found =
    plans.find((one) => [one.host, one.asked].some((name) => name.toLowerCase() === host.toLowerCase())) ??
    plans.find((one) => short(one.host) === short(host))
  if (found) return found.plan
  throw new Refusal(
    'acquire.plan.unknown',
    `this case remembers no plan of ${host}`,
    plans.length > 0
      ? `It remembers plans of ${plans
          .slice(0, 5)
          .map((one) => one.host)
          .join(', ')}. Else name a plan: quick, playbook or full.`
      : 'Name a plan: quick, playbook or full.',
    { host },
  )
}
