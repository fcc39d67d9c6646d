/** Event XML of a record, as Windows shows it, from its elements. Text is escaped; what XML 1.0 forbids becomes U+FFFD. */
import type { XmlElement } from './binxml/expand.ts'

/** what XML 1.0 cannot hold besides lone surrogates */
const illegalRange = '\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\ufffe\\uffff'
const illegal = new RegExp(
  `[${illegalRange}]|[\\ud800-\\udbff](?![\\udc00-\\udfff])|(?<![\\ud800-\\udbff])[\\udc00-\\udfff]`,
  'g',
)

const inText: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' }
const inAttribute: Readonly<Record<string, string>> = {
  ...inText,
  '"': '&quot;',
  '\n': '&#10;',
  '\t': '&#9;',
}

/** Text between tags, escaped. */
export const xmlText = (value: string) =>
  value.replace(illegal, '\ufffd').replace(/[&<>\r]/g, (c) => inText[c] ?? c)
/** Text between the quotes of an attribute, escaped. */
export const xmlAttribute = (value: string) =>
  value.replace(illegal, '\ufffd').replace(/[&<>"\r\n\t]/g, (c) => inAttribute[c] ?? c)
/** Names come from the log too: what is no XML name is kept from breaking out of its tag. */
export const xmlName = (value: string) =>
  /^[A-Za-z_][\w.:-]*$/.test(value) ? value : `_${value.replace(/[^\w.-]/g, '_')}`

function write(element: XmlElement, out: string[], indent: string | undefined, depth: number): void {
  if (element.absent) return
  const pad = indent === undefined ? '' : `\n${indent.repeat(depth)}`
  const tag = xmlName(element.name)
  out.push(depth > 0 ? pad : '', `<${tag}`)
  for (const [key, value] of element.attributes) out.push(` ${xmlName(key)}="${xmlAttribute(value)}"`)
  if (element.children.length === 0) {
    out.push(element.attributes.length > 0 || depth < 2 ? '/>' : `></${tag}>`)
    return
  }
  out.push('>')
  let nested = false
  for (const child of element.children) {
    if (typeof child === 'string') out.push(xmlText(child))
    else {
      nested = true
      write(child, out, indent, depth + 1)
    }
  }
  out.push(nested ? pad : '', `</${tag}>`)
}

/** @param indent white space per level for reading; none by default, so that text stays as it is */
export function elementsXml(elements: readonly XmlElement[], indent?: string): string {
  const out: string[] = []
  elements.forEach((element, i) => {
    if (i > 0) out.push('\n')
    write(element, out, indent, 0)
  })
  return out.join('')
}
