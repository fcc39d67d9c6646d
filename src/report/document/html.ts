/**
 * Blocks as one HTML file that holds no script, loads nothing and leads nowhere. Escaping comes first: every text goes through
 * `written`. The policy in its head is the second line (bundle.md §5.8).
 */
import { escapeLine } from '../../base/escape.ts'
import { sha256Hex, utf8Of } from '../../base/sha256.ts'
import { type Block, type Cell, partsOf, type Tone } from './blocks.ts'
import { pictureSvg } from './picture.ts'
import { styleOf } from './style.ts'

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
}
/** Text safe in HTML text and in quoted attributes, all on one line; controls, bidi marks and the like are named. */
export const written = (text: string): string =>
  escapeLine(text).replace(/[&<>"'`]/g, (one) => entities[one] as string)

/** The same with what was named set apart, in a box of its own direction. */
const shown = (text: string): string =>
  `<bdi>${written(text).replace(/⟨U\+[0-9A-F]{4,6}⟩/g, (one) => `<span class="odd">${one}</span>`)}</bdi>`

const toned = (text: string, tone: Tone): string =>
  tone === 'plain' ? shown(text) : `<span class="${tone}">${shown(text)}</span>`

const cellHtml = (cell: Cell): string =>
  partsOf(cell)
    .map((part) => (typeof part === 'string' ? shown(part) : toned(part.text, part.tone)))
    .join('')

/** A line of a form, to be written into by hand. */
const isBlank = (row: readonly Cell[]) => row.length > 1 && row.slice(1).every((cell) => cell === '')

function blockHtml(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `<h${block.level}${block.newPage ? ' class="page"' : ''}>${shown(block.text)}</h${block.level}>`
    case 'text':
      return `<p${block.tone ? ` class="${block.tone}"` : ''}>${cellHtml(block.text)}</p>`
    case 'pairs':
      return `<dl>${block.pairs.map(([label, cell]) => `<div><dt>${shown(label)}</dt><dd>${cellHtml(cell)}</dd></div>`).join('')}</dl>`
    case 'notice':
      return `<div class="notice ${block.tone}-box"><p class="${block.tone} strong">${shown(block.title)}</p>${block.lines.map((line) => `<p>${cellHtml(line)}</p>`).join('')}</div>`
    case 'picture':
      return `<figure>${pictureSvg(block, written)}<figcaption>${shown(block.title)}</figcaption></figure>`
    case 'masthead':
      return `<div class="masthead"><span>${shown(block.left)}</span><span>${shown(block.right)}</span></div>`
    case 'tiles':
      return `<div class="tiles">${block.tiles.map((one) => `<div><p class="label">${shown(one.label)}</p><p class="word ${one.tone}">${shown(one.word)}</p><p class="note">${shown(one.note)}</p></div>`).join('')}</div>`
    case 'columns':
      return `<div class="columns">${block.columns.map((one) => `<div>${one.map(blockHtml).join('')}</div>`).join('')}</div>`
    case 'list': {
      const name = block.isNumbered ? 'ol' : 'ul'
      return `<${name}>${block.items.map((item) => `<li>${cellHtml(item)}</li>`).join('')}</${name}>`
    }
    case 'table': {
      const columns = block.widths.map((width) => `<col class="w${Math.round(width)}">`).join('')
      const head = block.head.map((name) => `<th scope="col">${shown(name)}</th>`).join('')
      const rows = block.rows
        .map((row) =>
          'group' in row
            ? `<tr class="group"><th scope="rowgroup" colspan="${block.widths.length}">${shown(row.group)}</th></tr>`
            : `<tr${isBlank(row) ? ' class="blank"' : ''}>${row.map((cell) => `<td>${cellHtml(cell)}</td>`).join('')}</tr>`,
        )
        .join('\n')
      return `<table><colgroup>${columns}</colgroup><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table>`
    }
  }
}

const base64Digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
function base64OfHex(hex: string): string {
  const bits = [...hex].map((digit) => Number.parseInt(digit, 16).toString(2).padStart(4, '0')).join('')
  const digits = (bits.match(/.{1,6}/g) ?? []).map(
    (six) => base64Digits[Number.parseInt(six.padEnd(6, '0'), 2)],
  )
  return digits.join('').padEnd(Math.ceil(digits.length / 4) * 4, '=')
}

/**
 * The whole file; the same blocks give the same bytes.
 * @param running stands at the top of every printed page: letters, digits and a few signs of it, for it becomes part of a style
 */
export function reportHtml(title: string, blocks: readonly Block[], running = ''): string {
  const style = styleOf(running.replace(/[^A-Za-z0-9 ._:-]/g, ' ').slice(0, 60))
  const policy = `default-src 'none'; style-src 'sha256-${base64OfHex(sha256Hex(utf8Of(style)))}'; base-uri 'none'; form-action 'none'`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${written(title)}</title>
<style>${style}</style>
</head>
<body><main>
${blocks.map(blockHtml).join('\n')}
</main></body>
</html>
`
}
