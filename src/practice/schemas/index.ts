/** Every event the practice generator can write, found by channel, event id and version. */
import { assert } from '../../base/refusal.ts'
import type { EventSchema } from '../evtx/schema.ts'
import { securitySchemas } from './security.ts'
import { sysmonChannel, sysmonSchemas } from './sysmon.ts'
import { systemSchemas } from './system.ts'
import { taskSchedulerChannel, taskSchedulerSchemas } from './task-scheduler.ts'

export { sysmonChannel, taskSchedulerChannel }

export const allSchemas: readonly EventSchema[] = [
  ...securitySchemas,
  ...systemSchemas,
  ...taskSchedulerSchemas,
  ...sysmonSchemas,
]
const byKey = new Map(
  allSchemas.map((schema) => [`${schema.channel}/${schema.eventId}/${schema.version}`, schema]),
)
const newest = new Map<string, EventSchema>()
for (const schema of allSchemas) {
  const key = `${schema.channel}/${schema.eventId}`
  if ((newest.get(key)?.version ?? -1) < schema.version) newest.set(key, schema)
}

/** The schema of an event; without a version the newest known one. Throws for an event the generator does not know. */
export function schemaOf(channel: string, eventId: number, version?: number): EventSchema {
  const found =
    version === undefined
      ? newest.get(`${channel}/${eventId}`)
      : byKey.get(`${channel}/${eventId}/${version}`)
  assert(found !== undefined, `event ${eventId} version ${version ?? 'any'} of ${channel} is known`)
  return found
}

/** The name of a channel's file, as the event service writes it below winevt\Logs. */
export const logFileName = (channel: string): string => `${channel.replaceAll('/', '%4')}.evtx`
