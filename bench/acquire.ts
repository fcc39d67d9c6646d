/**
 * What collecting costs. Needs pwsh and sshd:
 * node bench/acquire.ts [GIB]        MB of log per second over SSH from a host on this machine, hashed at both ends, and memory
 * node bench/acquire.ts look         the first look at a host, and each of its requests, in milliseconds
 * node bench/acquire.ts hosts [N]    N light hosts (200), 16 at a time, into one case: time, processor and memory
 * node bench/acquire.ts tasks [N]    a host with N tasks (100000) through the agent itself
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { appendFileSync, copyFileSync, readdirSync, readFileSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from '../src/acquire/connect.ts'
import { fetchFile } from '../src/acquire/transfer.ts'

const [verb = '1', count] = process.argv.slice(2)
if (verb === 'fetch') await fetchOnly(process.argv.slice(3))
else if (verb === 'look' || verb === 'hosts' || verb === 'tasks') {
  const { runs } = await import('./acquire-runs.ts')
  await runs[verb](Number(count ?? (verb === 'hosts' ? 200 : 100_000)))
} else await serve(Math.round(Number(verb) * 2 ** 30))

/** Makes the host and its log, and lets a process of its own fetch it, so that only that is measured. */
async function serve(bytes: number): Promise<void> {
  const { makeRig } = await import('../test/windows/rig.ts')
  const rig = await makeRig('atexec-pipe', 120_000)
  const { stage, server } = await rig.host()
  const log = join(stage.dir, 'large.evtx')
  const security = join(rig.evidence, 'Security.evtx')
  copyFileSync(security, log)
  const chunks = readFileSync(security).subarray(4096)
  while (statSync(log).size < bytes) appendFileSync(log, chunks)
  truncateSync(log, bytes)

  const how = [import.meta.filename, 'fetch', server.configFile, log, join(rig.dir, 'part')]
  const { status } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', ...how], {
    stdio: 'inherit',
  })
  await rig.end()
  process.exitCode = status ?? 1
}

async function fetchOnly([configFile = '', log = '', part = '']: readonly string[]): Promise<void> {
  const bytes = statSync(log).size
  const connection = await connect({
    host: '127.0.0.1',
    via: 'ssh',
    ssh: { configFile },
    runId: randomBytes(16).toString('hex'),
  })
  let mostHere = 0
  let mostThere = 0
  const agent = (): string | undefined =>
    readdirSync('/proc').find((pid) => {
      try {
        return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('start-host.ps1')
      } catch {
        return false
      }
    })
  const pid = agent()
  const measure = setInterval(() => {
    mostHere = Math.max(mostHere, process.memoryUsage.rss())
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    mostThere = Math.max(mostThere, Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024)
  }, 250)
  const start = performance.now()
  const cpu = process.cpuUsage()
  const got = await fetchFile(connection.channel, log, part)
  const seconds = (performance.now() - start) / 1000
  const used = process.cpuUsage(cpu)
  clearInterval(measure)
  if (got.sha256 !== got.sha256OnHost || got.size !== bytes)
    throw new Error('what arrived is not what was sent')
  const there = pid ? execFileSync('ps', ['-o', 'time=', '-p', pid], { encoding: 'utf8' }).trim() : '?'
  console.log(
    JSON.stringify({
      bytes,
      seconds: Number(seconds.toFixed(2)),
      megabytesPerSecond: Number((bytes / 1e6 / seconds).toFixed(1)),
      cpuSecondsHere: Number(((used.user + used.system) / 1e6).toFixed(2)),
      cpuTimeThere: there,
      mostMemoryHereMiB: Math.round(mostHere / 2 ** 20),
      mostMemoryThereMiB: Math.round(mostThere / 2 ** 20),
    }),
  )
  await connection.close()
}
