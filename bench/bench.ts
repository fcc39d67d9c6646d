/**
 * Measures the product against `sha256sum` of the same bytes in the same run, so that a slow or busy machine cancels out.
 * Nothing here asserts: `npm test` has no times. Writes bench/latest.json and compares with bench/baseline.json.
 */
import { spawnSync } from 'node:child_process'
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdDecompress } from 'node:zlib'
import { writeInlineLog } from './inline-log.ts'
import { measureInChild } from './measure.ts'

const root = resolve(import.meta.dirname, '..')
const samples = resolve(root, '../shared/samples/bench')
const cache = join(import.meta.dirname, 'cache')

interface Result {
  readonly work: string
  readonly ratio: number
  readonly ms: readonly number[]
  readonly baselineMs: readonly number[]
  readonly maxRssMb: number
}

const median = (numbers: readonly number[]) =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0

/** The unpacked log, kept in bench/cache (ignored by git). */
async function unpacked(name: string): Promise<string | undefined> {
  const packed = join(samples, `${name}.zst`)
  if (!existsSync(packed)) {
    console.log(`no ${packed}: nothing to measure`)
    return undefined
  }
  const path = join(cache, name)
  if (existsSync(path)) return path
  await mkdir(cache, { recursive: true })
  const zstd = createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: 27 } })
  await pipeline(createReadStream(packed), zstd, createWriteStream(`${path}.partial`))
  const { renameSync } = await import('node:fs')
  renameSync(`${path}.partial`, path)
  return path
}

function timed(command: string, args: readonly string[]): number | undefined {
  const start = performance.now()
  const done = spawnSync(command, args, { stdio: 'ignore' })
  return done.error || done.status !== 0 ? undefined : performance.now() - start
}

/** @param name of the work, as it is printed and kept */
async function measure(name: string, work: string, path: string, rounds: number): Promise<Result[]> {
  const ours: number[] = []
  const cpu: number[] = []
  const sums: number[] = []
  const shaNi: number[] = []
  let maxRssMb = 0
  timed('sha256sum', [path]) // warms the page cache
  for (let round = 0; round < rounds; round++) {
    const sum = timed('sha256sum', [path])
    const ni = timed('openssl', ['dgst', '-sha256', path])
    const dir = mkdtempSync(join(tmpdir(), 'tasktrail-bench-'))
    try {
      const measured = await measureInChild(work, work === 'ingest' ? [join(dir, 'case'), path] : [path])
      ours.push(measured.ms)
      cpu.push(measured.cpuMs)
      maxRssMb = Math.max(maxRssMb, measured.maxRssMb)
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
    if (sum !== undefined) sums.push(sum)
    if (ni !== undefined) shaNi.push(ni)
  }
  const megabytes = statSync(path).size / 1e6
  const rate = (megabytes / median(ours)) * 1000
  console.log(
    `${name} of ${megabytes.toFixed(0)} MB: ${median(ours).toFixed(0)} ms (${median(cpu).toFixed(0)} ms of CPU), ${rate.toFixed(0)} MB/s, peak RSS ${maxRssMb.toFixed(0)} MB`,
  )
  const results: Result[] = []
  for (const [baseline, baselineMs] of [
    ['sha256sum', sums],
    ['openssl dgst -sha256', shaNi],
  ] as const) {
    if (baselineMs.length === 0) {
      console.log(`  ${baseline} is not on this machine: no ratio to it`)
      continue
    }
    const ratio = median(ours) / median(baselineMs)
    results.push({
      work: `${name} ${megabytes.toFixed(0)} MB / ${baseline}`,
      ratio,
      ms: ours,
      baselineMs,
      maxRssMb,
    })
    console.log(`  ${ratio.toFixed(2)} x ${baseline} (${median(baselineMs).toFixed(0)} ms)`)
  }
  return results
}

const big = process.argv.includes('--big')
const rounds = Number(process.argv.find((arg) => /^--rounds=\d+$/.test(arg))?.slice(9) ?? 5)
const machine = {
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGb: Math.round(totalmem() / 2 ** 30),
  node: process.version,
}
console.log(
  `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, Node ${machine.node}; medians of ${rounds} rounds`,
)
const results: Result[] = []
for (const name of ['security-100mb.evtx', ...(big ? ['security-1gb.evtx'] : [])]) {
  const path = await unpacked(name)
  if (!path) continue
  results.push(...(await measure('ingest', 'ingest', path, rounds)))
  results.push(...(await measure('dump xml', 'dump-xml', path, rounds)))
  results.push(...(await measure('dump jsonl', 'dump-jsonl', path, rounds)))
}
const inline = join(cache, 'inline-320mb.evtx')
writeInlineLog(inline)
results.push(...(await measure('inline ingest', 'ingest', inline, rounds)))
const latest = { at: new Date().toISOString(), machine, results }
writeFileSync(join(import.meta.dirname, 'latest.json'), `${JSON.stringify(latest, null, 2)}\n`)
const baselinePath = join(import.meta.dirname, 'baseline.json')
if (existsSync(baselinePath)) {
  const baseline = JSON.parse(readFileSync(baselinePath, 'utf8')) as typeof latest
  for (const result of results) {
    const before = baseline.results.find((one) => one.work === result.work)
    if (before)
      console.log(
        `${result.work}: ${result.ratio.toFixed(2)}, baseline ${before.ratio.toFixed(2)} (${(((result.ratio - before.ratio) / before.ratio) * 100).toFixed(0)} %)`,
      )
  }
}
if (process.argv.includes('--bless')) writeFileSync(baselinePath, `${JSON.stringify(latest, null, 2)}\n`)
