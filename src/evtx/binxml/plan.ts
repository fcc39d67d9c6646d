/**
 * What a template's tree means for an event, worked out once: where each System field comes from, and, when EventData or
 * UserData has the usual flat form, the name and the substitution of each value. Odd forms have no plan and take the tree path.
 */
import type { ContentNode, ElementNode, PartNode } from './tree.ts'

/** A value: a literal of the template, or the index of a substitution. */
export type Origin = { readonly text: string } | { readonly index: number }

export const systemFields = [
  'Provider',
  'ProviderGuid',
  'EventID',
  'Qualifiers',
  'Version',
  'Level',
  'Task',
  'Opcode',
  'Keywords',
  'TimeCreated',
  'EventRecordID',
  'ActivityID',
  'RelatedActivityID',
  'ProcessID',
  'ThreadID',
  'Channel',
  'Computer',
  'UserID',
] as const
export type SystemField = (typeof systemFields)[number]
export type SystemPlan = Readonly<Partial<Record<SystemField, Origin>>>

export interface FieldPlan {
  /** empty for a Data element without a name: it is counted `#0, #1 …` */
  readonly name: string
  readonly origin: Origin
  /** optional substitution: NULL leaves the whole element out */
  readonly optional: boolean
  readonly dependency: number
}

export interface DataPlan {
  readonly fields: readonly FieldPlan[]
}

export interface EventPlan {
  readonly system: SystemPlan
  /** flat EventData or UserData inside this template */
  readonly data: DataPlan | undefined
  /** substitution that holds EventData or UserData (and RenderingInfo) as embedded BinXML; -1 none */
  readonly embedded: number
  /** that substitution stands inside UserData, and holds what is in it */
  readonly isWrapped: boolean
  /** true when the tree path must be taken: a child of Event that no plan covers */
  readonly odd: boolean
}

const soleOrigin = (parts: readonly ContentNode[]): { origin: Origin; optional: boolean } | undefined => {
  if (parts.length === 0) return { origin: { text: '' }, optional: false }
  if (parts.every((part) => part.kind === 'text'))
    return {
      origin: { text: parts.map((part) => (part.kind === 'text' ? part.text : '')).join('') },
      optional: false,
    }
  const only = parts[0]
  if (parts.length === 1 && only?.kind === 'substitution')
    return { origin: { index: only.index }, optional: only.optional }
  return undefined
}

const attribute = (element: ElementNode, name: string): readonly PartNode[] | undefined =>
  element.attributes.find((one) => one.name === name)?.parts

function systemPlan(system: ElementNode): SystemPlan | undefined {
  const plan: Partial<Record<SystemField, Origin>> = {}
  const set = (field: SystemField, parts: readonly ContentNode[] | undefined): boolean => {
    if (!parts) return true
    const found = soleOrigin(parts)
    if (!found) return false
    plan[field] = found.origin
    return true
  }
  for (const child of system.children) {
    if (child.kind !== 'element') continue
    let whole = true
    switch (child.name) {
      case 'Provider':
        whole = set('Provider', attribute(child, 'Name')) && set('ProviderGuid', attribute(child, 'Guid'))
        break
      case 'EventID':
        whole = set('EventID', child.children) && set('Qualifiers', attribute(child, 'Qualifiers'))
        break
      case 'TimeCreated':
        whole = set('TimeCreated', attribute(child, 'SystemTime'))
        break
      case 'Correlation':
        whole =
          set('ActivityID', attribute(child, 'ActivityID')) &&
          set('RelatedActivityID', attribute(child, 'RelatedActivityID'))
        break
      case 'Execution':
        whole =
          set('ProcessID', attribute(child, 'ProcessID')) && set('ThreadID', attribute(child, 'ThreadID'))
        break
      case 'Security':
        whole = set('UserID', attribute(child, 'UserID'))
        break
      case 'Version':
      case 'Level':
      case 'Task':
      case 'Opcode':
      case 'Keywords':
      case 'EventRecordID':
      case 'Channel':
      case 'Computer':
        whole = set(child.name, child.children)
        break
    }
    if (!whole) return undefined
  }
  return plan
}

/** Plan of an EventData or UserData element, when it is flat. */
export function dataPlan(element: ElementNode): DataPlan | undefined {
  if (element.name === 'UserData') {
    const [wrapper] = element.children
    return element.children.length === 1 && wrapper?.kind === 'element' ? contentPlan(wrapper) : undefined
  }
  return leavesPlan(element, element.name === 'EventData')
}

/** Plan of the one element inside UserData, when it is flat or has no elements itself. */
export function contentPlan(wrapper: ElementNode): DataPlan | undefined {
  if (wrapper.children.some((child) => child.kind === 'element')) return leavesPlan(wrapper, false)
  const found = soleOrigin(wrapper.children)
  if (!found || wrapper.dependency >= 0) return undefined
  return { fields: [{ name: wrapper.name, ...found, dependency: -1 }] }
}

function leavesPlan(holder: ElementNode, isEventData: boolean): DataPlan | undefined {
  if (holder.dependency >= 0) return undefined
  const fields: FieldPlan[] = []
  for (const child of holder.children) {
    if (child.kind !== 'element') return undefined
    const found = soleOrigin(child.children)
    if (!found) return undefined
    let name = child.name
    if (isEventData && child.name === 'Data') {
      const named = attribute(child, 'Name')
      const origin = named ? soleOrigin(named)?.origin : { text: '' }
      if (!origin || !('text' in origin)) return undefined
      name = origin.text
    }
    fields.push({ name, origin: found.origin, optional: found.optional, dependency: child.dependency })
  }
  return { fields }
}

/** Plan of a template whose root is Event; undefined when System cannot be planned. */
export function eventPlan(root: ElementNode): EventPlan | undefined {
  if (root.name !== 'Event') return undefined
  let system: SystemPlan | undefined
  let data: DataPlan | undefined
  let embedded = -1
  let isWrapped = false
  let odd = false
  for (const child of root.children) {
    if (child.kind === 'substitution') {
      if (embedded >= 0) odd = true
      embedded = child.index
    } else if (child.kind !== 'element') odd = true
    else if (child.name === 'System') system = systemPlan(child)
    else if (child.name === 'EventData' || child.name === 'UserData') {
      const only = child.children[0]
      if (child.children.length === 1 && only?.kind === 'substitution' && child.name === 'UserData') {
        if (embedded >= 0 || (child.dependency >= 0 && child.dependency !== only.index)) odd = true
        embedded = only.index
        isWrapped = true
      } else {
        data = dataPlan(child)
        if (!data) odd = true
      }
    } else odd = true
  }
  if (data && embedded >= 0) odd = true
  return system ? { system, data, embedded, isWrapped, odd } : undefined
}
