/** Reading Microsoft's syntax tree: members by name, lists without their separators, names, refusals at their place. */
import { kindOf, type List, listOf, type MsNode, type MsSymbol, type MsTable } from './microsoft.ts'
import { KqlTrouble } from './refusal.ts'
import type { KqlColumn, KqlType } from './schema.ts'

export type { MsNode } from './microsoft.ts'
export { kindOf } from './microsoft.ts'

/** A member that must be there. */
export function member(node: MsNode, name: string): MsNode {
  const found = node[name] as MsNode | null | undefined
  if (!found) throw refused(node, `${kindOf(node)} has no ${name}`)
  return found
}
export const optional = (node: MsNode, name: string): MsNode | undefined =>
  (node[name] as MsNode | null | undefined) ?? undefined

/** Elements of a list member, separators left out. */
export const listed = (node: MsNode, name: string): MsNode[] =>
  elements(node[name] as (MsNode & List<MsNode>) | null | undefined)

export const elements = (list: List<MsNode> | null | undefined): MsNode[] =>
  listOf(list).map((element) =>
    kindOf(element) === 'SeparatedElement' ? member(element, 'Element') : element,
  )

/** Arguments of a call, or the values between the brackets of `in (…)`. */
export const argumentsOf = (list: MsNode): MsNode[] => listed(list, 'Expressions')

export const tokenText = (node: MsNode, name: string): string => String(member(node, name).Text)

/** The name a declaration or reference spells, quotes and brackets taken away. */
export const nameOf = (node: MsNode): string => String(node.SimpleName ?? node.ToString().trim())

const types: ReadonlySet<string> = new Set<KqlType>([
  'string',
  'long',
  'int',
  'real',
  'decimal',
  'bool',
  'datetime',
  'timespan',
  'dynamic',
  'guid',
])
export function typeOf(symbol: MsSymbol | null | undefined): KqlType | undefined {
  const name = symbol?.Name === 'double' ? 'real' : symbol?.Name
  return name !== undefined && types.has(name) ? (name as KqlType) : undefined
}

/** Columns of what a tabular expression or an aggregate gives. */
export function columnsOf(node: MsNode): readonly KqlColumn[] {
  const table = node.ResultType as MsTable | null | undefined
  return listOf(table?.Columns).map((column) => ({
    name: column.Name,
    type: typeOf(column.Type) ?? 'dynamic',
  }))
}

/** The node without the brackets around it. */
export function bare(node: MsNode): MsNode {
  return kindOf(node) === 'ParenthesizedExpression' ? bare(member(node, 'Expression')) : node
}

export const refused = (node: MsNode, message: string): KqlTrouble =>
  new KqlTrouble(message, node.TextStart, Math.max(1, node.End - node.TextStart))
