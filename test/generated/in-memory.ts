/** A staged story as the chains room gets it, without a file in between: records, coverage and facts as an import would give them. */
import type { ChainInput, ChannelCoverage, HostFacts } from '../../src/domain/chain.ts'
import type { WindowsEvent } from '../../src/domain/event.ts'
import type { EvidenceId } from '../../src/domain/ids.ts'
import type { EventRecord } from '../../src/domain/record.ts'
import { fileTime } from '../../src/domain/time.ts'
import { typedEvent } from '../../src/events/typed-event.ts'
import { fieldText } from '../../src/practice/field-text.ts'
import type { Recorded } from '../../src/practice/happening.ts'
import { HostEvents } from '../../src/practice/host-events.ts'
import { hostFacts } from '../../src/practice/host-facts.ts'
import type { Random } from '../../src/practice/random.ts'
import type { HostStaging } from '../../src/practice/staging.ts'
import { HostEvidence } from '../../src/practice/world/evidence.ts'
import { readHostFacts } from '../../src/workflow/host-facts.ts'

function namesAndValues({ schema, values }: Recorded['happening']): Pick<EventRecord, 'names' | 'values'> {
  if (schema.shape.kind === 'strings') {
    const strings = (values.Strings ?? []) as readonly string[]
    return { names: [...strings.map((_, at) => `#${at}`), 'Binary'], values: [...strings, ''] }
  }
  return {
    names: schema.fields.map(([name]) => name),
    values: schema.fields.map(([name, type]) => fieldText(type, values[name])),
  }
}

export interface HostInMemory {
  readonly evidence: HostEvidence
  readonly events: readonly WindowsEvent[]
  readonly coverage: readonly ChannelCoverage[]
  readonly facts: readonly HostFacts[]
}

/** What an import of this host's evidence would hold. `position` keeps the evidence of several hosts apart. */
export function inMemory(
  { cast, staging }: HostStaging,
  noise: number,
  random: Random,
  position = 0,
): HostInMemory {
  const source = new HostEvents(cast, staging, noise, random)
  const evidence = new HostEvidence(source)
  const evidenceIds = new Map(
    source.channels.map((channel, at) => [channel, `${position * 16 + at}`.padStart(64, '0') as EvidenceId]),
  )
  const events: WindowsEvent[] = []
  for (const recorded of source.records()) {
    if (!recorded) continue
    evidence.add(recorded)
    const { happening, time, recordId } = recorded
    const { schema } = happening
    const event = typedEvent({
      locator: {
        evidenceId: evidenceIds.get(schema.channel) as EvidenceId,
        recordId,
        chunk: 0,
        offset: 512 + Number(recordId % 100_000n) * 8,
      },
      provider: schema.provider.name,
      channel: schema.channel,
      computer: cast.host.fqdn,
      eventId: schema.eventId,
      version: schema.version,
      level: schema.level,
      task: schema.task,
      opcode: schema.opcode,
      keywords: `0x${schema.keywords.toString(16)}`,
      time: fileTime(time),
      processId: happening.processId,
      threadId: happening.threadId,
      userSid: happening.userSid,
      activityId: happening.activityId,
      ...namesAndValues(happening),
    })
    if (event) events.push(event)
  }
  const isRaw = staging.collectedAs === 'raw'
  const coverage = [...evidence.covers].map(
    ([channel, cover]): ChannelCoverage => ({
      host: cast.host.fqdn,
      channel,
      evidenceId: evidenceIds.get(channel) as EvidenceId,
      from: fileTime(cover.from),
      to: fileTime(cover.to),
      records: cover.records,
      provenance: isRaw
        ? 'raw-live-copy'
        : cover.missing > 0n || staging.collectedAs?.startsWith('sentinel')
          ? 'filtered-export'
          : cover.records === 1
            ? 'undetermined'
            : 'full-export',
      missingRecordIds: cover.missing,
      problems: 0,
      eventIds: [...cover.eventIds],
    }),
  )
  return { evidence, events, coverage, facts: staging.withoutFacts ? [] : [factsOf(source, random)] }
}

function factsOf({ cast, staging, channels }: HostEvents, random: Random): HostFacts {
  const facts = readHostFacts(
    JSON.stringify(hostFacts(cast, staging, channels, random.fork('facts'))),
    'f'.repeat(64),
  )
  if (typeof facts === 'string') throw new Error(facts)
  return facts
}

/** What `findChains` gets of all hosts of a story. */
export const chainInput = (hosts: readonly HostInMemory[]): ChainInput => ({
  events: hosts.flatMap(({ events }) => events),
  duplicates: new Map(),
  coverage: hosts.flatMap(({ coverage }) => coverage),
  hosts: hosts.flatMap(({ facts }) => facts),
})
