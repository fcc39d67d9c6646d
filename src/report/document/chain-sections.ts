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
  type TableRow,
  table,
} from './blocks.ts'
import type { ReportAnswers, ReportChain } from './facts.ts'
import { durationWords } from './picture.ts'
import {
  accountOf,
  answerWords,
  cited,
  headline,
  mechanismWords,
  pathWords,
  placesText,
  shortTime,
  stateWords,
  timeOf,
} from './words.ts'

type Exhibits = ReadonlyMap<string, string>
export interface ToldChain {
  readonly chain: ReportChain
  readonly answers: ReportAnswers
}

/** Steps drawn and listed; a chain of more says how many it leaves to the files. */
const mostSteps = 300
const toneOf = { yes: 'strong', no: 'strong', unknown: 'unknown' } as const
const answerWord = (answer: 'yes' | 'no' | 'unknown', value: string | null): readonly Styled[] => [
  { text: answerWords[answer], tone: toneOf[answer] },
  ...(value ? [quiet(`, ${value}`)] : []),
]

/** `hasPicture`: the picture of it stands in the summary already. */
export function chainSections(
  { chain, answers }: ToldChain,
  number: number,
  exhibits: Exhibits,
  includesCase: boolean,
  { hasPicture, startsPage }: { readonly hasPicture: boolean; readonly startsPage: boolean },
): readonly Block[] {
  return [
    heading(2, `Chain ${number}. ${chain.task.path}: ${headline(chain)}`, startsPage),
    ...whatHappened(chain, exhibits, hasPicture),
    ...ruleAndEvidence(answers, exhibits),
    ...answered(answers, exhibits),
    ...unknowns(chain, answers, exhibits),
    ...containment(answers, includesCase),
    ...lessons(answers, includesCase),
  ]
}

function answered(answers: ReportAnswers, exhibits: Exhibits): readonly Block[] {
  const rowsOf = (group: string, list: ReportAnswers['questions']): readonly TableRow[] => [
    { group },
    ...list.map((one) => [
      one.asks,
      answerWord(one.answer, one.value),
      cited(one.why, one.citations, exhibits),
    ]),
  ]
  return [
    heading(3, 'Answers to the playbook'),
    table(
      ['Question, in the words of the playbook', 'Answer', 'Why, with records'],
      [29, 17, 54],
      [
        ...rowsOf('Validate the alert', answers.validation),
        ...rowsOf('Key questions', answers.questions),
        ...rowsOf('Escalate to Tier 2 if', answers.escalation),
      ],
    ),
  ]
}

function whatHappened(chain: ReportChain, exhibits: Exhibits, hasPicture: boolean): readonly Block[] {
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
    [
      'How',
      `${mechanismWords[chain.mechanism]}, by ${pathWords[chain.path] ?? chain.path}: ${chain.mechanismWhy}`,
    ],
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
    ...source.rejected.map(
      (one) => ['Not from', cited(`${one.ip}: ${one.why}`, [one.citation], exhibits)] as const,
    ),
    ...chain.resembles.map(
      (one) => ['Resembles', `${one.tool}: ${one.because.join('; ')}. This is no attribution.`] as const,
    ),
  )
  const steps = chain.steps.slice(0, mostSteps)
  const left = chain.steps.length - steps.length
  return [
    heading(3, 'What happened'),
    // first, so that it stands at the top of its page
    ...(hasPicture ? [] : [chainPicture(chain, exhibits)]),
    facts,
    table(
      [`${chain.time.slice(0, 10)}, UTC`, 'What', 'Record'],
      [20, 54, 26],
      steps.map((step) => [
        code(timeOf(step.time, chain.time)),
        step.what,
        quiet(`${step.eventId}, ${placesText([step], exhibits)}`),
      ]),
    ),
    ...(left > 0
      ? [
          paragraph(
            `${left} later steps are in chains.json and in the case; they are not listed here.`,
            'unknown',
          ),
        ]
      : []),
  ]
}

