/**
 * What the evidence of one host can tell about a deed, by the rules of the field and by nothing else: which record names whom, which
 * session opened what, which log would have shown it. Worked out from the records and the whole truth, apart from how the product links.
 */
import type { ChainKind, ChainPath, Mechanism } from '../../domain/chain.ts'
import type { Deed } from '../deed.ts'
import type { RecordedMark } from '../happening.ts'
import { logonIdText } from '../logon-ids.ts'
import { type HostEvidence, logs } from './evidence.ts'
import { knownMechanism, knownSource } from './known-source.ts'

/** An answer that the evidence bears, and others that are no mistake. */
export interface Known<T> {
  /** undefined: cannot be told */
  readonly value: T | undefined
  readonly why: string
  /** answers that say less or no more than allowed */
  readonly also?: readonly (T | undefined)[]
  /** not so, and yet what the records show: nothing in them tells this deed from one of which it would be true */
  readonly misleads?: T
}

export type Answer = 'yes' | 'no' | 'unknown'

export interface Knowledge {
  readonly anchor: RecordedMark
  readonly kind: ChainKind
  readonly account: Known<string>
  readonly accountName: Known<string>
  readonly action: Known<string>
  readonly taskLogonId: Known<string>
  readonly sourceIp: Known<string>
  readonly path: Known<ChainPath>
  readonly mechanism: Known<Mechanism>
  readonly executed: Known<Answer>
  readonly deleted: Known<Answer>
}

const kinds: Readonly<Record<number, ChainKind>> = {
  4698: 'task-created',
  106: 'task-created',
  // Sysmon: a value of the task's registry key was set
  13: 'task-created',
  4699: 'task-deleted',
  4700: 'task-enabled',
  4701: 'task-disabled',
  4702: 'task-updated',
}

/** The record a chain of this deed is measured from; undefined when no record that is left makes one. */
export function anchorOf(deed: Deed, own: readonly RecordedMark[]): RecordedMark | undefined {
  const first = (eventId: number) =>
    own.find((one) => one.happening.schema.eventId === eventId && one.mark.chain === deed.mark)
  if (deed.kind === 'task-updated') return first(4702)
  if (deed.path === 'file-or-registry') return first(13)
  return (
    first(4698) ??
    first(106) ??
    own.find(
      (one) =>
        one.mark.chain === deed.mark && [4699, 4700, 4701, 4702].includes(one.happening.schema.eventId),
    )
  )
}

export function whatIsKnown(deed: Deed, evidence: HostEvidence): Knowledge | undefined {
  const own = evidence.of(deed.mark)
  const anchor = anchorOf(deed, own)
  if (!anchor) return undefined
  const kind = kinds[anchor.happening.schema.eventId] as ChainKind
  const isAudit = anchor.happening.schema.channel === logs.security
  if (deed.path === 'file-or-registry') return planted(deed, anchor, own, evidence)
  const noAudit = `only the task log tells of it: ${evidence.why(logs.security, 'otherObjectAccess')}`
  const defined = own.some(
    ({ mark, happening: { schema, values } }) =>
      mark.chain === deed.mark &&
      ((schema.eventId === 4702 && values.TaskContentNew) ||
        (schema.eventId >= 4698 && schema.eventId <= 4701 && values.TaskContent)),
  )
  return {
    anchor,
    kind,
    account: isAudit
      ? { value: deed.account.sid, why: 'the task record names the account' }
      : { value: undefined, why: noAudit },
    accountName: isAudit
      ? { value: deed.account.name, why: 'the task record names the account' }
      : { value: undefined, why: `${noAudit}; 106 names whom the task runs as` },
    action: defined
      ? {
          value: deed.task.action,
          why: 'a task record holds the definition',
          // nothing shows that a later change was the same account's, and left the action as it was
          also: isAudit ? [] : [undefined],
        }
      : { value: undefined, why: 'no record holds the definition' },
    taskLogonId: isAudit
      ? { value: subjectLogonOf(anchor), why: 'the task record names the logon' }
      : { value: undefined, why: noAudit },
    sourceIp: isAudit ? knownSource(deed, anchor, evidence) : { value: undefined, why: noAudit },
    ...(isAudit
      ? knownMechanism(deed, anchor, evidence)
      : {
          path: { value: undefined, why: noAudit },
          mechanism: { value: undefined, why: noAudit },
        }),
    executed: knownRun(deed, kind, own, evidence),
    deleted: knownDeletion(deed, anchor, own, evidence),
  }
}

