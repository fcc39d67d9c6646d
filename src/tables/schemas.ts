/**
 * The tables of events that other tools export, told apart by their columns, and how a row of each becomes a record. Columns
 * that the tool computed (Account, Activity, Message) are no fields of the event and are left out; everything else is kept.
 */
import type { SystemTexts } from '../evtx/record.ts'
import { readXml } from '../tasks/xml-tree.ts'
import { isoTime } from './times.ts'

export interface TableRecord {
  readonly system: SystemTexts
  readonly names: readonly string[]
  readonly values: readonly string[]
}

export type TableRow = Readonly<Record<string, string>>

export interface TableSchema {
  readonly id: 'sentinel' | 'event-json' | 'evtxecmd'
  /** for people: `Microsoft Sentinel, table SecurityEvent` */
  readonly label: string
  matches(columns: ReadonlySet<string>): boolean
  /** a text is why the row is no record */
  record(row: TableRow): TableRecord | string
}

type SystemField = keyof SystemTexts

/** Sentinel's own columns beside those of the event (learn.microsoft.com, table SecurityEvent). */
const sentinelOwn = new Set(
  (
    'TenantId SourceSystem MG ManagementGroupName Type _ResourceId _SubscriptionId _ItemId SourceComputerId EventOriginId TimeCollected ' +
    'InstanceId Account AccountType Activity SubjectAccount TargetAccount LogonTypeName Process EventSourceName Channel Computer ' +
    'EventID Task Level EventData Keywords Opcode Version EventRecordId SystemUserId SystemThreadId SystemProcessId Correlation ' +
    'TimeGenerated PartitionKey RowKey StorageAccount AzureDeploymentID Role EventLevelName EventLog RenderedDescription Message ' +
    'ParameterXml Source EventCategory UserName TimeCreatedUtc NodeRole'
  ).split(' '),
)

const sentinel: TableSchema = {
  id: 'sentinel',
  label: 'Microsoft Sentinel (table SecurityEvent or Event)',
  matches: (columns) =>
    columns.has('EventID') &&
    columns.has('Computer') &&
    [...columns].some((name) => /^TimeGenerated( \[.*\])?$/.test(name)),
  record(row) {
    const time = row.TimeGenerated ?? row['TimeGenerated [UTC]'] ?? row['TimeGenerated [Utc]']
    if (time === undefined)
      return 'its only time is in the zone of whoever exported it (TimeGenerated [Local Time]): export again with the portal set to UTC'
    const at = isoTime(time)
    if (!at) return `its TimeGenerated "${time.slice(0, 60)}" is no time`
    const { names, values } = fieldsOf(row, (name) => !sentinelOwn.has(name) && !/^TimeGenerated/.test(name))
    addEventData(row.EventData || row.EventData_dynamic || '', names, values)
    // an export with chosen columns may name neither: the table SecurityEvent is the log Security
    const isBare = !('Channel' in row) && !('EventSourceName' in row) && !('Source' in row)
    return {
      system: systemOf({
        TimeCreated: at,
        EventID: row.EventID,
        Computer: row.Computer,
        Channel: isBare ? 'Security' : row.Channel || row.EventLog,
        Provider: isBare ? 'Microsoft-Windows-Security-Auditing' : row.EventSourceName || row.Source,
        Task: number(row.Task),
        Level: number(row.Level),
        Keywords: row.Keywords,
        Version: number(row.Version),
        Opcode: number(row.Opcode),
        EventRecordID: number(row.EventRecordId),
        ProcessID: number(row.SystemProcessId),
        ThreadID: number(row.SystemThreadId),
        UserID: row.SystemUserId,
      }),
      names,
      values,
    }
  },
}

const eventJsonOwn = new Set(
  (
    'SourceName ProviderGuid Level Keywords Channel Hostname TimeCreated @timestamp EventID Message Task EventTime Version Opcode OpcodeValue ' +
    'RecordNumber ExecutionProcessID ExecutionThreadID ThreadID SeverityValue Severity EventType SourceModuleName SourceModuleType ' +
    'EventReceivedTime Category @version host port tags UserID AccountName Domain AccountType ActivityID RelatedActivityID'
  ).split(' '),
)

const eventJson: TableSchema = {
  id: 'event-json',
  label: 'Windows events as JSON (NXLog, Logstash, Security Datasets)',
  matches: (columns) =>
    columns.has('EventID') &&
    columns.has('Hostname') &&
    columns.has('Channel') &&
    ['TimeCreated', '@timestamp', 'EventTime'].some((name) => columns.has(name)),
  record(row) {
    const named = ['TimeCreated', '@timestamp', 'EventTime'].find((name) => isoTime(row[name] ?? ''))
    const time = named && isoTime(row[named] as string)
    if (!time) return 'it has no TimeCreated or @timestamp that is a time'
    if (named === 'EventTime' && !/[zZ]|[+-]\d\d:?\d\d$/.test(row.EventTime as string))
      return 'its only time, EventTime, does not say its zone: export with TimeCreated or @timestamp'
    const { names, values } = fieldsOf(row, (name) => !eventJsonOwn.has(name))
    return {
      system: systemOf({
        TimeCreated: time,
        EventID: row.EventID,
        Computer: row.Hostname,
        Channel: row.Channel,
        Provider: row.SourceName,
        ProviderGuid: row.ProviderGuid,
        Task: number(row.Task),
        Level: number(row.Level),
        Keywords: hexNumber(row.Keywords),
        Version: number(row.Version),
        Opcode: number(row.OpcodeValue ?? row.Opcode),
        EventRecordID: number(row.RecordNumber),
        ProcessID: number(row.ExecutionProcessID),
        ThreadID: number(row.ExecutionThreadID),
        UserID: row.UserID,
      }),
      names,
      values,
    }
  },
}

