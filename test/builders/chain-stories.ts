/** Whole stories of one host, each way a task can come about, and what its chain tells in one line each. */
import { findChains } from '../../src/chains/find-chains.ts'
import { absent } from '../../src/domain/absent.ts'
import type { Chain, ChainInput } from '../../src/domain/chain.ts'
import type {
  ServiceInstalledEvent,
  SysmonFileEvent,
  SysmonRegistryEvent,
  WindowsEvent,
} from '../../src/domain/event.ts'
import { millisecondsBetween } from '../../src/domain/time.ts'
import { admin, atexec, command, hostFacts, id, input, other, svchost, system, World } from './events.ts'

const world = new World()
const windows = 'C:\\Windows\\System32\\'
const run = (ms: number, pid: number, image: string, parent: string, logonId = '0x2000', line?: string) =>
  world.process(
    ms,
    pid,
    `${windows}${image}`,
    { pid: pid - 100, image: `${windows}${parent}` },
    { logonId, line },
  )
const task = world.created(0, '0x2000')
const called = world.created(0, '0x2000', { clientPid: 600 })
const remote = world.created(0, '0x2000', { clientPid: 0 })
const logon = world.logon(-900, '0x2000', '10.0.0.66', { port: 51_000 })
const tool = (parent = 'cmd.exe') => run(-20, 600, 'schtasks.exe', parent)
const service: ServiceInstalledEvent = {
  ...(world.cleared(-6000) as WindowsEvent),
  kind: 'service-installed',
  eventId: 4697,
  subject: admin,
  subjectLogonId: id('0x7000'),
  serviceName: 'RCSVC',
  imagePath: 'C:\\Windows\\System32\\rcsvc.exe',
} as ServiceInstalledEvent
const namesService = world.process(
  -900_000,
  1044,
  svchost.image,
  { pid: 8 },
  { line: 'svchost.exe -k netsvcs -p -s Schedule' },
)
const connected = (ms: number, logonId: string): WindowsEvent => ({
  ...world.access(ms, logonId, 'IPC$', '', 0x1),
  kind: 'share-connected',
  eventId: 5140,
  relativeTarget: absent('not-recorded', 'no such field'),
})
const key = (ms: number, pid: number, image: string): SysmonRegistryEvent => ({
  ...(world.boot(ms) as WindowsEvent),
  channel: 'Microsoft-Windows-Sysmon/Operational',
  kind: 'sysmon-registry',
  eventId: 13,
  pid,
  image,
  user: 'CORP\\admin',
  eventType: 'SetValue',
  targetObject: 'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\Tree\\Quirk\\SD',
  details: 'Binary Data',
})
const file = (ms: number, pid: number | undefined, user: string | undefined): SysmonFileEvent => ({
  ...(world.boot(ms) as WindowsEvent),
  channel: 'Microsoft-Windows-Sysmon/Operational',
  kind: 'sysmon-file',
  eventId: 11,
  pid,
  image: 'C:\\Users\\Public\\ghost.exe',
  user,
  targetFilename: 'C:\\Windows\\System32\\Tasks\\Quirk',
})
const ghost = world.process(-50, 700, 'C:\\Users\\Public\\ghost.exe', { pid: 500 }, { logonId: '0x2000' })
const written = world.access(0, '0x1000', 'ADMIN$', 'System32\\Tasks\\Quirk', 0x2)

