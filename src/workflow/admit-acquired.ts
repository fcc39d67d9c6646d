/** What an acquisition brought enters the case: host facts, the record of our own traces, and every item with its custody. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { hashProblem } from '../acquire/collecting.ts'
import type { Preflight } from '../acquire/preflight.ts'
import { agentParts } from '../acquire/script-text.ts'
import type { Spool, Taken } from '../acquire/spool.ts'
import type { Problem } from '../domain/problem.ts'
import type { OnProgress } from '../domain/progress.ts'
import type { CustodyStatement } from '../evidence/custody-journal.ts'
import type { FoundFile } from '../sources/found-file.ts'
import { findCaseChains } from './find-chains.ts'
import { importEvidence } from './import-evidence.ts'
import { NotedProblems } from './ingest/noted-problems.ts'
import type { ListedEvidence } from './list-evidence.ts'
import type { OpenCase } from './open-case.ts'
import type { PreflightReport } from './preflight-host.ts'

export interface AcquiredItem {
  readonly artifact: string
  readonly name: string
  readonly hostPath: string
  readonly kind: string
  readonly size: number
  readonly sha256OnHost: string | null
  readonly sha256Received: string
  /** null: it could not be stored */
  readonly sha256Stored: string | null
  readonly method: string
  readonly query: string | null
}
export interface Acquired {
  readonly items: readonly AcquiredItem[]
  readonly evidence: readonly ListedEvidence[]
  readonly records: number
  readonly events: number
  readonly problems: readonly (Omit<Problem, 'evidenceId'> & { readonly evidenceId: string | null })[]
}
/** What is known when everything has arrived; kept in the spool, so that a case can take it in without the host. */
export interface Arrived {
  readonly preflight: PreflightReport
  readonly found: Preflight
  readonly agentSha256: string
  /** lines of the host that were no answers */
  readonly noise: { readonly lines: number; readonly first: readonly string[] }
  readonly problems: readonly Problem[]
  /** the staging folder was removed */
  readonly clean: boolean
  readonly breaks: number
}
export interface AdmitOptions extends Arrived {
  readonly spool: Spool
  readonly now: () => Date
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: OnProgress | undefined
}

export async function admitAcquired(open: OpenCase, options: AdmitOptions): Promise<Acquired> {
  const { spool, found } = options
  const host = found.fqdn ?? (found.hello.computer || found.host)
  await addDocument(spool, 'host.json', 'host-facts', hostFacts(host, options))
  await addDocument(spool, 'acquisition.json', 'acquisition', acquisitionRecord(host, options))
  const stored = new Map<string, string>()
  const originOf = (one: Taken) => `${host}\\${one.hostPath.replaceAll('/', '\\').replace(/^\\+/, '')}`
  const files = spool.state.taken.map((one) => foundFile(spool, one, originOf(one)))
  const byFile = new Map(files.map((file, index) => [file, spool.state.taken[index] as Taken]))
  const problems = new NotedProblems(open.casefile)
  const imported = await importEvidence(open, [spool.dir], {
    host,
    found: files.map((value) => ({ ok: true as const, value })),
    signal: options.signal,
    onProgress: options.onProgress,
    onTaken: (file, sha256) => {
      const one = byFile.get(file)
      if (one) stored.set(one.file, sha256)
    },
  })
  const own: Problem[] = [...options.problems]
  for (const one of spool.state.taken) {
    const sha256 = stored.get(one.file)
    if (sha256 !== undefined && sha256 !== one.sha256)
      own.push(hashProblem(originOf(one), one.sha256, sha256))
  }
  own.push(...suspectIsResponder(open, found, host))
  for (const problem of own) problems.note(null, problem)
  await journal(open, options, host, stored)
  return {
    items: spool.state.taken.map((one) => ({
      artifact: one.artifact,
      name: one.name,
      hostPath: one.hostPath,
      kind: one.kind,
      size: one.size,
      sha256OnHost: one.sha256OnHost,
      sha256Received: one.sha256,
      sha256Stored: stored.get(one.file) ?? null,
      method: one.method,
      query: one.query ?? null,
    })),
    evidence: imported.evidence,
    records: imported.records,
    events: imported.events,
    problems: [
      ...own.map((problem) => ({ ...problem, evidenceId: problem.evidenceId ?? null })),
      ...imported.problems,
    ],
  }
}

/** With one account for both, our own events cannot be told from the suspect's with certainty. */
function suspectIsResponder(open: OpenCase, found: Preflight, host: string): Problem[] {
  const sid = found.hello.sid.toUpperCase()
  if (!findCaseChains(open).some((chain) => chain.account.sid?.toUpperCase() === sid)) return []
  return [
    {
      code: 'acquire.responder.is-suspect',
      severity: 'warning',
      where: host,
      what: `${found.hello.name} (${found.hello.sid}) took this evidence and is the account of a chain of this case. The mark "responder" rests on address, time and process then; use another account, and change the password of this one.`,
    },
  ]
}

