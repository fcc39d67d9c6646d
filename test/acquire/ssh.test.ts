import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { acquireHost } from '../../src/workflow/acquire-host.ts'
import { findCaseChains, hostFactsOf } from '../../src/workflow/find-chains.ts'
import { lastPlanOf, lastPlans } from '../../src/workflow/last-plans.ts'
import { listTasks } from '../../src/workflow/list-tasks.ts'
import { preflightHost } from '../../src/workflow/preflight-host.ts'
import { makeRig, overSsh, type Rig } from '../windows/rig.ts'
import { missing } from '../windows/sshd.ts'

describe.skipIf(missing)('an acquisition over SSH', { timeout: 240_000 }, () => {
  let rig: Rig
  beforeAll(async () => {
    rig = await makeRig()
  })
  afterAll(() => rig.end())

  it('is looked at first: who, clock, rights, channels, audit policy, plan and traces; nothing is taken', async () => {
    const { stage, server } = await rig.host()
    const report = await preflightHost(overSsh(server))
    expect(report).toMatchObject({
      schema: 'tasktrail-preflight/1',
      way: 'ssh',
      ways: [{ way: 'ssh', ok: true }],
      hostKey: server.fingerprint,
      account: { sid: 'S-1-5-21-1-2-3-5001', administrator: true },
      powershell: { language: 'FullLanguage' },
      timeZone: { name: rig.facts.timeZone, utcOffsetMinutes: rig.facts.utcOffsetMinutes },
      auditSource: 'auditpol /backup',
      problems: [],
    })
    expect(report.audit?.['0CCE9227-69AE-11D9-BED3-505054503030']).toBe(1)
    expect(Math.abs(report.clock.offsetMs)).toBeLessThanOrEqual(report.clock.uncertaintyMs + 50)
    expect(report.channels.map((one) => one.name)).toEqual([
      'Security',
      'Microsoft-Windows-TaskScheduler/Operational',
      'System',
    ])
    expect(report.plan.artifacts[0]?.id).toBe('state:connections')
    expect(report.leaves.join()).toContain('4624')
    expect(stage.leftovers()).toEqual([])
  })

  it('brings every artifact with three equal hashes, enters the case with custody, and leaves nothing behind', async () => {
    const { stage, server } = await rig.host()
    const open = await rig.newCase()
    const result = await acquireHost(open, overSsh(server))
    expect(result.problems).toEqual([])
    expect(result).toMatchObject({ way: 'ssh', breaks: 0, host: rig.facts.host })
    const files = result.items.filter((one) => /^(log|tasks:(files|jobs))/.test(one.artifact))
    expect(files.map((one) => one.name).sort()).toEqual([
      'At1.job',
      'Inventory Collector',
      'Microsoft-Windows-TaskScheduler%4Operational.evtx',
      'Security.evtx',
      'SvcRestartTask',
      'System.evtx',
    ])
    for (const one of files)
      expect([one.sha256OnHost, one.sha256Stored]).toEqual([one.sha256Received, one.sha256Received])
    const security = createHash('sha256')
      .update(readFileSync(join(rig.evidence, 'Security.evtx')))
      .digest('hex')
    expect(files.find((one) => one.name === 'Security.evtx')?.sha256Stored).toBe(security)
    for (const one of result.items) expect(await open.store.verify(one.sha256Stored as never)).toBe(true)
    expect(stage.leftovers()).toEqual([])

    const lines = open.custody.lines()
    expect(open.custody.check().intact).toBe(true)
    expect(lines.map((line) => line.action)).toContain('connected')
    const collected = lines.find((line) => line.action === 'collected' && line.note?.includes('log:Security'))
    expect(collected?.sha256).toEqual({ before: security, after: security })
    expect(lines.at(-1)).toMatchObject({ action: 'host-changed' })
    expect(hostFactsOf(open)[0]).toMatchObject({ host: rig.facts.host, commandLineAudited: true })
    expect(findCaseChains(open)[0]).toMatchObject({ mechanism: 'remote-confirmed', source: { basis: 'L3' } })
    // the views of the tasks join: file, registry and service of one task
    const task = listTasks(open).find((one) => one.path === '\\Site Tools\\Inventory Collector')
    expect(task?.registry).toMatchObject({ lastRun: '2022-02-07T16:19:59.5695796Z' })
    expect(task?.definitions.length).toBeGreaterThan(1)
    expect(open.casefile.evidence().every((entry) => entry.host === rig.facts.host)).toBe(true)
  })
  it('is asked for again as it was changed: the case remembers the plan of each host', async () => {
    const { server } = await rig.host()
    const open = await rig.newCase()
    const plan = { name: 'quick', with: ['state:processes'], without: ['log:*', 'tasks:files'] } as const
    const first = await acquireHost(open, { ...overSsh(server), plan })
    const taken = first.items.map((one) => one.artifact)
    expect(taken.slice(0, 2)).toEqual(['state:processes', 'tasks:com'])
    const again = lastPlanOf(open, rig.facts.host.toUpperCase())
    expect(again).toEqual(plan)
    expect(lastPlanOf(open, '127.0.0.1')).toEqual(plan)
    expect(lastPlans(open).map((one) => one.host)).toEqual([rig.facts.host])
    const second = await acquireHost(open, { ...overSsh(server), plan: again })
    expect(second.items.map((one) => one.artifact)).toEqual(taken)
    expect(() => lastPlanOf(open, 'other01')).toThrow(
      expect.objectContaining({ code: 'acquire.plan.unknown' }),
    )
  })
})
