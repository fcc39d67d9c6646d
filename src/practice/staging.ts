/** What a scenario hands over: everything that happens, what stays on disk, and what the truth is. */
import type { ChainKind, ChainPath, Mechanism } from '../domain/chain.ts'
import type { Cast, WindowsRelease } from './cast.ts'
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

export interface TrueAnswer {
  readonly answer: 'yes' | 'no' | 'unknown'
  readonly why: string
}

/** A chain of the ground truth, in the terms of `chains --json`; steps and citations are added from what was written. */
export interface TrueChain {
  /** the `chain` of the marks that belong to it */
  readonly mark: string
  readonly kind: ChainKind
  readonly task: {
    readonly path: string
    /** null where nothing that was collected tells it */
    readonly action: string | null
    readonly runAs: string | null
    readonly author: string | null
    readonly hidden: boolean | null
    readonly trigger: string | null
  }
  readonly account: { readonly sid: string | null; readonly name: string; readonly domain: string }
  readonly source: {
    readonly ip: string | null
    readonly port: number | null
    readonly logonId: string | null
    /** link rule the address rests on */
    readonly basis: string | null
    /** the machine the address belongs to, when its own evidence is there too */
    readonly host?: string
  }
  readonly taskLogonId: string | null
  readonly path: ChainPath
  readonly mechanism: Mechanism
  readonly executed: TrueAnswer
  readonly deleted: TrueAnswer
  readonly processes: readonly {
    readonly image: string
    readonly pid: number
    readonly commandLine: string
  }[]
  readonly resembles: readonly string[]
  /** what happened although the evidence cannot show it any more */
  readonly hidden?: Readonly<Record<string, string | number>>
}

export interface Staging {
  readonly happenings: readonly Happening[]
  readonly audit: AuditPolicy
  /** a Sysmon log is written */
  readonly sysmon: boolean
  /** process ids that noise must leave alone */
  readonly pids: readonly number[]
  /** tasks that still exist at collection: path → XML */
  readonly tasks: ReadonlyMap<string, string>
  readonly chains: readonly TrueChain[]
  readonly notes: readonly string[]
  /** a log emptied at some time: what it held before is gone, its record ids go on */
  readonly cleared?: { readonly channel: string; readonly at: bigint }
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
  /** one staging, or one for every host the story plays on */
  readonly stage: (cast: Cast, random: Random) => Staging | readonly HostStaging[]
}
