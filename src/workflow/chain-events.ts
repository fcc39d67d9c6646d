/**
 * The events of a case that chains are made of. A log holds hundreds of thousands of logons and share accesses that cannot belong
 * to any chain: those of accounts and sessions that no task record names, and share accesses far from every task record. They are
 * told apart by the packed numbers, before anything is made of them. What is left out changes no chain (tested against taking
 * everything).
 */
import { defaultWindows } from '../chains/windows.ts'
import type { WindowsEvent } from '../domain/event.ts'
import { logonId } from '../domain/ids.ts'
import { type Locator, locatorKey } from '../domain/locator.ts'
import { seconds } from '../domain/time.ts'
import { isChainEvent, plantWords, remoteRegistryPipe } from '../events/kinds.ts'
import { typedEvent } from '../events/typed-event.ts'
import type { Pattern } from './records/patterns.ts'
import { isSameMoment, type RecordIndex } from './records/record-index.ts'
import type { Numbers, Segment } from './records/segment.ts'
import { TextSearch } from './records/text-search.ts'
import { typesThatHold } from './records/text-test.ts'
import { ValueCheck } from './records/value-check.ts'

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
const isShareAccess = (eventId: number) => eventId === 5140 || eventId === 5145
/** Rules look for share accesses around a task record, none further away than the widest window for files, pipes and logons. */
const shareReach = Number(
  seconds(
    Math.max(
      defaultWindows.siblingSeconds,
      defaultWindows.decoySeconds,
      defaultWindows.outputSeconds,
      defaultWindows.payloadSeconds,
      defaultWindows.registrationSeconds,
      defaultWindows.clientSeconds,
    ) + 1,
  ),
)
/** Exact to some ticks, which the second more than any window allows for. */
const ticksOf = ({ heads }: Segment, row: number): number =>
  heads.timeHigh(row) * 2 ** 32 + (heads.timeLow[row] as number)

/** What a kind of row may be to chains; a share access may be far from every task record and still put a task in place. */
const role = { none: 0, anchor: 1, plain: 2, ofAccount: 4, share: 8, plant: 16 } as const

/** Where the records of one kind name accounts and sessions. */
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

/** Kernel-General 12 and 13 tell of boots: they share their numbers with Sysmon's registry events. */
const isSystemRecord = (provider: string): boolean => /kernel-general/i.test(provider)

const plantSearches = plantWords.map((word) => new TextSearch(word))
const pipeSearch = new TextSearch(remoteRegistryPipe)
/** Of a row that may put a task in place: it speaks of a task's file or key, or it opens the remote registry. */
const speaks = { ofNothing: 0, ofRegistry: 1, ofTask: 2 } as const
type PlantTest = (kind: number, numbers: Numbers, start: number) => number

/** Undefined when the segment has no such value, so that no row has to be looked at. */
function plantTestOf(segment: Segment): PlantTest | undefined {
  const { shapes, heads } = segment
  const values = segment.passingValues()
  const ofTask = new Uint8Array(values.count)
  const ofRegistry = new Uint8Array(values.count)
  let found = pipeSearch.mark(values, ofRegistry)
  for (const search of plantSearches) found += search.mark(values, ofTask)
  if (found === 0) return undefined
  const meaning = ofTask.map((hit, number) => {
    if (hit === 1) return speaks.ofTask
    if (ofRegistry[number] !== 1) return speaks.ofNothing
    return values.text(number).toLowerCase() === remoteRegistryPipe ? speaks.ofRegistry : speaks.ofNothing
  })
  const widths = Uint32Array.from(heads.shapeOf, (shape) => shapes[shape]?.names.length ?? 0)
  return (kind, numbers, start) => {
    let most = 0
    const end = start + (widths[kind] as number)
    for (let at = start; at < end; at++) most = Math.max(most, meaning[numbers[at] as number] ?? 0)
    return most
  }
}

/** One segment with what its kinds of rows are to chains. */
interface Part {
  readonly segment: Segment
  readonly base: number
  readonly roles: Uint8Array
  readonly namings: readonly Naming[]
  readonly plantTest: PlantTest | undefined
}

