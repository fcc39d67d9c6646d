/**
 * XML of a task definition as a small bounded tree. Hostile by assumption: no DTD, no entities, bounded depth, size, element
 * and error counts, and text cut anywhere still gives what stands before the cut.
 */
import { SaxesParser } from 'saxes'
import { limits } from '../base/limits.ts'
import type { TaskReading } from '../domain/task.ts'

export type Trouble = NonNullable<TaskReading['trouble']>

export interface XmlElement {
  /** local name, without prefix */
  readonly name: string
  /** namespace, '' when none is declared */
  readonly namespace: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: XmlElement[]
  /** character data directly below this element, joined */
  text: string
}

export interface XmlReading {
  readonly root: XmlElement | undefined
  readonly trouble: Trouble | undefined
}

const bounds = { elements: 20_000, errors: 1000, name: 200 } as const

/** Thrown through the parser to stop it; never leaves this file. */
class Stop extends Error {}

/** Reads `source` (a string: whatever encoding its declaration claims is without meaning). Never throws on content. */
export function readXml(source: string): XmlReading {
  const tooLong = source.length > limits.taskXmlLength
  const text = withoutDeclaration(tooLong ? source.slice(0, limits.taskXmlLength) : source)
  const reader = new TreeReader()
  if (!text.isWellFormed()) {
    // saxes joins a lone surrogate with the next character, which could hide a '<'
    const at = text.search(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/)
    reader.note(
      'tasks.xml.character',
      placeOf(text, at),
      'The definition holds half a UTF-16 character, which is not text; it is read as U+FFFD.',
    )
  }
  reader.read(text.toWellFormed())
  if (tooLong) {
    reader.note(
      'tasks.xml.too-long',
      `character ${limits.taskXmlLength}`,
      `The definition is longer than ${limits.taskXmlLength} characters; only the part before that is read.`,
      true,
    )
  }
  return { root: reader.refused ? undefined : reader.root, trouble: reader.trouble }
}

/** Blanks out a byte order mark and the XML declaration; every other character keeps its line and column. */
function withoutDeclaration(source: string): string {
  const head = /^\ufeff?\s*(?:<\?xml[\s][^>]{0,400}?\?>)?/.exec(source)?.[0] ?? ''
  return head.replace(/[^\r\n]/g, ' ') + source.slice(head.length)
}

/** Where a DOCTYPE begins, -1 without one: seen before the parser reads it, however long or broken it is. */
function doctypeIn(text: string): number {
  for (let at = 0; ; ) {
    while (at < text.length && text.charCodeAt(at) <= 0x20) at++
    const close = text.startsWith('<!--', at) ? '-->' : text.startsWith('<?', at) ? '?>' : undefined
    if (close === undefined) return /^<!doctype/i.test(text.slice(at, at + 9)) ? at : -1
    const end = text.indexOf(close, at)
    if (end < 0) return -1
    at = end + close.length
  }
}

function placeOf(text: string, at: number): string {
  const before = text.slice(0, Math.max(0, at))
  const line = before.split(/\r\n|\n|\r/)
  return `line ${line.length}, column ${(line.at(-1)?.length ?? 0) + 1}`
}

class TreeReader {
  root: XmlElement | undefined
  trouble: Trouble | undefined
  /** true when the content must not be used at all */
  refused = false
  private readonly parser = new SaxesParser({ xmlns: true, position: true })
  private readonly open: XmlElement[] = []
  private elements = 0
  private errors = 0
  private closing = false

  /** The first trouble is kept, as it says where reading went wrong; `over` puts a graver one in its place. */
  note(code: string, where: string, what: string, over = false): void {
    if (over || !this.trouble) this.trouble = { code, where, what }
  }

  read(text: string): void {
    const { parser } = this
    parser.on('opentag', (tag) => {
      const attributes = new Map<string, string>()
      for (const attribute of Object.values(tag.attributes)) {
        attributes.set(attribute.local.slice(0, bounds.name), attribute.value)
      }
      this.enter({
        name: tag.local.slice(0, bounds.name),
        namespace: tag.uri,
        attributes,
        children: [],
        text: '',
      })
    })
    parser.on('closetag', () => {
      this.open.pop()
    })
    parser.on('text', (piece) => this.append(piece))
    parser.on('cdata', (piece) => this.append(piece))
    parser.on('doctype', () => this.refuseDoctype())
    parser.on('error', (error) => this.meetError(error.message))
    try {
      const doctypeAt = doctypeIn(text)
      if (doctypeAt >= 0) {
        this.note('tasks.xml.doctype', placeOf(text, doctypeAt), doctypeWords, true)
        this.refused = true
        return
      }
      parser.write(text)
      this.closing = true
      parser.close()
    } catch (stop) {
      if (!(stop instanceof Stop)) throw stop
    }
  }

  private enter(element: XmlElement): void {
    if (this.open.length >= limits.taskXmlDepth) {
      this.stop(
        'tasks.xml.too-deep',
        `Elements are nested deeper than ${limits.taskXmlDepth}; reading stops there.`,
      )
    }
    if (++this.elements > bounds.elements) {
      this.stop(
        'tasks.xml.too-many-elements',
        `There are more than ${bounds.elements} elements; reading stops there.`,
      )
    }
    const parent = this.open.at(-1)
    if (parent) parent.children.push(element)
    else this.root ??= element
    this.open.push(element)
  }

  private append(piece: string): void {
    const element = this.open.at(-1)
    if (element) element.text += piece
  }

  private refuseDoctype(): never {
    this.refused = true
    this.note('tasks.xml.doctype', this.place(), doctypeWords, true)
    throw new Stop()
  }

  private stop(code: string, what: string): never {
    this.note(code, this.place(), what, true)
    throw new Stop()
  }

  private meetError(message: string): void {
    const reason = message.replace(/^(?:[^:]*:)?\d+:\d+: /, '')
    const cut = this.closing || /unclosed tag|unexpected end/.test(reason)
    const illegal = /disallowed character/.test(reason)
    if (cut) {
      this.note(
        'tasks.xml.cut',
        this.place(),
        'The definition ends too early: what stands before the end is read, the rest is missing.',
      )
    } else if (illegal) {
      this.note(
        'tasks.xml.character',
        this.place(),
        'The definition holds a control character that XML forbids; Windows would not register it in this form.',
      )
    } else {
      this.note(
        'tasks.xml.malformed',
        this.place(),
        `The definition is not well-formed XML: ${reason.slice(0, 200)}`,
      )
    }
    if (++this.errors >= bounds.errors) {
      // the first trouble keeps its place: it is where the definition stops being one
      const { code, where, what } = this.trouble as Trouble
      this.trouble = {
        code,
        where,
        what: `${what} After ${bounds.errors} errors reading stops at ${this.place()}.`,
      }
      throw new Stop()
    }
  }

  private place(): string {
    return `line ${this.parser.line}, column ${Math.max(1, this.parser.column)}`
  }
}

const doctypeWords =
  'The definition declares a DOCTYPE, which task definitions never do; it is refused whole, because entities could stand for anything.'
