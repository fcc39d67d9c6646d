/**
 * Which rows of a case chains are made from, host by host. A log holds hundreds of thousands of logons and share accesses that cannot
 * belong to any chain: those of accounts and sessions that no task record of the host names, and share accesses far from every task
 * record. They are told apart by the packed numbers, before anything is made of them. What is left out changes no chain (tested against
 * taking everything).
 */
import { clockJumps } from '../chains/clock.ts'
import { typedEvent } from '../events/typed-event.ts'
import {
  forEachRow,
  isSystemRecord,
  type Naming,
  type Part,
  partOf,
  role,
  shareReach,
  speaks,
  ticksOf,
} from './chain-roles.ts'
import { HostAsked, Names } from './host-asked.ts'
import { notePlant, noteTask, processRows, type SchedulePids } from './process-selection.ts'
import type { RecordIndex } from './records/record-index.ts'
import type { Numbers, Segment } from './records/segment.ts'
import { typesThatHold } from './records/text-test.ts'
import { ValueCheck } from './records/value-check.ts'

const isEventLogProvider = (provider: string): boolean => /eventlog$/i.test(provider)
/** 1100 and 1104 of the log service: what was written next tells how long nothing was */
const isStop = ({ segment }: Part, kind: number): boolean => {
  const id = segment.heads.eventIdOf[kind]
  const provider = segment.systems[segment.heads.systemOf[kind] as number]?.provider ?? ''
  return (id === 1100 || id === 1104) && isEventLogProvider(provider)
}
const isClock = ({ segment }: Part, kind: number): boolean => {
  const id = segment.heads.eventIdOf[kind]
  const provider = segment.systems[segment.heads.systemOf[kind] as number]?.provider ?? ''
  return id === 4616 || (id === 1 && isSystemRecord(provider))
}

/**
 * Short name of a host → global rows that chains read, in no particular order; only hosts with a task record have any.
 * @param segments numbers of the segments looked at: all that hold a record of one of the hosts
 * @param wanted short names of the hosts asked about; undefined: every host
 * @param schedulePids process ids of the Schedule service as collectors found them, by short name of a host
 */
export function chainRows(
  index: RecordIndex,
  segments: readonly number[],
  wanted?: ReadonlySet<string>,
  schedulePids: SchedulePids = () => [],
): ReadonlyMap<string, readonly number[]> {
  const parts = segments.map((number) => partOf(index, number))
  return new Selection(index, parts, wanted, schedulePids).rows()
}

class Selection {
  readonly #index: RecordIndex
  readonly #parts: readonly Part[]
  readonly #wanted: ReadonlySet<string> | undefined
  readonly #schedulePids: SchedulePids
  readonly #hosts = new Map<string, HostAsked>()
  /** of all hosts */
  readonly #names = new Names()

