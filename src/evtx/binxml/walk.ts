/**
 * Walks the tokens of one BinXML fragment or template definition into a flat list of numbers. Names and, in definitions,
 * literal texts become numbers of `Texts`, so that the same definition gives the same list in every chunk although its name
 * offsets differ: this list, compared exactly, is the identity of a template (evtx.md §4, trick 1).
 */
import { limits } from '../../base/limits.ts'
import type { ChunkView } from '../chunk-view.ts'
import { token } from '../format.ts'
import { type NameSlots, nameSize, type Texts } from '../names.ts'
import { BinXmlError } from '../problem.ts'

export const code = {
  end: 0,
  /** dependency (-1 none), name */
  element: 1,
  /** name */
  attribute: 2,
  /** text */
  text: 3,
  /** index, type */
  substitution: 4,
  /** index, type */
  optional: 5,
  closeStart: 6,
  closeEmpty: 7,
  endElement: 8,
  /** text */
  cdata: 9,
  /** UTF-16 code unit */
  charRef: 10,
  /** name */
  entityRef: 11,
  /** name */
  piTarget: 12,
  /** text */
  piText: 13,
} as const

/** The list, reused from walk to walk. */
export class Codes {
  list = new Int32Array(1024)
  length = 0
  /** values of a template-less fragment: not interned, as they are evidence and not structure */
  readonly literals: string[] = []
  /** where the offsets of names stand, and the numbers of these names */
  readonly namePlaces: number[] = []
  readonly names: number[] = []
  /** where the walk ended */
  next = 0

  clear(): void {
    this.length = 0
    this.literals.length = 0
    this.namePlaces.length = 0
    this.names.length = 0
  }
  push(value: number): void {
    if (this.length === this.list.length) {
      const larger = new Int32Array(this.list.length * 2)
      larger.set(this.list)
      this.list = larger
    }
    this.list[this.length++] = value
  }
}

/**
 * @param inDefinition element starts carry a dependency id only inside template definitions (trap 3)
 * @param wantEnd stop after the outermost element as well as at an end token (template-less records)
 * @throws BinXmlError with the offset of what cannot be read
 */
export function walk(
  chunk: ChunkView,
  from: number,
  end: number,
  inDefinition: boolean,
  out: Codes,
  names: NameSlots,
  texts: Texts,
): void {
  const view = chunk.view
  const stop = Math.min(end, chunk.size)
  let at = from
  let depth = 0
  let inStart = false
  const need = (bytes: number, what: string) => {
    if (at + bytes > stop) throw new BinXmlError(`${what} is cut short`, at)
  }
  const name = (): number => {
    need(4, 'name offset')
    const offset = view.getUint32(at, true)
    at += 4
    const number = names.number(chunk, offset, texts)
    out.namePlaces.push(at - 4)
    out.names.push(number)
    if (offset === at) at += nameSize(chunk, offset)
    return number
  }
  const text = (): number => {
    need(2, 'text length')
    const units = view.getUint16(at, true)
    at += 2
    need(units * 2, 'text')
    const start = at
    at += units * 2
    if (inDefinition) return texts.number(chunk, start, units)
    out.literals.push(chunk.text(start, units))
    return out.literals.length - 1
  }
  while (at < stop) {
    const raw = view.getUint8(at)
    const place = at++
    out.next = at
    switch (raw & 0xbf) {
      case token.endOfFragment:
        out.push(code.end)
        out.next = at
        return
      case token.openElement: {
        if (++depth > limits.binXmlDepth) throw new BinXmlError('elements are nested too deep', place)
        let dependency = -1
        if (inDefinition) {
          need(2, 'dependency id')
          dependency = view.getUint16(at, true)
          if (dependency === 0xffff) dependency = -1
          at += 2
        }
        need(4, 'element size')
        at += 4
        out.push(code.element)
        out.push(dependency)
        out.push(name())
        if (raw & 0x40) {
          need(4, 'attribute list size')
          at += 4
        }
        inStart = true
        break
      }
      case token.attribute:
        if (!inStart) throw new BinXmlError('attribute outside an element start', place)
        out.push(code.attribute)
        out.push(name())
        break
      case token.value: {
        need(1, 'value type')
        const type = view.getUint8(at++)
        if (type !== 1)
          throw new BinXmlError(`inline value of type 0x${type.toString(16)}, only text is known`, place)
        out.push(code.text)
        out.push(text())
        break
      }
      case token.substitution:
      case token.optionalSubstitution:
        if (!inDefinition) throw new BinXmlError('substitution outside a template', place)
        need(3, 'substitution')
        out.push((raw & 0xbf) === token.substitution ? code.substitution : code.optional)
        out.push(view.getUint16(at, true))
        out.push(view.getUint8(at + 2))
        at += 3
        break
      case token.closeStart:
        inStart = false
        out.push(code.closeStart)
        break
      case token.closeEmpty:
        inStart = false
        out.push(code.closeEmpty)
        depth--
        break
      case token.endElement:
        out.push(code.endElement)
        depth--
        break
      case token.cdata:
        out.push(code.cdata)
        out.push(text())
        break
      case token.charRef:
        need(2, 'character reference')
        out.push(code.charRef)
        out.push(view.getUint16(at, true))
        at += 2
        break
      case token.entityRef:
        out.push(code.entityRef)
        out.push(name())
        break
      case token.piTarget:
        out.push(code.piTarget)
        out.push(name())
        break
      case token.piText:
        out.push(code.piText)
        out.push(text())
        break
      default:
        throw new BinXmlError(`unknown token 0x${raw.toString(16).padStart(2, '0')}`, place)
    }
    if (depth < 0) throw new BinXmlError('more elements end than began', place)
    if (depth === 0 && !inDefinition && !inStart) {
      // an embedded value may hold a second element after the first, or end without an end token (trap 8)
      out.push(code.end)
      out.next = at
      return
    }
  }
  throw new BinXmlError('no end of the fragment', at)
}
