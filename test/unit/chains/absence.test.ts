/** What a missing record of one host means: the state, the reason, and what the judgement rests on. */
import { describe, expect, it } from 'vitest'
import { policyChange, subcategories } from '../../../src/chains/audit-policy.ts'
import { clockJumps } from '../../../src/chains/clock.ts'
import {
  absenceSentence,
  channels,
  goesOnAfter,
  type HostCoverage,
  judgeAbsence,
  mayHoldBoot,
} from '../../../src/chains/coverage.ts'
import type { AuditPolicyChangedEvent, TimeChangedEvent, WindowsEvent } from '../../../src/domain/event.ts'
import { formatUtc } from '../../../src/domain/time.ts'
import { admin, at, auditedAll, coverage, hostFacts, scheduler, World } from '../../builders/events.ts'

const world = new World()
const security = (more: Parameters<typeof coverage>[2] = {}) => coverage(world, 'Security', more)
const host = (more: Partial<HostCoverage> = {}): HostCoverage => ({
  logs: [security()],
  facts: [],
  cleared: [],
  audit: { facts: [hostFacts(world, { auditPolicy: auditedAll })], changes: [], logs: [] },
  jumps: [],
  blind: [],
  ...more,
})
const asked = (of: HostCoverage, from = 0, until: number | 'end' = 1000) =>
  judgeAbsence(of, 'security', subcategories.logon, at(from), until === 'end' ? 'end' : at(until))
const logs = (...all: readonly Parameters<typeof coverage>[2][]) => host({ logs: all.map(security) })
const stateOf = (of: HostCoverage, from?: number, until?: number | 'end') => asked(of, from, until).state
const filtered = { provenance: 'filtered-export', missingRecordIds: 9n } as const
const exported = { provenance: 'full-export' } as const

