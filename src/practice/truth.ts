/** truth.json: what really happened, in the terms of `chains --json`, with the records that were written for it. */
import { fileTime, formatUtc } from '../domain/time.ts'
import type { Cast } from './cast.ts'
import type { Deed } from './deed.ts'
import type { RecordedMark } from './happening.ts'
import type { Scenario } from './staging.ts'
import type { HostEvidence } from './world/evidence.ts'
import { type Known, whatIsKnown } from './world/knowledge.ts'

const utc = (time: bigint) => formatUtc(fileTime(time))

function citation(recorded: RecordedMark, anchorTime: bigint) {
  const { happening, mark } = recorded
  return {
    role: mark.role,
    eventId: happening.schema.eventId,
    recordId: recorded.recordId.toString(),
    time: utc(recorded.time),
    deltaMs: Number(recorded.time - anchorTime) / 10_000,
    channel: happening.schema.channel,
  }
}

/** Without a task record of the audit nothing ties these to the task. */
const ofSessions: ReadonlySet<string> = new Set([
  'smb-logon',
  'rpc-logon',
  'other-logon',
  'privileges',
  'share-connected',
  'pipe-opened',
])

const hexText = (value: unknown) => `0x${BigInt(value as bigint).toString(16)}`

function rejectedOf(recorded: RecordedMark) {
  const { values } = recorded.happening
  return {
    ip: values.IpAddress as string,
    port: Number(values.IpPort),
    logonId: hexText(values.TargetLogonId),
    recordId: recorded.recordId.toString(),
    time: utc(recorded.time),
    why: recorded.mark.decoy,
  }
}

/** A question as the truth file answers it: known or not, and why. */
const told = ({ value, why }: Known<unknown>) => ({ known: value !== undefined && value !== 'unknown', why })
const answered = ({ value, why }: Known<'yes' | 'no' | 'unknown'>) => ({ answer: value ?? 'unknown', why })

function chainTruth(deed: Deed, evidence: HostEvidence) {
  const { host } = evidence.events.cast
  const marks = evidence.events.marks.filter(({ mark }) => mark.chain === deed.mark)
  const own = evidence.of(deed.mark)
  const known = whatIsKnown(deed, evidence)
  const anchor = known?.anchor
  const anchorTime = anchor?.time ?? own[0]?.time ?? evidence.events.cast.start
  const isDefined = known?.action.value !== undefined
  const source = known?.sourceIp.value === undefined ? null : deed.source
  const isFirstCall = known?.taskLogonId.value === deed.taskLogonId
  const basis = source === null ? null : source.logonId === deed.taskLogonId ? 'L1' : 'L3'
  return {
    mark: deed.mark,
    host: host.fqdn,
    found: known !== undefined,
    kind: known?.kind ?? deed.kind,
    task: {
      path: deed.task.path,
      action: isDefined ? deed.task.action : null,
      runAs: isDefined ? deed.task.runAs : null,
      author: isDefined ? deed.task.author : null,
      hidden: isDefined ? deed.task.hidden : null,
      trigger: isDefined ? deed.task.trigger : null,
    },
    account: {
      sid: known?.account.value ?? null,
      name: known?.accountName.value ?? null,
      domain: known?.accountName.value === undefined ? null : deed.account.domain,
    },
    source: {
      ip: source?.ip ?? null,
      // a later change than the creation came over another connection
      port: isFirstCall ? (source?.port ?? null) : null,
      logonId: isFirstCall ? (source?.logonId ?? null) : null,
      basis,
      ...(source?.host === undefined ? {} : { host: source.host }),
      // without a task record of the audit nothing says whose logons to look at
      rejected:
        known?.account.value === undefined
          ? []
          : marks.filter(({ mark }) => mark.decoy !== undefined).map(rejectedOf),
    },
    taskLogonId: known?.taskLogonId.value ?? null,
    path: known?.path.value ?? 'undetermined',
    mechanism: known?.mechanism.value ?? 'undetermined',
    executed: known ? answered(known.executed) : { answer: 'unknown', why: 'no record makes a chain of it' },
    deleted: known ? answered(known.deleted) : { answer: 'unknown', why: 'no record makes a chain of it' },
    resembles: isDefined ? deed.resembles : [],
    /** what of it the evidence can show, question by question */
    knowable: known && {
      account: told(known.account),
      action: told(known.action),
      source: told(known.sourceIp),
      path: told(known.path),
      mechanism: told(known.mechanism),
      executed: told(known.executed),
      deleted: told(known.deleted),
    },
    /** what happened, whether anything shows it or not */
    happened: {
      kind: deed.kind,
      path: deed.path,
      origin: deed.origin,
      action: deed.task.action,
      accountSid: deed.account.sid,
      accountName: deed.account.name,
      sourceIp: deed.source?.ip ?? null,
      sourcePort: deed.source?.port ?? null,
      executed: deed.executed,
      deleted: deed.deleted,
    },
    anchor: anchor ? citation(anchor, anchorTime) : null,
    time: utc(anchorTime),
    processes: deed.processes.map(({ image, pid, commandLine }) => ({
      image,
      pid,
      commandLine,
      recordId:
        own
          .find(({ happening: { schema, values } }) => schema.eventId === 4688 && values.NewProcessId === pid)
          ?.recordId.toString() ?? null,
    })),
    steps: own
      .filter(({ mark }) => known?.account.value !== undefined || !ofSessions.has(mark.role))
      .map((recorded) => citation(recorded, anchorTime)),
  }
}

/** What was written for one host. */
export interface HostOutcome {
  readonly evidence: HostEvidence
  /** sub-folder with its evidence; empty when the story plays on one host */
  readonly folder: string
  /** by channel */
  readonly records: Readonly<Record<string, number>>
}

/**
 * Shape: `{ schema: "tasktrail-practice/1", scenario, title, teaches, seed, noise, startsAt, collectedAt, hosts: [{ host, folder, records:
 * { channel: count }, managedUpdates, erased }], chains: [ … ], notes: [ … ] }`; a chain has host, kind, task, account, source (with
 * `rejected` decoys), taskLogonId, path, mechanism, executed, deleted, resembles, anchor, time, processes and steps, named as in
 * `chains --json`; what nothing that was collected can tell is null, and told in `happened` instead. `knowable` says for each question
 * whether the evidence can answer it, and why; `found` is false where no record is left that a chain could be measured from.
 */
export function truthOf(scenario: Scenario, cast: Cast, noise: number, outcomes: readonly HostOutcome[]) {
  return {
    schema: 'tasktrail-practice/1',
    scenario: scenario.name,
    title: scenario.title,
    teaches: scenario.teaches,
    seed: cast.seed,
    noise,
    startsAt: utc(cast.start),
    collectedAt: utc(cast.collectedAt),
    hosts: outcomes.map(({ evidence: { events }, folder, records }) => ({
      host: events.cast.host.fqdn,
      folder,
      records,
      managedUpdates: events.managedUpdates,
      erased: events.erased,
    })),
    chains: outcomes.flatMap(({ evidence }) =>
      evidence.events.staging.deeds.map((deed) => chainTruth(deed, evidence)),
    ),
    notes: [...new Set(outcomes.flatMap(({ evidence }) => evidence.events.staging.notes))],
  }
}