async function addDocument(spool: Spool, name: string, kind: Taken['kind'], value: unknown): Promise<void> {
  // a run that was cut off after this may have written them already
  spool.state.taken = spool.state.taken.filter((one) => one.artifact !== `own:${name}`)
  const bytes = Buffer.from(`${JSON.stringify(value, null, 2)}\n`, 'utf8')
  const file = await spool.put(bytes)
  spool.state.taken.push({
    artifact: `own:${name}`,
    name,
    hostPath: name,
    kind,
    file,
    size: bytes.length,
    sha256OnHost: null,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    method: 'written by Tasktrail from what the host said',
  })
  await spool.save()
}

function foundFile(spool: Spool, one: Taken, origin: string): FoundFile {
  const path = spool.path(one.file)
  return {
    name: one.name,
    origin,
    kind: one.kind,
    size: one.size,
    path,
    ...(one.query === undefined ? {} : { query: one.query }),
    open: () => Promise.resolve(createReadStream(path)),
  }
}

/** `host.json` in the form every collector writes it (tasktrail-host/1). */
function hostFacts(host: string, { found, preflight }: AdmitOptions) {
  return {
    schema: 'tasktrail-host/1',
    host,
    collectedAt: found.hello.now,
    ...(found.os ? { timeZone: found.os.timeZone, utcOffsetMinutes: found.os.offsetMinutes } : {}),
    clock: {
      offsetMs: found.clock.offsetMs,
      uncertaintyMs: found.clock.uncertaintyMs,
      measuredAt: found.clock.measuredAt,
    },
    ...(found.os ? { os: { name: found.os.name, version: found.os.version, build: found.os.build } } : {}),
    addresses: found.addresses,
    ...(found.schedule ? { schedulePid: found.schedule.pid } : {}),
    boots: found.os?.lastBoot ? [found.os.lastBoot] : [],
    ...(found.audit ? { auditPolicy: found.audit, auditSource: found.auditSource } : {}),
    ...(found.policies
      ? { commandLineAudited: found.policies.commandLine === '1', policies: found.policies }
      : {}),
    channels: found.channels,
    way: preflight.way,
  }
}

/** The record of the acquisition itself: plan, ways, sessions and what was left on the host. */
function acquisitionRecord(
  host: string,
  { spool, preflight, agentSha256, noise, clean, problems, now }: AdmitOptions,
) {
  return {
    schema: 'tasktrail-acquisition/1',
    runId: spool.state.runId,
    host,
    asked: spool.state.host,
    startedAt: spool.state.startedAt,
    endedAt: now().toISOString(),
    way: preflight.way,
    ways: preflight.ways,
    hostKey: preflight.hostKey,
    account: preflight.account,
    clock: preflight.clock,
    agent: { sha256: agentSha256, scripts: agentParts },
    sessions: spool.state.sessions,
    staging: clean ? 'removed' : 'left on the host',
    leaves: preflight.leaves,
    wishes: spool.state.wishes,
    plan: preflight.plan,
    noise,
    taken: spool.state.taken.map(
      ({ artifact, name, hostPath, size, sha256OnHost, sha256, method, query }) => ({
        artifact,
        name,
        hostPath,
        size,
        sha256OnHost,
        sha256,
        method,
        query: query ?? null,
      }),
    ),
    problems: problems.map(({ code, severity, artifact, where, what }) => ({
      code,
      severity,
      artifact: artifact ?? null,
      where,
      what,
    })),
  }
}

/** One line for each artifact: many task files are one act. */
async function journal(
  open: OpenCase,
  { spool, preflight, clean, problems }: AdmitOptions,
  host: string,
  stored: ReadonlyMap<string, string>,
): Promise<void> {
  const byArtifact = new Map<string, Taken[]>()
  for (const one of spool.state.taken) {
    const list = byArtifact.get(one.artifact)
    if (list) list.push(one)
    else byArtifact.set(one.artifact, [one])
  }
  const lines: CustodyStatement[] = []
  for (const [artifact, list] of byArtifact) {
    const items = [...new Set(list.flatMap((one) => stored.get(one.file) ?? []))]
    const only = list.length === 1 ? list[0] : undefined
    lines.push({
      action: 'collected',
      items,
      location: { from: `${host}${only ? `, ${only.hostPath}` : ''}`, to: 'evidence store of this case' },
      method: only?.method ?? `${list.length} files read shared over ${preflight.way}`,
      ...(only ? { sha256: { before: only.sha256OnHost, after: only.sha256 } } : {}),
      note: `run ${spool.state.runId}, ${artifact}: ${list.length === 1 ? `${only?.name}, ${only?.size} bytes` : `${list.length} files`}${only?.query ? `; query ${only.query}` : ''}`,
    })
  }
  for (const problem of problems.filter((one) => one.severity === 'error'))
    lines.push({ action: 'collection-failed', note: `${problem.where}: ${problem.what}` })
  lines.push({
    action: 'host-changed',
    location: { from: host, to: '' },
    note: `run ${spool.state.runId}: ${clean ? 'a staging folder was made in the Temp folder of Windows and removed' : `the staging folder tasktrail-${spool.state.runId} is still on the host`}; traces: ${preflight.leaves.join('; ')}`,
  })
  await open.custody.appendAll(lines)
}
