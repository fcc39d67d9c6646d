// The cases that are open in this engine. A case is opened once however many pages look at it, and stays open
// while work runs in it; beyond a few, the one used longest ago is closed and opens again when it is asked for.
import { realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import { assert, Refusal } from '../base/refusal.ts'
import type { OpenCase } from '../workflow/open-case.ts'
import type { Journal } from './attach.ts'
import type { RecentCases } from './recent-cases.ts'

/** Cases kept open without work in them. Each holds a database and its cache. */
const mostIdle = 8

interface Entry {
  readonly key: string
  readonly opened: OpenCase
  /** its folder, links resolved: one folder is one case however it is reached */
  readonly folder: string
  /** pieces of work that run in it now */
  uses: number
  /** turn of its last use; the lowest is closed first */
  turn: number
  /** the one piece of work that changes it now, in words: `an import` */
  changing: string | undefined
}

export interface CasesOptions {
  readonly recent: RecentCases
  readonly journal: Journal
  readonly now: () => Date
}

export class Cases {
  readonly #options: CasesOptions
  readonly #byKey = new Map<string, Entry>()
  /** folder of a case whose database was closed for room, by key: it opens again on its next use */
  readonly #resting = new Map<string, string>()
  readonly #opening = new Map<string, Promise<Entry>>()
  #turn = 0
  constructor(options: CasesOptions) {
    this.#options = options
  }

  /**
   * Opens the case in `dir`, or takes the open one, and runs `work` in it.
   * @param openIt how to open it when it is not
   */
  async enter<T>(
    dir: string,
    openIt: (dir: string) => Promise<OpenCase>,
    work: (open: OpenCase, key: string) => Promise<T>,
  ): Promise<T> {
    const folder = await realFolder(dir)
    const entry = this.#at(folder) ?? (await this.#once(folder, () => openIt(folder)))
    return this.#runNoted(entry, work)
  }

  /** Takes in a case that some work has just made and opened, and runs `work` in it. */
  async adopt<T>(opened: OpenCase, work: (open: OpenCase, key: string) => Promise<T>): Promise<T> {
    const folder = await realFolder(opened.dir)
    const there = this.#at(folder)
    // a bundle opened again gives the case made the first time, which may be open already
    if (there && there.opened !== opened) opened.close()
    return this.#runNoted(there ?? (await this.#admit(opened)), work)
  }

  /** Runs `work` in an open case. Refuses (`engine.case.not-open`) when there is none with this key. */
  async within<T>(
    key: string,
    reopen: (dir: string) => Promise<OpenCase>,
    work: (open: OpenCase, key: string) => Promise<T>,
  ): Promise<T> {
    const entry = this.#byKey.get(key) ?? (await this.#reopen(key, reopen))
    return this.#run(entry, work)
  }

  /**
   * As within(), for work that changes the case or needs it at rest: one piece at a time. Refuses
   * (`engine.case.busy`) while another runs, rather than letting two imports share one database transaction
   * or a seal catch half of an import.
   * @param what the work in words: `an import`
   */
  alone<T>(
    key: string,
    what: string,
    reopen: (dir: string) => Promise<OpenCase>,
    work: (open: OpenCase, key: string) => Promise<T>,
  ): Promise<T> {
    return this.within(key, reopen, async (open) => {
      const entry = this.#byKey.get(key)
      assert(entry, 'a case in use stays open')
      if (entry.changing !== undefined)
        throw new Refusal(
          'engine.case.busy',
          `There is ${entry.changing} running in this case.`,
          'Wait until it has ended, or stop it; then try again.',
          { caseId: key, running: entry.changing },
        )
      entry.changing = what
      try {
        return await work(open, key)
      } finally {
        entry.changing = undefined
      }
    })
  }

  /** Closes every case. Work still running in one will fail: stop it first. */
  closeAll(): void {
    for (const entry of this.#byKey.values()) this.#close(entry)
    this.#byKey.clear()
    this.#resting.clear()
  }

  #at(folder: string): Entry | undefined {
    return [...this.#byKey.values()].find((entry) => entry.folder === folder)
  }

  #reopen(key: string, reopen: (dir: string) => Promise<OpenCase>): Promise<Entry> {
    const dir = this.#resting.get(key)
    if (dir !== undefined) return this.#once(dir, () => reopen(dir), key)
    throw new Refusal(
      'engine.case.not-open',
      'This case is not open: the engine was started anew since it was opened.',
      'Open the case again; nothing in it is lost.',
      { caseId: key },
    )
  }

  /** Two pages that open one folder at the same time share the opening. */
  #once(folder: string, openIt: () => Promise<OpenCase>, key?: string): Promise<Entry> {
    const running = this.#opening.get(folder)
    if (running) return running
    const opening = openIt()
      .then((opened) => this.#admit(opened, key))
      .finally(() => this.#opening.delete(folder))
    this.#opening.set(folder, opening)
    return opening
  }

  async #admit(opened: OpenCase, knownKey?: string): Promise<Entry> {
    const folder = await realFolder(opened.dir)
    const key = knownKey ?? this.#freeKey(opened.caseId, folder)
    const entry: Entry = { key, opened, folder, uses: 0, turn: ++this.#turn, changing: undefined }
    this.#byKey.set(key, entry)
    this.#resting.delete(key)
    this.#makeRoom(entry)
    return entry
  }

  /**
   * The case's id, unless another folder with the same id is known: a sealed case and the copy opened from its
   * bundle are two cases to the window, and must never answer for each other.
   */
  #freeKey(caseId: string, folder: string): string {
    const isFree = (key: string) =>
      (this.#byKey.get(key)?.folder ?? this.#resting.get(key) ?? folder) === folder
    for (let copy = 1; ; copy++) {
      const key = copy === 1 ? caseId : `${caseId.slice(0, 56)}.${copy}`
      if (isFree(key)) return key
    }
  }

  #runNoted<T>(entry: Entry, work: (open: OpenCase, key: string) => Promise<T>): Promise<T> {
    return this.#run(entry, async (opened, key) => {
      await this.#note(entry)
      return work(opened, key)
    })
  }

  async #run<T>(entry: Entry, work: (open: OpenCase, key: string) => Promise<T>): Promise<T> {
    entry.uses++
    entry.turn = ++this.#turn
    try {
      return await work(entry.opened, entry.key)
    } finally {
      entry.uses--
    }
  }

  #makeRoom(newest: Entry): void {
    const idle = [...this.#byKey.values()].filter((entry) => entry.uses === 0 && entry !== newest)
    idle.sort((a, b) => a.turn - b.turn)
    for (const entry of idle.slice(0, Math.max(0, idle.length + 1 - mostIdle))) {
      this.#close(entry)
      this.#byKey.delete(entry.key)
      this.#resting.set(entry.key, entry.folder)
    }
  }

  #close(entry: Entry): void {
    try {
      entry.opened.close()
    } catch (error) {
      this.#options.journal(`closing ${entry.folder}: ${String(error)}`)
    }
  }

  async #note({ folder, opened }: Entry): Promise<void> {
    const openedAt = this.#options.now().toISOString()
    await this.#options.recent
      .note({ dir: folder, title: opened.title, openedAt })
      .catch((error: unknown) => {
        this.#options.journal(`the list of recent cases could not be written: ${String(error)}`)
      })
  }
}

const realFolder = (dir: string): Promise<string> => realpath(dir).catch(() => resolve(dir))
