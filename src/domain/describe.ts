/**
 * One line of plain words per event, for timeline rows and chain steps. Texts of the evidence stand in it as they are: whoever
 * shows the line escapes it.
 */
import { isAbsent, recorded } from './absent.ts'
import type { Account, ShareEvent, TaskHistoryEvent, WindowsEvent } from './event.ts'
import type { TaskAction, TaskDefinition } from './task.ts'

export const maximumDescription = 400

/** At most `length` UTF-16 units, never half a character; what was cut off is said by `…`. */
export function boundedText(text: string, length = maximumDescription): string {
  if (text.length <= length) return text
  const cut = text.slice(0, length - 1)
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`
}

/** What a task does, on one line: `cmd.exe /C whoami > …`; several actions joined with ` ; `; undefined without any. */
export function taskActionLine(task: TaskDefinition): string | undefined {
  return task.actions.length ? task.actions.map(actionWords).join(' ; ') : undefined
}

function actionWords(action: TaskAction): string {
  switch (action.kind) {
    case 'exec':
      return [action.command, action.arguments].filter(Boolean).join(' ').trim()
    case 'com-handler':
      return `COM ${action.classId}`
    case 'send-email':
      return `send e-mail${action.details.To ? ` to ${action.details.To}` : ''}`
    case 'show-message':
      return `show message${action.details.Title ? ` ${action.details.Title}` : ''}`
  }
}

/** `DOMAIN\name`, else the name, else the SID; undefined when the event names nobody. */
export function accountWords(account: Account): string | undefined {
  if (account.name === undefined) return account.sid
  return account.domain === undefined ? account.name : `${account.domain}\\${account.name}`
}

/** `\\*\ADMIN$` → `ADMIN$` */
export const shareWords = (shareName: string | undefined): string =>
  shareName?.replace(/^\\\\\*\\/, '') || 'a share without a name'

/** One line, at most 400 characters. */
export const describeEvent = (event: WindowsEvent): string => boundedText(wordsOf(event))

function wordsOf(event: WindowsEvent): string {
  switch (event.kind) {
    case 'logon':
      return list(
        `Logon ${logonWords(event.logonType)}`,
        event.authenticationPackage,
        event.logonId && `logon ${event.logonId}`,
      )
    case 'logon-failed':
      return list(
        `Failed logon ${logonWords(event.logonType)}`,
        accountWords(event.account),
        fromWords(recorded(event.ip), recorded(event.port)),
        event.subStatus && event.subStatus !== '0x0' ? event.subStatus : event.status,
      )
    case 'logoff':
      return list(
        event.eventId === 4647 ? 'Logoff asked for by the user' : 'Logoff',
        event.logonId && `logon ${event.logonId}`,
      )
    case 'explicit-logon':
      return list(
        `Credentials of ${accountWords(event.account) ?? 'an unnamed account'} used`,
        event.targetServer && `for ${event.targetServer}`,
        event.callerProcess && `by ${baseName(event.callerProcess)}${pidWords(event.callerProcessId)}`,
      )
    case 'privileges':
      return list(
        event.logonId ? `Special privileges for logon ${event.logonId}` : 'Special privileges for a logon',
        `${event.privileges.length} privilege${event.privileges.length === 1 ? '' : 's'}`,
      )
    case 'process-started': {
      const parent = recorded(event.parentImage)
      const by = parent
        ? `${baseName(parent)}${pidWords(event.creatorPid)}`
        : `process${pidWords(event.creatorPid)}`
      return started(event.image, event.pid, by, recorded(event.commandLine))
    }
    case 'sysmon-process':
      return started(
        event.image,
        event.pid,
        `${baseName(event.parentImage)}${pidWords(event.parentPid)}`,
        event.commandLine,
      )
    case 'process-ended':
      return list(
        `${baseName(event.image)}${pidWords(event.pid)} ended`,
        event.exitStatus && `exit code ${event.exitStatus}`,
      )
    case 'service-installed':
      return `Service ${event.serviceName ?? 'without a name'} installed${colon(event.imagePath)}`
    case 'task-created':
    case 'task-updated':
    case 'task-deleted':
    case 'task-enabled':
    case 'task-disabled': {
      const definition = event.task?.definition
      const told = event.kind === 'task-created' || event.kind === 'task-updated'
      const action = told && definition ? taskActionLine(definition) : undefined
      const unread = told && !definition ? ' (definition not readable or not recorded)' : ''
      return `${taskWords(event.taskPath)} ${event.kind.slice('task-'.length)}${unread}${colon(action)}`
    }
    case 'share-connected':
      return `Share ${shareWords(event.shareName)} connected`
    case 'share-access':
      return shareAccess(event)
    case 'log-cleared':
      return event.clearedChannel
        ? `${event.clearedChannel} log cleared`
        : 'A log was cleared; its name is not recorded'
    case 'log-interrupted':
      return event.what === 'full' ? 'The Security log is full' : 'The event log service shut down'
    case 'connection': {
      const end = (ip: string | undefined, port: number | undefined) =>
        `${ip ?? 'an unrecorded address'} port ${port ?? '?'}`
      return list(
        `Connection allowed from ${end(event.sourceIp, event.sourcePort)} to ${end(event.destinationIp, event.destinationPort)}`,
        event.application && `by ${event.application.split('\\').at(-1)} ${event.pid ?? ''}`.trim(),
        event.direction,
      )
    }
    case 'audit-policy-changed':
      return list('Audit policy changed', event.subcategoryGuid, event.changes)
    case 'time-changed':
      return `System time changed from ${event.previousTime ?? 'an unrecorded time'} to ${event.newTime ?? 'an unrecorded time'}`
    case 'task-history':
      return historyWords(event)
    case 'sysmon-network': {
      const to = endpointWords(event.destinationIp, event.destinationPort)
      const from = endpointWords(event.sourceIp, event.sourcePort)
      const who = `${baseName(event.image)}${pidWords(event.pid)}`
      return event.initiated === false
        ? `${who} was reached from ${from} at ${to}`
        : `${who} connected to ${to} from ${from}`
    }
    case 'sysmon-file':
      return `${baseName(event.image)}${pidWords(event.pid)} wrote file ${event.targetFilename ?? 'without a name'}`
    case 'sysmon-registry': {
      const details = recorded(event.details)
      return `${baseName(event.image)}${pidWords(event.pid)}: ${event.eventType ?? 'registry change'} ${event.targetObject ?? 'of an unnamed key'}${details === undefined ? '' : ` = ${details}`}`
    }
    case 'boot':
      return bootWords[event.what]
  }
}

const bootWords = {
  started: 'Windows started',
  stopped: 'Windows shut down',
  'unexpected-stop': 'The last shutdown was unexpected',
} as const

const list = (...parts: (string | undefined)[]) => parts.filter(Boolean).join(', ')
const colon = (text: string | undefined) => (text ? `: ${text}` : '')
const pidWords = (pid: number | undefined) => (pid === undefined ? '' : ` ${pid}`)
const taskWords = (path: string) => (path ? `Task ${path}` : 'Task without a recorded name')

/** The last part of a path; `a process` when there is no path. */
function baseName(path: string | undefined): string {
  if (!path) return 'a process'
  return path.slice(path.lastIndexOf('\\') + 1) || path
}

function started(
  image: string | undefined,
  pid: number | undefined,
  by: string,
  commandLine: string | undefined,
) {
  return `${baseName(image)}${pidWords(pid)} started by ${by}${colon(commandLine)}`
}

const endpointWords = (ip: string | undefined, port: number | undefined) =>
  ip === undefined
    ? 'an unrecorded address'
    : port === undefined
      ? ip
      : ip.includes(':')
        ? `[${ip}]:${port}`
        : `${ip}:${port}`
const fromWords = (ip: string | undefined, port: number | undefined) =>
  ip === undefined ? undefined : `from ${endpointWords(ip, port)}`

const logonTypes: Readonly<Record<number, string>> = {
  0: 'of the system itself',
  2: 'at the console',
  3: 'over the network',
  4: 'as a batch job',
  5: 'as a service',
  7: 'to unlock',
  8: 'over the network with a clear text password',
  9: 'with new credentials',
  10: 'over Remote Desktop',
  11: 'with cached credentials',
  12: 'over Remote Desktop with cached credentials',
  13: 'to unlock with cached credentials',
}
const logonWords = (type: number | undefined) =>
  type === undefined ? 'of an unrecorded type' : (logonTypes[type] ?? `of type ${type}`)

// file access rights (winnt.h): what was asked for, and so what was checked
const readData = 0x1
const writeData = 0x2
const appendData = 0x4
const execute = 0x20
const deleteChild = 0x40
const deleteAccess = 0x10000

function shareAccess(event: ShareEvent): string {
  const share = shareWords(event.shareName)
  const target = recorded(event.relativeTarget)
  const mask = event.accessMask ?? 0
  const writes = (mask & (writeData | appendData)) !== 0
  const reads = (mask & readData) !== 0
  if (/^IPC\$$/i.test(share) && target !== undefined && target !== '\\') {
    const how = reads && writes ? ', read and write' : writes ? ', write' : reads ? ', read' : ''
    return `Pipe ${target} opened on ${share}${how}`
  }
  const what = target === undefined ? 'Something unnamed' : target === '\\' ? 'The root' : target
  return `${what} ${accessVerb(mask, event.accessMask === undefined)} on ${share}`
}

function accessVerb(mask: number, unrecorded: boolean): string {
  if (unrecorded) return 'opened'
  const verbs = [
    mask & readData ? 'read' : '',
    mask & (writeData | appendData) ? 'written' : '',
    mask & (deleteAccess | deleteChild) ? 'deleted' : '',
    mask & execute ? 'executed' : '',
  ].filter(Boolean)
  // all rights at once, as 0x1f01ff: what was really done cannot be told from the mask
  if (verbs.length > 2) return `opened for ${verbs.join(', ')} access`
  return verbs.join(' and ') || 'looked at'
}

const historyVerbs: Readonly<Record<TaskHistoryEvent['what'], string>> = {
  'instance-started': 'started',
  'start-failed': 'failed to start',
  'instance-completed': 'finished',
  'instance-failed': 'failed',
  registered: 'registered',
  triggered: 'triggered',
  'run-on-demand': 'run on demand',
  terminated: 'terminated',
  'missed-start': 'missed its start',
  'process-created': 'created a process',
  updated: 'updated',
  deleted: 'deleted',
  disabled: 'disabled',
  'action-started': 'started its action',
  'action-completed': 'finished its action',
  'action-failed': 'failed in its action',
  'action-start-failed': 'could not start its action',
  ignored: 'not started: an instance already runs',
  queued: 'queued',
  other: 'noted by the scheduler',
}

function historyWords(event: TaskHistoryEvent): string {
  const action = recorded(event.processPath) ?? recorded(event.actionName)
  const pid = recorded(event.processId)
  const result = recorded(event.resultCode)
  if (event.what === 'other' && !event.taskPath) return `Task Scheduler event ${event.eventId}`
  const byWhom = byAccount.has(event.what) && event.userContext ? `by or for ${event.userContext}` : undefined
  return list(
    `${taskWords(event.taskPath)} ${historyVerbs[event.what]}${event.what === 'other' ? ` (event ${event.eventId})` : ''}${colon(action)}`,
    pid === undefined ? undefined : `process ${pid}`,
    isAbsent(event.resultCode) || result === undefined ? undefined : `result ${resultWords(result)}`,
    byWhom,
  )
}

const byAccount = new Set<TaskHistoryEvent['what']>([
  'registered',
  'run-on-demand',
  'updated',
  'deleted',
  'disabled',
])

/** Result codes are HRESULTs: people know them in hex. */
function resultWords(text: string): string {
  return /^\d{1,10}$/.test(text) ? `0x${Number(text).toString(16)}` : text
}
