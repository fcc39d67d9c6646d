/** A report of a case: the page a manager reads in a minute, each serious chain in full, then indicators, evidence and custody. */
import { type Block, code, heading, list, paragraph, quiet, strong, table } from './blocks.ts'
import { chainSections, type ToldChain } from './chain-sections.ts'
import type { ReportFacts } from './facts.ts'
import { summary } from './summary.ts'
import { howToTurnOn } from './telemetry.ts'
import { counted, kindWords, mechanismWords, placesText, shortTime, stateWords } from './words.ts'

/** Rows of one table; what is left out is counted where it is left out. */
const [mostChains, mostIocs, mostEvidence, mostProblems, mostCustody] = [500, 1000, 5000, 1000, 2000]
/** Steps a picture on the first page may have: more do not fit beside the summary. */
const mostDrawnFirst = 16

/** Title, what stands at the top of printed pages, and blocks; the same facts give the same blocks. */
export function composeReport(facts: ReportFacts): {
  readonly title: string
  readonly running: string
  readonly blocks: readonly Block[]
} {
  const exhibits = new Map(facts.evidence.map((one) => [one.id, one.exhibit]))
  const byId = new Map(facts.chains.map((chain) => [chain.id, chain]))
  const told = facts.answers.flatMap((answers): ToldChain[] => {
    const chain = byId.get(answers.chain)
    return chain ? [{ chain, answers }] : []
  })
  const name = facts.case.number || facts.case.id
  const isDrawn = (told[0]?.chain.steps.length ?? 0) <= mostDrawnFirst
  return {
    title: `${name}: ${facts.case.title}`,
    running: name,
    blocks: [
      ...summary(facts, told, exhibits, isDrawn),
      ...chainsTable(facts, told),
      ...howToRead(facts, told),
      ...told.flatMap((one, index) =>
        chainSections(one, index + 1, exhibits, facts.includesCase, {
          hasPicture: index === 0 && isDrawn,
          startsPage: facts.chains.length > 1,
        }),
      ),
      ...indicators(facts, exhibits),
      ...telemetry(told),
      ...evidence(facts),
      ...received(facts),
      ...custody(facts),
      ...signOff(),
    ],
  }
}

function chainsTable(facts: ReportFacts, told: readonly ToldChain[]): readonly Block[] {
  if (facts.chains.length < 2) return []
  const number = new Map(told.map((one, index) => [one.chain.id, index + 1]))
  const left = facts.chains.length - mostChains
  const closed = facts.outcomes.filter((outcome) => outcome === 'close').length
  const untold = facts.chains.length - told.length - closed
  return [
    heading(2, 'All chains, the most serious first'),
    paragraph(
      `${counted(facts.chains.length, 'chain')}: ${told.length} told in full below${closed ? `; ${closed} the evidence closes` : ''}${untold > 0 ? `; ${untold} more are judged and listed here, and told in answers.json and in the case` : ''}.`,
      untold > 0 ? 'unknown' : 'quiet',
    ),
    table(
      ['', 'Time (UTC)', 'Host', 'Task', 'What happened', 'Evidence points to'],
      [4, 15, 23, 24, 21, 13],
      facts.chains
        .slice(0, mostChains)
        .map((chain, at) => [
          String(number.get(chain.id) ?? ''),
          shortTime(chain.time).replace(' UTC', ''),
          chain.host,
          code(chain.task.path),
          `${kindWords[chain.kind]}, ${mechanismWords[chain.mechanism]}`,
          facts.outcomes[at] === 'escalate' ? strong('escalate') : (facts.outcomes[at] ?? ''),
        ]),
    ),
    ...(left > 0
      ? [
          paragraph(
            `${left} more chains are in chains.json and answers.json; they are not listed here.`,
            'unknown',
          ),
        ]
      : []),
  ]
}

function howToRead(facts: ReportFacts, told: readonly ToldChain[]): readonly Block[] {
  if (!told.length) return []
  const example = facts.evidence[0]?.exhibit ?? 'E0001'
  return [
    heading(3, 'How to read this report'),
    list(
      `[${example} record 4711] names exhibit ${example}, whose SHA-256 stands under "Evidence and hashes", and the EventRecordID in it. Every statement rests on the records behind it.`,
      '"Cannot tell" is an answer: the reason stands beside it, and what would have told is listed under "What is not known, and why". A "no" is given only where the record would be there.',
      'A link or reason is "strong" when a session, process or record number ties it, and "medium" or "weak" when it fits and others might too. Rules L1 to L7 find the source of a call, E1 to E5 whether it ran.',
      'Values of the evidence are shown as recorded, with invisible characters named; nothing in this document is a link.',
    ),
  ]
}

