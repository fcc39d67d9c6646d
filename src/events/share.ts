/** 5140 (share connected) and 5145 (access to a file or pipe checked). */
import { type Absent, absent, type Field } from '../domain/absent.ts'
import type { ShareEvent } from '../domain/event.ts'
import type { EventRecord } from '../domain/record.ts'
import { endpointOf } from './addresses.ts'
import { eventBase, RecordFields } from './fields.ts'

const noAddress = absent('not-recorded', 'Windows recorded no address for this share access')
const wholeShare: Absent = absent(
  'not-applicable',
  '5140 is about the share as a whole; 5145 names files and pipes',
)

export function readShare(record: EventRecord): ShareEvent {
  const fields = new RecordFields(record)
  const connected = record.eventId === 5140
  return {
    kind: connected ? 'share-connected' : 'share-access',
    ...eventBase(record),
    ...endpointOf(fields, noAddress),
    account: fields.account('Subject'),
    logonId: fields.logonId('SubjectLogonId'),
    shareName: fields.exact('ShareName'),
    shareLocalPath: fields.exact('ShareLocalPath'),
    relativeTarget: connected ? wholeShare : target(fields),
    accessMask: maskOf(fields),
  }
}

const target = (fields: RecordFields): Field<string> => fields.field('RelativeTargetName')

/** Access masks have 32 bits. */
function maskOf(fields: RecordFields): number | undefined {
  const mask = fields.number('AccessMask')
  return mask !== undefined && mask <= 0xffff_ffff ? mask : undefined
}