type Story = readonly [readonly WindowsEvent[], Partial<ChainInput>?]
/** Title → records and what else is known. */
export const stories: Readonly<Record<string, Story>> = {
  'atexec, its privileges, its connection and the name of the service': [
    [
      ...atexec(world),
      namesService,
      world.privileges(-25, '0x1000'),
      world.privileges(-6, '0x2000'),
      connected(-24, '0x1000'),
      world.logoff(5000, '0x1000'),
    ],
  ],
  'a call over TCP with decoys': [
    [
      { ...logon, workstation: 'WS07' },
      world.privileges(-899, '0x2000'),
      world.logon(-3000, '0x3000', '10.0.0.7'),
      world.logoff(-2000, '0x3000'),
      world.logon(-59_000, '0x4000', '10.0.0.8'),
      world.logon(-61_000, '0x5000', '10.0.0.9'),
      world.logon(-90_000, '0x6000', '10.0.0.5'),
      world.logoff(90_000, '0x6000'),
      world.pipe(-50, '0x9000', '10.0.0.4'),
      remote,
    ],
  ],
  'a call whose own session had the pipe open': [
    [world.logon(-900, '0x2000', undefined), world.pipe(-20, '0x2000', '10.0.0.66'), task],
  ],
  'two sessions at the pipe': [
    [
      world.logon(-30, '0x1000', '10.0.0.66'),
      world.pipe(-20, '0x1000', '10.0.0.66'),
      world.logon(-29, '0x3000', '10.0.0.7'),
      world.pipe(-15, '0x3000', '10.0.0.7'),
      world.logon(-7, '0x2000', undefined),
      task,
    ],
  ],
  'two sessions at the pipe, one of which fetched the output': [
    [world.pipe(-15, '0x3000', '10.0.0.7'), ...atexec(world)],
  ],
  'the pipe, and no logon of the call': [[world.pipe(-20, '0x1000', '10.0.0.66'), task]],
  'the pipe, no logon of the call, and a caller from elsewhere': [
    [world.pipe(-20, '0x1000', '10.0.0.66'), remote],
  ],
  'the pipe, opened from nowhere': [
    [
      { ...world.pipe(-20, '0x1000'), ip: absent('not-recorded', '-') },
      world.logon(-7, '0x2000', undefined),
      task,
    ],
  ],
  'a network logon from the host itself': [[world.logon(-900, '0x2000', '127.0.0.1'), task]],
  'a network logon without an address': [[world.logon(-900, '0x2000', undefined), task]],
  'a caller from elsewhere in an interactive logon': [
    [world.logon(-900, '0x2000', undefined, { type: 2 }), remote],
  ],
  'a caller from elsewhere in the session of SYSTEM': [
    [world.created(0, '0x3e7', { account: system, clientPid: 0 })],
  ],
  'a remote desktop': [[world.logon(-900, '0x2000', '10.0.0.66', { type: 10 }), called]],
  'a logoff of a network session': [[task, world.logoff(5000, '0x2000')]],
  'output fetched, and nothing of the call': [
    [
      world.created(0, '0x2000', { definition: command('cmd.exe', '/c dir > C:\\Windows\\Temp\\out.txt') }),
      world.access(500, '0x1000', 'ADMIN$', 'Temp\\out.txt', 0x1),
    ],
  ],
  'output fetched from two addresses': [
    [
      world.created(0, '0x2000', { definition: command('cmd.exe', '/c dir > C:\\Windows\\Temp\\out.txt') }),
      world.access(500, '0x1000', 'ADMIN$', 'Temp\\out.txt', 0x1),
      world.access(600, '0x3000', 'ADMIN$', 'Temp\\out.txt', 0x1, { ip: '10.0.0.7' }),
    ],
  ],
  'schtasks in the session of the call, in a record that names no caller': [
    [run(-20, 600, 'schtasks.exe', 'explorer.exe', '0x2000', 'schtasks /create /tn Quirk /tr x'), task],
  ],
  'a process of the host inside a network logon': [[logon, tool(), called]],
  'remote PowerShell': [
    [logon, run(-800, 500, 'wsmprovhost.exe', 'svchost.exe'), tool('wsmprovhost.exe'), called],
  ],
  'WMI, and the network logon behind it unknown': [
    [run(-800, 500, 'WmiPrvSE.exe', 'svchost.exe'), tool('WmiPrvSE.exe'), called],
  ],
  'WMI for somebody at the host': [
    [
      world.logon(-900, '0x2000', undefined, { type: 2 }),
      run(-800, 500, 'WmiPrvSE.exe', 'svchost.exe'),
      tool('WmiPrvSE.exe'),
      called,
    ],
  ],
  'the agent of a software deployment': [
    [
      run(-800, 500, 'ccmexec.exe', 'services.exe', '0x3e7'),
      run(-20, 600, 'schtasks.exe', 'ccmexec.exe', '0x3e7'),
      world.created(0, '0x3e7', { account: system, clientPid: 600 }),
    ],
  ],
  'a service installed from elsewhere to make the call': [
    [
      world.logon(-9000, '0x7000', '10.0.0.66', { port: 52_000 }),
      service,
      run(-5000, 500, 'rcsvc.exe', 'services.exe', '0x3e7'),
      run(-20, 600, 'schtasks.exe', 'rcsvc.exe', '0x3e7'),
      world.created(0, '0x3e7', { account: system, clientPid: 600 }),
    ],
  ],
  'a service tool inside a network logon': [
    [logon, run(-800, 500, 'rcsvc.exe', 'services.exe'), tool('rcsvc.exe'), called],
  ],
  'Group Policy': [
    [
      world.process(-90_000, 600, svchost.image, { pid: 8 }, { line: 'svchost.exe -k netsvcs -p -s gpsvc' }),
      world.created(0, '0x3e7', { account: system, clientPid: 600 }),
    ],
  ],
  'a process of the host of which nothing is known': [[called]],
  'a logon id that belongs to nobody': [[world.created(0, '0x0')]],
  'a change by a built-in account': [[world.change('task-updated', 0, '0x3e4', { account: system })]],
  'a logon with two tokens': [
    [{ ...world.logon(-1000, '0x1fff', '10.0.0.66'), linkedLogonId: id('0x2000') }, task],
  ],
  'a definition written over a share': [[world.logon(-50, '0x1000', '10.0.0.66', { port: 50_000 }), written]],
  'a definition written over a share from nowhere': [[{ ...written, ip: absent('not-recorded', '-') }]],
  'a definition written over a share of the host itself': [[{ ...written, ip: '::1' }]],
  'a definition written by a process in a network logon': [[logon, ghost, file(0, 700, 'CORP\\admin')]],
  'a definition written by a process of somebody at the host': [
    [world.logon(-900, '0x2000', undefined, { type: 2 }), ghost, file(0, 700, 'CORP\\admin')],
  ],
  'a definition written by the kernel': [[file(0, 4, 'SYSTEM')]],
  'a definition written by a process nobody knows': [[file(0, undefined, undefined)]],
  'a key written by a service while the remote registry was open': [
    [
      world.history('triggered', -9000, { path: '\\Another', servicePid: 1044 }),
      world.logon(-400, '0x1000', '10.0.0.66'),
      world.access(-300, '0x1000', 'IPC$', 'winreg', 0x3),
      key(0, 2222, svchost.image),
    ],
  ],
  'a key written by a service while two had the remote registry open': [
    [
      world.history('triggered', -9000, { path: '\\Another', servicePid: 1044 }),
      world.access(-300, '0x1000', 'IPC$', 'winreg', 0x3),
      world.access(-200, '0x1100', 'IPC$', 'winreg', 0x3, { ip: '10.0.0.77', account: other }),
      key(0, 2222, svchost.image),
    ],
  ],
  'a run with history, processes and their children': [
    [
      namesService,
      task,
      world.history('registered', 1),
      world.history('triggered', 4990, { instance: '{A}' }),
      world.history('process-created', 5000, { pid: 976, instance: '{A}' }),
      world.process(5003, 976, `${windows}cmd.exe`, svchost, { line: 'cmd.exe /c evil.bat' }),
      world.process(
        5010,
        977,
        `${windows}whoami.exe`,
        { pid: 976, image: `${windows}cmd.exe` },
        { account: admin },
      ),
      world.process(5020, 978, `${windows}net.exe`, { pid: 977, image: `${windows}whoami.exe` }),
      world.ended(5030, 977, `${windows}whoami.exe`),
      world.ended(5100, 976, `${windows}cmd.exe`),
      world.history('action-completed', 5100, { instance: '{A}' }),
      world.change('task-disabled', 9000, '0x2000'),
      world.history('deleted', 9990),
      world.deleted(10_000, '0x2000'),
    ],
  ],
  'a run known by the PID of the live host': [
    [task, world.process(7, 976, `${windows}cmd.exe`, svchost, { line: 'cmd.exe /c evil.bat' })],
    { hosts: [hostFacts(world, { schedulePid: 1044 })] },
  ],
}

