import { describe, expect, it } from 'vitest'
import { valueOf as recorded } from '../../../src/domain/absent.ts'
import type { WindowsEvent } from '../../../src/domain/event.ts'
import { isChainEvent, playbookEventIds } from '../../../src/events/kinds.ts'
import { typedEvent } from '../../../src/events/typed-event.ts'
import { recordOf, recordWith } from '../../builders/records.ts'
import { expectedRecords, haveSamples } from '../../samples.ts'

type Kind = WindowsEvent['kind']
/** The event type that has this kind among its kinds. */
type EventOfKind<K extends Kind, E = WindowsEvent> = E extends { kind: infer Any }
  ? K extends Any
    ? E
    : never
  : never
function eventOf<K extends Kind>(kind: K, ...given: Parameters<typeof recordWith>) {
  const event = typedEvent(recordWith(...given))
  if (event?.kind !== kind) throw new Error(`expected ${kind}, got ${event?.kind}`)
  return event as EventOfKind<K>
}
const subject = {
  SubjectUserSid: 'S-1-5-21-1-2-3-1111',
  SubjectUserName: 'admmig',
  SubjectDomainName: 'OFFSEC',
  SubjectLogonId: '0x0000000005A419BC',
}

describe('4624', () => {
  const fields = {
    TargetUserSid: 'S-1-5-21-1-2-3-1111',
    TargetUserName: 'admmig',
    TargetDomainName: 'OFFSEC',
    TargetLogonId: '0x000000000017E2D2',
    LogonType: '3',
    LogonProcessName: 'NtLmSsp ',
    AuthenticationPackageName: 'NTLM',
    WorkstationName: '-',
    ProcessId: '0x0',
    ProcessName: '-',
    IpAddress: '::ffff:10.23.123.11',
    IpPort: '56594',
  }

  it('has its logon id, address and logon process in one spelling', () => {
    expect(eventOf('logon', 4624, fields)).toMatchObject({
      logonId: '0x17e2d2',
      ip: '10.23.123.11',
      port: 56594,
      logonType: 3,
      logonProcess: 'NtLmSsp',
      workstation: undefined,
      callerProcessId: 0,
      callerProcess: undefined,
      subject: { sid: undefined, name: undefined, domain: undefined },
    })
  })

  it('is read by name when version 3 puts a field in the middle', () => {
    const newest = {
      ...fields,
      ImpersonationLevel: '%%1833',
      RestrictedAdminMode: '-',
      RemoteCredentialGuard: '-',
      TargetOutboundUserName: '-',
      TargetOutboundDomainName: '-',
      VirtualAccount: '%%1843',
      TargetLinkedLogonId: '0x1d03f5',
      ElevatedToken: '%%1842',
    }
    const event = eventOf('logon', 4624, newest, { version: 3 })
    expect(event.elevated).toBe(true)
    expect(event.linkedLogonId).toBe('0x1d03f5')
    const shuffled = Object.fromEntries(Object.entries(newest).reverse())
    expect(eventOf('logon', 4624, shuffled, { version: 3 })).toEqual(event)
  })

  it('says that version 0 has no elevation and no twin, and that 0x0 means no twin', () => {
    const old = eventOf('logon', 4624, fields)
    expect(old.elevated).toEqual({
      absent: 'not-recorded',
      why: 'version 0 of event 4624 has no ElevatedToken',
    })
    expect(old.linkedLogonId).toMatchObject({ absent: 'not-recorded' })
    const alone = eventOf('logon', 4624, { ...fields, TargetLinkedLogonId: '0x0' }, { version: 2 })
    expect(alone.linkedLogonId).toMatchObject({ absent: 'not-applicable' })
  })

  it('tells an address Windows did not record from one that cannot be', () => {
    const none = { ...fields, IpAddress: '-', IpPort: '-' }
    expect(eventOf('logon', 4624, none).ip).toMatchObject({ absent: 'not-recorded' })
    expect(eventOf('logon', 4624, { ...none, LogonType: '5' }).ip).toMatchObject({ absent: 'not-applicable' })
    expect(eventOf('logon', 4624, { ...fields, IpPort: '0' }).port).toMatchObject({ absent: 'not-recorded' })
  })

  it.each([
    ['::1', '::1'],
    ['fe80::1CAE:5aa4:9d8d:106a', 'fe80::1cae:5aa4:9d8d:106a'],
    ['fe80:0000:0000:0000:1cae:5aa4:9d8d:106a%12', 'fe80::1cae:5aa4:9d8d:106a%12'],
    ['127.0.0.1', '127.0.0.1'],
  ])('keeps %s as %s', (written, ip) => {
    expect(eventOf('logon', 4624, { ...fields, IpAddress: written }).ip).toBe(ip)
  })

  it.each([
    ['IpAddress', 'somewhere', 'ip'],
    ['IpPort', '70000', 'port'],
    ['IpPort', '-1', 'port'],
    ['ElevatedToken', 'perhaps', 'elevated'],
    ['TargetLinkedLogonId', 'zzz', 'linkedLogonId'],
  ] as const)('holds %s=%j unreadable instead of guessing', (name, value, field) => {
    const event = eventOf('logon', 4624, { ...fields, [name]: value }, { version: 2 })
    expect(event[field]).toEqual({ absent: 'unreadable', why: `${name} is "${value}"` })
  })

  it('has no logon id rather than a wrong one', () => {
    expect(eventOf('logon', 4624, { ...fields, TargetLogonId: '-' }).logonId).toBeUndefined()
    expect(eventOf('logon', 4624, { ...fields, TargetLogonId: '1565394' }).logonId).toBeUndefined()
  })
})

