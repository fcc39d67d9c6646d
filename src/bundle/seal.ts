/**
 * Seals a case into a bundle (bundle.md §5): payload first, tag files last, hashed in the one pass that packs them, looked
 * at again before the file gets its name. Same case, clock and bundle id give the same bag digest.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { type WrittenZip, writeZip, type ZipPart } from '../archive/write-zip.ts'
import { Cancelled, Refusal } from '../base/refusal.ts'
import type { EvidenceKind } from '../domain/evidence.ts'
import type { OnProgress } from '../domain/progress.ts'
import {
  bagInfoText,
  bundleRecord,
  byPlace,
  jsonLines,
  manifestText,
  numberedHosts,
  oneLine,
  principalOf,
  type WrittenFile,
} from './bag-texts.ts'
import type { SealContents, SealedEvidence } from './contents.ts'
import { timelineCsv, timelineJsonl } from './derived.ts'
import type { SigningKey } from './keys.ts'
import { declarationText, ourHashes } from './manifests.ts'
import { bundleName, slug } from './path-rules.ts'
import { ByteProgress } from './progress.ts'
import { readMeText } from './read-me.ts'
import type { BundleHost, InventoryLine } from './records.ts'
import { schemas } from './schemas.ts'
import { type VerifyReport, verifyBundle } from './verify.ts'

export { principalOf } from './bag-texts.ts'
export type { DerivedFile, SealContents, SealedEvidence } from './contents.ts'

export interface SealOptions {
  readonly outDir: string
  readonly key?: SigningKey | undefined
  /** who the key is to stand for in an allowed_signers file */
  readonly principal?: string | undefined
  /** a time stamp over the tag manifest; undefined when there is to be none, or the authority failed */
  readonly timeStamp?: ((signed: Uint8Array) => Promise<Uint8Array | undefined>) | undefined
  /** what will lie beside the ZIP: told in READ-ME-FIRST.txt */
  readonly verifiers?: readonly { readonly name: string; readonly sha256: string }[] | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: OnProgress | undefined
}

export interface SealedBundle extends WrittenZip {
  readonly name: string
  readonly bagDigest: string
  readonly files: number
  /** bytes of payload before packing */
  readonly payloadBytes: number
  /** what checking the finished archive found */
  readonly report: VerifyReport
}

/** The base name a bundle of these contents gets. */
export function nameOfBundle(
  contents: Pick<SealContents, 'case' | 'evidence' | 'sealedAt' | 'bundleId'>,
): string {
  const hosts = [...new Set(contents.evidence.map((item) => item.host).filter((host) => host !== null))]
  return bundleName(contents.case.number || contents.case.id, hosts, contents.sealedAt, contents.bundleId)
}

/**
 * Writes `<name>.zip` and `<name>.zip.sha256` into `outDir`. Refuses, leaving nothing behind, when evidence changed since
 * it was stored, when the disk fails or when the name is taken; throws Cancelled when stopped.
 */
export async function sealBundle(contents: SealContents, options: SealOptions): Promise<SealedBundle> {
  const bag = new Bag(contents, options)
  let report: VerifyReport | undefined
  const written = await writeZip(join(options.outDir, `${bag.name}.zip`), bag.parts(), {
    at: contents.sealedAt,
    signal: options.signal,
    inspect: async (partial) => {
      report = await lookAgain(partial, contents, options)
    },
  })
  if (!report) throw new Error('invariant broken: a bundle was written without being looked at')
  return {
    ...written,
    name: bag.name,
    bagDigest: bag.digest,
    files: bag.files,
    payloadBytes: bag.payloadBytes,
    report,
  }
}

