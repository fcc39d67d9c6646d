/** What the kinds of rows of a segment are to chains, told by provider and event id, and by packed values alone. */
import { defaultWindows } from '../chains/windows.ts'
import { seconds } from '../domain/time.ts'
import { isChainEvent, plantWords, providers, remoteRegistryPipe } from '../events/kinds.ts'
import type { RecordIndex } from './records/record-index.ts'
import type { Numbers, Segment } from './records/segment.ts'
import { TextSearch } from './records/text-search.ts'

/** Names that may mean one host have this in common. */
export const shortName = (computer: string) => computer.toLowerCase().split('.')[0] ?? ''
const isTaskAnchor = (eventId: number) => (eventId >= 4698 && eventId <= 4702) || eventId === 106
/** read by no rule, or only near a logon of another host (trace-events.ts): failed and explicit logons, connections */
const unread: ReadonlySet<number> = new Set([3, 4625, 4648, 5156])
/** Sysmon 11, 12 and 13 are read only where they are about a task's file or registry key */
const plantable: ReadonlySet<number> = new Set([11, 12, 13, 5145])
const ofAccounts: ReadonlySet<number> = new Set([4624, 4634, 4647, 4672, 5140, 5145])
const isShareAccess = (eventId: number) => eventId === 5140 || eventId === 5145
/** Rules look for share accesses around a task record, none further away than the widest window for files, pipes and logons. */
export const shareReach = Number(
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
export const ticksOf = ({ heads }: Segment, row: number): number =>
  heads.timeHigh(row) * 2 ** 32 + (heads.timeLow[row] as number)

/** What a kind of row may be to chains; a share access may be far from every task record and still put a task in place. */
export const role = {
  none: 0,
  anchor: 1,
  plain: 2,
  ofAccount: 4,
  share: 8,
  plant: 16,
  unread: 32,
  /** starts and ends of processes */
  process: 64,
  /** the task log, but for registrations, which are anchors */
  history: 128,
} as const

/** Where the records of one kind name accounts and sessions. */
export interface Naming {
  readonly sids: readonly number[]
  readonly logons: readonly number[]
  /** those of the session that a logon opens */
  readonly opened: readonly number[]
}

const namingOf = (names: readonly string[]): Naming => {
  const places = (wanted: readonly string[]) =>
    wanted.map((name) => names.indexOf(name)).filter((at) => at >= 0)
  return {
    sids: places(['SubjectUserSid', 'TargetUserSid']),
    logons: places(['SubjectLogonId', 'TargetLogonId', 'TargetLinkedLogonId']),
    opened: places(['TargetLogonId', 'TargetLinkedLogonId']),
  }
}

/** Kernel-General 12 and 13 tell of boots: they share their numbers with Sysmon's registry events. */
export const isSystemRecord = (provider: string): boolean => /kernel-general/i.test(provider)

const plantSearches = plantWords.map((word) => new TextSearch(word))
const pipeSearch = new TextSearch(remoteRegistryPipe)
/** Of a row that may put a task in place: it speaks of a task's file or key, or it opens the remote registry. */
export const speaks = { ofNothing: 0, ofRegistry: 1, ofTask: 2 } as const
export interface PlantTest {
  readonly meaningOf: (kind: number, numbers: Numbers, start: number) => number
  /** some value speaks of a task's file or key */
  readonly ofTask: boolean
}

/** Undefined when the segment has no such value, so that no row has to be looked at. */
function plantTestOf(segment: Segment): PlantTest | undefined {
  const { shapes, heads } = segment
  const values = segment.passingValues()
  const ofTask = new Uint8Array(values.count)
  const ofRegistry = new Uint8Array(values.count)
  const pipes = pipeSearch.mark(values, ofRegistry)
  let tasks = 0
  for (const search of plantSearches) tasks += search.mark(values, ofTask)
  if (pipes + tasks === 0) return undefined
  const meaning = ofTask.map((hit, number) => {
    if (hit === 1) return speaks.ofTask
    if (ofRegistry[number] !== 1) return speaks.ofNothing
    return values.text(number).toLowerCase() === remoteRegistryPipe ? speaks.ofRegistry : speaks.ofNothing
  })
  const widths = Uint32Array.from(heads.shapeOf, (shape) => shapes[shape]?.names.length ?? 0)
  const meaningOf = (kind: number, numbers: Numbers, start: number) => {
    let most = 0
    const end = start + (widths[kind] as number)
    for (let at = start; at < end; at++) most = Math.max(most, meaning[numbers[at] as number] ?? 0)
    return most
  }
  return { meaningOf, ofTask: tasks > 0 }
}

/** One segment with what its kinds of rows are to chains. */
export interface Part {
  readonly segment: Segment
  /** its first row among those of the case */
  readonly base: number
  /** short names of hosts, by kind of row */
  readonly hosts: readonly string[]
  readonly roles: Uint8Array
  readonly namings: readonly Naming[]
  readonly plantTest: PlantTest | undefined
}

export function partOf(index: RecordIndex, number: number): Part {
  const segment = index.segments[number] as Segment
  const { eventIdOf, systemOf, shapeOf } = segment.heads
  const roles = Uint8Array.from(eventIdOf, (id, kind) => roleOf(segment, id, kind))
  const names = segment.systems.map(({ computer }) => shortName(computer))
  return {
    segment,
    base: index.bases[number] as number,
    hosts: Array.from(systemOf, (system) => names[system] ?? ''),
    roles,
    namings: Array.from(shapeOf, (shape) => namingOf(segment.shapes[shape]?.names ?? [])),
    plantTest: roles.some((known) => (known & role.plant) !== 0) ? plantTestOf(segment) : undefined,
  }
}

function roleOf(segment: Segment, eventId: number, kind: number): number {
  const provider = segment.systems[segment.heads.systemOf[kind] as number]?.provider ?? ''
  if (!isChainEvent(provider, eventId)) return role.none
  if (isTaskAnchor(eventId)) return role.anchor
  if (unread.has(eventId)) return role.unread
  if (plantable.has(eventId) && !isSystemRecord(provider))
    return isShareAccess(eventId) ? role.share | role.plant : role.plant
  if (isShareAccess(eventId)) return role.share
  const family = providers.get(provider.toLowerCase())
  if (family === 'task-scheduler') return role.history
  if (
    (family === 'security' && (eventId === 4688 || eventId === 4689)) ||
    (family === 'sysmon' && eventId === 1)
  )
    return role.process
  return ofAccounts.has(eventId) ? role.ofAccount : role.plain
}

/** Calls `onRow` for each row whose kind has one of the roles `wanted`; blocks without one are not read. */
export function forEachRow(
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
