/** What window and engine say of the playbook: the shape of `answer --json`, and what a person may state. */
import * as z from 'zod'
import { beside, Citation } from './citation.ts'

export const AnswerWord = z.enum(['yes', 'no', 'unknown'])

const Missing = z.object({ telemetry: z.string(), state: z.string(), why: z.string(), wouldTell: z.string() })

export const AnswerShape = z.object({
  id: z.string(),
  asks: z.string(),
  answer: AnswerWord,
  value: z.string().nullable(),
  why: z.string(),
  citations: z.array(Citation),
  ...beside,
  missing: z.array(Missing),
  correction: z.string().nullable(),
})

export const TraceShape = z.object({
  kind: z.string(),
  eventId: z.int(),
  time: z.string(),
  host: z.string(),
  channel: z.string(),
  what: z.string(),
  account: z.string().nullable(),
  sid: z.string().nullable(),
  logonId: z.string().nullable(),
  subject: z.string().nullable(),
  server: z.string().nullable(),
  ip: z.string().nullable(),
  port: z.int().nullable(),
  image: z.string().nullable(),
  pid: z.int().nullable(),
  tie: z.string().nullable(),
  citation: Citation,
})

export const IocShape = z.object({
  type: z.string(),
  value: z.string(),
  context: z.string(),
  firstSeen: z.string().nullable(),
  lastSeen: z.string().nullable(),
  citations: z.array(Citation),
  ...beside,
})
export const IocsDocument = z.object({
  schema: z.literal('tasktrail-iocs/1'),
  iocs: z.array(IocShape.extend({ chains: z.array(z.string()) })),
})

export const AllowEntryShape = z.object({
  id: z.string(),
  account: z.string().nullable(),
  addresses: z.string().nullable(),
  actionHash: z.string().nullable(),
  expires: z.string().nullable(),
  author: z.string(),
  reason: z.string(),
})
export const AllowDocument = z.object({ entries: z.array(AllowEntryShape) })

const Stated = z.object({ mark: z.int(), by: z.string(), at: z.string(), note: z.string() })

export const ChecklistRowShape = z.object({
  id: z.string(),
  phase: z.string(),
  /** the playbook's own words */
  heading: z.string(),
  /** null: the evidence cannot answer, only a person can */
  answer: AnswerWord.nullable(),
  value: z.string().nullable(),
  why: z.string().nullable(),
  citations: z.array(Citation),
  ...beside,
  missing: z.array(Missing),
  todo: z.string(),
  ticked: Stated.nullable(),
  notes: z.array(Stated),
})

export const DispositionWord = z.enum(['malicious', 'expected', 'false-positive', 'undetermined'])
export const ClockName = z.enum(['triage', 'containment'])

export const ClockShape = z.object({
  id: ClockName,
  limitMinutes: z.int(),
  startedAt: z.string().nullable(),
  dueAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  elapsedSeconds: z.number().nullable(),
  isLate: z.boolean().nullable(),
})

export const AnalystShape = z.object({
  disposition: z
    .object({ mark: z.int(), disposition: DispositionWord, by: z.string(), at: z.string(), why: z.string() })
    .nullable(),
  clocks: z.array(ClockShape),
  history: z.array(
    z.object({
      mark: z.int(),
      by: z.string(),
      at: z.string(),
      kind: z.string(),
      what: z.string(),
      undone: z.boolean(),
    }),
  ),
  unreadableMarks: z.int(),
})

export const AnswersDocument = z.object({
  schema: z.literal('tasktrail-answers/1'),
  chain: z.string(),
  host: z.string(),
  time: z.string(),
  kind: z.string(),
  path: z.string(),
  task: z.string(),
  conflicts: z.array(
    z.object({
      id: z.string(),
      rule: z.string(),
      evidence: z.string(),
      why: z.string(),
      citations: z.array(Citation),
      ...beside,
    }),
  ),
  validation: z.array(AnswerShape),
  questions: z.array(AnswerShape),
  rule: z.object({
    outcome: z.enum(['escalate', 'close', 'neither']),
    why: z.string(),
    conditions: z.array(AnswerShape),
  }),
  evidence: z.object({
    mechanism: z.string(),
    mechanismWhy: z.string(),
    disposition: z.enum(['malicious-indicators', 'suspicious', 'expected', 'undetermined']),
    outcome: z.enum(['escalate', 'close', 'cannot-decide']),
    why: z.string(),
    reasons: z.array(
      z.object({
        id: z.string(),
        what: z.string(),
        weighs: z.enum(['malicious', 'benign', 'neutral']),
        strong: z.boolean(),
        citations: z.array(Citation),
        ...beside,
      }),
    ),
  }),
  escalation: z.array(AnswerShape),
  coverage: z.array(
    z.object({
      host: z.string(),
      channel: z.string(),
      state: z.string(),
      why: z.string(),
      from: z.string().nullable(),
      to: z.string().nullable(),
      records: z.int(),
      provenance: z.string().nullable(),
      audit: z.object({ subcategory: z.string(), setting: z.string(), source: z.string() }).nullable(),
    }),
  ),
  notCollected: z.array(
    z.object({ what: z.string(), host: z.string(), state: z.string(), wouldTell: z.string() }),
  ),
  allowed: z.array(
    z.object({
      entry: AllowEntryShape,
      state: z.enum(['fits', 'partly', 'expired']),
      because: z.array(z.string()),
      differs: z.array(z.string()),
    }),
  ),
  context: z.object({
    earlierTaskWork: z.array(TraceShape),
    systemsAccessed: z.array(
      z.object({
        host: z.string(),
        ip: z.string().nullable(),
        sid: z.string().nullable(),
        account: z.string().nullable(),
        logons: z.int(),
        firstSeen: z.string(),
        lastSeen: z.string(),
        first: Citation,
        last: Citation,
      }),
    ),
    outbound: z.array(TraceShape),
    transfers: z.array(TraceShape),
    accountChanges: z.array(TraceShape),
    services: z.array(TraceShape),
    left: z.array(z.string()),
  }),
  iocs: z.array(IocShape),
  checklist: z.array(ChecklistRowShape),
  analyst: AnalystShape,
})

/** How chains stand with the playbook, for lists: of each chain its conflicts, verdicts and what a person set. */
export const StandingShape = z.object({
  chain: z.string(),
  conflicts: z.int(),
  rule: z.enum(['escalate', 'close', 'neither']),
  outcome: z.enum(['escalate', 'close', 'cannot-decide']),
  evidence: z.enum(['malicious-indicators', 'suspicious', 'expected', 'undetermined']),
  /** reasons that weigh towards malice, and how many of them are strong */
  signs: z.int(),
  strongSigns: z.int(),
  disposition: DispositionWord.nullable(),
  /** rows of the checklist that are ticked */
  ticked: z.int(),
})
export const StandingsDocument = z.object({ standings: z.array(StandingShape) })

/** The number an act was kept under: what `undo` takes. */
export const KeptMark = z.object({ mark: z.int(), by: z.string(), at: z.string() })

export type AnswerShape = z.infer<typeof AnswerShape>
export type AnswersDocument = z.infer<typeof AnswersDocument>
export type ChecklistRowShape = z.infer<typeof ChecklistRowShape>
export type IocsDocument = z.infer<typeof IocsDocument>
export type AllowDocument = z.infer<typeof AllowDocument>
export type StandingShape = z.infer<typeof StandingShape>