/** Reads the partial file back from the disk and checks it as a receiver would; evidence content was hashed just before. */
async function lookAgain(
  partial: { path: string; sha256: string },
  contents: SealContents,
  options: SealOptions,
): Promise<VerifyReport> {
  const signer = options.key?.signer
  const { report } = await verifyBundle(partial.path, {
    ticketSha256: partial.sha256,
    sidecar: false,
    content: 'evidence-structure',
    now: () => contents.sealedAt,
    signal: options.signal,
    allowedSigners: signer
      ? [
          {
            identity: options.principal ?? contents.from.name,
            blob: signer.blob,
            namespaces: undefined,
            validAfter: undefined,
            validBefore: undefined,
          },
        ]
      : [],
  })
  const isSound = report.verdict === (options.key ? 'VALID-SIGNED' : 'VALID-UNSIGNED')
  if (isSound) return report
  const first = report.findings.find(
    (finding) => finding.severity !== 'warning' && finding.severity !== 'note',
  )
  throw new Refusal(
    'bundle.seal.not-sound',
    `the finished bundle did not pass its own check (${report.verdict}): ${first?.code ?? ''} ${first?.path ?? ''} ${first?.what ?? ''}`.trim(),
    'Check the disk and seal again, to another disk if it happens twice. No bundle was left behind.',
    { verdict: report.verdict, code: first?.code ?? null, path: first?.path ?? null },
  )
}

/** The bag while it is written: what went in so far, and what therefore comes next. */
class Bag {
  readonly name: string
  digest = ''
  files = 0
  payloadBytes = 0
  readonly #contents: SealContents
  readonly #options: SealOptions
  readonly #written = new Map<string, WrittenFile>()
  readonly #inventory: InventoryLine[] = []
  readonly #hosts: readonly BundleHost[]
  readonly #progress: ByteProgress

  constructor(contents: SealContents, options: SealOptions) {
    this.#contents = contents
    this.#options = options
    this.name = nameOfBundle(contents)
    this.#hosts = numberedHosts(contents)
    const total = contents.evidence.reduce((sum, item) => sum + item.size, 0)
    this.#progress = new ByteProgress(options.onProgress, 'pack', total)
  }

