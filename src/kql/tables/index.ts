import type { KqlTable } from '../schema.ts'
import { deviceEvents, deviceLogonEvents, deviceProcessEvents } from './device-tables.ts'
import { event, windowsEvent } from './other-logs.ts'
import { securityEvent } from './security-event.ts'

/** Tables a query on a case may name. */
export const caseTables: readonly KqlTable[] = [
  securityEvent,
  windowsEvent,
  event,
  deviceProcessEvents,
  deviceLogonEvents,
  deviceEvents,
]