describe('silence of a log', () => {
  it('counts when the log is whole, reaches over the span and was audited', () => {
    expect(asked(host())).toEqual({
      state: 'truly-absent',
      why: 'security covers 2024-05-06T06:08:09.0000000Z to 2024-05-06T08:08:09.0000000Z without a gap and "Logon" was audited: it would have been recorded',
      audit: '"Logon" success auditing = on now (collected)',
      covers: 'security covers 2024-05-06T06:08:09.0000000Z to 2024-05-06T08:08:09.0000000Z',
      citations: [],
    })
    const history = host({ logs: [coverage(world, scheduler)] })
    expect(judgeAbsence(history, channels.scheduler, undefined, at(0), at(1))).toMatchObject({
      state: 'truly-absent',
      audit: undefined,
      why: expect.stringMatching(/without a gap: it would/),
    })
  })

  it('counts to the very edges of an export, and past its end only in a copy of the file', () => {
    const edges = { from: at(0), to: at(1000) }
    expect(stateOf(logs({ ...exported, ...edges }))).toBe('truly-absent')
    expect(stateOf(logs({ ...exported, ...edges }), -1)).toBe('out-of-retention')
    expect(stateOf(logs({ ...exported, ...edges }), 0, 1001)).toBe('unknown')
    for (const provenance of ['raw-copy', 'raw-live-copy'] as const)
      expect(stateOf(logs({ provenance, ...edges }), 0, 1001)).toBe('truly-absent')
  })

  it('counts until the log was taken only where the log goes on after the event', () => {
    expect(stateOf(logs({ ...exported, to: at(2000) }), 0, 'end')).toBe('unknown')
    expect(stateOf(logs({ ...exported, to: at(2001) }), 0, 'end')).toBe('truly-absent')
    expect(stateOf(logs({ to: at(0) }), 0, 'end')).toBe('truly-absent')
    expect(stateOf(logs({ provenance: 'undetermined' }), 0, 'end')).toBe('unknown')
    expect(goesOnAfter(security({ provenance: 'undetermined' }), at(0))).toBe(false)
    expect(goesOnAfter(security({ ...exported, to: at(2000) }), at(0))).toBe(false)
  })

  it('proves nothing where a log has holes, and says which', () => {
    expect(asked(logs({ missingRecordIds: 3n }, { missingRecordIds: 4n, evidenceId: 'e' })).why).toBe(
      'security covers the moment, but 7 record ids are missing from it',
    )
    expect(asked(logs({ problems: 2 }, { problems: 1, evidenceId: 'e' })).why).toContain(
      'but 3 places in it could not be read',
    )
    expect(asked(logs({ mixedRecordIds: true })).why).toContain('its record ids are those of several logs')
    const ended = logs(
      { ...exported, to: at(500) },
      { ...exported, to: at(700) },
      { ...exported, to: at(600) },
    )
    expect(asked(ended)).toMatchObject({
      state: 'unknown',
      why: `security covers the moment, but its records end at ${formatUtc(at(700))}, and it is not a copy that would show that nothing followed`,
    })
    expect(asked(logs({ mixedRecordIds: true }, { ...exported, to: at(700) })).why).toContain(
      'its records end at',
    )
    // another log that is whole speaks for the host
    expect(stateOf(logs({ missingRecordIds: 3n }, { evidenceId: 'e' }))).toBe('truly-absent')
  })

  it('is not looked for where no log is: disabled where every look says so, else not collected', () => {
    const facts = (...on: readonly boolean[]) =>
      on.map((enabled) =>
        hostFacts(world, {
          channels: [
            { name: 'SECURITY', enabled },
            { name: 'System', enabled: !enabled },
          ],
        }),
      )
    const without = (more: Partial<HostCoverage>) => asked(host({ logs: [], ...more }))
    expect(without({})).toMatchObject({ state: 'not-collected', audit: undefined, covers: undefined })
    expect(without({ facts: facts(false) }).state).toBe('not-audited')
    expect(without({ facts: facts(false, true) }).state).toBe('not-collected')
    expect(without({ facts: facts(true) }).state).toBe('not-collected')
    expect(without({ facts: [hostFacts(world)] }).state).toBe('not-collected')
  })

  it('is the filter’s where every log that reaches over the moment is a filtered export', () => {
    const clearing = world.cleared(5000)
    expect(asked(host({ logs: [security(filtered)], cleared: [clearing] }))).toMatchObject({
      state: 'filtered-out',
      covers: expect.stringContaining('security covers'),
    })
    // one log that is no filtered export has an edge of its own
    expect(stateOf(logs(filtered, { missingRecordIds: 1n }))).toBe('unknown')
    // a filter that left nothing out between the first and the last record hides nothing there
    const nothingLeftOut = { provenance: 'filtered-export', to: at(1000) } as const
    expect(stateOf(logs(nothingLeftOut))).toBe('truly-absent')
    expect(stateOf(logs(nothingLeftOut), 0, 1001)).toBe('filtered-out')
    expect(stateOf(logs(nothingLeftOut), 0, 'end')).toBe('filtered-out')
    const late = { from: at(5000) }
    expect(asked(logs({ ...filtered, ...late }))).toMatchObject({ state: 'filtered-out', covers: undefined })
    expect(stateOf(logs({ ...filtered, ...late }, late))).toBe('out-of-retention')
  })

  it('is that of a log cleared afterwards, and cites the clearing', () => {
    const cleared = (ms: number, channel = 'Security') =>
      asked(host({ logs: [security({ from: at(90_000) })], cleared: [world.cleared(ms, channel)] }))
    const clearing = world.cleared(5000)
    const told = asked(host({ logs: [security({ from: at(90_000) })], cleared: [clearing] }))
    expect(told).toMatchObject({
      state: 'log-cleared',
      why: `security was cleared at ${formatUtc(at(5000))}; what it held before is gone`,
      citations: [clearing.locator],
    })
    expect(cleared(0).state).toBe('log-cleared')
    expect(cleared(-1).state).toBe('out-of-retention')
    expect(cleared(5000, 'System').state).toBe('out-of-retention')
  })

  it('is out of retention where the logs begin later, end before or begin inside the span', () => {
    expect(asked(logs({ from: at(1001) })).why).toBe(
      `security begins at ${formatUtc(at(1001))}, after the moment in question`,
    )
    expect(asked(logs({ ...exported, to: at(-1) })).why).toContain(
      'security holds nothing from the moment in question (',
    )
    expect(asked(logs({ ...exported, to: at(-1) }, { from: at(1001) })).why).toContain('holds nothing')
    const inside = asked(logs({ from: at(1) }))
    expect(inside).toMatchObject({
      state: 'out-of-retention',
      why: `security begins at ${formatUtc(at(1))}, inside the time in question`,
    })
    expect(asked(logs({ from: at(1000) })).why).toContain('inside the time in question')
    // one that begins in time makes it a matter of holes
    expect(stateOf(logs({ from: at(1) }, { from: at(0), problems: 1 }))).toBe('unknown')
  })

  it('proves nothing while the service did not write', () => {
    const blind = (from: number, to: number, channel: string | undefined) =>
      asked(
        host({
          blind: [
            { channel, from: at(from), to: at(to), why: 'it was down', locator: world.cleared(0).locator },
          ],
        }),
      )
    const told = blind(-5, 5, undefined)
    expect(told).toMatchObject({ state: 'unknown', why: 'it was down' })
    expect(told.citations).toHaveLength(1)
    expect(blind(-5, 5, 'Security').state).toBe('unknown')
    expect(blind(-5, 5, 'System').state).toBe('truly-absent')
    expect(blind(-5, 0, undefined).state).toBe('truly-absent')
    expect(blind(-5, 1, undefined).state).toBe('unknown')
    expect(blind(1000, 2000, undefined).state).toBe('truly-absent')
    expect(blind(999, 2000, undefined).state).toBe('unknown')
  })

  it('proves nothing about hours the clock wrote twice, and names the step', () => {
    const change: TimeChangedEvent = {
      ...(world.cleared(0) as WindowsEvent),
      kind: 'time-changed',
      eventId: 4616,
      account: admin,
      previousTime: formatUtc(at(500)),
      newTime: formatUtc(at(-59_500)),
    }
    expect(asked(host({ jumps: clockJumps([change]) }))).toMatchObject({
      state: 'unknown',
      why: 'the clock of the host was set back by 1 min 0 s within the time in question',
      citations: [change.locator],
    })
  })

  it('proves nothing without auditing, and cites the change that took it away', () => {
    const off: AuditPolicyChangedEvent = {
      ...(world.cleared(-60_000) as WindowsEvent),
      kind: 'audit-policy-changed',
      eventId: 4719,
      account: admin,
      logonId: undefined,
      subcategoryGuid: subcategories.logon.guid,
      changes: '%%8448',
    }
    const audit = (changes: readonly AuditPolicyChangedEvent[]) => ({
      audit: { facts: [], changes: changes.map(policyChange), logs: [] },
    })
    expect(asked(host(audit([off])))).toMatchObject({ state: 'not-audited', citations: [off.locator] })
    expect(asked(host(audit([])))).toMatchObject({ state: 'unknown', citations: [] })
    const on = { ...off, changes: '%%8449' }
    expect(asked(host(audit([on])))).toMatchObject({ state: 'truly-absent', citations: [on.locator] })
    // what holds for no log at all says nothing of its policy
    expect(asked(host({ ...audit([on]), logs: [] })).audit).toBeUndefined()
  })
})