  async *parts(): AsyncGenerator<ZipPart> {
    const exhibits = new Map<string, string>()
    const ordered = [...this.#contents.evidence].sort(byPlace)
    for (const [index, item] of ordered.entries()) {
      const exhibit = `E${String(index + 1).padStart(4, '0')}`
      exhibits.set(item.id, exhibit)
      yield* this.#evidence(item, exhibit)
    }
    yield* this.#derived(exhibits)
    yield* this.#records()
    yield* this.#tagFiles()
    this.#progress.finish()
  }

  async *#evidence(item: SealedEvidence, exhibit: string): AsyncGenerator<ZipPart> {
    const { folder, extension } = placeOf(item.kind)
    const host = item.host === null ? 'unknown-host' : slug(item.host, 'host')
    const base = item.name.replace(/\.(?:evtx|xml|json)$/i, '')
    const path = `data/evidence/${host}/${folder}/${exhibit}_${slug(base, folder)}${extension}`
    this.#progress.phase = `Packing ${item.name}`
    yield this.#part(path, item.open(), item)
    const { size, sha256, sha512 } = this.#of(path)
    this.#inventory.push({
      id: exhibit,
      path,
      class: 'evidence',
      kind: item.kind,
      size,
      sha256,
      sha512,
      lookup: null,
      origin: {
        hostId: this.#hosts.find((known) => known.name === item.host)?.id ?? null,
        host: item.host,
        name: item.name.toWellFormed(),
        path: item.origin.toWellFormed(),
        pathUtf16Hex: item.origin.isWellFormed() ? null : Buffer.from(item.origin, 'utf16le').toString('hex'),
        method: item.taken?.method ?? 'import',
        commandId: item.taken?.commandId ?? null,
      },
      collectedAt: {
        start: item.taken?.start ?? item.admittedAt,
        end: item.taken?.end ?? item.admittedAt,
      },
      hashAtSource: item.taken?.hashAtSource
        ? { alg: 'sha256', value: item.taken.hashAtSource, by: 'the collector, on the host' }
        : null,
      matchAfterTransfer: item.taken?.hashAtSource ? item.taken.hashAtSource === sha256 : null,
      evtx: item.evtx,
      derivedFrom: [],
      notes: '',
    })
  }

  async *#derived(exhibits: ReadonlyMap<string, string>): AsyncGenerator<ZipPart> {
    const chains = new TextEncoder().encode(`${JSON.stringify(this.#contents.chains, null, 1)}\n`)
    const made: readonly (readonly [string, string, () => ZipPart['bytes']])[] = [
      ['timeline.jsonl', 'timeline', () => timelineJsonl(this.#contents.timeline(), exhibits)],
      ['timeline.csv', 'timeline', () => timelineCsv(this.#contents.timeline(), exhibits)],
      ['chains.json', 'chains', () => [chains]],
      ...this.#contents.derived.map((file) => [file.name, file.kind, () => file.bytes(exhibits)] as const),
    ]
    const derivedFrom = [...exhibits.values()]
    for (const [index, [name, kind, bytes]] of made.entries()) {
      const path = `data/derived/${name}`
      this.#progress.phase = `Writing ${name}`
      yield this.#part(path, bytes())
      const { size, sha256, sha512 } = this.#of(path)
      const id = `D${String(index + 1).padStart(4, '0')}`
      const { tool } = this.#contents
      const nothing = {
        lookup: null,
        origin: null,
        collectedAt: null,
        hashAtSource: null,
        matchAfterTransfer: null,
        evtx: null,
      }
      const notes = `made by ${tool.name} ${tool.version}`
      this.#inventory.push({
        id,
        path,
        class: 'derived',
        kind,
        size,
        sha256,
        sha512,
        ...nothing,
        derivedFrom,
        notes,
      })
    }
  }

  async *#records(): AsyncGenerator<ZipPart> {
    const folder = 'data/record'
    this.payloadBytes = this.#inventory.reduce((sum, line) => sum + line.size, 0)
    yield this.#text(
      `${folder}/bundle.json`,
      `${JSON.stringify(bundleRecord(this.#contents, this.#numbered(), this.#inventory), null, 2)}\n`,
    )
    yield this.#text(`${folder}/inventory.jsonl`, jsonLines(this.#inventory))
    yield this.#part(`${folder}/custody.jsonl`, [this.#contents.custody])
    yield this.#text(`${folder}/commands.jsonl`, jsonLines(this.#contents.commands))
    const { analyst } = this.#contents
    if (analyst) yield this.#text(`${folder}/analyst.jsonl`, jsonLines(analyst))
    for (const [name, schema] of Object.entries(schemas)) {
      yield this.#text(`${folder}/schemas/${name}`, `${JSON.stringify(schema, null, 2)}\n`)
    }
  }

  async *#tagFiles(): AsyncGenerator<ZipPart> {
    const payload = [...this.#written.values()]
    const signer = this.#options.key?.signer
    const principal = this.#options.principal ?? principalOf(this.#contents.from)
    yield this.#text('bagit.txt', declarationText)
    yield this.#text('bag-info.txt', bagInfoText(this.#contents, payload))
    const about = {
      name: this.name,
      bundleId: this.#contents.bundleId,
      caseNumber: oneLine(this.#contents.case.number || this.#contents.case.id),
      sealedAt: this.#contents.sealedAt.toISOString(),
      sender: oneLine(
        `${this.#contents.from.name} (${this.#contents.from.account}) on ${this.#contents.from.workstation}`,
      ),
      signer: signer && { fingerprint: signer.fingerprint, line: signer.line, principal },
      derived: this.#inventory.flatMap((line) =>
        line.class === 'derived' ? [line.path.slice('data/derived/'.length)] : [],
      ),
      includesCase: this.#contents.analyst !== undefined,
      supersedes: this.#contents.supersedes,
      verifiers: this.#options.verifiers ?? [],
    }
    yield this.#text('READ-ME-FIRST.txt', readMeText(about))
    for (const hash of ourHashes) yield this.#text(`manifest-${hash}.txt`, manifestText(payload, hash))
    const tagFiles = [...this.#written.values()].filter((file) => !file.path.startsWith('data/'))
    let signed: Uint8Array = new Uint8Array()
    for (const hash of ourHashes) {
      const bytes = new TextEncoder().encode(manifestText(tagFiles, hash))
      if (hash === 'sha256') signed = bytes
      yield this.#part(`tagmanifest-${hash}.txt`, [bytes])
    }
    this.digest = createHash('sha256').update(signed).digest('hex')
    if (this.#options.key && signer) {
      yield this.#text('signatures/tagmanifest-sha256.txt.sig', await this.#options.key.sign(signed))
      yield this.#text('signatures/signer.pub', `${signer.line} ${principal}\n`)
    }
    const stamp = await this.#options.timeStamp?.(signed)
    if (stamp) yield this.#part('signatures/tagmanifest-sha256.txt.tsr', [stamp])
  }

  /** Hosts with the exhibits that tell of them. */
  #numbered(): readonly BundleHost[] {
    return numberedHosts(this.#contents, new Map(this.#inventory.map((line) => [line.sha256, line.id])))
  }

  #text(path: string, text: string): ZipPart {
    return this.#part(path, [new TextEncoder().encode(text)])
  }

  /** A part whose hashes are known once its bytes have gone by; `stored` is what they must turn out to be. */
  #part(path: string, bytes: ZipPart['bytes'], stored?: SealedEvidence): ZipPart {
    return { name: `${this.name}/${path}`, bytes: this.#hashed(path, bytes, stored) }
  }

  async *#hashed(path: string, bytes: ZipPart['bytes'], stored?: SealedEvidence): AsyncGenerator<Uint8Array> {
    const [sha256, sha512] = [createHash('sha256'), createHash('sha512')]
    let size = 0
    for await (const block of bytes) {
      if (this.#options.signal?.aborted) throw new Cancelled()
      sha256.update(block)
      sha512.update(block)
      size += block.length
      if (stored && size > stored.size) throw altered(stored, size)
      this.#progress.add(block.length)
      yield block
    }
    const file = { path, size, sha256: sha256.digest('hex'), sha512: sha512.digest('hex') }
    if (stored && (size !== stored.size || file.sha256 !== stored.id)) throw altered(stored, size)
    this.files++
    this.#written.set(path, file)
  }

  #of(path: string): WrittenFile {
    const file = this.#written.get(path)
    if (!file) throw new Error(`invariant broken: ${path} was not written`)
    return file
  }
}

function altered(item: SealedEvidence, foundBytes: number): Refusal {
  return new Refusal(
    'bundle.evidence.altered',
    `stored evidence is no longer what it was when it was admitted: ${item.name} (${item.id})`,
    'Keep the case folder as it is for examination, import the evidence into a new case, and seal that.',
    { name: item.name, evidenceId: item.id, expectedBytes: item.size, foundBytes },
  )
}

/** Folder and extension of each kind; kinds that are not named lie under `other`. */
const places: Partial<Record<EvidenceKind, readonly [folder: string, extension: string]>> = {
  evtx: ['evtx', '.evtx'],
  'event-table': ['tables', '.txt'],
  'task-xml': ['tasks', '.xml'],
  'task-job': ['tasks', '.job'],
  'task-list': ['tasks', '.json'],
  'task-cache': ['registry', '.json'],
  'registry-hive': ['registry', '.hve'],
  'host-facts': ['facts', '.json'],
  'host-state': ['facts', '.json'],
  acquisition: ['collector', '.json'],
  'collector-log': ['collector', '.txt'],
}

function placeOf(kind: EvidenceKind): { folder: string; extension: string } {
  const [folder, extension] = places[kind] ?? ['other', '.bin']
  return { folder, extension }
}
