/** Event XML of records as bytes, by the programs of their templates. Unusual forms are left to the tree path. */
import { fragmentCost, startsFragment } from '../binxml/expand.ts'
import { Instance } from '../binxml/instance.ts'
import { arrayTexts } from '../binxml/value.ts'
import type { ChunkView } from '../chunk-view.ts'
import type { RecordDecoder } from '../decode.ts'
import { token, valueType } from '../format.ts'
import { BinXmlError } from '../problem.ts'
import type { ByteWriter } from './byte-writer.ts'
import { type KnownProgram, KnownPrograms, mostEvents } from './known-programs.ts'
import { type LastOutput, markChanged, mostValues } from './last-output.ts'
import { inAttribute, inText, type Place, writeText } from './units.ts'
import { mostUnits, recordRoom, writeValue } from './value-bytes.ts'
import { emptyForm, eventIdOf, step, stepSize, type XmlProgram } from './xml-program.ts'

/** beyond these a record is left to the tree path, which knows the limits exactly */
const mostFragments = 8
const mostHeight = 60
const mostElements = 8000

export class XmlRecords {
  readonly #out: ByteWriter
  readonly #decoder: RecordDecoder
  readonly #programs = new KnownPrograms()
  /** one per level of nesting */
  readonly #instances = Array.from({ length: mostFragments + 1 }, () => new Instance())
  #cost = 0
  #elements = 0
  #attributes = 0
  /** marked with the number of the comparison where a value differs */
  readonly #changed = Array.from({ length: mostFragments + 1 }, () => new Int32Array(mostValues))
  #mark = 0
  /** bytes of the next literal that are not to be written */
  #skip = 0
  /** only ever counted on: fragments stand in fragments */
  #fragmentsWritten = 0
  /** the element ended last has no content */
  #isEmpty = false
  /** step and place in the output, in pairs; the place is negative for content whose element ends `/>` when there is none */
  readonly #marks: number[] = []

  constructor(out: ByteWriter, decoder: RecordDecoder) {
    this.#out = out
    this.#decoder = decoder
  }

