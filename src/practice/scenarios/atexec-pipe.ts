/** Impacket's atexec over the pipe `atsvc`, with an honest logon of the same account shortly before, from elsewhere. */

import { baselineTasks } from '../baseline.ts'
import type { Cast } from '../cast.ts'
import type { Happening } from '../happening.ts'
import { LogonIds, logonIdText } from '../logon-ids.ts'
import type { Random } from '../random.ts'
import {
  HostRecords,
  remoteCaller,
  type Session,
  type StartedProcess,
  system,
  systemLogonId,
} from '../records.ts'
import { everythingAudited, type Scenario, type Staging } from '../staging.ts'
import { atexecTask } from '../task-xml.ts'

const ms = (count: number) => BigInt(Math.round(count * 10_000))

/** What the intruder runs, and the images it starts below cmd.exe. */
const payloads = [
  { command: 'whoami', images: ['whoami.exe'] },
  { command: 'ipconfig /all', images: ['ipconfig.exe'] },
  { command: 'net localgroup administrators', images: ['net.exe', 'net1.exe'] },
  { command: 'tasklist /svc', images: ['tasklist.exe'] },
  { command: 'nltest /domain_trusts', images: ['nltest.exe'] },
] as const

const inSystem32 = (image: string) => `C:\\Windows\\System32\\${image}`
export const pipeChain = 'created'

/**
 * Everything the deed leaves. `anchor`: which record the chain is measured from; the task log's when the audit's will be erased.
 */
