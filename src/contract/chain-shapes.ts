/** What window and engine say of chains: the shape of `chains --json`. */
import * as z from 'zod'
import { Citation } from './citation.ts'

export const ProcessNodeShape = z.object({
  pid: z.number(),
  image: z.string().nullable(),
  commandLine: z.string().nullable(),
  account: z.string().nullable(),
  started: z.string(),
  ended: z.string().nullable(),
  /** 0: the task's own process */
  depth: z.int(),
  parent: z.union([
    z.object({ kind: z.literal('node'), index: z.int() }),
    z.object({
      kind: z.enum(['service', 'svchost', 'outside']),
      pid: z.number().nullable(),
      image: z.string().nullable(),
    }),
  ]),
  standing: z.enum(['proven', 'consistent']),
  rule: z.string(),
  strength: z.string(),
  why: z.string(),
  citation: Citation,
})

export const CrossHostShape = z.object({
  rule: z.string(),
  fromHost: z.string(),
  toHost: z.string(),
  from: Citation,
  others: z.array(Citation),
  to: Citation,
  fromChain: z.string().nullable(),
  toChain: z.string(),
  deltaMs: z.number(),
  skewMs: z.number().nullable(),
  uncertaintyMs: z.number().nullable(),
  strength: z.string(),
  fields: z.record(z.string(), z.string()),
  why: z.string(),
})

const TriState = z.object({
  answer: z.enum(['yes', 'no', 'unknown']),
  why: z.string(),
  citations: z.array(Citation),
})

export const ChainShape = z.object({
  id: z.string(),
  host: z.string(),
  kind: z.string(),
  time: z.string(),
  task: z.object({
    path: z.string(),
    action: z.string().nullable(),
    runAs: z.string().nullable(),
    author: z.string().nullable(),
    hidden: z.boolean().nullable(),
    runLevel: z.string().nullable(),
    trigger: z.string().nullable(),
    actionHash: z.string().nullable(),
  }),
  account: z.object({
    sid: z.string().nullable(),
    name: z.string().nullable(),
    domain: z.string().nullable(),
    basis: z.string().nullable(),
  }),
  source: z.object({
    ip: z.string().nullable(),
    port: z.int().nullable(),
    host: z.string().nullable(),
    hostBasis: z.string().nullable(),
    logonId: z.string().nullable(),
    basis: z.string().nullable(),
    strength: z.string().nullable(),
    candidates: z.array(
      z.object({
        ip: z.string(),
        port: z.int().nullable(),
        logonId: z.string().nullable(),
        citation: Citation,
      }),
    ),
    rejected: z.array(
      z.object({
        ip: z.string(),
        port: z.int().nullable(),
        logonId: z.string().nullable(),
        why: z.string(),
        citation: Citation,
        time: z.string(),
      }),
    ),
  }),
  taskLogonId: z.string().nullable(),
  path: z.string(),
  mechanism: z.string(),
  mechanismWhy: z.string(),
  mechanismCitations: z.array(Citation),
  executed: TriState,
  deleted: TriState,
  runs: z.array(
    z.object({
      kind: z.string(),
      grade: z.string(),
      proves: z.string(),
      leaves: z.string().nullable(),
      time: z.string(),
      citations: z.array(Citation),
    }),
  ),
  tree: z.object({ nodes: z.array(ProcessNodeShape), cut: z.boolean() }),
  files: z.array(
    z.object({
      what: z.string(),
      file: z.string(),
      time: z.string(),
      ip: z.string().nullable(),
      logonId: z.string().nullable(),
      beforeTask: z.boolean(),
      citation: Citation,
    }),
  ),
  cameFrom: z.array(CrossHostShape),
  wentTo: z.array(CrossHostShape),
  steps: z.array(
    z.object({
      role: z.string(),
      eventId: z.int(),
      recordId: z.string(),
      time: z.string(),
      deltaMs: z.number(),
      channel: z.string(),
      computer: z.string(),
      evidenceId: z.string(),
      chunk: z.int(),
      offset: z.int(),
      /** the record is a recovered one */
      recovered: z.literal(true).optional(),
      what: z.string(),
      facts: z.record(z.string(), z.string()),
      alsoAt: z.array(Citation),
    }),
  ),
  links: z.array(
    z.object({
      rule: z.string(),
      /** record ids, as design/cli.md; the citations say which file when two logs share an id */
      from: z.string(),
      to: z.string(),
      fromAt: Citation,
      toAt: Citation,
      deltaMs: z.number(),
      strength: z.string(),
      fields: z.record(z.string(), z.string()),
      why: z.string(),
    }),
  ),
  gaps: z.array(
    z.object({
      expected: z.string(),
      state: z.string(),
      why: z.string(),
      /** what the judgement rests on: clearings, changes of policy or clock */
      citations: z.array(Citation).optional(),
    }),
  ),
  resembles: z.array(
    z.object({ tool: z.string(), because: z.array(z.string()), differs: z.array(z.string()) }),
  ),
  lookAlikes: z.array(
    z.object({ what: z.string(), because: z.array(z.string()), differs: z.array(z.string()) }),
  ),
})

export type ChainShape = z.infer<typeof ChainShape>
