/** Real samples as chain input: typed events of the independent decoder's records, with coverage as an import would state it. */
import type { ChainInput, ChannelCoverage } from '../../src/domain/chain.ts'
import type { WindowsEvent } from '../../src/domain/event.ts'
import type { ProvenanceClass } from '../../src/domain/evidence.ts'
import type { EvidenceId } from '../../src/domain/ids.ts'
import { locatorKey } from '../../src/domain/locator.ts'
import { type FileTime, parseUtc } from '../../src/domain/time.ts'
import { typedEvent } from '../../src/events/typed-event.ts'
import { type ExpectedRecord, expectedRecords, manifest } from '../samples.ts'
import { recordOf } from './records.ts'

let cached: Promise<ReadonlyMap<string, readonly ExpectedRecord[]>> | undefined

async function readAll(): Promise<ReadonlyMap<string, readonly ExpectedRecord[]>> {
  const byFile = new Map<string, ExpectedRecord[]>()
  for await (const record of expectedRecords()) {
    const list = byFile.get(record.file)
    if (list) list.push(record)
    else byFile.set(record.file, [record])
  }
  return byFile
}

const hashes = () => new Map(manifest().files.map((file) => [file.file, file.sha256]))

/** Files of the samples folder → chain input. `provenance` is how the logs are said to have been taken. */
export async function sampleInput(
  files: readonly string[],
  provenance: ProvenanceClass = 'full-export',
): Promise<ChainInput> {
  cached ??= readAll()
  const byFile = await cached
  const hashOf = hashes()
  const events: WindowsEvent[] = []
  const coverage: ChannelCoverage[] = []
  const kept = new Map<string, WindowsEvent>()
  const duplicates = new Map<string, WindowsEvent['locator'][]>()
  for (const file of files) {
    const records = byFile.get(file)
    if (!records) throw new Error(`no expected records for ${file}`)
    const evidenceId = (hashOf.get(file) ?? file) as EvidenceId
    coverage.push(...coverageOf(records, evidenceId, provenance))
    for (const record of records) {
      const plain = recordOf(record)
      const event = typedEvent({ ...plain, locator: { ...plain.locator, evidenceId } })
      if (!event) continue
      const identity = `${record.comp}/${record.chan}/${record.rid}/${record.t}`
      const first = kept.get(identity)
      if (first) {
        const key = locatorKey(first.locator)
        duplicates.set(key, [...(duplicates.get(key) ?? []), event.locator])
        continue
      }
      kept.set(identity, event)
      events.push(event)
    }
  }
  return { events, duplicates, coverage, hosts: [] }
}

function coverageOf(
  records: readonly ExpectedRecord[],
  evidenceId: string,
  provenance: ProvenanceClass,
): ChannelCoverage[] {
  const groups = new Map<string, ExpectedRecord[]>()
  for (const record of records) {
    const key = `${record.comp}|${record.chan}`
    groups.set(key, [...(groups.get(key) ?? []), record])
  }
  return [...groups.values()].map((group) => {
    const times = group.map((record) => parseUtc(record.t) as FileTime).sort((a, b) => (a < b ? -1 : 1))
    const ids = group.map((record) => BigInt(record.rid)).sort((a, b) => (a < b ? -1 : 1))
    const first = group[0] as ExpectedRecord
    return {
      host: first.comp,
      channel: first.chan,
      evidenceId,
      from: times[0] as FileTime,
      to: times.at(-1) as FileTime,
      records: group.length,
      provenance,
      missingRecordIds: (ids.at(-1) as bigint) - (ids[0] as bigint) + 1n - BigInt(new Set(ids).size),
      problems: 0,
      eventIds: [...new Set(group.map((record) => record.eid))].sort((a, b) => a - b),
    }
  })
}

/** Files of one labelled chain or negative, by its id. */
export function labelledFiles(...ids: readonly string[]): readonly string[] {
  const { files, chains, negatives } = manifest()
  return ids.map((id) => {
    const label = [...chains, ...negatives].find((one) => one.id === id)
    const file = files.find((one) => one.sha256 === label?.sha256)
    if (!file) throw new Error(`no sample file is labelled ${id}`)
    return file.file
  })
}

export const reencodedFolder = 'evtx-reencoded/OTRF+Security-Datasets'
export const schtasksFiles = [
  'WORKSTATION5_Security',
  'WORKSTATION6_Security',
  'WORKSTATION6_Sysmon',
  'WORKSTATION6_TaskScheduler',
].map((name) => `${reencodedFolder}/otrf_schtask_create_${name}.evtx`)

/** Every sample that holds a record of a task: created, changed, deleted, or registered in the task log. */
export async function taskSampleFiles(): Promise<readonly string[]> {
  cached ??= readAll()
  const isTask = ({ eid, chan }: ExpectedRecord) =>
    chan === 'Security'
      ? eid >= 4698 && eid <= 4702
      : eid === 106 && chan === 'Microsoft-Windows-TaskScheduler/Operational'
  return [...(await cached)].filter(([, records]) => records.some(isTask)).map(([file]) => file)
}
