/** Event XML of records as bytes, by the programs of their templates. Unusual forms are left to the tree path. */
import { fragmentCost, startsFragment } from '../binxml/expand.ts'
import { Instance } from '../binxml/instance.ts'
import type { Template } from '../binxml/templates.ts'
import { arrayTexts } from '../binxml/value.ts'
import type { ChunkView } from '../chunk-view.ts'
import type { RecordDecoder } from '../decode.ts'
import { token, valueType } from '../format.ts'
import { BinXmlError } from '../problem.ts'
import { type ByteWriter, LiteralPool } from './byte-writer.ts'
import { HeadMemory } from './head-memory.ts'
import { inAttribute, inText, type Place, writeText } from './units.ts'
import { mostUnits, recordRoom, writeValue } from './value-bytes.ts'
import { emptyForm, step, stepSize, type XmlProgram, xmlProgram } from './xml-program.ts'

/** literals kept before all programs are dropped: hostile logs may define ever new templates */
const mostLiterals = 8 << 20
/** beyond these a record is left to the tree path, which knows the limits exactly */
const mostFragments = 8
const mostHeight = 60
const mostElements = 8000

interface Known {
  readonly template: Template
  readonly program: XmlProgram | undefined
  readonly memory: HeadMemory | undefined
}
/** heads of records kept by one writer */
const mostHeads = 512

