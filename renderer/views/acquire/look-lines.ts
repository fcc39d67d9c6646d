/** What a preflight means, in sentences: what can be told later from this host, and what cannot. Pure. */
import type { Report } from '../../shell/host-runs.ts'
import { formatBytes, formatClock, formatDay, formatLength, formatOffset } from '../../widgets/format.ts'

export interface LookLine {
  readonly kind: 'good' | 'judge' | 'note'
  readonly text: string
}
const line = (kind: LookLine['kind'], text: string): LookLine => ({ kind, text })

/** Subcategories the playbook rests on, by GUID, and what is lost without each. */
const audited: readonly (readonly [guid: string, name: string, lost: string])[] = [
  ['0CCE9215-69AE-11D9-BED3-505054503030', 'logons', 'Who logged on, and from where, is not recorded'],
  ['0CCE9227-69AE-11D9-BED3-505054503030', 'task changes', 'The creation of a task is not recorded (4698)'],
  ['0CCE922B-69AE-11D9-BED3-505054503030', 'process starts', 'What a task started is not recorded (4688)'],
  [
    '0CCE9244-69AE-11D9-BED3-505054503030',
    'detailed share access',
    'The pipe a remote task comes through is not recorded (5145)',
  ],
]

function auditLines(report: Report): readonly LookLine[] {
  const { audit, policies } = report
  if (!audit)
    return [line('judge', 'The audit policy could not be read. What a missing record means stays open.')]
  const on = audited.filter(([guid]) => ((audit[guid] ?? 0) & 1) === 1).map(([, name]) => name)
  const lines = on.length > 0 ? [line('good', `${sentence(listed(on))} are audited.`)] : []
  for (const [guid, name, lost] of audited) {
    const setting = audit[guid]
    if (setting === undefined)
      lines.push(line('judge', `Whether ${name} are audited is not known: no absence proves anything there.`))
    else if ((setting & 1) === 0) lines.push(line('judge', `${lost}: auditing of ${name} is off.`))
  }
  if (!policies) lines.push(line('judge', 'Whether command lines are recorded is not known.'))
  else if (policies.commandLine !== '1')
    lines.push(line('judge', 'Command lines of new processes are not recorded. 4688 names the program only.'))
  return lines
}

function channelLines(report: Report): readonly LookLine[] {
  const lines: LookLine[] = []
  const named = (name: string) => report.channels.find((one) => one.name === name)
  const security = named('Security')
  const history = named('Microsoft-Windows-TaskScheduler/Operational')
  if (!security) lines.push(line('judge', 'The Security log cannot be read with these rights.'))
  else if (security.firstTime)
    lines.push(
      line(
        'note',
        `The Security log goes back to ${formatDay(security.firstTime)} ${formatClock(security.firstTime, 0)} UTC, ${formatBytes(security.size ?? 0)} of ${formatBytes(security.maxSize)}. What came before is in no live log.`,
      ),
    )
  else lines.push(line('judge', 'The Security log is empty.'))
  if (!history) lines.push(line('judge', 'The task history cannot be read.'))
  else if (!history.enabled)
    lines.push(line('judge', 'The task history is disabled. Whether a task ran rests on process records.'))
  else if (history.firstTime)
    lines.push(
      line(
        'good',
        `The task history is on, back to ${formatDay(history.firstTime)} ${formatClock(history.firstTime, 0)} UTC.`,
      ),
    )
  else lines.push(line('judge', 'The task history is on and empty.'))
  return lines
}

function clockLine(report: Report): LookLine {
  const { clock, timeZone } = report
  const zone = timeZone
    ? ` Time zone ${formatOffset(timeZone.utcOffsetMinutes)}.`
    : ' Its time zone is not known.'
  if (clock.uncertaintyMs >= 1e9) return line('judge', `The clock of the host could not be read.${zone}`)
  const sure = `± ${formatLength(clock.uncertaintyMs)}`
  if (Math.abs(clock.offsetMs) <= clock.uncertaintyMs)
    return line('good', `The clock agrees with this machine, ${sure}.${zone}`)
  const words = `The clock is ${formatLength(clock.offsetMs)} ${clock.offsetMs > 0 ? 'ahead of' : 'behind'} this machine, ${sure}.${zone}`
  return line(Math.abs(clock.offsetMs) > 60_000 ? 'judge' : 'good', words)
}

function rightsLine({ account, powershell }: Report): LookLine {
  const shell = powershell.language === 'FullLanguage' ? '' : ` PowerShell runs in ${powershell.language}.`
  return account.administrator
    ? line(shell ? 'judge' : 'good', `${account.name} has administrator rights there.${shell}`)
    : line(
        'judge',
        `${account.name} is no administrator there. Security, tasks of others and the registry may stay closed.${shell}`,
      )
}

function spaceLine({ space, plan }: Report): LookLine {
  if (!space) return line('judge', 'Free space on the host is not known. Exports need room there.')
  const free = `${formatBytes(space.free)} free on ${space.drive}`
  return space.free < plan.bytes * 1.2
    ? line('judge', `Only ${free}. A log that does not fit there becomes a recorded problem.`)
    : line('good', `${sentence(free)}, enough for the exports.`)
}

/** Most important first: rights, what the logs can tell, the clock, room. */
export const lookLines = (report: Report): readonly LookLine[] => [
  rightsLine(report),
  ...auditLines(report),
  ...channelLines(report),
  clockLine(report),
  spaceLine(report),
]

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
const listed = (names: readonly string[]) =>
  names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`

const wayNames: Readonly<Record<string, string>> = {
  winrm: 'WinRM',
  'winrm-https': 'WinRM over HTTPS',
  ssh: 'SSH',
  cim: 'CIM over DCOM',
  local: 'this machine',
}
export const wayName = (way: string): string => wayNames[way] ?? way
