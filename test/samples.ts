import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'

/** Where the real evidence for tests lies: beside the project's root, never inside it. */
export const samplesFolder = resolve(import.meta.dirname, '../../shared/samples')

/** True when the samples are there. Without them a test skips with a printed reason; with CI=true that is a failure. */
export const haveSamples = existsSync(join(samplesFolder, 'MANIFEST.json'))
if (!haveSamples) {
  const reason = `no samples at ${samplesFolder}: tests on real evidence are skipped`
  if (process.env.CI === 'true') throw new Error(reason)
  console.warn(reason)
}

export const sample = (...parts: string[]): string => join(samplesFolder, ...parts)

export interface SampleFile {
  readonly kind: string
  readonly repo: string
  readonly path: string
  /** path below the samples folder */
  readonly file: string
  readonly sha256: string
  readonly size: number
  readonly records?: number
  readonly tags?: readonly string[]
  readonly damage?: readonly string[]
}
export interface SampleChain {
  readonly id: string
  readonly sha256: string | null
  readonly title: string
  readonly truth: Readonly<Record<string, unknown>>
  readonly steps: readonly Readonly<Record<string, unknown>>[]
}
export interface Manifest {
  readonly files: readonly SampleFile[]
  readonly chains: readonly SampleChain[]
  readonly negatives: readonly {
    readonly id: string
    readonly match: string
    readonly why: string
    readonly sha256: string
  }[]
}

export const manifest = (): Manifest => JSON.parse(readFileSync(sample('MANIFEST.json'), 'utf8')) as Manifest

/** Absolute path of the sample with this hash. */
export function sampleByHash(sha256: string): string {
  const found = manifest().files.find((file) => file.sha256 === sha256)
  if (!found) throw new Error(`no sample has the hash ${sha256}`)
  return sample(found.file)
}

export interface ExpectedRecord {
  readonly file: string
  readonly chunk: number
  readonly offset: number
  /** EventRecordID; exact in the text even where a double would not hold it */
  readonly rid: number
  readonly eid: number
  readonly prov: string
  readonly chan: string
  readonly comp: string
  readonly t: string
  readonly ver: string
  readonly kw: string
  readonly data: Readonly<Record<string, string>>
}

/** Every expected record, line by line. */
export async function* expectedRecords(): AsyncGenerator<ExpectedRecord> {
  const stream = createReadStream(sample('expected-events.jsonl.gz')).pipe(createGunzip())
  for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line) yield JSON.parse(line) as ExpectedRecord
  }
}
