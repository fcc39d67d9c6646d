import * as z from 'zod'
import { ChainShape } from './chain-shapes.ts'
import { Citation } from './citation.ts'

/** Shapes that cross the glass between window and engine. 64-bit values are strings, times ISO UTC with 7 decimals. */
export { Citation } from './citation.ts'

const SingleProgress = z.object({
  /** what is being done, for people: `Reading Security.evtx` */
  phase: z.string(),
  /** the same for machines: scan, copy, hash, parse, index, chains, pack, check, generate */
  step: z.string(),
  done: z.number().nonnegative(),
  total: z.number().nonnegative().nullable(),
  unit: z.enum(['bytes', 'files', 'records']),
  /** units per second, null until it can be told */
  rate: z.number().nonnegative().nullable(),
  remainingSeconds: z.number().nonnegative().nullable(),
  /** collecting from a host: the artifact of the plan that is taken now, and those that had a problem so far */
  part: z
    .object({
      id: z.string(),
      done: z.number().nonnegative(),
      total: z.number().nonnegative().nullable(),
      rate: z.number().nullable(),
      remainingSeconds: z.number().nullable(),
      troubled: z.array(z.string()).readonly(),
    })
    .optional(),
})
export const Progress = SingleProgress.extend({
  /** collecting from several hosts: those that run, and the last that ended */
  hosts: z
    .array(
      z.object({
        host: z.string(),
        state: z.enum(['running', 'done', 'refused']),
        progress: SingleProgress.nullable(),
      }),
    )
    .readonly()
    .optional(),
})

export const ProblemShape = z.object({
  code: z.string(),
  severity: z.enum(['info', 'warning', 'error']),
  evidenceId: z.string().nullable(),
  where: z.string(),
  what: z.string(),
})

export const EvidenceRow = z.object({
  id: z.string(),
  sha256: z.string(),
  size: z.number(),
  name: z.string(),
  origin: z.string(),
  kind: z.string(),
  host: z.string().nullable(),
  /** EVTX only */
  channel: z.string().nullable(),
  provenance: z.string().nullable(),
  provenanceReasons: z.array(z.string()),
  records: z.int(),
  problems: z.int(),
  first: z.string().nullable(),
  last: z.string().nullable(),
  missingRecords: z.string(),
  admittedAt: z.string(),
  /** incomplete: the import was stopped while this item was read */
  state: z.enum(['complete', 'incomplete']),
})

export const CaseSummary = z.object({
  caseId: z.string(),
  dir: z.string(),
  title: z.string(),
  createdAt: z.string(),
  /** true for a case made from a sealed bundle */
  readOnly: z.boolean(),
  bundle: z
    .object({ verdict: z.string(), bagDigest: z.string(), signer: z.string().nullable(), path: z.string() })
    .nullable(),
  /** every bundle the case was opened from; `bundle.verdict` is that of the weakest */
  bundles: z
    .array(
      z.object({
        bundleId: z.string(),
        name: z.string(),
        verdict: z.string(),
        bagDigest: z.string(),
        signer: z.string().nullable(),
        identity: z.string().nullable(),
        sender: z.string(),
        caseNumber: z.string(),
        sealedAt: z.string(),
        openedAt: z.string(),
        isSuperseded: z.boolean(),
        items: z.int(),
        findings: z.int(),
        path: z.string(),
      }),
    )
    .optional(),
  /** an import that was stopped: what is missing, in words; empty when all is whole */
  incomplete: z.array(z.string()),
  counts: z.object({
    evidence: z.int(),
    records: z.int(),
    events: z.int(),
    chains: z.int(),
    problems: z.int(),
    tasks: z.int(),
  }),
  hosts: z.array(
    z.object({ name: z.string(), utcOffsetMinutes: z.int().nullable(), timeZone: z.string().nullable() }),
  ),
  first: z.string().nullable(),
  last: z.string().nullable(),
  practice: z.boolean(),
})

