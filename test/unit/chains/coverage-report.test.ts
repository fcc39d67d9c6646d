/** The coverage table of a host: what was collected of each channel, and when its log service did not write. */
import { describe, expect, it } from 'vitest'
import { hostCoverage } from '../../../src/chains/host-coverage.ts'
import { indexHost } from '../../../src/chains/host-index.ts'
import { inTotalOrder } from '../../../src/chains/order.ts'
import { reportHost } from '../../../src/chains/report-coverage.ts'
import type { ChannelCoverage, HostFacts } from '../../../src/domain/coverage.ts'
import type { LogInterruptedEvent, WindowsEvent } from '../../../src/domain/event.ts'
import { formatUtc } from '../../../src/domain/time.ts'
import { at, auditedAll, coverage, hostFacts, scheduler, World } from '../../builders/events.ts'

const world = new World()
const stopped = (ms: number, what: LogInterruptedEvent['what'] = 'stopped'): LogInterruptedEvent => ({
  ...(world.cleared(ms) as WindowsEvent),
  kind: 'log-interrupted',
  eventId: what === 'full' ? 1104 : 1100,
  what,
})
const report = (
  events: readonly WindowsEvent[],
  logs: readonly ChannelCoverage[] = [],
  facts: readonly HostFacts[] = [],
  moment?: ReturnType<typeof at>,
) => reportHost({ key: world.host, events, coverage: logs, facts }, moment)
const rowOf = (
  channel: string,
  logs: readonly ChannelCoverage[],
  facts: readonly HostFacts[] = [],
  events = [] as WindowsEvent[],
) => report(events, logs, facts).rows.find((row) => row.channel === channel)
const security = (more: Parameters<typeof coverage>[2] = {}) => coverage(world, 'Security', more)
const state = (...logs: readonly Parameters<typeof coverage>[2][]) =>
  rowOf('Security', logs.map(security))?.state

describe('a row of the coverage table', () => {
  it('adds up the logs of its channel', () => {
    const logs = [
      security({ from: at(-5), to: at(10), records: 3, missingRecordIds: 2n, problems: 1 }),
      security({
        from: at(-9),
        to: at(5),
        records: 4,
        missingRecordIds: 1n,
        problems: 2,
        evidenceId: 'e'.repeat(64),
      }),
      security({ from: at(-7), to: at(7), records: 5, provenance: 'full-export' }),
      coverage(world, scheduler, { records: 100 }),
    ]
    const facts = [
      hostFacts(world, {
        channels: [
          { name: 'SECURITY', enabled: true },
          { name: 'System', enabled: false },
        ],
      }),
      hostFacts(world, { channels: [{ name: 'Security', enabled: true, mode: 'Circular', maxSize: 4096 }] }),
    ]
    expect(rowOf('Security', logs, facts)).toMatchObject({
      host: world.host,
      from: at(-9),
      to: at(10),
      records: 12,
      missingRecordIds: 3n,
      problems: 3,
      provenance: ['raw-live-copy', 'full-export'],
      enabled: true,
      mode: 'Circular',
      maxSize: 4096,
      evidenceIds: ['e'.repeat(64), 'a'.repeat(64)],
      state: 'gaps',
      why: '3 record ids are missing from it',
    })
  })

  it('is there for every channel that matters, was collected, or whose state is known', () => {
    const facts = [
      hostFacts(world, {
        channels: [
          { name: 'system', enabled: true },
          { name: 'Application', enabled: false },
        ],
      }),
    ]
    const { rows } = report([], [security({ channel: 'SECURITY' })], facts)
    expect(rows.map((row) => `${row.channel} ${row.state} ${row.enabled}`)).toEqual([
      'Application disabled false',
      'Microsoft-Windows-Sysmon/Operational not-collected undefined',
      'Microsoft-Windows-TaskScheduler/Operational not-collected undefined',
      'SECURITY whole undefined',
      'System not-collected true',
    ])
    expect(rows[0]).toMatchObject({
      from: undefined,
      to: undefined,
      records: 0,
      missingRecordIds: 0n,
      problems: 0,
    })
    const both = [true, false].map((enabled) => hostFacts(world, { channels: [{ name: 'System', enabled }] }))
    expect(rowOf('System', [], both)).toMatchObject({ state: 'not-collected', enabled: undefined })
  })

  it('says what the log’s silence is worth', () => {
    expect(state({})).toBe('whole')
    expect(state({ provenance: 'filtered-export' }, {})).toBe('filtered')
    expect(state({ missingRecordIds: 1n }, {})).toBe('gaps')
    expect(rowOf('Security', [security({ problems: 2 }), security({ problems: 1 })])?.why).toBe(
      '3 places in it could not be read',
    )
    expect(rowOf('Security', [security({ mixedRecordIds: true })])?.why).toContain('those of several logs')
    expect(state({ provenance: 'undetermined' }, { provenance: 're-saved' })).toBe('undetermined')
    expect(state({ provenance: 'undetermined' }, {})).toBe('whole')
    const twice = [world.cleared(-5), world.cleared(5), world.cleared(9, 'System')]
    expect(rowOf('Security', [security({ missingRecordIds: 1n })], [], twice)).toMatchObject({
      state: 'cleared',
      why: `Security was cleared at ${formatUtc(at(5))}; what it held before is gone`,
    })
    expect(rowOf('Security', [], [], twice)?.state).toBe('not-collected')
  })

  it('tells every subcategory’s policy for the Security log alone, at its last record or the moment asked', () => {
    const logs = [security({ to: at(5) }), security({ from: at(8), to: at(9) })]
    const facts = [hostFacts(world, { auditPolicy: auditedAll })]
    const audit = rowOf('Security', logs, facts)?.audit ?? []
    expect(audit).toHaveLength(10)
    expect(audit.find((row) => row.subcategory === 'Logon')).toMatchObject({ was: 'on' })
    expect(rowOf(scheduler, [coverage(world, scheduler)], facts)?.audit).toEqual([])
    expect(rowOf('Security', [], facts)?.audit).toEqual([])
    const asked = report([], [], facts, at(0)).rows.find((row) => row.channel === 'Security')
    expect(asked?.audit).toHaveLength(10)
  })

  it('stands beside interruptions in order of time, clock, boots and changes', () => {
    const events = [
      world.boot(-50, 12),
      stopped(20),
      world.cleared(10),
      stopped(5, 'full'),
      world.cleared(30, 'System'),
    ]
    const clock = { offsetMs: 70, uncertaintyMs: 20 }
    const told = report(events, [], [hostFacts(world), hostFacts(world, { clock, utcOffsetMinutes: 120 })])
    expect(told.interruptions.map(({ what, channel }) => `${what} ${channel}`)).toEqual([
      'full Security',
      'cleared Security',
      'stopped ',
      'cleared System',
    ])
    expect(told.interruptions[2]).toMatchObject({ time: at(20), locator: events[1]?.locator })
    expect(told.clock).toEqual({ ...clock, timeZone: undefined, utcOffsetMinutes: 120, jumps: [] })
    expect(told.boots).toEqual([at(-50)])
    const zone = report([], [], [hostFacts(world, { timeZone: 'UTC' }), hostFacts(world, { timeZone: 'X' })])
    expect(zone.clock).toMatchObject({ timeZone: 'UTC', offsetMs: undefined, uncertaintyMs: undefined })
    expect(zone.policyChanges).toEqual([])
  })
})

