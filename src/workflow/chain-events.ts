/**
 * The events of a case that chains are made of. A log holds hundreds of thousands of logons and share accesses that cannot belong
 * to any chain: those of accounts and sessions that no task record names. They are told apart by the packed numbers, before
 * anything is made of them. What is left out changes no chain (tested against taking everything).
 */
import type { WindowsEvent } from '../domain/event.ts'
import { logonId } from '../domain/ids.ts'
import { type Locator, locatorKey } from '../domain/locator.ts'
import { isChainEvent, mayBePlanted, playbookEventIds } from '../events/kinds.ts'
import { typedEvent } from '../events/typed-event.ts'
import type { RecordIndex } from './records/record-index.ts'
import type { Segment } from './records/segment.ts'

export interface ChainEvents {
  /** in total order, each record once */
  readonly events: readonly WindowsEvent[]
  /** locator key of a record → the same record in other files */
  readonly duplicates: ReadonlyMap<string, readonly Locator[]>
}

const shortName = (computer: string) => computer.toLowerCase().split('.')[0] ?? ''
const isTaskAnchor = (eventId: number) => (eventId >= 4698 && eventId <= 4702) || eventId === 106
/** read by no rule, or only near a logon of another host (trace-events.ts): failed and explicit logons, connections */
const unread: ReadonlySet<number> = new Set([3, 4625, 4648, 5156])
/** Sysmon 11, 12 and 13 are read only where they are about a task's file or registry key */
const plantable: ReadonlySet<number> = new Set([11, 12, 13, 5145])
const ofAccounts: ReadonlySet<number> = new Set([4624, 4634, 4647, 4672, 5140, 5145])

/** Where the records of one shape name accounts and sessions. */
interface Naming {
  readonly sids: readonly number[]
  readonly logons: readonly number[]
}

const namingOf = (names: readonly string[]): Naming => {
  const places = (wanted: readonly string[]) =>
    wanted.map((name) => names.indexOf(name)).filter((at) => at >= 0)
  return {
    sids: places(['SubjectUserSid', 'TargetUserSid']),
    logons: places(['SubjectLogonId', 'TargetLogonId', 'TargetLinkedLogonId']),
  }
}

class Selection {
  readonly #index: RecordIndex
  readonly #wanted: readonly (readonly Uint8Array[])[]
  readonly #namings: readonly (readonly Naming[])[]
  readonly #hosts = new Set<string>()
  readonly #sids = new Set<string>()
  readonly #logons = new Set<string>()

  constructor(index: RecordIndex) {
    this.#index = index
    const tables = new Map<string, Uint8Array>()
    const tableOf = (provider: string): Uint8Array => {
      let table = tables.get(provider)
      if (!table) {
        table = new Uint8Array(65_536)
        for (const id of playbookEventIds) if (isChainEvent(provider, id)) table[id] = 1
        tables.set(provider, table)
      }
      return table
    }
    this.#wanted = index.segments.map((segment) => segment.systems.map((system) => tableOf(system.provider)))
    this.#namings = index.segments.map((segment) => segment.shapes.map((shape) => namingOf(shape.names)))
    this.#findAnchors()
    this.#findPlants()
    this.#findSessions()
  }

  get isEmpty(): boolean {
    return this.#hosts.size === 0
  }