/** Written past the task service: Sysmon names the process and its user, and nothing names a logon or a definition. */
function planted(
  deed: Deed,
  anchor: RecordedMark,
  own: readonly RecordedMark[],
  evidence: HostEvidence,
): Knowledge {
  const open = { value: undefined, why: 'no task record tells of it' }
  return {
    anchor,
    kind: 'task-created',
    account: open,
    accountName: open,
    action: open,
    taskLogonId: open,
    sourceIp: open,
    path: {
      value: 'file-or-registry',
      why: 'another process than the Schedule service wrote its registry key',
    },
    mechanism: { value: 'local', why: 'a process of the host wrote it' },
    executed: knownRun(deed, 'task-created', own, evidence),
    // what came without a record may go without one
    deleted: { value: 'unknown', why: 'a task that was never registered leaves no record when it goes' },
  }
}

/** The logon that made the change which the chain is measured from; not the creation's when that is gone. */
export const subjectLogonOf = ({ happening: { values } }: RecordedMark): string =>
  logonIdText(BigInt(values.SubjectLogonId as bigint))

const runIds = new Set([100, 102, 129, 200, 201])
const has = (own: readonly RecordedMark[], eventIds: ReadonlySet<number>) =>
  own.some(({ happening: { schema } }) => schema.channel === logs.scheduler && eventIds.has(schema.eventId))

function knownRun(
  deed: Deed,
  kind: ChainKind,
  own: readonly RecordedMark[],
  evidence: HostEvidence,
): Known<Answer> {
  if (has(own, runIds)) return { value: 'yes', why: 'the task log holds its run' }
  const outputs = own.filter(({ mark }) => mark.role === 'output-read' || mark.role === 'output-deleted')
  if (
    new Set(outputs.map(({ mark }) => mark.role)).size === 2 &&
    kind === 'task-created' &&
    outputs.length > 0
  )
    return {
      value: 'yes',
      why: 'its output was read and then deleted',
      also: own.some(({ happening }) => happening.schema.eventId === 4698) ? [] : ['unknown'],
    }
  const [process] = deed.processes
  const started = own.find(
    ({ mark, happening: { schema, values } }) =>
      mark.role === 'process-started' && schema.eventId === 4688 && values.NewProcessId === process?.pid,
  )
  if (started) {
    const proven = schedulePidIsNamed(started, evidence)
    const defined = own.some(({ happening: { values } }) => values.TaskContent || values.TaskContentNew)
    return proven && defined && kind !== 'task-deleted' && !hasRival(deed, started, evidence)
      ? {
          value: 'yes',
          why: 'the Schedule service started a process with the action of the task',
          // it ran what somebody else had put there
          also: started.mark.chain === deed.mark ? [] : ['unknown'],
        }
      : {
          value: 'unknown',
          why: 'a process fits, and no record shows that the Schedule service started it for this task',
          also: ['yes'],
        }
  }
  if (kind === 'task-deleted')
    return { value: 'unknown', why: 'only its deletion is recorded', also: outputs.length > 0 ? ['yes'] : [] }
  const born = (eventId: number) =>
    own.find(({ happening: { schema }, mark }) => mark.chain === deed.mark && schema.eventId === eventId)
  // 140 follows 106 at once: where the log begins between them, it still begins before anything could have run
  const birth = deed.kind === 'task-created' ? (born(106) ?? born(140)) : born(140)
  if (!deed.executed && birth && evidence.isSilent(logs.scheduler, birth.time))
    return {
      value: 'no',
      why: 'the task log holds its registration, is whole, and shows no start',
      ...(deed.kind === 'task-created' && !born(106) ? { also: ['unknown'] as const } : evidence.mayDoubt),
    }
  return {
    value: 'unknown',
    why: `no start is recorded and that proves nothing: ${evidence.why(logs.scheduler)}`,
    also: outputs.length > 0 ? ['yes'] : [],
    ...(ranForAnother(deed, own, evidence) ? { misleads: 'yes' as const } : {}),
  }
}

