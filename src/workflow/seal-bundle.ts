/** Seals a case into a bundle for Tier 2: gathers what the bundle room needs, and keeps custody of it. */
import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { platform } from 'node:os'
import { basename, resolve } from 'node:path'
import packageFile from '../../package.json' with { type: 'json' }
import { diskRefusal } from '../base/disk-trouble.ts'
import { Cancelled, Refusal } from '../base/refusal.ts'
import {
  nameOfBundle,
  principalOf,
  type SealContents,
  type SealedBundle,
  type SealedEvidence,
  sealBundle,
} from '../bundle/seal.ts'
import { requestTimeStamp, TimeStampFailure } from '../bundle/time-stamp.ts'
import { type EvidenceKind, holdsRecords } from '../domain/evidence.ts'
import type { EvidenceId } from '../domain/ids.ts'
import type { OnProgress } from '../domain/progress.ts'
import { collectionFacts } from './collection-facts.ts'
import { analystLines, derivedDocuments } from './derived-documents.ts'
import { encryptBundle, isRecipient, unknownRecipient } from './encrypt-bundle.ts'
import { chainsDocument, hostFactsOf } from './find-chains.ts'
import { type ListedEvidence, listEvidence } from './list-evidence.ts'
import type { OpenCase } from './open-case.ts'
import { ownVerifiers, placeVerifiers } from './place-verifier.ts'
import { timelineRows } from './read-timeline.ts'
import { estimateBundle, refuseWithoutRoom } from './room-for-bundle.ts'
import { type KeySources, type KeyWish, signingKey } from './signing-key.ts'

export interface SealCaseOptions extends KeySources {
  readonly outDir: string
  /** false: not signed */
  readonly sign: false | KeyWish
  /** ticket or case number; names the bundle */
  readonly caseNumber: string
  readonly purpose: string
  /** who receives it */
  readonly to: string
  /** id, or the beginning of the id or the name, of an earlier bundle of this case that this one replaces */
  readonly supersedes?: string | undefined
  /** who stands for the bundle, and how they are reached */
  readonly organisation?: string | undefined
  readonly contact?: string | undefined
  /** `age1…` keys the finished bundle is encrypted for as well */
  readonly recipients?: readonly string[] | undefined
  /** a passphrase instead of keys */
  readonly encryptionPassphrase?: string | undefined
  /** hands over ticks, notes, dispositions, clocks and the allow-list too */
  readonly includeCase?: boolean | undefined
  /** where an authority for time stamps (RFC 3161) answers */
  readonly timeStampUrl?: string | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: OnProgress | undefined
  readonly now?: (() => Date) | undefined
  readonly bundleId?: string | undefined
}

export interface SealCaseResult {
  readonly path: string
  readonly sidecar: string
  readonly bagDigest: string
  readonly zipSha256: string
  readonly signer: { readonly fingerprint: string; readonly publicKey: string } | null
  readonly files: number
  /** bytes of the ZIP */
  readonly bytes: number
  readonly verdict: string
  /** null when none was asked for; `why` says why there is none although one was */
  readonly timeStamp: {
    readonly url: string
    readonly time: string | null
    readonly why: string | null
  } | null
  /** the encrypted copy, when one was asked for */
  readonly encrypted: { readonly path: string; readonly sha256: string; readonly bytes: number } | null
  /** the verifiers for receivers without Tasktrail, beside the bundle; none where this build has none */
  readonly verifiers: readonly string[]
}

/**
 * Seals the case. The custody journal first says that it is being sealed, because that line is the last one in the bundle;
 * then what came of it. Refuses when the case was opened from a bundle, holds nothing, or its evidence or disk fails.
 */
