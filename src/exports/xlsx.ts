/**
 * A workbook (ECMA-376, transitional) written row by row, so that memory does not grow with the timeline. Cells are inline strings and
 * numbers only: no formula, no link, no macro exists in it, and text that looks like a formula carries the mark that keeps it text when
 * somebody edits the cell. No library is used for it: those that stream are not kept up, and the format's part needed here is small.
 */
import { startsLikeFormula } from '../base/csv.ts'

export type SheetCell = string | number | null
export interface Sheet {
  readonly name: string
  readonly head: readonly string[]
  /** in characters */
  readonly widths: readonly number[]
  readonly rows: () => Iterable<readonly SheetCell[]>
}
export interface WorkbookPart {
  readonly name: string
  readonly bytes: Iterable<Uint8Array>
}

/** Rows of a sheet, its head among them, and characters of a cell: what spreadsheets can hold. */
export const [mostRows, mostCharacters] = [1_048_576, 32_767]
const blockLength = 1 << 18
const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const packages = 'http://schemas.openxmlformats.org/package/2006'
const sheetType = 'application/vnd.openxmlformats-officedocument.spreadsheetml'

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
/** Text of a cell: characters XML cannot hold are named, and what looks like the format's own escape is not taken for one. */
export const cellText = (text: string): string =>
  text
    .toWellFormed()
    .replace(/_x(?=[0-9A-Fa-f]{4}_)/g, '_x005F_x')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML cannot hold
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, (one) => `⟨U+${hex4(one)}⟩`)
    .replace(/[&<>"]/g, (one) => entities[one] as string)
const hex4 = (one: string) => one.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')

/** How many cells were cut because no spreadsheet holds so long a text; known when all sheets are written. */
export interface CutCells {
  count: number
}

/** `place` like `B7`: readers may do without it, and some do not. */
function cellXml(cell: SheetCell, place: string, style: number, cut: CutCells): string {
  if (cell === null || cell === '' || (typeof cell === 'number' && !Number.isFinite(cell))) return ''
  if (typeof cell === 'number') return `<c r="${place}"><v>${cell}</v></c>`
  let text = cell
  if (text.length > mostCharacters) {
    cut.count++
    const mark = `… (cut: ${text.length} characters)`
    text = text.slice(0, mostCharacters - mark.length) + mark
  }
  const kept = style === 0 && startsLikeFormula(text) ? 2 : style
  return `<c r="${place}" t="inlineStr"${kept ? ` s="${kept}"` : ''}><is><t xml:space="preserve">${cellText(text)}</t></is></c>`
}

/** names of the columns; no sheet of ours has more */
const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']

function* sheetXml(sheet: Sheet, rows: Iterable<readonly SheetCell[]>, cut: CutCells): Generator<Uint8Array> {
  const encoder = new TextEncoder()
  const columns = sheet.widths
    .map((width, at) => `<col min="${at + 1}" max="${at + 1}" width="${width}" customWidth="1"/>`)
    .join('')
  let text = `${xml}<worksheet xmlns="${main}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>${columns}</cols><sheetData>`
  let at = 1
  const rowXml = (row: readonly SheetCell[], style: number) =>
    `<row r="${at}">${row.map((cell, column) => cellXml(cell, `${letters[column]}${at}`, style, cut)).join('')}</row>`
  text += rowXml(sheet.head, 1)
  for (const row of rows) {
    at++
    text += rowXml(row, 0)
    if (text.length < blockLength) continue
    yield encoder.encode(text)
    text = ''
  }
  yield encoder.encode(`${text}</sheetData></worksheet>`)
}

/** A sheet of more rows than fit becomes several, told apart by a number. */
function spread(sheet: Sheet, rowCount: number, room: number): readonly Sheet[] {
  const pages = Math.max(1, Math.ceil(rowCount / room))
  if (pages === 1) return [sheet]
  return Array.from({ length: pages }, (_, page) => ({
    ...sheet,
    name: `${sheet.name} ${page + 1} of ${pages}`,
    *rows() {
      let at = 0
      for (const row of sheet.rows()) {
        if (at >= (page + 1) * room) return
        if (at++ >= page * room) yield row
      }
    },
  }))
}

/** Parts of the file, in the order they are packed. `about` is the first sheet and written last: it tells of the others. */
export function* workbook(
  about: (cut: CutCells) => Sheet,
  sheets: readonly (readonly [sheet: Sheet, rows: number])[],
  room = mostRows - 1,
): Generator<WorkbookPart> {
  const cut: CutCells = { count: 0 }
  const others = sheets.flatMap(([sheet, rows]) => spread(sheet, rows, room))
  const names = [about(cut).name, ...others.map((sheet) => sheet.name)]
  const part = (name: string, text: string): WorkbookPart => ({
    name,
    bytes: [new TextEncoder().encode(text)],
  })
  const overrides = names
    .map(
      (_, at) =>
        `<Override PartName="/xl/worksheets/sheet${at + 1}.xml" ContentType="${sheetType}.worksheet+xml"/>`,
    )
    .join('')
  yield part(
    '[Content_Types].xml',
    `${xml}<Types xmlns="${packages}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${sheetType}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${sheetType}.styles+xml"/>${overrides}</Types>`,
  )
  yield part(
    '_rels/.rels',
    `${xml}<Relationships xmlns="${packages}/relationships"><Relationship Id="rId1" Type="${relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  )
  const listed = names
    .map((name, at) => `<sheet name="${cellText(name)}" sheetId="${at + 1}" r:id="rId${at + 1}"/>`)
    .join('')
  yield part(
    'xl/workbook.xml',
    `${xml}<workbook xmlns="${main}" xmlns:r="${relations}"><sheets>${listed}</sheets></workbook>`,
  )
  const targets = names
    .map(
      (_, at) =>
        `<Relationship Id="rId${at + 1}" Type="${relations}/worksheet" Target="worksheets/sheet${at + 1}.xml"/>`,
    )
    .join('')
  yield part(
    'xl/_rels/workbook.xml.rels',
    `${xml}<Relationships xmlns="${packages}/relationships">${targets}<Relationship Id="rId${names.length + 1}" Type="${relations}/styles" Target="styles.xml"/></Relationships>`,
  )
  yield part('xl/styles.xml', styles)
  for (const [at, sheet] of others.entries())
    yield { name: `xl/worksheets/sheet${at + 2}.xml`, bytes: sheetXml(sheet, sheet.rows(), cut) }
  const first = about(cut)
  yield { name: 'xl/worksheets/sheet1.xml', bytes: sheetXml(first, first.rows(), cut) }
}

/** 0 plain, 1 head, 2 text that stays text (`quotePrefix`) */
const styles = `${xml}<styleSheet xmlns="${main}"><fonts count="2"><font><sz val="10"/><name val="Calibri"/></font><font><b/><sz val="10"/><name val="Calibri"/></font></fonts><fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFF1F3F5"/></patternFill></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf xfId="0"/><xf xfId="0" fontId="1" fillId="2" applyFont="1" applyFill="1"/><xf xfId="0" quotePrefix="1"/></cellXfs></styleSheet>`