export const ImportResult = z.object({
  case: z.string(),
  evidence: z.array(EvidenceRow),
  records: z.int(),
  events: z.int(),
  problems: z.array(ProblemShape),
})

/** A filter, already parsed. Between fields AND, inside a field OR. */
export const Filter = z.object({
  from: z.string().optional(),
  to: z.string().optional(),
  /** recovered records too, marked; without it only `is:recovered` brings them */
  recovered: z.boolean().optional(),
  /** each: value, and whether it excludes */
  terms: z
    .array(
      z.object({
        key: z.enum([
          'host',
          'event',
          'channel',
          'account',
          'address',
          'task',
          'process',
          'share',
          'logon',
          'record',
          'evidence',
          'is',
          'text',
        ]),
        values: z.array(z.string().max(2000)).max(100),
        not: z.boolean(),
      }),
    )
    .max(50)
    .default([]),
})

export const TimelineRow = z.object({
  /** position in the filtered, totally ordered timeline */
  index: z.int().nonnegative(),
  time: z.string(),
  eventId: z.int(),
  what: z.string(),
  host: z.string(),
  account: z.string().nullable(),
  address: z.string().nullable(),
  channel: z.string(),
  provider: z.string(),
  citation: Citation,
  /** milliseconds from the anchor of the most serious chain; null without one */
  deltaMs: z.number().nullable(),
  /** chain: a step of a chain; rejected: listed there as rejected source; responder: caused by an acquisition; duplicate: same record in another file */
  marks: z.array(z.enum(['chain', 'anchor', 'rejected', 'responder', 'duplicate', 'recovered', 'problem'])),
})

export const TimelineSlice = z.object({
  /** filtered rows, recovered ones among them */
  total: z.int(),
  /** live records of the case */
  all: z.int(),
  rows: z.array(TimelineRow),
  /** there when the filter asks for recovered records: how many of the rows and of the case; what could not be offered */
  recovered: z.object({ shown: z.int(), all: z.int(), notes: z.array(z.string()) }).optional(),
})

/** Whole records of the stored logs that are not live any more, and are in no log's live part. */
export const RecoveredCount = z.object({
  records: z.int(),
  problems: z.array(z.object({ code: z.string(), where: z.string(), what: z.string() })),
})

export const Density = z.object({
  from: z.string(),
  to: z.string(),
  /** counts per bucket of equal width: after the filter, and before it */
  shown: z.array(z.int()),
  all: z.array(z.int()),
  coverage: z.array(
    z.object({
      host: z.string(),
      channel: z.string(),
      evidenceId: z.string(),
      from: z.string(),
      to: z.string(),
      records: z.int(),
      provenance: z.string(),
      state: z.enum(['covered', 'filtered', 'empty']),
      note: z.string(),
    }),
  ),
})

export const Facet = z.object({
  key: z.string(),
  values: z.array(z.object({ value: z.string(), label: z.string(), count: z.int() })),
})

export const RecordDetails = z.object({
  citation: Citation,
  /** found behind the live records, shown because somebody asked */
  recovered: z.boolean().optional(),
  evidenceName: z.string(),
  host: z.string(),
  time: z.string(),
  eventId: z.int(),
  version: z.int(),
  provider: z.string(),
  channel: z.string(),
  computer: z.string(),
  what: z.string(),
  /** System fields first, then EventData or UserData, in document order */
  system: z.array(z.object({ name: z.string(), value: z.string() })),
  data: z.array(z.object({ name: z.string(), value: z.string(), meaning: z.string().nullable() })),
  xml: z.string(),
  /** byte offset of the record in the file, its length, and its bytes (the first 64 KiB) as base64 */
  fileOffset: z.number(),
  length: z.int(),
  bytes: z.string(),
  links: z.array(
    z.object({
      rule: z.string(),
      why: z.string(),
      strength: z.string(),
      other: Citation,
      otherWhat: z.string(),
      deltaMs: z.number(),
    }),
  ),
})

