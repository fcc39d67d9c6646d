import { describe, expect, it } from 'vitest'
import { findChains } from '../../../src/chains/find-chains.ts'
import { bySeriousness } from '../../../src/chains/seriousness.ts'
import type { Chain, Mechanism } from '../../../src/domain/chain.ts'
import { at, atexec, input, World } from '../../builders/events.ts'

const found = () => findChains(input(atexec(new World())))[0] as Chain
const plainOf = (base: Chain): Chain => ({
  ...base,
  mechanism: 'local',
  executed: { ...base.executed, answer: 'unknown' },
  task: { ...base.task, runAs: 'S-1-5-21-1-2-3-1', hidden: false },
  steps: base.steps.filter((step) => step.role !== 'task-deleted'),
})
const precedes = (a: Chain, b: Chain) => {
  expect(bySeriousness(a, b)).toBeLessThan(0)
  expect(bySeriousness(b, a)).toBeGreaterThan(0)
}

describe('the order chains are shown in', () => {
  it('is first by how sure it is that somebody came from elsewhere', () => {
    const as = (mechanism: Mechanism): Chain => ({ ...plainOf(found()), mechanism })
    const order: Mechanism[] = [
      'remote-confirmed',
      'remote-probable',
      'undetermined',
      'local',
      'machine-managed',
    ]
    for (let n = 1; n < order.length; n++) precedes(as(order[n - 1] as Mechanism), as(order[n] as Mechanism))
  })

  it('is then by what ran, as SYSTEM, hidden and for a short time, in this order', () => {
    const base = found()
    const plain = plainOf(base)
    const ran: Chain = { ...plain, executed: { ...plain.executed, answer: 'yes' } }
    const asSystem: Chain = { ...plain, task: { ...plain.task, runAs: 'S-1-5-18' } }
    const hidden: Chain = { ...plain, task: { ...plain.task, hidden: true } }
    const short: Chain = { ...plain, steps: base.steps }
    precedes(ran, asSystem)
    precedes(asSystem, hidden)
    precedes(hidden, short)
    precedes(short, plain)
    for (const runAs of ['system', 'NT AUTHORITY\\SYSTEM'])
      precedes({ ...plain, task: { ...plain.task, runAs } }, plain)
    for (const runAs of ['xsystem', 'system2', 'S-1-5-180', undefined])
      expect(bySeriousness({ ...plain, task: { ...plain.task, runAs } }, plain)).toBe(0)
  })

  it('calls thirty seconds a short time, and no longer', () => {
    const base = found()
    const plain = plainOf(base)
    const lived = (ms: number): Chain => ({
      ...plain,
      steps: base.steps.map((step) => (step.role === 'task-deleted' ? { ...step, time: at(ms) } : step)),
    })
    precedes(lived(30_000), lived(30_001))
    expect(bySeriousness(lived(30_001), plain)).toBe(0)
  })

  it('is at last by time and place', () => {
    const plain = plainOf(found())
    precedes(plain, { ...plain, time: at(1) })
    precedes(plain, { ...plain, anchor: { ...plain.anchor, recordId: plain.anchor.recordId + 1n } })
    expect(bySeriousness(plain, plain)).toBe(0)
  })
})
