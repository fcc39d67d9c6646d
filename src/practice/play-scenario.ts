/** Plays a scenario: everything that happens on its hosts, as a collector would bring it, with the truth beside it. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { Cancelled } from '../base/refusal.ts'
import { castFor } from './cast.ts'
import { HostStage } from './host-stage.ts'
import { Random } from './random.ts'
import type { HostStaging, Scenario } from './staging.ts'
import { truthOf } from './truth.ts'

export interface Play {
  readonly scenario: Scenario
  readonly seed: number
  /** records of ordinary life around it, over all hosts; exact */
  readonly noise: number
  /** where truth.json goes when not into the folder itself */
  readonly truthPath?: string
  readonly signal?: AbortSignal | undefined
  /** called now and then with the records written so far and all there will be */
  readonly onRecords?: (done: number, total: number) => void
}

export interface Played {
  /** everything written, in a stable order; the truth last */
  readonly files: readonly string[]
  readonly truthPath: string
}

const recordsPerBreath = 2048

/**
 * Writes into the folder, which must exist and be empty; with several hosts each gets a sub-folder of its name. On failure or
 * cancellation nothing of it stays.
 */
export async function playScenario(dir: string, play: Play): Promise<Played> {
  const { scenario, seed, noise, truthPath = join(dir, 'truth.json') } = play
  const random = new Random(`${scenario.name}:${seed}`)
  const drawn = castFor(scenario.name, seed, scenario.release)
  const cast = scenario.adapt?.(drawn) ?? drawn
  const staged = scenario.stage(cast, random.fork('scenario'))
  const hosts: readonly HostStaging[] = 'happenings' in staged ? [{ cast, staging: staged }] : staged
  const folderOf = (index: number) =>
    hosts.length === 1 ? '' : (hosts[index]?.cast.host.name.toLowerCase() ?? '')
  const stages = hosts.map(({ cast: part, staging }, index) => {
    const share = Math.floor(noise / hosts.length) + (index < noise % hosts.length ? 1 : 0)
    const own = hosts.length === 1 ? random : random.fork(part.host.name)
    return new HostStage(join(dir, folderOf(index)), part, staging, share, own)
  })
  const folders = hosts.length === 1 ? [] : hosts.map((_, index) => join(dir, folderOf(index)))
  try {
    for (const folder of folders) await mkdir(folder)
    await playAll(stages, play)
    const files: string[] = []
    for (const stage of stages) files.push(...(await stage.writeBeside()))
    const outcomes = stages.map((stage, index) => ({
      evidence: stage.evidence,
      folder: folderOf(index),
      records: stage.records,
    }))
    const truth = truthOf(scenario, cast, noise, outcomes)
    await writeFile(truthPath, `${JSON.stringify(truth, null, 2)}\n`, { flag: 'wx' })
    return { files: [...files, truthPath], truthPath }
  } catch (error) {
    for (const stage of stages) await stage.clear()
    for (const folder of folders) await rm(folder, { recursive: true, force: true })
    throw error
  }
}

async function playAll(stages: readonly HostStage[], { signal, onRecords }: Play): Promise<void> {
  const total = stages.reduce((sum, stage) => sum + stage.events.total, 0)
  let done = 0
  for (const stage of stages) {
    for (const _ of stage.play()) {
      if (++done % recordsPerBreath !== 0) continue
      onRecords?.(done, total)
      await breathe()
      if (signal?.aborted) throw new Cancelled()
    }
  }
  if (signal?.aborted) throw new Cancelled()
  onRecords?.(done, total)
}
