// The playbook over built evidence: what each answer may say, and when it has to say that it does not know.
import { describe, expect, it } from 'vitest'
import type { AllowEntry } from '../../../src/domain/allow-list.ts'
import type { ChainAnswers } from '../../../src/domain/answers.ts'
import type { ChainInput } from '../../../src/domain/chain.ts'
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
} from '../../builders/events.ts'
import { answer, answersFor, type Beside, trace } from '../../builders/playbook.ts'

const day = 24 * 3_600_000
/** Whole Security log and task history from three days before to an hour after, everything audited. */
const whole = (world: World): Partial<ChainInput> => ({
  coverage: [
    coverage(world, 'Security', { from: at(-3 * day) }),
    coverage(world, scheduler, { from: at(-3 * day), eventIds: [106, 129, 200, 201] }),
  ],
  hosts: [hostFacts(world, { auditPolicy: { ...auditedAll, '0CCE9226-69AE-11D9-BED3-505054503030': 1 } })],
})
function first(
  more: (world: World) => Partial<ChainInput> = whole,
  beside: Beside = {},
  world = new World(),
): ChainAnswers {
  const [one] = answersFor(input(atexec(world), more(world)), beside)
  if (!one) throw new Error('no chain')
  return one
}
const all = (answers: ChainAnswers) => [
  ...answers.validation,
  ...answers.questions,
  ...answers.escalation,
  ...answers.rule.conditions,
]

describe('answers', () => {
  it('say no to earlier task work only when the log is whole, audited and reaches back a day', () => {
    const history = (answers: ChainAnswers) => answer(answers.questions, 'account-history')
    expect(history(first()).answer).toBe('no')
    expect(
      history(first((world) => ({ ...whole(world), coverage: [coverage(world, 'Security')] }))),
    ).toMatchObject({
      answer: 'unknown',
      missing: [{ state: 'out-of-retention' }],
    })
    expect(history(first((world) => ({ ...whole(world), hosts: [] })))).toMatchObject({ answer: 'unknown' })
    // a selection that was cut says no "no"
    expect(history(first(whole, { left: { 'task-work': 3 } })).answer).toBe('unknown')
    const earlier = trace('task-work', -day, { eventId: 4698, sid: adminSid, subject: '\\Other' })
    expect(history(first(whole, { traces: [earlier] }))).toMatchObject({
      answer: 'yes',
      citations: [earlier.locator],
    })
    const stranger = trace('task-work', -day, { eventId: 4698, sid: undefined, subject: '\\Other' })
    expect(history(first(whole, { traces: [stranger] })).answer).toBe('no')
  })

  it.each([
    [
      'not-audited',
      (world: World) => ({
        ...whole(world),
        coverage: [coverage(world, 'Security', { from: at(-3 * day), eventIds: [4624] })],
        hosts: [
          hostFacts(world, { auditPolicy: { ...auditedAll, '0CCE9227-69AE-11D9-BED3-505054503030': 0 } }),
        ],
      }),
    ],
    ['out-of-retention', (world: World) => ({ ...whole(world), coverage: [coverage(world, 'Security')] })],
    [
      'filtered-out',
      (world: World) => ({
        ...whole(world),
        coverage: [
          coverage(world, 'Security', {
            from: at(-3 * day),
            provenance: 'filtered-export',
            missingRecordIds: 5n,
          }),
        ],
      }),
    ],
    ['not-collected', (world: World) => ({ ...whole(world), coverage: [] })],
    ['unknown', (world: World) => ({ ...whole(world), hosts: [] })],
    ['truly-absent', whole],
  ] as const)('name the kind of absence: %s', (state, more) => {
    const one = answer(first(more).questions, 'account-history')
    expect(one.missing[0]?.state).toBe(state)
    expect(one.missing[0]?.why).toMatch(
      state === 'truly-absent' ? /would have been recorded/ : /absence proves nothing/,
    )
    expect(one.answer).toBe(state === 'truly-absent' ? 'no' : 'unknown')
  })

  it('name a cleared log, and what is expected to be absent', () => {
    const world = new World()
    const cleared = answersFor(
      input([...atexec(world), world.cleared(5000)], {
        ...whole(world),
        coverage: [coverage(world, 'Security', { from: at(4000) })],
      }),
    )[0] as ChainAnswers
    expect(answer(cleared.questions, 'account-history').missing[0]?.state).toBe('log-cleared')
    const tcp = new World()
    const [overTcp] = answersFor(
      input([tcp.logon(-20, '0x2000', '10.0.0.66'), tcp.created(0, '0x2000')], whole(tcp)),
    )
    const present = answer((overTcp as ChainAnswers).validation, 'events-present')
    expect([present.answer, present.missing.map((one) => one.state)]).toEqual(['no', ['expected-absent']])
    expect((overTcp as ChainAnswers).conflicts.map((one) => one.id)).toContain('events-missing')
  })

  it('never call a log silent that holds such records', () => {
    const world = new World()
    // only the task history tells of the task: nothing says which of the logons in the log is its own
    const [one] = answersFor(
      input([world.logon(-20, '0x2000', '10.0.0.66'), world.history('registered', 0)], whole(world)),
    )
    const present = answer((one as ChainAnswers).validation, 'events-present')
    expect(present.missing.find((each) => each.telemetry.startsWith('4624'))).toMatchObject({
      state: 'unknown',
    })
  })

  it('always stand on records or on a stated gap, whatever is missing', () => {
    const settings: ((world: World) => Partial<ChainInput>)[] = [
      whole,
      () => ({}),
      (world) => ({ ...whole(world), hosts: [] }),
    ]
    for (const more of settings)
      for (const one of all(first(more)))
        expect(one.citations.length + one.missing.length, one.id).toBeGreaterThan(0)
  })
})

