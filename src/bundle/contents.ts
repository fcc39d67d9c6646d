/** What a bundle is made of: everything the caller brings. The room asks nobody else. */
import type { EvidenceKind } from '../domain/evidence.ts'
import type { DerivedRows } from './derived.ts'
import type { BundleGap, BundleHost, BundleRecord, CommandLine, InventoryLine } from './records.ts'

/** One item of evidence to be sealed. */
export interface SealedEvidence {
  readonly id: string
  readonly size: number
  readonly kind: EvidenceKind
  readonly name: string
  readonly origin: string
  readonly host: string | null
  readonly admittedAt: string
  readonly evtx: InventoryLine['evtx']
  /** how a collector of ours took it from the host; undefined when it was imported */
  readonly taken?:
    | {
        readonly method: string
        readonly commandId: string
        readonly path: string
        /** SHA-256 the host told before the transfer */
        readonly hashAtSource: string | null
        readonly start: string
        readonly end: string
      }
    | undefined
  /** its bytes; whatever differs from `id` and `size` stops the sealing */
  open(): AsyncIterable<Uint8Array>
}

/** A file under `data/derived`: made from the evidence, and made again by whoever doubts it. */
export interface DerivedFile {
  /** file name, by the rules for paths of a bundle */
  readonly name: string
  readonly kind: string
  /** `exhibits`: evidence id → number in this bundle */
  bytes(exhibits: ReadonlyMap<string, string>): Iterable<Uint8Array> | AsyncIterable<Uint8Array>
}

/** Everything a bundle is made of. The room asks nobody else. */
export interface SealContents {
  readonly bundleId: string
  readonly sealedAt: Date
  readonly case: {
    readonly id: string
    readonly title: string
    readonly number: string
    readonly createdAt: string
    readonly practice: boolean
  }
  readonly from: {
    readonly name: string
    readonly account: string
    readonly workstation: string
    readonly organisation?: string | undefined
    readonly contact?: string | undefined
  }
  readonly to: string
  /** id of the bundle this one replaces */
  readonly supersedes?: string | undefined
  readonly collection?: BundleRecord['collection'] | undefined
  readonly purpose: string
  readonly tool: BundleRecord['tool']
  readonly evidence: readonly SealedEvidence[]
  readonly hosts: readonly (Pick<BundleHost, 'name' | 'timezone' | 'utcOffsetMinutes'> &
    Partial<Pick<BundleHost, 'ips' | 'os' | 'clock'>> & {
      /** evidence id of the host's audit policy */
      readonly auditEvidence?: string | undefined
    })[]
  readonly window: BundleRecord['window']
  readonly gaps: readonly Omit<BundleGap, 'hostId'>[]
  readonly changesToHost: readonly unknown[]
  /** the whole journal; its last line says that it was sealed */
  readonly custody: Uint8Array
  readonly commands: readonly CommandLine[]
  /** called once for each file made from it */
  readonly timeline: () => DerivedRows
  /** the chains document, JSON-ready */
  readonly chains: unknown
  /** what else was made from the evidence, in the order it is packed */
  readonly derived: readonly DerivedFile[]
  /** what people stated about the case, a line each; undefined when it is not handed over */
  readonly analyst: readonly unknown[] | undefined
}
