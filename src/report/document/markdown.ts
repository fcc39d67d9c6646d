/** The same blocks as Markdown, for tickets: every text escaped, no link, no image, no HTML. */
import { escapeLine } from '../../base/escape.ts'
import { type Block, type Cell, partsOf } from './blocks.ts'

/** A backslash before all that Markdown, its tables, autolinks (`:`, `.`, `@`) and HTML could take for their own. */
export const markdownText = (text: string): string => escapeLine(text).replace(/[!-/:-@[-`{-~]/g, '\\$&')

const cellText = (cell: Cell): string =>
  partsOf(cell)
    .map((part) => {
      const text = markdownText(typeof part === 'string' ? part : part.text)
      return typeof part !== 'string' && part.tone === 'strong' && text.trim() === text && text !== ''
        ? `**${text}**`
        : text
    })
    .join('')

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`

function blockText(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `${'#'.repeat(block.level)} ${markdownText(block.text)}`
    case 'text':
      return cellText(block.text)
    case 'pairs':
      return block.pairs.map(([label, cell]) => `- **${markdownText(label)}**: ${cellText(cell)}`).join('\n')
    case 'notice':
      return [
        `> **${markdownText(block.title)}**`,
        ...block.lines.map((line) => `>\n> ${cellText(line)}`),
      ].join('\n')
    case 'picture':
      return [
        row(['Time', 'What', 'Record']),
        row(['---', '---', '---']),
        ...block.rows.map((one) => row([one.delta, one.what, one.place].map(markdownText))),
      ].join('\n')
    case 'masthead':
      return `**${markdownText(block.left)}** ${markdownText(block.right)}`
    case 'tiles':
      return block.tiles
        .map(
          (one) =>
            `- **${markdownText(one.label)}**: **${markdownText(one.word)}**${one.note ? ` ${markdownText(one.note)}` : ''}`,
        )
        .join('\n')
    case 'columns':
      return block.columns.flatMap((one) => one.map(blockText)).join('\n\n')
    case 'list':
      return block.items
        .map((item, at) => `${block.isNumbered ? `${at + 1}.` : '-'} ${cellText(item)}`)
        .join('\n')
    case 'table':
      return [
        row(block.head.map(markdownText)),
        row(block.head.map(() => '---')),
        ...block.rows.map((cells) =>
          'group' in cells
            ? row([`**${markdownText(cells.group)}**`, ...block.head.slice(1).map(() => '')])
            : row(cells.map(cellText)),
        ),
      ].join('\n')
  }
}

export const reportMarkdown = (blocks: readonly Block[]): string => `${blocks.map(blockText).join('\n\n')}\n`
