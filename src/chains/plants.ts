/**
 * Tasks put in place without asking the task service: the definition written below System32\Tasks, or TaskCache written in the registry
 * (windows.md §3, §5.3). The service's own writing of both is no such thing and is told apart by its process.
 */
import { recorded } from '../domain/absent.ts'
import type { ShareEvent, SysmonFileEvent, SysmonRegistryEvent, WindowsEvent } from '../domain/event.ts'
import { baseName, commandKey, shareOf } from './paths.ts'

export type PlantEvent = ShareEvent | SysmonFileEvent | SysmonRegistryEvent

export interface Plant {
  readonly event: PlantEvent
  /** task path as the file or key names it */
  readonly taskPath: string
  readonly how: 'share' | 'file' | 'registry'
}

const writeMask = 0x6
const tasksFolder = '*windir*\\system32\\tasks\\'
const tree = /\\schedule\\taskcache\\tree(\\.+)$/i
/** values of a task's key below Tree */
const treeValues = new Set(['id', 'index', 'sd'])

/** Where the file lies on the host, as a command key; undefined when the record does not say. */
export function localPath(event: ShareEvent): string | undefined {
  const path = writtenPath(event)
  return path === undefined ? undefined : commandKey(path)
}

function writtenPath(event: ShareEvent): string | undefined {
  const target = (recorded(event.relativeTarget) ?? '').replace(/^\\+/, '')
  const folder = event.shareLocalPath?.replace(/^\\\?\?\\/, '').replace(/\\+$/, '')
  if (folder) return `${folder}\\${target}`
  const share = shareOf(event.shareName)
  if (share === 'admin$') return `c:\\windows\\${target}`
  return /^[a-z]\$$/.test(share) ? `${share[0]}:\\${target}` : undefined
}

/** `C:\Windows\System32\Tasks\a\b` → `\a\b`, spelled as recorded. */
function taskOfFile(path: string | undefined): string | undefined {
  if (path === undefined || !commandKey(path).startsWith(tasksFolder)) return undefined
  const at = path.toLowerCase().lastIndexOf('\\system32\\tasks\\')
  const rest = path.slice(at + '\\system32\\tasks'.length)
  return at < 0 || rest.length < 2 || rest.endsWith('\\') ? undefined : rest
}

function taskOfKey(event: SysmonRegistryEvent): string | undefined {
  const path = tree.exec(event.targetObject ?? '')?.[1]
  if (path === undefined) return undefined
  const isValue = /value$/i.test(event.eventType ?? '') && treeValues.has(baseName(path))
  const task = isValue ? path.slice(0, path.lastIndexOf('\\')) : path
  return task.length > 1 ? task : undefined
}

/** What this record puts in place; undefined for the service's own work and everything else. `isService`: the PID is its own. */
export function plantOf(
  event: WindowsEvent,
  isService: (event: SysmonFileEvent | SysmonRegistryEvent) => boolean,
): Plant | undefined {
  if (event.kind === 'share-access') {
    if (((event.accessMask ?? 0) & writeMask) === 0 || shareOf(event.shareName) === 'ipc$') return undefined
    const taskPath = taskOfFile(writtenPath(event))
    return taskPath === undefined ? undefined : { event, taskPath, how: 'share' }
  }
  if (event.kind === 'sysmon-file') {
    const taskPath = taskOfFile(event.targetFilename)
    return taskPath === undefined || isService(event) ? undefined : { event, taskPath, how: 'file' }
  }
  if (event.kind !== 'sysmon-registry' || /^delete/i.test(event.eventType ?? '')) return undefined
  const taskPath = taskOfKey(event)
  return taskPath === undefined || isService(event) ? undefined : { event, taskPath, how: 'registry' }
}

/** Write access to the remote registry's pipe. */
export const opensRegistryPipe = (event: ShareEvent): boolean =>
  event.kind === 'share-access' &&
  shareOf(event.shareName) === 'ipc$' &&
  (recorded(event.relativeTarget) ?? '').replace(/^\\+/, '').toLowerCase() === 'winreg' &&
  ((event.accessMask ?? 0) & 0x2) !== 0

export const isPlantEvent = (event: WindowsEvent): event is PlantEvent =>
  event.kind === 'share-access' || event.kind === 'sysmon-file' || event.kind === 'sysmon-registry'
