import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { licensingTask } from '../../src/practice/baseline.ts'
import { scenarios } from '../../src/practice/scenarios/index.ts'
import { countCases, playCase } from './count.ts'
import { judge } from './judge.ts'
import { type Known, knownPath, presentFaults } from './known.ts'
import { randomCase } from './random-case.ts'

describe('generated cases', () => {
  it('have no fault but those that are known, of practice scenarios, of 300 random cases and of the playbook on them', () => {
    expect(presentFaults()).toEqual(JSON.parse(readFileSync(knownPath, 'utf8')) as Known)
  }, 240_000)

  it('are the same for the same seed, and show every kind of deed', () => {
    const told = (seed: number) => {
      const { memory } = playCase(randomCase(seed))
      return memory.flatMap(({ events }) => events.map((event) => [event.time, event.locator.recordId]))
    }
    expect(told(5)).toEqual(told(5))
    expect(told(5)).not.toEqual(told(6))
    const { standings, deeds, cases } = countCases(Array.from({ length: 120 }, (_, at) => at + 1))
    const acts = new Set([...standings.keys()].map((key) => key.split(' ')[0]))
    for (const act of ['atsvc-pipe', 'rpc-tcp', 'local', 'winrm', 'wmi', 'gpo', 'service', 'update'])
      expect(acts).toContain(act)
    expect(deeds).toBeGreaterThan(cases * 1.5)
  })

  it('are judged so that a false chain is seen: any answer that is turned into another is a fault', () => {
    let turned = 0
    for (let seed = 1; seed <= 40; seed++) {
      const { memory, chains } = playCase(randomCase(seed))
      for (const host of memory) {
        const before = judge(host, chains)
        // a chain of the upkeep of the system is nobody's deed
        const own = chains.findIndex(
          (chain) => chain.host === host.evidence.events.cast.host.fqdn && chain.task.path !== licensingTask,
        )
        const chain = chains[own]
        if (!chain || before.findings.length > 0) continue
        const falsely = [
          { source: { ...chain.source, ip: '203.0.113.99' } },
          { task: { ...chain.task, path: '\\Elsewhere' } },
          { task: { ...chain.task, action: 'calc.exe' } },
          { account: { ...chain.account, sid: 'S-1-5-21-9-9-9-9' as never } },
          { executed: { ...chain.executed, answer: chain.executed.answer === 'yes' ? 'no' : 'yes' } },
          { deleted: { ...chain.deleted, answer: chain.deleted.answer === 'yes' ? 'no' : 'yes' } },
          { kind: 'task-enabled' },
        ] as const
        for (const change of falsely) {
          const other = chains.map((one, at) => (at === own ? { ...one, ...change } : one))
          expect(judge(host, other as typeof chains).findings.length).toBeGreaterThan(0)
          turned++
        }
        expect(
          judge(
            host,
            chains.filter((_, at) => at !== own),
          ).findings.length,
        ).toBeGreaterThan(0)
      }
    }
    expect(turned).toBeGreaterThan(60)
  })

  it('of practice scenarios have names that are told apart at a glance', () => {
    const names = scenarios.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const { name, title, teaches } of scenarios) {
      expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
      expect(title.length).toBeLessThan(110)
      expect(teaches).toMatch(/\.$/)
    }
  })
})
