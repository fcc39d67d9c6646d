/** How much of very much is named: the first, and how many more there are. Nothing is left out without a word. */
import type { ChainAnswers, Cited } from '../domain/answers.ts'
import { type Locator, locatorKey } from '../domain/locator.ts'

/** Records named with one answer, and with one indicator. */
const [mostCitations, mostOfIoc] = [20, 50]

/** `a, b, c and 4 more` */
export function listed(items: readonly string[], most: number, between = ', '): string {
  const more = items.length - most
  return more > 0 ? `${items.slice(0, most).join(between)} and ${more} more` : items.join(between)
}

/** Each record once, the first of them named and the others counted. */
export function bounded<T extends Cited>(one: T, most = mostCitations): T {
  const places = new Map<string, Locator>()
  for (const place of one.citations) if (!places.has(locatorKey(place))) places.set(locatorKey(place), place)
  const all = [...places.values()]
  const more = Math.max(0, all.length - most) + (one.moreCitations ?? 0)
  return more > 0
    ? { ...one, citations: all.slice(0, most), moreCitations: more }
    : { ...one, citations: all }
}

export const boundedAnswers = (answers: ChainAnswers): ChainAnswers => ({
  ...answers,
  conflicts: answers.conflicts.map((one) => bounded(one)),
  validation: answers.validation.map((one) => bounded(one)),
  questions: answers.questions.map((one) => bounded(one)),
  rule: { ...answers.rule, conditions: answers.rule.conditions.map((one) => bounded(one)) },
  evidence: { ...answers.evidence, reasons: answers.evidence.reasons.map((one) => bounded(one)) },
  escalation: answers.escalation.map((one) => bounded(one)),
  iocs: answers.iocs.map((one) => bounded(one, mostOfIoc)),
})
