/** What it means that something is not there, in one sentence each (windows.md §9). Never more certain than the coverage. */
import {
  absenceSentence,
  channels,
  type HostCoverage,
  judgeAbsence,
  logsOf,
  type Subcategory,
  subcategories,
} from '../chains/coverage.ts'
import type { MissingTelemetry } from '../domain/answers.ts'
import type { ChainGap, GapState } from '../domain/chain.ts'
import type { FileTime } from '../domain/time.ts'

/** Audit subcategories that chains do not need and the playbook does. */
export const moreSubcategories = {
  userAccountManagement: {
    guid: '0CCE9235-69AE-11D9-BED3-505054503030',
    name: 'User Account Management',
    ids: [4720, 4722, 4723, 4724, 4725, 4726, 4738],
  },
  securityGroupManagement: {
    guid: '0CCE9237-69AE-11D9-BED3-505054503030',
    name: 'Security Group Management',
    ids: [4728, 4732, 4756],
  },
} as const

export const allSubcategories: readonly Subcategory[] = [
  ...Object.values(subcategories),
  ...Object.values(moreSubcategories),
]

/** What is known without looking at a log: the reason in one clause becomes the sentence. */
export const missing = (
  telemetry: string,
  state: GapState,
  why: string,
  wouldTell: string,
): MissingTelemetry => ({
  telemetry,
  state,
  why: absenceSentence(telemetry, {
    state,
    why: why.replace(/[.\s]+$/, ''),
    audit: undefined,
    covers: undefined,
    citations: [],
  }),
  wouldTell,
})

/** As the chain judged it: its gap already is the sentence. */
export const missingAsGap = (telemetry: string, gap: ChainGap, wouldTell: string): MissingTelemetry => ({
  telemetry,
  state: gap.state,
  why: /^No /.test(gap.why) ? gap.why : missing(telemetry, gap.state, gap.why, wouldTell).why,
  wouldTell,
})

/** Judged by the coverage of one log between two moments (`end`: as far as the evidence goes). */
export function missingFrom(
  host: HostCoverage,
  telemetry: string,
  channel: string,
  subcategory: Subcategory | undefined,
  from: FileTime,
  until: FileTime | 'end',
  wouldTell: string,
): MissingTelemetry {
  const judgement = judgeAbsence(host, channel, subcategory, from, until)
  return { telemetry, state: judgement.state, why: absenceSentence(telemetry, judgement), wouldTell }
}

/**
 * The same for records that may be there without being tied to the chain: a log that was audited and holds such records is not silent,
 * it only does not say that they are the chain's own. Only a log without any such record at all is called silent.
 */
export function missingOrUntied(
  host: HostCoverage,
  telemetry: string,
  channel: string,
  subcategory: Subcategory,
  from: FileTime,
  until: FileTime | 'end',
  wouldTell: string,
): MissingTelemetry {
  const judgement = judgeAbsence(host, channel, subcategory, from, until)
  const held = logsOf(host, channel).some((log) => subcategory.ids.some((id) => log.eventIds.includes(id)))
  if (judgement.state !== 'truly-absent' || !held)
    return { telemetry, state: judgement.state, why: absenceSentence(telemetry, judgement), wouldTell }
  const why = `such records were written (${subcategory.ids.join(', ')}), and none of them is shown to belong to this task`
  return missing(telemetry, 'unknown', why, wouldTell)
}

export const security = channels.security
export const scheduler = channels.scheduler
export { judgeAbsence, subcategories }

/** Absences that say how it was, as against those that say nothing. */
export const isKnownAbsence = (state: GapState): boolean =>
  state === 'truly-absent' || state === 'expected-absent'
