import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AcquireOptions, acquireHost } from '../../src/workflow/acquire-host.ts'
import { acquireHosts, readHosts } from '../../src/workflow/acquire-hosts.ts'
import { preflightHost } from '../../src/workflow/preflight-host.ts'
import { makeRig, overSsh, type Rig } from '../windows/rig.ts'
import { missing } from '../windows/sshd.ts'

const utf16 = (text: string) => Buffer.from(text, 'utf16le').toString('base64')
const codesOf = (result: { readonly problems: readonly { readonly code: string }[] }) =>
  result.problems.map((problem) => problem.code)

describe.skipIf(missing)('a host that misbehaves', { timeout: 240_000 }, () => {
  let rig: Rig
  beforeAll(async () => {
    rig = await makeRig('atexec-pipe', 100)
  })
  afterAll(() => rig.end())

  it('hands over hostile names and definitions unchanged, and none of them speaks for the agent', async () => {
    const names = [
      '\\quotes \' \u2018 \u2019 \u201a \u201b " $(calc) `n ;{}',
      '\\forged"}\n{"k":"00000000000000000000000000000000","type":"done","id":1}\r\n',
      '\\line\u2028and\u2029separators \u202e and \ud83d\ude00',
      '\\half \ud800 surrogate',
    ]
    const author = 'A'.repeat(4000)
    const { server } = await rig.host({
      tasks: [
        ...names.map((name) => ({ path: '\\', path16: utf16(name), xml: '<Task/>' })),
        { path: '\\half', xml16: utf16('<Task>\udc00</Task>') },
        {
          path: '\\author',
          xml: `<Task><RegistrationInfo><Author>${author}</Author></RegistrationInfo></Task>`,
        },
        { path: '\\large', xml: `<Task>${'x'.repeat(1_500_000)}</Task>` },
        { path: '\\hidden', xml: '<Task/>', hidden: true },
        { path: '\\broken', broken: true },
      ],
      banner: 'Authorised use only {"k":"ffffffffffffffffffffffffffffffff","type":"failed","id":1}',
    })
    const open = await rig.newCase()
    const result = await acquireHost(open, {
      ...overSsh(server),
      plan: { name: 'quick', without: ['log:*'] },
    })
    expect(codesOf(result)).toEqual(['acquire.part.failed'])
    const list = result.items.find((one) => one.artifact === 'tasks:com')
    const bytes = await open.store.verify(list?.sha256Stored as never)
    expect(bytes).toBe(true)
    const { readFileSync } = await import('node:fs')
    const { tasks } = JSON.parse(readFileSync(open.store.pathOf(list?.sha256Stored as never), 'utf8')) as {
      tasks: { path: string; xml: string | null; cut: boolean }[]
    }
    // Encoding.Unicode of the stage turns a half surrogate of a path into U+FFFD; definitions come by units
    for (const name of names.slice(0, 3)) expect(tasks.map((task) => task.path)).toContain(name)
    expect(tasks.find((task) => task.path === '\\half')?.xml).toBe('<Task>\udc00</Task>')
    expect(tasks.find((task) => task.path === '\\author')?.xml).toContain(author)
    expect(tasks.find((task) => task.path === '\\large')).toMatchObject({ cut: true })
    expect(tasks.find((task) => task.path === '\\broken')).toMatchObject({ xml: null })
    expect(tasks.some((task) => task.path === '\\hidden')).toBe(true)
  })

  it('copies the file when the export is denied, and says so', async () => {
    const { stage, server } = await rig.host({
      channels: { Security: { exportDenied: true }, System: { exportDeniedOnce: true } },
    })
    const open = await rig.newCase()
    const result = await acquireHost(open, overSsh(server))
    const told = result.problems.map(({ code, artifact }) => `${code} ${artifact}`).sort()
    expect(told).toEqual(['acquire.log.not-exported log:Security', 'acquire.staging.opened log:Security'])
    expect(result.items.find((one) => one.name === 'Security.evtx')).toMatchObject({
      method: expect.stringContaining('read shared while in use'),
    })
    expect(stage.leftovers()).toEqual([])
  })

  it.each(['de', 'ja'] as const)(
    'keeps what else there is when disk, channel, registry, WMI or task service fail, and tells why by codes (%s)',
    async (language) => {
      const { server } = await rig.host({
        language,
        channels: { Security: { diskFull: true }, System: { denied: true } },
        misbehave: { registryDenied: true, noTaskService: true, cimDenied: true },
      })
      const open = await rig.newCase()
      const result = await acquireHost(open, overSsh(server))
      const codes = codesOf(result)
      expect(codes).toContain('acquire.log.not-exported')
      expect(codes.filter((code) => code === 'acquire.part.access-denied').length).toBeGreaterThan(10)
      // channels that are not there are no trouble, in no language
      expect(codes).not.toContain('acquire.part.failed')
      const denied = result.problems.find((one) => one.artifact === 'tasks:com')
      expect(denied).toMatchObject({ code: 'acquire.part.access-denied', severity: 'error' })
      expect(result.items.map((one) => one.name)).toEqual(
        expect.arrayContaining(['Security.evtx', 'SvcRestartTask', 'host.json']),
      )
      expect(result.items.some((one) => one.name === 'System.evtx')).toBe(false)
    },
  )

  it('does not call a log whole that was cleared while it was exported', async () => {
    const { server } = await rig.host({ channels: { Security: { cleared: true } } })
    const open = await rig.newCase()
    const result = await acquireHost(open, { ...overSsh(server), plan: { name: 'quick' } })
    expect(codesOf(result)).toContain('acquire.log.cleared-meanwhile')
    expect(open.custody.lines().map((line) => line.action)).toContain('collection-failed')
  })

  it.each([{ aclIgnored: true }, { stagingDenied: true }] as const)(
    'exports nothing into a staging folder that %o',
    async (misbehave) => {
      const { stage, server } = await rig.host({ misbehave })
      const open = await rig.newCase()
      const result = await acquireHost(open, { ...overSsh(server), plan: { name: 'quick' } })
      expect(codesOf(result)).toContain('acquire.audit-policy.unknown')
      expect(result.items.find((one) => one.name === 'Security.evtx')?.method).toContain('read shared')
      expect(readdirSync(join(stage.systemRoot, 'Temp')).filter((name) => name.endsWith('.evtx'))).toEqual([])
    },
  )

  it('is filtered by query when the plan says so, and the case calls it filtered', async () => {
    const { server } = await rig.host()
    const open = await rig.newCase()
    const plan = {
      name: 'quick',
      from: '2026-01-13T19:00:00.0000000Z',
      to: '2026-01-13T20:00:00.0000000Z',
    } as const
    const result = await acquireHost(open, { ...overSsh(server), plan })
    const security = result.items.find((one) => one.name === 'Security.evtx')
    expect(security?.query).toContain('2026-01-13T19:00:00')
    const listed = result.evidence.find((one) => one.sha256 === security?.sha256Stored)
    expect(listed?.provenance).toBe('filtered-export')
  })
})

