// What registry, file and the service's list tell of a chain's task: whether it ran, and what was hidden or changed past the records.
import { describe, expect, it } from 'vitest'
import type { AllowEntry } from '../../../src/domain/allow-list.ts'
import type { ChainAnswers } from '../../../src/domain/answers.ts'
import type { Chain, ChainInput } from '../../../src/domain/chain.ts'
import type {
  RegistryFacts,
  ServiceFacts,
  TaskEntry,
  TaskFindingEntry,
} from '../../../src/domain/task-entry.ts'
import { formatUtc } from '../../../src/domain/time.ts'
import { bounded, listed } from '../../../src/playbook/bounds.ts'
import { adminSid, at, command, coverage, input, scheduler, svchost, World } from '../../builders/events.ts'
import { answer, answersFor, taskEntry, trace } from '../../builders/playbook.ts'

const path = '\\Sync'
const hive = 'd'.repeat(64)
/** A task made over TCP that nothing shows to have run. */
function made(more: (world: World) => Partial<ChainInput> = () => ({}), world = new World()) {
  const events = [
    world.logon(-40, '0x500', '10.0.0.66'),
    world.created(0, '0x500', { path, definition: command('C:\\Tools\\sync.exe') }),
  ]
  return input(events, { coverage: [coverage(world, 'Security')], ...more(world) })
}
const registry = (lastRun: number | undefined, more: Partial<RegistryFacts> = {}): RegistryFacts => ({
  id: '{1}',
  created: formatUtc(at(3)),
  lastRun: lastRun === undefined ? null : formatUtc(at(lastRun)),
  lastSuccess: null,
  lastResult: lastRun === undefined ? null : { code: '0x0', meaning: 'it succeeded' },
  dynamic: [0, 0],
  hasSecurityDescriptor: true,
  index: 3,
  treeWritten: null,
  taskWritten: null,
  settled: true,
  hash: null,
  evidenceId: hive,
  citation: { evidenceId: hive, offset: 4096 },
  ...more,
})
const service = (more: Partial<ServiceFacts> = {}): ServiceFacts => ({
  state: 'ready',
  enabled: true,
  lastRun: null,
  nextRun: null,
  lastResult: { code: '0x41303', meaning: null },
  missedRuns: 0,
  securityDescriptor: null,
  takenAt: '2026-03-02T00:00:00Z',
  citation: { evidenceId: hive, offset: 77 },
  ...more,
})
const finding = (code: string): TaskFindingEntry => ({
  code,
  path,
  severity: 'alarm',
  what: `The finding ${code}.`,
  one: null,
  other: null,
  citations: [{ evidenceId: hive, offset: 512 }],
})
function answers(
  more: Partial<TaskEntry> | ((chain: Chain) => Partial<TaskEntry>),
  from = made(),
  allowList: readonly AllowEntry[] = [],
): ChainAnswers {
  const taskOf = (chain: Chain) => taskEntry(chain, typeof more === 'function' ? more(chain) : more)
  const found = answersFor(from, { taskOf, allowList }).find(({ task }) => task === path)
  if (!found) throw new Error('no chain')
  return found
}
const ran = (one: ChainAnswers) => answer(one.questions, 'executed')

describe('the last run in the registry', () => {
  it('answers what no record does, and names the place of the key', () => {
    const told = ran(answers({ registry: registry(5_000) }))
    expect(told.answer).toBe('yes')
    expect(told.places).toEqual([{ evidenceId: hive, offset: 4096 }])
    expect(told.why).toContain(formatUtc(at(5_000)))
    expect(told.citations.length).toBeGreaterThan(0)
    expect(ran(answers({})).answer).toBe('unknown')
  })

  it('says no where the task never ran, was not deleted and nothing looks like its process', () => {
    const one = answers({ registry: registry(undefined) })
    expect([ran(one).answer, answer(one.questions, 'process-spawned').answer]).toEqual(['no', 'no'])
    expect(answer(one.questions, 'process-spawned').places).toHaveLength(1)
    // a hive that was being written when it was copied may lack the run
    expect(ran(answers({ registry: registry(undefined, { settled: false }) })).answer).toBe('unknown')
    const world = new World()
    const events = [
      world.logon(-40, '0x500', '10.0.0.66'),
      world.created(0, '0x500', { path, definition: command('C:\\Tools\\sync.exe') }),
      world.process(300, 4711, 'C:\\Tools\\sync.exe', svchost, { line: 'C:\\Tools\\sync.exe' }),
    ]
    expect(ran(answers({ registry: registry(undefined) }, input(events))).answer).toBe('unknown')
  })

  it('counts only for the task it belongs to: another registration, a later life, a run before', () => {
    expect(ran(answers({ registry: registry(5_000, { created: formatUtc(at(90_000)) }) })).answer).toBe(
      'unknown',
    )
    const later = (chain: Chain): Partial<TaskEntry> => {
      const [life] = taskEntry(chain).lifetimes
      if (!life) throw new Error('no life')
      const next = { ...life, number: 2, chains: [], from: formatUtc(at(60_000)) }
      return { registry: registry(70_000), lifetimes: [life, next] }
    }
    expect(ran(answers(later)).answer).toBe('unknown')
    expect(ran(answers({ registry: registry(-5_000) })).answer).toBe('no')
  })

  it('against a whole task log that shows no start: after its end it counts, within it the two contradict each other', () => {
    const whole = (world: World): Partial<ChainInput> => ({
      coverage: [
        coverage(world, 'Security'),
        coverage(world, scheduler, {
          eventIds: [106, 129, 200, 201],
          provenance: 'raw-live-copy',
          to: at(60_000),
        }),
      ],
    })
    const world = new World()
    const from = made(whole, world)
    const events = [...from.events, world.history('registered', 1, { path })]
    const denied = { ...from, events }
    expect(ran(answersFor(denied).find(isOwn) as ChainAnswers).answer).toBe('no')
    const within = answers({ registry: registry(5_000) }, denied)
    expect(ran(within)).toMatchObject({ answer: 'unknown' })
    expect(ran(within).why).toContain('contradict')
    expect(answer(within.questions, 'process-spawned').answer).not.toBe('no')
    expect(ran(answers({ registry: registry(90_000) }, denied)).answer).toBe('yes')
  })
})
const isOwn = (one: ChainAnswers) => one.task === path

