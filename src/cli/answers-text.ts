import { escapeLine } from '../base/escape.ts'
import type { AllowDocument, AnswersDocument, IocsDocument, Mark } from './doors.ts'
import type { Style } from './terminal.ts'
import { labelled, tableLines, wrap } from './text-table.ts'
import { linesText } from './verb.ts'

type Paint = (text: string, style: Style) => string
type Answer = AnswersDocument['questions'][number]
type Place = Answer['citations'][number]

const widthOf = (columns: number) => (Number.isFinite(columns) ? columns : 120)
const answerStyles: Readonly<Record<string, Style>> = { yes: 'bold', no: 'bold', unknown: 'yellow' }

interface Rests {
  readonly citations: readonly Place[]
  readonly moreCitations?: number
  readonly places?: readonly { readonly evidenceId: string; readonly offset: number }[]
}
/** `records 2004847, 2004852`, and bytes of evidence that is no log */
function recordsOf({ citations, moreCitations = 0, places = [] }: Rests): string {
  const told: string[] = []
  if (citations.length > 0) {
    const shown = citations.slice(0, 6).map((one) => one.recordId)
    const left = citations.length - shown.length + moreCitations
    told.push(
      `record${citations.length === 1 ? '' : 's'} ${shown.join(', ')}${left > 0 ? ` and ${left} more` : ''}`,
    )
  }
  for (const { evidenceId, offset } of places.slice(0, 4))
    told.push(`item ${evidenceId.slice(0, 12)} byte ${offset}`)
  if (places.length > 4) told.push(`${places.length - 4} more places`)
  return told.join('; ')
}

/** One answer: the playbook's words, the answer, why, records, what is missing, what the question gets wrong. */
function answerLines(answer: Answer, width: number, paint: Paint): readonly string[] {
  const indent = '    '
  const below = (text: string) => wrap(escapeLine(text), width - indent.length).map((line) => indent + line)
  const value = answer.value ? ` · ${answer.value}` : ''
  return [
    ...wrap(escapeLine(answer.asks), width - 2).map((line) => `  ${line}`),
    `${indent}${paint(answer.answer, answerStyles[answer.answer] ?? 'bold')}${escapeLine(value)}`,
    ...below([answer.why, recordsOf(answer) && `(${recordsOf(answer)})`].filter(Boolean).join(' ')),
    ...answer.missing.flatMap((one) =>
      below(`missing (${one.state}): ${one.telemetry}; it would tell ${one.wouldTell}`),
    ),
    ...(answer.correction ? below(`note: ${answer.correction}`) : []),
  ]
}

/** The answers of one chain as a short report; conflicts stand first. */
export function answersText(document: AnswersDocument, columns: number, paint: Paint): string {
  const width = widthOf(columns)
  const section = (title: string, lines: readonly string[]) =>
    lines.length ? ['', paint(title, 'bold'), ...lines] : []
  const { evidence, rule, analyst } = document
  const decided = analyst.disposition
  return linesText([
    ...wrap(escapeLine(`${document.task} on ${document.host}, ${document.time}`), width).map((line) =>
      paint(line, 'bold'),
    ),
    ...labelled(
      [
        ['chain id', document.chain],
        ['rule says', `${rule.outcome}`],
        ['evidence says', `${evidence.outcome}: ${evidence.disposition}, ${evidence.mechanism}`],
        [
          'disposition',
          decided
            ? `${decided.disposition}, set by ${decided.by} at ${decided.at}: ${decided.why}`
            : 'not set: only a person sets it',
        ],
        ...clockPairs(document),
      ],
      width,
    ),
    ...section(
      `Conflicts between rule and evidence (${document.conflicts.length})`,
      document.conflicts.flatMap((one) =>
        labelled(
          [
            ['rule', one.rule],
            ['evidence', one.evidence],
            ['why', [one.why, recordsOf(one) && `(${recordsOf(one)})`].filter(Boolean).join(' ')],
          ],
          width,
        ),
      ),
    ),
    ...section(
      'Validate the alert',
      document.validation.flatMap((one) => answerLines(one, width, paint)),
    ),
    ...section('Decision point, to the letter', [
      ...wrap(escapeLine(`${rule.outcome}. ${rule.why}`), width - 2).map((line) => `  ${line}`),
    ]),
    ...section('Evidence', [
      ...wrap(escapeLine(`${evidence.disposition}: ${evidence.why}`), width - 2).map((line) => `  ${line}`),
      ...labelled(
        evidence.reasons.map(
          (one) =>
            [
              `${one.weighs}${one.strong ? ', strong' : ''}`,
              [one.what, recordsOf(one) && `(${recordsOf(one)})`].filter(Boolean).join(' '),
            ] as const,
        ),
        width,
      ),
    ]),
    ...section(
      'Key questions',
      document.questions.flatMap((one) => answerLines(one, width, paint)),
    ),
    ...section(
      'Escalate to Tier 2 if',
      document.escalation.flatMap((one) => answerLines(one, width, paint)),
    ),
    ...section('Coverage around the moment', coverageLines(document, width)),
    ...section(
      'Not collected',
      labelled(
        document.notCollected.map((one) => [`${one.what} (${one.host})`, one.wouldTell] as const),
        width,
      ),
    ),
    ...section('Account, address and host elsewhere and later', contextLines(document, width)),
  ])
}

