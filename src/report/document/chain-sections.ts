/** One chain told in full: what happened, rule against evidence, answers, what is not known, containment, lessons. */
import {
  type Block,
  type Cell,
  code,
  heading,
  type Mark,
  pairs,
  paragraph,
  quiet,
  type Styled,
  strong,
  table,
} from './blocks.ts'
import type { ReportAnswers, ReportChain } from './facts.ts'
import { durationWords } from './picture.ts'
import { accountOf, cited, headline, placesText, shortTime, stateWords } from './words.ts'

type Exhibits = ReadonlyMap<string, string>
export interface ToldChain {
  readonly chain: ReportChain
  readonly answers: ReportAnswers
}

const mostRows = 120
const mostRejected = 10
const toneOf = { yes: 'strong', no: 'strong', unknown: 'unknown' } as const
const answerWord = (answer: 'yes' | 'no' | 'unknown', value: string | null): readonly Styled[] => [
  { text: answer === 'unknown' ? 'Cannot tell' : answer === 'yes' ? 'Yes' : 'No', tone: toneOf[answer] },
  ...(value ? [quiet(`, ${value}`)] : []),
]

export function chainSections(
  { chain, answers }: ToldChain,
  number: number,
  exhibits: Exhibits,
  includesCase: boolean,
): readonly Block[] {
  return [
    heading(2, `Chain ${number}. ${chain.task.path}: ${headline(chain)}`, true),
    ...whatHappened(chain, exhibits),
    ...ruleAndEvidence(answers, exhibits),
    heading(3, 'Answers to the playbook'),
    table(
      ['Question, in the words of the playbook', 'Answer', 'Why, with records'],
      [30, 16, 54],
      [...answers.validation, ...answers.questions, ...answers.escalation].map((one) => [
        one.asks,
        answerWord(one.answer, one.value),
        cited(one.why, one, exhibits),
      ]),
    ),
    ...unknowns(chain, answers, exhibits),
    ...containment(answers, includesCase),
    ...lessons(answers, includesCase),
  ]
}

function whatHappened(chain: ReportChain, exhibits: Exhibits): readonly Block[] {
  const { source, task } = chain
  const from =
    source.ip !== null
      ? `${source.ip}${source.port === null ? '' : `, port ${source.port}`}${source.host ? `, ${source.host}` : ''}${source.basis ? ` (rule ${source.basis}, ${source.strength})` : ''}`
      : source.candidates.length
        ? `one of ${source.candidates.map((one) => one.ip).join(', ')}: the records do not tell which`
        : 'not known'
  const facts = pairs(
    ['Task', code(task.path)],
    ['Does', task.action === null ? 'not known: no record carries its definition' : code(task.action)],
    ['Runs as', task.runAs ?? 'not known'],
    [
      'Account',
      chain.account.sid && chain.account.name
        ? `${accountOf(chain)} (${chain.account.sid})`
        : accountOf(chain),
    ],
    ['Came from', from],
    ['How', `${chain.mechanism}, ${chain.path}: ${chain.mechanismWhy}`],
    [
      'Ran',
      [
        ...answerWord(chain.executed.answer, null),
        '. ',
        ...flat(cited(chain.executed.why, chain.executed.citations, exhibits)),
      ],
    ],
    [
      'Deleted',
      [
        ...answerWord(chain.deleted.answer, null),
        '. ',
        ...flat(cited(chain.deleted.why, chain.deleted.citations, exhibits)),
      ],
    ],
    ...source.rejected
      .slice(0, mostRejected)
      .map((one) => ['Not from', cited(`${one.ip}: ${one.why}`, [one.citation], exhibits)] as const),
    ...(source.rejected.length > mostRejected
      ? [
          [
            'Not from',
            `${source.rejected.length - mostRejected} more addresses; chains.json has them`,
          ] as const,
        ]
      : []),
    ...chain.resembles.map(
      (one) => ['Resembles', `${one.tool}: ${one.because.join('; ')}. This is no attribution.`] as const,
    ),
  )
  const steps = chain.steps.slice(0, mostRows)
  const left = chain.steps.length - steps.length
  return [
    heading(3, 'What happened'),
    facts,
    {
      kind: 'picture',
      title: `Drawn to time from the record the chain is measured from (${shortTime(chain.time)}); hatched: nothing of this chain was recorded for as long as it says.${left ? ` ${left} later steps are in chains.json.` : ''}`,
      rows: steps.map((step) => ({
        ...markOf(step.role),
        isAnchor: step.deltaMs === 0 && step.role === chain.kind,
        deltaMs: step.deltaMs,
        delta: `${step.deltaMs < 0 ? '−' : '+'}${durationWords(step.deltaMs)}`,
        what: step.what,
        place: `${step.eventId} · ${exhibits.get(step.evidenceId) ?? step.evidenceId.slice(0, 8)} ${step.recordId}`,
      })),
    },
    table(
      ['Time (UTC)', 'What', 'Record'],
      [28, 48, 24],
      steps.map((step) => [
        code(step.time),
        step.what,
        quiet(`${step.eventId}, ${placesText([step], exhibits)}`),
      ]),
    ),
    ...(left > 0
      ? [
          paragraph(
            `${left} later steps are left out here; chains.json has all ${chain.steps.length}.`,
            'quiet',
          ),
        ]
      : []),
  ]
}

