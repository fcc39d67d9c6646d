/** A task definition as the schema of windows.md §3 has it. Every text in it is the attacker's. */
export interface TaskDefinition {
  /** Task@version; undefined when missing (seen in 4701) */
  readonly version: string | undefined
  readonly registration: {
    readonly author: string | undefined
    readonly date: string | undefined
    readonly uri: string | undefined
    readonly source: string | undefined
    readonly description: string | undefined
    readonly securityDescriptor: string | undefined
    /** RegistrationInfo/Version and Documentation; rarely used, kept so that nothing is lost */
    readonly version?: string | undefined
    readonly documentation?: string | undefined
  }
  readonly triggers: readonly TaskTrigger[]
  readonly principals: readonly TaskPrincipal[]
  readonly settings: TaskSettings
  /** Actions@Context: the principal the actions run as */
  readonly actionsContext: string | undefined
  readonly actions: readonly TaskAction[]
  /** Task/Data: free text of the program that registered the task */
  readonly payload?: string | undefined
  /** elements the schema does not know, by path: kept so that nothing is lost without a word */
  readonly unknownElements: readonly string[]
}

export interface TaskTrigger {
  /** local name without `Trigger`: Boot, Logon, Time, Calendar, Event, Idle, Registration, SessionStateChange, WnfStateChange */
  readonly kind: string
  readonly enabled: boolean
  /** as written: without an offset it is the target's local time */
  readonly startBoundary: string | undefined
  readonly endBoundary: string | undefined
  readonly delay: string | undefined
  readonly repetition:
    | { readonly interval: string | undefined; readonly duration: string | undefined }
    | undefined
  /** everything else of the trigger, path below the trigger to text: `ScheduleByDay/DaysInterval` → `1` */
  readonly details: Readonly<Record<string, string>>
}

export interface TaskPrincipal {
  readonly id: string | undefined
  readonly userId: string | undefined
  readonly groupId: string | undefined
  readonly logonType: string | undefined
  readonly runLevel: string | undefined
  readonly requiredPrivileges: readonly string[]
  readonly displayName?: string | undefined
  readonly processTokenSidType?: string | undefined
}

export interface TaskSettings {
  readonly enabled: boolean
  readonly hidden: boolean
  readonly allowStartOnDemand: boolean | undefined
  /** all settings as written, path to text */
  readonly all: Readonly<Record<string, string>>
}

export type TaskAction =
  | {
      readonly kind: 'exec'
      readonly command: string
      readonly arguments: string | undefined
      readonly workingDirectory: string | undefined
    }
  | { readonly kind: 'com-handler'; readonly classId: string; readonly data: string | undefined }
  | { readonly kind: 'send-email' | 'show-message'; readonly details: Readonly<Record<string, string>> }

/** What came of reading one definition: raw text always kept by the caller beside it. */
export interface TaskReading {
  /** undefined when nothing usable could be read (empty content, entity refused, not a task) */
  readonly definition: TaskDefinition | undefined
  /** what went wrong and where: `line 12, column 5`; content cut short still gives what stands before the cut */
  readonly trouble: { readonly code: string; readonly where: string; readonly what: string } | undefined
}
