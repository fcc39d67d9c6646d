/** Looks at a host before anything is taken: who we are there, clock, rights, channels, audit policy. */
import type { Problem } from '../domain/problem.ts'
import { allChannels, taskHistoryChannel } from './channels.ts'
import type { Connection } from './connect.ts'
import { type FailureMarks, RequestFailed } from './failures.ts'
import { type Answer, type ItemOf, itemOf, type Trouble } from './messages.ts'
import { reasonOf } from './reasons.ts'

export interface ChannelFacts {
  readonly name: string
  readonly enabled: boolean
  readonly mode: string
  readonly maxSize: number
  readonly size: number | null
  readonly records: number | null
  readonly path: string
  readonly firstRecord: string | null
  readonly firstTime: string | null
  readonly lastRecord: string | null
  readonly lastTime: string | null
}
export interface ClockFacts {
  /** host minus this machine */
  readonly offsetMs: number
  readonly uncertaintyMs: number
  /** shortest round trip */
  readonly latencyMs: number
  readonly measuredAt: string
}
export interface Preflight {
  readonly host: string
  readonly fqdn: string | null
  readonly hello: ItemOf<'hello'>
  readonly clock: ClockFacts
  readonly os: ItemOf<'os'> | null
  readonly schedule: ItemOf<'schedule'> | null
  readonly addresses: readonly string[]
  readonly space: ItemOf<'space'> | null
  readonly policies: ItemOf<'policies'> | null
  /** GUID in upper case → 0 none, 1 success, 2 failure, 3 both */
  readonly audit: Readonly<Record<string, number>> | null
  readonly auditSource: string | null
  readonly channels: readonly ChannelFacts[]
  /** staging folders of other runs on the host, by run id */
  readonly left: readonly ItemOf<'left'>[]
  readonly problems: readonly Problem[]
}

/** Offsets beyond this make links across hosts doubtful. */
const largestOffsetMs = 60_000

export async function ask(
  connection: Pick<Connection, 'channel'>,
  op: string,
  fields: Readonly<Record<string, unknown>>,
  onAnswer: (answer: Answer) => void,
  signal?: AbortSignal | undefined,
): Promise<void> {
  for await (const answer of connection.channel.ask(op, fields, { signal })) onAnswer(answer)
}

export const troubleProblem = (
  host: string,
  trouble: Pick<Trouble, 'where' | 'what'> & FailureMarks,
): Problem => {
  const isDenied = reasonOf(trouble.what, trouble) === 'access-denied'
  return {
    code: isDenied ? 'acquire.part.access-denied' : 'acquire.part.failed',
    severity: 'warning',
    where: `${host}: ${trouble.where}`,
    what: `${isDenied ? 'Access was denied' : 'It could not be read'}: ${trouble.what.slice(0, 500)}. It was not taken; everything else was. ${isDenied ? 'Use an account that is administrator there.' : 'Try it again, or take it by another way: --via, or --files on a share or an image.'}`,
    facts: { error: trouble.error, hresult: trouble.code, id: trouble.fqid.slice(0, 200) },
  }
}

