// The playbook as the window asks for it: answers, acts of a person, the allow-list.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createORPCClient, safe } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import type { ContractRouterClient } from '@orpc/contract'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { contract } from '../../../src/contract/contract.ts'
import { type Engine, startEngine } from '../../../src/engine/start-engine.ts'

type Api = ContractRouterClient<typeof contract>

describe('the playbook in the engine', () => {
  const home = mkdtempSync(join(tmpdir(), 'tasktrail-playbook-'))
  let engine: Engine
  let api: Api
  let caseId: string
  let chain: string
  beforeAll(async () => {
    vi.stubEnv('TASKTRAIL_HOME', home)
    vi.stubEnv('TASKTRAIL_OPERATOR', 'Ada Byron')
    engine = startEngine({ setup: { host: 'test' }, journal: () => {} })
    vi.unstubAllEnvs()
    api = createORPCClient<Api>(new RPCLink({ port: engine.connect() }))
    const stream = await api.cases.practice({ scenario: 'atexec-pipe', seed: 7, noise: 200 })
    for (let turn = await stream.next(); ; turn = await stream.next())
      if (turn.done) {
        caseId = turn.value.caseId
        break
      }
    chain = (await api.chains.list({ caseId })).chains[0]?.id ?? ''
  })
  afterAll(async () => {
    await engine.stop()
    rmSync(home, { recursive: true, force: true })
  })

  it('answers for the most serious chain, and for the one asked for', async () => {
    const document = await api.playbook.answers({ caseId })
    expect(document.schema).toBe('tasktrail-answers/1')
    expect(document.chain).toBe(chain)
    expect(document.questions.map((one) => one.id)).toEqual([
      'executed',
      'account-history',
      'source-address',
      'process-spawned',
      'lateral-movement',
      'exfiltration',
    ])
    expect(document.checklist.length).toBeGreaterThan(40)
    expect(await api.playbook.answers({ caseId, chain: chain.slice(0, 8) })).toEqual(document)
    const { error } = await safe(api.playbook.answers({ caseId, chain: 'ffff' }))
    expect(error).toMatchObject({ code: 'REFUSED', data: { code: 'answer.chain.missing' } })
  })

  it('keeps ticks, notes, disposition and clocks in the operator’s name, and takes them back', async () => {
    const kept = await Promise.all([
      api.playbook.tick({ caseId, chain, row: 'preserve-task', ticked: true, note: 'exported' }),
      api.playbook.note({ caseId, chain, row: 'preserve-task', note: 'hash in the ticket', by: 'B. Second' }),
      api.playbook.disposition({ caseId, chain, disposition: 'malicious', why: 'output fetched' }),
      api.playbook.clock({ caseId, chain, clock: 'triage', act: 'start', note: '' }),
    ])
    expect(kept.map((one) => one.mark)).toEqual([1, 2, 3, 4])
    const { checklist, analyst } = await api.playbook.answers({ caseId, chain })
    expect(checklist.find((row) => row.id === 'preserve-task')).toMatchObject({
      ticked: { mark: 1, by: 'Ada Byron', note: 'exported' },
      notes: [{ mark: 2, by: 'B. Second' }],
    })
    expect(analyst.disposition).toMatchObject({ disposition: 'malicious', by: 'Ada Byron' })
    expect(analyst.clocks[0]?.startedAt).toMatch(/^\d{4}-/)
    await api.playbook.undo({ caseId, mark: 1, why: 'the wrong host' })
    const after = await api.playbook.answers({ caseId, chain })
    expect(after.checklist.find((row) => row.id === 'preserve-task')?.ticked).toBeNull()
    expect(after.analyst.history).toHaveLength(5)
    const custody = await api.evidence.custody({ caseId })
    expect(custody.intact).toBe(true)
    const { error } = await safe(api.playbook.tick({ caseId, chain, row: 'nothing', ticked: true, note: '' }))
    expect(error).toMatchObject({ code: 'REFUSED', data: { code: 'case.mark.row' } })
  })

  it('lists, adds and removes entries of the allow-list, and shows them with the answers', async () => {
    const before = await api.playbook.answers({ caseId, chain })
    const account = before.iocs.find((one) => one.type === 'SID')?.value
    const action = before.iocs.find((one) => one.type === 'Action SHA-256')?.value
    const addresses = before.iocs.find((one) => one.type === 'IP Address')?.value
    const entry = { account, actionHash: action, addresses, expires: '2999-01-01T00:00:00Z', reason: 'CHG-1' }
    const added = await api.allow.add({ caseId, ...entry })
    const { entries } = await api.allow.list({ caseId })
    expect(entries).toMatchObject([{ id: String(added.mark), account, author: 'Ada Byron', reason: 'CHG-1' }])
    const allowed = await api.playbook.answers({ caseId, chain })
    expect(allowed.allowed).toMatchObject([{ state: 'fits' }])
    expect(allowed.evidence.disposition).toBe('expected')
    // it annotates and hides nothing
    expect(allowed.evidence.reasons.length).toBeGreaterThan(before.evidence.reasons.length)
    expect(allowed.questions).toEqual(before.questions)
    await api.allow.remove({ caseId, entry: added.mark, why: 'withdrawn' })
    expect((await api.allow.list({ caseId })).entries).toEqual([])
    expect((await api.playbook.answers({ caseId, chain })).evidence).toEqual(before.evidence)
    const { error } = await safe(api.allow.add({ caseId, expires: '2999-01-01', reason: 'all of it' }))
    expect(error).toMatchObject({ code: 'REFUSED', data: { code: 'case.mark.allows-everything' } })
  })

  it('fills the IOC table of a chain and of the case', async () => {
    const one = await api.playbook.iocs({ caseId, chain })
    expect(one.iocs.map((ioc) => ioc.type)).toEqual(
      expect.arrayContaining([
        'User Account',
        'Hostname',
        'IP Address',
        'Scheduled Task Name',
        'Scheduled Task Path',
      ]),
    )
    const all = await api.playbook.iocs({ caseId })
    expect(all.iocs.length).toBeGreaterThanOrEqual(one.iocs.length)
  })
})