describe('a log service that did not write', () => {
  const blind = (...events: readonly WindowsEvent[]) => {
    const ordered = inTotalOrder(events)
    return hostCoverage(indexHost(world.host, ordered), ordered, [], []).blind
  }
  const spans = (...events: readonly WindowsEvent[]) => blind(...events).map(({ from, to }) => [from, to])

  it('is blind from its stop to the next record', () => {
    const stop = stopped(0)
    expect(blind(stop, world.logon(500, '0x1', undefined), world.logon(900, '0x1', undefined))).toEqual([
      {
        channel: undefined,
        from: at(0),
        to: at(500),
        why: `the event log service was stopped at ${formatUtc(at(0))} (1100) while Windows ran: what happened then was not recorded`,
        locator: stop.locator,
      },
    ])
    expect(spans(stop)[0]?.[1]).toBeGreaterThan(at(1e13))
    // a record of the same moment is not yet the next one
    expect(
      spans(
        world.logon(0, '0x1', undefined),
        stop,
        world.logon(0, '0x2', undefined),
        world.history('triggered', 7),
      ),
    ).toEqual([[at(0), at(7)]])
  })

  it('is not, where Windows went down or came up', () => {
    expect(spans(stopped(0), world.boot(10, 12))).toEqual([])
    expect(spans(stopped(0), world.boot(10, 12), world.logon(10, '0x1', undefined))).toEqual([])
    expect(spans(stopped(0), world.logon(5, '0x1', undefined), world.boot(10, 12))).toEqual([[at(0), at(5)]])
    expect(spans(world.boot(-90, 12), stopped(0), world.logon(5, '0x1', undefined))).toEqual([[at(0), at(5)]])
    for (const ms of [-300_000, 300_000])
      expect(spans(stopped(0), world.boot(ms, 13, 'stopped'), world.logon(5, '0x1', undefined))).toEqual([])
    for (const ms of [-300_001, 300_001])
      expect(spans(stopped(0), world.boot(ms, 13, 'stopped'), world.logon(5, '0x1', undefined))).toHaveLength(
        1,
      )
    expect(spans(world.boot(0, 12), stopped(0), world.logon(5, '0x1', undefined))).toHaveLength(1)
  })

  it('is blind in the Security log alone while that is full', () => {
    const full = stopped(0, 'full')
    const events = [full, world.history('triggered', 5), world.boot(6, 12), world.logon(9, '0x1', undefined)]
    expect(blind(...events)).toMatchObject([
      { channel: 'Security', from: at(0), to: at(9), locator: full.locator },
    ])
    expect(spans(full)[0]?.[1]).toBeGreaterThan(at(1e13))
    expect(spans(full, world.cleared(0))[0]?.[1]).toBeGreaterThan(at(1e13))
  })

  it('has its logs in the order they begin, then by evidence, and only the Security logs for the audit', () => {
    const logs = [
      security({ from: at(5), evidenceId: 'b' }),
      coverage(world, scheduler, { from: at(3), evidenceId: 'd' }),
      security({ from: at(1), evidenceId: 'c' }),
      security({ from: at(1), evidenceId: 'a' }),
    ]
    const told = hostCoverage(indexHost(world.host, []), [], logs, [])
    expect(told.logs.map((log) => log.evidenceId)).toEqual(['a', 'c', 'd', 'b'])
    const reversed = hostCoverage(indexHost(world.host, []), [], logs.toReversed(), [])
    expect(reversed.logs).toEqual(told.logs)
    expect(told.audit.logs.map((log) => log.channel)).toEqual(['Security', 'Security', 'Security'])
  })
})
