import { parseAst } from 'vite'
import type { SourceFile } from './source-files.ts'

/** What the house rules need of a file's syntax: where it imports from, and what it exports. */
interface SyntaxNode {
  readonly type: string
  readonly [key: string]: unknown
}

function parse({ path, text }: SourceFile): SyntaxNode {
  const lang = /x$/.test(path) ? 'tsx' : 'ts'
  return parseAst(text, { lang }) as unknown as SyntaxNode
}
const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === 'object' && value !== null && typeof (value as SyntaxNode).type === 'string'

function* walk(node: SyntaxNode): Generator<SyntaxNode> {
  yield node
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) {
      for (const one of value) if (isNode(one)) yield* walk(one)
    } else if (isNode(value)) yield* walk(value)
  }
}

/** Text of a string literal or of a template without holes. */
function literal(node: unknown): string | undefined {
  if (!isNode(node)) return undefined
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value
  if (node.type !== 'TemplateLiteral' || (node.expressions as unknown[]).length > 0) return undefined
  const [only] = node.quasis as { value: { cooked: string } }[]
  return only?.value.cooked
}
const name = (node: unknown): string | undefined =>
  isNode(node) && typeof node.name === 'string' ? node.name : literal(node)
const isImportMeta = (node: unknown) =>
  isNode(node) &&
  node.type === 'MemberExpression' &&
  isNode(node.object) &&
  node.object.type === 'MetaProperty'

/** The expression that names another module, if this node refers to one. */
function moduleNamed(node: SyntaxNode): unknown {
  const [first, second] = (node.arguments ?? []) as unknown[]
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'ImportExpression':
    case 'TSImportType':
      return node.source
    case 'ExportNamedDeclaration':
      return node.source ?? undefined
    case 'TSExternalModuleReference':
      return node.expression
    case 'NewExpression':
      // how a worker's file is named: new Worker(new URL('./worker.ts', import.meta.url))
      return name(node.callee) === 'URL' && isImportMeta(second) ? first : undefined
    case 'CallExpression': {
      const callee = node.callee as SyntaxNode
      const owner = callee.type === 'MemberExpression' ? callee.object : undefined
      const isRequire = name(callee) === 'require' || name(owner) === 'require'
      const isResolve = isImportMeta(callee) && name(callee.property) === 'resolve'
      return isRequire || isResolve ? first : undefined
    }
    default:
      return undefined
  }
}

/** Every module a file names: imports, type-only and dynamic ones, re-exports, requires, workers' files. `?` when computed. */
export function importsOf(file: SourceFile): readonly string[] {
  const found: string[] = []
  for (const node of walk(parse(file))) {
    const named = moduleNamed(node)
    if (named !== undefined) found.push(literal(named) ?? '?')
  }
  return found
}

function* boundNames(pattern: unknown): Generator<string> {
  if (!isNode(pattern)) return
  if (pattern.type === 'Identifier') yield String(pattern.name)
  else if (pattern.type === 'AssignmentPattern') yield* boundNames(pattern.left)
  else if (pattern.type === 'RestElement') yield* boundNames(pattern.argument)
  else if (pattern.type === 'Property') yield* boundNames(pattern.value)
  else
    for (const part of [
      ...((pattern.properties as unknown[]) ?? []),
      ...((pattern.elements as unknown[]) ?? []),
    ])
      yield* boundNames(part)
}

/** Names a file gives to others: values, types and renamed exports. */
export function exportsOf(file: SourceFile): readonly string[] {
  const found: string[] = []
  for (const node of parse(file).body as SyntaxNode[]) {
    if (node.type === 'ExportAllDeclaration') found.push(name(node.exported) ?? '')
    if (node.type !== 'ExportNamedDeclaration' && node.type !== 'ExportDefaultDeclaration') continue
    for (const specifier of (node.specifiers ?? []) as SyntaxNode[])
      found.push(name(specifier.exported) ?? '')
    const declaration = node.declaration
    if (!isNode(declaration)) continue
    found.push(name(declaration.id) ?? '')
    for (const declarator of (declaration.declarations ?? []) as SyntaxNode[])
      found.push(...boundNames(declarator.id))
  }
  return found.filter(Boolean)
}

/** Whether a type in the file is `any`. */
export function usesAny(file: SourceFile): boolean {
  for (const node of walk(parse(file))) if (node.type === 'TSAnyKeyword') return true
  return false
}
