import * as z from 'zod'
import { EvidenceRow, ProblemShape } from './shapes.ts'

/** Shapes of acquisition from live hosts. A password crosses once, with the request, and is in no answer. */
const file = z.string().min(1).max(4096)
/** What is wanted: a plan by name, and ids of artifacts to add and to leave out, in which a star stands for anything. */
export const PlanWishes = z.object({
  name: z.enum(['quick', 'playbook', 'full']),
  from: z.string().max(40).optional(),
  to: z.string().max(40).optional(),
  with: z.array(z.string().max(200)).max(500).optional(),
  without: z.array(z.string().max(200)).max(500).optional(),
})
export const LastPlan = z.object({
  host: z.string(),
  asked: z.string(),
  takenAt: z.string(),
  plan: PlanWishes,
})
export const AcquireRequest = z.object({
  via: z.enum(['auto', 'winrm', 'winrm-https', 'ssh', 'cim', 'local']),
  user: z.string().max(256).optional(),
  secret: z.string().max(1024).optional(),
  /** PowerShell asks for the password itself, by Windows' own dialog */
  askThere: z.boolean().optional(),
  port: z.int().min(1).max(65_535).optional(),
  pin: z
    .string()
    .regex(/^[0-9A-Fa-f:]{40,95}$/)
    .optional(),
  trustHost: z.boolean().optional(),
  ssh: z
    .object({
      port: z.int().min(1).max(65_535).optional(),
      identity: file.optional(),
      configFile: file.optional(),
    })
    .optional(),
  plan: PlanWishes,
})
export const HostName = z.string().min(1).max(255)

const WayTried = z.object({ way: z.string(), ok: z.boolean(), why: z.string(), code: z.string().optional() })
const Channel = z.object({
  name: z.string(),
  enabled: z.boolean(),
  mode: z.string(),
  maxSize: z.number(),
  size: z.number().nullable(),
  records: z.number().nullable(),
  path: z.string(),
  firstRecord: z.string().nullable(),
  firstTime: z.string().nullable(),
  lastRecord: z.string().nullable(),
  lastTime: z.string().nullable(),
})
const PlannedArtifact = z.object({
  id: z.string(),
  what: z.string(),
  how: z.enum(['asked', 'exported', 'copied']),
  query: z.string().optional(),
  bytes: z.number().nullable(),
  /** roughly */
  seconds: z.number(),
  /** among all that can be taken, most volatile first */
  place: z.int(),
  why: z.string(),
})
const Problem = ProblemShape.omit({ evidenceId: true })

export const PreflightReport = z.object({
  schema: z.literal('tasktrail-preflight/1'),
  host: z.string(),
  fqdn: z.string().nullable(),
  way: z.string(),
  ways: z.array(WayTried),
  hostKey: z.string().nullable(),
  account: z.object({ name: z.string(), sid: z.string(), administrator: z.boolean() }),
  powershell: z.object({ version: z.string(), edition: z.string(), language: z.string() }),
  os: z.object({ name: z.string(), version: z.string(), build: z.string() }).nullable(),
  timeZone: z.object({ name: z.string(), utcOffsetMinutes: z.int() }).nullable(),
  lastBoot: z.string().nullable(),
  clock: z.object({
    offsetMs: z.number(),
    uncertaintyMs: z.number(),
    latencyMs: z.number(),
    measuredAt: z.string(),
  }),
  space: z.object({ drive: z.string(), free: z.number(), total: z.number() }).nullable(),
  addresses: z.array(z.string()),
  schedulePid: z.int().nullable(),
  policies: z.record(z.string(), z.string()).nullable(),
  /** subcategory GUID → 0 none, 1 success, 2 failure, 3 both */
  audit: z.record(z.string(), z.int()).nullable(),
  auditSource: z.string().nullable(),
  channels: z.array(Channel),
  plan: z.object({
    name: z.string(),
    from: z.string().nullable(),
    to: z.string().nullable(),
    artifacts: z.array(PlannedArtifact),
    /** could be taken too */
    offered: z.array(PlannedArtifact),
    without: z.array(z.object({ id: z.string(), why: z.string() })),
    bytes: z.number(),
    seconds: z.number(),
  }),
  leaves: z.array(z.string()),
  problems: z.array(Problem),
})

export const AcquireResult = z.object({
  schema: z.literal('tasktrail-acquire/1'),
  case: z.string(),
  host: z.string(),
  runId: z.string(),
  way: z.string(),
  breaks: z.int(),
  preflight: PreflightReport,
  items: z.array(
    z.object({
      artifact: z.string(),
      name: z.string(),
      hostPath: z.string(),
      kind: z.string(),
      size: z.number(),
      /** null for what was asked: there is no file on the host */
      sha256OnHost: z.string().nullable(),
      sha256Received: z.string(),
      sha256Stored: z.string().nullable(),
      method: z.string(),
      query: z.string().nullable(),
    }),
  ),
  evidence: z.array(EvidenceRow),
  records: z.int(),
  events: z.int(),
  /** `artifact`: what was being taken; absent for what concerns the host or the import */
  problems: z.array(ProblemShape.extend({ artifact: z.string().optional() })),
})

export const HostOutcome = z.object({
  host: z.string(),
  result: AcquireResult.nullable(),
  refused: z.object({ code: z.string(), what: z.string(), remedy: z.string() }).nullable(),
})
export type PreflightReport = z.infer<typeof PreflightReport>
export type AcquireResult = z.infer<typeof AcquireResult>
export type HostOutcome = z.infer<typeof HostOutcome>
