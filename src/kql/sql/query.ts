/** A whole query as SQL: its `let` values, its one tabular expression, and the tables it reads. */
import { analyse, type KqlDiagnostic } from '../microsoft.ts'
import { KqlTrouble } from '../refusal.ts'
import type { KqlColumn, KqlTable } from '../schema.ts'
import { bare, columnsOf, kindOf, listed, type MsNode, member, nameOf, refused } from '../syntax.ts'
import { as } from './conversions.ts'
import type { Expression } from './expression.ts'
import { literal } from './literals.ts'
import { operated } from './operators.ts'
import { type Column, orderBy, type Relation, type SourceUse, SqlWriter } from './relation.ts'
import { scalar } from './scalars.ts'
import { most, type Names, Query, type Scope, type Variable } from './scope.ts'
import { union } from './union.ts'

export interface TranslatedQuery {
  /** one SELECT: the result's columns `c<n>` in order, then the row numbers */
  readonly sql: string
  readonly params: ReadonlyMap<string, bigint | number | string | null>
  readonly columns: readonly KqlColumn[]
  /** for each column of row numbers behind them: the name of the table, in SQL, whose rows it counts from 1 */
  readonly rows: readonly { readonly source: string }[]
  readonly sources: readonly SourceUse[]
  readonly notes: readonly string[]
}

export interface QueryOptions {
  readonly tables: readonly KqlTable[]
  /** ticks that `now()` gives */
  readonly now: bigint
}

/**
 * The SQL of a query. Throws `KqlTrouble` with the place of what Microsoft's parser calls an error or what has no SQL form here.
 */
export function translate(text: string, options: QueryOptions): TranslatedQuery {
  if (text.length > most.text)
    throw new KqlTrouble(`a query may have up to ${most.text} signs`, most.text, text.length - most.text)
  const { syntax, diagnostics } = analyse(text, options.tables)
  const wrong = diagnostics.find(({ severity }) => severity === 'error')
  if (wrong) throw new KqlTrouble(wrong.message, wrong.start, wrong.length)
  return new Translation(options).whole(syntax, diagnostics)
}

class Translation {
  readonly #query: Query
  readonly #writer = new SqlWriter()
  readonly #own = new Set<number>()

  constructor({ tables, now }: QueryOptions) {
    this.#query = new Query(tables, now)
  }

  whole(syntax: MsNode, diagnostics: readonly KqlDiagnostic[]): TranslatedQuery {
    let names: Names = new Map()
    let last: MsNode | undefined
    for (const statement of listed(syntax, 'Statements')) {
      const kind = kindOf(statement)
      if (last) throw refused(statement, 'a query on a case has one result: put what comes before into let')
      if (kind === 'LetStatement') {
        const variable: Variable = { node: member(statement, 'Expression'), scope: names }
        if (kindOf(variable.node) === 'FunctionDeclaration')
          throw refused(variable.node, 'functions of a query are not supported on a case yet')
        names = new Map([...names, [nameOf(member(statement, 'Name')), variable]])
      } else if (kind === 'ExpressionStatement') last = bare(member(statement, 'Expression'))
      else if (kind !== 'SetOptionStatement') throw refused(statement, `${kind} is not supported on a case`)
    }
    if (!last) throw refused(syntax, 'there is no query: a table name is missing')
    const relation = this.#tabular(last, names)
    const { rows } = relation
    const shown = [...relation.columns.map(({ id }) => id), ...rows]
    const needed = new Set([...shown, ...relation.order.map(({ id }) => id)])
    const inner = this.#writer.write(relation.plan, needed)
    const list = shown.map((id, i) => `c${id} AS r${i}`).join(', ')
    return {
      sql: `SELECT ${list || '1'} FROM (${inner})${orderBy(relation.order)}`,
      params: this.#query.params,
      columns: relation.columns.map(({ name, type }) => ({ name, type })),
      rows: rows.map((id) => ({ source: this.#writer.rowsOf.get(id)?.name ?? '' })),
      sources: this.#writer.sources,
      notes: [
        ...this.#query.notes,
        ...diagnostics.filter(({ severity }) => severity === 'warning').map(({ message }) => message),
      ],
    }
  }

  readonly #tabular = (node: MsNode, names: Names): Relation => {
    this.#query.step(node)
    const scope = this.#scope(names)
    switch (kindOf(node)) {
      case 'PipeExpression': {
        const from = this.#tabular(bare(member(node, 'Expression')), names)
        return operated(member(node, 'Operator'), from, scope)
      }
      case 'NameReference':
        return this.#named(node, names)
      case 'UnionOperator':
        return union(node, undefined, scope)
      case 'PrintOperator':
        return this.#print(node, scope)
      case 'DataTableExpression':
        return this.#values(node, scope)
      case 'ParenthesizedExpression':
        return this.#tabular(bare(node), names)
    }
    throw refused(node, `${kindOf(node)} is not supported in a query on a case`)
  }

  #scope(names: Names): Scope {
    return {
      query: this.#query,
      names,
      columns: [],
      ownColumns: this.#own,
      tabular: this.#tabular,
      select: (relation, column, isOne) =>
        `${this.#writer.write(
          isOne
            ? {
                op: 'limit',
                from: relation.plan,
                order: relation.order,
                count: this.#query.value('long', 1n),
              }
            : relation.plan,
          new Set([column.id]),
        )}`,
    }
  }

  #named(node: MsNode, names: Names): Relation {
    const name = nameOf(node)
    const variable = names.get(name)
    if (variable) return this.#tabular(bare(variable.node), variable.scope)
    const table = this.#query.tables.get(name)
    if (!table) throw refused(node, `there is no table named ${name} here`)
    const columns = table.columns.map((column): Column => ({ id: this.#query.newId(), ...column }))
    const row = this.#query.newId()
    for (const { id } of columns) this.#own.add(id)
    return {
      columns,
      order: [{ id: row, isDescending: false, nulls: 'first' }],
      rows: [row],
      plan: {
        op: 'source',
        table: name,
        pushed: {},
        names: new Map(columns.map((column) => [column.id, column.name])),
        row,
      },
    }
  }

  #print(node: MsNode, scope: Scope): Relation {
    const names = columnsOf(node)
    const values = listed(node, 'Expressions').map((element) =>
      scalar(kindOf(element) === 'SimpleNamedExpression' ? member(element, 'Expression') : element, scope),
    )
    const columns = values.map(
      ({ type }, i): Column => ({ id: this.#query.newId(), name: names[i]?.name ?? `print_${i}`, type }),
    )
    return {
      columns,
      order: [],
      rows: [],
      plan: { op: 'values', ids: columns.map(({ id }) => id), rows: [values] },
    }
  }

  /** `datatable (a:string) ['x', 'y']` */
  #values(node: MsNode, scope: Scope): Relation {
    const columns = columnsOf(node).map((column): Column => ({ id: this.#query.newId(), ...column }))
    const width = Math.max(1, columns.length)
    const given = listed(node, 'Values').map((value, i): Expression => {
      const type = columns[i % width]?.type ?? 'string'
      const known = literal(this.#query, value) ?? scalar(value, scope)
      return known.constant === null ? { ...known, type } : as(type, known)
    })
    const place = this.#query.newId()
    const rows: Expression[][] = []
    for (let i = 0; i < given.length; i += width)
      rows.push([...given.slice(i, i + width), this.#query.value('long', BigInt(rows.length), node)])
    return {
      columns,
      order: [{ id: place, isDescending: false, nulls: 'first' }],
      rows: [],
      plan: { op: 'values', ids: [...columns.map(({ id }) => id), place], rows },
    }
  }
}
