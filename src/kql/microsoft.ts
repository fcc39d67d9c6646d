/**
 * Microsoft's own KQL parser and binder (`@kusto/language-service-next`, C# compiled to JavaScript). It is two plain scripts that expect
 * to be global; here they run in a context of their own, so that nothing of theirs reaches ours. Only what Tasktrail uses is typed.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createContext, Script } from 'node:vm'
import type { KqlTable, KqlType } from './schema.ts'

/** A C# list. */
export interface List<T> {
  readonly Count: number
  getItem(index: number): T
}

export interface MsSymbol {
  readonly Name: string
  readonly Kind: number
}
export interface MsTable extends MsSymbol {
  readonly Columns: List<MsColumn>
}
export interface MsColumn extends MsSymbol {
  readonly Type: MsSymbol
}

/** A node or token of the syntax tree. Members beyond these are read by `member` and `members`. */
export interface MsNode {
  readonly Kind: number
  readonly IsToken: boolean
  readonly ChildCount: number
  readonly TextStart: number
  readonly End: number
  GetChild(index: number): MsNode | null
  ToString(): string
  readonly ResultType?: MsSymbol | null
  readonly ReferencedSymbol?: MsSymbol | null
  readonly [member: string]: unknown
}

interface MsDiagnostic {
  readonly Code: string
  readonly Severity: string
  readonly Message: string
  readonly Start: number
  readonly Length: number
}

interface MsCode {
  readonly Text: string
  readonly Syntax: MsNode
  GetDiagnostics(): List<MsDiagnostic>
}

interface MsCompletionItem {
  readonly DisplayText: string
  readonly MatchText: string
  readonly BeforeText: string | null
  readonly AfterText: string | null
  readonly Kind: number
}
interface MsService {
  GetCompletionItems(position: number): {
    readonly Items: List<MsCompletionItem>
    readonly EditStart: number
    readonly EditLength: number
  }
  GetQuickInfo(position: number): { readonly Text: string } | null
}

type Enum = Readonly<Record<string, unknown>>
interface Kusto {
  readonly Language: {
    readonly Symbols: {
      readonly ColumnSymbol: new (name: string, type: unknown) => MsColumn
      readonly TableSymbol: { readonly $ctor4: new (name: string, columns: readonly MsColumn[]) => MsTable }
      readonly DatabaseSymbol: {
        readonly $ctor1: new (name: string, tables: readonly MsTable[]) => unknown
      }
      readonly ScalarTypes: Readonly<Record<string, unknown>>
    }
    readonly Syntax: { readonly SyntaxKind: Enum }
    readonly GlobalState: {
      readonly Default: { WithDatabase(database: unknown): { WithCache(): unknown } }
    }
    readonly KustoCode: { ParseAndAnalyze(text: string, globals: unknown): MsCode }
    readonly Editor: {
      readonly CompletionKind: Enum
      readonly KustoCodeService: { readonly $ctor1: new (text: string, globals: unknown) => MsService }
    }
  }
}

let loaded: Kusto | undefined

function kusto(): Kusto {
  if (loaded) return loaded
  const { resolve } = createRequire(import.meta.url)
  const context = createContext({})
  for (const name of ['bridge.min.js', 'Kusto.Language.Bridge.min.js']) {
    const filename = resolve(`@kusto/language-service-next/${name}`)
    new Script(readFileSync(filename, 'utf8'), { filename }).runInContext(context)
  }
  loaded = (context as { readonly Kusto: Kusto }).Kusto
  return loaded
}

/** Names of an enum by number. */
const namesOf = (table: Enum): ReadonlyMap<number, string> =>
  new Map(
    Object.entries(table).flatMap(([name, value]) =>
      typeof value === 'number' && !name.startsWith('$') ? [[value, name] as const] : [],
    ),
  )

let kindNames: ReadonlyMap<number, string> | undefined
/** `FilterOperator`, `StringLiteralToken` … */
export function kindOf(node: MsNode): string {
  kindNames ??= namesOf(kusto().Language.Syntax.SyntaxKind)
  return kindNames.get(node.Kind) ?? String(node.Kind)
}

const scalarNames: Readonly<Record<KqlType, string>> = {
  string: 'String',
  long: 'Long',
  int: 'Int',
  real: 'Real',
  decimal: 'Decimal',
  bool: 'Bool',
  datetime: 'DateTime',
  timespan: 'TimeSpan',
  dynamic: 'Dynamic',
  guid: 'Guid',
}

const globalsOf = new WeakMap<readonly KqlTable[], unknown>()
function globals(tables: readonly KqlTable[]): unknown {
  const known = globalsOf.get(tables)
  if (known) return known
  const { Symbols, GlobalState } = kusto().Language
  const made = GlobalState.Default.WithDatabase(
    new Symbols.DatabaseSymbol.$ctor1(
      'case',
      tables.map(
        (table) =>
          new Symbols.TableSymbol.$ctor4(
            table.name,
            table.columns.map(
              ({ name, type }) => new Symbols.ColumnSymbol(name, Symbols.ScalarTypes[scalarNames[type]]),
            ),
          ),
      ),
    ),
  ).WithCache()
  globalsOf.set(tables, made)
  return made
}

export interface KqlDiagnostic {
  readonly code: string
  readonly severity: 'error' | 'warning' | 'suggestion'
  readonly message: string
  /** UTF-16 units from the start of the text */
  readonly start: number
  readonly length: number
}

/** The syntax tree of a query against these tables, and what is wrong with it in the order of the text. */
export function analyse(
  text: string,
  tables: readonly KqlTable[],
): { readonly syntax: MsNode; readonly diagnostics: readonly KqlDiagnostic[] } {
  const code = kusto().Language.KustoCode.ParseAndAnalyze(text, globals(tables))
  const diagnostics = listOf(code.GetDiagnostics()).map((found): KqlDiagnostic => {
    const severity = found.Severity.toLowerCase()
    return {
      code: found.Code,
      severity: severity === 'warning' || severity === 'suggestion' ? severity : 'error',
      message: found.Message,
      start: found.Start,
      length: found.Length,
    }
  })
  return { syntax: code.Syntax, diagnostics: diagnostics.sort((a, b) => a.start - b.start) }
}

export interface KqlCompletion {
  readonly text: string
  /** what is put before and behind the caret */
  readonly before: string
  readonly after: string
  readonly kind: string
}

/** What may be written at a place of a query. */
export function complete(
  text: string,
  position: number,
  tables: readonly KqlTable[],
): { readonly start: number; readonly length: number; readonly items: readonly KqlCompletion[] } {
  const { Editor } = kusto().Language
  const service = new Editor.KustoCodeService.$ctor1(text, globals(tables))
  const kinds = namesOf(Editor.CompletionKind)
  const found = service.GetCompletionItems(position)
  return {
    start: found.EditStart,
    length: found.EditLength,
    items: listOf(found.Items).map((item) => ({
      text: item.DisplayText,
      before: item.BeforeText ?? item.DisplayText,
      after: item.AfterText ?? '',
      kind: kinds.get(item.Kind) ?? 'Unknown',
    })),
  }
}

/** What stands at a place of a query, in words; nothing where nothing is known of it. */
export function meaningAt(text: string, position: number, tables: readonly KqlTable[]): string | undefined {
  const service = new (kusto().Language.Editor.KustoCodeService.$ctor1)(text, globals(tables))
  return service.GetQuickInfo(position)?.Text || undefined
}

export function listOf<T>(list: List<T> | null | undefined): T[] {
  return Array.from({ length: list?.Count ?? 0 }, (_, i) => (list as List<T>).getItem(i))
}
