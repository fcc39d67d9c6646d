/**
 * How fast logs come over SSH from a host on this machine, hashed at both ends, and what memory that takes:
 * node bench/acquire.ts [GIB] (default 1). Needs pwsh and sshd; says MB of log per second before compression.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { appendFileSync, copyFileSync, readdirSync, readFileSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from '../src/acquire/connect.ts'
import { fetchFile } from '../src/acquire/transfer.ts'

if (process.argv[2] === 'fetch') await fetchOnly(process.argv.slice(3))
else await serve(Math.round(Number(process.argv[2] ?? 1) * 2 ** 30))

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
