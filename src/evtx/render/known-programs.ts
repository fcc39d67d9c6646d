/** The XML programs of one writer's templates, and the last outputs remembered with them. */
import type { Instance } from '../binxml/instance.ts'
import type { Template } from '../binxml/templates.ts'
import { type ByteWriter, LiteralPool } from './byte-writer.ts'
import { isRemembered, LastOutput } from './last-output.ts'
import { stepSize, type XmlProgram, xmlProgram } from './xml-program.ts'

/** literals kept before all programs are dropped: hostile logs may define ever new templates */
const mostLiterals = 8 << 20
/** last outputs remembered by one writer */
const mostLasts = 1024
/** and per template: one Event template serves many event ids */
export const mostEvents = 64

export interface KnownProgram {
  readonly template: Template
  readonly program: XmlProgram
  /** by event id; fragments have one */
  readonly lasts: (LastOutput | undefined)[]
}

export class KnownPrograms {
  readonly #pool = new LiteralPool()
  /** by template number × 3 + depth */
  #known: (KnownProgram | undefined)[] = []
  #lasts = 0

  get literals(): DataView {
    return this.#pool.view
  }

  /** @returns undefined for a form only the tree path renders, and once when all are dropped */
  of(template: Template | undefined, depth: number): KnownProgram | undefined {
    if (!template) return undefined
    const key = template.number * 3 + depth
    const known = this.#known[key]
    if (known !== undefined && known.template === template) return known
    if (this.#pool.size > mostLiterals) {
      // programs in use keep their own numbers but not their literals: begin again with the next record
      this.#pool.clear()
      this.#known = []
      this.#lasts = 0
      return undefined
    }
    const program = template.root ? xmlProgram(template.root, depth, this.#pool) : undefined
    if (!program) return undefined
    const added = { template, program, lasts: [] }
    this.#known[key] = added
    return added
  }

  /** What is remembered of the last record like this one; undefined when it is not to be remembered. */
  last(
    { program, lasts }: KnownProgram,
    event: number,
    instance: Instance,
    out: ByteWriter,
  ): LastOutput | undefined {
    const last = lasts[event]
    if (!isRemembered(program.steps.length / stepSize, instance)) return undefined
    if (last !== undefined) return last.begin(out) ? last : undefined
    if (this.#lasts >= mostLasts) return undefined
    this.#lasts++
    const first = new LastOutput(program.steps.length / stepSize)
    lasts[event] = first
    first.begin(out)
    return first
  }
}
