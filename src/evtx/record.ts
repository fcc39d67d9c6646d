/** One record as read, and how an element tree becomes one: System by field, EventData or UserData by name in document order. */
import { limits } from '../base/limits.ts'
import type { XmlElement } from './binxml/expand.ts'
import type { SystemField } from './binxml/plan.ts'
import { BinXmlError } from './problem.ts'

/** Fields of System that are there and not empty. */
export type SystemTexts = Partial<Record<SystemField, string>>

export interface EvtxRecord {
  readonly chunk: number
  /** of the record's magic, inside the chunk */
  readonly offset: number
  readonly size: number
  /** the header's own number and time: not EventRecordID and not TimeCreated in exported logs (trap 1) */
  readonly headerRecordId: bigint
  readonly headerTime: bigint
  readonly system: SystemTexts
  /** EventRecordID; 0 when System has none */
  readonly recordId: bigint
  /** FILETIME ticks of System/TimeCreated */
  readonly time: bigint
  readonly eventId: number
  readonly names: readonly string[]
  readonly values: readonly string[]
  /** RenderingInfo/Message of forwarded logs */
  readonly message: string | undefined
  /** found behind the live records */
  readonly recovered: boolean
}

export interface RecordText {
  readonly system: SystemTexts
  readonly names: string[]
  readonly values: string[]
  readonly message: string | undefined
}

/** Gives repeated and missing names their final form: `#0`, `Name`, `Name~1`. */
export class FieldNames {
  readonly names: string[] = []
  readonly values: string[] = []
  readonly #seen = new Map<string, number>()
  #unnamed = 0
  /** code units of names and values, and a little for each: one definition can make much of few bytes */
  length = 0

  /** @throws BinXmlError past the limits for one record */
  add(name: string, value: string): void {
    this.length += name.length + value.length + 8
    if (this.length > limits.renderedLength)
      throw new BinXmlError('the record renders to more text than is allowed', 0)
    if (this.names.length >= limits.recordFields) throw new BinXmlError('the record has too many values', 0)
    const base = name === '' ? `#${this.#unnamed++}` : name
    const times = this.#seen.get(base) ?? 0
    this.#seen.set(base, times + 1)
    this.names.push(times === 0 ? base : this.#repeated(base, times))
    this.values.push(value)
  }

  /** A field may itself be called `Name~1`: no final name is given twice, or a dictionary of them would lose a value. */
  #repeated(base: string, before: number): string {
    let times = before
    while (this.#seen.has(`${base}~${times}`)) times++
    this.#seen.set(base, times + 1)
    this.#seen.set(`${base}~${times}`, 1)
    return `${base}~${times}`
  }
}

const child = (element: XmlElement, name: string): XmlElement | undefined =>
  element.children.find((one): one is XmlElement => typeof one !== 'string' && one.name === name)
const attribute = (element: XmlElement | undefined, name: string): string | undefined =>
  element?.attributes.find(([key]) => key === name)?.[1]

/** Text of an element without its child elements' texts. */
export const ownText = (element: XmlElement | undefined): string | undefined =>
  element?.children.filter((one) => typeof one === 'string').join('')

export function systemOfTree(event: XmlElement): SystemTexts {
  const system = child(event, 'System')
  if (!system) return {}
  const provider = child(system, 'Provider')
  const eventId = child(system, 'EventID')
  const correlation = child(system, 'Correlation')
  const execution = child(system, 'Execution')
  const found: Partial<Record<SystemField, string | undefined>> = {
    Provider: attribute(provider, 'Name'),
    ProviderGuid: attribute(provider, 'Guid'),
    EventID: ownText(eventId),
    Qualifiers: attribute(eventId, 'Qualifiers'),
    TimeCreated: attribute(child(system, 'TimeCreated'), 'SystemTime'),
    ActivityID: attribute(correlation, 'ActivityID'),
    RelatedActivityID: attribute(correlation, 'RelatedActivityID'),
    ProcessID: attribute(execution, 'ProcessID'),
    ThreadID: attribute(execution, 'ThreadID'),
    UserID: attribute(child(system, 'Security'), 'UserID'),
  }
  for (const name of [
    'Version',
    'Level',
    'Task',
    'Opcode',
    'Keywords',
    'EventRecordID',
    'Channel',
    'Computer',
  ] as const)
    found[name] = ownText(child(system, name))
  const texts: SystemTexts = {}
  for (const [key, value] of Object.entries(found)) if (value) texts[key as SystemField] = value
  return texts
}

function addLeaves(element: XmlElement, into: FieldNames): void {
  let leaf = true
  for (const one of element.children) {
    if (typeof one === 'string') continue
    leaf = false
    addLeaves(one, into)
  }
  if (leaf) into.add(element.name, ownText(element) ?? '')
}

/** Flattens EventData (`Data` by its Name, other elements by theirs) and UserData (its leaf elements). */
export function textsOfTree(elements: readonly XmlElement[]): RecordText {
  const event = elements.find((one) => one.name === 'Event') ?? elements[0]
  if (!event) throw new BinXmlError('the record holds no element', 0)
  const fields = new FieldNames()
  let message: string | undefined
  for (const one of event.children) {
    if (typeof one === 'string') continue
    if (one.name === 'EventData') {
      for (const inner of one.children) {
        if (typeof inner === 'string') continue
        if (inner.name === 'Data') {
          if (inner.children.some((deep) => typeof deep !== 'string')) addLeaves(inner, fields)
          else fields.add(attribute(inner, 'Name') ?? '', ownText(inner) ?? '')
        } else addLeaves(inner, fields)
      }
    } else if (one.name === 'RenderingInfo') message = ownText(child(one, 'Message'))
    else if (one.name !== 'System') {
      for (const inner of one.children) if (typeof inner !== 'string') addLeaves(inner, fields)
    }
  }
  return { system: systemOfTree(event), names: fields.names, values: fields.values, message }
}
