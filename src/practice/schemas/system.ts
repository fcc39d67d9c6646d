/** Events of the System log: boots, time, services, cleared logs. */
import type { EventSchema, Provider } from '../evtx/schema.ts'

const kernel: Provider = {
  name: 'Microsoft-Windows-Kernel-General',
  guid: '{A68CA8B7-004F-D7B6-A698-07E2DE0F1F5D}',
}
const services: Provider = {
  name: 'Service Control Manager',
  guid: '{555908D1-A6D7-4695-8E1E-26931D2012F4}',
  eventSourceName: 'Service Control Manager',
}
const classic: Provider = { name: 'EventLog' }
const logService: Provider = {
  name: 'Microsoft-Windows-Eventlog',
  guid: '{FC65DDD8-D6EF-4962-83D5-6E5CFE9CE148}',
}
const system = (
  schema: Pick<EventSchema, 'provider' | 'eventId' | 'keywords' | 'fields'> & Partial<EventSchema>,
): EventSchema => ({
  channel: 'System',
  version: 0,
  level: 4,
  opcode: 0,
  task: 0,
  shape: { kind: 'event-data' },
  ...schema,
})
const classicEvent = (eventId: number) =>
  system({
    provider: classic,
    eventId,
    keywords: 0x80000000000000n,
    qualifiers: 0x8000,
    shape: { kind: 'strings' },
    fields: [],
  })

export const systemSchemas: readonly EventSchema[] = [
  system({
    provider: kernel,
    eventId: 1,
    version: 1,
    task: 5,
    keywords: 0x8000000000000010n,
    fields: [
      ['NewTime', 'filetime'],
      ['OldTime', 'filetime'],
      ['Reason', 'u32'],
    ],
  }),
  system({
    provider: kernel,
    eventId: 12,
    task: 1,
    keywords: 0x8000000000000080n,
    fields: [
      ['MajorVersion', 'u32'],
      ['MinorVersion', 'u32'],
      ['BuildVersion', 'u32'],
      ['QfeVersion', 'u32'],
      ['ServiceVersion', 'u32'],
      ['BootMode', 'u32'],
      ['StartTime', 'filetime'],
    ],
  }),
  system({
    provider: kernel,
    eventId: 13,
    task: 2,
    keywords: 0x8000000000000080n,
    fields: [['StopTime', 'filetime']],
  }),
  system({
    provider: logService,
    eventId: 104,
    task: 104,
    keywords: 0x8000000000000000n,
    shape: {
      kind: 'user-data',
      name: 'LogFileCleared',
      namespace: 'http://manifests.microsoft.com/win/2004/08/windows/eventlog',
    },
    fields: [
      ['SubjectUserName', 'string'],
      ['SubjectDomainName', 'string'],
      ['Channel', 'string'],
      ['BackupPath', 'string'],
    ],
  }),
  classicEvent(6005),
  classicEvent(6006),
  classicEvent(6009),
  classicEvent(6013),
  system({
    provider: services,
    eventId: 7036,
    qualifiers: 0x4000,
    keywords: 0x8080000000000000n,
    fields: [
      ['param1', 'string'],
      ['param2', 'string'],
    ],
  }),
  system({
    provider: services,
    eventId: 7045,
    qualifiers: 0x4000,
    keywords: 0x8080000000000000n,
    fields: [
      ['ServiceName', 'string'],
      ['ImagePath', 'string'],
      ['ServiceType', 'string'],
      ['StartType', 'string'],
      ['AccountName', 'string'],
    ],
  }),
]
