/** The records of a case that speak of tasks: 4698–4702, the task log, and Sysmon's of TaskCache keys. In total order. */
import type { SysmonRegistryEvent, TaskChangedEvent, TaskHistoryEvent } from '../../domain/event.ts'
import { providers } from '../../events/kinds.ts'
import { typedEvent } from '../../events/typed-event.ts'
import type { RecordIndex } from '../records/record-index.ts'
import type { Segment } from '../records/segment.ts'
import { TextSearch } from '../records/text-search.ts'
import { typesThatHold } from '../records/text-test.ts'
import { ValueCheck } from '../records/value-check.ts'

export type TaskEvent = TaskChangedEvent | TaskHistoryEvent | SysmonRegistryEvent

const role = { none: 0, task: 1, registry: 2 } as const
const treeSearch = new TextSearch('\\taskcache\\tree\\')

function rolesOf(segment: Segment): Uint8Array {
  const { heads, systems } = segment
  let speaksOfTree: boolean | undefined
  const treeSpoken = () => {
    speaksOfTree ??= treeSearch.mark(segment.values, new Uint8Array(segment.values.count)) > 0
    return speaksOfTree
  }
  return Uint8Array.from(heads.eventIdOf, (id, kind) => {
    const family = providers.get((systems[heads.systemOf[kind] as number]?.provider ?? '').toLowerCase())
    if (family === 'security') return id >= 4698 && id <= 4702 ? role.task : role.none
    if (family === 'task-scheduler') return id >= 100 && id <= 332 ? role.task : role.none
    if (family === 'sysmon') return (id === 12 || id === 13) && treeSpoken() ? role.registry : role.none
    return role.none
  })
}

/** @param only paths in lower case: records of other tasks are not looked at */
export function* taskEvents(index: RecordIndex, only?: ReadonlySet<string>): Generator<TaskEvent> {
  for (const global of only ? rowsOf(index, only) : index.order) {
    const { segment, row } = index.at(global)
    const known = rolesFor(segment)[segment.heads.kind[row] as number] ?? role.none
    if (known === role.none || index.isDuplicate(global)) continue
    const event = typedEvent(segment.record(row))
    if (!event) continue
    if (event.kind === 'task-history') {
      if (event.taskPath !== '') yield event
    } else if (event.kind === 'sysmon-registry') {
      if (treeKeyOf(event)) yield event
    } else if ('taskPath' in event) yield event
  }
}

const known = new WeakMap<Segment, Uint8Array>()
function rolesFor(segment: Segment): Uint8Array {
  const before = known.get(segment)
  if (before) return before
  const made = rolesOf(segment)
  known.set(segment, made)
  return made
}

/** Rows of these tasks and of the registry, in total order; segments without any are passed over. */
function rowsOf(index: RecordIndex, only: ReadonlySet<string>): readonly number[] {
  const rows: number[] = []
  index.segments.forEach((segment, number) => {
    const roles = rolesFor(segment)
    if (!roles.some((one) => one !== role.none)) return
    const base = index.bases[number] as number
    const isAsked = namedIn(segment, only)
    const { kind } = segment.heads
    for (let row = 0; row < segment.rows; row++) {
      const one = roles[kind[row] as number]
      if (one === role.registry || (one === role.task && isAsked(row))) rows.push(base + row)
    }
  })
  return rows
    .map((row) => ({ row, position: index.positionOf(row) }))
    .sort((a, b) => a.position - b.position)
    .map(({ row }) => row)
}

const texts = typesThatHold('')

/** Tells rows whose task is one of these; each distinct name is looked at once. */
function namedIn(segment: Segment, only: ReadonlySet<string>): (row: number) => boolean {
  const { heads, shapes } = segment
  const names = new ValueCheck(segment.values, [{ test: (lower) => only.has(lower), types: texts }])
  const places = Array.from(heads.shapeOf, (shape) => shapes[shape]?.names.indexOf('TaskName') ?? -1)
  return (row) => {
    const at = places[heads.kind[row] as number] as number
    if (at < 0) return true
    const numbers = segment.valuesOfBlock(segment.blockOf(row))
    return names.has(numbers[segment.valueStart(row) + at] as number)
  }
}

const tree = /\\schedule\\taskcache\\tree(\\.+)$/i
const valueNames: ReadonlySet<string> = new Set(['id', 'index', 'sd'])

/** Task and value a registry record is about: `…\Tree\a\b\SD` → `\a\b` and `SD`. */
export function treeKeyOf(
  event: SysmonRegistryEvent,
): { readonly path: string; readonly value: string | undefined } | undefined {
  const path = tree.exec(event.targetObject ?? '')?.[1]
  if (path === undefined) return undefined
  const at = path.lastIndexOf('\\')
  const last = path.slice(at + 1)
  const isValue = /value$/i.test(event.eventType ?? '') && valueNames.has(last.toLowerCase()) && at > 0
  return isValue ? { path: path.slice(0, at), value: last } : { path, value: undefined }
}
