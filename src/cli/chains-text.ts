import { escapeLine } from '../base/escape.ts'
import type { ChainDocument } from './doors.ts'
import type { Style } from './terminal.ts'
import { labelled, tableLines, wrap } from './text-table.ts'
import { linesText } from './verb.ts'

type Paint = (text: string, style: Style) => string

const verbs: Readonly<Record<string, string>> = {
  'task-created': 'created the task',
  'task-updated': 'changed the task',
  'task-enabled': 'enabled the task',
  'task-disabled': 'disabled the task',
  'task-deleted': 'deleted the task',
  'task-ran': 'owns or started the task',
}
const ways: Readonly<Record<string, string>> = {
  'atsvc-pipe': 'over the named pipe atsvc (SMB)',
  'rpc-tcp': 'over RPC on TCP',
  local: 'on the host itself',
  winrm: 'through WinRM',
  wmi: 'through WMI',
  gpo: 'by group policy',
  service: 'by a service',
  'file-or-registry': 'by writing its file or registry key',
  undetermined: 'by a way that cannot be determined',
}

/** `10.23.123.11 port 56594, logon 0x5a41984` */
function endpoint(at: { ip: string | null; port: number | null; logonId: string | null }): string {
  const port = at.port === null ? '' : ` port ${at.port}`
  return `${at.ip ?? 'unknown address'}${port}${at.logonId ? `, logon ${at.logonId}` : ''}`
}

export function accountName(account: ChainDocument['account']): string {
  if (!account.name) return account.sid ?? 'an unknown account'
  return account.domain ? `${account.domain}\\${account.name}` : account.name
}

/** The chain in one sentence that claims no more than its records do. */
export function chainSentence(chain: ChainDocument): string {
  const { source } = chain
  const from = source.ip ? ` from ${source.ip}` : source.host ? ` from ${source.host}` : ''
  const doubt = chain.mechanism === 'remote-probable' ? ' (probably)' : ''
  return `${accountName(chain.account)} ${verbs[chain.kind] ?? chain.kind} ${chain.task.path}${from}${doubt} ${ways[chain.path] ?? chain.path}.`
}

const signed = (ms: number) => `${ms > 0 ? '+' : ''}${ms.toFixed(3)} ms`

function sourceLines(chain: ChainDocument): [string, string][] {
  const { source } = chain
  const known = source.ip
    ? `${endpoint(source)}${source.host ? `, ${source.host}` : ''} · rule ${source.basis ?? '?'}, ${source.strength ?? 'strength unknown'}`
    : source.host
      ? `${source.host} · rule ${source.basis ?? '?'}, ${source.strength ?? 'strength unknown'}`
      : 'cannot be told'
  return [
    ['source', known],
    // the first candidate is the source itself when there is one
    ...source.candidates
      .filter((one) => one.ip !== source.ip || one.logonId !== source.logonId)
      .map((one): [string, string] => ['or', endpoint(one)]),
    ...source.rejected.map((one): [string, string] => ['rejected', `${endpoint(one)}: ${one.why}`]),
  ]
}

function taskLines({ task, account, taskLogonId }: ChainDocument): [string, string][] {
  const pairs: [string, string | null][] = [
    ['task', task.path],
    ['action', task.action],
    ['runs as', [task.runAs, task.runLevel].filter(Boolean).join(', ') || null],
    ['trigger', task.trigger],
    ['author', task.author],
    ['hidden', task.hidden === null ? null : task.hidden ? 'yes' : 'no'],
    ['account', [accountName(account), account.name ? account.sid : null].filter(Boolean).join('  ')],
    ['task logon', taskLogonId],
  ]
  return pairs.filter((pair): pair is [string, string] => Boolean(pair[1]))
}

/** Below this width the tables keep only what does not stand elsewhere. */
const narrow = 110

function stepLines(chain: ChainDocument, columns: number): readonly string[] {
  const isNarrow = columns < narrow
  const isOneDay = chain.steps.every((step) => step.time.slice(0, 10) === chain.time.slice(0, 10))
  return tableLines(
    [
      { title: 'delta', align: 'right' },
      { title: 'time (UTC)' },
      { title: 'event', align: 'right' },
      ...(isNarrow ? [] : [{ title: 'role' }]),
      { title: 'record', align: 'right' },
      { title: 'what', cut: 'wrap', least: 20 },
    ],
    chain.steps.map((step) => [
      signed(step.deltaMs),
      isNarrow && isOneDay ? step.time.slice(11) : step.time,
      String(step.eventId),
      ...(isNarrow ? [] : [step.role]),
      step.recordId,
      step.recovered ? `recovered: ${step.what}` : step.what,
    ]),
    columns - 2,
  )
}

function linkLines(chain: ChainDocument, columns: number): readonly string[] {
  return tableLines(
    [
      { title: 'rule' },
      { title: 'strength' },
      { title: 'from', align: 'right' },
      { title: 'to', align: 'right' },
      { title: 'delta', align: 'right' },
      { title: 'because', cut: 'wrap', least: 20 },
    ],
    chain.links.map((link) => [
      link.rule,
      link.strength,
      link.from,
      link.to,
      signed(link.deltaMs),
      [
        Object.entries(link.fields)
          .map(([name, value]) => `${name} ${value}`)
          .join(', '),
        link.why,
      ]
        .filter(Boolean)
        .join(' · '),
    ]),
    columns - 2,
  )
}

function chainLines(chain: ChainDocument, columns: number, paint: Paint): readonly string[] {
  const width = Number.isFinite(columns) ? columns : 120
  const section = (title: string, lines: readonly string[]) =>
    lines.length ? ['', `  ${paint(title, 'bold')}`, ...lines.map((line) => `  ${line}`)] : []
  return [
    ...wrap(escapeLine(chainSentence(chain)), width).map((line) => paint(line, 'bold')),
    ...labelled(
      [
        ['when', `${chain.time} on ${chain.host}`],
        ['mechanism', `${chain.mechanism}: ${chain.mechanismWhy}`],
        ...sourceLines(chain),
        ['executed', `${chain.executed.answer}: ${chain.executed.why}`],
        ['deleted', `${chain.deleted.answer}: ${chain.deleted.why}`],
        ...taskLines(chain),
        ['chain id', chain.id],
      ],
      width,
    ),
    ...section('Steps', stepLines(chain, columns)),
    ...section('Links', chain.links.length ? linkLines(chain, columns) : []),
    ...section(
      'Gaps',
      labelled(
        chain.gaps.map((gap) => [gap.state, `${gap.expected}: ${gap.why}`] as const),
        width,
        '',
      ),
    ),
    ...section(
      'Resembles',
      labelled(
        chain.resembles.map(
          (one) =>
            [
              one.tool,
              [one.because.join('; '), one.differs.length ? `but differs: ${one.differs.join('; ')}` : '']
                .filter(Boolean)
                .join(' '),
            ] as const,
        ),
        width,
        '',
      ),
    ),
  ]
}

/** All chains, as a short report. */
export function chainsText(chains: readonly ChainDocument[], columns: number, paint: Paint): string {
  if (chains.length === 0)
    return 'No task was created, changed, deleted or run in this evidence, as far as its records tell.\n'
  const count = `${chains.length} ${chains.length === 1 ? 'chain' : 'chains'}, the most serious first`
  return linesText([
    paint(count, 'dim'),
    ...chains.flatMap((chain) => ['', ...chainLines(chain, columns, paint)]),
  ])
}
