/** Typed events in one line each, for chains: a small world of one host, with times in milliseconds from a fixed moment. */
import { absent } from '../../src/domain/absent.ts'
import type { ChainInput, ChannelCoverage, HostFacts } from '../../src/domain/chain.ts'
import type {
  Account,
  BootEvent,
  LogClearedEvent,
  LogoffEvent,
  LogonEvent,
  PrivilegesEvent,
  ProcessEndedEvent,
  ProcessStartedEvent,
  ShareEvent,
  SysmonProcessEvent,
  TaskChangedEvent,
  TaskHistoryEvent,
  WindowsEvent,
} from '../../src/domain/event.ts'
import type { EvidenceId, LogonId, Sid } from '../../src/domain/ids.ts'
import type { TaskDefinition } from '../../src/domain/task.ts'
import { type FileTime, fileTime } from '../../src/domain/time.ts'

/** 2024-05-06T07:08:09.0000000Z */
const start = 133_594_528_890_000_000n
export const at = (ms: number): FileTime => fileTime(start + BigInt(Math.round(ms * 10_000)))

export const securityLog = 'a'.repeat(64) as EvidenceId
export const schedulerLog = 'b'.repeat(64) as EvidenceId
export const systemLog = 'c'.repeat(64) as EvidenceId

export const adminSid = 'S-1-5-21-1-2-3-1111' as Sid
export const admin: Account = { sid: adminSid, name: 'admin', domain: 'CORP' }
export const other: Account = { sid: 'S-1-5-21-1-2-3-2222' as Sid, name: 'other', domain: 'CORP' }
export const system: Account = { sid: 'S-1-5-18' as Sid, name: 'FS01$', domain: 'CORP' }
export const id = (hex: string): LogonId => hex as LogonId

const notRecorded = absent('not-recorded', 'this version has no such field')
const field = <T>(value: T | undefined) => (value === undefined ? notRecorded : value)

/** Makes events of one host; record ids count up per log in the order of making unless `record` says otherwise. */
export class World {
  readonly host: string
  private next = 1000n
  constructor(host = 'fs01.corp.example') {
    this.host = host
  }

  private base(ms: number, eventId: number, channel = 'Security', evidenceId = securityLog) {
    const recordId = this.next++
    return {
      eventId,
      version: 0,
      provider: 'builder',
      channel,
      recordedComputer: this.host,
      time: at(ms),
      locator: { evidenceId, recordId, chunk: 0, offset: 512 + Number(recordId % 100_000n) * 100 },
      loggedByPid: undefined as number | undefined,
    }
  }

