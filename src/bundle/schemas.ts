/** JSON Schemas (draft 2020-12) of the records, put into every bundle so that it explains itself without Tasktrail. */
const draft = 'https://json-schema.org/draft/2020-12/schema'
const text = { type: 'string' }
const textOrNull = { type: ['string', 'null'] }
const hex64 = { type: 'string', pattern: '^[0-9a-f]{64}$' }
const hex128 = { type: 'string', pattern: '^[0-9a-f]{128}$' }
const time = { type: 'string', format: 'date-time' }
const texts = { type: 'array', items: text }

const record = (
  title: string,
  properties: Readonly<Record<string, unknown>>,
  optional: readonly string[] = [],
) => ({
  $schema: draft,
  title,
  type: 'object',
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  properties,
})
const part = (properties: Readonly<Record<string, unknown>>) => ({
  type: 'object',
  required: Object.keys(properties),
  properties,
})

const bundle = record('Tasktrail bundle record', {
  schema: { const: 'tasktrail-bundle/1' },
  bundleId: text,
  sealedAt: time,
  supersedes: textOrNull,
  case: part({
    id: text,
    title: text,
    number: text,
    createdAt: text,
    alert: text,
    techniques: texts,
    authority: text,
    severity: text,
    marking: text,
    practice: { type: 'boolean' },
  }),
  from: part({
    name: text,
    role: text,
    organisation: textOrNull,
    contact: textOrNull,
    account: text,
    workstation: text,
  }),
  to: part({ team: text }),
  reason: texts,
  tool: part({
    name: text,
    version: text,
    node: text,
    electron: textOrNull,
    os: text,
    parser: part({ evtx: text }),
  }),
  hosts: {
    type: 'array',
    items: part({
      id: text,
      name: text,
      timezone: textOrNull,
      utcOffsetMinutes: { type: ['integer', 'null'] },
      ips: texts,
      os: textOrNull,
      clock: { type: ['object', 'null'] },
      auditPolicy: textOrNull,
    }),
  },
  window: part({ from: textOrNull, to: textOrNull }),
  collection: part({ method: text, account: text, startedAt: textOrNull, endedAt: textOrNull }),
  changesToHost: {
    type: 'array',
    items: part({ host: text, what: text, commandId: textOrNull, why: text }),
  },
  gaps: { type: 'array', items: part({ what: text, why: text, code: text, hostId: textOrNull }) },
  counts: part({
    evidence: { type: 'integer' },
    derived: { type: 'integer' },
    payloadBytes: {
      type: 'integer',
      description: 'bytes of evidence and derived files, without data/record',
    },
  }),
  containsPersonalData: { type: 'boolean' },
  containsLiveMalware: { type: 'boolean' },
})

const inventory = record('One line of inventory.jsonl: a file under data/, except data/record', {
  id: { type: 'string', pattern: '^[ED][0-9]{4,}$' },
  path: text,
  class: { enum: ['evidence', 'derived'] },
  kind: text,
  size: { type: 'integer', minimum: 0 },
  sha256: hex64,
  sha512: hex128,
  lookup: { type: ['object', 'null'] },
  origin: {
    type: ['object', 'null'],
    properties: {
      hostId: textOrNull,
      host: textOrNull,
      name: text,
      path: text,
      pathUtf16Hex: textOrNull,
      method: text,
      commandId: textOrNull,
    },
  },
  collectedAt: { type: ['object', 'null'], properties: { start: time, end: time } },
  hashAtSource: { type: ['object', 'null'] },
  matchAfterTransfer: { type: ['boolean', 'null'] },
  evtx: { type: ['object', 'null'] },
  derivedFrom: texts,
  notes: text,
})

