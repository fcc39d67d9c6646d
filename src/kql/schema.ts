/** Shapes of the tables a query may name. */

export type KqlType =
  | 'string'
  | 'long'
  | 'int'
  | 'real'
  | 'decimal'
  | 'bool'
  | 'datetime'
  | 'timespan'
  | 'dynamic'
  | 'guid'

export interface KqlColumn {
  readonly name: string
  readonly type: KqlType
}

export interface KqlTable {
  readonly name: string
  /** one line: whose table it is, and which records of a case it shows */
  readonly what: string
  readonly columns: readonly KqlColumn[]
}

/** `'EventID:int Account Computer'`: columns in order, of type string where none is said. */
export const columns = (text: string): readonly KqlColumn[] =>
  text
    .trim()
    .split(/\s+/)
    .map((word) => {
      const [name = '', type = 'string'] = word.split(':')
      return { name, type: type as KqlType }
    })
