/** 5156: a connection the filtering platform let through. */
import type { ConnectionEvent } from '../domain/event.ts'
import type { EventRecord } from '../domain/record.ts'
import { normalAddress } from './addresses.ts'
import { eventBase, RecordFields } from './fields.ts'

const directions: Readonly<Record<string, ConnectionEvent['direction']>> = {
  '%%14592': 'inbound',
  '%%14593': 'outbound',
}

/** `SourceAddress` is the host's own side for outbound connections and the other one for inbound ones. */
export function readConnection(record: EventRecord): ConnectionEvent {
  const fields = new RecordFields(record)
  const port = (name: string) => {
    const value = fields.number(name)
    return value !== undefined && value > 0 && value <= 0xffff ? value : undefined
  }
  const address = (name: string) => {
    const text = fields.text(name)
    return text === undefined ? undefined : normalAddress(text)
  }
  return {
    kind: 'connection',
    ...eventBase(record),
    pid: fields.processId('ProcessID'),
    application: fields.exact('Application'),
    direction: directions[fields.text('Direction') ?? ''],
    sourceIp: address('SourceAddress'),
    sourcePort: port('SourcePort'),
    destinationIp: address('DestAddress'),
    destinationPort: port('DestPort'),
  }
}
