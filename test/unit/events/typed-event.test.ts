import { describe, expect, it } from 'vitest'
import { isChainEvent, playbookEventIds } from '../../../src/events/kinds.ts'
import { typedEvent } from '../../../src/events/typed-event.ts'
import { eventOf, recordWith, subjectFields as subject } from '../../builders/records.ts'

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
