import { useEffect, useState } from 'react'
import type { CitationShape, RecordDetails } from '../../../src/contract/shapes.ts'
import { formatCount, plural } from '../../widgets/index.ts'
import { copyText } from '../record/clipboard.ts'
import { csvOfRows } from '../record/csv.ts'
import { citationText, recordJson } from '../record/record-text.ts'
import type { RowPages } from './rows/row-pages.ts'
import { type RowSelection, selectedCount } from './rows/row-selection.ts'

/** Rows that one copy may hold: more belongs into an export, not into the clipboard. */
export const copiedAtMost = 10_000

export interface RowCopy {
  /** what was done, for two seconds; undefined when there is nothing to say */
  readonly said: string | undefined
  readonly csvLabel: string
  citation(): void
  json(details: RecordDetails): void
  csv(): void
}

/** Copying of the selected rows and record. Every copy says what was copied, or that nothing was. */
export function useRowCopy(
  pages: RowPages | undefined,
  selection: RowSelection,
  selected: CitationShape | null,
): RowCopy {
  const [said, setSaid] = useState<{ readonly text: string }>()
  useEffect(() => {
    if (!said) return
    const wait = setTimeout(() => setSaid(undefined), 2500)
    return () => clearTimeout(wait)
  }, [said])
  const put = async (text: string, done: string) =>
    setSaid({ text: (await copyText(text)) ? done : 'Nothing copied: the clipboard is not available here.' })
  const count = selectedCount(selection)

  const csv = async () => {
    if (!pages || count === 0) return
    if (count > copiedAtMost) {
      setSaid({
        text: `Nothing copied: ${formatCount(count)} rows are more than ${formatCount(copiedAtMost)}.`,
      })
      return
    }
    const stop = new AbortController()
    try {
      const parts = await Promise.all(selection.ranges.map(([from, to]) => pages.load(from, to, stop.signal)))
      const rows = parts.flat()
      await put(csvOfRows(rows), `${plural(rows.length, 'row')} copied as CSV`)
    } catch {
      stop.abort()
      setSaid({ text: 'Nothing copied: the rows could not be read.' })
    }
  }
  return {
    said: said?.text,
    csvLabel: count > 1 ? `Copy ${formatCount(count)} as CSV` : 'Copy as CSV',
    citation: () => {
      if (selected) void put(citationText(selected), `Citation of record ${selected.recordId} copied`)
    },
    json: (details) => void put(recordJson(details), `Record ${details.citation.recordId} copied as JSON`),
    csv: () => void csv(),
  }
}
