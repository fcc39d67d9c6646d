/** What window and engine say of tasks: the shape of `tasks --json`, and one task in full. */
import * as z from 'zod'
import { BytePlace, Citation } from './citation.ts'

export const TaskCitation = z.union([Citation, BytePlace])

const ViewName = z.enum(['audit', 'history', 'file', 'registry', 'service', 'job'])
export const HostViewShape = z.object({
  view: ViewName,
  state: z.enum(['whole', 'partial', 'not-collected']),
  why: z.string(),
})
const Code = z.object({ code: z.string(), meaning: z.string().nullable() })

export const TaskFindingShape = z.object({
  code: z.string(),
  path: z.string(),
  severity: z.enum(['alarm', 'notice']),
  what: z.string(),
  one: z.string().nullable(),
  other: z.string().nullable(),
  citations: z.array(TaskCitation),
})

const Lifetime = z.object({
  number: z.int(),
  began: z.enum(['created', 'registered', 'first-seen', 'registry']),
  from: z.string().nullable(),
  to: z.string().nullable(),
  ended: z.enum(['deleted', 'replaced']).nullable(),
  creator: z.string().nullable(),
  records: z.int(),
  birth: Citation.nullable(),
  death: Citation.nullable(),
  chains: z.array(z.string()),
  id: z.string().nullable(),
  changes: z.int(),
  runs: z.int(),
  why: z.string(),
  citations: z.array(TaskCitation),
})

const Definition = z.object({
  from: z.string(),
  view: z.enum(['event', 'file', 'registry', 'service', 'job']),
  time: z.string().nullable(),
  action: z.string().nullable(),
  runAs: z.string().nullable(),
  runLevel: z.string().nullable(),
  author: z.string().nullable(),
  hidden: z.boolean().nullable(),
  enabled: z.boolean().nullable(),
  triggers: z.array(z.string()),
  trouble: z.string().nullable(),
  lifetime: z.int().nullable(),
  citation: TaskCitation,
  evidenceId: z.string(),
})

const FieldDifference = z.object({
  field: z.string(),
  kind: z.enum(['changed', 'views']),
  lifetime: z.int().nullable(),
  values: z.array(z.object({ from: z.string(), value: z.string().nullable(), citation: TaskCitation })),
})

const Action = z.object({
  line: z.string(),
  expanded: z.string(),
  assumed: z.array(z.string()),
  program: z.string(),
  path: z.string().nullable(),
  interpreter: z.string().nullable(),
  script: z.string().nullable(),
  decoded: z.string().nullable(),
  urls: z.array(z.string()),
  uncPaths: z.array(z.string()),
  output: z.string().nullable(),
  from: z.string(),
  alsoIn: z.array(z.string()),
})

const Signal = z.object({
  id: z.string(),
  about: z.string(),
  weighs: z.enum(['malicious', 'neutral']),
  strong: z.boolean(),
  what: z.string(),
  lifetime: z.int().nullable(),
  citations: z.array(TaskCitation),
  citation: TaskCitation.nullable(),
})

const HashResult = z.enum(['equal', 'different', 'not-checkable'])
const RegistryFacts = z.object({
  id: z.string().nullable(),
  created: z.string().nullable(),
  lastRun: z.string().nullable(),
  lastSuccess: z.string().nullable(),
  lastResult: Code.nullable(),
  dynamic: z.array(z.number()).nullable(),
  hasSecurityDescriptor: z.boolean().nullable(),
  index: z.number().nullable(),
  treeWritten: z.string().nullable(),
  taskWritten: z.string().nullable(),
  settled: z.boolean(),
  hash: HashResult.nullable(),
  evidenceId: z.string(),
  citation: BytePlace,
})
const ServiceFacts = z.object({
  state: z.string(),
  enabled: z.boolean().nullable(),
  lastRun: z.string().nullable(),
  nextRun: z.string().nullable(),
  lastResult: Code.nullable(),
  missedRuns: z.number().nullable(),
  securityDescriptor: z.string().nullable(),
  takenAt: z.string().nullable(),
  citation: BytePlace,
})

export const TaskEntryShape = z.object({
  id: z.string(),
  host: z.string(),
  path: z.string(),
  views: z.array(z.object({ view: ViewName, shows: z.enum(['yes', 'no', 'unknown']) })),
  findings: z.array(TaskFindingShape),
  lifetimes: z.array(Lifetime),
  history: z.array(
    z.object({
      time: z.string(),
      eventId: z.int(),
      what: z.string(),
      result: Code.nullable(),
      lifetime: z.int().nullable(),
      citation: Citation,
    }),
  ),
  definitions: z.array(Definition),
  differences: z.array(z.string()),
  fieldDifferences: z.array(FieldDifference),
  hashCheck: z.object({ result: HashResult, why: z.string(), citations: z.array(TaskCitation) }),
  registry: RegistryFacts.nullable(),
  service: ServiceFacts.nullable(),
  actions: z.array(Action),
  signals: z.array(Signal),
  chains: z.array(z.string()),
  trouble: z.array(z.string()),
})

/** One line of the list: enough to sort, filter and colour; `tasks.details` has the rest. */
export const TaskRowShape = z.object({
  id: z.string(),
  host: z.string(),
  path: z.string(),
  action: z.string().nullable(),
  runAs: z.string().nullable(),
  hidden: z.boolean().nullable(),
  enabled: z.boolean().nullable(),
  triggers: z.array(z.string()),
  views: z.array(z.object({ view: ViewName, shows: z.enum(['yes', 'no', 'unknown']) })),
  /** codes of its findings, alarms first */
  alarms: z.array(z.string()),
  notices: z.array(z.string()),
  /** ids of signs that speak against it, strong ones first */
  signs: z.array(z.object({ id: z.string(), strong: z.boolean() })),
  differences: z.int(),
  records: z.int(),
  runs: z.int(),
  lifetimes: z.int(),
  first: z.string().nullable(),
  last: z.string().nullable(),
  lastRun: z.string().nullable(),
  hash: HashResult.nullable(),
  chains: z.array(z.string()),
  trouble: z.int(),
})

export const TaskRowsShape = z.object({
  hosts: z.array(z.object({ host: z.string(), tasks: z.int(), views: z.array(HostViewShape) })),
  /** tasks that fit the filter */
  total: z.int(),
  /** tasks of the case */
  all: z.int(),
  /** the rows stand in these groups, in this order: found by comparing views, strong signs, other signs, nothing */
  groups: z.array(
    z.object({ group: z.enum(['alarm', 'notice', 'strong', 'sign', 'quiet']), tasks: z.int().positive() }),
  ),
  rows: z.array(TaskRowShape),
  /** views that could not be read, in words */
  troubles: z.array(z.string()),
})

export const TaskDetailsShape = z.object({
  task: TaskEntryShape,
  /** records left out of `task.history`, which holds the first and the last */
  historyLeftOut: z.int(),
  hostViews: z.array(HostViewShape),
  texts: z.array(z.object({ from: z.string(), citation: TaskCitation, text: z.string(), cut: z.boolean() })),
})

export type TaskCitation = z.infer<typeof TaskCitation>
export type TaskEntryShape = z.infer<typeof TaskEntryShape>
export type TaskRowShape = z.infer<typeof TaskRowShape>
export type TaskRowsShape = z.infer<typeof TaskRowsShape>
export type TaskDetailsShape = z.infer<typeof TaskDetailsShape>