describe('other logon events', () => {
  it('4625 keeps both status codes', () => {
    const event = eventOf('logon-failed', 4625, {
      TargetUserName: 'bob',
      TargetDomainName: '',
      LogonType: '3',
      Status: '0xC000006D',
      SubStatus: '0xc000006a',
      IpAddress: '10.0.0.9',
      IpPort: '5',
    })
    expect(event).toMatchObject({
      account: { name: 'bob', domain: undefined },
      status: '0xc000006d',
      subStatus: '0xc000006a',
      ip: '10.0.0.9',
    })
  })

  it('4634 has a logon type and 4647 has none', () => {
    const fields = { TargetUserSid: 'S-1-5-18', TargetLogonId: '0x3e7' }
    expect(eventOf('logoff', 4634, { ...fields, LogonType: '3' }).logonType).toBe(3)
    expect(eventOf('logoff', 4647, fields).logonType).toEqual({
      absent: 'not-recorded',
      why: 'version 0 of event 4647 has no LogonType',
    })
  })

  it('4672 splits its privileges', () => {
    const list = 'SeSecurityPrivilege\r\n\t\t\tSeBackupPrivilege\r\n\t\t\t'
    expect(eventOf('privileges', 4672, { ...subject, PrivilegeList: list })).toMatchObject({
      logonId: '0x5a419bc',
      privileges: ['SeSecurityPrivilege', 'SeBackupPrivilege'],
    })
    expect(eventOf('privileges', 4672, { ...subject, PrivilegeList: '-' }).privileges).toEqual([])
  })

  it('4648 tells whose credentials from who used them', () => {
    expect(
      eventOf('explicit-logon', 4648, {
        ...subject,
        TargetUserName: 'Administrator',
        TargetDomainName: 'B',
        TargetServerName: 'srv.b',
        TargetInfo: 'cifs/srv.b',
        ProcessId: '0x3d0',
        ProcessName: 'C:\\Windows\\System32\\schtasks.exe',
        IpAddress: '-',
        IpPort: '-',
      }),
    ).toMatchObject({
      subjectLogonId: '0x5a419bc',
      account: { sid: undefined, name: 'Administrator', domain: 'B' },
      targetServer: 'srv.b',
      targetService: 'cifs/srv.b',
      callerProcessId: 976,
    })
  })
})

