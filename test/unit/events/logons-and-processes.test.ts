import { describe, expect, it } from 'vitest'
import { eventOf, subjectFields as subject } from '../../builders/records.ts'

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
