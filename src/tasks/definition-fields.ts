/** A definition as named, comparable texts, so that two views of a task can be told apart field by field. Pure. */
import { taskActionLine } from '../domain/describe.ts'
import type { TaskDefinition, TaskTrigger } from '../domain/task.ts'

/** Field → text as shown. A field that is not there says nothing: its source does not tell, or leaves the default. */
export type DefinitionFields = ReadonlyMap<string, string>

const mostFields = 200
const longest = 4000

export function definitionFields(definition: TaskDefinition): DefinitionFields {
  const fields = new Map<string, string>()
  const put = (name: string, value: string | undefined) => {
    if (value !== undefined && value !== '' && fields.size < mostFields)
      fields.set(name, value.slice(0, longest))
  }
  const { registration, settings } = definition
  put('action', taskActionLine(definition) ?? 'none')
  put('workingDirectory', workingDirectories(definition))
  const principal =
    definition.principals.find((one) => one.id === definition.actionsContext) ?? definition.principals[0]
  put('runAs', principal?.userId ?? principal?.groupId)
  put('logonType', principal?.logonType)
  put('runLevel', principal?.runLevel)
  put('privileges', principal?.requiredPrivileges.join(', '))
  put('author', registration.author)
  put('date', registration.date)
  put('uri', registration.uri)
  put('source', registration.source)
  put('description', registration.description)
  put('securityDescriptor', registration.securityDescriptor)
  put('hidden', settings.hidden ? 'yes' : 'no')
  put('enabled', settings.enabled ? 'yes' : 'no')
  put('triggers', definition.triggers.map(triggerWords).join('; ') || 'none')
  put('payload', definition.payload)
  for (const [name, value] of Object.entries(settings.all).sort(([a], [b]) => (a < b ? -1 : 1)))
    if (name !== 'Hidden' && name !== 'Enabled') put(`settings/${name}`, value)
  return fields
}

function workingDirectories({ actions }: TaskDefinition): string | undefined {
  const folders = actions.flatMap((action) =>
    action.kind === 'exec' && action.workingDirectory ? [action.workingDirectory] : [],
  )
  return folders.join(' ; ') || undefined
}

export function triggerWords(trigger: TaskTrigger): string {
  const { kind, startBoundary, endBoundary, delay, repetition, enabled, details } = trigger
  const parts = [
    kind,
    startBoundary && `from ${startBoundary}`,
    endBoundary && `to ${endBoundary}`,
    delay && `after ${delay}`,
    repetition?.interval && `every ${repetition.interval}`,
    repetition?.duration && `for ${repetition.duration}`,
    ...Object.entries(details)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .slice(0, 40)
      .map(([name, value]) => `${name}=${value}`),
    enabled ? undefined : 'disabled',
  ]
  return parts.filter(Boolean).join(' ')
}

const wellKnown: Readonly<Record<string, string>> = {
  system: 'S-1-5-18',
  localsystem: 'S-1-5-18',
  'nt authority\\system': 'S-1-5-18',
  'local service': 'S-1-5-19',
  'nt authority\\local service': 'S-1-5-19',
  'network service': 'S-1-5-20',
  'nt authority\\network service': 'S-1-5-20',
}

/** True when the two texts of a field mean different things as far as they can be compared. */
export function fieldsDiffer(field: string, one: string, other: string): boolean {
  const a = comparable(field, one)
  const b = comparable(field, other)
  if (a === b) return false
  // a name and a SID may be the same account: who can tell from here
  return !(field === 'runAs' && a.startsWith('S-1-') !== b.startsWith('S-1-'))
}

function comparable(field: string, text: string): string {
  const trimmed = text.trim()
  if (field === 'runAs') return wellKnown[trimmed.toLowerCase()] ?? trimmed.toUpperCase()
  return field === 'uri' || field === 'logonType' ? trimmed.toLowerCase() : trimmed
}