describe('4688', () => {
  const fields = {
    ...subject,
    NewProcessId: '0x3d0',
    NewProcessName: 'C:\\Windows\\System32\\cmd.exe',
    TokenElevationType: '%%1936',
    ProcessId: '0x414',
  }
  it('says of every version what it cannot tell', () => {
    const v0 = eventOf('process-started', 4688, fields)
    expect(v0).toMatchObject({ pid: 976, creatorPid: 1044, tokenElevation: '%%1936' })
    expect(v0.commandLine).toEqual({
      absent: 'not-recorded',
      why: 'version 0 of event 4688 has no CommandLine',
    })
    const v1 = eventOf('process-started', 4688, { ...fields, CommandLine: '' }, { version: 1 })
    expect(v1.commandLine).toMatchObject({
      absent: 'not-recorded',
      why: expect.stringContaining('audited') as string,
    })
    expect(v1.parentImage).toMatchObject({ why: 'version 1 of event 4688 has no ParentProcessName' })
    const v2 = eventOf(
      'process-started',
      4688,
      {
        ...fields,
        CommandLine: ' cmd.exe /C x ',
        TargetLogonId: '0x0',
        ParentProcessName: 'C:\\Windows\\System32\\svchost.exe',
        MandatoryLabel: 'S-1-16-16384',
      },
      { version: 2 },
    )
    expect(v2).toMatchObject({
      commandLine: ' cmd.exe /C x ',
      parentImage: 'C:\\Windows\\System32\\svchost.exe',
      targetLogonId: { absent: 'not-applicable' },
    })
  })

  it('does not take the creator for the new process when one is missing', () => {
    expect(eventOf('process-started', 4688, { ProcessId: '0x414' })).toMatchObject({
      pid: undefined,
      creatorPid: 1044,
    })
  })

  it('4689 names the process that ended, in decimal or hex', () => {
    expect(eventOf('process-ended', 4689, { ProcessId: '976', Status: '0x0' })).toMatchObject({
      pid: 976,
      exitStatus: '0x0',
    })
  })
})

describe('task events', () => {
  const content = '<Task><Actions><Exec><Command>cmd.exe</Command></Exec></Actions></Task>'
  const v1 = {
    ...subject,
    TaskName: '\\bouWFQYO',
    TaskContent: content,
    ClientProcessStartKey: '5348024557502636',
    ClientProcessId: '0',
    ParentProcessId: '4',
    RpcCallClientLocality: '0',
    FQDN: 'FS01',
  }

  it('4698 version 1 knows a remote caller by process id 0; version 0 cannot tell', () => {
    expect(eventOf('task-created', 4698, v1, { version: 1 })).toMatchObject({
      taskPath: '\\bouWFQYO',
      clientProcessId: 0,
      parentProcessId: 4,
      clientProcessStartKey: '5348024557502636',
      rpcCallClientLocality: 0,
      fqdn: 'FS01',
      task: { definition: { actions: [{ kind: 'exec', command: 'cmd.exe' }] } },
    })
    const { ClientProcessId: _, ...without } = v1
    expect(eventOf('task-created', 4698, without).clientProcessId).toEqual({
      absent: 'not-recorded',
      why: 'version 0 of event 4698 has no ClientProcessId',
    })
    expect(eventOf('task-created', 4698, without, { version: 1 }).clientProcessId).toEqual({
      absent: 'not-recorded',
      why: 'this record of event 4698 version 1 holds no ClientProcessId',
    })
  })

  it.each(['', '-', 'zero', '4294967296', '0x'])('never takes ClientProcessId %j for 0', (value) => {
    const event = eventOf('task-created', 4698, { ...v1, ClientProcessId: value }, { version: 1 })
    expect(recorded(event.clientProcessId)).toBeUndefined()
  })

  it('4702 has its definition in TaskContentNew', () => {
    const event = eventOf('task-updated', 4702, { ...subject, TaskName: '\\x', TaskContentNew: content })
    expect(event.task?.definition?.actions).toHaveLength(1)
  })

  it('4699 without content says so and has no reading', () => {
    const event = eventOf('task-deleted', 4699, { ...subject, TaskName: '\\x', TaskContent: '' })
    expect(event.task).toBeUndefined()
    expect(event.content).toMatchObject({ absent: 'not-recorded' })
  })

  it('keeps a definition that cannot be read, with the trouble', () => {
    const event = eventOf('task-created', 4698, { ...v1, TaskContent: '<Task><Act' })
    expect(event.content).toBe('<Task><Act')
    expect(event.task?.trouble?.code).toBe('tasks.xml.cut')
  })

  it.each([
    [4700, 'task-enabled'],
    [4701, 'task-disabled'],
  ] as const)('%i is %s', (eventId, kind) => {
    expect(eventOf(kind, eventId, v1).taskPath).toBe('\\bouWFQYO')
  })
})

