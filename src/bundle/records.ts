/** Shapes of the four records of a bundle (bundle.md §5.4). Their JSON Schemas are in schemas.ts. */

export interface BundleRecord {
  readonly schema: 'tasktrail-bundle/1'
  readonly bundleId: string
  readonly sealedAt: string
  readonly supersedes: string | null
  readonly case: {
    readonly id: string
    readonly title: string
    readonly number: string
    readonly createdAt: string
    readonly alert: string
    readonly techniques: readonly string[]
    readonly authority: string
    readonly severity: string
    readonly marking: string
    readonly practice: boolean
  }
  readonly from: {
    readonly name: string
    readonly role: string
    readonly organisation: string | null
    readonly contact: string | null
    readonly account: string
    readonly workstation: string
  }
  readonly to: { readonly team: string }
  readonly reason: readonly string[]
  readonly tool: {
    readonly name: string
    readonly version: string
    readonly node: string
    readonly electron: string | null
    readonly os: string
    /** versions of what reads the evidence */
    readonly parser: { readonly evtx: string }
  }
  readonly hosts: readonly BundleHost[]
  readonly window: { readonly from: string | null; readonly to: string | null }
  readonly collection: {
    readonly method: string
    readonly account: string
    readonly startedAt: string | null
    readonly endedAt: string | null
  }
  readonly changesToHost: readonly unknown[]
  readonly gaps: readonly BundleGap[]
  readonly counts: { readonly evidence: number; readonly derived: number; readonly payloadBytes: number }
  readonly containsPersonalData: boolean
  readonly containsLiveMalware: boolean
}

export interface BundleHost {
  readonly id: string
  readonly name: string
  readonly timezone: string | null
  readonly utcOffsetMinutes: number | null
  readonly ips: readonly string[]
  readonly os: string | null
  /** how far the host's clock was ahead of ours, milliseconds */
  readonly clock: { readonly offsetMs: number; readonly uncertaintyMs: number } | null
  /** exhibit that holds the audit policy */
  readonly auditPolicy: string | null
}

/** What was asked for and not got, or could not be read. */
export interface BundleGap {
  readonly what: string
  readonly why: string
  readonly code: string
  readonly hostId: string | null
}

export interface InventoryLine {
  /** exhibit number: `E0001` for evidence, `D0001` for derived files */
  readonly id: string
  /** path in the bag */
  readonly path: string
  readonly class: 'evidence' | 'derived'
  readonly kind: string
  readonly size: number
  readonly sha256: string
  readonly sha512: string
  readonly lookup: { readonly sha1: string; readonly md5: string } | null
  readonly origin: {
    readonly hostId: string | null
    readonly host: string | null
    /** name as found; evidence text, byte for byte what the source had */
    readonly name: string
    readonly path: string
    readonly pathUtf16Hex: string | null
    readonly method: string
    readonly commandId: string | null
  } | null
  readonly collectedAt: { readonly start: string; readonly end: string } | null
  /** what the host said the bytes hash to, before they were moved */
  readonly hashAtSource: { readonly alg: 'sha256'; readonly value: string; readonly by: string } | null
  /** null: nothing was told at the source */
  readonly matchAfterTransfer: boolean | null
  readonly evtx: {
    readonly channel: string | null
    readonly provenance: string | null
    readonly records: number
    readonly first: string | null
    readonly last: string | null
    readonly problems: number
  } | null
  readonly derivedFrom: readonly string[]
  readonly notes: string
}

/** One command run on a host. Credentials are never part of it. */
export interface CommandLine {
  readonly id: string
  readonly startedAt: string
  readonly endedAt: string
  readonly host: string
  readonly text: string
  /** null: the way it ran does not tell */
  readonly exit: number | null
  readonly elevated: boolean | null
}
