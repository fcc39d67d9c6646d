/** Takes one found file into the case: store, read, database, custody, in this order. */
import { readFile } from 'node:fs/promises'
import { diskRefusal } from '../../base/disk-trouble.ts'
import { Cancelled, Refusal } from '../../base/refusal.ts'
import type { EvidenceId } from '../../domain/ids.ts'
import type { Problem } from '../../domain/problem.ts'
import type { Staged } from '../../evidence/store.ts'
import { type FoundFile, SourceTrouble } from '../../sources/find-evidence.ts'
import { readAcquisition } from '../acquisition-record.ts'
import { readHostFacts } from '../host-facts.ts'
import type { Meter } from '../meter.ts'
import type { OpenCase } from '../open-case.ts'
import { isTaskView, taskViewProblems } from '../tasks/import-troubles.ts'
import {
  changedWhileRead,
  completeItem,
  copyTrouble,
  duplicateProblem,
  duplicateStatement,
  importedStatement,
  logProblem,
  logUnreadable,
  mostFrequent,
  problemsOfLog,
  type Stored,
  summaryOf,
  type TakenItem,
} from './item-rows.ts'
import type { CopyReply } from './messages.ts'
import { NotedProblems } from './noted-problems.ts'
import { importTable } from './table-import.ts'
import type { IngestThreads } from './threads.ts'

/** bytes of a log from which on its records get a file of their own; of smaller ones the database takes them */
const packedFrom = 8 << 20

export class ItemImport {
  readonly #open: OpenCase
  readonly #threads: IngestThreads | undefined
  readonly #meter: Meter
  readonly #options: { readonly host?: string | undefined; readonly signal?: AbortSignal | undefined }
  readonly #noted: NotedProblems

  constructor(
    open: OpenCase,
    threads: IngestThreads | undefined,
    meter: Meter,
    options: { readonly host?: string | undefined; readonly signal?: AbortSignal | undefined },
    noted = new NotedProblems(open.casefile),
  ) {
    this.#open = open
    this.#threads = threads
    this.#meter = meter
    this.#options = options
    this.#noted = noted
  }

  /** @throws Cancelled, or Refusal when our own disk fails; everything else is a problem in the result */
  async take(file: FoundFile): Promise<TakenItem> {
    const { casefile } = this.#open
    const before = this.#meter.done
    this.#meter.say(`Reading ${file.name}`)
    const item = casefile.startItem({
      name: file.name,
      origin: file.origin,
      kind: file.kind,
      host: this.#options.host ?? null,
    })
    try {
      const taken = file.kind === 'evtx' ? await this.#takeLog(file, item) : await this.#takeSmall(file, item)
      this.#meter.to(before + file.size)
      return taken
    } catch (error) {
      casefile.rollback()
      this.#dropHalf(item)
      if (this.#options.signal?.aborted) throw error instanceof Cancelled ? error : new Cancelled()
      if (error instanceof Cancelled || error instanceof Refusal) throw error
      if (!(error instanceof SourceTrouble)) throw error
      this.#noted.note(null, error.problem)
      return { sha256: undefined, problems: [error.problem] }
    }
  }

  /** On a full disk not even this may work: the item then stays marked as half read, and the next import drops it. */
  #dropHalf(item: number): void {
    try {
      this.#open.casefile.dropItem(item)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
    }
  }

