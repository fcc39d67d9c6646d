/** Events of Microsoft-Windows-TaskScheduler/Operational; the field order of 201 and 202 changes with the version. */
import type { EventSchema, FieldList, Provider } from '../evtx/schema.ts'

const scheduler: Provider = {
  name: 'Microsoft-Windows-TaskScheduler',
  guid: '{DE7B24EA-73C8-4A09-985D-5BDADCFA9017}',
}
export const taskSchedulerChannel = 'Microsoft-Windows-TaskScheduler/Operational'

const name: FieldList = [['TaskName', 'string']]
const user: FieldList = [['UserName', 'string']]
const context: FieldList = [['UserContext', 'string']]
const instance: FieldList = [['InstanceId', 'guid']]
const taskInstance: FieldList = [['TaskInstanceId', 'guid']]
const action: FieldList = [['ActionName', 'string']]
const result: FieldList = [['ResultCode', 'u32']]
const engine: FieldList = [['EnginePID', 'u32']]

interface Extra {
  readonly version?: number
  readonly level?: number
  readonly opcode?: number
  readonly keywords?: bigint
}
const event = (eventId: number, label: string, fields: FieldList[], extra: Extra = {}): EventSchema => ({
  provider: scheduler,
  channel: taskSchedulerChannel,
  eventId,
  version: extra.version ?? 0,
  level: extra.level ?? 4,
  opcode: extra.opcode ?? 0,
  task: eventId,
  keywords: extra.keywords ?? 0x8000000000000000n,
  shape: { kind: 'event-data', name: label },
  fields: fields.flat(),
})
const instanceKeyword = 0x8000000000000001n

export const taskSchedulerSchemas: readonly EventSchema[] = [
  event(100, 'TaskStartEvent', [name, context, instance], { opcode: 1, keywords: instanceKeyword }),
  event(101, 'TaskStartFailedEvent', [name, context, result], { level: 2 }),
  event(102, 'TaskSuccessEvent', [name, context, instance], { opcode: 2, keywords: instanceKeyword }),
  event(103, 'ActionFailure', [name, instance, context, result], { level: 2 }),
  event(106, 'TaskRegisteredEvent', [name, context]),
  event(107, 'TimeTrigger', [name, instance]),
  event(108, 'EventTrigger', [name, instance]),
  event(109, 'ImmediateTrigger', [name, instance]),
  event(110, 'TaskRunEvent', [name, instance, context]),
  event(111, 'TaskTermination', [name, instance]),
  event(118, 'BootTrigger', [name, instance]),
  event(119, 'LogonTrigger', [name, user, instance]),
  event(129, 'CreatedTaskProcess', [
    name,
    [
      ['Path', 'string'],
      ['ProcessID', 'u32'],
      ['Priority', 'u32'],
    ],
  ]),
  event(140, 'TaskUpdated', [name, user]),
  event(141, 'TaskDeleted', [name, user]),
  event(142, 'TaskDisabled', [name, user]),
  event(200, 'ActionStart', [name, action, taskInstance], { opcode: 1 }),
  event(200, 'ActionStart', [name, action, taskInstance, engine], { version: 1, opcode: 1 }),
  event(201, 'ActionSuccess', [name, action, taskInstance], { opcode: 2 }),
  event(201, 'ActionSuccess', [name, taskInstance, action, result], { version: 1, opcode: 2 }),
  event(201, 'ActionSuccess', [name, taskInstance, action, result, engine], { version: 2, opcode: 2 }),
  event(202, 'ActionFailure', [name, taskInstance, action, result], { level: 2 }),
  event(202, 'ActionFailure', [name, taskInstance, action, result, engine], { version: 1, level: 2 }),
  event(203, 'ActionLaunchFailure', [name, taskInstance, action, result], { level: 2 }),
]