const custody = record(
  'One line of custody.jsonl: hash-chained by prev = SHA-256 of the line before, without its LF',
  {
    seq: { type: 'integer', minimum: 1 },
    prev: hex64,
    at: time,
    tzOffset: { type: 'string', pattern: '^[+-][0-9]{2}:[0-9]{2}$' },
    clock: part({ source: text, offsetMs: { type: ['number', 'null'] } }),
    actor: { type: 'object', required: ['name'] },
    action: text,
    items: texts,
    location: part({ from: text, to: text }),
    purpose: text,
    authority: text,
    method: text,
    sha256: { type: 'object' },
    counterparty: text,
    note: text,
  },
  ['location', 'purpose', 'authority', 'method', 'sha256', 'counterparty', 'note'],
)

const commands = record('One line of commands.jsonl: a command run on a host; never holds credentials', {
  id: text,
  startedAt: time,
  endedAt: time,
  host: text,
  text,
  exit: { type: ['integer', 'null'] },
  elevated: { type: ['boolean', 'null'] },
})

const list = (items: unknown) => ({ type: 'array', items })
const named = (...names: readonly string[]) => ({
  type: 'object',
  required: names,
  properties: Object.fromEntries(names.map((name) => [name, true])),
})
const place = part({
  evidenceId: hex64,
  recordId: text,
  chunk: { type: 'integer' },
  offset: { type: 'integer' },
})
const answer = part({
  id: text,
  asks: text,
  answer: { enum: ['yes', 'no', 'unknown'] },
  value: textOrNull,
  why: text,
  citations: list(place),
  missing: list(part({ telemetry: text, state: text, why: text, wouldTell: text })),
})

const chains = record('chains.json: what belongs together, the most serious first', {
  schema: { const: 'tasktrail-chains/1' },
  chains: list(named('id', 'host', 'kind', 'task', 'account', 'source', 'steps', 'links', 'gaps')),
})

const answers = record('answers.json: the playbook answered for every chain, in the order of chains.json', {
  schema: { const: 'tasktrail-case-answers/1' },
  includesCase: {
    type: 'boolean',
    description: 'false: ticks, notes, disposition and allow-list were left out; `analyst` is null then',
  },
  answers: list(
    part({
      schema: { const: 'tasktrail-answers/1' },
      chain: text,
      host: text,
      time: text,
      conflicts: list(named('id', 'rule', 'evidence', 'why', 'citations')),
      validation: list(answer),
      questions: list(answer),
      rule: part({ outcome: text, why: text, conditions: list(answer) }),
      evidence: named('mechanism', 'disposition', 'outcome', 'why', 'reasons'),
      escalation: list(answer),
      coverage: { type: 'array' },
      notCollected: { type: 'array' },
      iocs: list(part({ type: text, value: text, context: text, citations: list(place) })),
      checklist: list(named('id', 'phase', 'heading', 'answer', 'why', 'ticked', 'notes')),
      analyst: { type: ['object', 'null'] },
    }),
  ),
})

const tasks = record('tasks.json: every task, by host and path', {
  schema: { const: 'tasktrail-tasks/1' },
  hosts: list(named('host', 'views', 'tasks')),
  troubles: { type: 'array', items: text, description: 'what could not be read, in words' },
  tasks: list(named('id', 'host', 'path', 'findings', 'chains')),
})

const analyst = record(
  'One line of analyst.jsonl: what a person stated; append-only, taken back by later lines',
  {
    mark: { type: 'integer', minimum: 1 },
    by: text,
    at: time,
    undone: { type: 'boolean' },
    statement: {
      type: 'object',
      required: ['kind'],
      properties: {
        kind: { enum: ['tick', 'note', 'disposition', 'clock', 'allow', 'allow-removed', 'undo'] },
      },
    },
  },
)

/** File name in `data/record/schemas/` → schema. */
export const schemas: Readonly<Record<string, unknown>> = {
  'analyst.schema.json': analyst,
  'answers.schema.json': answers,
  'bundle.schema.json': bundle,
  'chains.schema.json': chains,
  'commands.schema.json': commands,
  'custody.schema.json': custody,
  'inventory.schema.json': inventory,
  'tasks.schema.json': tasks,
}
