/** What a scenario hands over: everything that happens, what stays on disk, and what the truth is. */
import type { Cast, WindowsRelease } from './cast.ts'
import type { Deed } from './deed.ts'
import type { Happening } from './happening.ts'
import type { Random } from './random.ts'

/** Subcategory GUIDs of the audit policy this generator knows (windows.md §4). */
export const auditSubcategories = {
  logon: '0CCE9215-69AE-11D9-BED3-505054503030',
  logoff: '0CCE9216-69AE-11D9-BED3-505054503030',
  specialLogon: '0CCE921B-69AE-11D9-BED3-505054503030',
  processCreation: '0CCE922B-69AE-11D9-BED3-505054503030',
  processTermination: '0CCE922C-69AE-11D9-BED3-505054503030',
  serviceInstalled: '0CCE9211-69AE-11D9-BED3-505054503030',
  otherObjectAccess: '0CCE9227-69AE-11D9-BED3-505054503030',
  fileShare: '0CCE9224-69AE-11D9-BED3-505054503030',
  detailedFileShare: '0CCE9244-69AE-11D9-BED3-505054503030',
} as const
export type AuditSubcategory = keyof typeof auditSubcategories
/** 0 none, 1 success, 2 failure, 3 both */
export type AuditPolicy = Readonly<Record<AuditSubcategory, 0 | 1 | 2 | 3>>

export const everythingAudited: AuditPolicy = {
  logon: 3,
  logoff: 1,
  specialLogon: 1,
  processCreation: 1,
  processTermination: 1,
  serviceInstalled: 1,
  otherObjectAccess: 1,
  fileShare: 1,
  detailedFileShare: 1,
}

/** What happens on a host, what stays of it, and how it was collected. */
export interface Staging {
  readonly happenings: readonly Happening[]
  readonly deeds: readonly Deed[]
  readonly audit: AuditPolicy
  /** a Sysmon log is written */
  readonly sysmon: boolean
  /** process ids that noise must leave alone */
  readonly pids: readonly number[]
  /** tasks that still exist at collection: path → XML */
  readonly tasks: ReadonlyMap<string, string>
  readonly notes: readonly string[]
  /** logs emptied at some time: what they held before is gone, their record ids go on */
  readonly cleared?: readonly { readonly channel: string; readonly at: bigint }[]
  /** channel → what is older had to make room for what came later */
  readonly retention?: ReadonlyMap<string, bigint>
  /** channel → event ids that an export was limited to */
  readonly filter?: ReadonlyMap<string, readonly number[]>
  /** records that damage took away */
  readonly lost?: ReadonlySet<Happening>
  /** the clock was set: from this moment on it shows so many milliseconds more or less */
  readonly jumps?: readonly { readonly at: bigint; readonly byMs: number }[]
  /** channels that are not in the evidence, and whether they were recording */
  readonly withoutChannels?: readonly { readonly channel: string; readonly enabled: boolean }[]
  /** nobody asked the host for its policy and channels */
  readonly withoutFacts?: boolean
  /** `export`: as wevtutil saves a log (default) · `raw`: a copy of the live file · a Sentinel export */
  readonly collectedAs?: 'export' | 'raw' | 'sentinel-csv' | 'sentinel-json'
}

/** What happens on one of several hosts. */
export interface HostStaging {
  readonly cast: Cast
  readonly staging: Staging
}

export interface Scenario {
  readonly name: string
  readonly title: string
  /** what there is to be learnt from it */
  readonly teaches: string
  readonly release?: (release: WindowsRelease) => boolean
  /** another language, other addresses, a restart */
  readonly adapt?: (cast: Cast) => Cast
  /** one staging, or one for every host the story plays on */
  readonly stage: (cast: Cast, random: Random) => Staging | readonly HostStaging[]
}
