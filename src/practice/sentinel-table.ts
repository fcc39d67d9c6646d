/**
 * The Security log as Microsoft Sentinel's table SecurityEvent gives it, as CSV of the portal or as JSON lines. The table has no columns
 * for a task's name and definition: they stay inside EventData; times are cut to milliseconds, and no EventRecordID is kept.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { fileTime, formatUtc } from '../domain/time.ts'
import { fieldText } from './field-text.ts'
import type { Recorded } from './happening.ts'

/** Columns of an export, in the order of the portal. */
const columns = [
  'TenantId',
  'TimeGenerated [UTC]',
  'SourceSystem',
  'Account',
  'AccountType',
  'Computer',
  'EventSourceName',
  'Channel',
  'Task',
  'Level',
  'EventData',
  'EventID',
  'Activity',
  'AccessMask',
  'AuthenticationPackageName',
  'CommandLine',
  'IpAddress',
  'IpPort',
  'LogonGuid',
  'LogonProcessName',
  'LogonType',
  'LogonTypeName',
  'NewProcessId',
  'NewProcessName',
  'ObjectType',
  'ParentProcessName',
  'PrivilegeList',
  'Process',
  'ProcessId',
  'RelativeTargetName',
  'ShareLocalPath',
  'ShareName',
  'SubjectAccount',
  'SubjectDomainName',
  'SubjectLogonId',
  'SubjectUserName',
  'SubjectUserSid',
  'TargetAccount',
  'TargetDomainName',
  'TargetLogonId',
  'TargetUserName',
  'TargetUserSid',
  'TokenElevationType',
  'WorkstationName',
  'EventOriginId',
  'Type',
] as const
type Row = Partial<Record<(typeof columns)[number] | 'TimeGenerated', string>>

const noTenant = '00000000-0000-0000-0000-000000000000'
const activities: Readonly<Record<number, string>> = {
  4624: 'An account was successfully logged on.',
  4625: 'An account failed to log on.',
  4634: 'An account was logged off.',
  4672: 'Special privileges assigned to new logon.',
  4688: 'A new process has been created.',
  4689: 'A process has exited.',
  4698: 'A scheduled task was created.',
  4699: 'A scheduled task was deleted.',
  4702: 'A scheduled task was updated.',
  5140: 'A network share object was accessed.',
  5145: 'A network share object was checked to see whether client can be granted desired access.',
}

const escapeXml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** `6/10/2021, 9:21:26.357 PM` */
function portalTime(time: bigint): string {
  const iso = formatUtc(fileTime(time))
  const [year, month, day] = iso.slice(0, 10).split('-').map(Number)
  const hour = Number(iso.slice(11, 13))
  return `${month}/${day}/${year}, ${hour % 12 === 0 ? 12 : hour % 12}:${iso.slice(14, 23)} ${hour < 12 ? 'AM' : 'PM'}`
}

export class SentinelTable {
  readonly #file: number
  readonly #form: 'csv' | 'json'
  readonly #computer: string
  #lines: string[] = []
  records = 0

  constructor(path: string, form: 'csv' | 'json', computer: string) {
    this.#file = openSync(path, 'wx')
    this.#form = form
    this.#computer = computer
    if (form === 'csv') this.#lines.push(`\ufeff${columns.join(',')}`)
  }

  add(recorded: Recorded): void {
    const row = this.#row(recorded)
    this.#lines.push(
      this.#form === 'csv'
        ? columns.map((name) => quoted(row[name] ?? '')).join(',')
        : JSON.stringify({
            ...row,
            ...numbers(row),
            TimeGenerated: formatUtc(fileTime(recorded.time)).replace(/0{4}Z$/, 'Z'),
          }),
    )
    this.records++
    if (this.#lines.length > 2000) this.#flush()
  }

  #row({ happening: { schema, values }, recordId, time }: Recorded): Row {
    const texts = new Map(schema.fields.map(([name, type]) => [name, fieldText(type, values[name])]))
    const text = (name: string) => texts.get(name) ?? ''
    const account = (side: 'Subject' | 'Target') =>
      texts.has(`${side}UserName`) ? `${text(`${side}DomainName`)}\\${text(`${side}UserName`)}` : ''
    const isTask = schema.eventId >= 4698 && schema.eventId <= 4702
    const own: Row = {
      TenantId: noTenant,
      ...(this.#form === 'csv' ? { 'TimeGenerated [UTC]': portalTime(time) } : {}),
      SourceSystem: 'OpsManager',
      Account: account(schema.eventId === 4624 ? 'Target' : 'Subject'),
      AccountType: text('SubjectUserName').endsWith('$') ? 'Machine' : 'User',
      Computer: this.#computer,
      EventSourceName: schema.provider.name,
      Channel: schema.channel,
      Task: String(schema.task),
      Level: String(schema.level),
      EventID: String(schema.eventId),
      Activity: `${schema.eventId} - ${activities[schema.eventId] ?? ''}`.replace(/ - $/, ''),
      SubjectAccount: account('Subject'),
      TargetAccount: account('Target'),
      LogonTypeName: text('LogonType') === '3' ? '3 - Network' : '',
      EventOriginId: `${noTenant.slice(0, 24)}${recordId.toString(16).padStart(12, '0')}`,
      Type: 'SecurityEvent',
      EventData: isTask
        ? `<EventData xmlns="http://schemas.microsoft.com/win/2004/08/events/event">\r\n${[...texts].map(([name, value]) => `  <Data Name="${name}">${escapeXml(value)}</Data>`).join('\r\n')}\r\n</EventData>`
        : '',
    }
    const rest = columns.filter((name) => own[name] === undefined && texts.has(name))
    const row: Row = { ...own, ...Object.fromEntries(rest.map((name) => [name, text(name)])) }
    return this.#form === 'csv'
      ? row
      : (Object.fromEntries(Object.entries(row).filter(([, value]) => value !== '')) as Row)
  }

  #flush(): void {
    if (this.#lines.length > 0) writeSync(this.#file, `${this.#lines.join('\n')}\n`)
    this.#lines = []
  }

  close(): void {
    this.#flush()
    closeSync(this.#file)
  }
}

/** JSON keeps the types of these columns. */
const numbers = (row: Row) =>
  Object.fromEntries(
    (['EventID', 'Task', 'LogonType'] as const).flatMap((name) =>
      row[name] ? [[name, Number(row[name])]] : [],
    ),
  )

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