class Selection {
  readonly #parts: readonly Part[]
  /** hosts with a task record, and when those records were written, in order */
  readonly #anchors = new Map<string, number[]>()
  /** hosts with a record of a task's file or key */
  readonly #planted = new Set<string>()
  readonly #sids = new Set<string>()
  readonly #logons = new Set<string>()
  /** the same ids as numbers, where a double holds them exactly */
  readonly #logonNumbers = new Set<number>()
  readonly #ofSids: Pattern = {
    test: (text) => text.startsWith('s-1-') && this.#sids.has(text.toUpperCase()),
    types: typesThatHold('s-1-'),
  }
  readonly #ofLogons: Pattern = {
    test: (text) => text.startsWith('0x') && this.#logons.has(logonId(text) ?? ''),
    types: typesThatHold('0x'),
    isHex: (low, high) => this.#logonNumbers.has(high * 2 ** 32 + low) && this.#hasLogon(low, high),
  }

  constructor(index: RecordIndex) {
    this.#parts = index.segments.map((segment, s) => {
      const roles = Uint8Array.from(segment.heads.eventIdOf, (id, kind) => roleOf(segment, id, kind))
      return {
        segment,
        base: index.bases[s] as number,
        roles,
        namings: Array.from(segment.heads.shapeOf, (shape) => namingOf(segment.shapes[shape]?.names ?? [])),
        plantTest: roles.some((known) => (known & role.plant) !== 0) ? plantTestOf(segment) : undefined,
      }
    })
    this.#findAnchors()
    this.#findRegistryOpens()
    if (!this.isEmpty) this.#findSessions()
  }

  get isEmpty(): boolean {
    return this.#anchors.size === 0
  }

  /**
   * Hosts with a task record, and the accounts and sessions those records name. Tasks put in place past the task service leave no
   * task record: a share access or a Sysmon record tells of them.
   */
  #findAnchors(): void {
    for (const part of this.#parts) {
      const { segment, roles, plantTest } = part
      const wanted = plantTest ? role.anchor | role.plant : role.anchor
      forEachRow(part, roles, wanted, (row, kind, numbers, start) => {
        const host = shortName(segment.tuple(row).computer)
        if (roles[kind] !== role.anchor) {
          if (plantTest?.(kind, numbers, start) !== speaks.ofTask) return
          this.#planted.add(host)
        }
        const times = this.#anchors.get(host)
        if (times) times.push(ticksOf(segment, row))
        else this.#anchors.set(host, [ticksOf(segment, row)])
        this.#name(segment, part.namings[kind] as Naming, numbers, start)
      })
    }
    for (const times of this.#anchors.values()) times.sort((a, b) => a - b)
  }

  /** Who had the remote registry open on a host where a task's file or key was written. */
  #findRegistryOpens(): void {
    for (const part of this.#parts) {
      const { segment, roles, plantTest } = part
      if (!plantTest || this.#planted.size === 0) continue
      forEachRow(part, roles, role.plant, (row, kind, numbers, start) => {
        if (plantTest(kind, numbers, start) !== speaks.ofRegistry) return
        if (this.#planted.has(shortName(segment.tuple(row).computer)))
          this.#name(segment, part.namings[kind] as Naming, numbers, start)
      })
    }
  }

  #name(segment: Segment, naming: Naming, numbers: Numbers, start: number): void {
    for (const at of naming.sids)
      this.#sids.add(
        segment
          .passingValues()
          .text(numbers[start + at] as number)
          .toUpperCase(),
      )
    for (const at of naming.logons) {
      const id = logonId(segment.passingValues().text(numbers[start + at] as number))
      if (id === undefined || id === '0x0') continue
      this.#logons.add(id)
      this.#logonNumbers.add(Number(id))
    }
  }

  /** Every session of those accounts: a share access may name only its session. */
  #findSessions(): void {
    for (const part of this.#parts) {
      const { segment, namings } = part
      const roles = this.#ofHosts(part).map((known, kind) =>
        segment.heads.eventIdOf[kind] === 4624 ? known : role.none,
      )
      const isNamed = this.#namedIn(segment)
      forEachRow(part, roles, role.ofAccount, (_row, kind, numbers, start) => {
        const naming = namings[kind] as Naming
        if (isNamed(naming, numbers, start)) this.#name(segment, naming, numbers, start)
      })
    }
  }

  /** The roles of a part's kinds, none for other hosts. */
  #ofHosts({ segment, roles }: Part): Uint8Array {
    const { systemOf } = segment.heads
    const known = segment.systems.map((system) => this.#anchors.has(shortName(system.computer)))
    return roles.map((one, kind) => (known[systemOf[kind] as number] ? one : role.none))
  }

  /** Tells rows that name one of the accounts or sessions known by now; so do rows that can name none. */
  #namedIn(segment: Segment): (naming: Naming, numbers: Numbers, start: number) => boolean {
    let sids: ValueCheck | undefined
    let logons: ValueCheck | undefined
    return (naming, numbers, start) => {
      sids ??= new ValueCheck(segment.passingValues(), [this.#ofSids])
      logons ??= new ValueCheck(segment.passingValues(), [this.#ofLogons])
      for (const at of naming.sids) if (sids.has(numbers[start + at] as number)) return true
      for (const at of naming.logons) if (logons.has(numbers[start + at] as number)) return true
      return naming.sids.length === 0 && naming.logons.length === 0
    }
  }

  /** Numbers beyond exact doubles may be taken for one another. */
  #hasLogon(low: number, high: number): boolean {
    return high < 2 ** 21 || this.#logons.has(`0x${((BigInt(high) << 32n) | BigInt(low)).toString(16)}`)
  }

  /** 1 for each global row that chains read. */
  rows(total: number): Uint8Array {
    const chosen = new Uint8Array(total)
    for (const part of this.#parts) {
      const { segment, base, namings, plantTest } = part
      const roles = this.#ofHosts(part)
      const isNamed = this.#namedIn(segment)
      const isNear = this.#nearAnchor(segment)
      const wanted = role.ofAccount | role.share | (plantTest ? role.plant : 0)
      const mayRead = (row: number, kind: number) => {
        const known = roles[kind] as number
        return ((known & role.plant) !== 0 && plantTest) || (known & role.share) === 0 || isNear(row)
      }
      const isChosen = (row: number, kind: number, numbers: Numbers, start: number): boolean => {
        const known = roles[kind] as number
        if ((known & role.plant) !== 0) {
          const meaning = plantTest?.(kind, numbers, start) ?? speaks.ofNothing
          if (meaning === speaks.ofTask) return true
          if (meaning === speaks.ofRegistry && this.#planted.has(shortName(segment.tuple(row).computer)))
            return true
          if ((known & role.share) === 0 || !isNear(row)) return false
        }
        return isNamed(namings[kind] as Naming, numbers, start)
      }
      forEachRow(
        part,
        roles,
        wanted,
        (row, kind, numbers, start) => {
          if (isChosen(row, kind, numbers, start)) chosen[base + row] = 1
        },
        mayRead,
      )
      const { kind: kindOf } = segment.heads
      for (let row = 0; row < segment.rows; row++) {
        const known = roles[kindOf[row] as number] as number
        if ((known & (role.anchor | role.plain)) !== 0) chosen[base + row] = 1
      }
    }
    return chosen
  }

  /** Whether a row lies in reach of a task record of its host. */
  #nearAnchor(segment: Segment): (row: number) => boolean {
    const bySystem = segment.systems.map((system) => this.#anchors.get(shortName(system.computer)) ?? [])
    const { kind, systemOf } = segment.heads
    return (row) => {
      const times = bySystem[systemOf[kind[row] as number] as number] ?? []
      const time = ticksOf(segment, row)
      let low = 0
      let high = times.length
      while (low < high) {
        const middle = (low + high) >> 1
        if ((times[middle] as number) < time - shareReach) low = middle + 1
        else high = middle
      }
      const next = times[low]
      return next !== undefined && next <= time + shareReach
    }
  }
}

function roleOf(segment: Segment, eventId: number, kind: number): number {
  const provider = segment.systems[segment.heads.systemOf[kind] as number]?.provider ?? ''
  if (!isChainEvent(provider, eventId)) return role.none
  if (isTaskAnchor(eventId)) return role.anchor
  if (unread.has(eventId)) return role.none
  if (plantable.has(eventId) && !isSystemRecord(provider))
    return isShareAccess(eventId) ? role.share | role.plant : role.plant
  if (isShareAccess(eventId)) return role.share
  return ofAccounts.has(eventId) ? role.ofAccount : role.plain
}

/** Calls `onRow` for each row whose kind has one of the roles `wanted`; blocks without one are not read. */
function forEachRow(
  { segment }: Part,
  roles: Uint8Array,
  wanted: number,
  onRow: (row: number, kind: number, numbers: Numbers, start: number) => void,
  isWanted?: (row: number, kind: number) => unknown,
): void {
  if (!roles.some((known) => (known & wanted) !== 0)) return
  const { kind: kindOf, widthOf } = segment.heads
  segment.blocks.forEach((block, b) => {
    let numbers: Numbers | undefined
    let start = 0
    for (let row = block.firstRow; row < block.firstRow + block.rows; row++) {
      const kind = kindOf[row] as number
      if (((roles[kind] as number) & wanted) !== 0 && (!isWanted || isWanted(row, kind))) {
        numbers ??= segment.valuesOfBlock(b)
        onRow(row, kind, numbers, start)
      }
      start += widthOf[kind] as number
    }
  })
}

/** Events that chains read, of the hosts that have a task record at all: no other host can have a chain. */
export function chainEvents(index: RecordIndex): ChainEvents {
  const events: WindowsEvent[] = []
  const duplicates = new Map<string, readonly Locator[]>()
  const selection = new Selection(index)
  if (selection.isEmpty) return { events, duplicates }
  const chosen = selection.rows(index.total)
  for (let i = 0; i < index.total; i++) {
    const global = index.order[i] as number
    if (chosen[global] !== 1) continue
    if (index.isDuplicate(global)) {
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
    if (!isSameMoment(there, here)) return undefined
    if (
      !index.isDuplicate(global) &&
      there.segment.recordId(there.row) === here.segment.recordId(here.row) &&
      there.segment.eventId(there.row) === here.segment.eventId(here.row)
    )
      return global
  }
  return undefined
}
