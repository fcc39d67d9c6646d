/** What is taken, in order of volatility, how, and why: made from a preflight, shown before anything is taken. */
import { isNamed } from '../base/name-pattern.ts'
import { Refusal } from '../base/refusal.ts'
import { allChannels, channelTiers, taskHistoryChannel } from './channels.ts'
import type { ChannelFacts } from './preflight.ts'

export type PlanName = 'quick' | 'playbook' | 'full'
export const planNames: readonly PlanName[] = ['quick', 'playbook', 'full']

/** Order of volatility: what is gone first comes first. */
export const states = [
  'connections',
  'smb-sessions',
  'processes',
  'sessions',
  'services',
  'shares',
  'users',
  'groups',
  'run-keys',
] as const
const taskViews = ['com', 'files', 'cache', 'jobs'] as const

export interface PlannedArtifact {
  /** `state:processes`, `tasks:com`, `log:Security`, `raw:Security`, `archives`, `host` */
  readonly id: string
  /** in words, for the operator */
  readonly what: string
  readonly how: 'asked' | 'exported' | 'copied'
  /** of an export that is filtered: the structured query, as it is given to Windows */
  readonly query?: string
  /** bytes on the host, where known */
  readonly bytes: number | null
  /** how long it takes this way, roughly */
  readonly seconds: number
  /** position among all that can be taken, most volatile first */
  readonly place: number
  readonly why: string
}
export interface Plan {
  readonly name: PlanName
  readonly from: string | null
  readonly to: string | null
  readonly artifacts: readonly PlannedArtifact[]
  /** what could be taken too, and is not: other plans have it, or the operator left it out */
  readonly offered: readonly PlannedArtifact[]
  /** what is left out although it was thought of, and why */
  readonly without: readonly { readonly id: string; readonly why: string }[]
}
export interface PlanWishes {
  readonly name: PlanName
  /** UTC */
  readonly from?: string | undefined
  readonly to?: string | undefined
  /** ids that are wanted beyond the plan; `log:*` and the like are understood */
  readonly with?: readonly string[] | undefined
  /** ids that are not wanted; stronger than `with` */
  readonly without?: readonly string[] | undefined
}
/** What a way can give, and how fast. */
export interface WayGives {
  readonly logs: boolean
  readonly files: boolean
  readonly bytesPerSecond: number
}

/** Whole logs up to this size; larger ones as a time window. */
export const wholeLogBytes = 512 * 2 ** 20

/** Times as Windows' queries take them: UTC, milliseconds. */
const queryTime = (utc: string) =>
  `${utc
    .slice(0, 23)
    .padEnd(23, '0')
    .replace(/\.?0*$/, (zeros) => zeros)}Z`

/** Records that tell of the log itself, of policy, clock and boots are taken whenever they were written. */
const always: Readonly<Record<string, readonly number[]>> = {
  Security: [1100, 1102, 1104, 4608, 4616, 4719],
  System: [1, 12, 13, 41, 104, 1074, 6005, 6006, 6008, 6009, 7045],
}

/** A structured query for a time window of a channel and the records that are wanted whatever their time. */
export function windowQuery(channel: string, from: string, to: string): string {
  const xml = (text: string) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
  const select = (condition: string) => `<Select Path="${xml(channel)}">*[System[${xml(condition)}]]</Select>`
  const ids = always[channel]
  return [
    `<QueryList><Query Id="0" Path="${xml(channel)}">`,
    select(`TimeCreated[@SystemTime>='${queryTime(from)}' and @SystemTime<='${queryTime(to)}']`),
    ...(ids ? [select(ids.map((id) => `EventID=${id}`).join(' or '))] : []),
    '</Query></QueryList>',
  ].join('')
}

const day = 86_400_000
const shifted = (utc: string, ms: number) => new Date(Date.parse(utc) + ms).toISOString()

/** Channels to ask the host about: those worth taking, and those the operator names. */
export const channelsToAsk = (wishes: PlanWishes): readonly string[] => [
  ...new Set([
    ...allChannels,
    ...(wishes.with ?? [])
      .map((id) => /^(?:log|raw):([^*]{1,200})$/i.exec(id)?.[1] ?? '')
      .filter((name) => name !== ''),
  ]),
]

type Candidate = Omit<PlannedArtifact, 'seconds' | 'place'> & { readonly isInPlan: boolean }
/** something that was thought of and cannot be had, and why */
interface Missing {
  readonly id: string
  readonly why: string
}

/**
 * Makes the plan: every candidate in order of volatility, of which the named plan takes some and the operator's wishes add or leave
 * out others. `now` is the host's clock, UTC.
 */
