/** The first page of a report. */
import {
  type Block,
  type Cell,
  code,
  heading,
  list,
  pairs,
  paragraph,
  quiet,
  strong,
  type Tone,
} from './blocks.ts'
import { chainPicture, type ToldChain } from './chain-sections.ts'
import type { ReportFacts } from './facts.ts'
import { accountOf, answerWords, counted, headline, placesText, shortTime } from './words.ts'

/** the marking a case has until somebody decides otherwise */
const marking = 'TLP:AMBER'
const sentence = (text: string) => text.replace(/[?.:;\s]+$/, '')

function masthead(facts: ReportFacts): readonly Block[] {
  const { lines } = facts.custody
  const name = facts.case.number || facts.case.id
  return [
    {
      kind: 'masthead',
      left: `Incident report · scheduled task creation via remote connection · T1053.005`,
      right: marking,
    },
    ...(facts.case.practice
      ? [
          {
            kind: 'notice',
            tone: 'judge',
            title: 'Practice case: made by the practice generator, no incident',
            lines: [],
          } satisfies Block,
        ]
      : []),
    paragraph(
      `${name}. ${facts.case.title}. State of the case at ${lines.at(-1) ? shortTime(lines.at(-1)?.at ?? '') : 'no recorded time'}${lines[0] ? `, opened by ${lines[0].actor}` : ''}. All times in UTC. Made by ${facts.tool}.`,
      'quiet',
    ),
  ]
}

/** What a manager reads: what happened, what it means, what is not known, and what comes next. */
export function summary(
  facts: ReportFacts,
  told: readonly ToldChain[],
  exhibits: ReadonlyMap<string, string>,
  isDrawn: boolean,
): readonly Block[] {
  const [first] = told
  if (!first)
    return [
      ...masthead(facts),
      heading(1, 'No chain was found in this evidence'),
      paragraph(
        facts.evidence.length === 0
          ? 'The case holds no evidence yet: nothing can be told.'
          : 'No task was created, changed, deleted or run, as far as the records tell. Whether they would tell stands under evidence below.',
      ),
      pairs(['Evidence', stateOfCase(facts)]),
    ]
  const { chain, answers } = first
  const disposition = answers.analyst?.disposition
  const open = [...answers.validation, ...answers.questions, ...answers.escalation].filter(
    (one) => one.answer === 'unknown',
  )
  const steps = answers.checklist.filter((row) => row.phase === 'containment')
  const done = steps.filter((row) => row.ticked !== null).length
  const next = steps.filter((row) => row.ticked === null).slice(0, 3)
  const from = chain.source.ip ? ` from ${chain.source.ip}` : ''
  const { outcome } = answers.evidence
  return [
    ...masthead(facts),
    heading(1, `${headline(chain)}.`),
    paragraph([
      `${accountOf(chain)} did so${from} at ${shortTime(chain.time)}. The task `,
      code(chain.task.path),
      ...(chain.task.action
        ? [' runs ', code(chain.task.action), '.']
        : ['; no record carries what it runs.']),
      quiet(` [${placesText(chain.steps.filter((step) => step.role === chain.kind).slice(0, 1), exhibits)}]`),
    ]),
    {
      kind: 'tiles',
      tiles: [
        {
          label: 'Evidence points to',
          word: outcome,
          tone: outcome === 'escalate' ? 'harm' : 'plain',
          note: answers.evidence.disposition.replaceAll('-', ' '),
        },
        {
          label: 'Playbook rule, to the letter',
          word: answers.rule.outcome,
          tone: 'plain',
          note: answers.conflicts.length ? 'disagrees with the evidence' : 'agrees with the evidence',
        },
        {
          label: 'Did it run',
          word: answerWords[chain.executed.answer],
          tone: chain.executed.answer === 'unknown' ? 'judge' : 'plain',
          note: `on ${chain.host}`,
        },
        containmentTile(facts, done, steps.length),
      ],
    },
    ...(isDrawn ? [chainPicture(chain, exhibits)] : []),
    ...answers.conflicts.slice(0, 1).map(
      (one): Block => ({
        kind: 'notice',
        tone: 'judge',
        title: `Rule and evidence disagree. Rule: ${answers.rule.outcome}. Evidence: ${answers.evidence.outcome}.`,
        lines: [one.why],
      }),
    ),
    pairs(
      [
        'Disposition',
        disposition
          ? [
              strong(disposition.disposition),
              `, set by ${disposition.by} at ${disposition.at}: ${disposition.why}`,
            ]
          : [
              {
                text: facts.includesCase ? 'Not set: only a person sets it' : 'Not part of this report',
                tone: 'unknown',
              },
            ],
      ],
      ['Evidence', stateOfCase(facts)],
    ),
    {
      kind: 'columns',
      columns: [
        [
          heading(3, open.length ? `What cannot be told (${open.length})` : 'What cannot be told'),
          open.length
            ? list(...open.map((one): Cell => `${sentence(one.asks)}.`))
            : paragraph('Nothing: the evidence answers all the playbook asks.'),
        ],
        [
          heading(3, 'Next'),
          next.length
            ? list(...next.map((row): Cell => [strong(`${sentence(row.heading)}. `), row.todo]))
            : paragraph('Every step of containment is recorded as done.'),
        ],
      ],
    },
  ]
}

function containmentTile(facts: ReportFacts, done: number, all: number) {
  const word = done === 0 ? 'Unknown' : done === all ? 'Recorded' : `${done} of ${all}`
  return {
    label: 'Containment',
    word,
    tone: (done === 0 ? 'judge' : 'plain') as Tone,
    note: done
      ? 'steps recorded as done'
      : facts.includesCase
        ? 'nobody has recorded a step'
        : 'not part of this report',
  }
}

function stateOfCase(facts: ReportFacts): Cell {
  const bundles = facts.received.map((one) => one.verdict)
  return [
    `${counted(facts.evidence.length, 'item')}, ${counted(facts.problems.length, 'problem')}, ${counted(facts.chains.length, 'chain')}; custody `,
    facts.custody.intact ? 'intact' : { text: 'BROKEN', tone: 'harm' },
    bundles.length
      ? `; received in ${counted(bundles.length, 'bundle')}: ${[...new Set(bundles)].join(', ')}`
      : '',
  ]
}