const evtxecmd: TableSchema = {
  id: 'evtxecmd',
  label: 'EvtxECmd CSV (KAPE, Eric Zimmerman)',
  matches: (columns) =>
    ['EventRecordId', 'TimeCreated', 'EventId', 'Provider', 'Channel', 'Computer', 'Payload'].every((name) =>
      columns.has(name),
    ),
  record(row) {
    const time = isoTime(row.TimeCreated ?? '')
    if (!time) return `its TimeCreated "${(row.TimeCreated ?? '').slice(0, 60)}" is no time`
    const names: string[] = []
    const values: string[] = []
    const trouble = addPayload(row.Payload ?? '', names, values)
    if (trouble) return trouble
    return {
      system: systemOf({
        TimeCreated: time,
        EventID: row.EventId,
        Computer: row.Computer,
        Channel: row.Channel,
        Provider: row.Provider,
        EventRecordID: number(row.EventRecordId),
        ProcessID: number(row.ProcessId),
        ThreadID: number(row.ThreadId),
        UserID: row.UserId,
      }),
      names,
      values,
    }
  },
}

export const tableSchemas: readonly TableSchema[] = [evtxecmd, eventJson, sentinel]

/** The schema whose columns these are. */
export const schemaOf = (columns: Iterable<string>): TableSchema | undefined => {
  const set = new Set(columns)
  return tableSchemas.find((schema) => schema.matches(set))
}

const number = (text: string | undefined) => (text && /^\d+$/.test(text.trim()) ? text.trim() : undefined)

/** NXLog writes Keywords as a signed number, others as `0x…`. */
function hexNumber(text: string | undefined): string | undefined {
  if (!text || !/^-?\d{1,20}$/.test(text)) return text
  return `0x${BigInt.asUintN(64, BigInt(text)).toString(16)}`
}

function systemOf(fields: Partial<Record<SystemField, string | undefined>>): SystemTexts {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== ''),
  ) as SystemTexts
}

/** Columns that hold a value, in the order of the table; `_string` twins of Sentinel's typed columns get their name back. */
function fieldsOf(row: TableRow, isField: (name: string) => boolean): { names: string[]; values: string[] } {
  const names: string[] = []
  const values: string[] = []
  for (const [column, value] of Object.entries(row)) {
    if (value === '' || column === '' || !isField(column)) continue
    const name = column.replace(/_(string|dynamic|guid)$/, '')
    if (name !== column && !isField(name)) continue
    if (names.includes(name)) continue
    names.push(name)
    values.push(value)
  }
  return { names, values }
}

/** EventData as Sentinel gives it for events it has no columns for: XML, or a list of values without names. */
function addEventData(xml: string, names: string[], values: string[]): void {
  if (xml.startsWith('[')) addList(xml, names, values)
  if (!xml.includes('<')) return
  let unnamed = 0
  for (const child of readXml(xml).root?.children ?? []) {
    const name = child.attributes.get('Name') ?? (child.name === 'Data' ? `#${unnamed++}` : child.name)
    if (names.includes(name)) continue
    names.push(name)
    values.push(child.text)
  }
}

function addList(json: string, names: string[], values: string[]): void {
  let list: unknown
  try {
    list = JSON.parse(json)
  } catch {
    list = [json]
  }
  for (const [i, value] of (Array.isArray(list) ? list : [list]).entries()) {
    names.push(`#${i}`)
    values.push(typeof value === 'string' ? value : JSON.stringify(value))
  }
}

/** EvtxECmd keeps the event's data as JSON in Payload: `{"EventData":{"Data":[{"@Name":"…","#text":"…"}]}}`. */
function addPayload(json: string, names: string[], values: string[]): string | undefined {
  if (json.trim() === '') return undefined
  let parsed: unknown
  try {
    parsed = JSON.parse(json)
  } catch {
    return 'its Payload is no JSON'
  }
  const outer = parsed as Record<string, Record<string, unknown> | undefined> | null
  const inside = outer?.EventData ?? outer?.UserData
  const data = inside?.Data
  const items = Array.isArray(data) ? data : data === undefined ? [] : [data]
  items.forEach((item: unknown, i) => {
    const part = item as Record<string, unknown> | null
    const isNamed = typeof part === 'object' && part !== null
    names.push(isNamed && typeof part['@Name'] === 'string' ? part['@Name'] : `#${i}`)
    const text = isNamed ? part['#text'] : item
    values.push(text === undefined || text === null ? '' : String(text))
  })
  if (items.length === 0 && inside)
    for (const [name, value] of Object.entries(inside)) {
      if (typeof value !== 'string' || name.startsWith('@')) continue
      names.push(name)
      values.push(value)
    }
  return undefined
}