function clockPairs({ analyst }: AnswersDocument): [string, string][] {
  return analyst.clocks.map((clock): [string, string] => [
    clock.id,
    clock.startedAt === null
      ? `not started (${clock.limitMinutes} minutes)`
      : clock.finishedAt === null
        ? `since ${clock.startedAt}, due ${clock.dueAt}`
        : `${clock.startedAt} to ${clock.finishedAt}, ${Math.round((clock.elapsedSeconds ?? 0) / 60)} of ${clock.limitMinutes} minutes${clock.isLate ? ', late' : ''}`,
  ])
}

/** Subcategories of which the same is to be said stand in one line. */
function coverageLines({ coverage }: AnswersDocument, width: number): readonly string[] {
  const rows = new Map<string, { channel: string; subcategories: string[]; state: string; why: string }>()
  for (const one of coverage) {
    const key = [one.channel, one.state, one.why].join('\n')
    const row = rows.get(key) ?? { channel: one.channel, subcategories: [], state: one.state, why: one.why }
    if (one.audit) row.subcategories.push(`${one.audit.subcategory} (${one.audit.setting})`)
    rows.set(key, row)
  }
  return tableLines(
    [
      { title: 'channel', cut: 'middle', least: 16 },
      { title: 'state' },
      { title: 'why', cut: 'wrap', least: 24 },
      { title: 'subcategories (success auditing)', cut: 'wrap', least: 24 },
    ],
    [...rows.values()].map((row) => [row.channel, row.state, row.why, row.subcategories.join(', ')]),
    width - 2,
  ).map((line) => `  ${line}`)
}

function contextLines({ context }: AnswersDocument, width: number): readonly string[] {
  const pairs: [string, string][] = []
  const told = (
    label: string,
    list: readonly { time: string; what: string; host: string; tie: string | null }[],
  ) => {
    for (const one of list.slice(0, 10))
      pairs.push([label, `${one.time} ${one.host} ${one.what}${one.tie ? ` (${one.tie})` : ''}`])
    if (list.length > 10) pairs.push([label, `and ${list.length - 10} more`])
  }
  told('earlier task work', context.earlierTaskWork)
  for (const one of context.systemsAccessed.slice(0, 10))
    pairs.push([
      'system accessed',
      `${one.host} by ${one.account ?? 'an unknown account'} from ${one.ip ?? 'no address'}: ${one.logons} logons, ${one.firstSeen} to ${one.lastSeen}`,
    ])
  if (context.systemsAccessed.length > 10)
    pairs.push(['system accessed', `and ${context.systemsAccessed.length - 10} more`])
  told('outbound', context.outbound)
  told('transfer', context.transfers)
  told('account change', context.accountChanges)
  told('service', context.services)
  for (const text of context.left) pairs.push(['left out', text])
  return pairs.length ? labelled(pairs, width) : ['  nothing in this evidence']
}

