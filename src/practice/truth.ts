/** truth.json: what really happened, in the terms of `chains --json`, with the records that were written for it. */
import { fileTime, formatUtc } from '../domain/time.ts'
import type { Cast } from './cast.ts'
import type { RecordedMark } from './happening.ts'
import type { Scenario, Staging, TrueChain } from './staging.ts'

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

function chainTruth(cast: Cast, chain: TrueChain, marks: readonly RecordedMark[]) {
  const own = marks.filter(({ mark }) => mark.chain === chain.mark)
  const anchor = own.find(({ mark }) => mark.anchor)
  const anchorTime = anchor?.time ?? own[0]?.time ?? cast.start
  const { mark: _, source, account, processes, ...plain } = chain
  return {
    host: cast.host.fqdn,
    ...plain,
    account: { sid: account.sid, name: account.name, domain: account.domain },
    source: {
      ...source,
      rejected: own.filter(({ mark }) => mark.decoy !== undefined).map(rejectedOf),
    },
    anchor: anchor ? citation(anchor, anchorTime) : null,
    time: utc(anchorTime),
    processes: processes.map(({ image, pid, commandLine }) => ({
      image,
      pid,
      commandLine,
      recordId:
        own
          .find(({ happening: { schema, values } }) => schema.eventId === 4688 && values.NewProcessId === pid)
          ?.recordId.toString() ?? null,
    })),
    steps: own
      .filter(({ mark }) => mark.decoy === undefined)
      .map((recorded) => citation(recorded, anchorTime)),
  }
}

/** What was written for one host. */
export interface HostOutcome {
  readonly cast: Cast
  readonly staging: Staging
  /** sub-folder with its evidence; empty when the story plays on one host */
  readonly folder: string
  readonly marks: readonly RecordedMark[]
  /** updates of service-kept tasks that noise made: chains of kind task-updated that are nobody's deed */
  readonly managedUpdates: number
  /** records that a cleared log held before */
  readonly erased: number
  /** by channel */
  readonly records: Readonly<Record<string, number>>
}

/**
 * Shape: `{ schema: "tasktrail-practice/1", scenario, title, teaches, seed, noise, startsAt, collectedAt, hosts: [{ host, folder, records:
 * { channel: count }, managedUpdates, erased }], chains: [ … ], notes: [ … ] }`; a chain has host, kind, task, account, source (with
 * `rejected` decoys), taskLogonId, path, mechanism, executed, deleted, resembles, anchor, time, processes and steps, named as in
 * `chains --json`; what nothing that was collected can tell is null, and told in `hidden` instead.
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
    hosts: outcomes.map(({ cast: { host }, folder, records, managedUpdates, erased }) => ({
      host: host.fqdn,
      folder,
      records,
      managedUpdates,
      erased,
    })),
    chains: outcomes.flatMap((outcome) =>
      outcome.staging.chains.map((chain) => chainTruth(outcome.cast, chain, outcome.marks)),
    ),
    notes: [...new Set(outcomes.flatMap(({ staging }) => staging.notes))],
  }
}