/** Looks at the host. Takes nothing; writes the audit policy into a staging folder that is removed again. */
export async function lookAtHost(
  host: string,
  connection: Connection,
  options: {
    readonly signal?: AbortSignal | undefined
    readonly staging: boolean
    readonly now: () => Date
    /** to be asked about; those worth taking when not given */
    readonly channels?: readonly string[]
  },
): Promise<Preflight> {
  const { signal } = options
  const problems: Problem[] = []
  const found: Record<string, unknown> = {}
  const channels: ChannelFacts[] = []
  const left: ItemOf<'left'>[] = []
  const keep = (answer: Answer) => {
    if (answer.type === 'trouble') {
      // a channel that is not there is no trouble: the list names more than any host has
      const isMissing = answer.where.startsWith('channel ') && reasonOf(answer.what, answer) === 'no-channel'
      if (!isMissing) problems.push(troubleProblem(host, answer))
    }
    for (const kind of ['os', 'schedule', 'addresses', 'space', 'policies', 'audit'] as const) {
      const one = itemOf(answer, kind)
      if (one) found[kind] = one
    }
    const one = itemOf(answer, 'left')
    if (one) left.push(one)
    const channel = itemOf(answer, 'channel')
    if (channel) channels.push(channelFacts(channel))
  }
  const clock = await measureClock(connection, options)
  if (Math.abs(clock.offsetMs) > largestOffsetMs)
    problems.push({
      code: 'clock.host.skewed',
      severity: 'warning',
      where: host,
      what: `The clock of the host is ${Math.round(clock.offsetMs / 1000)} seconds ${clock.offsetMs > 0 ? 'ahead of' : 'behind'} this machine. Times stay as recorded; comparing them with other hosts needs this offset.`,
      facts: { offsetMs: clock.offsetMs, uncertaintyMs: clock.uncertaintyMs },
    })
  await ask(connection, 'host', {}, keep, signal)
  if (options.staging) {
    await auditPolicy(host, connection, keep, problems, signal)
    await leftStaging(host, connection, keep, problems, signal)
  }
  await ask(connection, 'channels', { names: options.channels ?? allChannels }, keep, signal)
  problems.push(...channelProblems(host, channels, connection.way))
  if (connection.hello.narrow)
    problems.push({
      code: 'acquire.agent.narrow',
      severity: 'warning',
      where: host,
      what: 'PowerShell runs as a 32-bit program there: folders and registry keys may be the redirected ones. Use a 64-bit PowerShell.',
    })
  if (!connection.hello.elevated)
    problems.push({
      code: 'acquire.rights.missing',
      severity: 'warning',
      where: host,
      what: `${connection.hello.name} is no administrator there, or its rights are filtered: Security, tasks of others and the registry may stay closed. Use an account that is administrator there, with --user.`,
    })
  const audit = found.audit as ItemOf<'audit'> | undefined
  return {
    host,
    fqdn: (found.os as ItemOf<'os'> | undefined)?.fqdn || null,
    hello: connection.hello,
    clock,
    os: (found.os as ItemOf<'os'>) ?? null,
    schedule: (found.schedule as ItemOf<'schedule'>) ?? null,
    addresses: (found.addresses as ItemOf<'addresses'> | undefined)?.addresses ?? [],
    space: (found.space as ItemOf<'space'>) ?? null,
    policies: (found.policies as ItemOf<'policies'>) ?? null,
    audit: audit ? auditNumbers(audit) : null,
    auditSource: audit?.source ?? null,
    channels,
    left,
    problems: [...problems, ...left.map((one) => leftProblem(host, one))],
  }
}

/** Channels the playbook rests on: each is on every Windows, so one that is not there or switched off is told. */
function channelProblems(host: string, channels: readonly ChannelFacts[], way: string): Problem[] {
  // CIM tells of the classic logs alone
  if (way === 'cim') return []
  return ['Security', 'System', taskHistoryChannel].flatMap((name): Problem[] => {
    const facts = channels.find((one) => one.name === name)
    const where = `${host}: channel ${name}`
    if (!facts)
      return [
        {
          code: 'acquire.channel.missing',
          severity: 'warning',
          where,
          what: `The host does not show the channel ${name}: it does not exist there, or this account may not know of it. Nothing of it is taken; look for its file in System32\\winevt\\Logs, or use an account that is administrator there.`,
          facts: { channel: name },
        },
      ]
    if (facts.enabled) return []
    return [
      {
        code: 'acquire.channel.disabled',
        severity: 'warning',
        where,
        what: `The channel ${name} is switched off: what would stand in it was not recorded, and its absence proves nothing. What it recorded before is taken; find out who switched it off and when.`,
        facts: { channel: name },
      },
    ]
  })
}