/** A stretch of a stored item as it lies, for places that are no record: files, registry keys, rows of documents. */
export const EvidenceBytes = z.object({
  evidenceId: z.string(),
  name: z.string(),
  kind: z.string(),
  size: z.number(),
  /** bytes from the start of the item to the first one given */
  from: z.number().nonnegative(),
  /** base64 */
  bytes: z.string(),
})

export const ChainsDocument = z.object({
  schema: z.literal('tasktrail-chains/1'),
  chains: z.array(ChainShape),
})

export const CustodyRow = z.object({
  seq: z.int(),
  at: z.string(),
  actor: z.string(),
  action: z.string(),
  items: z.array(z.string()),
  note: z.string(),
  hash: z.string(),
})

export const Finding = z.object({
  severity: z.enum(['unreadable', 'unsafe', 'bad', 'warning', 'note']),
  code: z.string(),
  path: z.string().nullable(),
  what: z.string(),
  hint: z.string().nullable(),
})
export const VerifyResult = z.object({
  verdict: z.enum([
    'VALID-SIGNED',
    'VALID-UNSIGNED',
    'VALID-UNKNOWN-SIGNER',
    'INVALID',
    'UNSAFE',
    'UNREADABLE',
  ]),
  bagDigest: z.string().nullable(),
  zipSha256: z.string().nullable(),
  signer: z.object({ fingerprint: z.string(), identity: z.string().nullable() }).nullable(),
  timeStamp: z.object({ time: z.string(), authority: z.string(), isTrusted: z.boolean() }).nullable(),
  findings: z.array(Finding),
  checked: z.object({ files: z.int(), bytes: z.number() }),
})
export const TrustedSigners = z.object({
  /** of the allowed_signers file */
  path: z.string(),
  signers: z.array(
    z.object({
      identity: z.string(),
      fingerprint: z.string(),
      namespaces: z.array(z.string()).nullable(),
      validAfter: z.string().nullable(),
      validBefore: z.string().nullable(),
      line: z.string(),
    }),
  ),
})
export const Leftovers = z.array(
  z.object({
    path: z.string(),
    kind: z.enum(['partial', 'opening', 'hash']),
    bytes: z.number(),
    changedAt: z.string(),
    mayBeInUse: z.boolean(),
  }),
)
export const SealResult = z.object({
  path: z.string(),
  sidecar: z.string(),
  bagDigest: z.string(),
  zipSha256: z.string(),
  signer: z.object({ fingerprint: z.string(), publicKey: z.string() }).nullable(),
  files: z.int(),
  bytes: z.number(),
  verdict: z.string(),
  timeStamp: z
    .object({ url: z.string(), time: z.string().nullable(), why: z.string().nullable() })
    .nullable(),
  encrypted: z.object({ path: z.string(), sha256: z.string(), bytes: z.number() }).nullable(),
  verifiers: z.array(z.string()),
})

export type Progress = z.infer<typeof Progress>
export type CitationShape = z.infer<typeof Citation>
export type EvidenceRow = z.infer<typeof EvidenceRow>
export type CaseSummary = z.infer<typeof CaseSummary>
export type ImportResult = z.infer<typeof ImportResult>
export type Filter = z.infer<typeof Filter>
export type TimelineRow = z.infer<typeof TimelineRow>
export type TimelineSlice = z.infer<typeof TimelineSlice>
export type Density = z.infer<typeof Density>
export type Facet = z.infer<typeof Facet>
export type EvidenceBytes = z.infer<typeof EvidenceBytes>
export type RecordDetails = z.infer<typeof RecordDetails>
export type { ChainShape } from './chain-shapes.ts'
export type ChainsDocument = z.infer<typeof ChainsDocument>
export type ProblemShape = z.infer<typeof ProblemShape>
export type CustodyRow = z.infer<typeof CustodyRow>
export type VerifyResult = z.infer<typeof VerifyResult>
export type SealResult = z.infer<typeof SealResult>