export async function sealCase(open: OpenCase, options: SealCaseOptions): Promise<SealCaseResult> {
  refuseUnfit(open)
  // before anything is written: a bundle must not lie there readable because a key was mistyped
  for (const recipient of options.recipients ?? [])
    if (!isRecipient(recipient)) throw unknownRecipient(recipient)
  const outDir = resolve(options.outDir)
  await mkdir(outDir, { recursive: true }).catch((error: unknown) => {
    throw diskRefusal(error, 'making the folder for the bundle', outDir)
  })
  const key = options.sign === false ? undefined : await signingKey(options.sign, options)
  const contents = await contentsOf(open, options)
  const packed = await estimateBundle(
    contents.evidence.map(({ id, size }) => ({ path: open.store.pathOf(id as EvidenceId), size })),
    contents.evidence.reduce((sum, item) => sum + (item.evtx?.records ?? 0), 0),
  )
  await refuseWithoutRoom(outDir, packed, isEncrypted(options) ? 2 : 1)
  const name = nameOfBundle(contents)
  const principal = principalOf(open.operator)
  const own = await ownVerifiers()
  const items = contents.evidence.map((item) => item.id)
  await open.custody.append({
    action: 'sealed',
    items,
    purpose: options.purpose,
    counterparty: options.to,
    authority: options.caseNumber,
    method: key ? `signed with ${key.signer.fingerprint}` : 'not signed',
    note: `sealing as ${name}.zip, bundle id ${contents.bundleId}${contents.supersedes ? `, supersedes bundle ${contents.supersedes}` : ''}`,
    at: contents.sealedAt,
    // A clock handed in speaks UTC, so that the same seal comes out in every time zone.
    tzOffset: options.now ? '+00:00' : undefined,
  })
  const custody = open.custody.bytes()
  let sealed: SealedBundle
  const stamp = new StampRequest(options)
  try {
    const { signal, onProgress } = options
    const timeStamp = options.timeStampUrl ? (signed: Uint8Array) => stamp.ask(signed) : undefined
    sealed = await sealBundle(
      { ...contents, custody },
      { outDir, key, principal, verifiers: own, timeStamp, signal, onProgress },
    )
  } catch (error) {
    const why = error instanceof Cancelled ? 'cancelled by the operator' : String((error as Error).message)
    await open.custody
      .append({ action: 'note', note: `sealing of ${name}.zip failed, no bundle was made: ${why}` })
      .catch(() => undefined)
    throw error
  }
  await open.custody.append({
    action: 'note',
    items,
    sha256: { before: null, after: sealed.sha256 },
    location: { from: open.dir, to: sealed.path },
    note: `${name}.zip is complete: bag digest ${sealed.bagDigest}, own check ${sealed.report.verdict}${stamp.note}`,
  })
  const verifiers = await placeVerifiers(outDir, name, own)
  const encrypted = await encryptedCopy(open, sealed, items, options)
  return {
    path: sealed.path,
    sidecar: sealed.sidecar,
    bagDigest: sealed.bagDigest,
    zipSha256: sealed.sha256,
    signer: key ? { fingerprint: key.signer.fingerprint, publicKey: key.signer.line } : null,
    files: sealed.files,
    bytes: sealed.size,
    verdict: sealed.report.verdict,
    timeStamp: stamp.outcome(sealed),
    encrypted,
    verifiers,
  }
}

/** Asks for the time stamp. An authority that fails does not stop the sealing; it is said. */
class StampRequest {
  readonly #options: SealCaseOptions
  #why: string | null = null
  constructor(options: SealCaseOptions) {
    this.#options = options
  }

  async ask(signed: Uint8Array): Promise<Uint8Array | undefined> {
    const { timeStampUrl = '', signal } = this.#options
    try {
      return await requestTimeStamp(timeStampUrl, signed, { signal })
    } catch (error) {
      if (signal?.aborted) throw new Cancelled()
      if (!(error instanceof TimeStampFailure)) throw error
      this.#why = error.message
      return undefined
    }
  }

  get note(): string {
    return this.#why === null ? '' : `; sealed without a time stamp: ${this.#why}`
  }

