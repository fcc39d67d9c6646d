/**
 * Of a host's processes and task history, those that chains can rest on. A host starts thousands of programs an hour, and tasks of Windows and
 * of the site run all day: what no story can reach is told apart by numbers, before anything is made of it. Reached are processes the Schedule
 * service may have started for a task with a story, what those started, callers of the service with their ancestors, and whoever has one of
 * their ids before or after them. What is left out changes no chain (tested against taking everything).
 */
import { defaultWindows } from '../chains/windows.ts'

/** Times here are doubles, exact to some ticks. */
const slack = 64
const near = (defaultWindows.startSeconds + 1) * 10_000_000

/** Rows by process id, in order of time once sealed. */
class ByPid {
  readonly #rows = new Map<number, number[]>()
  readonly #timeOf: (at: number) => number
  constructor(timeOf: (at: number) => number) {
    this.#timeOf = timeOf
  }
  add(pid: number, at: number): void {
    const known = this.#rows.get(pid)
    if (known) known.push(at)
    else this.#rows.set(pid, [at])
  }
  seal(): void {
    for (const list of this.#rows.values()) list.sort((a, b) => this.#timeOf(a) - this.#timeOf(b) || a - b)
  }
  of(pid: number): readonly number[] {
    return this.#rows.get(pid) ?? none
  }
  /** Those between two moments, both included. */
  between(pid: number, from: number, to: number): readonly number[] {
    const list = this.of(pid)
    const first = this.first(list, from)
    let last = first
    while (last < list.length && this.#timeOf(list[last] as number) <= to) last++
    return list.slice(first, last)
  }
  /** Index of the first at or after a moment. */
  first(list: readonly number[], time: number): number {
    let low = 0
    let high = list.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#timeOf(list[middle] as number) < time) low = middle + 1
      else high = middle
    }
    return low
  }
}
const none: readonly number[] = []

/** What a start of a process says, as far as it matters here. */
export interface StartRow {
  readonly row: number
  readonly ticks: number
  readonly pid: number
  readonly creator: number
  /** in a session that a task record names */
  readonly isNamed: boolean
  readonly parent: 'engine' | 'svchost or unknown' | 'other'
  /** its command line says that it is the Schedule service */
  readonly isSchedule: boolean
  /** of Sysmon: its parent's command line says that that one is the Schedule service */
  readonly namesSchedule: boolean
}

export class ProcessRows {
  readonly #starts: StartRow[] = []
  readonly #ends: { readonly row: number; readonly ticks: number; readonly pid: number }[] = []
  /** 129 of tasks with and without a story */
  readonly #created: { row: number; ticks: number; pid: number; hasStory: boolean }[] = []
  readonly #byPid = new ByPid((at) => (this.#starts[at] as StartRow).ticks)
  readonly #byCreator = new ByPid((at) => (this.#starts[at] as StartRow).ticks)
  readonly #endsByPid = new ByPid((at) => (this.#ends[at] as { ticks: number }).ticks)
  readonly #schedulePids = new Set<number>()
  /** start of Windows and process id → the first record that names the service by it */
  readonly #naming = new Map<string, { row: number; ticks: number }>()
  readonly #clients: { pid: number; ticks: number }[] = []
  readonly #boots: readonly number[]
  readonly #chosen = new Set<number>()

  /** @param boots moments of records of starts of Windows, in order @param schedulePids as the collector found them */
  constructor(boots: readonly number[], schedulePids: Iterable<number>) {
    this.#boots = boots
    for (const pid of schedulePids) this.#schedulePids.add(pid)
  }

  #bootOf(ticks: number): number {
    let boot = 0
    while (boot < this.#boots.length && (this.#boots[boot] as number) <= ticks + slack) boot++
    return boot
  }

  noteStart(start: StartRow): void {
    const at = this.#starts.push(start) - 1
    this.#byPid.add(start.pid, at)
    this.#byCreator.add(start.creator, at)
    if (start.isSchedule) this.#nameService(start.row, start.ticks, start.pid)
    if (start.namesSchedule) this.#nameService(start.row, start.ticks, start.creator)
  }
  noteEnd(row: number, ticks: number, pid: number): void {
    this.#endsByPid.add(pid, this.#ends.push({ row, ticks, pid }) - 1)
  }
  /** A record of the task log of a task without a story; `created`: the process id a 129 names. */
  noteHistory(row: number, ticks: number, servicePid: number | undefined, created: number | undefined): void {
    if (servicePid) this.#nameService(row, ticks, servicePid)
    if (created !== undefined) this.#created.push({ row, ticks, pid: created, hasStory: false })
  }
  /** The same of a task with a story: it is read whatever it says. */
  noteOwnHistory(
    row: number,
    ticks: number,
    servicePid: number | undefined,
    created: number | undefined,
  ): void {
    this.#chosen.add(row)
    if (servicePid) this.#nameService(row, ticks, servicePid)
    if (created !== undefined) this.#created.push({ row, ticks, pid: created, hasStory: true })
  }
  noteClient(pid: number, ticks: number): void {
    this.#clients.push({ pid, ticks })
  }

