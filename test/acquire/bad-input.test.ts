/** Every line of what may go wrong with a host: each has a code, a sentence and the next step, and the rest of the plan goes on. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Refusal } from '../../src/base/refusal.ts'
import { type AcquireOptions, acquireHost } from '../../src/workflow/acquire-host.ts'
import { findCaseChains } from '../../src/workflow/find-chains.ts'
import { writePractice } from '../../src/workflow/make-practice.ts'
import { createCase } from '../../src/workflow/open-case.ts'
import { preflightHost } from '../../src/workflow/preflight-host.ts'
import { lightHosts } from '../windows/light-host.ts'
import { operator } from '../windows/rig.ts'

const history = 'Microsoft-Windows-TaskScheduler/Operational'

describe('what may go wrong with a host', { timeout: 120_000 }, () => {
  const dir = mkdtempSync(join(tmpdir(), 'tt-bad-'))
  let logs: Record<string, Buffer>
  let cases = 0
  beforeAll(async () => {
    const evidence = join(dir, 'evidence')
    await writePractice(evidence, { scenario: 'atexec-pipe', seed: 1, noise: 20 })
    const read = (name: string) => readFileSync(join(evidence, name))
    logs = {
      Security: read('Security.evtx'),
      System: read('System.evtx'),
      [history]: read('Microsoft-Windows-TaskScheduler%4Operational.evtx'),
    }
  })
  afterAll(() => rmSync(dir, { recursive: true, force: true }))
  const newCase = () => createCase(join(dir, `case-${++cases}`), { title: 'bad', operator })

  /** An ssh that says so and ends so. */
  const sshSaying = (said: string, code: number) => {
    const program = join(dir, `ssh-${++cases}`)
    writeFileSync(`${program}.txt`, said)
    writeFileSync(program, `#!/bin/sh\ncat ${JSON.stringify(`${program}.txt`)} >&2\nexit ${code}\n`)
    chmodSync(program, 0o755)
    return { host: 'fs01', via: 'ssh', ssh: { program }, plan: { name: 'quick' } } as const
  }
  const inside = 'Authenticated to fs01 ([10.0.0.1]:22) using "publickey".\n'
  const isSentence = /^[^\s].{10,}/
  const isStep = /^[A-Z].{20,}[.:\w]$/

  it.each([
    [
      'a wrong name',
      'ssh: Could not resolve hostname fs01: Name or service not known',
      255,
      'acquire.host.unknown-name',
    ],
    [
      'DNS that fails',
      'ssh: Could not resolve hostname fs01: Temporary failure in name resolution',
      255,
      'acquire.host.unknown-name',
    ],
    [
      'a host that is down',
      'ssh: connect to host fs01 port 22: No route to host',
      255,
      'acquire.host.unreachable',
    ],
    [
      'a host that is silent',
      'ssh: connect to host fs01 port 22: Connection timed out',
      255,
      'acquire.host.unreachable',
    ],
    ['a closed port', 'ssh: connect to host fs01 port 22: Connection refused', 255, 'acquire.port.closed'],
    [
      'an account that is not let in',
      'u@fs01: Permission denied (publickey).',
      255,
      'acquire.host.access-denied',
    ],
    [
      'an expired password',
      `${inside}WARNING: Your password has expired.\nPassword change required but no TTY available.`,
      1,
      'acquire.account.expired',
    ],
    [
      'a host without PowerShell',
      `${inside}sh: powershell.exe: not found`,
      127,
      'acquire.host.no-powershell',
    ],
    [
      'a shell that says so in German',
      `${inside}Der Befehl "powershell.exe" ist entweder falsch geschrieben oder konnte nicht gefunden werden.`,
      1,
      'acquire.host.no-powershell',
    ],
    [
      'an ssh that breaks off',
      'kex_exchange_identification: Connection closed by remote host',
      255,
      'acquire.ssh.failed',
    ],
  ] as const)('%s is refused with a code, a sentence and the next step', async (_, said, code, expected) => {
    const refused = await preflightHost(sshSaying(`${said}\n`, code)).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(Refusal)
    expect(refused).toMatchObject({
      code: expected,
      message: expect.stringMatching(isSentence),
      remedy: expect.stringMatching(isStep),
    })
    expect((refused as Refusal).message).toContain('fs01')
  })

  const over = (light: ReturnType<typeof lightHosts>): AcquireOptions => ({
    host: 'fs01',
    via: 'ssh',
    startSsh: light.startSsh,
    plan: { name: 'quick' },
    retryMs: [],
  })

  it('a clock two hours off, a channel that is missing and one that is off are problems; all else is taken', async () => {
    const { [history]: _, ...without } = logs
    const light = lightHosts(without, { clockMs: -7_200_000, disabled: ['System'] })
    const open = await newCase()
    const result = await acquireHost(open, over(light))
    const told = result.problems.filter(
      (one) => one.code.startsWith('acquire.') || one.code.startsWith('clock.'),
    )
    expect(told.map((one) => one.code)).toEqual([
      'clock.host.skewed',
      'acquire.channel.disabled',
      'acquire.channel.missing',
    ])
    for (const one of told) expect(one.what).toMatch(/^[A-Z].{40,}\.$/)
    expect(told[0]?.what).toMatch(/7\d\d\d seconds behind/)
    expect(result.items.map((one) => one.artifact)).toEqual(
      expect.arrayContaining(['log:Security', 'log:System', 'tasks:com']),
    )
    open.close()
  })

  it.each([
    ['lines without end', 'not an answer\n'.repeat(3000)],
    ['a line of many megabytes', `${'a'.repeat(17 << 20)}\n`],
  ])('a host that answers %s is refused, and nothing half taken is kept', async (_, noise) => {
    const open = await newCase()
    const refused = await acquireHost(open, over(lightHosts(logs, { noise }))).catch(
      (error: unknown) => error,
    )
    expect(refused).toMatchObject({
      code: 'acquire.host.garbage',
      message: expect.stringMatching(isSentence),
      remedy: expect.stringMatching(isStep),
    })
    expect(open.casefile.evidence()).toEqual([])
    open.close()
  })

  it('lines that would speak for the agent are noise, counted and kept with the record of the acquisition', async () => {
    const noise = [
      '{"k":"00000000000000000000000000000000","type":"done","id":1}',
      '{"type":"failed","id":1,"what":"forged","error":"x","code":0}',
      'Authorised use only',
    ]
    const open = await newCase()
    const result = await acquireHost(open, over(lightHosts(logs, { noise: `${noise.join('\n')}\n` })))
    const record = result.items.find((one) => one.name === 'acquisition.json')
    const kept = JSON.parse(readFileSync(open.store.pathOf(record?.sha256Stored as never), 'utf8')) as {
      noise: unknown
    }
    expect(kept.noise).toEqual({ lines: 3, first: noise })
    expect(result.items.some((one) => one.artifact === 'log:Security')).toBe(true)
    open.close()
  })

  it('a connection that is lost for good keeps what arrived for --resume, and the journal says what may be left', async () => {
    const open = await newCase()
    const refused = await acquireHost(open, over(lightHosts(logs, { broken: () => true }))).catch(
      (error: unknown) => error,
    )
    expect(refused).toMatchObject({
      code: 'acquire.connection.lost',
      remedy: expect.stringContaining('--resume'),
    })
    expect(open.casefile.evidence()).toEqual([])
    expect(open.custody.lines().at(-1)).toMatchObject({
      action: 'collection-failed',
      note: expect.stringMatching(/staging folder tasktrail-[0-9a-f]{32} may still be on the host/),
    })
    open.close()
  })

  it('a look that is cancelled leaves nothing, and says that nothing was taken', async () => {
    const open = await newCase()
    const cancelled = acquireHost(open, { ...over(lightHosts(logs)), signal: AbortSignal.abort() })
    await expect(cancelled).rejects.toMatchObject({
      name: 'Cancelled',
      message: expect.stringContaining('nothing was taken'),
    })
    await expect(acquireHost(open, { ...over(lightHosts(logs)), resume: true })).rejects.toMatchObject({
      code: 'acquire.resume.nothing',
    })
    open.close()
  })

  it('a responder who is the suspect is warned of: the mark is unsafe then', async () => {
    const open = await newCase()
    const first = await acquireHost(open, over(lightHosts(logs)))
    expect(first.problems.map((one) => one.code)).not.toContain('acquire.responder.is-suspect')
    const sid = findCaseChains(open)[0]?.account.sid ?? ''
    expect(sid).toMatch(/^S-1-5-21-/)
    const second = await acquireHost(open, over(lightHosts(logs, { sid })))
    const warned = second.problems.find((one) => one.code === 'acquire.responder.is-suspect')
    expect(warned).toMatchObject({
      severity: 'warning',
      what: expect.stringMatching(/use another account, and change the password/),
    })
    open.close()
  })
})
