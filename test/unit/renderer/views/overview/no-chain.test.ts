import { describe, expect, it } from 'vitest'
import { coverageFrame, ticksOf } from '../../../../../renderer/views/overview/coverage-frame.ts'
import { noChainOf } from '../../../../../renderer/views/overview/no-chain.ts'
import type { Density } from '../../../../../src/contract/shapes.ts'

type Strip = Density['coverage'][number]
const strip = (over: Partial<Strip> = {}): Strip => ({
  host: 'fs01.offsec.lan',
  channel: 'Security',
  evidenceId: 'a'.repeat(64),
  from: '2021-06-10T00:00:00.0000000Z',
  to: '2021-06-11T00:00:00.0000000Z',
  records: 9000,
  provenance: 'raw-copy',
  state: 'covered',
  note: 'Covered',
  ...over,
})
const host = ['fs01.offsec.lan']

describe('a case without a chain', () => {
  it('is a no only when the log is whole and task creation was audited', () => {
    const says = noChainOf([strip()], host, [4624, 4702], 0)
    expect(says.kind).toBe('no')
    expect(says.why.join(' ')).toContain('2021-06-10 00:00:00 to 2021-06-11 00:00:00 UTC')
  })

  it.each([
    ['nothing was imported', [], [4702], 0],
    ['only another log was imported', [strip({ channel: 'System' })], [4702], 0],
    ['the log is filtered', [strip({ state: 'filtered' })], [4702], 0],
    ['nothing proves that 4698 was audited', [strip()], [4624, 4688], 0],
    ['evidence could not be read', [strip()], [4702], 1],
    ['a second host has no Security log', [strip(), strip({ host: 'app01', channel: 'System' })], [4702], 0],
  ] as const)('is no no when %s', (_, coverage, eventIds, unread) => {
    const hosts = [...new Set(coverage.map((each) => each.host))]
    const says = noChainOf(coverage, hosts.length > 0 ? hosts : host, eventIds, unread)
    expect(says.kind).toBe('cannot-tell')
    expect(says.why.length).toBeGreaterThan(0)
  })
})

describe('the stretch that coverage is drawn against', () => {
  const anchor = '2021-06-10T21:21:26.3837263Z'
  it('reaches at most a day to either side of the task', () => {
    const frame = coverageFrame(
      [strip({ from: '2019-01-01T00:00:00.0000000Z', to: '2023-01-01T00:00:00.0000000Z' })],
      anchor,
    )
    expect((frame.to - frame.from) / 3_600_000).toBeLessThan(50)
    expect(frame.from).toBeLessThan(Date.parse(anchor))
  })
  it('is never so short that a moment fills it', () => {
    const frame = coverageFrame([strip({ from: anchor, to: anchor })], anchor)
    expect(frame.to - frame.from).toBeGreaterThanOrEqual(600_000)
  })
  it('has at most seven ticks, all inside', () => {
    for (const hours of [0.2, 1, 5, 24, 300]) {
      const frame = { from: 1e12, to: 1e12 + hours * 3_600_000 }
      const ticks = ticksOf(frame)
      expect(ticks.length).toBeLessThanOrEqual(7)
      for (const tick of ticks) expect(tick.ms >= frame.from && tick.ms <= frame.to).toBe(true)
    }
  })
})