describe('movement and exfiltration', () => {
  const asked = (traces: Beside['traces']) => {
    const { questions } = first(whole, { traces: traces ?? [] })
    return [answer(questions, 'lateral-movement').answer, answer(questions, 'exfiltration').answer]
  }
  it('are seen where a record is tied to the chain by account, session or process', () => {
    expect(asked([trace('explicit-logon', 5000, { sid: adminSid, server: 'fs02' })])).toEqual([
      'yes',
      'unknown',
    ])
    expect(asked([trace('explicit-logon', 5000, { logonId: '0x2000' as never, server: 'fs02' })])).toEqual([
      'yes',
      'unknown',
    ])
    const connection = { pid: 976, image: 'C:\\Windows\\System32\\cmd.exe', ip: '203.0.113.9', port: 443 }
    expect(asked([trace('connection', 50, connection)])).toEqual(['unknown', 'yes'])
    expect(asked([trace('connection', 50, { ...connection, ip: '10.0.0.9', port: 445 })])).toEqual([
      'yes',
      'unknown',
    ])
  })
  it('are not seen in what the host does anyway, before the task, or to itself', () => {
    expect(
      asked([
        trace('connection', 5000, { pid: 4, ip: '10.0.0.9', port: 445 }),
        trace('connection', 50, { pid: 976, image: 'C:\\Windows\\explorer.exe', ip: '10.0.0.9', port: 445 }),
        trace('explicit-logon', -5000, { sid: adminSid, server: 'fs02' }),
        trace('explicit-logon', 5000, { sid: adminSid, server: 'localhost' }),
        trace('explicit-logon', 5000, { sid: adminSid, server: 'FS01' }),
        trace('explicit-logon', 5000, { sid: adminSid, server: 'fs01.corp.example' }),
        trace('connection', 4000, { pid: 4, ip: '10.0.0.9', port: 445, ownIp: '10.0.0.5' }),
        trace('explicit-logon', 5000, { sid: adminSid, server: '10.0.0.5' }),
        trace('explicit-logon', 5000, { sid: adminSid, server: '::1' }),
        trace('explicit-logon', 5000, { sid: adminSid, server: 'fs02', computer: 'ws77.corp.example' }),
      ]),
    ).toEqual(['unknown', 'unknown'])
  })
})