  logon(
    ms: number,
    logonId: string,
    ip: string | undefined,
    more: { port?: number; type?: number; account?: Account } = {},
  ): LogonEvent {
    return {
      ...this.base(ms, 4624),
      kind: 'logon',
      ip: field(ip),
      port: field(ip === undefined ? undefined : (more.port ?? 50_000)),
      subject: { sid: undefined, name: undefined, domain: undefined },
      subjectLogonId: id('0x0'),
      account: more.account ?? admin,
      logonId: id(logonId),
      linkedLogonId: notRecorded,
      logonType: more.type ?? 3,
      logonProcess: 'NtLmSsp',
      authenticationPackage: 'NTLM',
      workstation: undefined,
      logonGuid: undefined,
      keyLength: undefined,
      elevated: notRecorded,
      callerProcessId: 0,
      callerProcess: undefined,
    }
  }
  logoff(ms: number, logonId: string, type = 3): LogoffEvent {
    return { ...this.base(ms, 4634), kind: 'logoff', account: admin, logonId: id(logonId), logonType: type }
  }
  privileges(ms: number, logonId: string): PrivilegesEvent {
    return {
      ...this.base(ms, 4672),
      kind: 'privileges',
      account: admin,
      logonId: id(logonId),
      privileges: ['SeDebugPrivilege'],
    }
  }
  access(
    ms: number,
    logonId: string,
    share: string,
    target: string,
    mask: number,
    more: { ip?: string | undefined; port?: number; account?: Account } = {},
  ): ShareEvent {
    const ip = 'ip' in more ? more.ip : '10.0.0.66'
    return {
      ...this.base(ms, 5145),
      kind: 'share-access',
      ip: field(ip),
      port: field(ip === undefined ? undefined : (more.port ?? 50_000)),
      account: more.account ?? admin,
      logonId: id(logonId),
      shareName: `\\\\*\\${share}`,
      shareLocalPath: share === 'ADMIN$' ? '\\??\\C:\\Windows' : undefined,
      relativeTarget: target,
      accessMask: mask,
    }
  }
  pipe(
    ms: number,
    logonId: string,
    ip?: string,
    more: { mask?: number; account?: Account } = {},
  ): ShareEvent {
    return this.access(ms, logonId, 'IPC$', 'atsvc', more.mask ?? 0x3, {
      ...(ip === undefined ? {} : { ip }),
      ...(more.account ? { account: more.account } : {}),
    })
  }
  change(
    kind: TaskChangedEvent['kind'],
    ms: number,
    logonId: string,
    more: {
      path?: string
      definition?: TaskDefinition
      account?: Account
      clientPid?: number
    } = {},
  ): TaskChangedEvent {
    const ids = {
      'task-created': 4698,
      'task-deleted': 4699,
      'task-enabled': 4700,
      'task-disabled': 4701,
      'task-updated': 4702,
    }
    return {
      ...this.base(ms, ids[kind]),
      kind,
      account: more.account ?? admin,
      logonId: id(logonId),
      taskPath: more.path ?? '\\Quirk',
      content: more.definition ? '<Task/>' : notRecorded,
      task: more.definition ? { definition: more.definition, trouble: undefined } : undefined,
      clientProcessId: field(more.clientPid),
      parentProcessId: notRecorded,
      clientProcessStartKey: notRecorded,
      rpcCallClientLocality: notRecorded,
      fqdn: notRecorded,
    }
  }
  created(ms: number, logonId: string, more: Parameters<World['change']>[3] = {}): TaskChangedEvent {
    return this.change('task-created', ms, logonId, {
      definition: command('cmd.exe', '/c evil.bat'),
      ...more,
    })
  }
  deleted(ms: number, logonId: string, more: Parameters<World['change']>[3] = {}): TaskChangedEvent {
    return this.change('task-deleted', ms, logonId, more)
  }
  history(
    what: TaskHistoryEvent['what'],
    ms: number,
    more: { path?: string; instance?: string; pid?: number; servicePid?: number } = {},
  ): TaskHistoryEvent {
    const ids: Partial<Record<TaskHistoryEvent['what'], number>> = {
      registered: 106,
      'process-created': 129,
      'instance-started': 100,
      'action-started': 200,
      'action-completed': 201,
      'instance-completed': 102,
      'run-on-demand': 110,
      updated: 140,
      deleted: 141,
      disabled: 142,
      'start-failed': 101,
    }
    return {
      ...this.base(ms, ids[what] ?? 107, 'Microsoft-Windows-TaskScheduler/Operational', schedulerLog),
      loggedByPid: more.servicePid,
      kind: 'task-history',
      what,
      taskPath: more.path ?? '\\Quirk',
      userContext: 'S-1-5-18',
      instanceId: field(more.instance),
      processId: field(more.pid),
      enginePid: notRecorded,
      actionName: notRecorded,
      resultCode: notRecorded,
      processPath: notRecorded,
    }
  }
  process(
    ms: number,
    pid: number,
    image: string,
    parent: { pid: number; image?: string | undefined },
    more: { line?: string | undefined; account?: Account; logonId?: string } = {},
  ): ProcessStartedEvent {
    return {
      ...this.base(ms, 4688),
      kind: 'process-started',
      subject: more.account ?? system,
      subjectLogonId: id(more.logonId ?? '0x3e7'),
      target: { sid: undefined, name: undefined, domain: undefined },
      targetLogonId: id('0x0'),
      pid,
      image,
      creatorPid: parent.pid,
      parentImage: field(parent.image),
      commandLine: field(more.line),
      tokenElevation: undefined,
      mandatoryLabel: notRecorded,
    }
  }
  ended(ms: number, pid: number, image: string): ProcessEndedEvent {
    return {
      ...this.base(ms, 4689),
      kind: 'process-ended',
      subject: system,
      subjectLogonId: id('0x3e7'),
      pid,
      image,
      exitStatus: '0x0',
    }
  }
  sysmonProcess(
    ms: number,
    pid: number,
    image: string,
    line: string,
    parent: { pid: number; image: string; line: string },
  ): SysmonProcessEvent {
    return {
      ...this.base(ms, 1, 'Microsoft-Windows-Sysmon/Operational', systemLog),
      kind: 'sysmon-process',
      pid,
      processGuid: undefined,
      image,
      commandLine: line,
      user: 'NT AUTHORITY\\SYSTEM',
      logonId: id('0x3e7'),
      parentPid: parent.pid,
      parentProcessGuid: undefined,
      parentImage: parent.image,
      parentCommandLine: parent.line,
      hashes: undefined,
    }
  }
  boot(ms: number, eventId = 4608, what: BootEvent['what'] = 'started'): BootEvent {
    const inSystem = eventId !== 4608
    return {
      ...this.base(ms, eventId, inSystem ? 'System' : 'Security', inSystem ? systemLog : securityLog),
      kind: 'boot',
      what,
    }
  }
  cleared(ms: number, channel = 'Security'): LogClearedEvent {
    return {
      ...this.base(ms, 1102),
      kind: 'log-cleared',
      account: admin,
      logonId: id('0x99'),
      clearedChannel: channel,
    }
  }
}