  /**
   * Appends the XML of the record whose BinXML lies at `at … end`.
   * @returns false, with nothing written, when only the tree path can tell what it is
   */
  write(chunk: ChunkView, at: number, end: number): boolean {
    const out = this.#out
    out.reserve(recordRoom)
    const start = out.at
    this.#cost = 0
    this.#elements = 0
    this.#marks.length = 0
    try {
      if (this.#record(chunk, at, end) && this.#decoder.expander.tryCharge(this.#cost)) return true
    } catch (error) {
      // the tree path meets the same and says what it is
      if (!(error instanceof BinXmlError || error instanceof RangeError)) throw error
    }
    out.at = start
    out.forget()
    return false
  }

  #record(chunk: ChunkView, at: number, end: number): boolean {
    const instance = this.#instances[0] as Instance
    if (!instance.read(chunk, at, end, this.#decoder.templates)) return false
    const known = this.#programs.of(instance.template, 0)
    if (!known) return false
    const event = eventIdOf(chunk.view, instance, known.program)
    if (event < 0) return false
    this.#cost += fragmentCost + 8
    return this.#run(chunk, known, event & (mostEvents - 1), instance, 0, 0)
  }

  /** A value that is embedded BinXML: one or more instances, one after the other. */
  #fragments(
    chunk: ChunkView,
    from: number,
    end: number,
    depth: number,
    level: number,
    height: number,
  ): boolean {
    if (level > mostFragments) return false
    this.#fragmentsWritten++
    const attributes = this.#attributes
    const { view } = chunk
    let at = from
    while (at < end) {
      const instance = this.#instances[level] as Instance
      if (at > from && !startsFragment(view.getUint8(at))) break
      this.#cost += fragmentCost + 8
      if (!instance.read(chunk, at, end, this.#decoder.templates)) return false
      const { next } = instance
      const known = this.#programs.of(instance.template, depth)
      if (!known || !this.#run(chunk, known, 0, instance, level, height)) return false
      at = next
      if (at < end && view.getUint8(at) === token.endOfFragment) at++
    }
    this.#skip = 0
    this.#attributes = attributes
    return true
  }

  #run(
    chunk: ChunkView,
    known: KnownProgram,
    event: number,
    instance: Instance,
    level: number,
    height: number,
  ): boolean {
    const { program } = known
    this.#cost += program.cost
    this.#elements += program.elements
    const deepest = height + program.height
    if (this.#cost > mostUnits || this.#elements > mostElements || deepest > mostHeight) return false
    const out = this.#out
    const start = out.at
    const cost = this.#cost
    const last = this.#programs.last(known, event, instance, out)
    if (last?.isKnown(out) && last.outer.count === instance.count) {
      const elements = this.#elements
      const marks = this.#marks.length
      const fragments = this.#fragmentsWritten
      if (!this.#repeat(chunk, program, last, instance, level, deepest)) {
        if (this.#cost > mostUnits || this.#elements > mostElements) return false
        out.at = start
        this.#cost = cost
        this.#elements = elements
        this.#marks.length = marks
        if (this.#fragmentsWritten > fragments) {
          out.forget()
          last.begin(out)
        }
        if (!this.#whole(chunk, program, last, instance, level, deepest)) return false
      }
    } else if (!this.#whole(chunk, program, last, instance, level, deepest)) return false
    if (this.#cost > mostUnits) return false
    if (last === undefined) return true
    last.end(out, start, this.#cost - cost, chunk.view)
    // its values are kept without being copied
    this.#instances[level] = last.outer
    last.outer = instance
    return true
  }

  #whole(
    chunk: ChunkView,
    program: XmlProgram,
    last: LastOutput | undefined,
    instance: Instance,
    level: number,
    deepest: number,
  ): boolean {
    const out = this.#out
    this.#skip = 0
    this.#attributes = 0
    this.#isEmpty = false
    for (let i = 0, k = 0; i < program.steps.length; i += stepSize, k++) {
      const cost = this.#cost
      if (!this.#step(chunk, program.steps, i, last, instance, level, deepest)) return false
      if (last === undefined) continue
      last.ends[k] = out.at
      last.states[k] = this.#state()
      last.costs[k] = this.#cost - cost
    }
    return true
  }

  /** What later steps depend on beside their values. */
  #state(): number {
    return this.#skip * 4 + (this.#attributes > 0 ? 2 : 0) + (this.#isEmpty ? 1 : 0)
  }

  /** Copies what is as it was and renders the rest. @returns false when this record differs in more than values */
  #repeat(
    chunk: ChunkView,
    program: XmlProgram,
    last: LastOutput,
    instance: Instance,
    level: number,
    deepest: number,
  ): boolean {
    const { uses, guards, steps } = program
    const { count, types } = instance
    const { outer: old, ends, states, costs } = last
    for (let g = 0; g < guards.length; g++) {
      const index = guards[g] as number
      if (index < count && (types[index] === valueType.null) !== (old.types[index] === valueType.null))
        return false
    }
    // one array per level: a step may be a fragment with values of its own
    const changed = this.#changed[level] as Int32Array
    const mark = ++this.#mark
    markChanged(chunk.view, instance, last.view, old, changed, mark)
    this.#cost += last.cost
    const out = this.#out
    let from = last.start
    let first = 0
    for (let u = 0; u < uses.length; u += 2) {
      const index = uses[u + 1] as number
      if (index >= count) continue
      if (changed[index] !== mark) {
        const type = types[index] as number
        // fragments depend on definitions, and arrays repeat their element
        if (type !== valueType.binXml && type < valueType.array) continue
      }
      const k = uses[u] as number
      const state = k === 0 ? 0 : (states[k - 1] as number)
      if (state < 0 || this.#cost > mostUnits) return false
      last.repeat(out, from, first, k)
      this.#skip = state >> 2
      this.#attributes = (state >> 1) & 1
      this.#isEmpty = (state & 1) !== 0
      const cost = this.#cost
      from = ends[k] as number
      if (!this.#step(chunk, steps, k * stepSize, last, instance, level, deepest)) return false
      if (this.#state() !== states[k]) return false
      ends[k] = out.at
      first = k + 1
      const charged = this.#cost - cost
      this.#cost -= costs[k] as number
      costs[k] = charged
    }
    last.repeat(out, from, first, ends.length)
    return true
  }

  #step(
    chunk: ChunkView,
    steps: Int32Array,
    i: number,
    last: LastOutput | undefined,
    instance: Instance,
    level: number,
    deepest: number,
  ): boolean {
    const { offsets, sizes, types, count } = instance
    const out = this.#out
    const literals = this.#programs.literals
    const kind = steps[i + 2] as number
    const index = steps[i + 3] as number
    out.copy(literals, (steps[i] as number) + this.#skip, (steps[i + 1] as number) - this.#skip)
    this.#skip = 0
    // of no meaning where there is no such value
    const isThere = index < count
    const type = isThere ? (types[index] as number) : 0
    const at = isThere ? (offsets[index] as number) : 0
    const size = isThere ? (sizes[index] as number) : 0
    switch (kind) {
      case step.leaf: {
        const before = out.at
        if (isThere) {
          if (type === valueType.binXml) {
            if (
              size > 0 &&
              !this.#fragments(chunk, at, at + size, steps[i + 9] as number, level + 1, deepest)
            )
              return false
          } else if (type & valueType.array) {
            if (steps[i + 7] === 0) return false
            const texts = arrayTexts(chunk, type, at, size)
            if (texts.length > 0) {
              this.#skip = this.#array(texts, steps, i)
              if (this.#skip < 0) return false
              this.#isEmpty = false
              break
            }
            this.#cost += 8
          } else if (!this.#value(chunk, type, at, size, inText)) return false
        }
        this.#isEmpty = out.at === before
        if (!this.#isEmpty) break
        const dependency = (steps[i + 10] as number) - 1
        if (dependency >= 0 && (dependency >= count || types[dependency] === valueType.null)) {
          out.at -= steps[i + 7] as number
          this.#skip = steps[i + 4] as number
        } else this.#skip = this.#close(steps[i + 5] as number, steps[i + 4] as number)
        break
      }
      case step.content:
      case step.attribute: {
        if (!isThere) break
        const before = out.at
        if (kind === step.content && type === valueType.binXml) {
          if (size > 0 && !this.#fragments(chunk, at, at + size, steps[i + 4] as number, level + 1, deepest))
            return false
        } else if (!this.#value(chunk, type, at, size, kind === step.content ? inText : inAttribute))
          return false
        // an element it stands in may be empty without it
        this.#isEmpty = out.at === before
        break
      }
      case step.optional:
        if (!isThere || type === valueType.null) {
          this.#skip = 1
          break
        }
        this.#attributes++
        this.#cost += steps[i + 6] as number
        out.copy(literals, steps[i + 4] as number, steps[i + 5] as number)
        if (!this.#value(chunk, type, at, size, inAttribute)) return false
        break
      case step.start:
        this.#attributes = 0
        break
      case step.empty:
        if (this.#attributes > 0) {
          out.byte(0x2f)
          out.byte(0x3e)
        } else out.copy(literals, steps[i + 4] as number, steps[i + 5] as number)
        break
      case step.open:
        this.#open(steps[i + 5] as number, out.at, i / stepSize, this.#attributes > 0)
        break
      case step.close: {
        const begun = this.#marks.pop() as number
        const first = this.#marks.pop() as number
        this.#isEmpty = Math.abs(begun) === out.at
        if (!this.#isEmpty || begun >= 0) break
        this.#skip = this.#close(emptyForm.short, steps[i + 4] as number)
        last?.states.fill(-1, first, i / stepSize)
        break
      }
      case step.mark:
        this.#marks.push(i / stepSize, out.at)
        break
      case step.absent: {
        const mark = this.#marks.pop() as number
        const first = this.#marks.pop() as number
        if ((this.#isEmpty || steps[i + 4] === 1) && (!isThere || type === valueType.null)) {
          out.at = mark
          last?.states.fill(-1, first, i / stepSize)
        }
        break
      }
    }
    return true
  }

  #open(form: number, at: number, k: number, hasAttributes: boolean): void {
    const isShort = form === emptyForm.byAttributes ? hasAttributes : form === emptyForm.short
    this.#marks.push(k, isShort ? -at : at)
  }

  /** Turns a start tag without content into an empty-element tag where that is the form. @returns bytes of end tag to be left out */
  #close(form: number, ending: number): number {
    if (form === emptyForm.asIs || (form === emptyForm.byAttributes && this.#attributes === 0)) return 0
    const out = this.#out
    out.at--
    out.byte(0x2f)
    out.byte(0x3e)
    return ending
  }

  /** @returns false when the record becomes too long for this path */
  #value(chunk: ChunkView, type: number, at: number, size: number, place: Place): boolean {
    if (type & valueType.array) {
      const text = arrayTexts(chunk, type, at, size).join(', ')
      this.#cost += text.length + 8
      if (this.#cost > mostUnits) return false
      writeText(this.#out, text, place, undefined)
      return true
    }
    const units = writeValue(this.#out, chunk, type, at, size, place, mostUnits - this.#cost, undefined)
    this.#cost += units + 8
    return units >= 0 && this.#cost <= mostUnits
  }

  /** An array repeats its element. @returns bytes of the end tag to be left out, or -1 when this path cannot go on */
  #array(texts: readonly string[], steps: Int32Array, i: number): number {
    const out = this.#out
    const form = steps[i + 5] as number
    const ending = steps[i + 4] as number
    const literals = this.#programs.literals
    // the end tag begins the literal of the next step
    const endAt = steps[i + stepSize] as number
    let skip = 0
    this.#elements += texts.length
    if (this.#elements > mostElements) return -1
    for (let n = 0; n < texts.length; n++) {
      const text = texts[n] as string
      this.#cost += text.length + (steps[i + 8] as number) + 8
      if (this.#cost > mostUnits) return -1
      if (n > 0) {
        out.copy(literals, endAt + skip, ending - skip)
        out.copy(literals, steps[i + 6] as number, steps[i + 7] as number)
      }
      writeText(out, text, inText, undefined)
      skip = text === '' ? this.#close(form, ending) : 0
    }
    return skip
  }
}