export class XmlRecords {
  readonly #out: ByteWriter
  readonly #decoder: RecordDecoder
  readonly #pool = new LiteralPool()
  /** by template number × 3 + depth */
  #known: (Known | undefined)[] = []
  /** one per level of nesting */
  readonly #instances = Array.from({ length: mostFragments + 1 }, () => new Instance())
  /** of the program of the record, once it is known */
  #memory: HeadMemory | undefined
  #heads = 0
  #cost = 0
  #elements = 0
  #attributes = 0
  /** the element ended last has no content */
  #isEmpty = false
  /** places in the output; negative for content whose element ends `/>` when there is none */
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
    return false
  }

  #record(chunk: ChunkView, at: number, end: number): boolean {
    const instance = this.#instances[0] as Instance
    if (!instance.read(chunk, at, end, this.#decoder.templates)) return false
    const program = this.#program(instance.template, 0)
    if (!program) return false
    const { timeIndex, eventIndex } = program
    if (timeIndex < 0 || timeIndex >= instance.count || eventIndex >= instance.count) return false
    if (instance.types[timeIndex] !== valueType.fileTime || instance.sizes[timeIndex] !== 8) return false
    if (instance.types[eventIndex] !== valueType.uint16 || instance.sizes[eventIndex] !== 2) return false
    // event 0 of the year 1601 is no event
    const time = instance.offsets[timeIndex] as number
    const isZero = chunk.view.getUint32(time, true) === 0 && chunk.view.getUint32(time + 4, true) === 0
    if (isZero) return false
    this.#cost += fragmentCost + 8
    return this.#run(chunk, program, instance, 0, 0)
  }

  #program(template: Template | undefined, depth: number): XmlProgram | undefined {
    if (!template) return undefined
    const key = template.number * 3 + depth
    const known = this.#known[key]
    if (known !== undefined && known.template === template) {
      if (depth === 0) this.#memory = known.memory
      return known.program
    }
    this.#memory = undefined
    if (this.#pool.size > mostLiterals) {
      // programs in use keep their own numbers but not their literals: begin again with the next record
      this.#pool.clear()
      this.#known = []
      this.#heads = 0
      return undefined
    }
    const program = template.root ? xmlProgram(template.root, depth, this.#pool) : undefined
    const head = depth === 0 && program ? headValues(program) : []
    const memory = head.length > 0 ? new HeadMemory(head) : undefined
    this.#known[key] = { template, program, memory }
    return program
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
    const instance = this.#instances[level] as Instance
    const { view } = chunk
    let at = from
    while (at < end) {
      if (at > from && !startsFragment(view.getUint8(at))) break
      this.#cost += fragmentCost + 8
      if (!instance.read(chunk, at, end, this.#decoder.templates)) return false
      const program = this.#program(instance.template, depth)
      if (!program || !this.#run(chunk, program, instance, level, height)) return false
      at = instance.next
      if (at < end && view.getUint8(at) === token.endOfFragment) at++
    }
    return true
  }

  #run(chunk: ChunkView, program: XmlProgram, instance: Instance, level: number, height: number): boolean {
    this.#cost += program.cost
    this.#elements += program.elements
    const deepest = height + program.height
    if (this.#cost > mostUnits || this.#elements > mostElements || deepest > mostHeight) return false
    const out = this.#out
    const literals = this.#pool.view
    const { steps } = program
    const { offsets, sizes, types, count } = instance
    let skip = 0
    let i = 0
    const memory = level === 0 ? this.#memory : undefined
    let keepAt = -1
    const start = out.at
    const costBefore = this.#cost
    if (memory !== undefined) {
      const head = memory.find(chunk.view, instance)
      if (head !== undefined) {
        out.copy(head.output, 0, head.length)
        this.#cost += head.cost
        skip = head.skip
        this.#attributes = head.attributes
        i = program.head * stepSize
      } else if (this.#heads < mostHeads && !memory.isFull) keepAt = program.head * stepSize
    }
    for (; i < steps.length; i += stepSize) {
      if (i === keepAt && this.#marks.length === 0) {
        const cost = this.#cost - costBefore
        if (memory?.keep(chunk.view, instance, out, start, cost, skip, this.#attributes)) this.#heads++
      }
      out.copy(literals, (steps[i] as number) + skip, (steps[i + 1] as number) - skip)
      skip = 0
      const kind = steps[i + 2] as number
      if (kind === step.literal) continue
      const index = steps[i + 3] as number
      switch (kind) {
        case step.leaf: {
          const before = out.at
          if (index < count) {
            const type = types[index] as number
            const at = offsets[index] as number
            const size = sizes[index] as number
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
                skip = this.#array(texts, steps, i)
                if (skip < 0) return false
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
            skip = steps[i + 4] as number
          } else skip = this.#close(steps[i + 5] as number, steps[i + 4] as number)
          break
        }
        case step.content:
        case step.attribute: {
          if (index >= count) break
          const type = types[index] as number
          const at = offsets[index] as number
          const size = sizes[index] as number
          if (kind === step.content && type === valueType.binXml) {
            if (
              size > 0 &&
              !this.#fragments(chunk, at, at + size, steps[i + 4] as number, level + 1, deepest)
            )
              return false
          } else if (!this.#value(chunk, type, at, size, kind === step.content ? inText : inAttribute))
            return false
          break
        }
        case step.optional:
          if (index >= count || types[index] === valueType.null) {
            skip = 1
            break
          }
          this.#attributes++
          this.#cost += steps[i + 6] as number
          out.copy(literals, steps[i + 4] as number, steps[i + 5] as number)
          if (
            !this.#value(
              chunk,
              types[index] as number,
              offsets[index] as number,
              sizes[index] as number,
              inAttribute,
            )
          )
            return false
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
        case step.open: {
          const form = steps[i + 5] as number
          const isShort = form === emptyForm.byAttributes ? this.#attributes > 0 : form === emptyForm.short
          this.#marks.push(isShort ? -out.at : out.at)
          break
        }
        case step.close:
          {
            const begun = this.#marks.pop() as number
            this.#isEmpty = Math.abs(begun) === out.at
            if (this.#isEmpty && begun < 0) skip = this.#close(emptyForm.short, steps[i + 4] as number)
          }
          break
        case step.mark:
          this.#marks.push(out.at)
          break
        case step.absent: {
          const mark = this.#marks.pop() as number
          if ((this.#isEmpty || steps[i + 4] === 1) && (index >= count || types[index] === valueType.null))
            out.at = mark
          break
        }
      }
    }
    return true
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
    const literals = this.#pool.view
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

/** Values the steps in front of the time depend on; none when there is nothing to gain. */
function headValues({ steps, head, eventIndex }: XmlProgram): readonly number[] {
  if (head < 4) return []
  const indexes = new Set([eventIndex])
  for (let i = 0; i < head * stepSize; i += stepSize) {
    const kind = steps[i + 2] as number
    const hasIndex =
      kind === step.leaf ||
      kind === step.content ||
      kind === step.attribute ||
      kind === step.optional ||
      kind === step.absent
    if (hasIndex) indexes.add(steps[i + 3] as number)
    if (kind === step.leaf && (steps[i + 10] as number) > 0) indexes.add((steps[i + 10] as number) - 1)
  }
  return [...indexes]
}
