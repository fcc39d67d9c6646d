/** What the agent may answer. Every line is checked here before anything else looks at it; texts in it are evidence. */
import * as z from 'zod'

/** Text as the agent sends it: plain where it is plain, else the UTF-16 units as base64, so that nothing is lost. */
const Text = z.union([
  z.string().max(2_000_000),
  z.object({ u16: z.base64().max(12_000_000) }).transform(({ u16 }) => {
    const bytes = Buffer.from(u16, 'base64')
    return bytes.subarray(0, bytes.length & ~1).toString('utf16le')
  }),
])
const Bytes = z.object({ b64: z.base64().max(3_000_000) }).transform(({ b64 }) => Buffer.from(b64, 'base64'))
const Count = z
  .union([z.int().nonnegative(), z.string().regex(/^\d{1,19}$/)])
  .transform(Number)
  .refine(Number.isSafeInteger)
/** UTC with 7 decimals */
const Time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/)
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const Scalar = z.union([z.null(), z.boolean(), z.number(), Text])
const Value = z.object({
  name: Text,
  type: z.string().max(40),
  value: z.union([Bytes, Scalar, z.array(Text).max(10_000)]),
})

/** Each kind of item, by its name. */
export const itemShapes = {
  hello: z.object({
    protocol: z.literal(1),
    computer: Text,
    pid: z.int(),
    powershell: Text,
    edition: Text,
    language: Text,
    name: Text,
    sid: z.string().regex(/^S-1-[\d-]{1,180}$/),
    elevated: z.boolean(),
    from: Text,
    narrow: z.boolean(),
    now: Time,
    systemRoot: Text,
  }),
  clock: z.object({ now: Time }),
  os: z.object({
    name: Text,
    version: Text,
    build: Text,
    lastBoot: Time.nullable(),
    installed: Time.nullable(),
    fqdn: Text,
    domainRole: z.int(),
    offsetMinutes: z.int().min(-1440).max(1440),
    timeZone: Text,
  }),
  schedule: z.object({ pid: z.int().nonnegative(), state: Text, startMode: Text }),
  addresses: z.object({ addresses: z.array(Text).max(1000) }),
  space: z.object({ drive: Text, free: Count, total: Count }),
  policies: z.object({
    commandLine: Text,
    noLegacyAudit: Text,
    scriptBlockLogging: Text,
    moduleLogging: Text,
    transcription: Text,
  }),
  audit: z.object({ source: Text, lines: z.array(Text).max(2000) }),
  channel: z.object({
    name: Text,
    enabled: z.boolean(),
    mode: Text,
    maxSize: Count,
    size: z.string().regex(/^\d{0,19}$/),
    records: z.string().regex(/^\d{0,19}$/),
    path: Text,
    full: Text,
    firstRecord: z.string().regex(/^\d{0,20}$/),
    firstTime: Time.nullable(),
    lastRecord: z.string().regex(/^\d{0,20}$/),
    lastTime: Time.nullable(),
  }),
  row: z.looseObject({ of: z.string().max(60) }),
  task: z.object({
    path: Text,
    state: z.int().nullable(),
    enabled: z.boolean().nullable(),
    lastRun: z.string().max(40).nullable(),
    lastResult: z.string().max(40).nullable(),
    missed: z.int().nullable(),
    nextRun: z.string().max(40).nullable(),
    sddl: Text.nullable(),
    xml: Text.nullable(),
    cut: z.boolean(),
  }),
  'task-file': z.lazy(() => SmallFile),
  'job-file': z.lazy(() => SmallFile),
  archive: z.object({ path: Text, size: Count, modified: Time }),
  staging: z.object({
    path: Text,
    files: z.array(z.object({ name: Text, path: Text, size: Count })).max(10_000),
    existed: z.boolean(),
  }),
  staged: z.object({
    path: Text,
    size: Count,
    source: Text,
    oldestBefore: Count.nullable(),
    oldestAfter: Count.nullable(),
    countBefore: Count.nullable(),
    countAfter: Count.nullable(),
    at: Time,
  }),
  opened: z.object({ path: Text }),
  cleaned: z.object({ path: Text, existed: z.boolean(), left: z.boolean() }),
  changed: z.object({ path: Text }),
  end: z.object({ length: Count, sha256: Sha256 }),
  left: z.object({ run: z.string().regex(/^[0-9a-f]{32}$/), path: Text, size: Count, modified: Time }),
  certificate: z.object({
    fingerprint: z.string().regex(/^[0-9A-F]{40,64}$/),
    checkedByWindows: z.boolean(),
  }),
  trust: z.object({ before: Text, after: Text, command: Text }),
} as const

const SmallFile = z.object({
  path: Text,
  size: Count,
  created: Time,
  modified: Time,
  bytes: Bytes.nullable(),
  sha256: z.union([Sha256, z.literal('')]),
})
export const CacheKey = z.object({ path: Text, values: z.array(Value).max(100_000) })
export type CacheKey = z.infer<typeof CacheKey>
export type ItemKind = keyof typeof itemShapes
export type ItemOf<K extends ItemKind> = z.infer<(typeof itemShapes)[K]>

const failure = {
  what: Text,
  error: z.string().max(200),
  code: z.int(),
  /** numbers of the whole chain of causes, and PowerShell's id of the error: the same in every language */
  codes: z.array(z.int()).max(100).default([]),
  fqid: Text.default(''),
}
export const Answer = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('item'), id: z.int(), kind: z.string().max(40) }),
  z.object({ type: z.literal('trouble'), id: z.int(), where: Text, ...failure }),
  z.object({
    type: z.literal('block'),
    id: z.int(),
    seq: z.int().nonnegative(),
    offset: Count,
    length: z
      .int()
      .positive()
      .max(1 << 20),
    // checked by what it unpacks to; a pattern over a megabyte would cost more than the transfer
    gz: z.string().max(2_000_000),
  }),
  z.object({ type: z.literal('done'), id: z.int() }),
  z.object({ type: z.literal('failed'), id: z.int(), ...failure }),
])
export type Answer = z.infer<typeof Answer>
export type Block = Extract<Answer, { type: 'block' }>
export type Trouble = Extract<Answer, { type: 'trouble' }>

/** An item of one kind out of an answer; undefined for another kind. Throws ZodError when it is of the kind and malformed. */
export function itemOf<K extends ItemKind>(answer: Answer, kind: K): ItemOf<K> | undefined {
  if (answer.type !== 'item' || answer.kind !== kind) return undefined
  return itemShapes[kind].parse(answer) as ItemOf<K>
}

/** A value of a row (state), made of what the agent may send there. */
export const RowValue = z.union([Bytes, Scalar, z.array(z.union([Scalar, Value])).max(100_000)])