export function makePlan(
  wishes: PlanWishes,
  channels: readonly ChannelFacts[],
  now: string,
  can: WayGives,
): Plan {
  const from = wishes.from ?? null
  const to = wishes.to ?? null
  if (from !== null && to !== null && from > to)
    throw new Refusal(
      'acquire.plan.empty-window',
      `the time window ends (${to}) before it begins (${from})`,
      'Give --from before --to; both are UTC.',
    )
  const artifacts: PlannedArtifact[] = []
  const offered: PlannedArtifact[] = []
  const without: Missing[] = []
  let place = 0
  for (const one of candidates(wishes, channels, now, can)) {
    if (!('what' in one)) {
      without.push(one)
      continue
    }
    const { isInPlan, ...rest } = one
    const seconds = Math.ceil((one.bytes ?? 0) / can.bytesPerSecond) + 1
    const isLeftOut = isNamed(one.id, wishes.without)
    const isWanted = (isInPlan || isNamed(one.id, wishes.with)) && !isLeftOut
    ;(isWanted ? artifacts : offered).push({ ...rest, seconds, place: place++ })
    if (isLeftOut) without.push({ id: one.id, why: 'the operator left it out' })
  }
  return { name: wishes.name, from, to, artifacts, offered, without }
}

function* candidates(
  wishes: PlanWishes,
  channels: readonly ChannelFacts[],
  now: string,
  can: WayGives,
): Generator<Candidate | Missing> {
  const isQuick = wishes.name === 'quick'
  for (const of of states)
    yield {
      id: `state:${of}`,
      what: stateWords[of],
      how: 'asked',
      bytes: null,
      why: 'passes',
      isInPlan: !isQuick,
    }
  yield {
    id: 'host',
    what: 'host facts: audit policy, channels, clock, boots',
    how: 'asked',
    bytes: null,
    why: 'decides what a missing record means',
    isInPlan: true,
  }
  for (const view of taskViews) {
    const isFiles = view === 'files' || view === 'jobs'
    if (isFiles && !can.files) yield { id: `tasks:${view}`, why: 'this way gives no files' }
    else
      yield {
        id: `tasks:${view}`,
        what: viewWords[view],
        how: isFiles ? 'copied' : 'asked',
        bytes: null,
        why: 'four views of tasks are compared',
        isInPlan: true,
      }
  }
  if (!can.logs) {
    yield { id: 'log:*', why: 'this way gives no logs' }
    return
  }
  const planned = new Set<string>(
    isQuick
      ? ['Security', taskHistoryChannel, 'System']
      : channelTiers.slice(0, wishes.name === 'full' ? 3 : 2).flat(),
  )
  for (const channel of channelsToAsk(wishes)) yield* ofChannel(channel, planned, wishes, channels, now)
  yield {
    id: 'archives',
    what: 'archived logs',
    how: 'copied',
    bytes: null,
    why: 'an export does not hold them',
    isInPlan: !isQuick,
  }
}

function* ofChannel(
  channel: string,
  planned: ReadonlySet<string>,
  wishes: PlanWishes,
  channels: readonly ChannelFacts[],
  now: string,
): Generator<Candidate | Missing> {
  const isInPlan = planned.has(channel)
  const facts = channels.find((one) => one.name === channel)
  const isWanted = isInPlan || isNamed(`log:${channel}`, wishes.with)
  if (!facts) {
    if (isWanted)
      yield { id: `log:${channel}`, why: 'the host has no such channel, or does not let it be read' }
    return
  }
  if (facts.size === 0 || facts.records === 0) {
    const why = facts.enabled ? 'the channel is empty' : 'the channel is disabled and empty'
    if (isWanted) yield { id: `log:${channel}`, why }
    return
  }
  yield { ...logArtifact(wishes, channel, facts, now), isInPlan }
  yield {
    id: `raw:${channel}`,
    what: `${channel}, the file as it lies`,
    how: 'copied',
    bytes: facts.size,
    why: 'keeps overwritten records and the numbers of the log',
    isInPlan: wishes.name === 'full' && isRawWorth(channel),
  }
}

const isRawWorth = (channel: string) =>
  channel === 'Security' || channel === 'System' || channel === taskHistoryChannel

function logArtifact(
  wishes: PlanWishes,
  channel: string,
  facts: ChannelFacts,
  now: string,
): Omit<PlannedArtifact, 'seconds' | 'place'> {
  const quickSecurity = wishes.name === 'quick' && channel === 'Security'
  const asked = wishes.from !== undefined || wishes.to !== undefined
  const isLarge = (facts.size ?? 0) > wholeLogBytes
  const base = { id: `log:${channel}`, what: channel, how: 'exported' as const, bytes: facts.size }
  if (!quickSecurity && !isLarge) return { ...base, why: 'whole: an absent record can then say something' }
  const from = wishes.from ?? shifted(wishes.to ?? now, -day)
  const to = wishes.to ?? shifted(now, day)
  return {
    ...base,
    query: windowQuery(channel, from, to),
    why: `${isLarge ? `larger than ${wholeLogBytes >> 20} MiB` : 'quick'}: the time ${asked ? 'asked for' : 'of the last day'}, and what tells of the log, policy and boots`,
  }
}

const stateWords: Readonly<Record<(typeof states)[number], string>> = {
  connections: 'network connections',
  'smb-sessions': 'SMB sessions',
  processes: 'processes',
  sessions: 'logon sessions',
  services: 'services',
  shares: 'shares',
  users: 'local accounts',
  groups: 'local groups',
  'run-keys': 'Run keys',
}
const viewWords: Readonly<Record<(typeof taskViews)[number], string>> = {
  com: 'tasks as the service lists them',
  files: 'task files',
  cache: 'tasks in the registry',
  jobs: 'old .job files',
}