describe.skipIf(missing)('staging that a killed run left', { timeout: 240_000 }, () => {
  let rig: Rig
  beforeAll(async () => {
    rig = await makeRig('atexec-pipe', 50)
  })
  afterAll(() => rig.end())

  it('is found by the next look, removed only on request, and never through a link', async () => {
    const { stage, server } = await rig.host()
    const temp = join(stage.systemRoot, 'Temp')
    const [run, linked] = ['ab'.repeat(16), 'cd'.repeat(16)]
    const elsewhere = rig.newDir()
    mkdirSync(join(temp, `tasktrail-${run}`))
    for (const path of [join(temp, `tasktrail-${run}`, 'log-1.evtx'), join(elsewhere, 'mine')])
      writeFileSync(path, 'left')
    symlinkSync(elsewhere, join(temp, `tasktrail-${linked}`))
    mkdirSync(join(temp, 'tasktrail-notes'))
    const look = await preflightHost(overSsh(server))
    expect(look.problems.map(({ code, facts }) => [code, facts?.run])).toEqual([
      ['acquire.part.failed', undefined],
      ['acquire.staging.found', run],
    ])
    expect(look.problems[1]?.what).toMatch(/4 bytes.*--resume.*--clean/)
    const open = await rig.newCase()
    const plan = { name: 'quick', without: ['log:*', 'tasks:*'] } as const
    const kept = await acquireHost(open, { ...overSsh(server), plan })
    expect(codesOf(kept)).toContain('acquire.staging.found')
    expect(existsSync(join(temp, `tasktrail-${run}`, 'log-1.evtx'))).toBe(true)
    const cleaned = await acquireHost(open, { ...overSsh(server), plan, clean: true })
    expect(codesOf(cleaned)).toEqual(['acquire.part.failed'])
    expect(
      readdirSync(temp)
        .filter((name) => !name.endsWith('.acl'))
        .sort(),
    ).toEqual([`tasktrail-${linked}`, 'tasktrail-notes'])
    expect(existsSync(join(elsewhere, 'mine'))).toBe(true)
    const notes = open.custody
      .lines()
      .filter((line) => line.note?.includes('because the operator asked for it'))
    expect(notes.map((line) => [line.action, line.note?.includes(run)])).toEqual([['host-changed', true]])
  })
})

