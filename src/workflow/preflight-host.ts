/** Looks at a host and says what could be taken, how long it would take, and what would be left behind. Takes nothing. */
import { randomBytes } from 'node:crypto'
import { type Connection, type ConnectOptions, connect, type WayTried } from '../acquire/connect.ts'
import { RequestFailed } from '../acquire/failures.ts'
import { tracesOf } from '../acquire/own-traces.ts'
import { channelsToAsk, makePlan, type Plan, type PlanWishes, type WayGives } from '../acquire/plan.ts'
import { ask, lookAtHost, type Preflight, troubleProblem } from '../acquire/preflight.ts'
import type { Problem } from '../domain/problem.ts'
import type { OnProgress } from '../domain/progress.ts'

export interface HostOptions extends Omit<ConnectOptions, 'runId' | 'signal'> {
  readonly plan: PlanWishes
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: OnProgress | undefined
  readonly now?: (() => Date) | undefined
}

/** What `acquire --preflight --json` prints. */
export interface PreflightReport {
  readonly schema: 'tasktrail-preflight/1'
  readonly host: string
  readonly fqdn: string | null
  readonly way: string
  readonly ways: readonly WayTried[]
  readonly hostKey: string | null
  readonly account: { readonly name: string; readonly sid: string; readonly administrator: boolean }
  readonly powershell: { readonly version: string; readonly edition: string; readonly language: string }
  readonly os: { readonly name: string; readonly version: string; readonly build: string } | null
  readonly timeZone: { readonly name: string; readonly utcOffsetMinutes: number } | null
  readonly lastBoot: string | null
  readonly clock: Preflight['clock']
  readonly space: { readonly drive: string; readonly free: number; readonly total: number } | null
  readonly addresses: readonly string[]
  readonly schedulePid: number | null
  readonly policies: Preflight['policies']
  readonly audit: Preflight['audit']
  readonly auditSource: string | null
  readonly channels: Preflight['channels']
  readonly plan: Plan & { readonly bytes: number; readonly seconds: number }
  readonly leaves: readonly string[]
  readonly problems: readonly Problem[]
}

export const newRunId = (): string => randomBytes(16).toString('hex')
/** What a way can give. */
export const canGive = (way: string): WayGives => ({
  logs: way !== 'cim',
  files: way !== 'cim',
  bytesPerSecond: pace[way] ?? 5e6,
})
/** Bytes per second a way may be counted on; ways differ widely, so this is a guess and is shown as one. */
const pace: Readonly<Record<string, number>> = {
  ssh: 20e6,
  winrm: 8e6,
  'winrm-https': 8e6,
  local: 60e6,
  cim: 1e6,
}

export async function preflightHost(options: HostOptions): Promise<PreflightReport> {
  const now = options.now ?? (() => new Date())
  const runId = newRunId()
  options.onProgress?.(looking(options.host))
  const connection = await connect({ ...options, runId })
  try {
    const found = await lookAtHost(options.host, connection, {
      signal: options.signal,
      staging: canGive(connection.way).files,
      now,
      channels: channelsToAsk(options.plan),
    })
    const plan = makePlan(options.plan, found.channels, found.hello.now, canGive(connection.way))
    return reportOf(connection, found, plan)
  } finally {
    await removeStaging(connection, runId)
    await connection.close()
  }
}

export const looking = (host: string) => ({
  phase: `Looking at ${host}`,
  step: 'scan',
  done: 0,
  total: null,
  unit: 'files' as const,
  rate: null,
  remainingSeconds: null,
})

/** Removes what other runs left on the host. Gives those that are gone, and a problem for each that is not. */
export async function removeLeft(
  connection: Connection,
  found: Preflight,
  signal: AbortSignal | undefined,
): Promise<{ readonly gone: readonly Preflight['left'][number][]; readonly problems: readonly Problem[] }> {
  const gone: Preflight['left'][number][] = []
  const problems: Problem[] = []
  for (const one of found.left)
    try {
      await ask(connection, 'clean', { run: one.run }, () => {}, signal)
      gone.push(one)
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error
      problems.push(troubleProblem(found.host, { where: one.path, what: error.message, ...error.marks }))
    }
  return { gone, problems }
}

/** Takes the staging folder of a run away. False: it could not be, and stays on the host. */
export async function removeStaging(connection: Connection, runId: string): Promise<boolean> {
  try {
    await connection.channel.settle(5000)
    await ask(connection, 'clean', { run: runId }, () => {}, AbortSignal.timeout(30_000))
    return true
  } catch {
    return false
  }
}

export function reportOf(connection: Connection, found: Preflight, plan: Plan): PreflightReport {
  const { hello, os } = found
  const bytes = plan.artifacts.reduce((sum, one) => sum + (one.bytes ?? 0), 0)
  return {
    schema: 'tasktrail-preflight/1',
    host: found.host,
    fqdn: found.fqdn,
    way: connection.way,
    ways: connection.tried,
    hostKey: connection.hostKey ?? null,
    account: { name: hello.name, sid: hello.sid, administrator: hello.elevated },
    powershell: { version: hello.powershell, edition: hello.edition, language: hello.language },
    os: os ? { name: os.name, version: os.version, build: os.build } : null,
    timeZone: os ? { name: os.timeZone, utcOffsetMinutes: os.offsetMinutes } : null,
    lastBoot: os?.lastBoot ?? null,
    clock: found.clock,
    space: found.space
      ? { drive: found.space.drive, free: found.space.free, total: found.space.total }
      : null,
    addresses: found.addresses,
    schedulePid: found.schedule?.pid ?? null,
    policies: found.policies,
    audit: found.audit,
    auditSource: found.auditSource,
    channels: found.channels,
    plan: {
      ...plan,
      bytes,
      seconds: plan.artifacts.reduce((sum, one) => sum + one.seconds, 15),
    },
    leaves: tracesOf(connection.way),
    problems: found.problems,
  }
}
