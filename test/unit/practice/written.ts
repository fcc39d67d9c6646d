/** Reads back what was written: logs by our own reader, the truth as JSON. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { memorySource } from '../../../src/evtx/byte-source.ts'
import { readRecords } from '../../../src/evtx/read-log.ts'
import type { EvtxRecord } from '../../../src/evtx/record.ts'

export interface Read {
  readonly id: string
  readonly eventId: number
  readonly time: bigint
  readonly fields: Readonly<Record<string, string>>
  readonly record: EvtxRecord
}
/** Every record of a log, by our own reader; throws at the first problem. */
export function readLog(path: string): Read[] {
  const found: Read[] = []
  for (const outcome of readRecords(memorySource(readFileSync(path)))) {
    if (!outcome.ok) throw new Error(`${path}: ${outcome.problem.what}`)
    const record = outcome.value
    const fields = Object.fromEntries(record.names.map((name, at) => [name, record.values[at] as string]))
    found.push({ id: record.recordId.toString(), eventId: record.eventId, time: record.time, fields, record })
  }
  return found
}

export interface TrueChain {
  readonly host: string
  readonly kind: string
  readonly task: { readonly path: string; readonly action: string }
  readonly account: { readonly sid: string; readonly name: string }
  readonly source: {
    readonly ip: string | null
    readonly port: number | null
    readonly logonId: string | null
    readonly rejected: readonly { readonly ip: string; readonly logonId: string; readonly recordId: string }[]
  }
  readonly taskLogonId: string
  readonly happened: { readonly accountName: string; readonly accountSid: string }
  readonly anchor: { readonly recordId: string; readonly eventId: number } | null
  readonly processes: readonly {
    readonly pid: number
    readonly commandLine: string
    readonly recordId: string | null
  }[]
  readonly steps: readonly {
    readonly role: string
    readonly recordId: string
    readonly eventId: number
    readonly channel: string
  }[]
}
export interface Truth {
  readonly scenario: string
  readonly seed: number
  readonly hosts: readonly {
    readonly host: string
    readonly folder: string
    readonly records: Readonly<Record<string, number>>
    readonly managedUpdates: number
    readonly erased: number
  }[]
  readonly chains: readonly TrueChain[]
}
export const truthIn = (dir: string) => JSON.parse(readFileSync(join(dir, 'truth.json'), 'utf8')) as Truth
export const logFile = (channel: string) => `${channel.replace('/', '%4')}.evtx`
export const taskLog = logFile('Microsoft-Windows-TaskScheduler/Operational')

/** Every log of the practice evidence with what its truth says of it. */
export const logsOf = (dir: string, truth: Truth) =>
  truth.hosts.flatMap(({ host, folder, records }) =>
    Object.entries(records).map(([channel, count]) => ({
      host,
      channel,
      count,
      path: join(dir, folder, logFile(channel)),
    })),
  )