describe('share events', () => {
  it('5145 names what was opened and with which rights', () => {
    const fields = {
      ...subject,
      IpAddress: '10.23.123.11',
      IpPort: '56594',
      ShareName: '\\\\*\\IPC$',
      ShareLocalPath: '',
      RelativeTargetName: 'atsvc',
      AccessMask: '0x3',
      AccessList: '%%4416\r\n\t\t\t\t%%4417\r\n\t\t\t\t',
    }
    expect(eventOf('share-access', 5145, fields)).toMatchObject({
      logonId: '0x5a419bc',
      shareName: '\\\\*\\IPC$',
      relativeTarget: 'atsvc',
      accessMask: 3,
      ip: '10.23.123.11',
      port: 56594,
    })
    expect(eventOf('share-access', 5145, { ...fields, AccessMask: '1179785' }).accessMask).toBe(0x120089)
    expect(eventOf('share-access', 5145, { ...fields, AccessMask: '%%4416' }).accessMask).toBeUndefined()
    expect(eventOf('share-access', 5145, { ...fields, RelativeTargetName: '\\' }).relativeTarget).toBe('\\')
  })

  it('5140 of both versions names the share and no file', () => {
    const event = eventOf('share-connected', 5140, {
      ...subject,
      IpAddress: '10.0.0.1',
      IpPort: '1',
      ShareName: '\\\\*\\C$',
    })
    expect(event).toMatchObject({ shareName: '\\\\*\\C$', relativeTarget: { absent: 'not-applicable' } })
  })
})

describe('task history', () => {
  const scheduler = {
    provider: 'Microsoft-Windows-TaskScheduler',
    channel: 'Microsoft-Windows-TaskScheduler/Operational',
  }

  it('201 is read by name although its versions differ in order', () => {
    const values = {
      TaskName: '\\x',
      ActionName: 'cmd.exe',
      TaskInstanceId: '{A}',
      ResultCode: '2147942401',
      EnginePID: '6292',
    }
    const forward = eventOf('task-history', 201, values, { ...scheduler, version: 2 })
    expect(forward).toMatchObject({
      what: 'action-completed',
      actionName: 'cmd.exe',
      instanceId: '{A}',
      resultCode: '2147942401',
      enginePid: 6292,
      processId: { absent: 'not-applicable' },
    })
    const backward = Object.fromEntries(Object.entries(values).reverse())
    expect(eventOf('task-history', 201, backward, { ...scheduler, version: 2 })).toEqual(forward)
    const { ResultCode: _, EnginePID: __, ...first } = values
    expect(eventOf('task-history', 201, first, scheduler)).toMatchObject({
      resultCode: { absent: 'not-recorded', why: 'version 0 of event 201 has no ResultCode' },
      enginePid: { absent: 'not-recorded' },
    })
  })

  it('129 names the process it created, in decimal', () => {
    const event = eventOf(
      'task-history',
      129,
      { TaskName: '\\x', Path: 'cmd.exe', ProcessID: '6292', Priority: '16384' },
      scheduler,
    )
    expect(event).toMatchObject({
      what: 'process-created',
      processId: 6292,
      processPath: 'cmd.exe',
      instanceId: { absent: 'not-applicable' },
      loggedByPid: 636,
    })
  })

  it.each([
    [100, 'instance-started'],
    [101, 'start-failed'],
    [102, 'instance-completed'],
    [103, 'instance-failed'],
    [106, 'registered'],
    [107, 'triggered'],
    [119, 'triggered'],
    [110, 'run-on-demand'],
    [111, 'terminated'],
    [114, 'missed-start'],
    [140, 'updated'],
    [141, 'deleted'],
    [142, 'disabled'],
    [200, 'action-started'],
    [202, 'action-failed'],
    [203, 'action-start-failed'],
    [322, 'ignored'],
    [324, 'queued'],
    [325, 'queued'],
    [319, 'other'],
    [150, 'other'],
  ])('%i means %s', (eventId, what) => {
    expect(eventOf('task-history', eventId, { TaskName: '\\x' }, scheduler).what).toBe(what)
  })
})

