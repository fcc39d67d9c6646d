/**
 * One task of one host, brought together from every view of it: records, file, registry, the service's own list, .job files.
 * As it goes into JSON: times UTC ISO 8601 or local where said, null for "none". Every text is the attacker's.
 */
import type { Citation } from './locator.ts'

/** A place in stored bytes that are no event log: a file, a registry key, a row of a document. */
export interface BytePlace {
  readonly evidenceId: string
  /** bytes from the start of the item */
  readonly offset: number
}
export type TaskCitation = Citation | BytePlace

/** `audit`: 4698–4702 of the Security log; `history`: the task log */
export const taskViews = ['audit', 'history', 'file', 'registry', 'service', 'job'] as const
export type TaskViewName = (typeof taskViews)[number]

/** What a host's evidence holds of one view. Only from a whole view is anything concluded that is not in it. */
export interface HostView {
  readonly view: TaskViewName
  readonly state: 'whole' | 'partial' | 'not-collected'
  readonly why: string
}

/** Whether the view shows this task. `unknown`: it was not collected, or not as a whole. */
export interface TaskView {
  readonly view: TaskViewName
  readonly shows: 'yes' | 'no' | 'unknown'
}

/** `event`: a record of the audit carries it */
export type DefinitionView = 'event' | 'file' | 'registry' | 'service' | 'job'

export interface TaskDefinitionEntry {
  /** `4698 of record 7`, `file x`, `registry`, … */
  readonly from: string
  readonly view: DefinitionView
  readonly time: string | null
  readonly action: string | null
  readonly runAs: string | null
  readonly runLevel: string | null
  readonly author: string | null
  readonly hidden: boolean | null
  readonly enabled: boolean | null
  readonly triggers: readonly string[]
  readonly trouble: string | null
  /** number of the lifetime it belongs to */
  readonly lifetime: number | null
  readonly citation: TaskCitation
  readonly evidenceId: string
}

export interface FieldDifference {
  /** `action`, `runAs`, `settings/Priority`, … */
  readonly field: string
  /** `changed`: from one record to the next, over time; `views`: two views of the same moment disagree */
  readonly kind: 'changed' | 'views'
  readonly lifetime: number | null
  readonly values: readonly {
    readonly from: string
    readonly value: string | null
    readonly citation: TaskCitation
  }[]
}

/** From one creation of the name to its deletion: what happened in one lifetime says nothing of another. */
export interface TaskLifetime {
  readonly number: number
  /** `first-seen`: it was there before the first record, or no record tells; `registry`: DynamicInfo alone tells */
  readonly began: 'created' | 'registered' | 'first-seen' | 'registry'
  /** null: nothing tells a time */
  readonly from: string | null
  readonly to: string | null
  /** `replaced`: the name was given again, and no record tells of a deletion */
  readonly ended: 'deleted' | 'replaced' | null
  readonly creator: string | null
  readonly records: number
  readonly birth: Citation | null
  readonly death: Citation | null
  /** chains of this lifetime, most serious first */
  readonly chains: readonly string[]
  /** GUID under TaskCache, for the lifetime that the registry shows */
  readonly id: string | null
  readonly changes: number
  readonly runs: number
  readonly why: string
  readonly citations: readonly TaskCitation[]
}

export interface TaskFindingEntry {
  readonly code: string
  readonly path: string
  readonly severity: 'alarm' | 'notice'
  readonly what: string
  /** the two values that differ, where two were compared */
  readonly one: string | null
  readonly other: string | null
  readonly citations: readonly TaskCitation[]
}

export interface TaskSignal {
  readonly id: string
  readonly about: string
  readonly weighs: 'malicious' | 'neutral'
  readonly strong: boolean
  readonly what: string
  readonly lifetime: number | null
  readonly citations: readonly TaskCitation[]
  /** the first of them */
  readonly citation: TaskCitation | null
}

/** What an action does, for display; nothing of it is ever run or fetched. */
export interface TaskActionEntry {
  readonly line: string
  /** with variables replaced by their usual values */
  readonly expanded: string
  /** `%windir%=C:\Windows`: values nobody read from this host */
  readonly assumed: readonly string[]
  /** `cmd.exe`: lower case, without path */
  readonly program: string
  readonly path: string | null
  readonly interpreter: string | null
  readonly script: string | null
  /** PowerShell of `-EncodedCommand`, decoded */
  readonly decoded: string | null
  readonly urls: readonly string[]
  readonly uncPaths: readonly string[]
  readonly output: string | null
  /** the definition it was read in first */
  readonly from: string
  readonly alsoIn: readonly string[]
}

export interface CodeWithMeaning {
  /** `0x80070002` */
  readonly code: string
  readonly meaning: string | null
}

export interface RegistryFacts {
  readonly id: string | null
  readonly created: string | null
  readonly lastRun: string | null
  readonly lastSuccess: string | null
  readonly lastResult: CodeWithMeaning | null
  /** the two numbers of DynamicInfo as they are */
  readonly dynamic: readonly [number, number] | null
  readonly hasSecurityDescriptor: boolean | null
  readonly index: number | null
  readonly treeWritten: string | null
  readonly taskWritten: string | null
  /** false: the hive was being written when it was copied, and what stands only in its .LOG files is not read */
  readonly settled: boolean
  /** of the file; null when one of the two was not collected */
  readonly hash: TaskHashCheck['result'] | null
  readonly evidenceId: string
  readonly citation: BytePlace
}

export interface ServiceFacts {
  readonly state: string
  readonly enabled: boolean | null
  /** local time of the host */
  readonly lastRun: string | null
  readonly nextRun: string | null
  readonly lastResult: CodeWithMeaning | null
  readonly missedRuns: number | null
  readonly securityDescriptor: string | null
  readonly takenAt: string | null
  readonly citation: BytePlace
}

export interface TaskHashCheck {
  readonly result: 'equal' | 'different' | 'not-checkable'
  readonly why: string
  readonly citations: readonly TaskCitation[]
}

export interface TaskHistoryEntry {
  readonly time: string
  readonly eventId: number
  readonly what: string
  readonly result: CodeWithMeaning | null
  readonly lifetime: number | null
  readonly citation: Citation
}

export interface TaskEntry {
  /** the same for the same host and path, whatever the evidence */
  readonly id: string
  readonly host: string
  readonly path: string
  readonly views: readonly TaskView[]
  /** what has to be seen first: hidden, orphaned, in one view only, put in place past the service */
  readonly findings: readonly TaskFindingEntry[]
  readonly lifetimes: readonly TaskLifetime[]
  readonly history: readonly TaskHistoryEntry[]
  readonly definitions: readonly TaskDefinitionEntry[]
  readonly differences: readonly string[]
  readonly fieldDifferences: readonly FieldDifference[]
  readonly hashCheck: TaskHashCheck
  readonly registry: RegistryFacts | null
  readonly service: ServiceFacts | null
  readonly actions: readonly TaskActionEntry[]
  readonly signals: readonly TaskSignal[]
  /** chains about this task, by id */
  readonly chains: readonly string[]
  /** what of this task could not be read, or was not looked at because there is too much of it */
  readonly trouble: readonly string[]
}

export interface TaskHost {
  readonly host: string
  readonly views: readonly HostView[]
  readonly tasks: number
}
