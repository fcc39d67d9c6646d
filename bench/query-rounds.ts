/** Measures what an imported case answers, each round in a process of its own. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

interface Round {
  readonly records: number
  readonly filters: number
  readonly open: Times
  readonly chains: Times
  readonly plainPage: Times
  readonly ahead?: Times
  readonly first: Asked
  readonly again: Asked
  readonly maxRssMb: number
}
interface Times {
  readonly ms: number
  readonly cpuMs: number
}
interface Asked {
  readonly all: Readonly<Record<string, number>>
  readonly text: Readonly<Record<string, number>>
}
export interface QueryFigure {
  readonly what: string
  readonly min: number
  readonly median: number
}

const spread = (what: string, numbers: readonly number[]): QueryFigure => {
  const sorted = [...numbers].sort((a, b) => a - b)
  return { what, min: sorted[0] ?? 0, median: sorted[Math.floor(sorted.length / 2)] ?? 0 }
}

/**
 * Minimum and median of every figure, printed and returned. `cold`: just imported, nothing made ready; `ahead`: as in the window,
 * once it had a moment; `stored`: opened anew with the search files made then, nothing read ahead.
 */
export function measureQueries(caseFolder: string, rounds: number): readonly QueryFigure[] {
  const figures: QueryFigure[] = []
  for (const mode of ['cold', 'ahead', 'stored']) {
    const run = (): Round =>
      JSON.parse(
        execFileSync(process.execPath, [join(import.meta.dirname, 'query.ts'), caseFolder, mode], {
          encoding: 'utf8',
        }),
      )
    const all = Array.from({ length: rounds }, run)
    const add = (what: string, pick: (round: Round) => number | undefined) => {
      const numbers = all.map(pick).filter((number) => number !== undefined)
      figures.push(spread(`${mode}: ${what}`, numbers))
    }
    add('open and index, ms', ({ open }) => open.ms)
    add('chains, ms', ({ chains }) => chains.ms)
    add('chains, ms of CPU', ({ chains }) => chains.cpuMs)
    add('plain page, ms', ({ plainPage }) => plainPage.ms)
    for (const turn of ['first', 'again'] as const) {
      add(`page under each filter, ${turn}, p50 ms`, (round) => round[turn].all.p50Ms)
      add(`page under each filter, ${turn}, p95 ms`, (round) => round[turn].all.p95Ms)
      add(`page under each filter, ${turn}, p95 ms of CPU`, (round) => round[turn].all.p95CpuMs)
      add(`free text, ${turn}, p50 ms`, (round) => round[turn].text.p50Ms)
      add(`free text, ${turn}, most ms`, (round) => round[turn].text.mostMs)
    }
    add('peak RSS, MB', ({ maxRssMb }) => maxRssMb)
  }
  for (const { what, min, median } of figures)
    console.log(`${what}: min ${min.toFixed(1)}, median ${median.toFixed(1)}`)
  return figures
}
