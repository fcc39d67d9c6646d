import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A breach that is known and accepted for now. The list may only shrink: an entry that is no longer needed fails. */
export interface Exception {
  readonly rule: 'layers' | 'sizes' | 'vocabulary'
  /** the breach exactly as the rule names it */
  readonly breach: string
  readonly reason: string
}

export const exceptions = (): readonly Exception[] =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'exceptions.json'), 'utf8')) as Exception[]

/** Breaches nobody accepted, and accepted ones that are gone. Both must be empty. */
export function judge(
  rule: Exception['rule'],
  breaches: readonly string[],
  accepted: readonly Exception[] = exceptions(),
): { readonly notAccepted: readonly string[]; readonly noLongerNeeded: readonly string[] } {
  const mine = new Set(accepted.filter((entry) => entry.rule === rule).map((entry) => entry.breach))
  return {
    notAccepted: breaches.filter((breach) => !mine.has(breach)),
    noLongerNeeded: [...mine].filter((breach) => !breaches.includes(breach)),
  }
}
