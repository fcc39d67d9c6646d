/** `parse_xml`: an element becomes its name, an attribute `@name`, text beside them `#text`, repeated elements an array. */
import { SaxesParser } from 'saxes'
import { exactJson } from './exact-json.ts'

const mostUnits = 131_072
const mostDepth = 100

interface Open {
  readonly name: string
  readonly members: Map<string, unknown[]>
  text: string
}

/** JSON text; null for what is no XML, has a DTD, is nested too deep or longer than KQL itself takes. */
export function xmlAsJson(xml: string): string | null {
  if (xml.trim() === '' || xml.length > mostUnits) return null
  const parser = new SaxesParser()
  const open: Open[] = [{ name: '', members: new Map(), text: '' }]
  let isWrong = false
  const put = (to: Open, name: string, value: unknown) =>
    to.members.set(name, [...(to.members.get(name) ?? []), value])
  parser.on('doctype', () => {
    isWrong = true
  })
  parser.on('error', () => {
    isWrong = true
  })
  parser.on('opentag', ({ name, attributes }) => {
    const element: Open = { name, members: new Map(), text: '' }
    for (const [key, value] of Object.entries(attributes)) put(element, `@${key}`, String(value))
    if (open.length > mostDepth) isWrong = true
    else open.push(element)
  })
  parser.on('text', (text) => {
    const element = open.at(-1)
    if (element) element.text += text
  })
  parser.on('cdata', (text) => {
    const element = open.at(-1)
    if (element) element.text += text
  })
  parser.on('closetag', () => {
    const element = open.length > 1 ? open.pop() : undefined
    const parent = open.at(-1)
    if (element && parent) put(parent, element.name, contentOf(element))
  })
  try {
    parser.write(xml).close()
  } catch {
    return null
  }
  const root = open[0]
  return isWrong || open.length !== 1 || !root || root.members.size === 0 ? null : exactJson(contentOf(root))
}

function contentOf({ members, text }: Open): unknown {
  const words = text.trim()
  if (members.size === 0) return words === '' ? null : words
  const made: [string, unknown][] = [...members].map(([name, values]) => [
    name,
    values.length === 1 ? values[0] : values,
  ])
  if (words !== '') made.push(['#text', words])
  return Object.fromEntries(made)
}