describe('what happened to the log and the machine', () => {
  const eventlog = { provider: 'Microsoft-Windows-Eventlog' }
  it('knows which log was cleared', () => {
    expect(eventOf('log-cleared', 1102, subject, eventlog)).toMatchObject({
      clearedChannel: 'Security',
      account: { name: 'admmig' },
      logonId: '0x5a419bc',
    })
    const system = { ...eventlog, channel: 'System' }
    expect(
      eventOf('log-cleared', 104, { Channel: 'Microsoft-Windows-TaskScheduler/Operational' }, system)
        .clearedChannel,
    ).toBe('Microsoft-Windows-TaskScheduler/Operational')
    expect(eventOf('log-cleared', 104, {}, system).clearedChannel).toBe('')
  })

  it('spells the subcategory of 4719 as audit policies do', () => {
    expect(
      eventOf('audit-policy-changed', 4719, {
        ...subject,
        SubcategoryGuid: '{0cce9227-69ae-11d9-bed3-505054503030}',
        AuditPolicyChanges: '%%8448, %%8450',
      }),
    ).toMatchObject({ subcategoryGuid: '0CCE9227-69AE-11D9-BED3-505054503030', changes: '%%8448, %%8450' })
  })

  it('reads the moments of 4616 in both versions', () => {
    expect(
      eventOf('time-changed', 4616, {
        PreviousDate: '2/7/2019',
        PreviousTime: '3:37 AM',
        NewDate: '2/8/2019',
        NewTime: '5:37 AM',
      }),
    ).toMatchObject({ previousTime: '2/7/2019 3:37 AM', newTime: '2/8/2019 5:37 AM' })
    expect(eventOf('time-changed', 4616, { PreviousTime: 'a', NewTime: 'b' }, { version: 1 })).toMatchObject({
      previousTime: 'a',
      newTime: 'b',
    })
  })

  it.each([
    ['Microsoft-Windows-Security-Auditing', 'Security', 4608, 'started'],
    ['Microsoft-Windows-Kernel-General', 'System', 12, 'started'],
    ['Microsoft-Windows-Kernel-General', 'System', 13, 'stopped'],
    ['EventLog', 'System', 6005, 'started'],
    ['EventLog', 'System', 6006, 'stopped'],
    ['EventLog', 'System', 6008, 'unexpected-stop'],
    ['EventLog', 'System', 6009, 'started'],
  ])('%s %s %i: Windows %s', (provider, channel, eventId, what) => {
    expect(eventOf('boot', eventId, {}, { provider, channel }).what).toBe(what)
  })

  it('does not believe a boot that stands in the Application log', () => {
    expect(typedEvent(recordWith(6005, {}, { provider: 'EventLog', channel: 'Application' }))).toBeUndefined()
  })
})

describe('Sysmon', () => {
  const sysmon = { provider: 'Microsoft-Windows-Sysmon', channel: 'Microsoft-Windows-Sysmon/Operational' }
  it('1 has decimal process ids and a hex logon id', () => {
    const fields = {
      ProcessId: '3852',
      Image: 'C:\\a.exe',
      LogonId: '0x000000000017e2d2',
      ParentProcessId: '628',
      User: 'A\\b',
    }
    expect(eventOf('sysmon-process', 1, fields, sysmon)).toMatchObject({
      pid: 3852,
      logonId: '0x17e2d2',
      parentPid: 628,
    })
    expect(eventOf('sysmon-process', 1, fields, { ...sysmon, provider: 'Sysmon' }).pid).toBe(3852)
  })
  it('3 knows who began', () => {
    const fields = {
      Initiated: 'false',
      SourceIp: '::ffff:10.0.0.1',
      SourcePort: '0',
      DestinationIp: '10.0.0.2',
      DestinationPort: '135',
    }
    expect(eventOf('sysmon-network', 3, fields, sysmon)).toMatchObject({
      initiated: false,
      sourceIp: '10.0.0.1',
      sourcePort: undefined,
      destinationPort: 135,
    })
  })
  it('12 has no details, and says so', () => {
    expect(
      eventOf('sysmon-registry', 12, { EventType: 'CreateKey', TargetObject: 'HKLM\\x' }, sysmon).details,
    ).toMatchObject({
      absent: 'not-recorded',
    })
  })
})

