// Tasks as the window asks for them: the list by pages, and one task in full.
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

describe('tasks in the engine', () => {
  const home = mkdtempSync(join(tmpdir(), 'tasktrail-tasks-'))
  let engine: Engine
  let api: Api
  let caseId: string
  beforeAll(async () => {
    vi.stubEnv('TASKTRAIL_HOME', home)
    engine = startEngine({ setup: { host: 'test' }, journal: () => {} })
    vi.unstubAllEnvs()
    api = createORPCClient<Api>(new RPCLink({ port: engine.connect() }))
    const stream = await api.cases.practice({ scenario: 'hidden-task', seed: 7, noise: 100 })
    for (let turn = await stream.next(); ; turn = await stream.next())
      if (turn.done) {
        caseId = turn.value.caseId
        break
      }
  })
  afterAll(async () => {
    await engine.stop()
    rmSync(home, { recursive: true, force: true })
  })

  it('are listed with the hidden one first, and by pages', async () => {
    const list = await api.tasks.list({ caseId, from: 0, count: 50 })
    expect(list.rows).toHaveLength(list.total)
    expect(list.rows[0]?.alarms).toEqual(['descriptor-removed'])
    expect(list.rows[0]?.chains.length).toBeGreaterThan(0)
    expect(list.hosts[0]?.views.find(({ view }) => view === 'registry')?.state).toBe('not-collected')
    const second = await api.tasks.list({ caseId, from: 1, count: 1 })
    expect(second.rows).toEqual(list.rows.slice(1, 2))
    const found = await api.tasks.list({ caseId, from: 0, count: 9, only: 'findings' })
    expect(found.rows.map(({ id }) => id)).toEqual([list.rows[0]?.id])
    expect((await api.tasks.list({ caseId, from: 0, count: 9, text: 'no such task' })).total).toBe(0)
  })

  it('are told in full, with the raw text of each definition; an unknown one is refused', async () => {
    const [row] = (await api.tasks.list({ caseId, from: 0, count: 1 })).rows
    const details = await api.tasks.details({ caseId, id: row?.id ?? '' })
    expect(details.task.path).toBe(row?.path)
    expect(details.historyLeftOut).toBe(0)
    expect(details.texts.map(({ from }) => from)).toEqual(details.task.definitions.map(({ from }) => from))
    expect(details.texts[0]?.text).toContain('<Command>')
    const { error } = await safe(api.tasks.details({ caseId, id: 'ffff' }))
    expect(error).toMatchObject({ code: 'REFUSED', data: { code: 'task.entry.missing' } })
  })
})
