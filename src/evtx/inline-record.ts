/**
 * Reads a template-less record in one walk over its tokens: where the text of each System field and of each value lies in the
 * chunk, without building elements or strings. Logs of event collectors are made of such records, and the tree path is eight
 * times slower. Everything but the usual form is left to the tree path, which is the measure of this one.
 */
import { limits } from '../base/limits.ts'
import { fragmentCost } from './binxml/expand.ts'
import { type SystemField, systemFields } from './binxml/plan.ts'
import type { Templates } from './binxml/templates.ts'
import type { ChunkView } from './chunk-view.ts'
import { token } from './format.ts'
import { nameSize } from './names.ts'

/** Beyond these a record is left to the tree path, which knows the limits exactly. */
const mostDepth = 32
const mostUnits = 1 << 18

/** What an element means where it stands: bits of its role. */
const role = { other: 0, event: 1, system: 2, eventData: 3, renderingInfo: 4, data: 5 } as const
const roles: Readonly<Record<string, number>> = {
  Event: role.event,
  System: role.system,
  EventData: role.eventData,
  RenderingInfo: role.renderingInfo,
  Data: role.data,
}
const fieldNumber = (field: SystemField) => systemFields.indexOf(field)
/** Children of System whose own text is a field. */
const systemTexts: readonly SystemField[] = [
  'EventID',
  'Version',
  'Level',
  'Task',
  'Opcode',
  'Keywords',
  'EventRecordID',
  'Channel',
  'Computer',
]
const systemAttributes: readonly (readonly [element: string, attribute: string, field: SystemField])[] = [
  ['Provider', 'Name', 'Provider'],
  ['Provider', 'Guid', 'ProviderGuid'],
  ['EventID', 'Qualifiers', 'Qualifiers'],
  ['TimeCreated', 'SystemTime', 'TimeCreated'],
  ['Correlation', 'ActivityID', 'ActivityID'],
  ['Correlation', 'RelatedActivityID', 'RelatedActivityID'],
  ['Execution', 'ProcessID', 'ProcessID'],
  ['Execution', 'ThreadID', 'ThreadID'],
  ['Security', 'UserID', 'UserID'],
]
const systemElements = [...new Set([...systemTexts, ...systemAttributes.map(([element]) => element)])]
const attributeNames = [...new Set(['Name', ...systemAttributes.map(([, attribute]) => attribute)])]
const nameAttribute = attributeNames.indexOf('Name')
/** field number of each System element's text, and of each of its attributes; -1 none */
const fieldOfElement = Int8Array.from(systemElements, (name) =>
  (systemTexts as readonly string[]).includes(name) ? fieldNumber(name as SystemField) : -1,
)
const fieldOfAttribute = systemElements.map((element) =>
  Int8Array.from(attributeNames, (attribute) => {
    const found = systemAttributes.find((one) => one[0] === element && one[1] === attribute)
    return found ? fieldNumber(found[2]) : -1
  }),
)

/** What a name may mean, looked up once per name: its role, and its number among System's elements and attributes + 1. */
interface NameMeaning {
  readonly role: number
  readonly element: number
  readonly attribute: number
}
const meaningOf = (name: string): NameMeaning => ({
  role: Object.hasOwn(roles, name) ? (roles[name] as number) : role.other,
  element: (systemElements as readonly string[]).indexOf(name) + 1,
  attribute: attributeNames.indexOf(name) + 1,
})

export class InlineRecord {
  /** by place in `systemFields`: byte offset and code units of its text; units 0 when it is not there or empty */
  readonly systemAt = new Int32Array(systemFields.length)
  readonly systemUnits = new Int32Array(systemFields.length)
  /** fields in document order: where name and value lie */
  count = 0
  nameAt = new Int32Array(64)
  nameUnits = new Int32Array(64)
  valueAt = new Int32Array(64)
  valueUnits = new Int32Array(64)
  /** code units the tree path would charge for this record */
  cost = 0

  #generation = -1
  #meanings: (NameMeaning | undefined)[] = []
  // per open element
  readonly #names = new Int32Array(mostDepth)
  readonly #nameAts = new Int32Array(mostDepth)
  readonly #textAts = new Int32Array(mostDepth)
  readonly #textUnits = new Int32Array(mostDepth)
  readonly #hasText = new Uint8Array(mostDepth)
  readonly #hasChild = new Uint8Array(mostDepth)
  readonly #attributeAts = new Int32Array(mostDepth)
  readonly #attributeUnits = new Int32Array(mostDepth)

