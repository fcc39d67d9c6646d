import { basename } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { isAbsent } from '../../../src/domain/absent.ts'
import type { WindowsEvent } from '../../../src/domain/event.ts'
import { formatUtc } from '../../../src/domain/time.ts'
import { timelineColumns } from '../../../src/events/columns.ts'
import { typedEvent } from '../../../src/events/typed-event.ts'
import { summarizeTask } from '../../../src/tasks/summary.ts'
import { recordOf } from '../../builders/records.ts'
import { type ExpectedRecord, expectedRecords, haveSamples, manifest } from '../../samples.ts'

type Label = Readonly<Record<string, unknown>>

/** Where the event holds what the label calls by the name of the field; undefined when the event keeps no such value. */
function heldAs(event: WindowsEvent, name: string): unknown {
  const any = event as unknown as Record<string, unknown>
  const account = any.account as { name?: string; domain?: string; sid?: string } | undefined
  const subject = (any.subject ?? account) as typeof account
  switch (name) {
    case 'SubjectLogonId':
      return 'subjectLogonId' in any ? any.subjectLogonId : any.logonId
    case 'TargetLogonId':
      return event.kind === 'process-started' ? event.targetLogonId : any.logonId
    case 'SubjectUserName':
      return subject?.name
    case 'SubjectDomainName':
      return subject?.domain
    case 'SubjectUserSid':
      return subject?.sid
    case 'TargetUserName':
      return account?.name
    case 'TargetDomainName':
      return account?.domain
    case 'TargetUserSid':
      return event.kind === 'process-started' ? event.target.sid : account?.sid
    case 'ProcessId':
      return event.kind === 'process-started' ? event.creatorPid : any.callerProcessId
    case 'UserName':
      return any.userContext
    default:
      return any[places[name] ?? '']
  }
}
const places: Readonly<Record<string, string>> = {
  LogonType: 'logonType',
  AuthenticationPackageName: 'authenticationPackage',
  IpAddress: 'ip',
  IpPort: 'port',
  ShareName: 'shareName',
  RelativeTargetName: 'relativeTarget',
  AccessMask: 'accessMask',
  TaskName: 'taskPath',
  NewProcessName: 'image',
  NewProcessId: 'pid',
  CommandLine: 'commandLine',
  ParentProcessName: 'parentImage',
  ClientProcessId: 'clientProcessId',
  RpcCallClientLocality: 'rpcCallClientLocality',
  TargetFilename: 'targetFilename',
  SourceIp: 'sourceIp',
  SourcePort: 'sourcePort',
  DestinationIp: 'destinationIp',
  DestinationPort: 'destinationPort',
}

