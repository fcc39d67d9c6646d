import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { acquireHost } from '../../src/workflow/acquire-host.ts'
import { acquireHosts } from '../../src/workflow/acquire-hosts.ts'
import { writePractice } from '../../src/workflow/make-practice.ts'
import { createCase } from '../../src/workflow/open-case.ts'
import { lightHosts } from '../windows/light-host.ts'
import { makeNamespace, type Namespace, noNamespaces } from '../windows/namespaces.ts'
import { makeRig, operator, type Rig } from '../windows/rig.ts'
import { missing } from '../windows/sshd.ts'

const noNetworks = missing ?? noNamespaces()
if (noNetworks) console.warn(noNetworks)

describe.skipIf(noNetworks)('two hosts in networks of their own', { timeout: 240_000 }, () => {
  let rig: Rig
  const networks: Namespace[] = []
  beforeAll(async () => {
    rig = await makeRig('atexec-pipe', 50)
  })
  afterAll(async () => {
    await rig.end()
    for (const network of networks) network.end()
  })

  it('are taken side by side by the agent itself; each record says by which address it was reached from', async () => {
    networks.push(makeNamespace(0), makeNamespace(1))
    const hosts = await Promise.all(
      networks.map((network, at) =>
        rig.host(at === 1 ? { channels: { Security: { exportDenied: true } } } : {}, network),
      ),
    )
    // one configuration for both: each address has its own port, key and known host
    const config = join(rig.newDir(), 'config')
    const each = networks.map(
      ({ address }, at) =>
        `Host ${address}\n${readFileSync(hosts[at]?.server.configFile ?? '', 'utf8').replace(/^Host .*\n/, '')}`,
    )
    writeFileSync(config, each.join('\n'))
    const open = await rig.newCase()
    const addresses = networks.map((network) => network.address)
    const outcomes = await acquireHosts(open, addresses, {
      via: 'ssh',
      ssh: { configFile: config },
      plan: { name: 'quick' },
      parallel: 2,
    })
    expect(outcomes.map((one) => one.refused)).toEqual([null, null])
    const told = outcomes.map(({ result }) => result?.problems.filter((one) => one.artifact !== undefined))
    expect(told.map((problems) => problems?.map((one) => one.code))).toEqual([
      [],
      ['acquire.staging.opened', 'acquire.log.not-exported'],
    ])
    const seen = outcomes.map(({ result }) => {
      const record = result?.items.find((one) => one.name === 'acquisition.json')
      const text = readFileSync(open.store.pathOf(record?.sha256Stored as never), 'utf8')
      return (JSON.parse(text) as { sessions: { addresses: string[] }[] }).sessions[0]?.addresses
    })
    expect(seen[0]).toContain(networks[0]?.here)
    expect(seen[1]).toContain(networks[1]?.here)
  })
})

describe('many hosts', { timeout: 240_000 }, () => {
  const dir = mkdtempSync(join(tmpdir(), 'tt-hosts-'))
  let logs: Record<string, Buffer>
  beforeAll(async () => {
    await writePractice(join(dir, 'evidence'), { scenario: 'atexec-pipe', seed: 1, noise: 20 })
    logs = { Security: readFileSync(join(dir, 'evidence', 'Security.evtx')) }
  })
  afterAll(() => rmSync(dir, { recursive: true, force: true }))

  it('are taken so many at a time into one case, and those that fail stop no other', async () => {
    const hosts = Array.from({ length: 18 }, (_, at) => `host${String(at).padStart(3, '0')}`)
    const light = lightHosts(logs, { broken: (host) => host.endsWith('7') })
    const open = await createCase(join(dir, 'case'), { title: 'site', operator })
    const told = new Set<string>()
    let mostRunning = 0
    const outcomes = await acquireHosts(open, hosts, {
      via: 'ssh',
      startSsh: light.startSsh,
      plan: { name: 'quick', without: ['tasks:*'] },
      parallel: 16,
      retryMs: [1],
      onProgress: (progress) => {
        const running = (progress.hosts ?? []).filter((one) => one.state === 'running')
        mostRunning = Math.max(mostRunning, running.length)
        for (const one of running) told.add(one.host)
      },
    })
    expect(outcomes.map((one) => one.host)).toEqual(hosts)
    expect(outcomes.filter((one) => one.refused).map((one) => [one.host, one.refused?.code])).toEqual([
      ['host007', 'acquire.connection.lost'],
      ['host017', 'acquire.connection.lost'],
    ])
    expect(outcomes[17]?.refused?.remedy).toContain('--resume')
    expect([light.most, mostRunning]).toEqual([16, 16])
    expect([...told].sort()).toEqual(hosts)
    // side by side in one case, each with its own facts
    const records = open.casefile.evidence().filter((entry) => entry.kind === 'acquisition')
    expect(new Set(records.map((entry) => entry.host)).size).toBe(16)
    expect(open.custody.check().intact).toBe(true)
    const lost = open.custody.lines().filter((line) => line.action === 'collection-failed')
    expect(lost.some((line) => line.note?.includes('host007'))).toBe(true)
    open.close()
  })

  it('a host with 100,000 tasks is taken to the end, row by row', async () => {
    const light = lightHosts(logs, { tasks: 100_000 })
    const open = await createCase(join(dir, 'many'), { title: 'many', operator })
    const result = await acquireHost(open, {
      host: 'many01',
      via: 'ssh',
      startSsh: light.startSsh,
      plan: { name: 'quick', without: ['log:*', 'tasks:cache'] },
    })
    expect(result.problems.filter((one) => one.artifact !== undefined)).toEqual([])
    const list = result.items.find((one) => one.artifact === 'tasks:com')
    expect(list?.method).toContain('100000 rows')
    expect(list?.size).toBeGreaterThan(10_000_000)
    open.close()
  })
})
