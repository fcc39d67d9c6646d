/** A report of a case: the summary a manager reads in a minute, each serious chain in full, then indicators, evidence and custody. */
import { type Block, code, heading, pairs, paragraph, quiet, strong, table } from './blocks.ts'
import { chainSections, type ToldChain } from './chain-sections.ts'
import type { ReportFacts } from './facts.ts'
import { howToTurnOn } from './telemetry.ts'
import { accountOf, headline, placesText, shortTime, stateWords } from './words.ts'

const [mostChains, mostIocs, mostEvidence, mostProblems, mostCustody] = [60, 300, 500, 60, 200]

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`

/** Title and blocks; the same facts give the same blocks. */
export function composeReport(facts: ReportFacts): {
  readonly title: string
  readonly blocks: readonly Block[]
} {
  const exhibits = new Map(facts.evidence.map((one) => [one.id, one.exhibit]))
  const byId = new Map(facts.chains.map((chain) => [chain.id, chain]))
  const told = facts.answers.flatMap((answers): ToldChain[] => {
    const chain = byId.get(answers.chain)
    return chain ? [{ chain, answers }] : []
  })
  const title = `${facts.case.number || facts.case.id}: ${facts.case.title}`
  return {
    title,
    blocks: [
      ...summary(facts, told, exhibits),
      ...told.flatMap((one, index) => chainSections(one, index + 1, exhibits, facts.includesCase)),
      ...indicators(facts, exhibits),
      ...telemetry(told),
      ...evidence(facts),
      ...custody(facts),
    ],
  }
}

function summary(
  facts: ReportFacts,
  told: readonly ToldChain[],
  exhibits: ReadonlyMap<string, string>,
): readonly Block[] {
  const [first] = told
  const { lines } = facts.custody
  const opened = lines[0]
  const about = paragraph(
    `${facts.case.practice ? 'PRACTICE CASE. ' : ''}${facts.case.number || facts.case.id}. ${facts.case.title}. State of the case at ${lines.at(-1)?.at ?? 'no recorded time'}${opened ? `, opened by ${opened.actor}` : ''}. All times in UTC. Made by ${facts.tool}.`,
    'quiet',
  )
  if (!first)
    return [
      about,
      heading(1, 'No chain was found in this evidence'),
      paragraph(
        'No task was created, changed, deleted or run, as far as the records tell. Whether they would tell stands under evidence below.',
      ),
    ]
  const { chain, answers } = first
  const disposition = answers.analyst?.disposition
  const open = [...answers.validation, ...answers.questions, ...answers.escalation].filter(
    (one) => one.answer === 'unknown',
  )
  const from = chain.source.ip ? ` from ${chain.source.ip}` : ''
  const done = answers.checklist.filter((row) => row.phase === 'containment' && row.ticked !== null).length
  return [
    about,
    heading(1, `${headline(chain)}.`),
    paragraph([
      `${accountOf(chain)} did so${from} at ${shortTime(chain.time)}. The task `,
      code(chain.task.path),
      ...(chain.task.action
        ? [' runs ', code(chain.task.action), '.']
        : ['; no record carries what it runs.']),
      quiet(` [${placesText(chain.steps.filter((step) => step.role === chain.kind).slice(0, 1), exhibits)}]`),
    ]),
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
        'Evidence points to',
        [
          strong(answers.evidence.outcome),
          `: ${answers.evidence.disposition}, ${answers.evidence.mechanism}`,
        ],
      ],
      ['Rule, to the letter', strong(answers.rule.outcome)],
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
      [
        'Containment',
        done
          ? `${done} steps recorded as done; see chain 1`
          : [
              { text: 'Unknown', tone: 'unknown' },
              facts.includesCase ? ': nobody has recorded a step' : ': not part of this report',
            ],
      ],
      [
        'Cannot be told',
        open.length
          ? open.map((one) => one.asks.replace(/[?.\s]+$/, '')).join('; ')
          : 'nothing the playbook asks',
      ],
      [
        'Evidence',
        `${counted(facts.evidence.length, 'item')}, ${counted(facts.problems.length, 'problem')}, ${counted(facts.chains.length, 'chain')}; custody ${facts.custody.intact ? 'intact' : 'BROKEN'}`,
      ],
    ),
    ...chainsTable(facts, told),
  ]
}

function chainsTable(facts: ReportFacts, told: readonly ToldChain[]): readonly Block[] {
  if (facts.chains.length < 2) return []
  const number = new Map(told.map((one, index) => [one.chain.id, index]))
  const left = facts.chains.length - mostChains
  return [
    heading(3, 'All chains, the most serious first'),
    table(
      ['', 'Time (UTC)', 'Host', 'Task', 'What', 'Evidence points to'],
      [5, 19, 17, 25, 19, 15],
      facts.chains.slice(0, mostChains).map((chain) => {
        const at = number.get(chain.id)
        return [
          at === undefined ? '' : String(at + 1),
          shortTime(chain.time).replace(' UTC', ''),
          chain.host,
          code(chain.task.path),
          `${chain.kind}, ${chain.mechanism}`,
          at === undefined ? quiet('see answers.json') : (told[at]?.answers.evidence.outcome ?? ''),
        ]
      }),
    ),
    ...(left > 0 ? [paragraph(`${left} more chains are in chains.json and answers.json.`, 'quiet')] : []),
  ]
}

function indicators(facts: ReportFacts, exhibits: ReadonlyMap<string, string>): readonly Block[] {
  const left = facts.iocs.length - mostIocs
  return [
    heading(2, 'IOC to track', true),
    paragraph(
      'Of the chains told above. Values are shown as recorded, with invisible characters named; nothing here is a link.',
      'quiet',
    ),
    table(
      ['Type', 'Value', 'Context', 'First and last seen (UTC)', 'Records'],
      [12, 32, 20, 18, 18],
      facts.iocs
        .slice(0, mostIocs)
        .map((one) => [
          one.type,
          code(one.value),
          one.context,
          [...new Set([one.firstSeen, one.lastSeen])]
            .flatMap((time) => (time ? [shortTime(time).replace(' UTC', '')] : []))
            .join(' to '),
          quiet(placesText(one, exhibits, 3)),
        ]),
    ),
    ...(left > 0 ? [paragraph(`${left} more values are in iocs.csv.`, 'quiet')] : []),
  ]
}

function telemetry(told: readonly ToldChain[]): readonly Block[] {
  const sources = told.flatMap(({ chain, answers }) => [
    ...chain.gaps.map((gap) => ({ text: gap.expected, state: gap.state })),
    ...[...answers.validation, ...answers.questions, ...answers.escalation].flatMap((one) =>
      one.missing.map((lack) => ({ text: lack.telemetry, state: lack.state })),
    ),
    ...answers.notCollected.map((one) => ({ text: one.what, state: one.state })),
    ...answers.coverage.flatMap((one) =>
      one.state === 'covered' ? [] : [{ text: one.audit?.subcategory ?? one.channel, state: one.state }],
    ),
  ])
  const rows = howToTurnOn(sources)
  return [
    heading(2, 'Telemetry that was missing, and how it is turned on'),
    ...(rows.length
      ? [
          paragraph(
            'Set by group policy in an estate; the commands show the setting on one host. They change the host: not to be run on one under examination.',
            'quiet',
          ),
          table(
            ['Source', 'State here', 'How it is turned on', 'What it gives'],
            [20, 14, 38, 28],
            rows.map((row) => [
              row.name,
              row.states.map((state) => stateWords[state] ?? state).join(', '),
              code(row.how),
              row.note,
            ]),
          ),
        ]
      : [paragraph('None that a setting of Windows would have given.')]),
  ]
}

function evidence(facts: ReportFacts): readonly Block[] {
  const left = facts.evidence.length - mostEvidence
  const more = facts.problems.length - mostProblems
  return [
    heading(2, 'Evidence and hashes'),
    table(
      ['No.', 'Name, host', 'Records', 'From and to (UTC)', 'SHA-256'],
      [8, 28, 11, 20, 33],
      facts.evidence
        .slice(0, mostEvidence)
        .map((one) => [
          one.exhibit,
          [
            one.name,
            quiet(
              `${one.host ? `, ${one.host}` : ''}, ${one.size} bytes${one.provenance ? `, ${one.provenance}` : ''}`,
            ),
          ],
          one.records ? String(one.records) : '',
          [one.first, one.last]
            .flatMap((time) => (time ? [shortTime(time).replace(' UTC', '')] : []))
            .join(' to '),
          code(one.id),
        ]),
    ),
    ...(left > 0 ? [paragraph(`${left} more items are in the inventory.`, 'quiet')] : []),
    heading(3, 'Problems'),
    facts.problems.length
      ? table(
          ['Severity', 'Where', 'What'],
          [12, 36, 52],
          facts.problems.slice(0, mostProblems).map((one) => [one.severity, one.where, one.what]),
        )
      : paragraph('None was recorded.'),
    ...(more > 0 ? [paragraph(`${more} more problems are in the case.`, 'quiet')] : []),
  ]
}

function custody({ custody: { intact, note, lines } }: ReportFacts): readonly Block[] {
  const from = Math.max(0, lines.length - mostCustody)
  return [
    heading(2, 'Custody'),
    paragraph([intact ? note : { text: note, tone: 'harm' }]),
    ...(from > 0
      ? [paragraph(`The first ${from} of ${lines.length} lines are in custody.jsonl.`, 'quiet')]
      : []),
    table(
      ['No.', 'Time (UTC)', 'Who', 'Act', 'Note'],
      [6, 20, 22, 13, 39],
      lines.slice(from).map((line) => [String(line.seq), line.at, line.actor, line.action, line.note]),
    ),
  ]
}
