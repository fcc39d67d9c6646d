/** Which records the product understands: what an import decodes fully, and what chains are built from. */

export type ProviderFamily =
  | 'security'
  | 'task-scheduler'
  | 'sysmon'
  | 'eventlog'
  | 'kernel-general'
  | 'service-manager'

/** Provider names in lower case: Windows treats them without regard to case, and converted logs spell them as they like. */
export const providers: ReadonlyMap<string, ProviderFamily> = new Map([
  ['microsoft-windows-security-auditing', 'security'],
  ['microsoft-windows-taskscheduler', 'task-scheduler'],
  ['microsoft-windows-sysmon', 'sysmon'],
  ['sysmon', 'sysmon'],
  ['microsoft-windows-eventlog', 'eventlog'],
  ['eventlog', 'eventlog'],
  ['microsoft-windows-kernel-general', 'kernel-general'],
  ['service control manager', 'service-manager'],
])

const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, at) => first + at)

/** Provider → event ids that `typedEvent` gives a meaning. */
export const chainEventIds: Readonly<Record<ProviderFamily, ReadonlySet<number>>> = {
  security: new Set([
    4608, 4616, 4624, 4625, 4634, 4647, 4648, 4672, 4688, 4689, 4697, 4698, 4699, 4700, 4701, 4702, 4719,
    5140, 5145, 5156,
  ]),
  'task-scheduler': new Set([...range(100, 203), ...range(319, 332)]),
  sysmon: new Set([1, 3, 11, 12, 13]),
  eventlog: new Set([104, 1100, 1102, 1104, 6005, 6006, 6008, 6009]),
  'kernel-general': new Set([1, 12, 13]),
  'service-manager': new Set([7045]),
}

/** True for a record chains, answers or coverage need: it is decoded fully whatever else is asked for. */
export function isChainEvent(provider: string, eventId: number): boolean {
  const family = providers.get(provider.toLowerCase())
  return family !== undefined && chainEventIds[family].has(eventId)
}

/** Ids the playbook speaks of, whatever the provider: a cheap first look before the provider is known. */
export const playbookEventIds: ReadonlySet<number> = new Set(
  Object.values(chainEventIds).flatMap((ids) => [...ids]),
)

/** Which of them may tell of a call to another host: connections, credentials used, programs started. */
const traceIds: Readonly<Partial<Record<ProviderFamily, ReadonlySet<number>>>> = {
  security: new Set([4648, 4688, 5156]),
  sysmon: new Set([1, 3]),
}
export function isTraceEvent(provider: string, eventId: number): boolean {
  const family = providers.get(provider.toLowerCase())
  return family !== undefined && traceIds[family]?.has(eventId) === true
}

/** What values hold, in lower case, that speak of a task's file or registry key: share accesses and Sysmon records of them matter. */
export const plantWords = ['system32\\tasks\\', '\\taskcache\\tree\\'] as const
/** The pipe of the remote registry: who opened it may have written such a key. */
export const remoteRegistryPipe = 'winreg'
