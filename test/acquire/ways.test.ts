import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { acquireHost } from '../../src/workflow/acquire-host.ts'
import { preflightHost } from '../../src/workflow/preflight-host.ts'
import { makeJump } from '../windows/jump.ts'
import { makeRig, overSsh, type Rig } from '../windows/rig.ts'
import { missing } from '../windows/sshd.ts'

const quick = { name: 'quick' } as const

describe.skipIf(missing)('the ways to a host', { timeout: 240_000 }, () => {
  let rig: Rig
  beforeAll(async () => {
    rig = await makeRig('atexec-pipe', 50)
  })
  afterAll(() => rig.end())

  it('are tried in order, and why each was not taken is said', async () => {
    const { stage, server } = await rig.host()
    const { powershell } = makeJump(stage, server, {
      'winrm-https': {
        words: 'Das SSL-Zertifikat wurde von einer unbekannten Zertifizierungsstelle signiert.',
        id: '12175',
        number: 12175,
      },
    })
    const askPort = async () => 'open' as const
    const report = await preflightHost({ ...overSsh(server), via: 'auto', powershell, askPort })
    expect(report.way).toBe('ssh')
    expect(report.ways.map(({ way, ok, code }) => [way, ok, code])).toEqual([
      ['winrm', false, 'acquire.port.closed'],
      ['winrm-https', false, 'acquire.certificate.untrusted'],
      ['ssh', true, undefined],
    ])
    await expect(
      preflightHost({
        ...overSsh(server),
        via: 'auto',
        powershell,
        askPort,
        ssh: { ...overSsh(server).ssh, port: 1 },
      }),
    ).rejects.toMatchObject({ code: 'acquire.host.no-way', message: expect.stringContaining('cim: ') })
    // of the network itself: what is shut is not tried, and no PowerShell is started for it
    const quickly = await preflightHost({ ...overSsh(server), via: 'auto', powershell: '/nonexistent' })
    expect(quickly.ways.map(({ way, why }) => [way, why])).toMatchObject([
      ['winrm', 'port 5985 of 127.0.0.1 is closed'],
      ['winrm-https', 'port 5986 of 127.0.0.1 is closed'],
      ['ssh', expect.stringContaining('host key')],
    ])
  })

  it('by WinRM run the same agent in a PSRP session: logs, tasks, hashes, and nothing left', async () => {
    const { stage, server } = await rig.host()
    const { powershell } = makeJump(stage, server, { winrm: 'ok' })
    const open = await rig.newCase()
    const result = await acquireHost(open, {
      host: 'fs01',
      via: 'winrm',
      powershell,
      plan: { name: 'playbook' },
    })
    expect(result.problems).toEqual([])
    expect(result.way).toBe('winrm')
    const files = result.items.filter((one) => one.sha256OnHost !== null)
    expect(files.map((one) => one.name)).toEqual(
      expect.arrayContaining(['Security.evtx', 'SvcRestartTask', 'At1.job']),
    )
    for (const one of files)
      expect([one.sha256OnHost, one.sha256Stored]).toEqual([one.sha256Received, one.sha256Received])
    expect(stage.leftovers()).toEqual([])
  })

  it('by CIM give tasks, registry and what passes, and say what they cannot give', async () => {
    const { stage, server } = await rig.host()
    const { powershell } = makeJump(stage, server, { cim: 'ok' })
    const open = await rig.newCase()
    const result = await acquireHost(open, {
      host: 'fs01',
      via: 'cim',
      powershell,
      plan: { name: 'playbook' },
    })
    // the clock is the host's own, far from ours in this story
    expect(result.problems.map((one) => one.code)).toContain('clock.host.skewed')
    expect(result.preflight.channels[0]).toMatchObject({ name: 'Security', records: 700, firstTime: null })
    const names = result.items.map((one) => one.artifact)
    expect(names).toEqual(expect.arrayContaining(['state:processes', 'tasks:com', 'tasks:cache']))
    expect(names.some((name) => name.startsWith('log:'))).toBe(false)
    expect(result.preflight.plan.without).toContainEqual({ id: 'log:*', why: 'this way gives no logs' })
    const cache = result.items.find((one) => one.artifact === 'tasks:cache')
    const { keys } = JSON.parse(readFileSync(open.store.pathOf(cache?.sha256Stored as never), 'utf8')) as {
      keys: { part: string; values: { name: string; value: unknown }[] }[]
    }
    const dynamic = keys.flatMap((key) => key.values).find((value) => value.name === 'DynamicInfo')
      ?.value as { base64: string }
    expect(Buffer.from(dynamic.base64, 'base64')).toHaveLength(36)
  })

  it('that a policy holds in constrained language are refused with what else there is, and auto goes on to it', async () => {
    const { stage, server } = await rig.host()
    const { powershell } = makeJump(stage, server, { cim: 'ok' })
    writeFileSync(
      join(stage.bin, 'powershell.exe'),
      '#!/bin/sh\necho tasktrail-language ConstrainedLanguage\nexit 3\n',
    )
    await expect(preflightHost(overSsh(server))).rejects.toMatchObject({
      code: 'acquire.language.constrained',
      message: expect.stringContaining('ConstrainedLanguage'),
      remedy: expect.stringMatching(/--via cim .*--files/),
    })
    const askPort = async (_: string, port: number) => (port === 135 ? 'open' : 'closed') as 'open' | 'closed'
    const report = await preflightHost({ ...overSsh(server), via: 'auto', powershell, askPort })
    expect(report.way).toBe('cim')
    expect(report.ways.map(({ way, code }) => [way, code])).toEqual([
      ['winrm', 'acquire.port.closed'],
      ['winrm-https', 'acquire.port.closed'],
      ['ssh', 'acquire.language.constrained'],
      ['cim', undefined],
    ])
    expect(report.plan.artifacts.map((one) => one.id)).toEqual(
      expect.arrayContaining(['tasks:com', 'tasks:cache', 'state:processes']),
    )
  })

  it('change TrustedHosts only when asked, by this host alone, and set it back; both are in the journal', async () => {
    const { stage, server } = await rig.host()
    const { powershell, trustedFile } = makeJump(stage, server, { winrm: 'ok', needsTrust: true })
    writeFileSync(trustedFile, 'other01')
    const open = await rig.newCase()
    const options = { host: 'fs01', via: 'winrm', powershell, plan: quick } as const
    await expect(acquireHost(open, options)).rejects.toMatchObject({
      code: 'acquire.host.not-trusted',
      remedy: expect.stringContaining("TrustedHosts -Value 'fs01' -Concatenate"),
    })
    expect(readFileSync(trustedFile, 'utf8')).toBe('other01')
    await acquireHost(open, { ...options, trustHost: true })
    expect(readFileSync(`${trustedFile}.log`, 'utf8')).toBe('other01,fs01\nother01\n')
    const notes = open.custody.lines().filter((line) => line.note?.startsWith('TrustedHosts'))
    expect(notes.map((line) => line.note)).toEqual([
      expect.stringContaining('from "other01" to "other01,fs01"'),
      expect.stringContaining('from "other01,fs01" to "other01"'),
    ])
  })

  it('over HTTPS take only the pinned certificate', async () => {
    const { stage, server } = await rig.host()
    const { powershell } = makeJump(stage, server, { 'winrm-https': 'ok' })
    const [key, cert] = [join(stage.dir, 'tls.key'), join(stage.dir, 'tls.crt')]
    const names = ['-subj', '/CN=fs01', '-addext', 'subjectAltName=DNS:localhost']
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert, ...names],
      { stdio: 'ignore' },
    )
    const https = createServer({ key: readFileSync(key), cert: readFileSync(cert) }).listen(0, '127.0.0.1')
    await once(https, 'listening')
    const { port } = https.address() as { port: number }
    const pin = new X509Certificate(readFileSync(cert)).fingerprint256
    const options = { host: '127.0.0.1', via: 'winrm-https', powershell, plan: quick, port } as const
    const report = await preflightHost({ ...options, pin })
    expect(report.way).toBe('winrm-https')
    // this certificate is one Windows would not take: said, with how it was compared
    expect(report.ways[0]?.why).toContain(
      `certificate ${pin.replaceAll(':', '')}, which Windows itself does not trust`,
    )
    const wrong = pin.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'))
    await expect(preflightHost({ ...options, pin: wrong })).rejects.toMatchObject({
      code: 'acquire.certificate.changed',
      message: expect.stringContaining(pin.replaceAll(':', '')),
    })
    https.close()
  })

  it('take a password over standard input alone: no byte of it is in any file, argument, environment or output', async () => {
    const { stage, server } = await rig.host()
    const canary = 'Cn\u00e4ry-\u2018\u{1f511}-$(x)`"\'-7391'
    const { powershell } = makeJump(stage, server, { winrm: 'ok', secret: canary })
    // the stage itself names the secret, to compare with: it lies beside what is searched
    const open = await rig.newCase()
    const options = {
      host: 'fs01',
      via: 'winrm',
      powershell,
      plan: quick,
      user: 'FOUNDRY\\responder',
    } as const
    await expect(preflightHost({ ...options, secret: 'wrong' })).rejects.toMatchObject({
      code: 'acquire.host.access-denied',
    })
    const forms = [
      canary,
      canary.slice(0, 8),
      Buffer.from(canary, 'utf16le').toString('base64'),
      Buffer.from(canary).toString('base64'),
      Buffer.from(canary, 'utf16le').toString('hex'),
    ]
    const needles = forms.flatMap((form) => [Buffer.from(form), Buffer.from(form, 'utf16le')])
    const hits: string[] = []
    const search = (bytes: Buffer, where: string) => {
      if (needles.some((needle) => bytes.includes(needle))) hits.push(where)
    }
    let going = true
    let seen = 0
    const watch = (async () => {
      while (going) {
        for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
          for (const part of ['cmdline', 'environ']) {
            try {
              search(readFileSync(`/proc/${pid}/${part}`), `process ${pid} ${part}`)
              seen++
            } catch {
              // it has ended
            }
          }
        await wait(25)
      }
    })()
    const said: string[] = []
    const result = await acquireHost(open, {
      ...options,
      secret: canary,
      onProgress: (progress) => said.push(JSON.stringify(progress)),
    })
    going = false
    await watch
    expect(seen).toBeGreaterThan(100)
    search(Buffer.from(JSON.stringify(result)), 'result')
    search(Buffer.from(said.join()), 'progress')
    const walk = (dir: string) => {
      for (const name of readdirSync(dir)) {
        const path = join(dir, name)
        if (path === join(stage.dir, 'jump.json')) continue
        if (statSync(path).isDirectory()) walk(path)
        else search(readFileSync(path), path)
      }
    }
    walk(open.dir)
    walk(stage.dir)
    expect(hits).toEqual([])
    search(Buffer.from(`x${canary}`), 'the search itself')
    expect(hits).toEqual(['the search itself'])
    expect(existsSync(join(open.dir, 'acquisitions'))).toBe(false)
  })
})