  /**
   * Reads the record whose fragment stands at `from`.
   * @returns false when it is not of the usual form: nothing of it may be used then
   * @throws RangeError, BinXmlError when it reaches outside the chunk
   */
  read(chunk: ChunkView, from: number, end: number, templates: Templates): boolean {
    const { names, texts } = templates
    if (this.#generation !== texts.generation) {
      this.#generation = texts.generation
      this.#meanings = []
    }
    this.systemUnits.fill(0)
    this.count = 0
    const { view } = chunk
    const stop = Math.min(end, chunk.size)
    const { systemAt, systemUnits } = this
    let at = from
    if (at + 4 <= stop && view.getUint8(at) === token.fragmentHeader) at += 4
    let cost = fragmentCost + 8
    let depth = -1
    // the child of Event we are in: its role; -1 above it
    let part = -1
    let seenSystem = false
    let inSystem = false
    // System's elements met so far, as bits: the first of a name counts
    let seenElements = 0
    let systemElement = -1
    let seenAttributes = 0
    let inStart = false
    let attribute = -2
    while (at < stop) {
      const raw = view.getUint8(at++)
      switch (raw & 0xbf) {
        case token.openElement: {
          if (inStart || ++depth >= mostDepth || at + 8 > stop) return false
          const nameAt = view.getUint32(at + 4, true)
          at += 8
          const name = names.number(chunk, nameAt, texts)
          if (nameAt === at) at += nameSize(chunk, nameAt)
          if (raw & 0x40) at += 4
          if (at > stop) return false
          cost += view.getUint16(nameAt + 6, true) + 8
          const meaning = this.#meaning(name, texts.all)
          if (depth === 0) {
            if (meaning.role !== role.event) return false
          } else {
            this.#hasChild[depth - 1] = 1
            if (depth === 1) {
              part = meaning.role
              inSystem = part === role.system && !seenSystem
              if (inSystem) seenSystem = true
            } else if (depth === 2 && inSystem) {
              systemElement = meaning.element - 1
              if (systemElement >= 0) {
                const bit = 1 << systemElement
                if (seenElements & bit) systemElement = -1
                seenElements |= bit
              }
            }
          }
          this.#names[depth] = name
          this.#nameAts[depth] = nameAt
          this.#hasText[depth] = 0
          this.#textUnits[depth] = 0
          this.#hasChild[depth] = 0
          this.#attributeUnits[depth] = -1
          seenAttributes = 0
          inStart = true
          attribute = -2
          break
        }
        case token.attribute: {
          if (!inStart || at + 4 > stop) return false
          const nameAt = view.getUint32(at, true)
          at += 4
          const name = names.number(chunk, nameAt, texts)
          if (nameAt === at) at += nameSize(chunk, nameAt)
          cost += view.getUint16(nameAt + 6, true) + 8
          attribute = this.#meaning(name, texts.all).attribute - 1
          if (attribute >= 0) {
            const bit = 1 << attribute
            // the first attribute of a name counts, with a value or without
            if (seenAttributes & bit) attribute = -1
            else if (attribute === nameAttribute) this.#attributeUnits[depth] = 0
            seenAttributes |= bit
          }
          break
        }
        case token.value: {
          if (depth < 0 || at + 3 > stop || view.getUint8(at) !== 1) return false
          const units = view.getUint16(at + 1, true)
          at += 3
          const textAt = at
          at += units * 2
          if (at > stop) return false
          cost += units + 8
          if (inStart) {
            // values of attributes in several parts, and text in a start tag, are the tree path's
            if (attribute === -2) return false
            if (attribute === nameAttribute) {
              this.#attributeAts[depth] = textAt
              this.#attributeUnits[depth] = units
            }
            if (attribute >= 0 && depth === 2 && inSystem && systemElement >= 0) {
              const field = (fieldOfAttribute[systemElement] as Int8Array)[attribute] as number
              if (field >= 0) {
                systemAt[field] = textAt
                systemUnits[field] = units
              }
            }
            attribute = -2
          } else {
            if (this.#hasText[depth] === 1) return false
            this.#hasText[depth] = 1
            this.#textAts[depth] = textAt
            this.#textUnits[depth] = units
          }
          break
        }
        case token.closeStart:
          if (!inStart) return false
          inStart = false
          break
        case token.closeEmpty:
        case token.endElement: {
          if (inStart !== ((raw & 0xbf) === token.closeEmpty) || depth < 0) return false
          inStart = false
          if (depth === 2 && inSystem) {
            const field = systemElement < 0 ? -1 : (fieldOfElement[systemElement] as number)
            if (field >= 0) {
              systemAt[field] = this.#textAts[depth] as number
              systemUnits[field] = this.#textUnits[depth] as number
            }
          } else if (
            depth >= 2 &&
            this.#hasChild[depth] === 0 &&
            part !== role.system &&
            part !== role.renderingInfo
          )
            this.#addField(view, depth, part)
          if (--depth >= 0) break
          this.cost = cost
          return cost <= mostUnits && this.count < limits.recordFields
        }
        default:
          return false
      }
    }
    return false
  }

  #meaning(name: number, all: readonly string[]): NameMeaning {
    let meaning = this.#meanings[name]
    if (meaning === undefined) {
      meaning = meaningOf(all[name] as string)
      this.#meanings[name] = meaning
    }
    return meaning
  }

  /** The element that ends has no element inside: a field. */
  #addField(view: DataView, depth: number, part: number): void {
    if (this.count === this.nameAt.length) this.#grow()
    const i = this.count++
    const isData =
      depth === 2 &&
      part === role.eventData &&
      this.#meanings[this.#names[depth] as number]?.role === role.data
    if (isData) {
      this.nameAt[i] = this.#attributeAts[depth] as number
      this.nameUnits[i] = Math.max(0, this.#attributeUnits[depth] as number)
    } else {
      const nameAt = this.#nameAts[depth] as number
      this.nameAt[i] = nameAt + 8
      this.nameUnits[i] = view.getUint16(nameAt + 6, true)
    }
    this.valueAt[i] = this.#textAts[depth] as number
    this.valueUnits[i] = this.#textUnits[depth] as number
  }

  #grow(): void {
    const wider = (old: Int32Array) => {
      const next = new Int32Array(old.length * 2)
      next.set(old)
      return next
    }
    this.nameAt = wider(this.nameAt)
    this.nameUnits = wider(this.nameUnits)
    this.valueAt = wider(this.valueAt)
    this.valueUnits = wider(this.valueUnits)
  }
}
