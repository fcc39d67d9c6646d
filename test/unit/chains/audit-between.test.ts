/** What may be said of the audit policy of one moment, from the collected policy and the changes recorded (4719). */
import { describe, expect, it } from 'vitest'
import { auditBetween, policyChange, subcategories } from '../../../src/chains/audit-policy.ts'
import type { AuditPolicyChangedEvent, WindowsEvent } from '../../../src/domain/event.ts'
import { admin, at, coverage, hostFacts, World } from '../../builders/events.ts'

const world = new World()
const share = subcategories.detailedFileShare
const turned = (
  ms: number,
  changes: string | undefined,
  subcategoryGuid: string | undefined = share.guid,
): AuditPolicyChangedEvent => ({
  ...(world.cleared(ms) as WindowsEvent),
  kind: 'audit-policy-changed',
  eventId: 4719,
  account: admin,
  logonId: undefined,
  subcategoryGuid,
  changes,
})
const facts = (setting: number | undefined, collectedAt?: string) =>
  hostFacts(world, {
    auditPolicy: setting === undefined ? {} : { [share.guid]: setting },
    ...(collectedAt === undefined ? {} : { collectedAt }),
  })
const asked = (
  settings: readonly ReturnType<typeof facts>[],
  changes: readonly AuditPolicyChangedEvent[] = [],
  logs = [coverage(world, 'Security', { eventIds: [4624] })],
) => auditBetween({ facts: settings, changes: changes.map(policyChange), logs }, share, at(-1000), at(1000))

describe('a change of the audit policy', () => {
  it('says which subcategory it was about, and what it turned', () => {
    const logon = subcategories.logon.guid
    expect(policyChange(turned(0, '%%8449, %%8450', logon))).toMatchObject({
      guid: logon,
      subcategory: 'Logon',
      success: 'added',
      failure: 'removed',
    })
    expect(policyChange(turned(0, 'Success removed, Failure added'))).toMatchObject({
      subcategory: 'Detailed File Share',
      success: 'removed',
      failure: 'added',
    })
    const odd = '0CCE9299-69AE-11D9-BED3-505054503030'
    expect(policyChange(turned(0, undefined, odd))).toMatchObject({
      subcategory: odd,
      success: undefined,
      failure: undefined,
    })
    const nameless = policyChange({ ...turned(0, ''), subcategoryGuid: undefined })
    expect(nameless).toMatchObject({ guid: undefined, subcategory: 'unnamed' })
  })
})

