import { describe, expect, it } from 'vitest'
import { findChains, reportCoverage } from '../../../src/chains/find-chains.ts'
import type { ChainInput } from '../../../src/domain/chain.ts'
import type {
  AuditPolicyChangedEvent,
  LogInterruptedEvent,
  TimeChangedEvent,
  WindowsEvent,
} from '../../../src/domain/event.ts'
import { formatUtc } from '../../../src/domain/time.ts'
import { admin, at, auditedAll, coverage, hostFacts, input, scheduler, World } from '../../builders/events.ts'

const world = new World()
const share = '0CCE9244-69AE-11D9-BED3-505054503030'
const task = world.created(0, '0x2000')
const turned = (
  ms: number,
  changes: string,
  subcategoryGuid: string | undefined = share,
): AuditPolicyChangedEvent => ({
  ...(world.cleared(ms) as WindowsEvent),
  kind: 'audit-policy-changed',
  eventId: 4719,
  account: admin,
  logonId: undefined,
  subcategoryGuid,
  changes,
})
const interrupted = (ms: number, what: LogInterruptedEvent['what']): LogInterruptedEvent => ({
  ...(world.cleared(ms) as WindowsEvent),
  kind: 'log-interrupted',
  eventId: what === 'full' ? 1104 : 1100,
  what,
})
const clockSet = (ms: number, from: number, to: number): TimeChangedEvent => ({
  ...(world.cleared(ms) as WindowsEvent),
  kind: 'time-changed',
  eventId: 4616,
  account: admin,
  previousTime: formatUtc(at(from)),
  newTime: formatUtc(at(to)),
})
const policy = (setting: number | undefined) =>
  hostFacts(world, {
    auditPolicy: setting === undefined ? undefined : { ...auditedAll, [share]: setting },
    collectedAt: '2024-05-06T09:00:00.0000000Z',
  })
const security = (ids: readonly number[]) => [coverage(world, 'Security', { eventIds: ids })]
const gapOf = (events: readonly WindowsEvent[], more: Partial<ChainInput>) =>
  findChains(input([task, ...events], more))[0]?.gaps.find((gap) => gap.expected === '5145 atsvc')
const stateOf = (setting: number | undefined, ...events: readonly WindowsEvent[]) =>
  gapOf(events, { coverage: security([4624, 4698, 4719]), hosts: [policy(setting)] })?.state

describe('the audit policy then', () => {
  it('is what the last change before said, whatever it is now', () => {
    expect(stateOf(0, turned(-60_000, '%%8449'))).toBe('truly-absent')
    expect(stateOf(1, turned(-60_000, '%%8448'))).toBe('not-audited')
    expect(stateOf(1, turned(-90_000, '%%8448'), turned(-60_000, '%%8449, %%8451'))).toBe('truly-absent')
  })

  it('is what the first change after took away or did not find', () => {
    expect(stateOf(0, turned(60_000, '%%8448'))).toBe('truly-absent')
    expect(stateOf(1, turned(60_000, '%%8449'))).toBe('not-audited')
    expect(stateOf(undefined, turned(60_000, '%%8448'))).toBe('truly-absent')
  })

  it('is unknown when it was changed within the time in question', () => {
    expect(stateOf(1, turned(-5000, '%%8449'))).toBe('unknown')
  })

  it('is not touched by a change of failures, or of another subcategory', () => {
    const other = '0CCE9215-69AE-11D9-BED3-505054503030'
    expect(stateOf(1, turned(-60_000, '%%8448', other))).toBe('truly-absent')
    expect(stateOf(1, turned(60_000, '%%8451'))).toBe('truly-absent')
  })

  it('is unknown when a change names no subcategory', () => {
    const nameless = { ...turned(-60_000, '%%8448'), subcategoryGuid: undefined }
    expect(stateOf(1, nameless)).toBe('unknown')
  })

  it('is told in the whole sentence: what is missing, the policy, what is covered, and what that is worth', () => {
    const off = gapOf([], { coverage: security([4624]), hosts: [policy(0)] })
    expect(off?.why).toBe(
      'No 5145 atsvc. "Detailed File Share" success auditing = off now (collected 2024-05-06T09:00:00.0000000Z); Security covers 2024-05-06T06:08:09.0000000Z to 2024-05-06T08:08:09.0000000Z; so absence proves nothing.',
    )
    const on = gapOf([], { coverage: security([4624]), hosts: [policy(1)] })
    expect(on?.why).toMatch(/ = on now .*; so it would have been recorded\.$/)
    const changed = turned(-60_000, '%%8448')
    const cited = gapOf([changed], { coverage: security([4624, 4719]), hosts: [policy(1)] })
    expect(cited?.citations).toEqual([changed.locator])
  })
})