/** The Schedule service started this very action for a task of which no record is left. */
const ranForAnother = (deed: Deed, own: readonly RecordedMark[], evidence: HostEvidence): boolean =>
  evidence.events.staging.deeds.some((other) => {
    const theirs = evidence.of(other.mark)
    return (
      other.task.path !== deed.task.path &&
      other.task.action === deed.task.action &&
      theirs.some(
        ({ mark, time }) => mark.role === 'process-started' && own.some((record) => record.time <= time),
      ) &&
      !theirs.some(({ happening: { values } }) => values.TaskName !== undefined)
    )
  })

/** Another task of the host has the same action: the process may be the one's or the other's. */
const hasRival = (deed: Deed, started: RecordedMark, evidence: HostEvidence): boolean =>
  evidence.events.staging.deeds.some(
    (other) =>
      other.mark !== deed.mark &&
      other.task.path !== deed.task.path &&
      other.task.action === deed.task.action &&
      evidence.of(other.mark).some(({ happening }) => happening.time < started.happening.time),
  )

/** In that boot a record names the process id of the Schedule service. */
function schedulePidIsNamed(started: RecordedMark, evidence: HostEvidence): boolean {
  const boot = evidence.bootOf(started.happening.time)
  const inBoot = evidence.records.filter(({ happening }) => evidence.bootOf(happening.time) === boot)
  const { restarts } = evidence.events.cast.host
  // records of both boots are told apart only by a start of Windows that is recorded
  if (
    restarts.length > 0 &&
    !evidence.records.some(({ happening }) => [12, 4608, 6005, 6009].includes(happening.schema.eventId))
  )
    return false
  return (
    (!evidence.events.staging.withoutFacts && boot === restarts.length) ||
    inBoot.some(
      ({ happening: { schema, values } }) =>
        schema.channel === logs.scheduler ||
        (schema.eventId === 4688 && / -s schedule$/i.test(String(values.CommandLine ?? ''))),
    )
  )
}

/** Records of a task that is there; an instance that goes on or ends may outlive its task. */
const signsOfLife = new Set([100, 106, 107, 110, 118, 119, 129, 140, 200])

function knownDeletion(
  deed: Deed,
  anchor: RecordedMark,
  own: readonly RecordedMark[],
  evidence: HostEvidence,
): Known<Answer> {
  const recorded = own.filter(({ mark }) => mark.role === 'task-deleted')
  if (recorded.length > 0) return { value: 'yes', why: 'the deletion is recorded' }
  if (!deed.deleted) {
    const sign = own.findLast(
      ({ happening: { schema } }) => schema.channel === logs.scheduler && signsOfLife.has(schema.eventId),
    )
    if (sign && evidence.isSilent(logs.scheduler, sign.time))
      return {
        value: 'no',
        why: 'the task log is whole since a record that shows the task alive and shows no deletion',
        // whoever asks for its registration may hold back a no
        ...(own.some(({ happening: { schema } }) => schema.eventId === 106)
          ? evidence.mayDoubt
          : { also: ['unknown'] as const }),
      }
    if (evidence.isKnownAudited('otherObjectAccess') && evidence.isSilent(logs.security, anchor.time))
      return {
        value: 'no',
        why: 'task changes are audited and none of the whole log is a deletion',
        ...evidence.mayDoubt,
      }
  }
  return {
    value: 'unknown',
    why: `no deletion is recorded and that proves nothing: ${evidence.why(logs.security, 'otherObjectAccess')}`,
  }
}