/** A table, or the words for one that has no row. */
const rowsOr = (words: string, block: Block): Block =>
  block.kind === 'table' && block.rows.length === 0 ? paragraph(words) : block

function indicators(facts: ReportFacts, exhibits: ReadonlyMap<string, string>): readonly Block[] {
  const left = facts.iocs.length - mostIocs
  return [
    heading(2, 'IOC to track', true),
    paragraph(
      'Of all chains of this case. Whether a value is an intruder’s stands with its chain: addresses and accounts of administrators are among them.',
      'quiet',
    ),
    rowsOr(
      'None: there is no chain.',
      table(
        ['Type', 'Value', 'Context', 'First and last seen (UTC)', 'Records'],
        [12, 31, 20, 19, 18],
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
    ),
    ...(left > 0
      ? [paragraph(`${left} more values are in iocs.csv; they are not listed here.`, 'unknown')]
      : []),
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
    rowsOr(
      'None: the case holds no evidence.',
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
    ),
    ...(left > 0
      ? [paragraph(`${left} more items are in the inventory; they are not listed here.`, 'unknown')]
      : []),
    heading(3, 'Problems'),
    facts.problems.length
      ? table(
          ['Severity', 'Where', 'What'],
          [12, 36, 52],
          facts.problems.slice(0, mostProblems).map((one) => [one.severity, one.where, one.what]),
        )
      : paragraph('None was recorded.'),
    ...(more > 0
      ? [paragraph(`${more} more problems are in the case; they are not listed here.`, 'unknown')]
      : []),
  ]
}

/** The bundles a received case came in, and what their senders stated: never mixed with what people of this case state. */
function received(facts: ReportFacts): readonly Block[] {
  if (facts.received.length === 0) return []
  return [
    heading(2, 'Received bundles, and what their senders stated'),
    table(
      ['Bundle', 'Verdict', 'Sealed by', 'Sealed at (UTC)'],
      [38, 18, 26, 18],
      facts.received.map((one) => [
        [one.name, ...(one.isSuperseded ? [quiet(', superseded by another of these')] : [])],
        [
          strong(one.verdict),
          quiet(one.signer ? `, ${one.identity ?? 'unknown signer'} ${one.signer}` : ', not signed'),
        ],
        one.sender,
        shortTime(one.sealedAt).replace(' UTC', ''),
      ]),
    ),
    ...facts.received.flatMap((one): Block[] => [
      heading(3, `Stated by ${one.sender}`),
      one.statements.length
        ? table(
            ['Who and when (UTC)', 'What'],
            [34, 66],
            one.statements.map((statement) => [`${statement.by}, ${statement.at}`, statement.words]),
          )
        : paragraph('Ticks, notes and dispositions were not handed over with this bundle.'),
    ]),
  ]
}

/** For paper: whoever stands for the report signs it by hand. */
const signOff = (): readonly Block[] => [
  heading(3, 'Prepared and reviewed'),
  table(
    ['', 'Name', 'Date and time, with zone', 'Signature'],
    [16, 28, 28, 28],
    [
      ['Prepared by', '', '', ''],
      ['Reviewed by', '', '', ''],
    ],
  ),
]

function custody({ custody: { intact, note, lines } }: ReportFacts): readonly Block[] {
  const from = Math.max(0, lines.length - mostCustody)
  return [
    heading(2, 'Custody'),
    paragraph([intact ? note : { text: note, tone: 'harm' }]),
    ...(from > 0
      ? [
          paragraph(
            `The first ${from} of ${lines.length} lines are in custody.jsonl; they are not listed here.`,
            'unknown',
          ),
        ]
      : []),
    table(
      ['No.', 'Time (UTC)', 'Who', 'Act', 'Note'],
      [6, 20, 22, 13, 39],
      lines
        .slice(from)
        .map((line) => [
          String(line.seq),
          shortTime(line.at).replace(' UTC', ''),
          line.actor,
          line.action,
          line.note,
        ]),
    ),
  ]
}