describe('a log that stopped', () => {
  const absent = (...events: readonly WindowsEvent[]) =>
    gapOf(events, { coverage: security([4624, 4698]), hosts: [policy(1)] })?.state

  it('proves nothing while its service was down and Windows ran', () => {
    expect(absent()).toBe('truly-absent')
    expect(absent(interrupted(-5000, 'stopped'))).toBe('unknown')
    expect(absent(interrupted(-5000, 'full'))).toBe('unknown')
    expect(absent(interrupted(-60_000, 'stopped'), world.logon(-50_000, '0x5000', undefined))).toBe(
      'truly-absent',
    )
  })

  it('proves as much as ever across a shutdown', () => {
    expect(
      absent(interrupted(-5000, 'stopped'), world.boot(-4900, 13, 'stopped'), world.boot(-4000, 12)),
    ).toBe('truly-absent')
  })

  it('proves nothing about hours the clock wrote twice', () => {
    expect(absent(clockSet(60_000, 60_000, -3_000_000))).toBe('unknown')
    expect(absent(clockSet(60_000, 60_000, 59_500))).toBe('truly-absent')
    expect(absent(clockSet(-60_000, -3_000_000, -60_000))).toBe('truly-absent')
  })
})

describe('the coverage report', () => {
  it('has a row for every channel that matters, collected or not', () => {
    const [report] = reportCoverage(
      input([task, world.cleared(30_000)], {
        coverage: [coverage(world, 'Security', {}), coverage(world, scheduler, { missingRecordIds: 2n })],
        hosts: [hostFacts(world, { channels: [{ name: 'System', enabled: false }] })],
      }),
    )
    expect(report?.rows.map(({ channel, state }) => `${channel} ${state}`)).toEqual([
      'Microsoft-Windows-Sysmon/Operational not-collected',
      'Microsoft-Windows-TaskScheduler/Operational gaps',
      'Security cleared',
      'System disabled',
    ])
    expect(report?.interruptions).toMatchObject([{ what: 'cleared', channel: 'Security' }])
  })

  it('tells the audit policy at the moment asked about', () => {
    const told = (ms: number) =>
      reportCoverage(
        input([task, turned(-60_000, '%%8448')], {
          coverage: security([4624, 4719]),
          hosts: [policy(0)],
        }),
        at(ms),
      )[0]
        ?.rows.find(({ channel }) => channel === 'Security')
        ?.audit.find(({ guid }) => guid === share)
    expect(told(0)).toMatchObject({ was: 'off', now: 0, source: 'collected-and-changes' })
    expect(told(-120_000)).toMatchObject({ was: 'on', now: 0 })
  })

  it('keeps hosts apart and tells of a host without a record', () => {
    const reports = reportCoverage(
      input([task], { hosts: [hostFacts(new World('dc01.corp.example'), { timeZone: 'UTC' })] }),
    )
    expect(reports.map(({ host }) => host)).toEqual(['dc01.corp.example', 'fs01.corp.example'])
    expect(reports[0]?.clock.timeZone).toBe('UTC')
  })
})
