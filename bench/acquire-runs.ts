/** Runs of bench/acquire.ts that measure whole looks and acquisitions. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AgentChannel } from '../src/acquire/agent-channel.ts'
import { acquireHost } from '../src/workflow/acquire-host.ts'
import { acquireHosts } from '../src/workflow/acquire-hosts.ts'
import { writePractice } from '../src/workflow/make-practice.ts'
import { createCase } from '../src/workflow/open-case.ts'
import { preflightHost } from '../src/workflow/preflight-host.ts'
import { lightHosts } from '../test/windows/light-host.ts'
import { makeRig, operator, overSsh } from '../test/windows/rig.ts'

const seconds = (ms: number) => Number((ms / 1000).toFixed(2))
const tell = (what: Readonly<Record<string, unknown>>) => console.log(JSON.stringify(what))

/** Time, processor time and memory of a piece of work. */
async function measured<T>(
  work: () => Promise<T>,
): Promise<{ done: T; cost: Readonly<Record<string, number>> }> {
  const start = performance.now()
  const cpu = process.cpuUsage()
  let most = 0
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss())
  }, 100)
  try {
    const done = await work()
    const used = process.cpuUsage(cpu)
    return {
      done,
      cost: {
        seconds: seconds(performance.now() - start),
        cpuSeconds: Number(((used.user + used.system) / 1e6).toFixed(2)),
        mostMemoryMiB: Math.round(most / 2 ** 20),
      },
    }
  } finally {
    clearInterval(timer)
  }
}

async function look(): Promise<void> {
  const steps: string[] = []
  const ask = AgentChannel.prototype.ask
  AgentChannel.prototype.ask = async function* (this: AgentChannel, ...args: Parameters<typeof ask>) {
    const start = performance.now()
    try {
      yield* ask.apply(this, args)
    } finally {
      steps.push(`${args[0]} ${Math.round(performance.now() - start)}`)
    }
  }
  const rig = await makeRig('atexec-pipe', 300)
  const { server } = await rig.host()
  for (let i = 0; i < 3; i++) {
    steps.length = 0
    const { cost } = await measured(() => preflightHost(overSsh(server)))
    // the first answer takes the connection, PowerShell's own start and the agent's way there
    tell({ ...cost, connections: 1, requests: steps.length, milliseconds: steps.join(', ') })
  }
  await rig.end()
}

async function hosts(count: number): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'tt-hosts-'))
  await writePractice(join(dir, 'evidence'), { scenario: 'atexec-pipe', seed: 1, noise: 300 })
  const logs = { Security: readFileSync(join(dir, 'evidence', 'Security.evtx')) }
  const open = await createCase(join(dir, 'case'), { title: 'site', operator })
  const names = Array.from({ length: count }, (_, at) => `host${at}`)
  const light = lightHosts(logs)
  const memory: number[] = []
  const { done, cost } = await measured(() =>
    acquireHosts(open, names, {
      via: 'ssh',
      startSsh: light.startSsh,
      plan: { name: 'quick' },
      parallel: 16,
      onProgress: ({ done }) => {
        memory[done] ??= Math.round(process.memoryUsage.rss() / 2 ** 20)
      },
    }),
  )
  const quarter = (part: number) => memory[Math.floor((count * part) / 4)] ?? null
  tell({
    hosts: count,
    refused: done.filter((one) => one.refused).length,
    mostConnected: light.most,
    ...cost,
    memoryMiBAtQuarters: [1, 2, 3, 4].map(quarter),
  })
  open.close()
  rmSync(dir, { recursive: true, force: true })
}

async function tasks(count: number): Promise<void> {
  const rig = await makeRig('atexec-pipe', 50)
  const { server } = await rig.host({ manyTasks: count })
  const open = await rig.newCase()
  const { done, cost } = await measured(() =>
    acquireHost(open, { ...overSsh(server), plan: { name: 'quick', without: ['log:*'] } }),
  )
  const list = done.items.find((one) => one.artifact === 'tasks:com')
  tell({
    tasks: count,
    list: list?.method,
    bytes: list?.size,
    problems: done.problems.map((one) => one.code),
    ...cost,
  })
  await rig.end()
}

export const runs = { look, hosts, tasks }
