/** What a query knows while it is read: its tables, its names, the numbers of its columns and its bound values. */

import type { KqlTable, KqlType } from '../schema.ts'
import { type MsNode, refused } from '../syntax.ts'
import { type Expression, none } from './expression.ts'
import type { Column, Relation } from './relation.ts'

/** Bounds of one query. */
export const most = {
  /** UTF-16 units of its text */
  text: 100_000,
  /** steps, nested and in a row: SQLite refuses deeper nesting */
  steps: 200,
  /** bound values */
  values: 20_000,
} as const

/** A value of `let`: read anew each time it is named, so that each use has columns of its own. */
export interface Variable {
  readonly node: MsNode
  readonly scope: Names
}
export type Names = ReadonlyMap<string, Variable>

export class Query {
  readonly tables: ReadonlyMap<string, KqlTable>
  /** ticks that `now()` gives */
  readonly now: bigint
  readonly params = new Map<string, bigint | number | string | null>()
  readonly notes: string[] = []
  readonly #constants = new Map<string, string>()
  #ids = 0
  #steps = 0

  constructor(tables: readonly KqlTable[], now: bigint) {
    this.tables = new Map(tables.map((table) => [table.name, table]))
    this.now = now
  }

  newId(): number {
    return ++this.#ids
  }

  /** Counts a step; a query with too many is refused where the one too many stands. */
  step(node: MsNode): void {
    if (++this.#steps > most.steps)
      throw refused(
        node,
        `a query may have up to ${most.steps} steps, those of what it names counted each time`,
      )
  }

  /** A value as a bound parameter: no text of a query becomes SQL. */
  value(type: KqlType, value: bigint | number | string | null, node?: MsNode): Expression {
    const key = `${typeof value} ${String(value)}`
    let name = this.#constants.get(key)
    if (!name) {
      if (this.params.size >= most.values && node) throw refused(node, 'too many values in one query')
      name = `p${this.params.size}`
      this.#constants.set(key, name)
      this.params.set(name, value)
    }
    return { sql: `:${name}`, type, reads: none, constant: value }
  }
}

/** Where a name in an expression is looked up. */
export interface Scope {
  readonly query: Query
  readonly names: Names
  readonly columns: readonly Column[]
  /** `$left` and `$right` of a join */
  readonly sides?: { readonly left: readonly Column[]; readonly right: readonly Column[] }
  /** ids of columns that are a table's own */
  readonly ownColumns?: ReadonlySet<number>
  /** what an aggregate inside an expression gives, while `summarize` is read */
  readonly aggregates?: (node: MsNode) => Expression | undefined
  /** the tabular expression of a node, for `toscalar` and `in (…)` */
  readonly tabular: (node: MsNode, names: Names) => Relation
  /** the SELECT of one column of a relation */
  readonly select: (relation: Relation, column: Column, isOne: boolean) => string
}

export const columnExpression = ({ id, type }: Column): Expression => ({
  sql: `c${id}`,
  type,
  reads: new Set([id]),
})
