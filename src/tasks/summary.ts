/** What matters of a task definition at a glance. Every text in it is still the attacker's: views escape it. */
import { taskActionLine } from '../domain/describe.ts'
import type { TaskDefinition } from '../domain/task.ts'

export interface TaskSummary {
  /** `cmd.exe /C whoami > …`; several actions joined with ` ; `; undefined when the definition has none */
  readonly action: string | undefined
  /** account the actions run as, as written: SID or name, of a user or a group */
  readonly runAs: string | undefined
  readonly runLevel: string | undefined
  /** kinds in order: `Calendar`, `Logon` */
  readonly triggers: readonly string[]
  readonly hidden: boolean
  readonly enabled: boolean
  /** a claim of whoever registered the task, never an identity */
  readonly author: string | undefined
}

export function summarizeTask(definition: TaskDefinition): TaskSummary {
  const principal = actingPrincipal(definition)
  return {
    action: taskActionLine(definition),
    runAs: principal?.userId ?? principal?.groupId,
    runLevel: principal?.runLevel,
    triggers: definition.triggers.map((trigger) => trigger.kind),
    hidden: definition.settings.hidden,
    enabled: definition.settings.enabled,
    author: definition.registration.author,
  }
}

/** The principal Actions@Context names, else the first. */
function actingPrincipal(definition: TaskDefinition) {
  const { principals, actionsContext } = definition
  return principals.find((principal) => principal.id === actionsContext) ?? principals[0]
}
