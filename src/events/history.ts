/** TaskScheduler/Operational: what became of a task. Field order differs between versions, names between events. */
import { type Absent, absent, type Field } from '../domain/absent.ts'
import type { TaskHistoryEvent } from '../domain/event.ts'
import { processId } from '../domain/ids.ts'
import type { EventRecord } from '../domain/record.ts'
import { eventBase, RecordFields } from './fields.ts'

type What = TaskHistoryEvent['what']

const meanings: readonly (readonly [What, readonly number[]])[] = [
  ['instance-started', [100]],
  ['start-failed', [101]],
  ['instance-completed', [102]],
  ['instance-failed', [103]],
  ['registered', [106]],
  // by time, event, registration, idle, boot, logon, and the six changes of a terminal session
  ['triggered', [107, 108, 109, 117, 118, 119, 120, 121, 122, 123, 124, 125]],
  ['run-on-demand', [110]],
  // 323 makes room for a new instance, 328 to 330: no longer idle, ran too long, a user asked
  ['terminated', [111, 323, 328, 329, 330]],
  ['missed-start', [114, 153]],
  ['process-created', [129]],
  ['updated', [140]],
  ['deleted', [141]],
  ['disabled', [142]],
  ['action-started', [200]],
  ['action-completed', [201]],
  ['action-failed', [202]],
  ['action-start-failed', [203]],
  ['ignored', [322]],
  ['queued', [324, 325]],
]
const whatById: ReadonlyMap<number, What> = new Map(
  meanings.flatMap(([what, ids]) => ids.map((id) => [id, what] as const)),
)

/** 100–203 and 319–332; anything else of the provider is about the service, not about a task. */
export const isTaskHistory = (eventId: number): boolean =>
  (eventId >= 100 && eventId <= 203) || (eventId >= 319 && eventId <= 332)

const onlyIn129: Absent = absent('not-applicable', 'only event 129 names the process that was created')
const noAction: Absent = absent('not-applicable', 'only events 200 to 203 name the action')
const noResult: Absent = absent('not-applicable', 'this event has no result')
const noInstance: Absent = absent('not-applicable', 'this event does not name an instance')
const noEngine: Absent = absent(
  'not-applicable',
  'only events 200 to 202 name the process of the task engine',
)

export function readTaskHistory(record: EventRecord): TaskHistoryEvent {
  const { eventId } = record
  const fields = new RecordFields(record)
  const hasAction = eventId >= 200 && eventId <= 203
  return {
    kind: 'task-history',
    ...eventBase(record),
    what: whatById.get(eventId) ?? 'other',
    taskPath: fields.exact('TaskName') ?? '',
    userContext: fields.text('UserContext') ?? fields.text('UserName'),
    instanceId: firstOf(
      fields,
      [
        'InstanceId',
        'TaskInstanceId',
        'RunningTaskInstanceId',
        'QueuedTaskInstanceId',
        'StoppedTaskInstanceId',
      ],
      noInstance,
    ),
    processId: eventId === 129 ? fields.parsed('ProcessID', processId) : onlyIn129,
    enginePid: eventId >= 200 && eventId <= 202 ? fields.parsed('EnginePID', processId) : noEngine,
    actionName: hasAction ? fields.field('ActionName') : noAction,
    resultCode:
      fields.raw('ResultCode') !== undefined || hasResult(eventId) ? fields.field('ResultCode') : noResult,
    processPath: eventId === 129 ? fields.field('Path') : onlyIn129,
  }
}

const hasResult = (eventId: number) => [101, 103, 201, 202, 203].includes(eventId)

function firstOf(fields: RecordFields, names: readonly string[], otherwise: Absent): Field<string> {
  const name = fields.presentName(...names)
  return name === undefined ? otherwise : fields.field(name)
}