  outcome(sealed: SealedBundle): SealCaseResult['timeStamp'] {
    const { timeStampUrl } = this.#options
    if (!timeStampUrl) return null
    return { url: timeStampUrl, time: sealed.report.timeStamp?.time ?? null, why: this.#why }
  }
}

async function encryptedCopy(
  open: OpenCase,
  sealed: SealedBundle,
  items: readonly string[],
  options: SealCaseOptions,
): Promise<SealCaseResult['encrypted']> {
  const { recipients = [], encryptionPassphrase, signal, onProgress } = options
  if (recipients.length === 0 && !encryptionPassphrase) return null
  const written = await encryptBundle(sealed.path, {
    recipients,
    passphrase: encryptionPassphrase,
    signal,
    onProgress,
  })
  await open.custody.append({
    action: 'encrypted',
    items,
    sha256: { before: sealed.sha256, after: written.sha256 },
    location: { from: sealed.path, to: written.path },
    counterparty: options.to,
    method: recipients.length > 0 ? `age for ${recipients.join(', ')}` : 'age with a passphrase',
  })
  return { path: written.path, sha256: written.sha256, bytes: written.size }
}

function refuseUnfit(open: OpenCase): void {
  if (open.readOnly) {
    throw new Refusal(
      'bundle.case.read-only',
      'this case was opened from a sealed bundle and is not sealed again',
      'Hand on the bundle itself: it is complete and keeps its signature.',
    )
  }
  const state = open.custody.check()
  if (!state.intact) {
    throw new Refusal(
      'bundle.custody.broken',
      `the custody journal of this case is broken at line ${state.brokenAt}: ${state.why}`,
      'Keep the case folder as it is, import the evidence into a new case, and say so in the ticket.',
    )
  }
  if (!open.casefile.evidence().some((entry) => entry.state === 'complete')) {
    throw new Refusal('bundle.case.empty', 'the case holds no evidence to seal', 'Import evidence first.')
  }
}

const isEncrypted = ({ recipients = [], encryptionPassphrase }: SealCaseOptions) =>
  recipients.length > 0 || Boolean(encryptionPassphrase)

/** The bundle meant, among those this case has sealed. Refuses one it did not seal, or two that fit. */
function supersededBundle(open: OpenCase, wanted: string | undefined): string | undefined {
  if (wanted === undefined) return undefined
  const sealed = open.custody
    .lines()
    .flatMap((line) =>
      line.action === 'sealed'
        ? [/^sealing as (\S+)\.zip, bundle id ([0-9a-f-]{36})/.exec(line.note ?? '')]
        : [],
    )
    .flatMap((found) => (found ? [{ name: found[1] ?? '', id: found[2] ?? '' }] : []))
  const asked = basename(wanted.trim()).replace(/\.zip$/i, '')
  const fitting = sealed.filter(
    ({ name, id }) => asked !== '' && (id.startsWith(asked) || name.startsWith(asked)),
  )
  const [only] = fitting
  if (only && fitting.length === 1) return only.id
  throw new Refusal(
    fitting.length ? 'bundle.supersedes.ambiguous' : 'bundle.supersedes.unknown',
    fitting.length
      ? `${fitting.length} bundles of this case begin with ${asked}`
      : `this case has not sealed a bundle ${asked || '(nothing)'}; it has sealed ${sealed.map(({ name }) => name).join(', ') || 'none'}`,
    'Name it as its file is named, or by its bundle id.',
  )
}

async function contentsOf(open: OpenCase, options: SealCaseOptions): Promise<SealContents> {
  const listed = listEvidence(open)
  const collected = await collectionFacts(open)
  const whole = listed.filter((row) => row.state === 'complete')
  const times = whole.flatMap((row) => [row.first, row.last]).filter((time) => time !== null)
  return {
    bundleId: options.bundleId ?? randomUUID(),
    sealedAt: (options.now ?? open.now)(),
    case: {
      id: open.caseId,
      title: open.title,
      number: options.caseNumber,
      createdAt: open.createdAt,
      practice: open.practice,
    },
    from: { ...open.operator, organisation: options.organisation, contact: options.contact },
    to: options.to,
    supersedes: supersededBundle(open, options.supersedes),
    collection: collected.collection,
    purpose: options.purpose,
    tool: {
      name: 'Tasktrail',
      version: packageFile.version,
      node: process.version,
      electron: process.versions.electron ?? null,
      os: platform(),
      // the reader is ours and has the version of the program
      parser: { evtx: packageFile.version },
    },
    evidence: whole.map((row) => ({ ...sealedEvidence(open, row), taken: collected.taken.get(row.sha256) })),
    hosts: hostFactsOf(open).map((facts) => ({
      name: facts.host,
      timezone: facts.timeZone ?? null,
      utcOffsetMinutes: facts.utcOffsetMinutes ?? null,
      ips: facts.addresses ?? [],
      os: collected.systems.get(facts.evidenceId) ?? null,
      clock: facts.clock ?? null,
      ...(facts.auditPolicy && { auditEvidence: facts.evidenceId }),
    })),
    window: {
      from: times.reduce<string | null>(
        (first, time) => (first === null || time < first ? time : first),
        null,
      ),
      to: times.reduce<string | null>((last, time) => (last === null || time > last ? time : last), null),
    },
    gaps: gapsOf(open, listed),
    changesToHost: collected.changesToHost,
    custody: new Uint8Array(),
    commands: collected.commands,
    timeline: () => timelineRows(open),
    chains: chainsDocument(open),
    derived: derivedDocuments(open, options.includeCase === true, options.caseNumber),
    analyst: options.includeCase ? analystLines(open) : undefined,
  }
}

function sealedEvidence(open: OpenCase, row: ListedEvidence): SealedEvidence {
  const isLog = holdsRecords(row.kind)
  return {
    id: row.sha256,
    size: row.size,
    kind: row.kind as EvidenceKind,
    name: row.name,
    origin: row.origin,
    host: row.host,
    admittedAt: row.admittedAt,
    evtx: isLog
      ? {
          channel: row.channel,
          provenance: row.provenance,
          records: row.records,
          first: row.first,
          last: row.last,
          problems: row.problems,
        }
      : null,
    open: () => readStored(open.store.pathOf(row.sha256 as EvidenceId), row),
  }
}

async function* readStored(path: string, row: ListedEvidence): AsyncGenerator<Uint8Array> {
  // A buffer of 1 MiB for each of a thousand small files keeps the garbage collector busier than the hashes.
  const highWaterMark = Math.min(1 << 20, Math.max(row.size, 1 << 12))

  try {
    for await (const block of createReadStream(path, { highWaterMark })) yield block as Uint8Array
  } catch (error) {
    throw diskRefusal(error, `reading stored evidence ${row.name}`, path)
  }
}

/** What was met and not taken, and what was not read to its end. Foreign files that were left out on purpose are no gaps. */
function gapsOf(open: OpenCase, listed: readonly ListedEvidence[]): SealContents['gaps'] {
  const problems = open.casefile
    .problems()
    .filter((problem) => problem.evidenceId === undefined && problem.severity !== 'info')
    .map((problem) => ({ what: problem.where, why: problem.what, code: problem.code }))
  const unfinished = listed
    .filter((row) => row.state !== 'complete')
    .map((row) => ({
      what: row.origin,
      why: 'The import was stopped while this was read; it is not in the bundle.',
      code: 'import.evidence.incomplete',
    }))
  return [...problems, ...unfinished]
}
