/**
 * A template's tree as a list of steps: the literal bytes in front of a value, then the value. Worked out once per template, so
 * that rendering a record is a run over an Int32Array. What the steps give equals `elementsXml` over the Expander's elements.
 */
import type { Instance } from '../binxml/instance.ts'
import type { ContentNode, ElementNode } from '../binxml/tree.ts'
import { valueType } from '../format.ts'
import { xmlAttribute, xmlName, xmlText } from '../xml.ts'
import type { LiteralPool } from './byte-writer.ts'

export const step = {
  /** literal only */
  literal: 0,
  /** a value among other content: depth of fragments in `a` */
  content: 1,
  /** the value of an attribute whose quotes are in the literals */
  attribute: 2,
  /** an attribute that a NULL leaves out: ` name="` at `a`, `b` bytes; `c` its charge */
  optional: 3,
  /** the only child of an element: `a` bytes of end tag, `b` form when empty, start tag at `c`, `d` bytes (0: not to be repeated), `e` its charge; depth of fragments in `f`; `g` the value it depends on + 1 */
  leaf: 4,
  /** an element with optional attributes begins: none seen yet */
  start: 5,
  /** an element without content ends: `></tag>` at `a`, `b` bytes, when it has no attribute */
  empty: 6,
  /** content begins that may turn out to be none: `b` form when empty */
  open: 7,
  /** it ends: `a` bytes of end tag */
  close: 8,
  /** an element begins that may be left out whole */
  mark: 9,
  /** it has ended: with no content and value `index` NULL it is taken back; `a` 1 when it never has content */
  absent: 10,
} as const
/** Numbers per step: literal at, literal bytes, kind, index, a, b, c, d, e, f, g. */
export const stepSize = 11

/** How an element without children is written: as it stands, `/>` in place of `>`, or that when it has attributes. */
export const emptyForm = { asIs: 0, short: 1, byAttributes: 2 } as const

export interface XmlProgram {
  readonly steps: Int32Array
  /** code units charged whatever the values are, as the Expander charges them */
  readonly cost: number
  readonly elements: number
  /** of elements, the root being 1 */
  readonly height: number
  /** of TimeCreated/@SystemTime and EventID when the root is an Event with both as plain substitutions; -1 otherwise */
  readonly timeIndex: number
  readonly eventIndex: number
  /** of EventRecordID; -1 when the record has none */
  readonly idIndex: number
  /** steps whose output a value gives, in order: number of the step, index of the value */
  readonly uses: Int32Array
  /** values whose being NULL decides about more than their own step */
  readonly guards: Int32Array
}

class Compiler {
  readonly steps: number[] = []
  readonly #pool: LiteralPool
  #literal = ''
  cost = 0
  elements = 0
  height = 0
  isOdd = false

  constructor(pool: LiteralPool) {
    this.#pool = pool
  }

  #step(kind: number, index = 0, a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0): void {
    const at = this.#pool.add(this.#literal)
    this.steps.push(at, this.#pool.size - at, kind, index, a, b, c, d, e, f, g)
    this.#literal = ''
  }

  #place(text: string): readonly [at: number, bytes: number] {
    const at = this.#pool.add(text)
    return [at, this.#pool.size - at]
  }

  end(): void {
    if (this.#literal !== '') this.#step(step.literal)
  }

  element(node: ElementNode, depth: number, height: number): void {
    this.elements++
    this.height = Math.max(this.height, height)
    const before = this.cost
    const tag = xmlName(node.name)
    let start = `<${tag}`
    let isStatic = true
    let always = 0
    let optional = 0
    const needsStart = node.attributes.some(
      ({ parts }) => parts[0]?.kind === 'substitution' && parts[0].optional,
    )
    const mayBeAbsent = node.dependency >= 0 && !isFull(node)
    const isSimple = soleValue(node) && node.attributes.every(({ parts }) => parts.every(isText))
    const isMarked = mayBeAbsent && !isSimple
    if (isMarked) this.#step(step.mark)
    if (needsStart) this.#step(step.start)
    this.#literal += start
    for (const { name, parts } of node.attributes) {
      const only = parts[0]
      const opening = ` ${xmlName(name)}="`
      if (only?.kind === 'substitution' && parts.length === 1) {
        isStatic = false
        if (only.optional) {
          optional++
          // written before the literal is cut, so that its bytes do not stand in the middle of it
          const [at, bytes] = this.#place(opening)
          this.#step(step.optional, only.index, at, bytes, name.length + 8)
        } else {
          always++
          this.cost += name.length + 8
          this.#literal += opening
          this.#step(step.attribute, only.index)
        }
        this.#literal += '"'
        continue
      }
      always++
      this.cost += name.length + 8
      let value = ''
      for (const part of parts) {
        if (part.kind !== 'text') {
          this.isOdd = true
          return
        }
        this.cost += part.text.length + 8
        value += part.text
      }
      const whole = `${opening}${xmlAttribute(value)}"`
      start += whole
      this.#literal += whole
    }
    this.cost += node.name.length + 8
    const charge = this.cost - before
    const form =
      depth < 2 || always > 0 ? emptyForm.short : optional > 0 ? emptyForm.byAttributes : emptyForm.asIs
    this.#content(node, depth, height, form, isStatic ? `${start}>` : '', charge)
    if (isMarked) this.#step(step.absent, node.dependency, soleValue(node) || hasValues(node) ? 0 : 1)
  }

  #content(
    node: ElementNode,
    depth: number,
    height: number,
    form: number,
    start: string,
    charge: number,
  ): void {
    const tag = xmlName(node.name)
    const ending = `</${tag}>`
    const children = node.children.filter((child) => child.kind !== 'instruction')
    const inner = Math.min(depth + 1, 2)
    const only = node.children[0]
    if (node.children.length === 1 && only?.kind === 'substitution') {
      this.#literal += '>'
      const [at, bytes] = start === '' ? [0, 0] : this.#place(start)
      this.#step(
        step.leaf,
        only.index,
        ending.length,
        form,
        at,
        bytes,
        charge,
        inner,
        start === '' ? 0 : node.dependency + 1,
      )
      this.#literal += ending
      return
    }
    if (!isFull(node) && !hasValues(node)) {
      for (const child of children) if (child.kind === 'text') this.cost += 8
      if (form === emptyForm.short) this.#literal += '/>'
      else if (form === emptyForm.asIs) this.#literal += `>${ending}`
      else {
        const [at, bytes] = this.#place(`>${ending}`)
        this.#step(step.empty, 0, at, bytes)
      }
      return
    }
    this.#literal += '>'
    if (!isFull(node)) this.#step(step.open, 0, 0, form)
    for (const child of children) this.#child(child, inner, height)
    if (!isFull(node)) this.#step(step.close, 0, ending.length)
    this.#literal += ending
  }

  #child(child: ContentNode, depth: number, height: number): void {
    if (this.isOdd) return
    if (child.kind === 'element') this.element(child, depth, height + 1)
    else if (child.kind === 'substitution') this.#step(step.content, child.index, depth)
    else if (child.kind === 'text') {
      this.cost += child.text.length + 8
      this.#literal += xmlText(child.text)
    }
  }
}

