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
import { endOf, lineage, ownerOf, type Processes, type ProcessInstance } from './processes.ts'
import { bootOf, type Scene } from './scene.ts'

export interface ClientProcess {
  /** ClientProcessId as recorded; undefined in version 0 records */
  readonly pid: number | undefined
  readonly process: ProcessInstance | undefined
  /** how the process came to run here, when its ancestors tell */
  readonly through: Extract<ChainPath, 'winrm' | 'wmi' | 'gpo' | 'service'> | undefined
  readonly throughProcess: ProcessInstance | undefined
  /** its ancestors lead to a desktop: somebody works at this host */
  readonly isDesktop: boolean
  /** its ancestors lead to the SSH server: somebody works from elsewhere */
  readonly isOverSsh: boolean
}

type Through = Pick<ClientProcess, 'through' | 'throughProcess'>

/** Processes in which remote management runs what it was sent. */
const carriers: Readonly<Record<string, 'winrm' | 'wmi'>> = {
  'wsmprovhost.exe': 'winrm',
  'winrshost.exe': 'winrm',
  'wmiprvse.exe': 'wmi',
}
/** Services of software deployment: they start what they were told to. */
const agents = new Set([
  'ccmexec.exe',
  'psexesvc.exe',
  'intunemanagementextension.exe',
  'microsoft.management.services.intunewindowsagent.exe',
])
/** Programs that people start from a desktop, and the desktop itself. */
const desktops = new Set([
  'explorer.exe',
  'userinit.exe',
  'winlogon.exe',
  'mmc.exe',
  'taskmgr.exe',
  'powershell_ise.exe',
])

function through(line: readonly ProcessInstance[]): Through {
  for (const process of line) {
    const image = baseName(process.image)
    const carrier = carriers[image]
    if (carrier) return { through: carrier, throughProcess: process }
    if (image === 'svchost.exe' && /\bgpsvc\b/i.test(process.commandLine ?? ''))
      return { through: 'gpo', throughProcess: process }
    const parent = baseName(process.parentImage)
    const parentCarrier = carriers[parent]
    if (parentCarrier) return { through: parentCarrier, throughProcess: process }
    if ((parent === 'services.exe' && image !== 'svchost.exe') || agents.has(parent))
      return { through: 'service', throughProcess: process }
  }
  return { through: undefined, throughProcess: undefined }
}

/**
 * A console of PowerShell is started by a person or a program; remote PowerShell runs in wsmprovhost.exe instead, and is told apart above.
 */
const isDesktop = (line: readonly ProcessInstance[]): boolean =>
  line.some(
    ({ image, parentImage }) => desktops.has(baseName(image)) || desktops.has(baseName(parentImage)),
  ) || /^(powershell|pwsh)\.exe$/.test(baseName(line.at(-1)?.parentImage))

const resolved = (processes: Processes, pid: number | undefined, process: ProcessInstance): ClientProcess => {
  const line = lineage(processes, process)
  const isOverSsh = line.some(
    ({ image, parentImage }) => sshServers.has(baseName(image)) || sshServers.has(baseName(parentImage)),
  )
  return { pid, process, ...through(line), isDesktop: !isOverSsh && isDesktop(line), isOverSsh }
}
const sshServers = new Set(['sshd.exe', 'sshd-session.exe'])

const clients = new Set(['schtasks.exe', 'at.exe', 'taskschd.msc', 'mmc.exe', 'powershell.exe', 'pwsh.exe'])
/** schtasks /s or -s NAME, Connect-… of another machine: it acted there, not here. `localhost` and `.` are here. */
const namesOtherHost = (line: string): boolean =>
  /\s[/-]s\s+"?(?!"|localhost\b|127\.0\.0\.1|\.(\s|"|$))\S/i.test(line)

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
  // remote management calls from its own process, which may be older than any window
  let found: ProcessInstance | undefined = carrierOf(processes, change, boot)
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

/** The process of remote management that runs in the very session of the call. */
function carrierOf(
  processes: Processes,
  change: TaskChangedEvent,
  boot: number,
): ProcessInstance | undefined {
  const id = change.logonId
  return Object.keys(carriers)
    .flatMap((image) => processes.byImage.get(image) ?? [])
    .findLast((process) => {
      if (process.boot !== boot || id === undefined || !process.logonIds.includes(id)) return false
      if (process.event.time > change.time) return false
      const end = endOf(processes, process)
      return end === undefined || end.time >= change.time
    })
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
  return {
    pid,
    process: undefined,
    through: undefined,
    throughProcess: undefined,
    isDesktop: false,
    isOverSsh: false,
  }
}
