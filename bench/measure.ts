/** Runs work and baselines, one at a time, each in a process of its own: wall and CPU time, and peak memory of our own. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { builtWork } from './built.ts'

export interface Figures {
  readonly ms: number
  /** user and system time of the process; undefined where it cannot be told */
  readonly cpuMs: number | undefined
  /** of our own processes only */
  readonly maxRssMb?: number
}

export const figuresVariable = 'TASKTRAIL_BENCH_FIGURES'
let script: string | undefined

/**
 * What the work prints goes through a real pipe to a reader that drops it.
 * @throws when the work fails
 */
export function measureWork(work: string, args: readonly string[]): Figures {
  script ??= builtWork()
  const scratch = mkdtempSync(join(tmpdir(), 'tasktrail-bench-'))
  const figures = join(scratch, 'figures.json')
  const command = [process.execPath, '--disable-warning=ExperimentalWarning', script, work, ...args]
  try {
    const done = spawnSync('sh', ['-c', '"$0" "$@" | cat >/dev/null', ...command], {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, [figuresVariable]: figures },
    })
    if (done.error) throw done.error
    return JSON.parse(readFileSync(figures, 'utf8')) as Figures
  } catch (error) {
    throw new Error(`${work} ${args.join(' ')} failed`, { cause: error })
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** @returns undefined where the command is not on this machine or fails */
export function measureCommand(command: string, args: readonly string[]): Figures | undefined {
  const timed = 'TIMEFORMAT="%3U %3S"; time "$0" "$@" >/dev/null 2>&1'
  const start = performance.now()
  const done = spawnSync('bash', ['-c', timed, command, ...args], { encoding: 'utf8' })
  const ms = performance.now() - start
  if (done.error || done.status !== 0) return undefined
  const [user = Number.NaN, system = Number.NaN] = done.stderr.trim().split(' ').map(Number)
  return { ms, cpuMs: (user + system) * 1000 }
}

/** The middle one; of an even number the upper of the two. */
export const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
