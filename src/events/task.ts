/** 4698 to 4702: a task was created, deleted, enabled, disabled or updated. */
import { absent, recorded } from '../domain/absent.ts'
import type { TaskChangedEvent } from '../domain/event.ts'
import { processId } from '../domain/ids.ts'
import type { EventRecord } from '../domain/record.ts'
import { readTaskXml } from '../tasks/read-task.ts'
import { eventBase, RecordFields, unsigned } from './fields.ts'

const kinds: Readonly<Record<number, TaskChangedEvent['kind']>> = {
  4698: 'task-created',
  4699: 'task-deleted',
  4700: 'task-enabled',
  4701: 'task-disabled',
  4702: 'task-updated',
}

export function readTaskChanged(record: EventRecord): TaskChangedEvent | undefined {
  const kind = kinds[record.eventId]
  if (kind === undefined) return undefined
  const fields = new RecordFields(record)
  // 4702 calls it TaskContentNew; either name is taken, so that a record converted by other tools is not lost
  const contentName =
    fields.presentName('TaskContentNew', 'TaskContent') ??
    (record.eventId === 4702 ? 'TaskContentNew' : 'TaskContent')
  const content = fields.field(
    contentName,
    absent('not-recorded', `${contentName} is empty: Windows did not record the definition with this event`),
  )
  const text = recorded(content)
  return {
    kind,
    ...eventBase(record),
    account: fields.account('Subject'),
    logonId: fields.logonId('SubjectLogonId'),
    taskPath: fields.exact('TaskName') ?? '',
    content,
    task: text === undefined ? undefined : readTaskXml(text),
    clientProcessId: fields.parsed('ClientProcessId', processId),
    parentProcessId: fields.parsed('ParentProcessId', processId),
    clientProcessStartKey: fields.field('ClientProcessStartKey'),
    rpcCallClientLocality: fields.parsed('RpcCallClientLocality', unsigned),
    fqdn: fields.field('FQDN'),
  }
}
