/**
 * L5: who called the task scheduler. Version 1 records name the client process: 0 is a caller from another machine, anything else a process
 * of this host. Version 0 records do not; then a task client of the same logon session is looked for.
 */
import { recorded } from '../domain/absent.ts'
import type { ChainPath } from '../domain/chain.ts'
import type { TaskChangedEvent } from '../domain/event.ts'
import { isWellKnownLogon } from '../domain/ids.ts'
import { seconds } from '../domain/time.ts'
import { firstNotBefore } from './order.ts'
import { baseName } from './paths.ts'
import { lineage, ownerOf, type Processes, type ProcessInstance } from './processes.ts'
import { bootOf, type Scene } from './scene.ts'

export interface ClientProcess {
  /** ClientProcessId as recorded; undefined in version 0 records */
  readonly pid: number | undefined
  readonly process: ProcessInstance | undefined
  /** how the process came to run here, when its ancestors tell */
  readonly through: Extract<ChainPath, 'winrm' | 'wmi' | 'gpo' | 'service'> | undefined
  readonly throughProcess: ProcessInstance | undefined
}

function through(line: readonly ProcessInstance[]): Pick<ClientProcess, 'through' | 'throughProcess'> {
  for (const process of line) {
    const image = baseName(process.image)
    if (image === 'wsmprovhost.exe') return { through: 'winrm', throughProcess: process }
    if (image === 'wmiprvse.exe') return { through: 'wmi', throughProcess: process }
    if (image === 'svchost.exe' && /\bgpsvc\b/i.test(process.commandLine ?? ''))
      return { through: 'gpo', throughProcess: process }
    const parent = baseName(process.parentImage)
    if (parent === 'wsmprovhost.exe') return { through: 'winrm', throughProcess: process }
    if (parent === 'wmiprvse.exe') return { through: 'wmi', throughProcess: process }
    if (parent === 'services.exe' && image !== 'svchost.exe')
      return { through: 'service', throughProcess: process }
  }
  return { through: undefined, throughProcess: undefined }
}

const resolved = (
  processes: Processes,
  pid: number | undefined,
  process: ProcessInstance,
): ClientProcess => ({
  pid,
  process,
  ...through(lineage(processes, process)),
})

const clients = new Set(['schtasks.exe', 'at.exe', 'taskschd.msc', 'mmc.exe', 'powershell.exe', 'pwsh.exe'])
/** schtasks /s or -s NAME, Connect-… of another machine: it acted there, not here. `localhost` and `.` are here. */
const namesOtherHost = (line: string): boolean =>
  /\s[/-]s\s+"?(?!localhost\b|127\.0\.0\.1|\.(\s|"|$))\S/i.test(line)

/** A task client that names this task, of the same logon session, shortly before. */
function clientOfSession(
  scene: Scene,
  processes: Processes,
  change: TaskChangedEvent,
): ProcessInstance | undefined {
  const id = change.logonId
  if (id === undefined || isWellKnownLogon(id)) return undefined
  const boot = bootOf(scene, change.time)
  const taskName = baseName(change.taskPath)
  const times = processes.all
  const latest = change.time + seconds(scene.windows.tickSeconds)
  const earliest = change.time - seconds(scene.windows.clientSeconds)
  let index = firstNotBefore(times.length, (i) => (times[i] as ProcessInstance).event.time, earliest)
  let found: ProcessInstance | undefined
  for (; index < times.length && (times[index] as ProcessInstance).event.time <= latest; index++) {
    const process = times[index] as ProcessInstance
    if (process.boot !== boot || !process.logonIds.includes(id)) continue
    const image = baseName(process.image)
    if (!clients.has(image)) continue
    const line = process.commandLine
    const fits = line === undefined ? image === 'schtasks.exe' : line.toLowerCase().includes(taskName)
    if (fits && !(line !== undefined && namesOtherHost(line))) found = process
  }
  return found
}

/** The process behind a task change, as far as the evidence tells. */
export function clientProcessOf(scene: Scene, change: TaskChangedEvent): ClientProcess {
  const pid = recorded(change.clientProcessId)
  const boot = bootOf(scene, change.time)
  for (const processes of [scene.host.security, scene.host.sysmon]) {
    const process =
      pid === undefined
        ? clientOfSession(scene, processes, change)
        : pid > 0
          ? ownerOf(processes, boot, pid, change)
          : undefined
    if (process) return resolved(processes, pid, process)
  }
  return { pid, process: undefined, through: undefined, throughProcess: undefined }
}
