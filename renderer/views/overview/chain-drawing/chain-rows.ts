/** A chain in rows of text: one per record, rejected sources included, in the order of time. Pure. */
import type { ChainShape, CitationShape } from '../../../../src/contract/shapes.ts'
import { formatTableDelta } from '../../../widgets/format.ts'
import { linkReason } from './link-words.ts'
import { drawingOf, type Link, markId } from './model.ts'

export interface ChainRow {
  readonly id: string
  readonly at: CitationShape
  readonly ms: number
  readonly eventId: number
  readonly what: string
  readonly ip: string | undefined
  readonly logonId: string | undefined
  readonly isLocal: boolean
  readonly rejected: boolean
  readonly why: string
}
const rank: Readonly<Record<string, number>> = { exact: 0, strong: 1, medium: 2, weak: 3, derived: 4 }

export function chainRows(chain: ChainShape): readonly ChainRow[] {
  const drawing = drawingOf(chain)
  const facts = new Map(chain.steps.map((step) => [markId(step), step.facts]))
  const roles = new Map(drawing.marks.map((mark) => [mark.id, mark.role]))
  const sources = new Map(chain.source.rejected.map((source) => [markId(source.citation), source]))
  const linksOf = new Map<string, Link[]>()
  for (const link of drawing.links)
    for (const end of [link.from, link.to]) {
      const links = linksOf.get(end)
      if (links) links.push(link)
      else linksOf.set(end, [link])
    }
  return drawing.marks.map((mark): ChainRow => {
    const source = sources.get(mark.id)
    const [link] = [...(linksOf.get(mark.id) ?? [])].sort(
      (a, b) =>
        Number(b.to === mark.id) - Number(a.to === mark.id) ||
        (rank[a.strength] ?? 5) - (rank[b.strength] ?? 5) ||
        Math.abs(a.deltaMs) - Math.abs(b.deltaMs),
    )
    const why = mark.isAnchor
      ? 'Anchor of the chain'
      : source
        ? `Rejected: ${source.why}`
        : link
          ? `${capital(linkReason(link.rule, roles.get(link.from) ?? '', roles.get(link.to) ?? ''))} (${link.rule}, ${link.strength})`
          : 'Same session as a record of the chain'
    return {
      id: mark.id,
      at: mark.at,
      ms: mark.ms,
      eventId: mark.eventId,
      what: mark.what,
      ip: source ? source.ip : facts.get(mark.id)?.ip,
      logonId: source ? (source.logonId ?? undefined) : facts.get(mark.id)?.logonId,
      isLocal: mark.lane === 'system',
      rejected: source !== undefined,
      why,
    }
  })
}
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

/** Tab-separated lines for the clipboard, header first. */
export function chainAsText(chain: ChainShape): string {
  const header = [
    'From task, ms',
    'Event',
    'What happened',
    'Address',
    'Logon id',
    'Why it belongs here',
    'Record',
  ]
  const lines = chainRows(chain).map((row) => [
    formatTableDelta(row.ms),
    String(row.eventId),
    row.what,
    row.ip ?? (row.isLocal ? 'local' : 'not recorded'),
    row.logonId ?? 'none',
    row.why,
    row.at.recordId,
  ])
  return [header, ...lines].map((cells) => cells.join('\t')).join('\n')
}