  async #takeLog(file: FoundFile, item: number): Promise<TakenItem> {
    const { casefile, store } = this.#open
    const threads = this.#threads
    if (!threads) throw new Error('invariant broken: logs need the ingest threads')
    threads.begin(file.size)
    if (this.#options.signal?.aborted) throw new Cancelled()
    const problems: Problem[] = []
    let staged: Staged | undefined
    let copying: Promise<CopyReply> | undefined
    let stored: Stored | undefined
    if (file.path !== undefined) {
      staged = await store.stage()
      copying = threads.copy(file.path, staged.path)
    } else {
      stored = await store.admit(await file.open(), {
        ...(this.#options.signal ? { signal: this.#options.signal } : {}),
      })
      copying = threads.copy(store.pathOf(stored.id), undefined)
    }
    const before = this.#meter.done
    const ticking = setInterval(
      () => this.#meter.to(before + Math.min(file.size, threads.blocksParsed * 2 ** 20)),
      100,
    )
    let pack: string | undefined
    let isPacked = false
    try {
      pack = file.size >= packedFrom ? casefile.stagePack() : undefined
      casefile.begin()
      const parsed = await threads.parse(pack, ({ segment, problems: found }) => {
        if (segment.rows > 0) {
          casefile.insertSegment(item, segment)
          isPacked = true
        }
        for (const problem of found) problems.push(logProblem(problem, file.origin))
      })
      const reply = await copying
      copying = undefined
      const failed = 'failed' in parsed ? parsed.failed : undefined
      if (failed?.code !== undefined && pack !== undefined)
        throw diskRefusal(
          Object.assign(new Error(failed.message), failed),
          'writing the packed records',
          pack,
        )
      if (staged) {
        if (!reply.ok && !(reply.code === 'CANCELLED' && failed)) throw copyTrouble(reply, file, staged.path)
        if (reply.ok && (reply.changed || reply.size !== file.size)) problems.push(changedWhileRead(file))
        if (reply.ok)
          stored = {
            ...(await staged.commit(reply.sha256 as EvidenceId, reply.size)),
            id: reply.sha256 as EvidenceId,
            size: reply.size,
          }
      }
      if ('failed' in parsed || !reply.ok || !stored)
        throw logUnreadable(file, failed?.message ?? (reply.ok ? 'nothing was stored' : reply.message))
      const { id } = stored
      problems.push(...problemsOfLog(parsed, file.origin))
      if (this.#isDuplicate(stored, item)) return await this.#duplicate(file, stored, item)
      if (pack !== undefined && isPacked) casefile.placePack(pack, id)
      const host = mostFrequent(parsed.summary?.computers) ?? this.#options.host ?? null
      completeItem(this.#open, item, stored, host, problems, summaryOf(file, parsed.summary))
      casefile.commit()
      await this.#open.custody.append(importedStatement(file, stored))
      return {
        sha256: id,
        problems: problems.map((problem) => ({ ...problem, evidenceId: id })),
      }
    } finally {
      clearInterval(ticking)
      if (copying) {
        threads.cancel()
        await copying.catch(() => undefined)
      }
      await staged?.discard()
      if (pack !== undefined) casefile.discardPack(pack)
    }
  }

  async #takeSmall(file: FoundFile, item: number): Promise<TakenItem> {
    const { casefile, store } = this.#open
    const stored = await store.admit(await file.open(), {
      ...(this.#options.signal ? { signal: this.#options.signal } : {}),
    })
    casefile.begin()
    if (this.#isDuplicate(stored, item)) return this.#duplicate(file, stored, item)
    const problems: Problem[] = stored.size === file.size ? [] : [changedWhileRead(file)]
    let host = this.#options.host ?? null
    let summary: unknown
    if (file.kind === 'host-facts') {
      const facts = readHostFacts(await readFile(store.pathOf(stored.id), 'utf8'), stored.id)
      if (typeof facts === 'string')
        problems.push({ code: 'host.facts.unreadable', severity: 'warning', where: file.origin, what: facts })
      else {
        host = facts.host
        summary = facts
      }
    } else if (file.kind === 'acquisition') {
      const traces = readAcquisition(await readFile(store.pathOf(stored.id), 'utf8'))
      if (typeof traces === 'string')
        problems.push({
          code: 'acquire.record.unreadable',
          severity: 'warning',
          where: file.origin,
          what: traces,
        })
      else {
        host = traces.host
        summary = traces
      }
    } else if (file.kind === 'event-table') {
      const before = this.#meter.done
      const read = await importTable(this.#open, item, store.pathOf(stored.id), file.origin, async (done) => {
        this.#meter.to(before + done)
        await new Promise<void>((resolve) => setImmediate(resolve))
        if (this.#options.signal?.aborted) throw new Cancelled()
      })
      problems.push(...read.problems)
      host = mostFrequent(read.summary.computers) ?? host
      summary = read.summary
    } else if (isTaskView(file.kind))
      problems.push(...taskViewProblems(file.kind, store.pathOf(stored.id), file.origin))
    completeItem(this.#open, item, stored, host, problems, summary)
    casefile.commit()
    await this.#open.custody.append(importedStatement(file, stored))
    return { sha256: stored.id, problems: problems.map((problem) => ({ ...problem, evidenceId: stored.id })) }
  }

  #isDuplicate(stored: Stored, item: number): boolean {
    const known = this.#open.casefile.evidenceByHash(stored.id)
    return known !== undefined && known.item !== item
  }

  async #duplicate(file: FoundFile, stored: Stored, item: number): Promise<TakenItem> {
    const { casefile } = this.#open
    casefile.rollback()
    casefile.dropItem(item)
    const problem = duplicateProblem(file, stored.id)
    this.#noted.note(casefile.evidenceByHash(stored.id)?.item ?? null, problem)
    await this.#open.custody.append(duplicateStatement(file, stored.id))
    return { sha256: stored.id, problems: [problem] }
  }
}