/** A task that runs one command as SYSTEM. */
export function command(path: string, args?: string, more: Partial<TaskDefinition> = {}): TaskDefinition {
  return {
    version: '1.2',
    registration: {
      author: undefined,
      date: undefined,
      uri: undefined,
      source: undefined,
      description: undefined,
      securityDescriptor: undefined,
    },
    triggers: [],
    principals: [
      {
        id: 'LocalSystem',
        userId: 'S-1-5-18',
        groupId: undefined,
        logonType: undefined,
        runLevel: 'HighestAvailable',
        requiredPrivileges: [],
      },
    ],
    settings: { enabled: true, hidden: true, allowStartOnDemand: true, all: {} },
    actionsContext: 'LocalSystem',
    actions: [{ kind: 'exec', command: path, arguments: args, workingDirectory: undefined }],
    unknownElements: [],
    ...more,
  }
}

export const svchost = { pid: 1044, image: 'C:\\Windows\\System32\\svchost.exe' }

/** atexec as it looks on the host: SMB logon, pipe, RPC logon, task, run, deletion, output fetched. */
export function atexec(world: World, ip = '10.0.0.66'): WindowsEvent[] {
  const line = 'cmd.exe /C whoami > %windir%\\Temp\\Quirk.tmp 2>&1'
  return [
    world.logon(-26, '0x1000', ip, { port: 56_594 }),
    world.access(-20, '0x1000', 'IPC$', 'atsvc', 0x3, { ip, port: 56_594 }),
    world.logon(-7, '0x2000', undefined),
    world.created(0, '0x2000', { definition: command('cmd.exe', line.slice('cmd.exe '.length)) }),
    world.process(7, 976, 'C:\\Windows\\System32\\cmd.exe', svchost, {
      line: line.replace('%windir%', 'C:\\Windows'),
    }),
    world.deleted(23, '0x2000'),
    world.access(32, '0x1000', 'ADMIN$', 'Temp\\Quirk.tmp', 0x1, { ip, port: 56_594 }),
    world.process(41, 5188, 'C:\\Windows\\System32\\whoami.exe', {
      pid: 976,
      image: 'C:\\Windows\\System32\\cmd.exe',
    }),
    world.access(3000, '0x1000', 'ADMIN$', 'Temp\\Quirk.tmp', 0x10080, { ip, port: 56_594 }),
  ]
}

export function coverage(
  world: World,
  channel: 'Security' | 'Microsoft-Windows-TaskScheduler/Operational' | 'System',
  more: Partial<ChannelCoverage> = {},
): ChannelCoverage {
  const evidenceId = channel === 'Security' ? securityLog : channel === 'System' ? systemLog : schedulerLog
  return {
    host: world.host,
    channel,
    evidenceId,
    from: at(-3_600_000),
    to: at(3_600_000),
    records: 1000,
    provenance: 'raw-live-copy',
    missingRecordIds: 0n,
    problems: 0,
    eventIds: [4624, 4688, 4698, 5145],
    ...more,
  }
}
export const scheduler = 'Microsoft-Windows-TaskScheduler/Operational'

export const hostFacts = (world: World, more: Partial<HostFacts> = {}): HostFacts => ({
  host: world.host,
  evidenceId: 'd'.repeat(64),
  timeZone: undefined,
  utcOffsetMinutes: undefined,
  schedulePid: undefined,
  auditPolicy: undefined,
  commandLineAudited: undefined,
  channels: undefined,
  ...more,
})

/** Success auditing of everything a chain asks for. */
export const auditedAll: Readonly<Record<string, number>> = {
  '0CCE9215-69AE-11D9-BED3-505054503030': 1,
  '0CCE921B-69AE-11D9-BED3-505054503030': 1,
  '0CCE922B-69AE-11D9-BED3-505054503030': 1,
  '0CCE9227-69AE-11D9-BED3-505054503030': 1,
  '0CCE9244-69AE-11D9-BED3-505054503030': 1,
}

export const input = (events: readonly WindowsEvent[], more: Partial<ChainInput> = {}): ChainInput => ({
  events,
  duplicates: new Map(),
  coverage: [],
  hosts: [],
  ...more,
})
