/** Practice evidence: writes a scenario as a collector would bring it, or makes a case of it at once. */
import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { diskRefusal } from '../base/disk-trouble.ts'
import { Refusal } from '../base/refusal.ts'
import type { Operator } from '../domain/operator.ts'
import type { OnProgress } from '../domain/progress.ts'
import { type Played, playScenario } from '../practice/play-scenario.ts'
import { scenarios } from '../practice/scenarios/index.ts'
import type { Scenario } from '../practice/staging.ts'
import { importEvidence } from './import-evidence.ts'
import { Meter } from './meter.ts'
import { createCase, type OpenCase } from './open-case.ts'

export interface PracticeOptions {
  readonly scenario: string
  /** 0 … 2^31 - 1; the same seed gives the same bytes. Default 1. */
  readonly seed?: number | undefined
  /** records of ordinary life around the deed. Default 2000. */
  readonly noise?: number | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: OnProgress | undefined
}

export interface WrittenPractice {
  /** absolute */
  readonly dir: string
  /** absolute paths: logs, tasks, host.json and last truth.json */
  readonly files: readonly string[]
  readonly truthPath: string
}

const defaultNoise = 2000
/** about what one Security log can hold in its 65,535 chunks */
export const largestNoise = 2_000_000
const largestSeed = 0x7fff_ffff

/** What can be written, in the order it is listed. */
export const practiceScenarios = (): readonly { name: string; title: string; teaches: string }[] =>
  scenarios.map(({ name, title, teaches }) => ({ name, title, teaches }))

/**
 * Writes a scenario into `dir`, which is made when it is missing. Refuses a folder that holds anything, an unknown scenario
 * and numbers out of range; a cancelled or failed run leaves nothing of its own behind.
 */
export async function writePractice(dir: string, options: PracticeOptions): Promise<WrittenPractice> {
  const wish = checked(options)
  const folder = resolve(dir)
  try {
    await mkdir(folder, { recursive: true })
    const present = await readdir(folder)
    if (present.length > 0)
      throw new Refusal(
        'practice.folder.not-empty',
        `${folder} is not empty (${present.length} ${present.length === 1 ? 'entry' : 'entries'}).`,
        'Name a new or an empty folder: practice evidence must never mix with other files.',
        { entries: present.length },
      )
    const played = await play(folder, wish, options)
    return { dir: folder, files: played.files, truthPath: played.truthPath }
  } catch (error) {
    throw diskRefusal(error, 'writing practice evidence', folder)
  }
}

/**
 * Writes a scenario into a private folder, makes a case in `dir` (a new private folder when none is named), imports the
 * evidence and gives the open case. The truth stays in the case folder as `practice-truth.json`, out of the evidence.
 */
export async function makePracticeCase(
  options: PracticeOptions & { readonly dir?: string | undefined; readonly operator: Operator },
): Promise<OpenCase> {
  const wish = checked(options)
  const { operator, signal, onProgress } = options
  let written: string | undefined
  let opened: OpenCase | undefined
  try {
    written = await mkdtemp(join(tmpdir(), 'tasktrail-practice-'))
    const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'tasktrail-case-')))
    const evidence = join(written, 'evidence')
    await mkdir(evidence)
    await mkdir(dir, { recursive: true, mode: 0o700 })
    const title = `Practice: ${wish.scenario.title}`
    await play(evidence, wish, options, join(written, 'practice-truth.json'))
    opened = await createCase(dir, { title, operator, practice: true })
    await importEvidence(opened, [evidence], { signal, onProgress })
    await copyFile(join(written, 'practice-truth.json'), join(dir, 'practice-truth.json'))
    return opened
  } catch (error) {
    opened?.close()
    throw diskRefusal(error, 'making a practice case', options.dir ?? tmpdir())
  } finally {
    if (written !== undefined) await rm(written, { recursive: true, force: true })
  }
}

interface Wish {
  readonly scenario: Scenario
  readonly seed: number
  readonly noise: number
}

function checked({ scenario: name, seed = 1, noise = defaultNoise }: PracticeOptions): Wish {
  const scenario = scenarios.find((one) => one.name === name)
  if (!scenario)
    throw new Refusal(
      'practice.scenario.unknown',
      `There is no practice scenario "${name}".`,
      `Choose one of: ${scenarios.map((one) => one.name).join(', ')}.`,
    )
  const inRange = (value: number, most: number) => Number.isSafeInteger(value) && value >= 0 && value <= most
  if (!inRange(seed, largestSeed))
    throw new Refusal(
      'practice.seed.out-of-range',
      `The seed ${seed} is no whole number from 0 to ${largestSeed}.`,
      'Name another seed.',
    )
  if (!inRange(noise, largestNoise))
    throw new Refusal(
      'practice.noise.out-of-range',
      `Noise of ${noise} records is not possible; it goes from 0 to ${largestNoise}.`,
      'Ask for less noise.',
    )
  return { scenario, seed, noise }
}

function play(dir: string, wish: Wish, options: PracticeOptions, truthPath?: string): Promise<Played> {
  const meter = new Meter(options.onProgress, {
    phase: 'Writing practice evidence',
    step: 'generate',
    unit: 'records',
    total: null,
  })
  return playScenario(dir, {
    ...wish,
    signal: options.signal,
    onRecords: (done, total) => {
      meter.total = total
      meter.to(done, done === total)
    },
    ...(truthPath === undefined ? {} : { truthPath }),
  })
}
