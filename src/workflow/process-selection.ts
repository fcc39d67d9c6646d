/** Reads of the packed rows what `process-rows.ts` decides by: process ids, parents, names of tasks, each distinct value looked at once. */
import { baseName, taskKey } from '../chains/paths.ts'
import { isPlantEvent, plantOf } from '../chains/plants.ts'
import { processId } from '../domain/ids.ts'
import { providers } from '../events/kinds.ts'
import { typedEvent } from '../events/typed-event.ts'
import { forEachRow, type Part, role, ticksOf } from './chain-roles.ts'
import type { HostAsked } from './host-asked.ts'
import { systemValues } from './ingest/packed.ts'
import { ProcessRows } from './process-rows.ts'
import type { RecordIndex } from './records/record-index.ts'
import type { Numbers, Segment } from './records/segment.ts'
import type { Values } from './records/values.ts'

/** Short name of a host → process ids of its Schedule service as a collector found them. */
export type SchedulePids = (host: string) => readonly number[]

const bootIds: ReadonlySet<number> = new Set([12, 13, 4608, 6005, 6006, 6008, 6009])
const bootFamilies: ReadonlySet<string> = new Set(['security', 'eventlog', 'kernel-general'])
const familyOf = ({ segment }: Part, kind: number) =>
  providers.get((segment.systems[segment.heads.systemOf[kind] as number]?.provider ?? '').toLowerCase())

/** Task and caller of a record of a task. */
export function noteTask(
  { segment }: Part,
  asked: HostAsked,
  row: number,
  kind: number,
  numbers: Numbers,
  start: number,
): void {
  const names = segment.shapes[segment.heads.shapeOf[kind] as number]?.names ?? []
  const text = (name: string) => {
    const at = names.indexOf(name)
    return at < 0 ? undefined : segment.passingValues().text(numbers[start + at] as number)
  }
  asked.tasks.add(taskKey(text('TaskName') ?? ''))
  const pid = processId(text('ClientProcessId'))
  if (pid) asked.clients.push({ pid, ticks: ticksOf(segment, row) })
}

/** The task that a record of a file or a registry key may put in place, and the process that wrote it. */
export function notePlant({ segment }: Part, asked: HostAsked, row: number): void {
  const event = typedEvent(segment.record(row))
  if (!event || !isPlantEvent(event)) return
  const plant = plantOf(event, () => false)
  if (plant) asked.tasks.add(taskKey(plant.taskPath))
  const pid = 'pid' in event ? event.pid : undefined
  if (pid) asked.clients.push({ pid, ticks: ticksOf(segment, row) })
}

/** Rows of processes and of the task log that the chains of each host can rest on; hosts that need all of them have none here. */
export function processRows(
  index: RecordIndex,
  parts: readonly Part[],
  hosts: ReadonlyMap<string, HostAsked>,
  schedulePids: SchedulePids,
): ReadonlyMap<string, readonly number[]> {
  const selections = new Map<string, { readonly rows: ProcessRows; readonly copies: Map<string, number[]> }>()
  const boots = bootsOf(parts, hosts)
  for (const [host, asked] of hosts) {
    if (asked.needsProcesses) continue
    const rows = new ProcessRows(boots.get(host) ?? [], schedulePids(host))
    for (const { pid, ticks } of asked.clients) rows.noteClient(pid, ticks)
    selections.set(host, { rows, copies: new Map() })
  }
  for (const part of parts) {
    const look = new Look(part)
    const kinds = part.roles.map((known, kind) =>
      selections.has(part.hosts[kind] as string) ? known : role.none,
    )
    forEachRow(part, kinds, role.process | role.history, (row, kind, numbers, start) => {
      const { rows, copies } = selections.get(part.hosts[kind] as string) as {
        rows: ProcessRows
        copies: Map<string, number[]>
      }
      const asked = hosts.get(part.hosts[kind] as string) as HostAsked
      const global = part.base + row
      const ticks = ticksOf(part.segment, row)
      if (index.isDuplicate(global)) {
        // the same record in another file is told beside it
        const moment = momentOf(part.segment, row)
        const known = copies.get(moment)
        if (known) known.push(global)
        else copies.set(moment, [global])
        return
      }
      look.note(rows, asked, global, ticks, kind, numbers, start)
    })
  }
  return new Map(
    [...selections].map(([host, { rows, copies }]) => {
      const chosen = [...rows.rows()]
      const copiesOf = (global: number) => {
        const { segment, row } = index.at(global)
        return copies.get(momentOf(segment, row)) ?? []
      }
      const more = copies.size === 0 ? [] : chosen.flatMap(copiesOf)
      return [host, [...chosen, ...more]] as const
    }),
  )
}

const momentOf = (segment: Segment, row: number) => `${ticksOf(segment, row)} ${segment.recordId(row)}`

function bootsOf(
  parts: readonly Part[],
  hosts: ReadonlyMap<string, HostAsked>,
): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>([...hosts.keys()].map((host) => [host, []]))
  for (const part of parts) {
    const { segment, roles } = part
    const isBoot = roles.map((known, kind) =>
      known !== role.none &&
      bootIds.has(segment.heads.eventIdOf[kind] as number) &&
      bootFamilies.has(familyOf(part, kind) ?? '')
        ? 1
        : 0,
    )
    if (!isBoot.includes(1)) continue
    for (let row = 0; row < segment.rows; row++) {
      const kind = segment.heads.kind[row] as number
      if (isBoot[kind] === 1) found.get(part.hosts[kind] as string)?.push(ticksOf(segment, row))
    }
  }
  for (const list of found.values()) list.sort((a, b) => a - b)
  return found
}

