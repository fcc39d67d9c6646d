/** What the task records of a story say the task does. Every text in them is the attacker's: shown and compared, never believed. */
import { sha256Hex, utf8Of } from '../base/sha256.ts'
import type { Chain } from '../domain/chain.ts'
import { taskActionLine } from '../domain/describe.ts'
import type { TaskChangedEvent } from '../domain/event.ts'
import type { TaskDefinition } from '../domain/task.ts'
import type { FileTime } from '../domain/time.ts'
import { baseName, commandKey } from './paths.ts'
import { isTaskChange, type Story } from './stories.ts'
import { recordedTimeOf } from './straighten.ts'
import { firstAndLast } from './windows.ts'

export interface ExecAction {
  readonly command: string
  readonly arguments: string | undefined
  /** command, arguments, and both, in comparable form */
  readonly keys: {
    readonly command: string
    /** the command without its folder */
    readonly name: string
    readonly arguments: string
    readonly line: string
  }
  /** from when on this was the task's action */
  readonly since: FileTime
  readonly from: TaskChangedEvent
}

/** The definition of the anchor; of the nearest other record of the story when the anchor carries none. */
export function definitionOf(story: Story): TaskDefinition | undefined {
  if (isTaskChange(story.anchor) && story.anchor.task?.definition) return story.anchor.task.definition
  return story.changes.find((change) => change.task?.definition)?.task?.definition
}

/** The task as the chain shows it. */
export function taskOf(story: Story): Chain['task'] {
  const definition = definitionOf(story)
  const principal =
    definition?.principals.find((one) => one.id !== undefined && one.id === definition.actionsContext) ??
    definition?.principals[0]
  return {
    path: story.path,
    action: definition && taskActionLine(definition),
    runAs: principal?.userId ?? principal?.groupId,
    author: definition?.registration.author,
    hidden: definition?.settings.hidden,
    runLevel: principal?.runLevel,
    trigger: definition?.triggers.length
      ? [...new Set(definition.triggers.map((trigger) => trigger.kind))].join(', ')
      : undefined,
    actionHash: definition && actionHash(definition),
    definition,
    definitions: firstAndLast(story.changes).told.flatMap((change) =>
      change.task?.definition
        ? [
            {
              eventId: change.eventId,
              time: recordedTimeOf(change),
              locator: change.locator,
              definition: change.task.definition,
            },
          ]
        : [],
    ),
  }
}

/**
 * SHA-256 over the actions in comparable form: folders of Windows spelled one way, case and blanks set aside. Two tasks with the
 * same hash do the same thing; undefined without any action.
 */
export function actionHash({ actions }: TaskDefinition): string | undefined {
  if (actions.length === 0) return undefined
  const parts = actions.map((action) =>
    action.kind === 'exec'
      ? [
          action.kind,
          commandKey(action.command),
          commandKey(action.arguments ?? ''),
          commandKey(action.workingDirectory ?? ''),
        ]
      : action.kind === 'com-handler'
        ? [action.kind, action.classId.toLowerCase(), action.data ?? '']
        : [action.kind, Object.entries(action.details).sort(([a], [b]) => (a < b ? -1 : 1))],
  )
  return sha256Hex(utf8Of(JSON.stringify(['tasktrail-actions/1', parts])))
}

/** Every command the task was given in this story, with the moment since when. */
export function execActions(story: Story): readonly ExecAction[] {
  const actions: ExecAction[] = []
  for (const change of story.changes) {
    for (const action of change.task?.definition?.actions ?? []) {
      if (action.kind !== 'exec' || action.command === '') continue
      // A definition known only from a later record (a 4699 that carries it) may have been there from the start.
      const known = actions.length > 0 ? change.time : story.from
      actions.push({
        command: action.command,
        arguments: action.arguments,
        keys: {
          command: commandKey(action.command),
          name: baseName(commandKey(action.command)),
          arguments: commandKey(action.arguments ?? ''),
          line: commandKey(`${action.command} ${action.arguments ?? ''}`),
        },
        since: change.kind === 'task-deleted' ? story.from : known,
        from: change,
      })
    }
  }
  return actions
}

export interface TaskFiles {
  /** files the command writes its output to: `> file`, and `<task name>.tmp` */
  readonly outputs: readonly string[]
  /** every file the command names */
  readonly named: readonly string[]
}

/** File names in the story's commands as command keys (`*windir*\temp\x.tmp`). */
export function filesOf(story: Story): TaskFiles {
  const outputs = new Set<string>()
  const named = new Set<string>()
  for (const action of execActions(story)) {
    const key = commandKey(`${action.command} ${action.arguments ?? ''}`)
    for (const found of key.matchAll(/>>?\s*([^\s&|<>]+)/g)) if (found[1]) outputs.add(found[1])
    for (const word of key.split(/[\s&|<>,;=()']+/)) {
      if (/\.[a-z0-9]{1,5}$/.test(word) || word.includes('\\')) named.add(word)
    }
  }
  const name = baseName(story.path)
  if (name) outputs.add(`${name}.tmp`)
  for (const file of outputs) named.add(file)
  return { outputs: [...outputs], named: [...named] }
}
