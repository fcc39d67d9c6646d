import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { agentKey, agentKeys, agentSocket } from '../../../src/bundle/ssh-agent.ts'
import { allowedSigner, readAllowedSigners, verifySignature } from '../../../src/bundle/sshsig.ts'
import { type Fault, tokenAgent } from '../../builders/token-agent.ts'
import { haveTool } from './tools.ts'

const folder = mkdtempSync(join(tmpdir(), 'agent-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const message = Buffer.from('0123  manifest-sha256.txt\n')
const namespace = 'tasktrail-bundle@v1'

/** What stock `ssh-keygen -Y verify` ends with. */
function stockVerdict(line: string, armoured: string, input = message): number | null {
  const [allowed, signature] = [join(folder, 'allowed'), join(folder, 'message.sig')]
  writeFileSync(allowed, `jdoe@JUMP-01 namespaces="${namespace}" ${line}\n`)
  writeFileSync(signature, armoured)
  const words = ['-Y', 'verify', '-f', allowed, '-I', 'jdoe@JUMP-01', '-n', namespace, '-s', signature]
  return spawnSync('ssh-keygen', words, { input }).status
}

describe.runIf(haveTool('ssh-keygen'))('the agent of OpenSSH', () => {
  const socket = join(folder, 'real.sock')
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
  const fingerprints: string[] = []

  beforeAll(async () => {
    await vi.waitUntil(() => existsSync(socket), { timeout: 20_000 })
    for (const [name, kind] of [
      ['first', 'ed25519'],
      ['second', 'ed25519'],
      ['other', 'ecdsa'],
    ] as const) {
      const path = join(folder, name)
      execFileSync('ssh-keygen', ['-q', '-t', kind, '-N', '', '-C', `key ${name}`, '-f', path])
      execFileSync('ssh-add', ['-q', path], {
        env: { ...process.env, SSH_AUTH_SOCK: socket },
        stdio: 'ignore',
      })
      fingerprints.push(execFileSync('ssh-keygen', ['-lf', path]).toString().split(' ')[1] ?? '')
    }
  })
  afterAll(async () => {
    agent.kill()
    await once(agent, 'exit')
  })

  test('tells its Ed25519 keys, and signs with one of them what ssh-keygen accepts', async () => {
    const keys = await agentKeys({ socket })
    expect(keys.map(({ signer, comment }) => [signer.fingerprint, comment])).toEqual([
      [fingerprints[0], 'key first'],
      [fingerprints[1], 'key second'],
    ])
    const key = await agentKey({ socket }, fingerprints[1])
    const armoured = await key.sign(message)
    expect(verifySignature(armoured, message)).toMatchObject({ ok: true, signer: key.signer })
    expect(stockVerdict(key.signer.line, armoured)).toBe(0)
    expect(stockVerdict(key.signer.line, armoured, Buffer.from('other'))).not.toBe(0)
    expect((await agentKey({ socket }, 'key first')).signer.fingerprint).toBe(fingerprints[0])
  })

  test('with several keys asks which, names them, and refuses one it does not hold', async () => {
    await expect(agentKey({ socket })).rejects.toMatchObject({
      code: 'bundle.agent.which-key',
      message: expect.stringContaining('key second'),
    })
    await expect(agentKey({ socket }, 'SHA256:none')).rejects.toMatchObject({ code: 'bundle.agent.no-key' })
    await expect(agentKey({ socket }, fingerprints[2])).rejects.toMatchObject({ code: 'bundle.agent.no-key' })
  })
})

describe('the key of a FIDO token', () => {
  let fault: Fault = 'none'
  const socket = join(folder, 'token.sock')
  let agent: Awaited<ReturnType<typeof tokenAgent>>
  beforeAll(async () => {
    agent = await tokenAgent(socket, () => fault)
  })
  afterAll(() => agent.close())

  test('signs through an agent; we verify it, bound to its counter and its touch', async () => {
    const key = await agentKey({ socket })
    expect(key.signer.line).toBe(agent.line)
    const armoured = await key.sign(message)
    expect(verifySignature(armoured, message)).toMatchObject({ ok: true, signer: key.signer })
    const { signers } = readAllowedSigners(`jdoe@JUMP-01 namespaces="${namespace}" ${agent.line}\n`)
    expect(allowedSigner(key.signer, signers, new Date())?.identity).toBe('jdoe@JUMP-01')
    const bytes = Buffer.from(armoured.split('\n').slice(1, -2).join(''), 'base64')
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes)
      damaged[at] = (damaged[at] ?? 0) ^ 0x41
      const text = `-----BEGIN SSH SIGNATURE-----\n${damaged.toString('base64')}\n-----END SSH SIGNATURE-----\n`
      expect(verifySignature(text, message).ok).toBe(false)
    }
  })

  test.runIf(haveTool('ssh-keygen'))('signs what stock ssh-keygen accepts', async () => {
    const armoured = await (await agentKey({ socket })).sign(message)
    expect(stockVerdict(agent.line, armoured)).toBe(0)
    expect(stockVerdict(agent.line, armoured, Buffer.from('other'))).not.toBe(0)
  })

  test.each([
    ['refuses', 'bundle.agent.refused'],
    ['another message', 'bundle.agent.garbled'],
  ] as const)('of an agent that %s gives no signature', async (how, code) => {
    fault = 'none'
    const key = await agentKey({ socket })
    fault = how
    await expect(key.sign(message)).rejects.toMatchObject({ code })
  })

  test.each([
    ['huge', 'bundle.agent.garbled'],
    ['silent', 'bundle.agent.silent'],
    ['no agent', 'bundle.agent.garbled'],
  ] as const)('is not looked for where something %s answers', async (how, code) => {
    fault = how
    await expect(agentKeys({ socket })).rejects.toMatchObject({ code })
  })

  test('is not looked for where nothing listens', async () => {
    await expect(agentKeys({ socket: join(folder, 'nothing') })).rejects.toMatchObject({
      code: 'bundle.agent.silent',
    })
    expect(agentSocket({}, 'linux')).toBeUndefined()
    expect(agentSocket({}, 'win32')).toBe('\\\\.\\pipe\\openssh-ssh-agent')
  })
})