/** Where the values of one kind of row stand; -1 where it has none. */
interface Places {
  readonly isStart: boolean
  readonly isEnd: boolean
  readonly isSysmon: boolean
  readonly isCreated: boolean
  readonly pid: number
  readonly creator: number
  readonly parent: number
  readonly line: number
  readonly parentLine: number
  readonly sessions: readonly number[]
  readonly task: number
  readonly servicePid: number
}

const namesSchedule = (line: string) => /(^|\s)-s\s+schedule(\s|$)/i.test(line)

/** One segment; what a value means is found out when it is first met. */
class Look {
  readonly #values: Values
  readonly #places: readonly (Places | undefined)[]
  readonly #pids = new Map<number, number>()
  readonly #parents = new Map<number, 'engine' | 'svchost or unknown' | 'other'>()
  readonly #services = new Map<number, boolean>()
  readonly #tasks = new Map<number, string>()

  constructor(part: Part) {
    this.#values = part.segment.passingValues()
    const { heads } = part.segment
    this.#places = Array.from(heads.eventIdOf, (_, kind) =>
      ((part.roles[kind] as number) & (role.process | role.history)) === 0 ? undefined : placesOf(part, kind),
    )
  }

  note(
    rows: ProcessRows,
    asked: HostAsked,
    row: number,
    ticks: number,
    kind: number,
    numbers: Numbers,
    start: number,
  ): void {
    const places = this.#places[kind] as Places
    const at = (place: number) => (place < 0 ? -1 : (numbers[start + place] as number))
    const pid = this.#pid(at(places.pid))
    if (places.isStart) {
      if (pid === undefined) return
      rows.noteStart({
        row,
        ticks,
        pid,
        creator: this.#pid(at(places.creator)) ?? -1,
        isNamed: places.sessions.some((place) => asked.names.hasLogon(this.#text(at(place)).toLowerCase())),
        parent: this.#parent(at(places.parent)),
        isSchedule: this.#isService(at(places.line)),
        namesSchedule: places.isSysmon && this.#isService(at(places.parentLine)),
      })
    } else if (places.isEnd) {
      if (pid !== undefined) rows.noteEnd(row, ticks, pid)
    } else {
      const service = this.#pid(at(places.servicePid))
      const created = places.isCreated ? pid : undefined
      if (asked.tasks.has(this.#task(at(places.task)))) rows.noteOwnHistory(row, ticks, service, created)
      else rows.noteHistory(row, ticks, service, created)
    }
  }

  #text(number: number): string {
    return number < 0 ? '' : this.#values.text(number)
  }
  #pid(number: number): number | undefined {
    if (number < 0) return undefined
    let known = this.#pids.get(number)
    if (known === undefined) {
      known = processId(this.#values.text(number)) ?? -1
      this.#pids.set(number, known)
    }
    return known < 0 ? undefined : known
  }
  #parent(number: number): 'engine' | 'svchost or unknown' | 'other' {
    let known = this.#parents.get(number)
    if (known === undefined) {
      const name = baseName(this.#text(number))
      known =
        name === 'taskeng.exe'
          ? 'engine'
          : name === '' || name === '-' || name === 'svchost.exe'
            ? 'svchost or unknown'
            : 'other'
      this.#parents.set(number, known)
    }
    return known
  }
  #isService(number: number): boolean {
    if (number < 0) return false
    let known = this.#services.get(number)
    if (known === undefined) {
      known = namesSchedule(this.#values.text(number))
      this.#services.set(number, known)
    }
    return known
  }
  #task(number: number): string {
    let known = this.#tasks.get(number)
    if (known === undefined) {
      known = taskKey(this.#text(number))
      this.#tasks.set(number, known)
    }
    return known
  }
}

function placesOf(part: Part, kind: number): Places {
  const { segment } = part
  const names = segment.shapes[segment.heads.shapeOf[kind] as number]?.names ?? []
  const eventId = segment.heads.eventIdOf[kind] as number
  const isSysmon = familyOf(part, kind) === 'sysmon'
  const isProcess = ((part.roles[kind] as number) & role.process) !== 0
  const at = (name: string) => names.indexOf(name)
  const isStart = isProcess && eventId !== 4689
  return {
    isStart,
    isEnd: isProcess && !isStart,
    isSysmon,
    isCreated: !isProcess && eventId === 129,
    pid: isProcess ? (isStart && !isSysmon ? at('NewProcessId') : at('ProcessId')) : at('ProcessID'),
    creator: isSysmon ? at('ParentProcessId') : at('ProcessId'),
    parent: isSysmon ? at('ParentImage') : at('ParentProcessName'),
    line: at('CommandLine'),
    parentLine: at('ParentCommandLine'),
    sessions: [at('SubjectLogonId'), at('TargetLogonId'), at('LogonId')].filter((place) => place >= 0),
    task: at('TaskName'),
    servicePid: names.length + systemValues.indexOf('ProcessID'),
  }
}
