/** Relations as plans, and the SQL they become: each step reads only the columns that somebody above it needs. */
import type { KqlType } from '../schema.ts'
import type { Expression } from './expression.ts'

export interface Column {
  readonly id: number
  readonly name: string
  readonly type: KqlType
}

export interface Order {
  readonly id: number
  readonly isDescending: boolean
  readonly nulls: 'first' | 'last'
}

/** What every row of a source is known to fulfil: the case finds such rows without reading their values. */
export interface Pushed {
  /** ids of events; none: all */
  readonly events?: readonly number[]
  /** ticks, both inclusive */
  readonly from?: bigint
  readonly to?: bigint
}

export interface MadeColumn {
  readonly id: number
  readonly expression: Expression
}

export type Plan =
  | {
      readonly op: 'source'
      readonly table: string
      readonly pushed: Pushed
      readonly names: ReadonlyMap<number, string>
      /** id of the row's number in the source */
      readonly row: number
    }
  | {
      readonly op: 'values'
      readonly ids: readonly number[]
      readonly rows: readonly (readonly Expression[])[]
    }
  | {
      readonly op: 'project'
      readonly from: Plan
      readonly items: readonly MadeColumn[]
      readonly keeps: boolean
    }
  | { readonly op: 'where'; readonly from: Plan; readonly condition: Expression }
  | {
      readonly op: 'limit'
      readonly from: Plan
      readonly order: readonly Order[]
      readonly count: Expression
    }
  | {
      readonly op: 'first'
      readonly from: Plan
      readonly of: readonly Expression[]
      readonly order: readonly Order[]
    }
  | {
      readonly op: 'group'
      readonly from: Plan
      readonly keys: readonly MadeColumn[]
      readonly made: readonly MadeColumn[]
    }
  | {
      readonly op: 'join'
      readonly kind: 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti'
      readonly left: Plan
      readonly right: Plan
      readonly leftIds: ReadonlySet<number>
      readonly on: readonly (readonly [Expression, Expression])[]
    }
  | {
      readonly op: 'union'
      readonly branches: readonly { readonly from: Plan; readonly items: readonly MadeColumn[] }[]
      readonly ids: readonly number[]
    }
  | {
      readonly op: 'expand'
      readonly from: Plan
      readonly value: Expression
      readonly id: number
      readonly index: number
    }

export interface Relation {
  readonly columns: readonly Column[]
  readonly order: readonly Order[]
  /** ids that hold row numbers of sources: the records a row comes from */
  readonly rows: readonly number[]
  readonly plan: Plan
}

/** A table the SQL reads, to be filled before it runs. */
export interface SourceUse {
  /** name in SQL */
  readonly name: string
  readonly table: string
  readonly pushed: Pushed
  /** name of the column → name in SQL */
  readonly columns: Map<string, string>
}

const c = (id: number): string => `c${id}`

/** Writes the SQL of plans and notes which tables and columns it reads. */
export class SqlWriter {
  readonly sources: SourceUse[] = []
  /** id of a column of row numbers → the table they count */
  readonly rowsOf = new Map<number, SourceUse>()

  /** A SELECT that gives the needed columns, named `c<id>`. */
  write(plan: Plan, needed: ReadonlySet<number>): string {
    switch (plan.op) {
      case 'source':
        return this.#source(plan, needed)
      case 'values':
        return values(plan, needed)
      case 'project': {
        const made = new Map(plan.items.map((item) => [item.id, item.expression]))
        const inner = new Set<number>()
        for (const id of needed) {
          const expression = made.get(id)
          if (!expression) inner.add(id)
          else for (const read of expression.reads) inner.add(read)
        }
        const shown = [...needed].map((id) => {
          const expression = made.get(id)
          return expression ? `${expression.sql} AS ${c(id)}` : c(id)
        })
        return `SELECT ${list(shown)} FROM (${this.write(plan.from, inner)})`
      }
      case 'where':
        return `SELECT ${list([...needed].map(c))} FROM (${this.write(
          plan.from,
          union(needed, plan.condition.reads),
        )}) WHERE ${plan.condition.sql}`
      case 'limit':
        return `SELECT ${list([...needed].map(c))} FROM (${this.write(
          plan.from,
          union(needed, ids(plan.order)),
        )})${orderBy(plan.order)} LIMIT max(0, ${plan.count.sql})`
      case 'first': {
        const from = this.write(
          plan.from,
          union(needed, ids(plan.order), ...plan.of.map((expression) => expression.reads)),
        )
        const parts = plan.of.map((expression) => expression.sql).join(', ')
        return `SELECT ${list([...needed].map(c))} FROM (SELECT *, row_number() OVER (PARTITION BY ${parts}${orderBy(
          plan.order,
        )}) AS nth FROM (${from})) WHERE nth = 1`
      }
      case 'group':
        return this.#group(plan, needed)
      case 'join':
        return this.#join(plan, needed)
      case 'union':
        return plan.branches
          .map(({ from, items }) => {
            const wanted = items.filter(({ id }) => needed.has(id))
            return this.write(
              { op: 'project', from, items: wanted, keeps: false },
              new Set(wanted.map(({ id }) => id)),
            )
          })
          .join(' UNION ALL ')
      case 'expand': {
        const inner = new Set(needed)
        inner.delete(plan.id)
        inner.delete(plan.index)
        for (const id of plan.value.reads) inner.add(id)
        const shown = [...needed].map((id) =>
          id === plan.id ? `each.value AS ${c(id)}` : id === plan.index ? `each.nth AS ${c(id)}` : c(id),
        )
        return `SELECT ${list(shown)} FROM (${this.write(plan.from, inner)}) JOIN kql_each(coalesce(${plan.value.sql}, 'null')) AS each`
      }
    }
  }