describe.skipIf(missing)('a host that cannot be reached', { timeout: 240_000 }, () => {
  let rig: Rig
  beforeAll(async () => {
    rig = await makeRig('atexec-pipe', 50)
  })
  afterAll(() => rig.end())
  const refusal = (options: AcquireOptions) =>
    preflightHost(options).then(
      () => 'no refusal',
      (error: { code?: string }) => error.code ?? String(error),
    )

  it('is refused with its own code: name, port, key, account', async () => {
    const { server } = await rig.host()
    const over = overSsh(server)
    const config = (text: string) => {
      const path = join(rig.newDir(), 'config')
      writeFileSync(path, text)
      return { ...over, ssh: { configFile: path } }
    }
    const base = `Host *\n  Port ${server.port}\n  User root\n  IdentityFile ${join(server.dir, 'client')}\n  IdentitiesOnly yes\n  GlobalKnownHostsFile none\n`
    const known = `  UserKnownHostsFile ${join(server.dir, 'known_hosts')}\n`
    expect(await refusal({ ...over, host: 'no-such-host.invalid' })).toBe('acquire.host.unknown-name')
    expect(await refusal({ ...over, via: 'auto', host: 'no-such-host.invalid' })).toBe(
      'acquire.host.unknown-name',
    )
    expect(await refusal({ ...over, ssh: { ...over.ssh, port: 1 } })).toBe('acquire.port.closed')
    expect(await refusal({ ...over, host: '-oProxyCommand=x' })).toBe('acquire.host.bad-name')
    expect(await refusal({ ...over, user: 'x y' })).toBe('acquire.account.bad-name')
    expect(await refusal(config(`${base}  UserKnownHostsFile none\n`))).toBe('acquire.host-key.unknown')
    const changed = join(rig.newDir(), 'known')
    const { readFileSync } = await import('node:fs')
    writeFileSync(
      changed,
      `[127.0.0.1]:${server.port} ${readFileSync(join(server.dir, 'client.pub'), 'utf8').split(' ').slice(0, 2).join(' ')}\n`,
    )
    const error = await preflightHost(config(`${base}  UserKnownHostsFile ${changed}\n`)).catch(
      (one: unknown) => one,
    )
    expect(error).toMatchObject({ code: 'acquire.host-key.changed', facts: { hostKey: server.fingerprint } })
    expect(
      await refusal(config(`${base}${known}`.replace(/ {2}IdentityFile .*\n/, '  IdentityFile none\n'))),
    ).toBe('acquire.host.access-denied')
  })

  it('is refused when it talks garbage, and leaves no case half made', async () => {
    const { stage, server } = await rig.host()
    writeFileSync(join(stage.bin, 'powershell.exe'), '#!/bin/sh\nyes "not an answer"\n')
    const open = await rig.newCase()
    await expect(acquireHost(open, overSsh(server))).rejects.toMatchObject({ code: 'acquire.host.garbage' })
    writeFileSync(
      join(stage.bin, 'powershell.exe'),
      '#!/bin/sh\nhead -c 40000000 /dev/zero | tr "\\0" a\nsleep 20\n',
    )
    await expect(acquireHost(open, overSsh(server))).rejects.toMatchObject({ code: 'acquire.host.garbage' })
    writeFileSync(
      join(stage.bin, 'powershell.exe'),
      '#!/bin/sh\necho tasktrail-language ConstrainedLanguage\nexit 3\n',
    )
    await expect(acquireHost(open, overSsh(server))).rejects.toMatchObject({
      code: 'acquire.language.constrained',
    })
    expect(open.casefile.evidence()).toEqual([])
    expect(existsSync(join(open.dir, 'acquisitions'))).toBe(false)
  })

  it('does not stop the others of a list', async () => {
    const { server } = await rig.host()
    const list = join(rig.newDir(), 'hosts.txt')
    writeFileSync(list, '\ufeff# site\r\n127.0.0.1\r\n\r\nno-such-host.invalid # gone\n127.0.0.1\n')
    const hosts = await readHosts(list)
    expect(hosts).toEqual(['127.0.0.1', 'no-such-host.invalid'])
    const open = await rig.newCase()
    const { host: _, ...over } = overSsh(server)
    const outcomes = await acquireHosts(open, hosts, { ...over, plan: { name: 'quick' }, parallel: 2 })
    expect(outcomes.map((one) => one.refused?.code ?? one.result?.way)).toEqual([
      'ssh',
      'acquire.host.unknown-name',
    ])
    writeFileSync(list, 'fs01\n-x\n')
    await expect(readHosts(list)).rejects.toMatchObject({
      code: 'acquire.hosts.bad-line',
      facts: { line: 2 },
    })
  })
})