describe('success auditing over a span', () => {
  it('is what was collected, when nothing changed it', () => {
    for (const on of [1, 3])
      expect(asked([facts(on, '2024-05-06T09:00:00Z')])).toMatchObject({
        subcategory: 'Detailed File Share',
        guid: share.guid,
        events: [5145],
        now: on,
        was: 'on',
        source: 'collected',
        why: '"Detailed File Share" success auditing = on now (collected 2024-05-06T09:00:00Z)',
        citations: [],
      })
    for (const off of [0, 2])
      expect(asked([facts(off)])).toMatchObject({ was: 'off', source: 'collected', now: off })
    expect(asked([facts(0)]).why).toBe('"Detailed File Share" success auditing = off now (collected)')
  })

  it('names every time it was collected, once and in order, and is unknown where collectors disagree', () => {
    const twice = [
      facts(1, '2024-05-07T00:00:00Z'),
      facts(1, '2024-05-06T00:00:00Z'),
      facts(1, '2024-05-07T00:00:00Z'),
    ]
    expect(asked(twice).why).toContain('(collected 2024-05-06T00:00:00Z and 2024-05-07T00:00:00Z)')
    expect(asked([facts(1), facts(0)])).toMatchObject({ was: 'unknown', now: undefined, source: 'none' })
    // who did not ask says nothing against who did
    expect(asked([facts(undefined), facts(1)])).toMatchObject({ was: 'on', now: 1 })
    const noPolicy = hostFacts(world, { collectedAt: '2030-01-01T00:00:00Z' })
    expect(asked([noPolicy, facts(1, '2024-05-06T00:00:00Z')]).why).toContain(
      '(collected 2024-05-06T00:00:00Z)',
    )
  })

  it('is unknown, not off, where the log shows that it was on once', () => {
    const logs = (eventIds: readonly number[], from = at(-9000), to = at(9000)) => [
      coverage(world, 'Security', { eventIds, from, to }),
    ]
    expect(asked([facts(0)], [], logs([5145]))).toMatchObject({ was: 'unknown', source: 'collected' })
    expect(asked([], [], logs([5145]))).toMatchObject({ was: 'unknown', source: 'records' })
    expect(asked([], [], logs([4624]))).toMatchObject({ was: 'unknown', source: 'none' })
    // a log of another time says nothing of this one; one that only touches the span does
    expect(asked([facts(0)], [], logs([5145], at(1001), at(9000))).was).toBe('off')
    expect(asked([facts(0)], [], logs([5145], at(-9000), at(-1001))).was).toBe('off')
    expect(asked([facts(0)], [], logs([5145], at(1000), at(9000))).was).toBe('unknown')
    expect(asked([facts(0)], [], logs([5145], at(-9000), at(-1000))).was).toBe('unknown')
  })

  it('needs only one of the events of a subcategory to be known as on once', () => {
    const known = {
      facts: [],
      changes: [],
      logs: [coverage(world, 'Security', { eventIds: [4699] })],
    }
    expect(auditBetween(known, subcategories.taskChanges, at(0), at(1)).source).toBe('records')
  })

  it('is what the last change before the span said, at the edge too', () => {
    for (const ms of [-1000, -5000]) {
      const on = turned(ms, '%%8449')
      expect(asked([facts(0)], [on])).toMatchObject({
        was: 'on',
        source: 'collected-and-changes',
        citations: [on.locator],
      })
      expect(asked([], [on])).toMatchObject({ was: 'on', source: 'changes' })
      expect(asked([facts(1)], [turned(ms, '%%8448')]).was).toBe('off')
    }
    expect(asked([], [turned(-5000, '%%8448')]).why).toMatch(/success auditing = off since 2024-.* \(4719\)$/)
    expect(asked([], [turned(-5000, '%%8449')]).why).toMatch(/success auditing = on since 2024-/)
  })

  it('is unknown when it was changed inside the span, its last moment included', () => {
    for (const ms of [-999, 0, 1000]) {
      const change = turned(ms, '%%8449')
      const told = asked([facts(1)], [turned(-9000, '%%8449'), change])
      expect(told).toMatchObject({ was: 'unknown', source: 'changes', citations: [change.locator] })
    }
  })

  it('is the other side of the first change after the span, and only where none stands before', () => {
    const removed = turned(1001, '%%8448')
    expect(asked([facts(0)], [removed])).toMatchObject({
      was: 'on',
      source: 'collected-and-changes',
      citations: [removed.locator],
    })
    expect(asked([facts(0)], [removed]).why).toMatch(/ = on until 2024-.* \(4719\)$/)
    const added = turned(1001, '%%8449')
    expect(asked([facts(1)], [added])).toMatchObject({ was: 'off', citations: [added.locator] })
    expect(asked([facts(1)], [added]).why).toMatch(/ = off until 2024-/)
    // a change of failures before it leaves open what held for success: the collected policy decides
    expect(asked([facts(1)], [turned(-5000, '%%8451'), added])).toMatchObject({
      was: 'on',
      source: 'collected',
    })
  })

  it('is unknown with a change that names no subcategory, before, after or unseen', () => {
    const nameless = (ms: number) => ({ ...turned(ms, '%%8449'), subcategoryGuid: undefined })
    for (const ms of [-5000, 5000]) {
      expect(asked([facts(1)], [nameless(ms)])).toMatchObject({
        was: 'unknown',
        source: 'collected',
        citations: [],
      })
      expect(asked([], [nameless(ms)])).toMatchObject({ was: 'unknown', source: 'none' })
    }
    const logs = [coverage(world, 'Security', { eventIds: [4719] })]
    expect(asked([facts(1)], [], logs)).toMatchObject({ was: 'unknown', source: 'collected' })
    expect(asked([], [], logs)).toMatchObject({ was: 'unknown', source: 'none' })
    // the 4719 of the log is known, and about another subcategory
    const about = turned(0, '%%8448', subcategories.logon.guid)
    expect(asked([facts(1)], [about], logs)).toMatchObject({ was: 'on', source: 'collected' })
  })
})
