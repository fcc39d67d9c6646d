import { describe, expect, it } from 'vitest'
import { boundedText, describeEvent } from '../../../src/domain/describe.ts'
import { typedEvent } from '../../../src/events/typed-event.ts'
import { recordWith } from '../../builders/records.ts'

function line(...given: Parameters<typeof recordWith>): string {
  const event = typedEvent(recordWith(...given))
  if (!event) throw new Error('no event')
  return describeEvent(event)
}
const share = (target: string, mask: string, name = 'ADMIN$') =>
  line(5145, { ShareName: `\\\\*\\${name}`, RelativeTargetName: target, AccessMask: mask })
const scheduler = { provider: 'Microsoft-Windows-TaskScheduler' }
const sysmon = { provider: 'Microsoft-Windows-Sysmon' }

describe('one line of plain words per event', () => {
  it('tells a chain as the timeline shows it', () => {
    const content =
      '<Task><Actions><Exec><Command>cmd.exe</Command><Arguments>/C whoami &gt; %windir%\\Temp\\x.tmp 2&gt;&amp;1</Arguments></Exec></Actions></Task>'
    expect([
      line(4624, { LogonType: '3', AuthenticationPackageName: 'NTLM', TargetLogonId: '0x5A41984' }),
      line(4672, { SubjectLogonId: '0x5a41984', PrivilegeList: 'SeDebugPrivilege' }),
      line(5140, { ShareName: '\\\\*\\IPC$' }),
      share('atsvc', '0x3', 'IPC$'),
      line(4698, { TaskName: '\\bouWFQYO', TaskContent: content }),
      line(
        4688,
        {
          NewProcessName: 'C:\\Windows\\System32\\cmd.exe',
          NewProcessId: '0x3d0',
          ProcessId: '0x414',
          ParentProcessName: 'C:\\Windows\\System32\\svchost.exe',
          CommandLine: 'cmd.exe /C whoami',
        },
        { version: 2 },
      ),
      line(4699, { TaskName: '\\bouWFQYO', TaskContent: '' }),
      share('Temp\\x.tmp', '0x1'),
      share('Temp\\x.tmp', '0x10080'),
      line(4634, { TargetLogonId: '0x5a41984', LogonType: '3' }),
    ]).toEqual([
      'Logon over the network, NTLM, logon 0x5a41984',
      'Special privileges for logon 0x5a41984, 1 privilege',
      'Share IPC$ connected',
      'Pipe atsvc opened on IPC$, read and write',
      'Task \\bouWFQYO created: cmd.exe /C whoami > %windir%\\Temp\\x.tmp 2>&1',
      'cmd.exe 976 started by svchost.exe 1044: cmd.exe /C whoami',
      'Task \\bouWFQYO deleted',
      'Temp\\x.tmp read on ADMIN$',
      'Temp\\x.tmp deleted on ADMIN$',
      'Logoff, logon 0x5a41984',
    ])
  })

  it('says what a file access asked for', () => {
    expect(share('a.exe', '0x2')).toBe('a.exe written on ADMIN$')
    expect(share('a.exe', '0x3')).toBe('a.exe read and written on ADMIN$')
    expect(share('a.exe', '0x1f01ff')).toBe(
      'a.exe opened for read, written, deleted, executed access on ADMIN$',
    )
    expect(share('\\', '0x100080')).toBe('The root looked at on ADMIN$')
    expect(share('a.exe', '-')).toBe('a.exe opened on ADMIN$')
    expect(share('svcctl', '0x2', 'IPC$')).toBe('Pipe svcctl opened on IPC$, write')
    expect(share('-', '0x1', 'IPC$')).toBe('Something unnamed read on IPC$')
  })

  it('never makes up what an event does not hold', () => {
    expect(line(4624, {})).toBe('Logon of an unrecorded type')
    expect(line(4688, { NewProcessId: '0x3d0', ProcessId: '0x414' })).toBe(
      'a process 976 started by process 1044',
    )
    expect(line(4698, {})).toBe(
      'Task without a recorded name created (definition not readable or not recorded)',
    )
    expect(line(104, {}, { provider: 'Microsoft-Windows-Eventlog', channel: 'System' })).toBe(
      'A log was cleared; its name is not recorded',
    )
    expect(line(4616, {})).toBe('System time changed from an unrecorded time to an unrecorded time')
  })

  it('tells the rest in words too', () => {
    expect([
      line(4625, {
        LogonType: '10',
        TargetUserName: 'bob',
        TargetDomainName: 'A',
        Status: '0xc000006d',
        SubStatus: '0x0',
      }),
      line(4647, { TargetLogonId: '0x1' }),
      line(4648, {
        TargetUserName: 'adm',
        TargetServerName: 'b',
        ProcessName: 'C:\\x\\schtasks.exe',
        ProcessId: '0x10',
      }),
      line(4689, { ProcessName: 'C:\\x\\a.exe', ProcessId: '0x10', Status: '0x1' }),
      line(4697, { ServiceName: 'svc', ServiceFileName: 'C:\\a.exe' }),
      line(4701, { TaskName: '\\x' }),
      line(4719, { SubcategoryGuid: '{0cce9227-69ae-11d9-bed3-505054503030}', AuditPolicyChanges: '%%8448' }),
      line(6008, {}, { provider: 'EventLog', channel: 'System' }),
      line(129, { TaskName: '\\x', Path: 'cmd.exe', ProcessID: '6292' }, scheduler),
      line(
        201,
        { TaskName: '\\x', ActionName: 'cmd.exe', ResultCode: '2147942401' },
        { ...scheduler, version: 1 },
      ),
      line(106, { TaskName: '\\x', UserContext: 'A\\b' }, scheduler),
      line(319, {}, scheduler),
      line(
        1,
        {
          Image: 'C:\\a.exe',
          ProcessId: '5',
          ParentImage: 'C:\\p.exe',
          ParentProcessId: '4',
          CommandLine: 'a.exe -x',
        },
        sysmon,
      ),
      line(
        3,
        {
          Image: 'C:\\a.exe',
          ProcessId: '5',
          Initiated: 'true',
          SourceIp: '10.0.0.1',
          SourcePort: '1025',
          DestinationIp: 'fd00::1',
          DestinationPort: '135',
        },
        sysmon,
      ),
      line(
        3,
        { Initiated: 'false', SourceIp: '10.0.0.1', DestinationIp: '10.0.0.2', DestinationPort: '135' },
        sysmon,
      ),
      line(11, { Image: 'C:\\a.exe', ProcessId: '5', TargetFilename: 'C:\\b' }, sysmon),
      line(
        13,
        { Image: 'C:\\a.exe', EventType: 'SetValue', TargetObject: 'HKLM\\x', Details: 'DWORD (0x1)' },
        sysmon,
      ),
    ]).toEqual([
      'Failed logon over Remote Desktop, A\\bob, 0xc000006d',
      'Logoff asked for by the user, logon 0x1',
      'Credentials of adm used, for b, by schtasks.exe 16',
      'a.exe 16 ended, exit code 0x1',
      'Service svc installed: C:\\a.exe',
      'Task \\x disabled',
      'Audit policy changed, 0CCE9227-69AE-11D9-BED3-505054503030, %%8448',
      'The last shutdown was unexpected',
      'Task \\x created a process: cmd.exe, process 6292',
      'Task \\x finished its action: cmd.exe, result 0x80070001',
      'Task \\x registered, by or for A\\b',
      'Task Scheduler event 319',
      'a.exe 5 started by p.exe 4: a.exe -x',
      'a.exe 5 connected to [fd00::1]:135 from 10.0.0.1:1025',
      'a process was reached from 10.0.0.1 at 10.0.0.2:135',
      'a.exe 5 wrote file C:\\b',
      'a.exe: SetValue HKLM\\x = DWORD (0x1)',
    ])
  })

  it('is at most 400 characters and says that it was cut', () => {
    const long = line(4698, { TaskName: `\\${'x'.repeat(1000)}` })
    expect(long).toHaveLength(400)
    expect(long.endsWith('…')).toBe(true)
    expect(boundedText('ab😀', 4)).toBe('ab😀')
    expect(boundedText('ab😀c', 4)).toBe('ab…')
  })

  it('leaves the evidence text as it is: escaping is the work of whoever shows it', () => {
    expect(line(4701, { TaskName: '\\<b>\u202etxt' })).toBe('Task \\<b>\u202etxt disabled')
  })
})
