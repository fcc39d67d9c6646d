/** What the tests of acquisition share: a practice host that is reached over a real sshd, and a case to put it into. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writePractice } from '../../src/workflow/make-practice.ts'
import { createCase, type OpenCase } from '../../src/workflow/open-case.ts'
import { type Server, startSshd } from './sshd.ts'
import { makeStage, type Stage, type StageOptions } from './stage.ts'

export const operator = { name: 'Tester', account: 'tester', workstation: 'bench' }

export interface Rig {
  readonly dir: string
  /** practice evidence of one host */
  readonly evidence: string
  /** what its host.json says */
  readonly facts: { readonly host: string; readonly timeZone: string; readonly utcOffsetMinutes: number }
  /** Makes a host of it, reached by its own sshd. */
  host(
    how?: Omit<StageOptions, 'evidence'>,
    inside?: { readonly name: string; readonly address: string },
  ): Promise<{ stage: Stage; server: Server }>
  newCase(): Promise<OpenCase>
  newDir(): string
  end(): Promise<void>
}

/** @param scenario of the practice generator; the first one when not given */
export async function makeRig(scenario = 'atexec-pipe', noise = 300): Promise<Rig> {
  const dir = mkdtempSync(join(tmpdir(), 'tt-acquire-'))
  const evidence = join(dir, 'evidence')
  await writePractice(evidence, { scenario, seed: 1, noise })
  const servers: Server[] = []
  const cases: OpenCase[] = []
  let count = 0
  const newDir = () => {
    const made = join(dir, String(++count))
    mkdirSync(made)
    return made
  }
  return {
    dir,
    evidence,
    facts: JSON.parse(readFileSync(join(evidence, 'host.json'), 'utf8')) as Rig['facts'],
    newDir,
    async host(how = {}, inside) {
      const at = newDir()
      const stage = makeStage(at, { evidence, ...how })
      const server = await startSshd(join(at, 'sshd'), stage.bin, inside)
      servers.push(server)
      return { stage, server }
    },
    async newCase() {
      const open = await createCase(join(newDir(), 'case'), { title: 'acquired', operator })
      cases.push(open)
      return open
    },
    async end() {
      for (const open of cases) open.close()
      for (const server of servers) await server.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** Options of an acquisition over the server's sshd. */
export const overSsh = (server: Server) =>
  ({
    host: '127.0.0.1',
    via: 'ssh',
    ssh: { configFile: server.configFile },
    retryMs: [50, 200, 500],
    plan: { name: 'playbook' },
  }) as const
