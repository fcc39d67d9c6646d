/** Definitions of one task side by side: equal ones share a column, every column is held against the first. Pure. */
import type { TaskCitation, TaskEntryShape } from '../../../src/contract/task-shapes.ts'

type Definition = TaskEntryShape['definitions'][number]

export interface SourceColumn {
  readonly from: string
  readonly time: string | null
  readonly citation: TaskCitation
  /** further sources that say the same */
  readonly alike: readonly { readonly from: string; readonly citation: TaskCitation }[]
  readonly trouble: string | null
  /** field → value; undefined: the source does not tell */
  readonly values: ReadonlyMap<string, string>
}
export interface SourceTable {
  readonly columns: readonly SourceColumn[]
  /** columns that are not shown */
  readonly leftOut: number
  readonly fields: readonly { readonly field: string; readonly differs: boolean }[]
}

const base = ['action', 'runAs', 'runLevel', 'triggers', 'hidden', 'enabled', 'author'] as const
const most = 8

const placeOf = (at: TaskCitation) => `${at.evidenceId}/${'recordId' in at ? `${at.chunk}/` : ''}${at.offset}`

function valuesOf(definition: Definition, task: TaskEntryShape): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  const put = (field: string, value: string | null) => {
    if (value !== null && value !== '') values.set(field, value)
  }
  put('action', definition.action)
  put('runAs', definition.runAs)
  put('runLevel', definition.runLevel)
  put('triggers', definition.triggers.join('; '))
  put('author', definition.author)
  for (const field of ['hidden', 'enabled'] as const) {
    const value = definition[field]
    put(field, value === null ? null : value ? 'yes' : 'no')
  }
  // the longer words of a field that differs somewhere
  for (const { field, values: told } of task.fieldDifferences)
    for (const { from, value, citation } of told)
      if (from === definition.from && placeOf(citation) === placeOf(definition.citation)) put(field, value)
  return values
}

export function sourceTable(task: TaskEntryShape): SourceTable {
  const columns: (SourceColumn & { alike: { from: string; citation: TaskCitation }[] })[] = []
  const byValues = new Map<string, (typeof columns)[number]>()
  for (const definition of task.definitions) {
    const values = valuesOf(definition, task)
    const key = JSON.stringify([definition.view === 'event', definition.trouble, [...values]])
    const same = byValues.get(key)
    if (same) {
      same.alike.push({ from: definition.from, citation: definition.citation })
      continue
    }
    const { from, time, citation, trouble } = definition
    const column = { from, time, citation, trouble, values, alike: [] }
    columns.push(column)
    byValues.set(key, column)
  }
  const named = task.fieldDifferences.map(({ field }) => field)
  const differing = new Set(named)
  const fields = [...new Set([...base, ...named])]
  // of many, the first and the newest
  const shown = columns.length > most ? [...columns.slice(0, 1), ...columns.slice(1 - most)] : columns
  return {
    columns: shown,
    leftOut: columns.length - shown.length,
    fields: fields.map((field) => ({ field, differs: differing.has(field) })),
  }
}
