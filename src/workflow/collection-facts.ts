/**
 * What acquisitions tell a bundle: commands run on hosts, how each item was taken, what changed on the host. Read from the records of
 * the acquisitions in the evidence store; credentials are in none of them.
 */
import { readFile } from 'node:fs/promises'
import * as z from 'zod'
import type { SealedEvidence } from '../bundle/contents.ts'
import type { CommandLine } from '../bundle/records.ts'
import type { EvidenceId } from '../domain/ids.ts'
import type { OpenCase } from './open-case.ts'

const text = z.string().max(10_000)
const Record = z.looseObject({
  runId: text,
  host: text,
  startedAt: text,
  endedAt: text,
  way: text,
  account: z.looseObject({ name: text, administrator: z.boolean().optional() }).optional(),
  agent: z.looseObject({ sha256: text }).optional(),
  staging: text.optional(),
  leaves: z.array(text).max(1000).optional(),
  taken: z
    .array(
      z.looseObject({
        artifact: text,
        hostPath: text,
        sha256OnHost: text.nullable(),
        sha256: text,
        method: text,
        query: text.nullable().optional(),
      }),
    )
    .max(500_000),
})
const HostFile = z.looseObject({
  os: z.looseObject({ name: text, version: text.optional(), build: z.unknown() }).optional(),
})
/** bytes of a record or host file looked into; larger ones are sealed, and told of as any other item */
const mostBytes = 64 * 2 ** 20

export interface HostChange {
  readonly host: string
  readonly what: string
  readonly commandId: string | null
  readonly why: string
}
export interface CollectionFacts {
  readonly commands: readonly CommandLine[]
  readonly changesToHost: readonly HostChange[]
  /** evidence id → how it was taken */
  readonly taken: ReadonlyMap<string, NonNullable<SealedEvidence['taken']>>
  readonly collection: {
    readonly method: string
    readonly account: string
    readonly startedAt: string | null
    readonly endedAt: string | null
  }
  /** evidence id of a host's facts → its Windows, in words */
  readonly systems: ReadonlyMap<string, string>
}

export async function collectionFacts(open: OpenCase): Promise<CollectionFacts> {
  const commands: CommandLine[] = []
  const changesToHost: HostChange[] = []
  const taken = new Map<string, NonNullable<SealedEvidence['taken']>>()
  const systems = new Map<string, string>()
  const ways = new Set<string>()
  const accounts = new Set<string>()
  const times: string[] = []
  const entries = open.casefile.evidence().filter((entry) => entry.state === 'complete')
  const runs: z.infer<typeof Record>[] = []
  for (const entry of entries) {
    if (entry.kind === 'host-facts' && entry.sha256) {
      const os = HostFile.safeParse(await jsonOf(open, entry.sha256, entry.size ?? 0)).data?.os
      if (os) systems.set(entry.sha256, [os.name, os.version, os.build].filter(Boolean).join(' '))
    }
    if (entry.kind !== 'acquisition' || !entry.sha256) continue
    const run = Record.safeParse(await jsonOf(open, entry.sha256, entry.size ?? 0)).data
    if (run) runs.push(run)
  }
  for (const run of runs.sort((a, b) => (a.startedAt + a.runId < b.startedAt + b.runId ? -1 : 1))) {
    ways.add(run.way)
    if (run.account) accounts.add(run.account.name)
    times.push(run.startedAt, run.endedAt)
    const command = (what: string): string => {
      const id = `C${String(commands.length + 1).padStart(4, '0')}`
      commands.push({
        id,
        startedAt: run.startedAt,
        endedAt: run.endedAt,
        host: run.host,
        text: what,
        exit: null,
        elevated: run.account?.administrator ?? null,
      })
      return id
    }
    const agent = command(
      `agent of run ${run.runId} over ${run.way}, scripts sha256 ${run.agent?.sha256 ?? 'not recorded'}`,
    )
    const byText = new Map<string, string>()
    for (const one of run.taken) {
      const what = `${one.artifact}: ${one.method}${one.query ? `, query ${one.query}` : ''}`
      const commandId = byText.get(what) ?? command(what)
      byText.set(what, commandId)
      taken.set(one.sha256, {
        method: one.method,
        commandId,
        path: one.hostPath,
        hashAtSource: one.sha256OnHost,
        start: run.startedAt,
        end: run.endedAt,
      })
    }
    const why = 'evidence was collected on the running host'
    if (run.staging)
      changesToHost.push({ host: run.host, what: `staging folder: ${run.staging}`, commandId: agent, why })
    for (const trace of run.leaves ?? [])
      changesToHost.push({ host: run.host, what: trace, commandId: agent, why })
  }
  const admitted = entries.flatMap((entry) => entry.admittedAt ?? []).sort()
  times.sort()
  return {
    commands,
    changesToHost,
    taken,
    systems,
    collection: {
      method: ways.size ? [...ways].sort().join(', ') : 'offline-import',
      account: accounts.size ? [...accounts].sort().join(', ') : open.operator.account,
      startedAt: times[0] ?? admitted[0] ?? null,
      endedAt: times.at(-1) ?? admitted.at(-1) ?? null,
    },
  }
}

async function jsonOf(open: OpenCase, id: string, size: number): Promise<unknown> {
  if (size > mostBytes) return undefined
  try {
    return JSON.parse(await readFile(open.store.pathOf(id as EvidenceId), 'utf8'))
  } catch {
    return undefined // its import has said so already; its bytes are sealed all the same
  }
}
