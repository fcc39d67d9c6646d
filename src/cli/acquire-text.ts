/** What `acquire` prints for people. */
import { escapeLine } from '../base/escape.ts'
import { formatUtc, parseUtc } from '../domain/time.ts'
import type { Acquisition, HostResult, PreflightReport } from './doors.ts'
import { bytesInWords, countInWords } from './progress-line.ts'
import { tableLines } from './text-table.ts'
import { linesText, problemLines } from './verb.ts'

const setting = ['none', 'success', 'failure', 'success and failure']
/** Subcategories the playbook rests on, by GUID. */
const watched: readonly (readonly [string, string])[] = [
  ['0CCE9215-69AE-11D9-BED3-505054503030', 'Logon (4624)'],
  ['0CCE921B-69AE-11D9-BED3-505054503030', 'Special Logon (4672)'],
  ['0CCE9227-69AE-11D9-BED3-505054503030', 'Other Object Access Events (4698 to 4702)'],
  ['0CCE9244-69AE-11D9-BED3-505054503030', 'Detailed File Share (5145)'],
  ['0CCE9224-69AE-11D9-BED3-505054503030', 'File Share (5140)'],
  ['0CCE922B-69AE-11D9-BED3-505054503030', 'Process Creation (4688)'],
]

const short = (utc: string | null) => {
  const time = utc === null ? undefined : parseUtc(utc)
  return time === undefined ? '' : `${formatUtc(time).slice(0, 19)}Z`
}

export function preflightText(report: PreflightReport, columns: number): string {
  const { clock, account, plan } = report
  // what the host says of itself is evidence text
  const about = [
    `${report.fqdn ?? report.host}  ${report.os ? `${report.os.name}, build ${report.os.build}` : 'operating system unknown'}`,
    `way        ${report.way}${report.hostKey ? `, host key ${report.hostKey}` : ''}`,
    ...report.ways.filter((one) => !one.ok).map((one) => `           not by ${one.way}: ${one.why}`),
    `account    ${account.name} (${account.sid}), ${account.administrator ? 'administrator' : 'NOT administrator'}`,
    `PowerShell ${report.powershell.version} ${report.powershell.edition}, ${report.powershell.language}`,
    `clock      ${clock.offsetMs} ms from this machine, ± ${clock.uncertaintyMs} ms; round trip ${clock.latencyMs} ms`,
    `time zone  ${report.timeZone ? `${report.timeZone.name}, UTC${offsetInWords(report.timeZone.utcOffsetMinutes)}` : 'unknown'}; last boot ${short(report.lastBoot) || 'unknown'}`,
    `disk       ${report.space ? `${report.space.drive} ${bytesInWords(report.space.free)} free of ${bytesInWords(report.space.total)}` : 'unknown'}`,
    `auditing   command lines of new processes: ${report.policies?.commandLine === '1' ? 'yes' : report.policies ? 'no' : 'unknown'}`,
    ...watched.map(
      ([guid, name]) =>
        `           ${name}: ${report.audit?.[guid] === undefined ? 'unknown' : setting[report.audit[guid] ?? 0]}`,
    ),
  ].map(escapeLine)
  const lines = [
    ...about,
    '',
    ...tableLines(
      [
        { title: 'channel', cut: 'middle', least: 20 },
        { title: 'state' },
        { title: 'size', align: 'right' },
        { title: 'of', align: 'right' },
        { title: 'records', align: 'right' },
        { title: 'oldest' },
        { title: 'newest' },
      ],
      report.channels.map((one) => [
        one.name,
        one.enabled ? one.mode : 'disabled',
        one.size === null ? '' : bytesInWords(one.size),
        bytesInWords(one.maxSize),
        one.records === null ? '' : countInWords(one.records),
        short(one.firstTime),
        short(one.lastTime),
      ]),
      columns,
    ),
    '',
    `plan ${plan.name}: ${plan.artifacts.length} artifacts, ${bytesInWords(plan.bytes)}, roughly ${plan.seconds} s`,
    ...tableLines(
      [
        { title: 'artifact', cut: 'middle', least: 20 },
        { title: 'how' },
        { title: 'size', align: 'right' },
        { title: 'about', align: 'right' },
        { title: 'why', cut: 'wrap', least: 24 },
      ],
      plan.artifacts.map((one) => [
        one.id,
        one.query ? `${one.how}, filtered` : one.how,
        one.bytes === null ? '' : bytesInWords(one.bytes),
        `${one.seconds} s`,
        one.why,
      ]),
      columns,
    ),
    ...offeredText(plan),
    '',
    'it would leave behind:',
    ...report.leaves.map((one) => `  ${one}`),
    ...problemsText(report.problems, columns),
  ]
  return linesText(lines)
}