const flat = (cell: Cell): readonly (string | Styled)[] =>
  typeof cell === 'string' || 'text' in cell ? [cell] : cell

function markOf(role: ReportChain['steps'][number]['role']): Pick<Mark, 'kind'> {
  if (/logon|privileges/.test(role)) return { kind: 'logon' }
  if (/share|pipe|payload|output/.test(role)) return { kind: 'share' }
  if (/^task/.test(role)) return { kind: 'task' }
  return { kind: /process|descendant/.test(role) ? 'process' : 'other' }
}

function ruleAndEvidence(answers: ReportAnswers, exhibits: Exhibits): readonly Block[] {
  const { rule, evidence } = answers
  return [
    heading(3, 'Rule against evidence'),
    ...answers.conflicts.map(
      (one): Block => ({
        kind: 'notice',
        tone: 'judge',
        title: 'Rule and evidence disagree',
        lines: [['Rule: ', one.rule], ['Evidence: ', one.evidence], cited(one.why, one, exhibits)],
      }),
    ),
    pairs(
      ['Rule, to the letter', [strong(rule.outcome), `. ${rule.why}`]],
      ['Evidence points to', [strong(evidence.outcome), ` (${evidence.disposition}). ${evidence.why}`]],
    ),
    table(
      ['Weighs', 'Because, with records'],
      [18, 82],
      evidence.reasons.map((one) => [
        one.weighs === 'malicious'
          ? { text: one.strong ? 'malicious, strong' : 'malicious', tone: 'harm' }
          : `${one.weighs}${one.strong ? ', strong' : ''}`,
        cited(one.what, one, exhibits),
      ]),
    ),
  ]
}

function unknowns(chain: ReportChain, answers: ReportAnswers, exhibits: Exhibits): readonly Block[] {
  const rows = new Map<string, readonly Cell[]>()
  for (const gap of chain.gaps)
    rows.set(gap.expected, [
      gap.expected,
      stateWords[gap.state] ?? gap.state,
      cited(gap.why, gap.citations, exhibits),
    ])
  for (const one of [...answers.validation, ...answers.questions, ...answers.escalation].flatMap(
    (a) => a.missing,
  ))
    if (!rows.has(one.telemetry))
      rows.set(one.telemetry, [
        one.telemetry,
        stateWords[one.state] ?? one.state,
        `${one.why} It would tell ${one.wouldTell}.`,
      ])
  for (const one of answers.notCollected)
    if (!rows.has(one.what))
      rows.set(one.what, [
        `${one.what} (${one.host})`,
        stateWords[one.state] ?? one.state,
        `It would tell ${one.wouldTell}.`,
      ])
  return [
    heading(3, 'What is not known, and why'),
    rows.size
      ? table(['Missing', 'State', 'Why'], [28, 18, 54], [...rows.values()].slice(0, mostRows))
      : paragraph('Nothing the playbook asks for was missing.'),
    ...(rows.size > mostRows
      ? [
          paragraph(
            `${rows.size - mostRows} more are left out here; answers.json and chains.json have all ${rows.size}.`,
            'quiet',
          ),
        ]
      : []),
  ]
}

const todoPhases = ['containment', 'network-team', 'evidence-preservation', 'eradication', 'recovery']

function containment(answers: ReportAnswers, includesCase: boolean): readonly Block[] {
  const rows = answers.checklist.filter((row) => todoPhases.includes(row.phase))
  const done = rows.filter((row) => row.ticked !== null).length
  return [
    heading(3, 'Containment, eradication and recovery'),
    paragraph(
      includesCase
        ? `${done} of ${rows.length} steps are recorded as done. What nobody recorded is not known, neither done nor open.`
        : 'Made from the evidence alone: what was done is not known here. The records of the responders are not part of this report.',
    ),
    table(
      ['Step', 'State', 'What it needs'],
      [34, 24, 42],
      rows.map((row) => [
        row.heading,
        row.ticked
          ? [
              strong('Recorded as done'),
              ` by ${row.ticked.by}, ${row.ticked.at}${row.ticked.note ? `: ${row.ticked.note}` : ''}`,
            ]
          : [
              { text: 'Unknown', tone: 'unknown' },
              ...row.notes.map((one) => ` ${one.by}, ${one.at}: ${one.note}`),
            ],
        row.todo,
      ]),
    ),
  ]
}

function lessons(answers: ReportAnswers, includesCase: boolean): readonly Block[] {
  const rows = answers.checklist.filter((row) => row.phase === 'lessons-learned')
  return [
    heading(3, 'Lessons learned'),
    table(
      ['Question', includesCase ? 'Evidence and notes' : 'What the evidence says'],
      [34, 66],
      rows.map((row) => [
        row.heading,
        [
          ...(row.why ? [row.why] : [quiet(`For people to answer. ${row.todo}`)]),
          ...row.notes.map((one) => ` ${one.by}, ${one.at}: ${one.note}`),
        ],
      ]),
    ),
  ]
}
