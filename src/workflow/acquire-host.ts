/**
 * Takes evidence from a live host into a case: connects, looks, plans, collects into a spool, and admits everything by the one door,
 * with custody. A broken connection is taken up again; what cannot be taken becomes a problem; a stop leaves the host clean.
 */
import { collect } from '../acquire/collect.ts'
import { type Connection, connect, type TrustChange } from '../acquire/connect.ts'
import { ConnectionLost, Garbage, RequestFailed } from '../acquire/failures.ts'
import { sessionOf } from '../acquire/own-traces.ts'
import { channelsToAsk, makePlan, type Plan } from '../acquire/plan.ts'
import { ask, lookAtHost, type Preflight } from '../acquire/preflight.ts'
import { Spool } from '../acquire/spool.ts'
import { Cancelled, Refusal } from '../base/refusal.ts'
import type { Problem } from '../domain/problem.ts'
import { lostRefusal, pause } from './acquire-endings.ts'
import { journalCleaned, journalConnection, journalTrust } from './acquire-journal.ts'
import { toldProgress } from './acquire-progress.ts'
import { type Acquired, type Arrived, admitAcquired } from './admit-acquired.ts'
import type { OpenCase } from './open-case.ts'
import {
  canGive,
  type HostOptions,
  looking,
  newRunId,
  type PreflightReport,
  removeLeft,
  removeStaging,
  reportOf,
} from './preflight-host.ts'

export interface AcquireOptions extends HostOptions {
  /** goes on with the newest acquisition of this host that did not come to its end */
  readonly resume?: boolean | undefined
  /** removes staging folders that other runs left on the host */
  readonly clean?: boolean | undefined
  /** only one import may write into the case at a time; given by whoever acquires from several hosts */
  readonly turn?: (<T>(work: () => Promise<T>) => Promise<T>) | undefined
  /** waits before each new connection after a break, milliseconds */
  readonly retryMs?: readonly number[] | undefined
}

export interface AcquireResult extends Acquired {
  readonly schema: 'tasktrail-acquire/1'
  readonly case: string
  readonly host: string
  readonly runId: string
  readonly way: string
  readonly preflight: PreflightReport
  /** connections that broke and were made again */
  readonly breaks: number
}

/** @throws Refusal (no way to the host, broken for good, own disk), Cancelled */
export async function acquireHost(open: OpenCase, options: AcquireOptions): Promise<AcquireResult> {
  if (open.readOnly)
    throw new Refusal(
      'case.read-only',
      'This case shows a sealed bundle and takes no further evidence.',
      'Create a case and acquire there.',
    )
  const run = await Acquisition.begin(open, options)
  return run.toItsEnd()
}

const nothingTaken = 'cancelled; nothing was taken from the host'
const defaultRetry = [1000, 4000, 15_000]
/** a host that breaks each time anew is given up */
const mostBreaks = 100

class Acquisition {
  readonly #open: OpenCase
  readonly #options: AcquireOptions
  readonly #spool: Spool
  readonly #problems: Problem[] = []
  readonly #now: () => Date
  readonly #trust: TrustChange[] = []
  #connection: Connection | undefined
  #found: Preflight | undefined
  #plan: Plan | undefined
  #noted: Connection | undefined
  #breaks = 0
  /** bytes and artifacts that have come, to see whether anything does */
  #arrived = 0

  private constructor(open: OpenCase, options: AcquireOptions, spool: Spool) {
    this.#open = open
    this.#options = options
    this.#spool = spool
    this.#now = options.now ?? open.now
  }

  static async begin(open: OpenCase, options: AcquireOptions): Promise<Acquisition> {
    const unfinished = await Spool.unfinished(open.dir, options.host)
    if (options.resume && !unfinished)
      throw new Refusal(
        'acquire.resume.nothing',
        `no acquisition of ${options.host} waits to be resumed in this case`,
        'Run it without --resume.',
      )
    const spool =
      options.resume && unfinished
        ? unfinished
        : await Spool.create(open.dir, newRunId(), options.host, open.now().toISOString())
    return new Acquisition(open, options, spool)
  }