describe("the service's list", () => {
  it('denies a run only where the service itself says never', () => {
    const never = ran(answers({ service: service() }))
    expect([never.answer, never.places]).toEqual(['no', [{ evidenceId: hive, offset: 77 }]])
    expect(ran(answers({ service: service({ lastResult: { code: '0x0', meaning: null } }) })).answer).toBe(
      'unknown',
    )
    expect(ran(answers({ service: service({ lastRun: '2026-03-01T11:00:00' }) })).answer).toBe('unknown')
  })
})

describe('what the views disagree on', () => {
  it('weighs in the verdict: what hides a task decides by itself, what a removed program leaves does not', () => {
    const reasons = (code: string) =>
      answers({ findings: [finding(code)] }).evidence.reasons.filter(({ id }) => id === `task-${code}`)
    for (const code of [
      'no-security-descriptor',
      'descriptor-removed',
      'index-zero',
      'actions-differ',
      'put-in-place',
    ])
      expect(reasons(code)).toMatchObject([
        { weighs: 'malicious', isStrong: true, places: [{ offset: 512 }] },
      ])
    for (const code of ['hash-differs', 'registry-only', 'created-unrecorded'])
      expect(reasons(code)).toMatchObject([{ weighs: 'malicious', isStrong: false }])
    for (const code of ['file-only', 'there-after-deletion'])
      expect(reasons(code)).toMatchObject([{ weighs: 'neutral' }])
    expect(answers({ findings: [finding('descriptor-removed')] }).evidence).toMatchObject({
      disposition: 'malicious-indicators',
      outcome: 'escalate',
    })
  })

  it('of a later task of the same name weighs nothing', () => {
    const one = answers((chain) => {
      const [life] = taskEntry(chain).lifetimes
      if (!life) throw new Error('no life')
      return {
        findings: [finding('descriptor-removed')],
        lifetimes: [life, { ...life, number: 2, chains: [], from: formatUtc(at(60_000)) }],
      }
    })
    expect(one.evidence.reasons.find(({ id }) => id === 'task-descriptor-removed')).toMatchObject({
      weighs: 'neutral',
      isStrong: false,
    })
    expect(answer(one.escalation, 'malware').answer).toBe('unknown')
  })

  it('a task hidden from Windows answers the criterion of a back door, with the place', () => {
    const malware = answer(answers({ findings: [finding('no-security-descriptor')] }).escalation, 'malware')
    expect(malware).toMatchObject({ answer: 'yes', places: [{ evidenceId: hive, offset: 512 }] })
  })

  it('is not closed by the allow-list, which says that it is expected', () => {
    const [chain] = answersFor(made())
    const hash = chain?.iocs.find(({ type }) => type === 'Action SHA-256')?.value
    const entry: AllowEntry = {
      id: '1',
      account: adminSid,
      addresses: '10.0.0.0/24',
      actionHash: hash,
      expires: undefined,
      author: 'ann',
      reason: 'inventory',
    }
    expect(answers({}, made(), [entry]).evidence).toMatchObject({ disposition: 'expected', outcome: 'close' })
    expect(answers({ findings: [finding('actions-differ')] }, made(), [entry]).evidence).toMatchObject({
      disposition: 'expected',
      outcome: 'cannot-decide',
    })
  })

  it('no longer asks for the registry where it was taken', () => {
    const has = (one: ChainAnswers) => one.notCollected.some(({ what }) => what.startsWith('TaskCache'))
    expect(has(answers({}))).toBe(true)
    expect(has(answers({ views: [{ view: 'registry', shows: 'yes' }] }))).toBe(false)
  })
})

describe('very many records', () => {
  it('of one answer are named up to a number, and the others are counted', () => {
    const earlier = Array.from({ length: 31 }, (_, n) =>
      trace('task-work', -60_000 - n * 2000, { eventId: 4698, sid: adminSid, subject: `\\T${n}` }),
    )
    const [one] = answersFor(made(), { traces: earlier })
    const history = answer((one as ChainAnswers).questions, 'account-history')
    expect([history.citations.length, history.moreCitations]).toEqual([20, 11])
    const reason = (one as ChainAnswers).evidence.reasons.find(({ id }) => id === 'account-history')
    expect([reason?.citations.length, reason?.moreCitations]).toEqual([20, 11])
  })

  it('are named once each, and cut again they are not counted less', () => {
    const place = (recordId: number) => ({
      evidenceId: hive as never,
      recordId: BigInt(recordId),
      chunk: 0,
      offset: recordId,
    })
    const twice = [1, 2, 2, 3, 1].map(place)
    expect(bounded({ citations: twice }, 5)).toEqual({ citations: [1, 2, 3].map(place) })
    const once = bounded({ citations: twice }, 2)
    expect(once).toEqual({ citations: [1, 2].map(place), moreCitations: 1 })
    expect(bounded(once, 1)).toEqual({ citations: [place(1)], moreCitations: 2 })
    expect(listed(['a', 'b', 'c'], 2)).toBe('a, b and 1 more')
    expect(listed(['a', 'b'], 2)).toBe('a, b')
  })
})
