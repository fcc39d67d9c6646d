/** What Microsoft's parser finds in a query, behind an unknown table too. */
import { analyse, type KqlDiagnostic } from './microsoft.ts'
import type { KqlTable } from './schema.ts'

/**
 * All findings in the order of the text. The parser looks no further than an unknown table; the query is read again with the nearest
 * known one in its place, which may be of another length: places behind it are those of the text as given.
 */
export function findings(text: string, tables: readonly KqlTable[]): readonly KqlDiagnostic[] {
  const found = analyse(text, tables).diagnostics
  const unknown = found.find(({ code }) => code === 'KS204')
  if (!unknown) return found
  const name = text.slice(unknown.start, unknown.start + unknown.length)
  const nearest = tables.find((table) => table.name.toLowerCase() === name.toLowerCase()) ?? tables[0]
  if (!nearest) return found
  const shift = nearest.name.length - name.length
  const end = unknown.start + unknown.length
  const again = analyse(text.slice(0, unknown.start) + nearest.name + text.slice(end), tables).diagnostics
  return [
    ...found,
    ...again
      .filter(({ code }) => code !== 'KS204')
      .map((one) => (one.start > unknown.start ? { ...one, start: one.start - shift } : one)),
  ].sort((a, b) => a.start - b.start)
}