  get #runId(): string {
    return this.#spool.state.runId
  }

  async toItsEnd(): Promise<AcquireResult> {
    const { signal, onProgress, host } = this.#options
    const before = this.#spool.state.arrived as Arrived | undefined
    // the run was cut off while the case took it in: the host is not needed
    if (before) return this.#admit(before)
    onProgress?.(looking(host))
    try {
      await this.#connect()
    } catch (error) {
      // nothing arrived and nothing is on the host: nothing is kept
      const isEmpty =
        this.#spool.state.taken.length === 0 && Object.keys(this.#spool.state.begun).length === 0
      if (isEmpty) await this.#spool.remove()
      throw isEmpty && error instanceof Cancelled ? new Cancelled(nothingTaken) : error
    }
    try {
      await this.#collectThroughBreaks()
    } catch (error) {
      throw await this.#stopped(error, signal?.aborted ?? false)
    }
    return this.#admit(await this.#leaveHost())
  }

  async #connect(): Promise<void> {
    const { host, signal } = this.#options
    const connection = await connect({ ...this.#options, runId: this.#runId })
    this.#connection = connection
    this.#trust.push(...connection.trust)
    try {
      // after a break the host was looked at already: what was staged there is taken up again
      if (this.#found) await this.#stageAgain(connection)
      else
        this.#found = await lookAtHost(host, connection, {
          signal,
          staging: canGive(connection.way).files,
          now: this.#now,
          channels: channelsToAsk(this.#options.plan),
        })
    } catch (error) {
      await removeStaging(connection, this.#runId)
      await connection.close()
      throw this.#inWords(error)
    }
    if (this.#options.clean) await this.#cleanLeft(connection)
    this.#plan =
      (this.#spool.state.plan as Plan | null) ??
      makePlan(this.#options.plan, this.#found.channels, this.#found.hello.now, canGive(connection.way))
    this.#spool.state.plan = this.#plan
    this.#spool.state.wishes ??= this.#options.plan
    await this.#spool.save()
    await journalConnection(this.#open, this.#options.host, this.#runId, connection)
  }

  /** What other runs left goes, because the operator asked for it; each folder is in the journal. */
  async #cleanLeft(connection: Connection): Promise<void> {
    const found = this.#found
    if (!found || found.left.length === 0) return
    const { gone, problems } = await removeLeft(connection, found, this.#options.signal)
    const isGone = new Set(gone.map((one) => one.run))
    this.#found = {
      ...found,
      left: found.left.filter((one) => !isGone.has(one.run)),
      problems: [...found.problems.filter((one) => !isGone.has(String(one.facts?.run))), ...problems],
    }
    await journalCleaned(this.#open, this.#options.host, this.#runId, gone)
  }

  async #stageAgain(connection: Connection): Promise<void> {
    try {
      await ask(connection, 'stage', {}, () => {}, this.#options.signal)
    } catch (error) {
      // without a staging folder logs are copied as they lie
      if (!(error instanceof RequestFailed)) throw error
    }
  }

  /** A break costs an attempt; what has arrived since the last one gives them all back, up to a bound. */
  async #collectThroughBreaks(): Promise<void> {
    const waits = this.#options.retryMs ?? defaultRetry
    let attempt = 0
    let before = -1
    for (;;) {
      try {
        await this.#collect()
        this.#noteSession()
        return
      } catch (error) {
        if (!(error instanceof ConnectionLost)) throw error
        this.#noteSession()
        this.#connection?.channel.kill()
        if (++this.#breaks > mostBreaks) throw error
        if (this.#arrived > before) attempt = 0
        before = this.#arrived
        attempt = await this.#connectAgain(error, waits, attempt)
      }
    }
  }

  /** Gives the attempts that are used up. Throws what is to be said when all of them are. */
  async #connectAgain(lost: ConnectionLost, waits: readonly number[], used: number): Promise<number> {
    const { host, signal, onProgress } = this.#options
    let last: unknown = lost
    for (const [at, wait] of waits.entries()) {
      if (at < used) continue
      onProgress?.({ ...looking(host), phase: `Connection to ${host} lost, connecting again` })
      await pause(wait, signal)
      try {
        await this.#connect()
        return at + 1
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        last = error
        // somebody may stand between: nothing more is tried
        if (error.code.startsWith('acquire.host-key.')) throw error
      }
    }
    throw last instanceof Refusal ? lostRefusal(host, `${lost.message}, and ${last.message}`) : last
  }

  #collect(): Promise<void> {
    const { host, signal, onProgress } = this.#options
    const plan = this.#plan
    const connection = this.#connection
    const preflight = this.#found
    if (!plan || !connection || !preflight) throw new Error('invariant broken: collecting before connecting')
    const told = toldProgress(host, plan, onProgress)
    return collect({
      host,
      connection,
      spool: this.#spool,
      plan,
      preflight,
      now: this.#now,
      signal,
      onArtifact: (artifact) => {
        this.#arrived++
        told.onArtifact(artifact)
      },
      onBytes: (here, total) => {
        this.#arrived++
        told.onBytes(here, total)
      },
      onProblem: (problem) => {
        told.onProblem(problem)
        this.#problems.push(problem)
      },
    })
  }

  /** Notes the session on the host once, when it ends. */
  #noteSession(): void {
    if (!this.#connection || !this.#found || this.#noted === this.#connection) return
    this.#noted = this.#connection
    this.#spool.state.sessions.push(sessionOf(this.#connection, this.#found.clock, this.#now()))
  }

  /** Leaves the host, and notes that from here on it is not needed any more. */
  async #leaveHost(): Promise<Arrived> {
    const connection = this.#connection
    const found = this.#found
    const plan = this.#plan
    if (!connection || !found || !plan) throw new Error('invariant broken: finished before connecting')
    const clean = await this.#leave(connection)
    const { noise, noiseCount } = connection.channel
    const arrived: Arrived = {
      preflight: reportOf(connection, found, plan),
      found,
      agentSha256: connection.agentSha256,
      noise: { lines: noiseCount, first: noise },
      problems: [...found.problems, ...this.#problems],
      clean,
      breaks: this.#breaks,
    }
    this.#spool.state.arrived = arrived
    await this.#spool.save()
    return arrived
  }

  async #admit(arrived: Arrived): Promise<AcquireResult> {
    const work = () =>
      admitAcquired(this.#open, {
        ...arrived,
        spool: this.#spool,
        now: this.#now,
        signal: this.#options.signal,
        onProgress: this.#options.onProgress,
      })
    const acquired = await (this.#options.turn ? this.#options.turn(work) : work())
    await this.#spool.remove()
    return {
      schema: 'tasktrail-acquire/1',
      case: this.#open.dir,
      host: arrived.found.fqdn ?? arrived.found.host,
      runId: this.#runId,
      way: arrived.preflight.way,
      preflight: arrived.preflight,
      breaks: arrived.breaks,
      ...acquired,
    }
  }

  /** Takes the staging away and closes. False: the folder stays on the host, and a problem says so. */
  async #leave(connection: Connection): Promise<boolean> {
    const clean = await removeStaging(connection, this.#runId)
    for (const change of await connection.close()) await journalTrust(this.#open, change, 'set back')
    if (!clean)
      this.#problems.push({
        code: 'acquire.staging.left',
        severity: 'warning',
        where: this.#options.host,
        what: `The staging folder tasktrail-${this.#runId} in the Temp folder of Windows could not be removed from ${this.#options.host}. Remove it by hand.`,
      })
    return clean
  }

  /** After a stop: cleans the host as far as it can be reached, notes what stays, and gives back what to throw. */
  async #stopped(error: unknown, wasCancelled: boolean): Promise<unknown> {
    const { host } = this.#options
    const connection = this.#connection
    const isLost = error instanceof ConnectionLost || (error instanceof Refusal && !wasCancelled)
    let note: string
    if (isLost || !connection) {
      connection?.channel.kill()
      note = `acquisition of ${host} broke off (${error instanceof Error ? error.message.slice(0, 300) : error}); ${this.#spool.state.taken.length} things had arrived and stay for --resume; the staging folder tasktrail-${this.#runId} may still be on the host`
    } else {
      const clean =
        (await connection.channel.settle(10_000)) && (await removeStaging(connection, this.#runId))
      if (clean)
        for (const change of await connection.close()) await journalTrust(this.#open, change, 'set back')
      else await this.#cleanAnew(connection)
      note = `acquisition of ${host} ${wasCancelled ? 'was stopped by the operator' : 'ended by trouble'}; ${clean ? 'the staging folder was removed from the host' : `the staging folder tasktrail-${this.#runId} was to be removed over a new connection`}`
      // what was staged is gone: those logs are exported anew
      for (const [id, begun] of Object.entries(this.#spool.state.begun))
        if (begun.isExport) delete this.#spool.state.begun[id]
      await this.#spool.save().catch(() => undefined)
    }
    await this.#open.custody.append({ action: 'collection-failed', note }).catch(() => undefined)
    return wasCancelled ? new Cancelled() : this.#inWords(error)
  }

  /** The agent is busy and does not listen: its connection is cut, and a new one removes what it left. */
  async #cleanAnew(busy: Connection): Promise<void> {
    busy.channel.kill()
    try {
      const fresh = await connect({
        ...this.#options,
        signal: AbortSignal.timeout(60_000),
        runId: this.#runId,
      })
      await removeStaging(fresh, this.#runId)
      await fresh.close()
    } catch {
      this.#problems.push({
        code: 'acquire.staging.left',
        severity: 'warning',
        where: this.#options.host,
        what: 'The staging folder could not be removed.',
      })
    }
  }

  #inWords(error: unknown): unknown {
    const { host } = this.#options
    if (error instanceof ConnectionLost) return lostRefusal(host, error.message)
    if (error instanceof Garbage || (error instanceof Error && error.name === 'ZodError'))
      return new Refusal(
        'acquire.host.garbage',
        `${host} does not answer as it should: ${error.name === 'ZodError' ? 'an answer of an unknown form' : error.message}`,
        'Something on the host writes into the connection, or speaks in the place of the agent. Look at it by another way.',
        { host },
      )
    return error
  }
}
