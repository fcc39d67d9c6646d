/** What it means that something is not there, in one sentence each (windows.md §9). Never more certain than the coverage. */
import {
  channels,
  type HostCoverage,
  judgeAbsence,
  logsOf,
  type Subcategory,
  subcategories,
} from '../chains/coverage.ts'
import type { MissingTelemetry } from '../domain/answers.ts'
import type { GapState } from '../domain/chain.ts'
import { type FileTime, formatUtc } from '../domain/time.ts'

/** Audit subcategories that chains do not need and the playbook does. */
export const moreSubcategories = {
  fileShare: { guid: '0CCE9224-69AE-11D9-BED3-505054503030', name: 'File Share', ids: [5140] },
  securitySystemExtension: {
    guid: '0CCE9211-69AE-11D9-BED3-505054503030',
    name: 'Security System Extension',
    ids: [4697],
  },
  filteringPlatformConnection: {
    guid: '0CCE9226-69AE-11D9-BED3-505054503030',
    name: 'Filtering Platform Connection',
    ids: [5156],
  },
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

/** The sentence of the state: what is not there, why, and what that is worth. */
export function absenceSentence(telemetry: string, state: GapState, why: string): string {
  const reason = why.replace(/[.\s]+$/, '')
  switch (state) {
    case 'truly-absent':
      return `No ${telemetry}, and it would have been recorded: ${reason}.`
    case 'expected-absent':
      return `No ${telemetry}, and none is expected: ${reason}.`
    default:
      return `No ${telemetry}: ${reason}; so its absence proves nothing.`
  }
}

export const missing = (
  telemetry: string,
  state: GapState,
  why: string,
  wouldTell: string,
): MissingTelemetry => ({ telemetry, state, why: absenceSentence(telemetry, state, why), wouldTell })

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
  const { state, why } = judgeAbsence(host, channel, subcategory, from, until)
  return missing(telemetry, state, withSpan(host, channel, state, why), wouldTell)
}

/** Says which time the log covers where the reason does not. */
function withSpan(host: HostCoverage, channel: string, state: GapState, why: string): string {
  if (state !== 'not-audited' && state !== 'filtered-out') return why
  const [log] = logsOf(host, channel)
  return log ? `${why}; the log covers ${formatUtc(log.from)} to ${formatUtc(log.to)}` : why
}

export const security = channels.security
export const scheduler = channels.scheduler
export { judgeAbsence, subcategories }

/** Absences that say how it was, as against those that say nothing. */
export const isKnownAbsence = (state: GapState): boolean =>
  state === 'truly-absent' || state === 'expected-absent'