  #nameService(row: number, ticks: number, pid: number): void {
    this.#schedulePids.add(pid)
    const key = `${this.#bootOf(ticks)} ${pid}`
    const known = this.#naming.get(key)
    if (!known || ticks < known.ticks || (ticks === known.ticks && row < known.row))
      this.#naming.set(key, { row, ticks })
  }

  /** The rows that matter. */
  rows(): Iterable<number> {
    this.#byPid.seal()
    this.#byCreator.seal()
    this.#endsByPid.seal()
    for (const { row } of this.#naming.values()) this.#chosen.add(row)
    const kept = new Set<number>()
    const roots = this.#roots()
    this.#addDescendants(roots, kept)
    this.#starts.forEach((start, at) => {
      if (start.isNamed || start.isSchedule) kept.add(at)
    })
    for (const { pid, ticks } of this.#clients) for (const at of this.#ownersAt(pid, ticks)) kept.add(at)
    this.#addAncestors(kept)
    for (const at of [...kept]) this.#addLifetime(at, kept)
    for (const at of kept) this.#chosen.add((this.#starts[at] as StartRow).row)
    for (const { row, pid, ticks } of this.#created)
      if (this.#byPid.between(pid, ticks - near, ticks + near).some((at) => kept.has(at)))
        this.#chosen.add(row)
    return this.#chosen
  }

  /** Processes a task with a story may have been started as. */
  #roots(): ReadonlySet<number> {
    const roots = new Set<number>()
    const others = new Set<number>()
    for (const { pid, ticks, hasStory } of this.#created) {
      const found = this.#byPid.between(pid, ticks - near, ticks + near)
      if (hasStory) for (const at of found) roots.add(at)
      // of several the nearest is meant: then none is left out
      else if (found.length === 1) others.add(found[0] as number)
    }
    const named = new Set([...this.#naming.keys()].map((key) => key.split(' ')[0]))
    this.#starts.forEach(({ creator, parent, ticks }, at) => {
      const isOfService = this.#schedulePids.has(creator)
      const mayBe =
        isOfService ||
        parent === 'engine' ||
        (parent === 'svchost or unknown' && !named.has(String(this.#bootOf(ticks))))
      if (mayBe && !others.has(at)) roots.add(at)
    })
    return roots
  }

  /** Those that had a process id at a moment: the last that got it before, and any of that very moment. */
  #ownersAt(pid: number, ticks: number): readonly number[] {
    const list = this.#byPid.of(pid)
    const until = this.#byPid.first(list, ticks + slack)
    const from = Math.max(0, this.#byPid.first(list, ticks - slack) - 1)
    return list.slice(from, until)
  }

  #addDescendants(roots: Iterable<number>, kept: Set<number>): void {
    const open = [...roots]
    for (const at of open) kept.add(at)
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const { pid, ticks } = this.#starts[at] as StartRow
      const heir = this.#heirOf(at)
      const until =
        heir === undefined ? Number.POSITIVE_INFINITY : (this.#starts[heir] as StartRow).ticks + slack
      for (const child of this.#byCreator.between(pid, ticks - slack, until))
        if (!kept.has(child)) {
          kept.add(child)
          open.push(child)
        }
    }
  }

  #addAncestors(kept: Set<number>): void {
    const open = [...kept]
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const { creator, ticks } = this.#starts[at] as StartRow
      for (const parent of this.#ownersAt(creator, ticks))
        if (!kept.has(parent)) {
          kept.add(parent)
          open.push(parent)
        }
    }
  }

  /** Who got its process id next. */
  #heirOf(at: number): number | undefined {
    const { pid, ticks } = this.#starts[at] as StartRow
    const list = this.#byPid.of(pid)
    for (let index = this.#byPid.first(list, ticks); index < list.length; index++)
      if (list[index] !== at && (this.#starts[list[index] as number] as StartRow).ticks > ticks)
        return list[index]
    return undefined
  }

  /** Its end, and who got its id next, which bounds its life. */
  #addLifetime(at: number, kept: Set<number>): void {
    const { pid, ticks } = this.#starts[at] as StartRow
    const heir = this.#heirOf(at)
    const until =
      heir === undefined ? Number.POSITIVE_INFINITY : (this.#starts[heir] as StartRow).ticks + slack
    if (heir !== undefined) kept.add(heir)
    for (const end of this.#endsByPid.between(pid, ticks - slack, until))
      this.#chosen.add((this.#ends[end] as { row: number }).row)
  }
}