export function stageAtexec(cast: Cast, random: Random, anchor: 4698 | 106 = 4698): Staging {
  const records = new HostRecords(cast, random.fork('records'))
  const logonIds = new LogonIds(cast.host.boot, 'scenario')
  const { start, suspect, host } = cast
  const happenings: Happening[] = []
  const mark = pipeChain

  const decoyAt = start - random.ticks(3_000, 25_000)
  const decoy: Session = {
    account: suspect,
    logonId: logonIds.at(decoyAt),
    type: 3,
    ip: cast.deskAddress,
    port: random.between(49_200, 65_500),
  }
  happenings.push(
    records.privileges(decoyAt, decoy),
    records.logon(decoyAt, decoy, 'Kerberos', true, {
      chain: mark,
      role: 'other-logon',
      decoy: 'same account, other address; this session opened a document share and never the pipe atsvc',
    }),
    records.shareConnected(decoyAt + ms(random.between(3, 11)), decoy, 'Projects'),
    records.shareAccess(decoyAt + ms(random.between(14, 40)), decoy, 'Projects', 'rota.xlsx', 0x120089),
    records.logoff(start + random.ticks(9_000, 40_000), decoy),
  )

  const smb: Session = {
    account: suspect,
    logonId: logonIds.at(start),
    type: 3,
    ip: cast.intruderAddress,
    port: random.between(49_200, 65_500),
  }
  const pipeAt = start + random.ticks(4, 9)
  const rpcAt = pipeAt + random.ticks(10, 18)
  const rpc: Session = { account: suspect, logonId: logonIds.at(rpcAt), type: 3 }
  happenings.push(
    records.privileges(start, smb, { chain: mark, role: 'privileges' }),
    records.logon(start, smb, 'NTLM', true, { chain: mark, role: 'smb-logon' }),
    records.shareConnected(start + ms(3), smb, 'IPC$', { chain: mark, role: 'share-connected' }),
    records.shareAccess(pipeAt, smb, 'IPC$', 'atsvc', 0x3, { chain: mark, role: 'pipe-opened' }),
    records.privileges(rpcAt, rpc, { chain: mark, role: 'privileges' }),
    records.logon(rpcAt, rpc, 'NTLM', true, { chain: mark, role: 'rpc-logon' }),
  )

  const name = random.letters(8)
  const path = `\\${name}`
  const payload = random.pick(payloads)
  const parameters = `/C ${payload.command} > %windir%\\Temp\\${name}.tmp 2>&1`
  const content = atexecTask(path, parameters)
  const registeredAt = rpcAt + random.ticks(5, 9)
  const createdAt = registeredAt + ms(0.3 + random.fraction() * 0.4)
  const user = `${suspect.domain}\\${suspect.name}`
  const named = { TaskName: path }
  happenings.push(
    records.scheduler(
      registeredAt,
      106,
      { ...named, UserContext: user },
      {
        chain: mark,
        role: 'task-registered',
        ...(anchor === 106 ? { anchor: true } : {}),
      },
    ),
    records.taskAudit(createdAt, 4698, rpc, { path, content }, remoteCaller, {
      chain: mark,
      role: 'task-created',
      ...(anchor === 4698 ? { anchor: true } : {}),
    }),
  )

  const pidOf = pidDrawer(random.fork('pids'))
  const shell: StartedProcess = {
    pid: pidOf(),
    image: inSystem32('cmd.exe'),
    commandLine: `cmd.exe /C ${payload.command} > C:\\Windows\\Temp\\${name}.tmp 2>&1`,
    parentPid: host.pids.schedule,
    parentImage: inSystem32('svchost.exe'),
  }
  const console: StartedProcess = {
    pid: pidOf(),
    image: inSystem32('conhost.exe'),
    commandLine: '\\??\\C:\\Windows\\system32\\conhost.exe 0xffffffff -ForceV1',
    parentPid: shell.pid,
    parentImage: shell.image,
  }
  const children: StartedProcess[] = []
  for (const image of payload.images) {
    const parent = children.at(-1) ?? shell
    const own =
      image === 'net1.exe' ? payload.command.replace('net ', 'C:\\Windows\\system32\\net1 ') : payload.command
    children.push({
      pid: pidOf(),
      image: inSystem32(image),
      commandLine: `${own}  `,
      parentPid: parent.pid,
      parentImage: parent.image,
    })
  }
  const instance = random.guid()
  const engine = { EnginePID: shell.pid }
  const startedAt = createdAt + random.ticks(5, 9)
  const childAt = startedAt + random.ticks(28, 40)
  const endedAt = childAt + random.ticks(60, 400)
  const run = (at: bigint, started: StartedProcess, role: 'process-started' | 'descendant-started') =>
    records.processStarted(at, started, system, systemLogonId, { chain: mark, role })
  const end = (at: bigint, ended: StartedProcess) =>
    records.processEnded(at, ended, system, systemLogonId, { chain: mark, role: 'process-ended' })
  const trigger = { chain: mark, role: 'task-triggered' } as const
  happenings.push(
    run(startedAt, shell, 'process-started'),
    records.scheduler(
      startedAt + ms(0.5),
      129,
      { ...named, Path: 'cmd.exe', ProcessID: shell.pid, Priority: 16384 },
      { chain: mark, role: 'process-created' },
    ),
    records.scheduler(
      startedAt + ms(0.8),
      100,
      { ...named, UserContext: 'NT AUTHORITY\\SYSTEM', InstanceId: instance },
      { chain: mark, role: 'task-started' },
      instance,
    ),
    records.scheduler(
      startedAt + ms(0.9),
      200,
      { ...named, ActionName: 'cmd.exe', TaskInstanceId: instance, ...engine },
      { chain: mark, role: 'task-started' },
      instance,
    ),
    records.scheduler(
      startedAt + ms(1),
      110,
      { ...named, InstanceId: instance, UserContext: suspect.name },
      trigger,
      instance,
    ),
    run(startedAt + ms(4.5), console, 'descendant-started'),
    ...children.map((child, index) => run(childAt + ms(index * 12), child, 'descendant-started')),
    ...children.toReversed().map((child, index) => end(endedAt + ms(index * 2), child)),
    end(endedAt + ms(6), shell),
    end(endedAt + ms(8), console),
    records.scheduler(
      endedAt + ms(9),
      201,
      { ...named, TaskInstanceId: instance, ActionName: 'cmd.exe', ResultCode: 0, ...engine },
      { chain: mark, role: 'task-finished' },
      instance,
    ),
    records.scheduler(
      endedAt + ms(9.4),
      102,
      { ...named, UserContext: 'NT AUTHORITY\\SYSTEM', InstanceId: instance },
      { chain: mark, role: 'task-finished' },
      instance,
    ),
  )

  const deletedAt = startedAt + random.ticks(14, 20)
  const firstReadAt = deletedAt + random.ticks(8, 14)
  const secondReadAt = firstReadAt + ms(3000) + random.ticks(5, 30)
  const output = `Temp\\${name}.tmp`
  const read = (at: bigint) =>
    records.shareAccess(at, smb, 'ADMIN$', output, 0x1, { chain: mark, role: 'output-read' })
  happenings.push(
    records.scheduler(deletedAt, 141, { ...named, UserName: user }, { chain: mark, role: 'task-deleted' }),
    records.taskAudit(deletedAt + ms(0.3), 4699, rpc, { path, content: '' }, remoteCaller, {
      chain: mark,
      role: 'task-deleted',
    }),
    records.shareConnected(firstReadAt - ms(2), smb, 'ADMIN$', { chain: mark, role: 'share-connected' }),
    read(firstReadAt),
    read(secondReadAt),
    records.shareAccess(secondReadAt + random.ticks(9, 20), smb, 'ADMIN$', output, 0x10080, {
      chain: mark,
      role: 'output-deleted',
    }),
    records.logoff(secondReadAt + random.ticks(2_000, 11_000), rpc),
    records.logoff(secondReadAt + random.ticks(11_000, 15_000), smb),
  )

  return {
    happenings,
    audit: everythingAudited,
    sysmon: false,
    pids: [shell.pid, console.pid, ...children.map((child) => child.pid)],
    tasks: baselineTasks(cast),
    chains: [
      {
        mark,
        kind: 'task-created',
        task: {
          path,
          action: `cmd.exe ${parameters}`,
          runAs: 'S-1-5-18',
          author: null,
          hidden: true,
          trigger: 'Calendar',
        },
        account: suspect,
        source: {
          ip: smb.ip as string,
          port: smb.port as number,
          logonId: logonIdText(smb.logonId),
          basis: 'L3',
        },
        taskLogonId: logonIdText(rpc.logonId),
        path: 'atsvc-pipe',
        mechanism: 'remote-confirmed',
        executed: { answer: 'yes', why: 'the Schedule service started cmd.exe with the action of the task' },
        deleted: { answer: 'yes', why: 'deleted over the same RPC logon right after it was started' },
        processes: [shell, console, ...children],
        resembles: ['impacket atexec'],
      },
    ],
    notes: [
      'The logon that created the task has no address: the RPC bind inside the pipe makes it. The address is that of the sibling logon that opened the pipe.',
      'The nearest logon of the account with another address is a decoy.',
    ],
  }
}

/** Process ids that are given once. */
export function pidDrawer(random: Random): () => number {
  const given = new Set<number>()
  return () => {
    for (;;) {
      const pid = random.between(700, 2400) * 4
      if (given.has(pid)) continue
      given.add(pid)
      return pid
    }
  }
}

export const atexecPipe: Scenario = {
  name: 'atexec-pipe',
  title: 'A task over the pipe atsvc, run as SYSTEM and deleted at once',
  teaches:
    'Finding the true source although the task’s own logon has no address and the nearest logon of the account is a decoy.',
  stage: (cast, random) => stageAtexec(cast, random),
}