/** The chain drawn to time. */
export function chainPicture(chain: ReportChain, exhibits: Exhibits): Block {
  const steps = chain.steps.slice(0, mostSteps)
  return {
    kind: 'picture',
    title: `Chain of ${chain.task.path} on ${chain.host}, drawn to time from ${shortTime(chain.time)}. Hatched: nothing of this chain was recorded for as long as it says.${chain.steps.length > steps.length ? ` ${chain.steps.length - steps.length} later steps are not drawn.` : ''}`,
    rows: steps.map((step) => ({
      ...markOf(step.role),
      isAnchor: step.deltaMs === 0 && step.role === chain.kind,
      deltaMs: step.deltaMs,
      delta: `${step.deltaMs < 0 ? '−' : '+'}${durationWords(step.deltaMs)}`,
      what: step.what,
      place: `${step.eventId} · ${exhibits.get(step.evidenceId) ?? step.evidenceId.slice(0, 8)} ${step.recordId}`,
    })),
  }
}

const flat = (cell: Cell): readonly (string | Styled)[] =>
  typeof cell === 'string' || 'text' in cell ? [cell] : cell

function markOf(role: ReportChain['steps'][number]['role']): Pick<Mark, 'kind'> {
  if (/logon|privileges/.test(role)) return { kind: 'logon' }
  if (/share|pipe|payload|output/.test(role)) return { kind: 'share' }
  if (/^task/.test(role)) return { kind: 'task' }
  return { kind: /process|descendant/.test(role) ? 'process' : 'other' }
}

/** What the rule and the evidence say, side by side; where they part, each point once. */
function ruleAndEvidence(answers: ReportAnswers, exhibits: Exhibits): readonly Block[] {
  const { rule, evidence, conflicts } = answers
  return [
    heading(3, 'Rule against evidence'),
    pairs(
      ['Rule, to the letter', [strong(rule.outcome), `. ${rule.why}`]],
      ['Evidence points to', [strong(evidence.outcome), ` (${evidence.disposition}). ${evidence.why}`]],
    ),
    ...(conflicts.length === 0
      ? [paragraph('Rule and evidence agree.')]
      : [
          {
            kind: 'notice',
            tone: 'judge',
            title: `Rule and evidence disagree${conflicts.length === 1 ? '' : ` in ${conflicts.length} points`}`,
            lines: conflicts.map((one) => [
              strong(`${one.rule} `),
              ...flat(cited(one.why, one.citations, exhibits)),
            ]),
          } satisfies Block,
        ]),
    table(
      ['Weighs', 'Because, with records'],
      [18, 82],
      evidence.reasons.map((one) => [
        one.weighs === 'malicious'
          ? { text: one.strong ? 'malicious, strong' : 'malicious', tone: 'harm' }
          : `${one.weighs}${one.strong ? ', strong' : ''}`,
        cited(one.what, one.citations, exhibits),
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
      ? table(['Missing', 'State', 'Why'], [28, 18, 54], [...rows.values()])
      : paragraph('Nothing the playbook asks for was missing.'),
  ]
}

const todoPhases: readonly (readonly [phase: string, words: string])[] = [
  ['containment', 'Containment'],
  ['network-team', 'With the network team'],
  ['evidence-preservation', 'Evidence preservation'],
  ['eradication', 'Eradication'],
  ['recovery', 'Recovery'],
]

function containment(answers: ReportAnswers, includesCase: boolean): readonly Block[] {
  const rows = answers.checklist.filter((row) => todoPhases.some(([phase]) => phase === row.phase))
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
      [34, 22, 44],
      todoPhases.flatMap(([phase, group]): readonly TableRow[] => {
        const own = rows.filter((row) => row.phase === phase)
        return own.length === 0
          ? []
          : [
              { group },
              ...own.map((row): readonly Cell[] => [
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
            ]
      }),
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
