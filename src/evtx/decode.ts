/** Decodes one record at its place: the plan path where the template allows it, the tree path everywhere else. */
import { Expander, type XmlElement } from './binxml/expand.ts'
import { Instance } from './binxml/instance.ts'
import type { DataPlan, EventPlan, Origin, SystemField } from './binxml/plan.ts'
import { systemFields } from './binxml/plan.ts'
import { Templates } from './binxml/templates.ts'
import { arrayTexts, scalarText } from './binxml/value.ts'
import type { ChunkView } from './chunk-view.ts'
import { valueType } from './format.ts'
import { FieldNames, type RecordText, type SystemTexts, textsOfTree } from './record.ts'

export class RecordDecoder {
  readonly templates = new Templates()
  readonly expander = new Expander(this.templates)
  /** the Event template's values after a successful `locate`; whoever keeps an instance puts another in its place */
  outer = new Instance()
  /** the embedded EventData or UserData, when there is one */
  inner = new Instance()
  event: EventPlan | undefined
  /** flat values and the instance they come from; undefined when there are none */
  fields: DataPlan | undefined
  fieldSource: Instance = this.outer
  /** begin and end of an embedded fragment without a template, when `locate` has failed for that alone; else -1 */
  #fragment = { at: -1, end: -1 }

  startChunk(): void {
    this.templates.startChunk()
    this.expander.startChunk()
  }

  /**
   * Finds System and the values of the record whose BinXML lies at `at … end`.
   * @returns false when only the tree path can read it
   * @throws BinXmlError
   */
  locate(chunk: ChunkView, at: number, end: number): boolean {
    this.fields = undefined
    this.#fragment.at = -1
    if (!this.outer.read(chunk, at, end, this.templates)) return false
    const plan = this.outer.template?.event
    if (!plan || plan.odd) return false
    this.event = plan
    if (plan.data) {
      this.fields = plan.data
      this.fieldSource = this.outer
      return true
    }
    const slot = plan.embedded
    if (slot < 0 || slot >= this.outer.count || this.outer.types[slot] === valueType.null) return true
    if (this.outer.types[slot] !== valueType.binXml) return false
    const start = this.outer.offsets[slot] as number
    const stop = start + (this.outer.sizes[slot] as number)
    if (start === stop) return true
    if (!this.inner.read(chunk, start, stop, this.templates)) {
      this.#fragment.at = start
      this.#fragment.end = stop
      return false
    }
    const { template } = this.inner
    const data = plan.isWrapped ? template?.content : template?.data
    if (!data) return false
    if (moreFollows(chunk, this.inner.next, stop)) return false
    this.fields = data
    this.fieldSource = this.inner
    return true
  }

  /** Where the definitions stand that `locate` has just used. */
  get definitions(): readonly number[] {
    const hasInner = this.fields !== undefined && this.fieldSource === this.inner
    return hasInner ? [this.outer.definition, this.inner.definition] : [this.outer.definition]
  }

  /** Everything as text, by plan when there is one. */
  texts(chunk: ChunkView, at: number, end: number): RecordText {
    const texts = this.locate(chunk, at, end) ? this.planTexts(chunk) : this.fragmentTexts(chunk)
    return texts ?? textsOfTree(this.elements(chunk, at, end))
  }

  /**
   * Texts of the record that `locate` has just refused, when its System has a plan and its values are an embedded fragment without
   * a template; undefined otherwise.
   */
  fragmentTexts(chunk: ChunkView): RecordText | undefined {
    const { at, end } = this.#fragment
    if (at < 0) return undefined
    const isWrapped = this.event?.isWrapped === true
    const found = this.expander.embedded(chunk, at, end, isWrapped ? 3 : 2)
    const children = isWrapped ? [{ name: 'UserData', attributes: [], children: found }] : found
    return { ...textsOfTree([{ name: 'Event', attributes: [], children }]), system: this.#systemTexts(chunk) }
  }

  /** The record as elements: for XML, and for forms without a plan. */
  elements(chunk: ChunkView, at: number, end: number): readonly XmlElement[] {
    return this.expander.fragment(chunk, at, end)
  }

  #systemTexts(chunk: ChunkView): SystemTexts {
    const system: SystemTexts = {}
    const plan = this.event?.system ?? {}
    for (const field of systemFields) {
      const origin = plan[field]
      if (!origin) continue
      const text = originText(chunk, origin, this.outer)
      if (text) system[field as SystemField] = text
    }
    return system
  }

  /** Texts of the record that `locate` has just found; undefined when a value is a fragment, which only the tree path reads. */
  planTexts(chunk: ChunkView): RecordText | undefined {
    const system = this.#systemTexts(chunk)
    const fields = new FieldNames()
    for (const field of this.fields?.fields ?? []) {
      const source = this.fieldSource
      if ('text' in field.origin) {
        fields.add(field.name, field.origin.text)
        continue
      }
      const index = field.origin.index
      if (index >= source.count) {
        fields.add(field.name, '')
        continue
      }
      const type = source.types[index] as number
      const place = source.offsets[index] as number
      const size = source.sizes[index] as number
      if (type === valueType.binXml) return undefined
      if (type & valueType.array) {
        const texts = arrayTexts(chunk, type, place, size)
        if (texts.length === 0) fields.add(field.name, '')
        for (const text of texts) fields.add(field.name, text)
      } else fields.add(field.name, scalarText(chunk, type, place, size))
    }
    this.expander.charge(fields.length)
    return { system, names: fields.names, values: fields.values, message: undefined }
  }
}

/** A second element behind the embedded instance (RenderingInfo of forwarded logs, trap 8). */
function moreFollows(chunk: ChunkView, from: number, stop: number): boolean {
  const at = from < stop && chunk.view.getUint8(from) === 0 ? from + 1 : from
  if (at >= stop) return false
  const byte = chunk.view.getUint8(at)
  return byte === 0x0f || byte === 0x0c || (byte & 0xbf) === 0x01
}

const isNull = (source: Instance, index: number) =>
  index >= source.count || source.types[index] === valueType.null

function originText(chunk: ChunkView, origin: Origin, source: Instance): string | undefined {
  if ('text' in origin) return origin.text
  if (isNull(source, origin.index)) return undefined
  const type = source.types[origin.index] as number
  const at = source.offsets[origin.index] as number
  const size = source.sizes[origin.index] as number
  return type & valueType.array
    ? arrayTexts(chunk, type, at, size).join(', ')
    : scalarText(chunk, type, at, size)
}