  constructor(
    index: RecordIndex,
    parts: readonly Part[],
    wanted: ReadonlySet<string> | undefined,
    schedulePids: SchedulePids,
  ) {
    this.#index = index
    this.#parts = parts
    this.#wanted = wanted
    this.#schedulePids = schedulePids
    this.#findAnchors()
    if (this.#hosts.size === 0) return
    this.#findOpens()
    this.#findSessions()
    this.#findDoubts()
  }

  /**
   * Hosts with a task record, and the accounts and sessions those records name. Tasks put in place past the task service leave no
   * task record: a share access or a Sysmon record tells of them.
   */
  #findAnchors(): void {
    for (const part of this.#parts) {
      const { segment, roles, plantTest, hosts, namings } = part
      const looked = plantTest?.ofTask ? role.anchor | role.plant : role.anchor
      forEachRow(part, roles, looked, (row, kind, numbers, start) => {
        const host = hosts[kind] as string
        if (this.#wanted && !this.#wanted.has(host)) return
        const isPlant = roles[kind] !== role.anchor
        if (isPlant && plantTest?.meaningOf(kind, numbers, start) !== speaks.ofTask) return
        const asked = this.#hosts.get(host) ?? new HostAsked(this.#names)
        this.#hosts.set(host, asked)
        if (isPlant) asked.isPlanted = true
        asked.anchors.push(ticksOf(segment, row))
        if (isPlant) notePlant(part, asked, row)
        else noteTask(part, asked, row, kind, numbers, start)
        asked.name(segment, namings[kind] as Naming, numbers, start)
      })
    }
    for (const { anchors } of this.#hosts.values()) anchors.sort((a, b) => a - b)
  }

  /** What is asked of the host of each kind of row. */
  #askedOf({ hosts }: Part): readonly (HostAsked | undefined)[] {
    return hosts.map((host) => this.#hosts.get(host))
  }

  /** Who had the remote registry open on a host where a task's file or key was written, and who installed services. */
  #findOpens(): void {
    for (const part of this.#parts) {
      const { segment, roles, plantTest, namings } = part
      const ofHosts = this.#askedOf(part)
      const isOpen = (kind: number) => plantTest && ((roles[kind] as number) & role.plant) !== 0
      const kinds = roles.map((known, kind) => {
        const asked = ofHosts[kind]
        const isAsked = asked?.isPlanted && isOpen(kind)
        return asked && (isAsked || segment.heads.eventIdOf[kind] === 4697) ? known : role.none
      })
      forEachRow(part, kinds, role.plant | role.plain, (_row, kind, numbers, start) => {
        if (isOpen(kind) && plantTest?.meaningOf(kind, numbers, start) !== speaks.ofRegistry) return
        ofHosts[kind]?.name(segment, namings[kind] as Naming, numbers, start)
      })
    }
  }

  /** Every session of those accounts: a share access may name only its session. */
  #findSessions(): void {
    for (const part of this.#parts) {
      const { segment, namings } = part
      const ofHosts = this.#askedOf(part)
      const isLogon = part.roles.map((known, kind) =>
        ofHosts[kind] && segment.heads.eventIdOf[kind] === 4624 ? known : role.none,
      )
      const isNamed = this.#namedIn(segment)
      forEachRow(part, isLogon, role.ofAccount, (row, kind, numbers, start) => {
        const naming = namings[kind] as Naming
        const asked = ofHosts[kind] as HostAsked
        asked.noteLogon(segment, row, naming, numbers, start)
        if (isNamed(asked, naming, numbers, start)) asked.nameSession(segment, naming, numbers, start)
      })
    }
  }

