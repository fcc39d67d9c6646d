/** The blocks of a report in the few forms a window draws: what is only laid out on paper becomes pairs, texts and rows of a table. */
import { type Block, type Cell, paragraph, partsOf, strong } from './blocks.ts'

/** A table whose rows are all cells. */
export type PlainBlock =
  | Exclude<Block, { readonly kind: 'masthead' | 'tiles' | 'columns' | 'list' | 'table' }>
  | (Omit<Extract<Block, { readonly kind: 'table' }>, 'rows'> & {
      readonly rows: readonly (readonly Cell[])[]
    })

export const plainBlocks = (blocks: readonly Block[]): readonly PlainBlock[] => blocks.flatMap(plain)

function plain(block: Block): readonly PlainBlock[] {
  switch (block.kind) {
    case 'masthead':
      return plain(paragraph(`${block.left} · ${block.right}`, 'quiet'))
    case 'tiles':
      return [
        {
          kind: 'pairs',
          pairs: block.tiles.map(({ label, word, tone, note }) => [
            label,
            [tone === 'plain' ? strong(word) : { text: word, tone }, ...(note ? [` (${note})`] : [])],
          ]),
        },
      ]
    case 'columns':
      return block.columns.flatMap(plainBlocks)
    case 'list':
      return block.items.flatMap((item) => plain(paragraph(['• ', ...partsOf(item)])))
    case 'table': {
      const rows = block.rows.map((row): readonly Cell[] =>
        'group' in row ? [strong(row.group), ...block.head.slice(1).map(() => '')] : row,
      )
      return [{ ...block, rows }]
    }
    default:
      return [block]
  }
}
