/**
 * Measures every row of bench/rows.ts. Each round runs the baselines and then the work, so that a slow or busy machine shows in
 * both. Nothing here asserts. Writes bench/latest.json and compares with bench/baseline.json; see bench/README.md.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Figures, measureCommand, measureWork, median } from './measure.ts'
import { measureQueries, type QueryFigure } from './query-rounds.ts'
import { type Baseline, baselines, type Row, rowsOf } from './rows.ts'

interface Series {
  /** it went over */
  readonly bytes: number
  readonly ms: readonly number[]
  readonly cpuMs: readonly number[]
}
interface Result extends Series {
  readonly row: string
  readonly goal: string
  readonly maxRssMb: number
  readonly against: Partial<Record<Baseline, Series>>
}
interface Latest {
  readonly at: string
  readonly machine: Readonly<Record<string, string | number>>
  readonly results: readonly Result[]
  /** what the case of the row `ingest` answers */
  readonly queries?: readonly QueryFigure[]
}

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    rounds: { type: 'string', default: '5' },
    big: { type: 'boolean', default: false },
    bless: { type: 'boolean', default: false },
  },
})

const seriesOf = (figures: readonly Figures[], bytes: number): Series => ({
  bytes,
  ms: figures.map(({ ms }) => Math.round(ms)),
  cpuMs: figures.flatMap(({ cpuMs }) => (cpuMs === undefined ? [] : [Math.round(cpuMs)])),
})

function measureRow(row: Row, rounds: number, scratch: string, kept: string): Result {
  const ours: Figures[] = []
  const names = Object.keys(row.against) as Baseline[]
  const theirs = new Map(names.map((name): [Baseline, Figures[]] => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const { command, args } = baselines[name]
      const figures = measureCommand(command, [...args, ...(row.against[name] ?? [])])
      if (figures) theirs.get(name)?.push(figures)
    }
    // the last case of the large log is kept for the rows that ask it
    const isKept = row.name === 'ingest' && round === rounds - 1
    const dir = isKept ? kept : join(scratch, `${row.name}-${round}`)
    const makesCase = row.work === 'ingest' || row.work === 'index'
    ours.push(measureWork(row.work, makesCase ? [dir, row.path] : [row.path, ...(row.more ?? [])]))
    if (makesCase && !isKept) rmSync(dir, { recursive: true, force: true })
  }
  return {
    row: row.name,
    goal: row.goal,
    ...seriesOf(ours, row.bytes),
    maxRssMb: Math.round(Math.max(...ours.map(({ maxRssMb }) => maxRssMb ?? 0))),
    against: Object.fromEntries(
      names.map((name) => {
        const bytes = (row.against[name] ?? []).reduce((sum, file) => sum + statSync(file).size, 0)
        return [name, seriesOf(theirs.get(name) ?? [], bytes)]
      }),
    ),
  }
}

/** Smallest and middle one. */
const both = (numbers: readonly number[]) =>
  numbers.length === 0 ? 'unknown' : `${Math.min(...numbers)} / ${median(numbers)}`
/** Of the medians, for the same number of bytes; undefined when one of them could not be measured. */
function ratio(ours: Series, theirs: Series | undefined, what: 'ms' | 'cpuMs'): number | undefined {
  if (!theirs || theirs[what].length === 0 || ours[what].length === 0) return undefined
  return median(ours[what]) / ours.bytes / (median(theirs[what]) / theirs.bytes)
}

const shown = (number: number) => number.toPrecision(3)

function print(result: Result, before: Result | undefined): void {
  const rate = result.bytes === 0 ? '' : ` ${(result.bytes / 1e3 / median(result.ms)).toFixed(0)} MB/s,`
  console.log(`${result.row}: ${(result.bytes / 1e6).toFixed(0)} MB; goal: ${result.goal}`)
  console.log(
    `  ms min / median: wall ${both(result.ms)}, CPU ${both(result.cpuMs)};${rate} peak RSS ${result.maxRssMb} MB`,
  )
  for (const [name, series] of Object.entries(result.against) as [Baseline, Series][]) {
    const wall = ratio(result, series, 'ms')
    const cpu = ratio(result, series, 'cpuMs')
    if (wall === undefined) {
      console.log(`  ${baselines[name].command}: not on this machine, so no ratio`)
      continue
    }
    const oldCpu = before && ratio(before, before.against[name], 'cpuMs')
    const compared =
      cpu === undefined || oldCpu === undefined
        ? ''
        : `; CPU ${(((cpu - oldCpu) / oldCpu) * 100).toFixed(0)} % from the baseline`
    console.log(
      `  ${shown(wall)} x ${baselines[name].command} in wall, ${cpu === undefined ? '?' : shown(cpu)} x in CPU (it: wall ${both(series.ms)}, CPU ${both(series.cpuMs)})${compared}`,
    )
  }
}

const machine = {
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGb: Math.round(totalmem() / 2 ** 30),
  node: process.version,
}
const rounds = Math.max(1, Number(options.rounds))
console.log(
  `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, Node ${machine.node}; ${rounds} rounds`,
)
const scratch = mkdtempSync(join(tmpdir(), 'tasktrail-bench-'))
const kept = join(scratch, 'case')
const baselinePath = join(import.meta.dirname, 'baseline.json')
const old = existsSync(baselinePath) ? (JSON.parse(readFileSync(baselinePath, 'utf8')) as Latest) : undefined
const results: Result[] = []
let queries: readonly QueryFigure[] = []
try {
  const asksHosts = options.only?.includes('hosts') ?? options.big
  for (const row of await rowsOf(options.big, kept, asksHosts ? join(scratch, 'hosts') : undefined)) {
    if (options.only && !options.only.includes(row.name)) continue
    if (row.work === 'chains' && !existsSync(kept)) {
      console.log('chains: needs the case of the row ingest, which is not measured here')
      continue
    }
    const result = measureRow(row, Math.min(rounds, row.rounds ?? rounds), scratch, kept)
    results.push(result)
    print(
      result,
      old?.results.find((one) => one.row === row.name),
    )
  }
  // asked of the case that the row ingest has left
  const isAsked = !options.only || options.only.includes('queries')
  if (isAsked && existsSync(kept)) queries = measureQueries(kept, rounds)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
const latest: Latest = { at: new Date().toISOString(), machine, results, queries }
const text = `${JSON.stringify(latest, null, 1)}\n`
writeFileSync(join(import.meta.dirname, 'latest.json'), text)
if (options.bless) writeFileSync(baselinePath, text)