describe.runIf(haveSamples)('the labelled chains', () => {
  const records = new Map<string, ExpectedRecord>()
  beforeAll(async () => {
    for await (const expected of expectedRecords()) {
      records.set(`${basename(expected.file)}/${expected.eid}/${expected.rid}`, expected)
    }
  }, 60_000)

  it('hold in their events every value their labels name', () => {
    const wrong: unknown[] = []
    let compared = 0
    for (const chain of manifest().chains) {
      const file = manifest().files.find(({ sha256 }) => sha256 === chain.sha256)?.file ?? ''
      for (const step of chain.steps as readonly Label[]) {
        const key = `${basename(String(step.file ?? file))}/${step.eventId}/${step.recordId}`
        const expected = records.get(key)
        const event = expected && typedEvent(recordOf(expected))
        if (!event) {
          wrong.push(`${chain.id}: no event for ${key}`)
          continue
        }
        if (formatUtc(event.time) !== step.time) wrong.push(`${key}: ${formatUtc(event.time)}`)
        if (event.recordedComputer !== step.computer) wrong.push(`${key}: ${event.recordedComputer}`)
        for (const [name, said] of Object.entries(step)) {
          if (
            ['eventId', 'recordId', 'time', 'computer', 'role', 'deltaMsFromTask', 'file', 'task'].includes(
              name,
            )
          )
            continue
          const held = heldAs(event, name)
          compared++
          const same =
            typeof held === 'number'
              ? held === Number(said)
              : said === '0x0' && isAbsent(held)
                ? held.absent === 'not-applicable'
                : held === said
          if (!same) wrong.push(`${key} ${name}: label ${String(said)}, event ${JSON.stringify(held)}`)
        }
        if (step.task) compareTask(event, step.task as Label, wrong)
      }
    }
    expect(wrong).toEqual([])
    expect(compared).toBeGreaterThan(190)
  })

  function compareTask(event: WindowsEvent, label: Label, wrong: unknown[]) {
    const definition = 'task' in event ? event.task?.definition : undefined
    if (!definition) {
      wrong.push(`${event.locator.recordId}: no definition`)
      return
    }
    const { runLevel, hidden, author } = summarizeTask(definition)
    const [action] = definition.actions
    expect
      .soft({
        command: action?.kind === 'exec' ? action.command : undefined,
        arguments: action?.kind === 'exec' ? (action.arguments ?? null) : undefined,
        // labels name users only; one task of C11s runs as the group Administrators
        runAs: definition.principals[0]?.userId ?? null,
        author: author ?? null,
        hidden: hidden || (label.hidden === null ? null : false),
        runLevel: runLevel ?? null,
        triggers: definition.triggers.map(({ kind }) => `${kind}Trigger`),
      })
      .toEqual({
        ...label,
        arguments: label.arguments ?? null,
        author: label.author ?? null,
        runLevel: label.runLevel ?? null,
        hidden: label.hidden === 'true' ? true : label.hidden === 'false' ? false : null,
      })
  }

  it('show the right account, address, task, process and share in the rows of C2', () => {
    const file = 'ID4688,4698,4699,5145,4624-ATexec remote trask creation (GLOBAL).evtx'
    const columnsOf = (eventId: number, recordId: number) => {
      const expected = records.get(`${file}/${eventId}/${recordId}`)
      if (!expected) throw new Error(`no record ${recordId}`)
      return timelineColumns(recordOf(expected))
    }
    expect(columnsOf(4624, 2004844)).toEqual({
      account: 'OFFSEC\\admmig',
      address: '10.23.123.11',
      logonIds: ['0x5a41984'],
    })
    expect(columnsOf(4624, 2004850)).toEqual({ account: 'OFFSEC\\admmig', logonIds: ['0x5a419bc'] })
    expect(columnsOf(5145, 2004847)).toEqual({
      account: 'OFFSEC\\admmig',
      address: '10.23.123.11',
      share: 'IPC$\\atsvc',
      logonIds: ['0x5a41984'],
    })
    expect(columnsOf(4698, 2004852)).toEqual({
      account: 'OFFSEC\\admmig',
      task: '\\bouWFQYO',
      logonIds: ['0x5a419bc'],
    })
    expect(columnsOf(4688, 2004853)).toEqual({
      account: 'OFFSEC\\FS01$',
      process: 'C:\\Windows\\System32\\cmd.exe',
      logonIds: ['0x3e7'],
    })
  })

  it('hold the runs the truth of C11t tells', () => {
    const history = [...records.values()]
      .filter(({ file, prov }) => basename(file) === 'TaskScheduler.evtx' && prov.endsWith('TaskScheduler'))
      .map((expected) => typedEvent(recordOf(expected)))
      .flatMap((event) => (event?.kind === 'task-history' ? [event] : []))
    const count = (what: string) => history.filter((event) => event.what === what).length
    expect({
      registered: count('registered'),
      updated: count('updated'),
      disabled: count('disabled'),
      deleted: count('deleted'),
      runOnDemand: count('run-on-demand'),
    }).toEqual({ registered: 3, updated: 1, disabled: 1, deleted: 3, runOnDemand: 2 })
    const runs = history
      .filter((event) => event.what === 'action-completed')
      .map(({ taskPath, instanceId, resultCode, enginePid }) => [taskPath, instanceId, enginePid, resultCode])
    expect(runs).toEqual([
      ['\\T1053_005_OnLogon', '{FFBEDBA1-9858-4250-BEB7-F545AE86A0F5}', 6292, '2147942401'],
      ['\\T1053_005_powershell', '{C3B3FB39-EE3C-4784-B325-D4B5A8787155}', 6632, '0'],
    ])
    expect(new Set(history.map((event) => event.loggedByPid))).toEqual(new Set([1268]))
  })
})