describe('telling events from other records', () => {
  it('goes by provider and id together', () => {
    expect(typedEvent(recordWith(4624, {}, { provider: 'Somebody-Else' }))).toBeUndefined()
    expect(typedEvent(recordWith(4104, {}))).toBeUndefined()
    expect(typedEvent(recordWith(99, {}, { provider: 'Microsoft-Windows-TaskScheduler' }))).toBeUndefined()
    expect(typedEvent(recordWith(4634, {}, { provider: 'MICROSOFT-WINDOWS-SECURITY-AUDITING' }))?.kind).toBe(
      'logoff',
    )
  })

  it('takes the first of two fields with one name', () => {
    const record = recordWith(4624, {})
    const doubled = { ...record, names: ['TargetLogonId', 'TargetLogonId'], values: ['0x1', '0x2'] }
    expect(typedEvent(doubled)).toMatchObject({ logonId: '0x1' })
  })

  it('decodes every id the playbook speaks of', () => {
    const asked = [
      4624, 4625, 4634, 4647, 4648, 4672, 4688, 4689, 4697, 4698, 4699, 4700, 4701, 4702, 5140, 5145, 1102,
      104, 4719, 4616, 4608, 100, 106, 129, 200, 201, 203,
    ]
    expect(asked.filter((eventId) => !playbookEventIds.has(eventId))).toEqual([])
    expect(isChainEvent('Microsoft-Windows-Security-Auditing', 4698)).toBe(true)
    expect(isChainEvent('Microsoft-Windows-Security-Auditing', 4703)).toBe(false)
    expect(isChainEvent('Microsoft-Windows-Eventlog', 4698)).toBe(false)
  })
})

describe.runIf(haveSamples)('every real record of a chain', () => {
  it('gives a typed event, in the numbers an independent decoder counted', async () => {
    const versions: Record<string, number> = {}
    const kinds: Record<string, number> = {}
    let others = 0
    for await (const expected of expectedRecords()) {
      const record = recordOf(expected)
      const event = typedEvent(record)
      if (isChainEvent(expected.prov, expected.eid) !== (event !== undefined)) {
        throw new Error(`${expected.prov} ${expected.eid} in ${expected.file}: ${event?.kind}`)
      }
      if (!event) {
        others++
        continue
      }
      expect(event).toMatchObject({ eventId: expected.eid, locator: record.locator, time: record.time })
      kinds[event.kind] = (kinds[event.kind] ?? 0) + 1
      if ([4624, 4688, 4698].includes(expected.eid)) {
        const version = `${expected.eid} v${expected.ver}`
        versions[version] = (versions[version] ?? 0) + 1
      }
    }
    expect(versions).toEqual({
      '4624 v0': 145,
      '4624 v1': 35,
      '4624 v2': 263,
      '4624 v3': 293,
      '4688 v0': 10,
      '4688 v1': 62,
      '4688 v2': 1056,
      '4698 v0': 6,
      '4698 v1': 3,
    })
    expect(kinds).toEqual({
      logon: 736,
      'logon-failed': 52,
      logoff: 48,
      'explicit-logon': 133,
      privileges: 601,
      'process-started': 1128,
      'process-ended': 8,
      'service-installed': 7,
      'task-created': 9,
      'task-deleted': 7,
      'task-disabled': 1,
      'task-updated': 1,
      'share-connected': 52,
      'share-access': 1285,
      'audit-policy-changed': 14,
      'time-changed': 26,
      'log-cleared': 48,
      boot: 74,
      'task-history': 22,
      'sysmon-process': 1311,
      'sysmon-network': 233,
      'sysmon-file': 279,
      'sysmon-registry': 353,
    })
    expect(others).toBeGreaterThan(20_000)
  }, 60_000)

  it('reads every address, logon id and process id it holds', async () => {
    const unread: string[] = []
    for await (const expected of expectedRecords()) {
      const event = typedEvent(recordOf(expected))
      if (!event) continue
      for (const [name, value] of Object.entries(event)) {
        if (
          typeof value === 'object' &&
          value !== null &&
          'absent' in value &&
          value.absent === 'unreadable'
        ) {
          unread.push(`${expected.eid} ${name}: ${value.why}`)
        }
      }
      const { data } = expected
      const bad = (name: string, got: unknown) => {
        if (data[name] !== undefined && data[name] !== '-' && data[name] !== '' && got === undefined) {
          unread.push(`${expected.eid} ${name} ${data[name]}`)
        }
      }
      if (event.kind === 'logon') bad('TargetLogonId', event.logonId)
      if (event.kind === 'process-started') {
        bad('NewProcessId', event.pid)
        bad('ProcessId', event.creatorPid)
        bad('SubjectLogonId', event.subjectLogonId)
      }
      if (event.kind === 'share-access') bad('AccessMask', event.accessMask)
      if (event.kind === 'sysmon-network') bad('SourceIp', event.sourceIp)
    }
    expect([...new Set(unread)]).toEqual([])
  }, 60_000)
})
