/** Records of one host that may speak of a call to another: connections, credentials used for it, tools that name it (X1). */
import { recorded } from '../../domain/absent.ts'
import type { WindowsEvent } from '../../domain/event.ts'
import type { LogonId } from '../../domain/ids.ts'

export interface Trace {
  readonly event: WindowsEvent
  readonly what: 'connection' | 'credentials' | 'tool'
  readonly pid: number | undefined
  readonly logonId: LogonId | undefined
  /** account the other host sees, without domain, lower case; undefined when the record does not say */
  readonly account: string | undefined
  /** own address and port of a connection */
  readonly sourceIp: string | undefined
  readonly sourcePort: number | undefined
  readonly destinationIp: string | undefined
  readonly destinationPort: number | undefined
  /** text that may name the other host: a server name, or a command line */
  readonly names: string | undefined
}

const nameOnly = (account: string | undefined): string | undefined =>
  account
    ?.slice(account.lastIndexOf('\\') + 1)
    .replace(/@.*$/, '')
    .toLowerCase()

/** Ways in which tools name another machine; a command line without any of them names none. */
const toolWords =
  /\\\\[^\\\s"]|\s[/-]s\s|[/-]node:|[/-](computername|cn|comp\w*|server|remote|target)\b|[/-]r(emote)?:|@/i

/** Cheap: could this record say that its host called another one? */
export function mayPointElsewhere(event: WindowsEvent): boolean {
  switch (event.kind) {
    case 'sysmon-network':
      return event.initiated !== false
    case 'connection':
      return event.direction !== 'inbound'
    case 'explicit-logon':
      return event.targetServer !== undefined && !/^localhost$/i.test(event.targetServer)
    case 'process-started':
      return toolWords.test(recorded(event.commandLine) ?? '')
    case 'sysmon-process':
      return toolWords.test(event.commandLine ?? '')
    default:
      return false
  }
}

/** schtasks /u NAME, -u NAME, -Credential NAME: the call goes out as somebody else. */
const asOther = /\s[/-](?:u|user|username|credential)[:\s]\s*"?([^\s"]+)/i

const tool = (line: string | undefined, user: string | undefined): Pick<Trace, 'account' | 'names'> => ({
  names: line?.toLowerCase(),
  account: nameOnly(asOther.exec(line ?? '')?.[1] ?? user),
})

const nothing = {
  pid: undefined,
  logonId: undefined,
  account: undefined,
  sourceIp: undefined,
  sourcePort: undefined,
  destinationIp: undefined,
  destinationPort: undefined,
  names: undefined,
} as const

/** The record read as a trace; undefined when `mayPointElsewhere` says no. */
export function traceOf(event: WindowsEvent): Trace | undefined {
  if (!mayPointElsewhere(event)) return undefined
  switch (event.kind) {
    case 'sysmon-network':
    case 'connection': {
      const { pid, sourceIp, sourcePort, destinationIp, destinationPort } = event
      const account = event.kind === 'sysmon-network' ? nameOnly(event.user) : undefined
      return {
        ...nothing,
        event,
        what: 'connection',
        pid,
        account,
        sourceIp,
        sourcePort,
        destinationIp,
        destinationPort,
      }
    }
    case 'explicit-logon':
      return {
        ...nothing,
        event,
        what: 'credentials',
        pid: event.callerProcessId,
        logonId: event.subjectLogonId,
        account: nameOnly(event.account.name),
        names: `${event.targetServer ?? ''} ${event.targetService ?? ''}`.toLowerCase(),
      }
    case 'process-started':
      return {
        ...nothing,
        event,
        what: 'tool',
        pid: event.pid,
        logonId: recorded(event.targetLogonId) ?? event.subjectLogonId,
        ...tool(recorded(event.commandLine), event.subject.name),
      }
    case 'sysmon-process':
      return {
        ...nothing,
        event,
        what: 'tool',
        pid: event.pid,
        logonId: event.logonId,
        ...tool(event.commandLine, event.user),
      }
    default:
      return undefined
  }
}

const isNameSign = (sign: string | undefined): boolean => sign !== undefined && /[\w.-]/.test(sign)

/** Does the text name one of these, as a whole word? `names` in lower case. */
export function namesAny(text: string, names: readonly string[]): string | undefined {
  return names.find((name) => {
    for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
      const after = text[at + name.length]
      if (!isNameSign(text[at - 1]) && !isNameSign(after)) return true
    }
    return false
  })
}
