/** The faults that are still there, for fixed seeds. The list may only shrink. */
import { countCases, countScenarios, tallyOf } from './count.ts'
import { answerFaults, answerReason } from './count-answers.ts'
import { randomCase } from './random-case.ts'

export const knownPath = new URL('./known-failures.json', import.meta.url)
export interface Known {
  /** practice scenario → kind of fault → how often, over seeds 1 to 3 */
  readonly scenarios: Readonly<Record<string, Readonly<Record<string, number>>>>
  /** kind of fault → how often, over 300 random cases from seed 1 */
  readonly cases: Readonly<Record<string, number>>
  /** kind of fault of the playbook's answers → how often, over the same cases */
  readonly answers: Readonly<Record<string, number>>
}
const seedsTo = (last: number) => Array.from({ length: last }, (_, at) => at + 1)

export const presentFaults = (): Known => ({
  scenarios: countScenarios(seedsTo(3)),
  cases: tallyOf(countCases(seedsTo(300)).failing),
  answers: answersTally(),
})

function answersTally(): Record<string, number> {
  const tally: Record<string, number> = {}
  const reasons = seedsTo(300).flatMap((seed) => answerFaults(randomCase(seed)).map(answerReason))
  for (const reason of reasons.sort()) tally[reason] = (tally[reason] ?? 0) + 1
  return tally
}
