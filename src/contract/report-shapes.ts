/** The report of a case as blocks of plain text: whoever shows them escapes them. */
import * as z from 'zod'

const Tone = z.enum(['plain', 'code', 'strong', 'quiet', 'unknown', 'harm', 'judge'])
const Part = z.union([z.string(), z.object({ text: z.string(), tone: Tone })])
const Cell = z.union([Part, z.array(Part)])

export const ReportBlock = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('heading'),
    level: z.union([z.literal(1), z.literal(2), z.literal(3)]),
    text: z.string(),
    newPage: z.boolean().optional(),
  }),
  z.object({ kind: z.literal('text'), text: Cell, tone: Tone.optional() }),
  /** each: name, value */
  z.object({ kind: z.literal('pairs'), pairs: z.array(z.array(Cell)) }),
  z.object({
    kind: z.literal('table'),
    head: z.array(z.string()),
    /** per cent of the width */
    widths: z.array(z.number()),
    rows: z.array(z.array(Cell)),
  }),
  z.object({
    kind: z.literal('notice'),
    tone: z.enum(['harm', 'judge']),
    title: z.string(),
    lines: z.array(Cell),
  }),
  z.object({
    kind: z.literal('picture'),
    title: z.string(),
    rows: z.array(
      z.object({
        kind: z.enum(['logon', 'share', 'task', 'process', 'other']),
        isAnchor: z.boolean(),
        /** milliseconds from the anchor */
        deltaMs: z.number(),
        delta: z.string(),
        what: z.string(),
        place: z.string(),
      }),
    ),
  }),
])
export const ReportPreview = z.object({ title: z.string(), blocks: z.array(ReportBlock) })

/** A receipt that was admitted into the case. */
export const ReceiptShape = z.object({
  bundle: z.string(),
  verdict: z.string(),
  bagDigest: z.string(),
  signer: z.object({ fingerprint: z.string(), identity: z.string() }),
  by: z.object({ name: z.string(), account: z.string(), workstation: z.string() }),
  at: z.string(),
  storedAt: z.string(),
  note: z.string(),
})

export type ReportBlock = z.infer<typeof ReportBlock>
export type ReportPreview = z.infer<typeof ReportPreview>
export type ReportCell = z.infer<typeof Cell>
export type ReceiptShape = z.infer<typeof ReceiptShape>