describe('the sentence of an absence', () => {
  const base = { why: 'the reason', audit: 'the policy', covers: 'the span', citations: [] }
  it('says what is missing, why, and what that is worth', () => {
    expect(absenceSentence('a record of it', { ...base, state: 'truly-absent' })).toBe(
      'No record of it. The policy; the span; the reason; so it would have been recorded.',
    )
    expect(absenceSentence('an answer', { ...base, state: 'expected-absent', audit: undefined })).toBe(
      'No answer. The span; the reason; so none is expected.',
    )
    expect(absenceSentence('data and an answer', { ...base, state: 'unknown', why: 'the policy' })).toBe(
      'No data and an answer. The policy; the span; so absence proves nothing.',
    )
    expect(absenceSentence('4624', { ...base, state: 'unknown', why: 'the span' })).toBe(
      'No 4624. The policy; the span; so absence proves nothing.',
    )
  })
})

describe('records of a start of Windows', () => {
  it('may be in a log that reaches past the moment and holds their kind', () => {
    const holds = (channel: 'Security' | 'System', eventIds: readonly number[], to = 0) =>
      mayHoldBoot(host({ logs: [coverage(world, channel, { eventIds, to: at(to) })] }), at(0))
    expect(holds('Security', [4608])).toBe(true)
    expect(holds('Security', [12, 6005])).toBe(false)
    expect(holds('System', [4624, 6009])).toBe(true)
    expect(holds('System', [4608])).toBe(false)
    expect(holds('Security', [4608], -1)).toBe(false)
    expect(mayHoldBoot(host({ logs: [coverage(world, scheduler, { eventIds: [12] })] }), at(0))).toBe(false)
  })
})
