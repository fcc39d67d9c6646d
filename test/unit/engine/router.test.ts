// The product's own engine thread, asked over a message port as the window asks it.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createORPCClient, safe } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import type { ContractRouterClient } from '@orpc/contract'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { contract } from '../../../src/contract/contract.ts'
import type { CaseSummary, Progress } from '../../../src/contract/shapes.ts'
import { type Engine, startEngine } from '../../../src/engine/start-engine.ts'
import { collectTools } from '../../../src/workflow/collect-tools.ts'

type Api = ContractRouterClient<typeof contract>
const everything = { terms: [] }

async function finish<T>(stream: AsyncIterator<Progress, T>): Promise<{ result: T; steps: Progress[] }> {
  const steps: Progress[] = []
  for (;;) {
    const turn = await stream.next()
    if (turn.done) return { result: turn.value, steps }
    steps.push(turn.value)
  }
}

describe('the engine', () => {
  const home = mkdtempSync(join(tmpdir(), 'tasktrail-router-'))
  const journal: string[] = []
  let engine: Engine
  let api: Api
  let practice: CaseSummary
  beforeAll(async () => {
    vi.stubEnv('TASKTRAIL_HOME', home)
    vi.stubEnv('TASKTRAIL_OPERATOR', 'Ada Byron')
    engine = startEngine({
      setup: { host: 'test', caseDir: '/cases/one' },
      journal: (line) => journal.push(line),
    })
    vi.unstubAllEnvs()
    api = createORPCClient<Api>(new RPCLink({ port: engine.connect() }))
    const [scenario] = await api.cases.scenarios()
    const made = await finish(
      await api.cases.practice({ scenario: scenario?.name ?? '', seed: 7, noise: 500 }),
    )
    practice = made.result
    expect(made.steps.length).toBeGreaterThan(0)
  })
  afterAll(async () => {
    await engine.stop()
    rmSync(home, { recursive: true, force: true })
  })

  it('says what it is, who the operator is and which case to open first', async () => {
    expect(await api.app.info()).toMatchObject({
      name: 'Tasktrail',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      host: 'test',
      operator: 'Ada Byron',
      caseDir: '/cases/one',
      capabilities: { nativeDialogs: false, collect: expect.any(Boolean), tools: collectTools() },
    })
  })

  it('makes a practice case below the operator’s cases, with events and chains', async () => {
    expect(practice.practice).toBe(true)
    expect(practice.dir.startsWith(join(home, 'cases'))).toBe(true)
    expect(practice.counts.events).toBeGreaterThan(500)
    expect(practice.counts.chains).toBeGreaterThan(0)
    expect(await api.cases.summary({ caseId: practice.caseId })).toEqual(practice)
    expect(await api.cases.open({ dir: practice.dir })).toEqual(practice)
    const [first] = await api.cases.recent()
    expect(first).toMatchObject({ dir: practice.dir, exists: true })
  })

  it('walks from the timeline to a record and back', async () => {
    const { caseId } = practice
    const all = await api.timeline.slice({ caseId, filter: everything, from: 0, count: 5 })
    expect(all.rows).toHaveLength(5)
    expect(all.total).toBe(all.all)
    const filter = { terms: [{ key: 'event' as const, values: ['4698'], not: false }] }
    const created = await api.timeline.slice({ caseId, filter, from: 0, count: 10 })
    expect(created.total).toBeGreaterThan(0)
    const [row] = created.rows
    if (!row) throw new Error('no 4698')
    expect(row.eventId).toBe(4698)
    const at = await api.timeline.find({ caseId, filter: everything, at: row.citation })
    const there = await api.timeline.slice({ caseId, filter: everything, from: at ?? -1, count: 1 })
    expect(there.rows[0]?.citation).toEqual(row.citation)
    const details = await api.record.details({ caseId, at: row.citation })
    expect(details).toMatchObject({ eventId: 4698, citation: row.citation })
    expect(Buffer.from(details.bytes, 'base64').subarray(0, 4)).toEqual(Buffer.from([0x2a, 0x2a, 0, 0]))
    const density = await api.timeline.density({ caseId, filter: everything, buckets: 20 })
    expect(density.all.reduce((sum, one) => sum + one, 0)).toBe(all.all)
    const facets = await api.timeline.facets({ caseId, filter: everything })
    expect(facets.length).toBeGreaterThan(0)
  })

  it('tells chains, evidence, problems and custody', async () => {
    const { caseId } = practice
    const chains = await api.chains.list({ caseId })
    expect(chains.schema).toBe('tasktrail-chains/1')
    expect(chains.chains).toHaveLength(practice.counts.chains)
    const evidence = await api.evidence.list({ caseId })
    expect(evidence).toHaveLength(practice.counts.evidence)
    expect(await api.evidence.problems({ caseId })).toHaveLength(practice.counts.problems)
    const custody = await api.evidence.custody({ caseId })
    expect(custody.intact).toBe(true)
    expect(custody.lines.some((line) => line.actor.includes('Ada Byron'))).toBe(true)
  })

  it('creates a case, imports into it, and finds nothing to import where there is nothing', async () => {
    const created = await api.cases.create({ title: 'Alert: ../4711' })
    expect(created.dir).toMatch(/\d{4}-\d\d-\d\d Alert 4711$/)
    const again = await api.cases.create({ title: 'Alert: ../4711' })
    expect(again.dir).toBe(`${created.dir} 2`)
    const folder = join(home, 'collected')
    const { mkdirSync } = await import('node:fs')
    mkdirSync(folder)
    writeFileSync(join(folder, 'Security.evtx'), 'this is no log')
    const { result } = await finish(await api.evidence.import({ caseId: created.caseId, paths: [folder] }))
    expect(result.events).toBe(0)
    expect(result.problems.length).toBeGreaterThan(0)
  })

  it('refuses with a code, a message and a way out', async () => {
    const refusals = [
      await safe(api.cases.open({ dir: home })),
      await safe(api.cases.summary({ caseId: 'nobody' })),
      await safe(api.files.browse({ path: join(home, 'nowhere') })),
      await safe(api.cases.create({ title: 'x', dir: practice.dir })),
    ]
    for (const { error } of refusals) {
      expect(error).toMatchObject({ code: 'REFUSED', defined: true })
      const { data, message } = error as unknown as {
        data: { code: string; remedy: string }
        message: string
      }
      expect(data.code).toMatch(/^[a-z]+(\.[a-z-]+)+$/)
      expect(data.remedy.length).toBeGreaterThan(10)
      expect(message.length).toBeGreaterThan(10)
    }
    expect((await safe(api.cases.open({ dir: '' }))).error).toMatchObject({ code: 'BAD_REQUEST' })
    const tooMany = { caseId: practice.caseId, filter: everything, from: 0, count: 501 }
    expect((await safe(api.timeline.slice(tooMany))).error).toMatchObject({ code: 'BAD_REQUEST' })
    expect(
      (await safe(finish(await api.cases.practice({ scenario: 'no-such-scenario' })))).error,
    ).toMatchObject({ code: 'REFUSED' })
    expect(readdirSync(join(home, 'cases')).filter((name) => name.includes('no-such'))).toEqual([])
  })

  it('stops a long making of practice evidence and leaves no case behind', async () => {
    const before = readdirSync(join(home, 'cases'))
    const [scenario] = await api.cases.scenarios()
    const stop = new AbortController()
    const wish = { scenario: scenario?.name ?? '', noise: 200_000 }
    const stream = await api.cases.practice(wish, { signal: stop.signal })
    await stream.next()
    stop.abort()
    await expect(stream.next()).rejects.toThrow()
    await expect.poll(() => readdirSync(join(home, 'cases')), { timeout: 20_000 }).toEqual(before)
    expect(await api.cases.summary({ caseId: practice.caseId })).toEqual(practice)
  })

  it('seals a case, verifies the bundle, and opens it beside the case it was made of', async () => {
    const { caseId } = practice
    const outDir = join(home, 'handover')
    const wish = { caseId, outDir, sign: true, caseNumber: 'IR-1', purpose: 'Escalation', to: 'Tier 2' }
    const { result: sealed } = await finish(await api.bundle.seal(wish))
    expect(existsSync(sealed.path)).toBe(true)
    const { result: verified } = await finish(
      await api.bundle.verify({ path: sealed.path, ticketSha256: sealed.zipSha256 }),
    )
    expect(verified.verdict).toMatch(/^VALID/)
    expect(verified.bagDigest).toBe(sealed.bagDigest)
    const { result: opened } = await finish(await api.bundle.open({ path: sealed.path }))
    expect(opened).toMatchObject({ readOnly: true, title: practice.title })
    expect(opened.caseId).not.toBe(caseId)
    expect(opened.dir).not.toBe(practice.dir)
    expect((await api.chains.list({ caseId: opened.caseId })).chains).toEqual(
      (await api.chains.list({ caseId })).chains,
    )
    const { error } = await safe(finish(await api.evidence.import({ caseId: opened.caseId, paths: [home] })))
    expect(error).toMatchObject({ code: 'REFUSED' })
    writeFileSync(join(home, 'not-a-bundle.zip'), 'nothing')
    const { result: bad } = await finish(await api.bundle.verify({ path: join(home, 'not-a-bundle.zip') }))
    expect(bad.verdict).toBe('UNREADABLE')
  })

  it('writes report and exports, tells the keys, gives a receipt, and takes one bundle in place of another', async () => {
    const { caseId } = practice
    const out = join(home, 'report.md')
    const report = await api.report.write({ caseId, format: 'md', out, includeCase: true })
    expect(readFileSync(out).length).toBe(report.bytes)
    const { error: taken } = await safe(api.report.write({ caseId, format: 'md', out, includeCase: true }))
    expect(taken).toMatchObject({ code: 'REFUSED' })
    const stix = join(home, 'stix.json')
    const { result: exported } = await finish(await api.exports.write({ caseId, format: 'stix', out: stix }))
    expect(exported).toMatchObject({ format: 'stix', path: stix, rows: null })
    expect(JSON.parse(readFileSync(stix, 'utf8'))).toMatchObject({ type: 'bundle' })

    const wish = {
      caseId,
      outDir: join(home, 'again'),
      sign: true,
      caseNumber: 'IR-2',
      purpose: '',
      to: 'Tier 2',
    }
    const { result: first } = await finish(await api.bundle.seal(wish))
    const { own } = await api.keys.list()
    expect(own).toMatchObject({ fingerprint: first.signer?.fingerprint, keptBy: 'none' })
    const { result: second } = await finish(
      await api.bundle.seal({ ...wish, supersedes: first.path, includeCase: true }),
    )
    const { result: receipt } = await finish(
      await api.bundle.giveReceipt({ path: second.path, storedAt: 'room 2', note: '' }),
    )
    expect(existsSync(receipt.signature)).toBe(true)
    const { result: opened } = await finish(await api.bundle.open({ path: first.path, more: [second.path] }))
    expect((opened.bundles ?? []).map((one: { isSuperseded: boolean }) => one.isSuperseded)).toEqual([
      true,
      false,
    ])
    expect(await api.bundle.statements({ caseId: opened.caseId })).toMatchObject([{ statements: [] }])
  })

  it('stops at the end without losing what runs', async () => {
    const other = startEngine({ setup: { host: 'test' }, journal: (line) => journal.push(line) })
    const port = other.connect()
    const page = createORPCClient<Api>(new RPCLink({ port }))
    await page.app.info()
    await other.stop()
    expect(journal.filter((line) => line.includes('unexpectedly'))).toEqual([])
  })

  it('refuses a host that cannot be reached, with the way out, and keeps the password out of its journal', async () => {
    const how = {
      via: 'ssh' as const,
      user: 'nobody',
      secret: 'S3cret-canary',
      plan: { name: 'quick' as const },
    }
    const { error } = await safe(
      api.acquire.preflight({ ...how, host: '-oProxyCommand=x' }).then((stream) => finish(stream)),
    )
    expect(error).toMatchObject({ data: { code: 'acquire.host.bad-name' } })
    const started = await safe(
      api.acquire
        .start({ ...how, caseId: practice.caseId, host: 'no-such-host.invalid' })
        .then((stream) => finish(stream)),
    )
    expect(started.error).toMatchObject({
      data: {
        code: expect.stringMatching(/^acquire\.(host\.unknown-name|ssh\.missing)$/),
        remedy: expect.any(String),
      },
    })
    expect(JSON.stringify([error, started.error, journal])).not.toContain('S3cret')
  })
})