/** What --with and --without can change. */
function offeredText({ offered }: PreflightReport['plan']): string[] {
  if (offered.length === 0) return []
  const names = offered.map((one) => `${one.id}${one.bytes === null ? '' : ` (${bytesInWords(one.bytes)})`}`)
  return ['', `could be taken too, by --with: ${names.join(', ')}`].map(escapeLine)
}

const offsetInWords = (minutes: number) =>
  `${minutes < 0 ? '-' : '+'}${String(Math.floor(Math.abs(minutes) / 60)).padStart(2, '0')}:${String(Math.abs(minutes) % 60).padStart(2, '0')}`

const problemsText = (problems: Acquisition['problems'] | PreflightReport['problems'], columns: number) =>
  problems.length === 0
    ? []
    : [
        '',
        `${problems.length} ${problems.length === 1 ? 'problem was' : 'problems were'} recorded:`,
        ...problemLines(problems, columns),
      ]

export function acquiredText(result: Acquisition, columns: number): string {
  const whole = result.items.filter((one) => one.sha256Stored === one.sha256Received)
  const three = whole.filter((one) => one.sha256OnHost === one.sha256Received).length
  return linesText([
    ...tableLines(
      [
        { title: 'artifact', cut: 'middle', least: 18 },
        { title: 'name', cut: 'middle', least: 18 },
        { title: 'size', align: 'right' },
        { title: 'hashes' },
        { title: 'sha256', cut: 'end' },
      ],
      result.items.map((one) => [
        one.artifact,
        one.name,
        bytesInWords(one.size),
        hashesInWords(one),
        one.sha256Stored ?? '',
      ]),
      columns,
    ),
    '',
    `${escapeLine(result.host)} by ${result.way}: ${result.items.length} items, ${countInWords(result.records)} records, ${countInWords(result.events)} events; ${three} with three equal hashes (host, received, stored)${result.breaks ? `; ${result.breaks} broken connections taken up again` : ''}`,
    ...problemsText(result.problems, columns),
  ])
}

function hashesInWords(one: Acquisition['items'][number]): string {
  if (one.sha256Stored !== one.sha256Received) return 'DIFFER'
  if (one.sha256OnHost === null) return '2 equal'
  return one.sha256OnHost === one.sha256Received ? '3 equal' : 'DIFFER'
}

export function hostsText(outcomes: readonly HostResult[], columns: number): string {
  const refused = outcomes.filter((one) => one.refused !== null).length
  return linesText([
    ...tableLines(
      [
        { title: 'host', cut: 'middle', least: 14 },
        { title: 'way' },
        { title: 'problems', align: 'right' },
        { title: 'outcome', cut: 'wrap', least: 30 },
      ],
      outcomes.map(({ host, result, refused: why }) => [
        host,
        result?.way ?? '',
        result ? String(result.problems.length) : '',
        why
          ? `${why.what}. ${why.remedy}`
          : result && 'records' in result
            ? `${result.items.length} items, ${countInWords(result.records)} records`
            : 'reachable',
      ]),
      columns,
    ),
    '',
    `${outcomes.length - refused} of ${outcomes.length} hosts done${refused ? `, ${refused} refused` : ''}`,
  ])
}
