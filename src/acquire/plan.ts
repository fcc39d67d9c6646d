/** What is taken, in order of volatility, how, and why: made from a preflight, shown before anything is taken. */
import { Refusal } from '../base/refusal.ts'
import { channelTiers, taskHistoryChannel } from './channels.ts'
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
  readonly why: string
}
export interface Plan {
  readonly name: PlanName
  readonly from: string | null
  readonly to: string | null
  readonly artifacts: readonly PlannedArtifact[]
  /** what is left out although it was thought of, and why */
  readonly without: readonly { readonly id: string; readonly why: string }[]
}
export interface PlanWishes {
  readonly name: PlanName
  /** UTC */
  readonly from?: string | undefined
  readonly to?: string | undefined
  /** ids that are not wanted; `log:*` and the like are understood */
  readonly without?: readonly string[] | undefined
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

/**
 * Makes the plan. `now` is the host's clock, UTC.
 * @param can what this way can give at all
 */
export function makePlan(
  wishes: PlanWishes,
  channels: readonly ChannelFacts[],
  now: string,
  can: { readonly logs: boolean; readonly files: boolean },
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
  const without: { id: string; why: string }[] = []
  const unwanted = (wishes.without ?? []).map(
    (one) =>
      new RegExp(
        `^${one
          .split('*')
          .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
          .join('.*')}$`,
        'i',
      ),
  )
  const add = (artifact: PlannedArtifact) => {
    if (unwanted.some((pattern) => pattern.test(artifact.id)))
      without.push({ id: artifact.id, why: 'the operator left it out' })
    else artifacts.push(artifact)
  }
  if (wishes.name !== 'quick')
    for (const of of states)
      add({ id: `state:${of}`, what: stateWords[of], how: 'asked', bytes: null, why: 'passes' })
  add({
    id: 'host',
    what: 'host facts: audit policy, channels, clock, boots',
    how: 'asked',
    bytes: null,
    why: 'decides what a missing record means',
  })
  for (const view of taskViews) {
    if (!can.files && (view === 'files' || view === 'jobs'))
      without.push({ id: `tasks:${view}`, why: 'this way gives no files' })
    else
      add({
        id: `tasks:${view}`,
        what: viewWords[view],
        how: view === 'files' || view === 'jobs' ? 'copied' : 'asked',
        bytes: null,
        why: 'four views of tasks are compared',
      })
  }
  if (!can.logs) {
    without.push({ id: 'log:*', why: 'this way gives no logs' })
    return { name: wishes.name, from, to, artifacts, without }
  }
  const tiers =
    wishes.name === 'quick'
      ? [['Security', taskHistoryChannel, 'System']]
      : channelTiers.slice(0, wishes.name === 'full' ? 3 : 2)
  for (const channel of tiers.flat()) {
    const facts = channels.find((one) => one.name === channel)
    if (!facts) {
      without.push({ id: `log:${channel}`, why: 'the host has no such channel, or does not let it be read' })
      continue
    }
    if (facts.size === 0 || facts.records === 0) {
      without.push({
        id: `log:${channel}`,
        why: facts.enabled ? 'the channel is empty' : 'the channel is disabled and empty',
      })
      continue
    }
    add(logArtifact(wishes, channel, facts, now))
    if (
      wishes.name === 'full' &&
      (channel === 'Security' || channel === 'System' || channel === taskHistoryChannel)
    )
      add({
        id: `raw:${channel}`,
        what: `${channel}, the file as it lies`,
        how: 'copied',
        bytes: facts.size,
        why: 'keeps overwritten records and the numbers of the log',
      })
  }
  if (wishes.name !== 'quick')
    add({
      id: 'archives',
      what: 'archived logs',
      how: 'copied',
      bytes: null,
      why: 'an export does not hold them',
    })
  return { name: wishes.name, from, to, artifacts, without }
}

function logArtifact(wishes: PlanWishes, channel: string, facts: ChannelFacts, now: string): PlannedArtifact {
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