const isText = (part: ContentNode) => part.kind === 'text'
/** Has children whatever the values are. */
const isFull = (node: ElementNode) =>
  node.children.some((child) => child.kind === 'element' || (child.kind === 'text' && child.text !== ''))
const hasValues = (node: ElementNode) => node.children.some((child) => child.kind === 'substitution')
const soleValue = (node: ElementNode) =>
  node.children.length === 1 && node.children[0]?.kind === 'substitution'

/** @param depth 0 for the record's own element, 1 directly below it, 2 anywhere deeper. @returns undefined for forms only the tree path renders */
export function xmlProgram(root: ElementNode, depth: number, pool: LiteralPool): XmlProgram | undefined {
  // an element that may be no element at all
  if (root.dependency >= 0 && !isFull(root)) return undefined
  const compiler = new Compiler(pool)
  compiler.element(root, depth, 1)
  if (compiler.isOdd) return undefined
  compiler.end()
  const { cost, elements, height } = compiler
  const steps = Int32Array.from(compiler.steps)
  const places = systemPlaces(root)
  return { steps, cost, elements, height, ...places, ...dependences(steps) }
}

function dependences(steps: Int32Array): { uses: Int32Array; guards: Int32Array } {
  const uses: number[] = []
  const guards = new Set<number>()
  for (let i = 0; i < steps.length; i += stepSize) {
    const kind = steps[i + 2] as number
    const index = steps[i + 3] as number
    if (kind >= step.content && kind <= step.leaf) uses.push(i / stepSize, index)
    if (kind === step.absent) guards.add(index)
    if (kind === step.leaf && (steps[i + 10] as number) > 0) guards.add((steps[i + 10] as number) - 1)
  }
  return { uses: Int32Array.from(uses), guards: Int32Array.from(guards) }
}

/** A record is complete with a time and an event id; only the usual places of them and of its number are looked at here. */
function systemPlaces(root: ElementNode): Pick<XmlProgram, 'timeIndex' | 'eventIndex' | 'idIndex'> {
  const none = { timeIndex: -1, eventIndex: -1, idIndex: -1 }
  if (root.name !== 'Event') return none
  const first = root.children.find(
    (child) => child.kind === 'substitution' || (child.kind === 'element' && child.name === 'System'),
  )
  if (first?.kind !== 'element' || first.children.some((child) => child.kind === 'substitution')) return none
  const named = (name: string) =>
    first.children.find((child): child is ElementNode => child.kind === 'element' && child.name === name)
  const time = named('TimeCreated')?.attributes.find((one) => one.name === 'SystemTime')?.parts
  const event = named('EventID')?.children
  const id = named('EventRecordID')?.children ?? []
  if (time?.length !== 1 || event?.length !== 1 || id.length > 1) return none
  const [timePart, eventPart] = [time[0], event[0]]
  if (timePart?.kind !== 'substitution' || eventPart?.kind !== 'substitution') return none
  const idPart = id[0]
  if (idPart !== undefined && idPart.kind !== 'substitution') return none
  return { timeIndex: timePart.index, eventIndex: eventPart.index, idIndex: idPart?.index ?? -1 }
}

/** EventID of a record of this program; -1 when it has no time or no id in the usual form, or a number that may be none. */
export function eventIdOf(
  view: DataView,
  instance: Instance,
  { timeIndex, eventIndex, idIndex }: XmlProgram,
): number {
  const { count, types, sizes, offsets } = instance
  if (timeIndex < 0 || timeIndex >= count || eventIndex >= count) return -1
  if (types[timeIndex] !== valueType.fileTime || sizes[timeIndex] !== 8) return -1
  if (types[eventIndex] !== valueType.uint16 || sizes[eventIndex] !== 2) return -1
  if (idIndex >= 0 && idIndex < count && (types[idIndex] !== valueType.uint64 || sizes[idIndex] !== 8))
    return -1
  // event 0 of the year 1601 is no event
  const time = offsets[timeIndex] as number
  if (view.getUint32(time, true) === 0 && view.getUint32(time + 4, true) === 0) return -1
  return view.getUint16(offsets[eventIndex] as number, true)
}