  #source(plan: Extract<Plan, { op: 'source' }>, needed: ReadonlySet<number>): string {
    const key = JSON.stringify([plan.table, plan.pushed], (_, value) =>
      typeof value === 'bigint' ? String(value) : value,
    )
    let use = this.sources.find((known) => keyOf.get(known) === key)
    if (!use) {
      use = { name: `t${this.sources.length}`, table: plan.table, pushed: plan.pushed, columns: new Map() }
      keyOf.set(use, key)
      this.sources.push(use)
    }
    const { columns } = use
    this.rowsOf.set(plan.row, use)
    const shown = [...needed].map((id) => {
      if (id === plan.row) return `rowid AS ${c(id)}`
      const name = plan.names.get(id) as string
      const known = columns.get(name) ?? `k${columns.size}`
      columns.set(name, known)
      return `${known} AS ${c(id)}`
    })
    return `SELECT ${list(shown)} FROM ${use.name}`
  }

  #group(plan: Extract<Plan, { op: 'group' }>, needed: ReadonlySet<number>): string {
    const made = [...plan.keys, ...plan.made].filter(({ id }) => needed.has(id))
    const inner = union(
      ...plan.keys.map(({ expression }) => expression.reads),
      ...made.map(({ expression }) => expression.reads),
    )
    const by =
      plan.keys.length > 0 ? ` GROUP BY ${plan.keys.map(({ expression }) => expression.sql).join(', ')}` : ''
    // without keys there is one row, but only where something is counted
    const shown = made.map(({ id, expression }) => `${expression.sql} AS ${c(id)}`)
    return `SELECT ${list(shown.length > 0 || by ? shown : ['count(*)'])} FROM (${this.write(plan.from, inner)})${by}`
  }

  #join(plan: Extract<Plan, { op: 'join' }>, needed: ReadonlySet<number>): string {
    const left = union(...plan.on.map(([one]) => one.reads))
    const right = union(...plan.on.map(([, other]) => other.reads))
    const isTest = plan.kind === 'semi' || plan.kind === 'anti'
    for (const id of needed) (isTest || plan.leftIds.has(id) ? left : right).add(id)
    const on = plan.on.map(([one, other]) => `${one.sql} = ${other.sql}`).join(' AND ')
    const shown = list([...needed].map(c))
    const one = this.write(plan.left, left)
    const other = this.write(plan.right, right)
    if (isTest)
      return `SELECT ${shown} FROM (${one}) WHERE ${plan.kind === 'anti' ? 'NOT ' : ''}EXISTS (SELECT 1 FROM (${other}) WHERE ${on} AND kql_go())`
    const words = { inner: 'JOIN', left: 'LEFT JOIN', right: 'RIGHT JOIN', full: 'FULL JOIN' } as const
    return `SELECT ${shown} FROM (${one}) ${words[plan.kind]} (${other}) ON ${on} AND kql_go()`
  }
}

const keyOf = new WeakMap<SourceUse, string>()

function values(plan: Extract<Plan, { op: 'values' }>, needed: ReadonlySet<number>): string {
  const shown = plan.ids.flatMap((id, i) => (needed.has(id) ? [{ id, i }] : []))
  if (plan.rows.length === 0) return `SELECT ${list(shown.map(({ id }) => `NULL AS ${c(id)}`))} WHERE 0`
  return plan.rows
    .map((row) => `SELECT ${list(shown.map(({ id, i }) => `${row[i]?.sql ?? 'NULL'} AS ${c(id)}`))}`)
    .join(' UNION ALL ')
}

const list = (parts: readonly string[]): string => (parts.length > 0 ? parts.join(', ') : '1')
const ids = (order: readonly Order[]): ReadonlySet<number> => new Set(order.map(({ id }) => id))

/** ` ORDER BY …`; nothing where there is no order. */
export const orderBy = (order: readonly Order[]): string =>
  order.length === 0
    ? ''
    : ` ORDER BY ${order
        .map(
          ({ id, isDescending, nulls }) =>
            `${c(id)}${isDescending ? ' DESC' : ''} NULLS ${nulls === 'first' ? 'FIRST' : 'LAST'}`,
        )
        .join(', ')}`

function union(...sets: readonly ReadonlySet<number>[]): Set<number> {
  const all = new Set<number>()
  for (const set of sets) for (const id of set) all.add(id)
  return all
}
