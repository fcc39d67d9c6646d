/** Keys, exports, received bundles and receipts: what the handover view asks for beside sealing and verifying. */
import * as z from 'zod'

export const ExportFormatName = z.enum([
  'csv',
  'xlsx',
  'jsonl',
  'timesketch-csv',
  'timesketch-jsonl',
  'ecs',
  'stix',
  'misp',
  'case-uco',
])
export const ExportResultShape = z.object({
  format: ExportFormatName,
  path: z.string(),
  bytes: z.number(),
  sha256: z.string(),
  /** rows of the timeline; null where the form holds none */
  rows: z.int().nullable(),
})

/** A file that was written. */
export const WrittenFile = z.object({ path: z.string(), bytes: z.number() })

export const KeyShape = z.object({
  fingerprint: z.string(),
  publicKey: z.string(),
  /** the line for an allowed_signers file */
  allowedSigners: z.string(),
  keptBy: z.enum(['none', 'passphrase', 'system', 'agent']),
  /** file of the key; the agent's own name for it, which is text of the agent */
  where: z.string(),
})
export const KeysShape = z.object({
  own: KeyShape.nullable(),
  agent: z.array(KeyShape),
  /** why no key of an agent is listed; null when an agent answered */
  agentTrouble: z.string().nullable(),
})

/** Which key signs: the operator's own, a file, or one of the agent by its fingerprint. */
export const KeyChoice = z.union([
  z.literal('own'),
  z.object({ keyFile: z.string().min(1).max(4096) }),
  z.object({ agent: z.string().min(1).max(400) }),
])

/** What a sender stated: kept apart from what people of this case state. */
export const SenderStatements = z.array(
  z.object({
    bundleId: z.string(),
    sender: z.string(),
    statements: z.array(
      z.object({
        mark: z.int(),
        by: z.string(),
        at: z.string(),
        undone: z.boolean(),
        statement: z.looseObject({ kind: z.string() }),
      }),
    ),
    /** lines that are no statements of this version */
    unreadable: z.int(),
  }),
)

export const WrittenReceiptShape = z.object({
  path: z.string(),
  signature: z.string(),
  verdict: z.string(),
  signer: z.object({ fingerprint: z.string(), publicKey: z.string() }),
})
