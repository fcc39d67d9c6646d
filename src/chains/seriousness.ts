/** The order chains are shown in: the most serious first; each sign decides before the next is looked at. */
import type { Chain, Mechanism } from '../domain/chain.ts'
import { compareLocators } from '../domain/locator.ts'
import { millisecondsBetween } from '../domain/time.ts'

const ranks: Readonly<Record<Mechanism, number>> = {
  'remote-confirmed': 0,
  'remote-probable': 1,
  undetermined: 2,
  local: 3,
  'machine-managed': 4,
}

const runsAsSystem = (chain: Chain): boolean =>
  /^(s-1-5-18|system|(.*\\)system)$/i.test(chain.task.runAs ?? '')

/** Deleted within 30 s of its creation (windows.md §5.6). */
function isShortLived(chain: Chain): boolean {
  const end = chain.steps.find((step) => step.role === 'task-deleted')
  return end !== undefined && millisecondsBetween(chain.time, end.time) <= 30_000
}

const signs: readonly ((chain: Chain) => boolean)[] = [
  (chain) => chain.executed.answer === 'yes',
  runsAsSystem,
  (chain) => chain.task.hidden === true,
  isShortLived,
]

/** Ties by time, then by place. */
export function bySeriousness(a: Chain, b: Chain): number {
  if (a.mechanism !== b.mechanism) return ranks[a.mechanism] - ranks[b.mechanism]
  for (const sign of signs) if (sign(a) !== sign(b)) return sign(a) ? -1 : 1
  if (a.time !== b.time) return a.time < b.time ? -1 : 1
  return compareLocators(a.anchor, b.anchor)
}
