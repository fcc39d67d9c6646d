import { describe, expect, it } from 'vitest'
import { timelineColumns } from '../../../src/events/columns.ts'
import { describeRecord } from '../../../src/events/describe-record.ts'
import { recordOf, recordWith } from '../../builders/records.ts'
import { expectedRecords, haveSamples } from '../../samples.ts'

const from = (provider: string, eventId: number, fields: Record<string, string>) =>
  describeRecord(recordWith(eventId, fields, { provider, channel: 'System' }))

describe('one line for a record without a type', () => {
  it.each([
    [
      'Service Control Manager',
      7036,
      { param1: 'Task Scheduler', param2: 'stopped', Binary: '53' },
      'Service Task Scheduler is now stopped',
    ],
    [
      'Service Control Manager',
      7045,
      { ServiceName: 'PSEXESVC', ImagePath: '%SystemRoot%\\PSEXESVC.exe' },
      'Service PSEXESVC installed: %SystemRoot%\\PSEXESVC.exe',
    ],
    [
      'Microsoft-Windows-Security-Auditing',
      4776,
      { TargetUserName: 'admmig', Workstation: 'WS1', Status: '0xc000006a' },
      'NTLM credentials of admmig checked, from WS1, refused: 0xc000006a STATUS_WRONG_PASSWORD: the account exists, the password is wrong',
    ],
    [
      'Microsoft-Windows-Security-Auditing',
      4768,
      { TargetUserName: 'admmig', IpAddress: '::ffff:10.0.0.1', Status: '0x0' },
      'Kerberos ticket (TGT) asked for by admmig, from 10.0.0.1, granted',
    ],
    [
      'Microsoft-Windows-Security-Auditing',
      4769,
      { TargetUserName: 'admmig@OFFSEC.LAN', ServiceName: 'FS01$', IpAddress: '10.0.0.1', Status: '0x1b' },
      'Kerberos service ticket for FS01$ asked for by admmig@OFFSEC.LAN, from 10.0.0.1, refused: 0x1b KDC_ERR_MUST_USE_USER2USER: the service must be used user to user',
    ],
    [
      'Microsoft-Windows-PowerShell',
      4104,
      { MessageNumber: '2', MessageTotal: '3', ScriptBlockText: 'whoami' },
      'PowerShell script 2 of 3: whoami',
    ],
    [
      'Microsoft-Windows-TerminalServices-RemoteConnectionManager',
      1149,
      { Param1: 'bob', Param2: 'OFFSEC', Param3: '10.0.0.7' },
      'Remote Desktop connection of OFFSEC\\bob, from 10.0.0.7',
    ],
    [
      'Microsoft-Windows-TerminalServices-LocalSessionManager',
      21,
      { User: 'OFFSEC\\bob', SessionID: '2', Address: 'LOCAL' },
      'Terminal session 2 of OFFSEC\\bob logged on, from LOCAL',
    ],
    [
      'Microsoft-Windows-TerminalServices-LocalSessionManager',
      25,
      { User: 'OFFSEC\\bob', SessionID: '2', Address: '10.0.0.7' },
      'Terminal session 2 of OFFSEC\\bob reconnected, from 10.0.0.7',
    ],
    [
      'Microsoft-Windows-Servicing',
      2,
      {
        PackageIdentifier: 'KB5020683',
        Empty: '',
        Dash: '-',
        '#0': 'x',
        ErrorCode: '0x0',
        Client: 'a',
        More: 'b',
      },
      'Servicing 2: PackageIdentifier KB5020683, x, ErrorCode 0x0, Client a',
    ],
    ['', 7, {}, 'Unnamed provider 7'],
    [
      'Microsoft-Windows-Security-Auditing',
      4717,
      { SubjectUserSid: 'S-1-5-18', SubjectUserName: 'A$', AccessGranted: 'SeBatchLogonRight' },
      'Security-Auditing 4717: AccessGranted SeBatchLogonRight',
    ],
    [
      'Microsoft-Windows-Security-Auditing',
      4732,
      { MemberSid: 'S-1-5-21-1-2-3-1000', TargetUserName: 'Administrators', TargetDomainName: 'Builtin' },
      'S-1-5-21-1-2-3-1000 added to group Builtin\\Administrators',
    ],
    [
      'Service Control Manager',
      7040,
      { param1: 'Windows Event Log', param2: 'auto start', param3: 'disabled', param4: 'EventLog' },
      'Start of service Windows Event Log changed from auto start to disabled',
    ],
    [
      'Microsoft-Windows-Security-Auditing',
      5156,
      {
        Direction: '%%14593',
        SourceAddress: '172.18.39.5',
        SourcePort: '56587',
        DestAddress: '172.18.39.6',
        DestPort: '135',
        Application: '\\device\\harddiskvolume2\\windows\\system32\\schtasks.exe',
        ProcessID: '8920',
      },
      'Connection allowed from 172.18.39.5 port 56587 to 172.18.39.6 port 135, by schtasks.exe 8920, outbound',
    ],
    ['Microsoft-Windows-Eventlog', 1104, {}, 'The Security log is full'],
  ])('%s %i', (provider, eventId, fields, line) => {
    expect(from(provider, eventId, fields as Record<string, string>)).toBe(line)
  })

  it('says of a typed record what its event says', () => {
    expect(describeRecord(recordWith(1102, {}, { provider: 'Microsoft-Windows-Eventlog' }))).toBe(
      'Security log cleared',
    )
  })

  it('is bounded, and never ends in half a character', () => {
    const line = from('Microsoft-Windows-PowerShell', 4104, { ScriptBlockText: '😀'.repeat(5000) })
    expect(line.length).toBeLessThanOrEqual(400)
    expect(line.isWellFormed()).toBe(true)
    expect(line.endsWith('…')).toBe(true)
  })

  it.runIf(haveSamples)(
    'has words and columns for every real record',
    async () => {
      for await (const expected of expectedRecords()) {
        const record = recordOf(expected)
        const line = describeRecord(record)
        if (
          line.length === 0 ||
          line.length > 400 ||
          /undefined|NaN|\[object/.test(line.replace(/ScriptBlock.*/s, ''))
        ) {
          const text = JSON.stringify(expected.data)
          if (!/undefined|NaN|\[object/.test(text))
            throw new Error(`${expected.prov} ${expected.eid}: ${line}`)
        }
        const columns = timelineColumns(record)
        if (columns.logonIds.some((id) => !/^0x[1-9a-f][0-9a-f]*$/.test(id)))
          throw new Error(String(columns.logonIds))
      }
    },
    60_000,
  )
})

describe('the columns of a timeline row', () => {
  const columns = (eventId: number, fields: Record<string, string>, provider?: string) =>
    timelineColumns(recordWith(eventId, fields, provider === undefined ? {} : { provider }))

  it('name the acting account: who logs on for logons, the subject else, the SID when there is no name', () => {
    const both = {
      SubjectUserName: 'FS01$',
      SubjectDomainName: 'A',
      TargetUserName: 'bob',
      TargetDomainName: 'B',
    }
    expect(columns(4625, both).account).toBe('B\\bob')
    expect(columns(4648, both).account).toBe('A\\FS01$')
    expect(columns(4698, { SubjectUserSid: 's-1-5-18', SubjectUserName: '-' }).account).toBe('S-1-5-18')
    expect(columns(106, { UserContext: 'A\\x' }, 'Microsoft-Windows-TaskScheduler').account).toBe('A\\x')
    expect(columns(1, { User: 'A\\y' }, 'Microsoft-Windows-Sysmon').account).toBe('A\\y')
  })

  it('show the other side of a network connection', () => {
    const fields = { SourceIp: '10.0.0.1', DestinationIp: '10.0.0.2' }
    expect(columns(3, { ...fields, Initiated: 'true' }, 'Microsoft-Windows-Sysmon').address).toBe('10.0.0.2')
    expect(columns(3, { ...fields, Initiated: 'false' }, 'Microsoft-Windows-Sysmon').address).toBe('10.0.0.1')
  })

  it('find the address in connection events of other logs', () => {
    const rdp = 'Microsoft-Windows-RemoteDesktopServices-RdpCoreTS'
    expect(columns(131, { ClientIP: '51.15.147.173:54151' }, rdp).address).toBe('51.15.147.173')
    expect(columns(131, { ClientIP: '[10.0.2.16]:59407' }, rdp).address).toBe('10.0.2.16')
    expect(columns(131, { ClientIP: '[fe80::1]:59407' }, rdp).address).toBe('fe80::1')
    expect(columns(140, { IPString: '222.184.35.55' }, rdp).address).toBe('222.184.35.55')
    const sides = { SourceAddress: '10.0.0.1', DestAddress: '10.0.0.2' }
    expect(columns(5156, { ...sides, Direction: '%%14593' }).address).toBe('10.0.0.2')
    expect(columns(5156, { ...sides, Direction: '%%14592' }).address).toBeUndefined()
  })

  it('name each logon session once, without the empty one', () => {
    expect(
      columns(4624, { SubjectLogonId: '0x0', TargetLogonId: '0x0ABC', TargetLinkedLogonId: '0xabc' })
        .logonIds,
    ).toEqual(['0xabc'])
  })

  it('leave out what is not there', () => {
    expect(columns(4608, {})).toEqual({ logonIds: [] })
    expect(columns(4624, { IpAddress: '-' })).toEqual({ logonIds: [] })
  })

  it('take a task name for a task only where it is one', () => {
    expect(columns(5, { TaskName: '\\x' }, 'Some-Application')).toEqual({ logonIds: [] })
  })
})