  #isChainEvent(s: number, segment: Segment, row: number): boolean {
    return this.#wanted[s]?.[segment.system[row] as number]?.[segment.eventId[row] as number] === 1
  }

  /** Hosts with a task record, and the accounts and sessions those records name. */
  #findAnchors(): void {
    this.#index.segments.forEach((segment, s) => {
      for (let row = 0; row < segment.rows; row++) {
        const id = segment.eventId[row] as number
        if (!isTaskAnchor(id) || !this.#isChainEvent(s, segment, row)) continue
        this.#hosts.add(shortName(segment.tuple(row).computer))
        this.#name(s, segment, row)
      }
    })
  }

  /** Tasks put in place past the task service leave no task record: a share access or a Sysmon record tells of them. */
  #findPlants(): void {
    this.#index.segments.forEach((segment, s) => {
      const planted = segment.values.matching(mayBePlanted)
      if (!planted.includes(1)) return
      segment.blocks.forEach((block, b) => {
        const numbers = segment.valuesOfBlock(b)
        for (let row = block.firstRow; row < block.firstRow + block.rows; row++) {
          if (!plantable.has(segment.eventId[row] as number) || !this.#isChainEvent(s, segment, row)) continue
          if (!isPlanted(segment, row, numbers, planted)) continue
          this.#hosts.add(shortName(segment.tuple(row).computer))
          this.#name(s, segment, row)
        }
      })
    })
  }

  #name(s: number, segment: Segment, row: number): void {
    const naming = this.#namings[s]?.[segment.shape[row] as number]
    if (!naming) return
    const numbers = segment.valuesOfBlock(segment.blockOf(row))
    const start = segment.valueStart(row)
    for (const at of naming.sids)
      this.#sids.add(segment.values.text(numbers[start + at] as number).toUpperCase())
    for (const at of naming.logons) {
      const id = logonId(segment.values.text(numbers[start + at] as number))
      if (id !== undefined && id !== '0x0') this.#logons.add(id)
    }
  }

  /** Every session of those accounts: a share access may name only its session. */
  #findSessions(): void {
    if (this.isEmpty) return
    this.forEachBlock((s, segment, first, last, numbers, hits) => {
      for (let row = first; row < last; row++) {
        if (segment.eventId[row] !== 4624 || !this.#isChainEvent(s, segment, row)) continue
        if (this.#isNamed(s, segment, row, numbers, hits)) this.#name(s, segment, row)
      }
    })
  }

  #isNamed(s: number, segment: Segment, row: number, numbers: Uint32Array, hits: Hits): boolean {
    const naming = this.#namings[s]?.[segment.shape[row] as number]
    if (!naming) return true
    const start = segment.valueStart(row)
    for (const at of naming.sids) if (hits.sids[numbers[start + at] as number] === 1) return true
    for (const at of naming.logons) if (hits.logons[numbers[start + at] as number] === 1) return true
    return naming.sids.length === 0 && naming.logons.length === 0
  }

  forEachBlock(
    onBlock: (
      s: number,
      segment: Segment,
      first: number,
      last: number,
      numbers: Uint32Array,
      hits: Hits,
    ) => void,
  ): void {
    this.#index.segments.forEach((segment, s) => {
      if (!segment.systems.some((system) => this.#hosts.has(shortName(system.computer)))) return
      const sids = this.#sids
      const logons = this.#logons
      const hits: Hits = {
        sids: segment.values.matching((text) => text.startsWith('s-1-') && sids.has(text.toUpperCase())),
        logons: segment.values.matching((text) => text.startsWith('0x') && logons.has(logonId(text) ?? '')),
        planted: segment.values.matching(mayBePlanted),
      }
      segment.blocks.forEach((block, b) => {
        onBlock(s, segment, block.firstRow, block.firstRow + block.rows, segment.valuesOfBlock(b), hits)
      })
    })
  }

  /** 1 for each global row that chains read. */
  rows(): Uint8Array {
    const chosen = new Uint8Array(this.#index.total)
    const hostOf = this.#index.segments.map((segment) =>
      segment.systems.map((system) => this.#hosts.has(shortName(system.computer))),
    )
    this.forEachBlock((s, segment, first, last, numbers, hits) => {
      const base = this.#index.bases[s] as number
      for (let row = first; row < last; row++) {
        const id = segment.eventId[row] as number
        if (!hostOf[s]?.[segment.system[row] as number] || !this.#isChainEvent(s, segment, row)) continue
        if (unread.has(id)) continue
        if (plantable.has(id) && !isSystemRecord(segment, row)) {
          if (isPlanted(segment, row, numbers, hits.planted)) {
            chosen[base + row] = 1
            continue
          }
          if (id !== 5145) continue
        }
        if (ofAccounts.has(id) && !this.#isNamed(s, segment, row, numbers, hits)) continue
        chosen[base + row] = 1
      }
    })
    return chosen
  }
}

/** Kernel-General 12 and 13 tell of boots: they share their numbers with Sysmon's registry events. */
const isSystemRecord = (segment: Segment, row: number): boolean =>
  /kernel-general/i.test(segment.tuple(row).provider)

/** Does any value of the record speak of a task's file or key? */
function isPlanted(segment: Segment, row: number, numbers: Uint32Array, planted: Uint8Array): boolean {
  const start = segment.valueStart(row)
  const { length } = segment.shapes[segment.shape[row] as number]?.names ?? []
  for (let at = 0; at < length; at++) if (planted[numbers[start + at] as number] === 1) return true
  return false
}

interface Hits {
  readonly planted: Uint8Array
  readonly sids: Uint8Array
  readonly logons: Uint8Array
}

/** Events that chains read, of the hosts that have a task record at all: no other host can have a chain. */
export function chainEvents(index: RecordIndex): ChainEvents {
  const events: WindowsEvent[] = []
  const duplicates = new Map<string, readonly Locator[]>()
  const selection = new Selection(index)
  if (selection.isEmpty) return { events, duplicates }
  const chosen = selection.rows()
  for (let i = 0; i < index.total; i++) {
    const global = index.order[i] as number
    if (!chosen[global]) continue
    if (index.duplicate[global]) {
      const original = originalOf(index, i)
      if (original !== undefined) {
        const key = locatorKey(index.locator(original))
        duplicates.set(key, [...(duplicates.get(key) ?? []), index.locator(global)])
      }
      continue
    }
    const { segment, row } = index.at(global)
    const event = typedEvent(segment.record(row))
    if (event) events.push(event)
  }
  return { events, duplicates }
}

/** The row a duplicate repeats: the nearest earlier one of the same time and number that is no duplicate itself. */
function originalOf(index: RecordIndex, position: number): number | undefined {
  const here = index.at(index.order[position] as number)
  for (let k = position - 1; k >= 0; k--) {
    const global = index.order[k] as number
    const there = index.at(global)
    if (
      there.segment.timeLow[there.row] !== here.segment.timeLow[here.row] ||
      there.segment.timeHigh[there.row] !== here.segment.timeHigh[here.row]
    )
      return undefined
    if (
      !index.duplicate[global] &&
      there.segment.recordId(there.row) === here.segment.recordId(here.row) &&
      there.segment.eventId[there.row] === here.segment.eventId[here.row]
    )
      return global
  }
  return undefined
}
