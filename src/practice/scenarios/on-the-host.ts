/** Tasks that a process of the host itself makes: whose session it is, and what started it, decides. */
import { hostedTask } from '../acts/hosted-task.ts'
import { runLater } from '../acts/later.ts'
import { siteProgram } from '../acts/program.ts'
import type { Cast } from '../cast.ts'
import type { Random } from '../random.ts'
import type { Scenario, Staging } from '../staging.ts'
import { HostWorld, ms } from '../world/host-world.ts'

const minute = 600_000_000n

/** A moment on a full minute of local time, some minutes on. */
export const plannedRun = (start: bigint, random: Random): bigint => {
  const later = start + BigInt(random.between(5, 40)) * minute
  return later - (later % minute)
}

const works = [
  { name: 'Rotate Print Spool Logs', program: siteProgram },
  {
    name: 'Export Badge List',
    program: {
      command: '"C:\\Program Files\\Site Tools\\badges.exe"',
      parameters: '/to D:\\Export',
      image: 'C:\\Program Files\\Site Tools\\badges.exe',
    },
  },
  {
    name: 'Check Free Space',
    program: {
      command: '"C:\\Program Files\\Site Tools\\freespace.exe"',
      parameters: '/warn 10',
      image: 'C:\\Program Files\\Site Tools\\freespace.exe',
    },
  },
] as const

/** An administrator at work in a session on the host; the task runs as planned. */
export function adminAtWork(cast: Cast, random: Random): HostWorld {
  const world = new HostWorld(cast, random)
  const runAt = plannedRun(cast.start, random)
  const made = hostedTask(world, {
    at: cast.start,
    through: 'desktop',
    plan: { ...random.pick(works), trigger: 'TimeTrigger' },
    startBoundary: runAt,
  })
  runLater(world, runAt + random.ticks(5, 60), made, 'time')
  return world
}

export const localAdmin: Scenario = {
  name: 'local-admin',
  title: 'An administrator makes a task on the host itself, in a Remote Desktop session',
  teaches: 'Telling a task made in a session on the host from one made over the network by the same account.',
  stage: (cast, random): Staging => {
    const world = adminAtWork(cast, random)
    world.notes.push(
      'The account is an administrator’s and the address is inside: both are no proof of innocence; what decides is that the task was made on the host, in a desktop session.',
    )
    return world.staging()
  },
}

const hosted = (
  name: string,
  title: string,
  teaches: string,
  how: Omit<Parameters<typeof hostedTask>[1], 'at'>,
): Scenario => ({
  name,
  title,
  teaches,
  stage: (cast, random) => {
    const world = new HostWorld(cast, random)
    const runAt = cast.start + random.ticks(60_000, 900_000)
    const made = hostedTask(world, { at: cast.start, startBoundary: runAt, ...how })
    runLater(world, runAt + ms(20), made, 'time')
    return world.staging()
  },
})

export const winrmTask = hosted(
  'winrm',
  'A task made in a PowerShell remoting session',
  'The caller is a process of this host and yet the deed came over the network; its logon records no address.',
  { through: 'winrm', addressRecorded: false },
)
export const winrsTask = hosted(
  'winrs',
  'schtasks.exe in a remote command shell (WinRS)',
  'Another child of WinRM than PowerShell’s.',
  { through: 'winrs' },
)
export const wmiTask = hosted(
  'wmi',
  'A task made by a process that was started over WMI',
  'Following the caller up to WmiPrvSE and its network logon.',
  { through: 'wmi' },
)
export const networkSession = hosted(
  'local-in-network-logon',
  'schtasks.exe on the host itself, inside a network logon that a remote service carries',
  'A local process is no local deed: the session it runs in was opened from elsewhere.',
  { through: 'remote-service' },
)
export const groupPolicy = hosted(
  'group-policy',
  'Group Policy makes a task, as SYSTEM',
  'Telling the machine’s own management from an intruder who became SYSTEM.',
  { through: 'gpo' },
)
export const deployment = hosted(
  'software-deployment',
  'The agent of the software deployment makes a task, as SYSTEM',
  'A service of the host as the caller: expected where the agent is known, to be looked at where it is not.',
  { through: 'deployment' },
)