  /** Where starts of Windows or the order of the records have to be found from all there is, and moments the log service stopped. */
  #findDoubts(): void {
    for (const part of this.#parts) {
      const { segment, roles } = part
      const ofHosts = this.#askedOf(part)
      const kinds = roles.map((known, kind) =>
        ofHosts[kind] && (isStop(part, kind) || isClock(part, kind)) ? known & role.plain : role.none,
      )
      if (!kinds.some((known) => known !== role.none)) continue
      const { kind: kindOf } = segment.heads
      for (let row = 0; row < segment.rows; row++) {
        const kind = kindOf[row] as number
        if (kinds[kind] === role.none) continue
        const asked = ofHosts[kind] as HostAsked
        if (isStop(part, kind)) asked.stops.push(ticksOf(segment, row))
        else {
          const event = typedEvent(segment.record(row))
          if (event?.kind === 'time-changed') asked.clockSets.push(event)
        }
      }
    }
    for (const asked of this.#hosts.values()) {
      asked.stops.sort((a, b) => a - b)
      asked.needsAll = clockJumps(asked.clockSets).some(({ ms }) => ms !== undefined && ms < 0)
      asked.needsLogons = asked.needsAll || asked.logonsFall()
    }
  }

  /** Tells rows that name one of the accounts or sessions the host is asked about; so do rows that can name none. */
  #namedIn(segment: Segment) {
    const names = this.#names
    const ofSids = { test: (text: string) => names.hasSid(text), types: sidTypes }
    const ofLogons = {
      test: (text: string) => names.hasLogon(text),
      types: logonTypes,
      isHex: (low: number, high: number) => names.hasHex(low, high),
    }
    const isAlone = this.#hosts.size === 1
    let sids: ValueCheck | undefined
    let logons: ValueCheck | undefined
    // what no host is asked about is most; only of the rest it matters whose it is
    return (asked: HostAsked, naming: Naming, numbers: Numbers, start: number): boolean => {
      sids ??= new ValueCheck(segment.passingValues(), [ofSids])
      logons ??= new ValueCheck(segment.passingValues(), [ofLogons])
      for (const at of naming.sids) {
        const number = numbers[start + at] as number
        if (
          sids.has(number) &&
          (isAlone || asked.names.hasSid(segment.passingValues().text(number).toLowerCase()))
        )
          return true
      }
      for (const at of naming.logons) {
        const number = numbers[start + at] as number
        if (
          logons.has(number) &&
          (isAlone || asked.names.hasLogon(segment.passingValues().text(number).toLowerCase()))
        )
          return true
      }
      return naming.sids.length === 0 && naming.logons.length === 0
    }
  }

  rows(): ReadonlyMap<string, readonly number[]> {
    const found = new Map<string, number[]>()
    if (this.#hosts.size === 0) return found
    for (const host of this.#hosts.keys()) found.set(host, [])
    for (const part of this.#parts) {
      const { segment, base, hosts } = part
      const chosen = this.#chosen(part)
      const { kind: kindOf } = segment.heads
      for (let row = 0; row < segment.rows; row++)
        if (chosen[row] === 1) found.get(hosts[kindOf[row] as number] as string)?.push(base + row)
    }
    for (const [host, rows] of processRows(this.#index, this.#parts, this.#hosts, this.#schedulePids)) {
      const own = found.get(host) as number[]
      for (const row of rows) own.push(row)
    }
    for (const [host, asked] of this.#hosts) {
      const after = asked.afterStops()
      if (after.length === 0) continue
      found.set(host, [...new Set([...(found.get(host) as number[]), ...after])])
    }
    return found
  }

  /** 1 for each row of a part that chains read. */
  #chosen(part: Part): Uint8Array {
    const { segment, base, namings, plantTest, roles } = part
    const chosen = new Uint8Array(segment.rows)
    const ofHosts = this.#askedOf(part)
    const kinds = roles.map((known, kind) => (ofHosts[kind] ? known : role.none))
    if (!kinds.some((known) => known !== role.none)) return chosen
    const isNamed = this.#namedIn(segment)
    const { kind: kindOf, eventIdOf } = segment.heads
    /** values are not looked at: 1 taken, 0 decided by values, 2 left */
    const taken = kinds.map((known, kind) => {
      const asked = ofHosts[kind]
      if (!asked || known === role.none || known === role.unread) return 2
      if ((known & (role.anchor | role.plain)) !== 0) return 1
      if ((known & (role.process | role.history)) !== 0) return asked.needsProcesses ? 1 : 2
      const isPlant = (known & role.plant) !== 0
      if ((known & role.ofAccount) !== 0 && asked.needsAll) return 1
      if (asked.needsLogons && eventIdOf[kind] === 4624) return 1
      const mayPlant = isPlant && plantTest && (plantTest.ofTask || asked.isPlanted)
      return isPlant && (known & role.share) === 0 && !mayPlant ? 2 : 0
    })
    const isNear = (row: number, asked: HostAsked) => asked.isNear(ticksOf(segment, row), shareReach)
    const decided = kinds.map((known, kind) => (taken[kind] === 0 ? known : role.none))
    const mayPlant = decided.map((known, kind) =>
      (known & role.plant) !== 0 && plantTest && (plantTest.ofTask || ofHosts[kind]?.isPlanted) ? 1 : 0,
    )
    forEachRow(
      part,
      decided,
      role.ofAccount | role.share | role.plant,
      (row, kind, numbers, start) => {
        const known = decided[kind] as number
        const asked = ofHosts[kind] as HostAsked
        if (mayPlant[kind] === 1) {
          const meaning = plantTest?.meaningOf(kind, numbers, start) ?? speaks.ofNothing
          const isOpen = meaning === speaks.ofRegistry && asked.isPlanted
          if (meaning === speaks.ofTask || isOpen) {
            chosen[row] = 1
            return
          }
          if ((known & role.share) === 0 || !isNear(row, asked)) return
        }
        if (asked.needsAll || isNamed(asked, namings[kind] as Naming, numbers, start)) chosen[row] = 1
      },
      (row, kind) =>
        mayPlant[kind] === 1 ||
        ((decided[kind] as number) & role.share) === 0 ||
        isNear(row, ofHosts[kind] as HostAsked),
    )
    for (let row = 0; row < segment.rows; row++) {
      const kind = kindOf[row] as number
      if (taken[kind] === 1) chosen[row] = 1
      if (kinds[kind] === role.none) continue
      const asked = ofHosts[kind] as HostAsked
      if (asked.stops.length > 0 && !this.#index.isDuplicate(base + row))
        asked.noteAfterStop(base + row, ticksOf(segment, row), segment.tuple(row).channel)
    }
    return chosen
  }
}

const sidTypes = typesThatHold('s-1-')
const logonTypes = typesThatHold('0x')
