/** L4: files the task's command names, reached over a share: payload put there before, output fetched and removed after. */
import { recorded } from '../domain/absent.ts'
import type { ShareEvent, TaskChangedEvent } from '../domain/event.ts'
import { seconds } from '../domain/time.ts'
import { filesOf } from './definition.ts'
import { compareEvents, within } from './order.ts'
import { baseName, commandKey, equalsWithVariables } from './paths.ts'
import { localPath } from './plants.ts'
import { bootOf, type Scene } from './scene.ts'
import type { Story } from './stories.ts'
import { chainBounds } from './windows.ts'

export interface FileAccess {
  readonly event: ShareEvent
  readonly role: 'payload-written' | 'output-read' | 'output-deleted'
  /** the file is where the command sends its output */
  readonly isOutput: boolean
  readonly file: string
}

const readMask = 0x1
const writeMask = 0x6
const deleteMask = 0x1_0000

function names(file: string, event: ShareEvent): boolean {
  const path = localPath(event)
  if (!file.includes('\\')) return true
  if (path !== undefined) return equalsWithVariables(file, path)
  const target = commandKey(recorded(event.relativeTarget) ?? '').replace(/^\\+/, '')
  return target.includes('\\') && file.endsWith(`\\${target}`)
}

function roleOf(event: ShareEvent, before: boolean): FileAccess['role'] | undefined {
  const mask = event.accessMask ?? 0
  if (before) return (mask & writeMask) !== 0 ? 'payload-written' : undefined
  if ((mask & deleteMask) !== 0) return 'output-deleted'
  if ((mask & readMask) !== 0) return 'output-read'
  return (mask & writeMask) !== 0 ? 'payload-written' : undefined
}

/** Accesses by the account of `change` to files of the story's commands, in order. */
export function fileAccesses(scene: Scene, story: Story, change: TaskChangedEvent): readonly FileAccess[] {
  const { outputs, named } = filesOf(story)
  const { payloadSeconds, outputSeconds } = scene.windows
  const from = change.time - seconds(payloadSeconds)
  const end = change.time + seconds(outputSeconds)
  // what is fetched after the name was registered again belongs to that task
  const to = story.next !== undefined && story.next < end ? story.next : end
  const boot = bootOf(scene, change.time)
  const found = new Map<ShareEvent, FileAccess>()
  for (const file of named) {
    for (const event of within(scene.host.files.get(baseName(file)), from, to)) {
      if (found.has(event) || found.size >= chainBounds.fileSteps) continue
      if (event.account.sid === undefined || event.account.sid !== change.account.sid) continue
      if (bootOf(scene, event.time) !== boot || !names(file, event)) continue
      const role = roleOf(event, compareEvents(event, change) < 0)
      if (role) found.set(event, { event, role, isOutput: outputs.includes(file), file })
    }
  }
  return [...found.values()].sort((a, b) => compareEvents(a.event, b.event))
}