describe('the allow-list', () => {
  const hash = () => {
    const ioc = first().iocs.find((one) => one.type === 'Action SHA-256')
    return ioc?.value ?? ''
  }
  const entry = (more: Partial<AllowEntry> = {}): AllowEntry => ({
    id: '7',
    account: adminSid,
    addresses: '10.0.0.0/24',
    actionHash: hash(),
    expires: at(day),
    author: 'A. Lead',
    reason: 'CHG-77',
    ...more,
  })
  const judged = (more: Partial<AllowEntry>) => first(whole, { allowList: [entry(more)] }).evidence
  it('makes work expected only when account, action and address fit before the entry ends, and hides nothing', () => {
    expect(judged({})).toMatchObject({ disposition: 'expected', outcome: 'close' })
    expect(judged({}).reasons.filter((one) => one.weighs === 'malicious').length).toBeGreaterThan(2)
    for (const more of [
      { account: 'S-1-5-21-1-2-3-9999' },
      { addresses: '192.168.0.0/16' },
      { actionHash: '0'.repeat(64) },
      { actionHash: undefined },
      { account: undefined },
      { addresses: undefined },
      { expires: at(-1000) },
    ])
      expect(judged(more), JSON.stringify(Object.keys(more))).toMatchObject({
        disposition: 'malicious-indicators',
        outcome: 'escalate',
      })
  })
})

describe('hostile names', () => {
  it('go through as they are and break nothing', () => {
    const names = [
      '\\\u202egnp.exe',
      `\\${'x'.repeat(3000)}`,
      '\\constructor',
      '\\__proto__',
      "\\'; Remove-Item *; '",
      '\\a\u0000b',
      '\\%s%n$(id)',
      '\\',
    ]
    for (const path of names) {
      const world = new World()
      const definition = command('powershell.exe', `-enc ${'A'.repeat(1000)}= <>&"' %windir%\\Temp\\\u202e`)
      const [one] = answersFor(
        input(
          [
            world.logon(-20, '0x2000', '10.0.0.66', { account: admin }),
            world.created(0, '0x2000', { path, definition }),
          ],
          whole(world),
        ),
      )
      expect((one as ChainAnswers).task).toBe(path)
      for (const each of all(one as ChainAnswers))
        expect(each.citations.length + each.missing.length).toBeGreaterThan(0)
      expect((one as ChainAnswers).evidence.outcome).toBe('escalate')
    }
  })
  it('are told as hidden when they hide', () => {
    const world = new World()
    const [one] = answersFor(input([world.created(0, '0x2000', { path: '\\Up\u200bdate' })], whole(world)))
    expect((one as ChainAnswers).evidence.reasons.map((each) => each.id)).toContain('name-invisible')
  })
})

describe('several chains', () => {
  it('are answered each from its own records', () => {
    const world = new World()
    const events = [
      ...atexec(world),
      world.logon(59_000, '0x9000', '203.0.113.5'),
      world.created(60_000, '0x9000', { path: '\\Second', definition: command('notepad.exe', undefined) }),
    ]
    const answers = answersFor(input(events, whole(world)))
    expect(answers).toHaveLength(2)
    const second = answers.find((one) => one.task === '\\Second') as ChainAnswers
    const own = answers.find((one) => one.task !== '\\Second') as ChainAnswers
    expect(answer(own.validation, 'source-address').answer).toBe('yes')
    expect(answer(second.validation, 'source-address').answer).toBe('no')
    expect(second.iocs.some((ioc) => ioc.value === '10.0.0.66')).toBe(false)
  })
})
