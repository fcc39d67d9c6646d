import { describe, expect, it } from 'vitest'
import { recorded } from '../../../src/domain/absent.ts'
import { eventOf, subjectFields as subject } from '../../builders/records.ts'

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