const moment = (chain: Chain, time: Chain['time']) => millisecondsBetween(chain.time, time)
const part = (text: unknown) => (text === undefined ? '' : ` ${String(text)}`)

/** What a chain tells, in one line for each part. */
export function told(chain: Chain) {
  const { source } = chain
  const nameAt = new Map(chain.steps.map((step) => [step.locator.recordId, moment(chain, step.time)]))
  return {
    is: `${chain.kind} ${chain.mechanism} ${chain.path} by ${chain.account.name ?? 'nobody'} (${chain.accountBasis ?? 'unnamed'}) in${part(chain.taskLogonId)}`,
    why: chain.mechanismWhy,
    source: `${source.ip ?? 'nowhere'}${part(source.port)}${part(source.host)}${part(source.logonId)}${part(source.basis)}${part(source.strength)}`,
    others: [
      ...source.candidates.map((one) => `or ${one.ip}${part(one.port)}${part(one.logonId)}`),
      ...source.rejected.map((one) => `not ${one.ip}${part(one.logonId)}: ${one.why}`),
    ],
    steps: chain.steps.map((step) => `${moment(chain, step.time)} ${step.eventId} ${step.role}`),
    links: chain.links.map(
      ({ rule, strength, from, to, fields, why }) =>
        `${rule} ${strength} ${nameAt.get(from.recordId)} to ${nameAt.get(to.recordId)} ${JSON.stringify(fields)} ${why.slice(0, 60)}`,
    ),
    run: [
      `${chain.executed.answer} ${chain.executed.citations.length}`,
      ...chain.runs.map(({ kind, grade, leaves }) => `${kind} ${grade}${leaves ? `: not ${leaves}` : ''}`),
      ...chain.tree.nodes.map(
        (node) =>
          `${node.depth} ${node.pid} ${node.rule} ${node.strength} ${node.standing} ${node.parent.kind} ${node.ended === undefined ? '-' : moment(chain, node.ended)}${part(node.account)}`,
      ),
    ],
  }
}

/** The chain of a story: the one of its task. */
export function chainOf(title: string): Chain {
  const [events, more] = stories[title] ?? [[]]
  const chain = findChains(input(events, more)).find((one) => one.task.path === '\\Quirk')
  if (!chain) throw new Error(`no chain in ${title}`)
  return chain
}