/** Every checkbox with its answer, what a person has to do, tick and notes. */
export function checklistText(document: AnswersDocument, columns: number, paint: Paint): string {
  const width = widthOf(columns)
  const lines: string[] = []
  let phase = ''
  for (const row of document.checklist) {
    if (row.phase !== phase) {
      phase = row.phase
      lines.push('', paint(phase, 'bold'))
    }
    const box = row.ticked ? '[x]' : '[ ]'
    lines.push(
      ...wrap(escapeLine(`${box} ${row.heading}`), width).map((line, i) => (i ? `    ${line}` : line)),
    )
    lines.push(
      ...labelled(
        [
          ['row', row.id],
          ...(row.answer
            ? [
                ['answer', [row.answer, row.value].filter(Boolean).join(' · ')] as const,
                [
                  'why',
                  [row.why, recordsOf(row) && `(${recordsOf(row)})`].filter(Boolean).join(' '),
                ] as const,
              ]
            : []),
          ['to do', row.todo],
          ...(row.ticked
            ? [
                [
                  'ticked',
                  `${row.ticked.by}, ${row.ticked.at}${row.ticked.note ? `: ${row.ticked.note}` : ''}`,
                ] as const,
              ]
            : []),
          ...row.notes.map((one) => ['note', `${one.by}, ${one.at}: ${one.note}`] as const),
        ],
        width,
        '    ',
      ),
    )
  }
  const history = document.analyst.history.map((one) => [
    `${one.mark}`,
    one.at,
    one.by,
    `${one.what}${one.undone ? ' (taken back)' : ''}`,
  ])
  return linesText([
    ...wrap(escapeLine(`${document.task} on ${document.host}, chain ${document.chain}`), width).map((line) =>
      paint(line, 'bold'),
    ),
    ...labelled(clockPairs(document), width),
    ...lines,
    ...(history.length
      ? [
          '',
          paint('History', 'bold'),
          ...tableLines(
            [
              { title: 'mark', align: 'right' },
              { title: 'when' },
              { title: 'who', cut: 'end' },
              { title: 'what', cut: 'wrap', least: 24 },
            ],
            history,
            width,
          ),
        ]
      : []),
  ])
}

export function iocsText({ iocs }: IocsDocument, columns: number): string {
  if (iocs.length === 0) return 'This case has no chain, so there is nothing to track.\n'
  return linesText(
    tableLines(
      [
        { title: 'type' },
        { title: 'value', cut: 'wrap', least: 24 },
        { title: 'first seen' },
        { title: 'last seen' },
        { title: 'context', cut: 'wrap', least: 16 },
        { title: 'records', cut: 'wrap', least: 12 },
      ],
      iocs.map((one) => [
        one.type,
        one.value,
        one.firstSeen ?? '',
        one.lastSeen ?? '',
        one.context,
        recordsOf(one),
      ]),
      columns,
    ),
  )
}

export function allowText({ entries }: AllowDocument, columns: number): string {
  if (entries.length === 0) return 'The allow-list of this case is empty.\n'
  return linesText(
    tableLines(
      [
        { title: 'entry', align: 'right' },
        { title: 'account', cut: 'middle' },
        { title: 'address', cut: 'middle' },
        { title: 'action', cut: 'middle' },
        { title: 'expires' },
        { title: 'author', cut: 'end' },
        { title: 'reason', cut: 'wrap', least: 16 },
      ],
      entries.map((one) => [
        one.id,
        one.account ?? 'any',
        one.addresses ?? 'any',
        one.actionHash ?? 'any',
        one.expires ?? 'never',
        one.author,
        one.reason,
      ]),
      columns,
    ),
  )
}

export const markText = (mark: Mark): string =>
  `Kept as mark ${mark.id} by ${escapeLine(mark.author)} at ${mark.at}. Take it back with: tasktrail answer --undo ${mark.id}\n`