/** Runs that were killed leave their staging; who comes next finds it. */
async function leftStaging(
  host: string,
  connection: Connection,
  keep: (answer: Answer) => void,
  problems: Problem[],
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await ask(connection, 'left', {}, keep, signal)
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error
    problems.push(troubleProblem(host, { where: 'staging folders', what: error.message, ...error.marks }))
  }
}

const leftProblem = (host: string, left: ItemOf<'left'>): Problem => ({
  code: 'acquire.staging.found',
  severity: 'warning',
  where: `${host}: ${left.path}`,
  what: `A staging folder of run ${left.run} is on the host, ${left.size} bytes, last written ${left.modified}: that run was cut off, or still goes on. --resume goes on with it in its own case; --clean removes it when nobody uses it any more.`,
  facts: { run: left.run, bytes: left.size, modified: left.modified },
})

async function auditPolicy(
  host: string,
  connection: Connection,
  keep: (answer: Answer) => void,
  problems: Problem[],
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await ask(connection, 'stage', {}, keep, signal)
    await ask(connection, 'policy', {}, keep, signal)
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error
    problems.push({
      code: 'acquire.audit-policy.unknown',
      severity: 'warning',
      where: host,
      what: `The audit policy could not be read as numbers: ${error.message.slice(0, 300)}. What a missing record means stays open. Run auditpol /get /category:* /r there as an administrator and keep its output with the case.`,
    })
  }
}

/** Shortest of five round trips: the truth lies within half of it. */
async function measureClock(
  connection: Connection,
  { signal, now }: { readonly signal?: AbortSignal | undefined; readonly now: () => Date },
): Promise<ClockFacts> {
  let best: ClockFacts | undefined
  for (let i = 0; i < 5; i++) {
    const before = now().getTime()
    const start = performance.now()
    let there: string | undefined
    await ask(
      connection,
      'clock',
      {},
      (answer) => {
        there ??= itemOf(answer, 'clock')?.now
      },
      signal,
    )
    const trip = performance.now() - start
    if (there === undefined) continue
    if (!best || trip < best.latencyMs)
      best = {
        offsetMs: Math.round(Date.parse(there) - (before + trip / 2)),
        uncertaintyMs: Math.ceil(trip / 2) + 1,
        latencyMs: Math.round(trip * 10) / 10,
        measuredAt: new Date(before).toISOString(),
      }
  }
  return (
    best ?? {
      offsetMs: 0,
      uncertaintyMs: Number.MAX_SAFE_INTEGER,
      latencyMs: 0,
      measuredAt: now().toISOString(),
    }
  )
}

const channelFacts = (channel: ItemOf<'channel'>): ChannelFacts => ({
  name: channel.name,
  enabled: channel.enabled,
  mode: channel.mode,
  maxSize: channel.maxSize,
  size: channel.size === '' ? null : Number(channel.size),
  records: channel.records === '' ? null : Number(channel.records),
  path: channel.path,
  firstRecord: channel.firstRecord || null,
  firstTime: channel.firstTime,
  lastRecord: channel.lastRecord || null,
  lastTime: channel.lastTime,
})

const words: Readonly<Record<string, number>> = {
  'no auditing': 0,
  success: 1,
  failure: 2,
  'success and failure': 3,
}

/** Settings by GUID out of what auditpol wrote; from `/get` only where its words are English. */
export function auditNumbers({ lines }: Pick<ItemOf<'audit'>, 'lines'>): Readonly<Record<string, number>> {
  const policy: Record<string, number> = {}
  for (const line of lines) {
    const guid = /\{([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})\}/.exec(line)?.[1]?.toUpperCase()
    if (!guid) continue
    const cells = line.split(',').map((cell) => cell.trim())
    const number =
      cells.length >= 7 && /^[0-3]$/.test(cells[6] ?? '')
        ? Number(cells[6])
        : words[(cells[4] ?? '').toLowerCase()]
    if (number !== undefined) policy[guid] = number
  }
  return policy
}
