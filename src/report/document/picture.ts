/**
 * A chain drawn to time: a row a record, its mark at its moment. Stretches without a record are folded to a hatched band that
 * says how long it was, so that milliseconds and minutes stand in one picture and no distance is made up.
 */
import type { PictureRow } from './blocks.ts'

const [rowHeight, top, left, plot, textAt] = [20, 34, 64, 300, 384]
const [width, bandWidth, mostBands, longestText] = [920, 46, 4, 62]

export const durationWords = (ms: number): string => {
  const size = Math.abs(ms)
  if (size < 1000) return `${size.toFixed(1)} ms`
  if (size < 60_000) return `${(size / 1000).toFixed(2)} s`
  const [hours, minutes] = [Math.floor(size / 3_600_000), Math.floor((size % 3_600_000) / 60_000)]
  if (hours >= 48) return `${Math.floor(hours / 24)} d ${hours % 24} h`
  return hours ? `${hours} h ${minutes} min` : `${minutes} min ${Math.floor((size % 60_000) / 1000)} s`
}

/** Bands where nothing was recorded, longest first kept: a fold must be at least half of all that time. */
function folds(times: readonly number[]): readonly { from: number; to: number }[] {
  let rest = (times.at(-1) ?? 0) - (times[0] ?? 0)
  const spans = times
    .slice(1)
    .map((to, index) => ({ from: times[index] as number, to }))
    .sort((a, b) => b.to - b.from - (a.to - a.from) || a.from - b.from)
  const kept: { from: number; to: number }[] = []
  for (const span of spans) {
    const length = span.to - span.from
    if (kept.length === mostBands || length <= 0 || length < rest * 0.25) break
    kept.push(span)
    rest -= length
  }
  return kept.sort((a, b) => a.from - b.from)
}

/** `written` makes text safe for markup. */
export function pictureSvg(
  picture: { readonly title: string; readonly rows: readonly PictureRow[] },
  written: (text: string) => string,
): string {
  const times = picture.rows.map((row) => row.deltaMs).sort((a, b) => a - b)
  const bands = folds(times)
  const folded = bands.reduce((sum, band) => sum + band.to - band.from, 0)
  const span = Math.max((times.at(-1) ?? 0) - (times[0] ?? 0) - folded, 0.000_1)
  const room = plot - bands.length * bandWidth
  const xOf = (time: number): number => {
    const before = bands.filter((band) => band.to <= time)
    const passed = before.reduce((sum, band) => sum + band.to - band.from, 0)
    return left + ((time - (times[0] ?? 0) - passed) / span) * room + before.length * bandWidth
  }
  const foot = top + picture.rows.length * rowHeight + 4
  const height = foot + 26
  const fixed = (value: number) => value.toFixed(1)
  const shades = picture.rows.flatMap((_, index) =>
    index % 2
      ? []
      : [`<rect class="band" x="0" y="${top + index * rowHeight}" width="${width}" height="${rowHeight}"/>`],
  )
  const parts = picture.rows.map((row, index) => rowSvg(row, index))
  function rowSvg(row: PictureRow, index: number): string {
    const [x, y] = [xOf(row.deltaMs), top + index * rowHeight + rowHeight / 2]
    const text = [...row.what]
    const most = row.isAnchor ? longestText - 9 : longestText // its text is bold, and wider
    const short = text.length > most ? `${text.slice(0, most - 1).join('')}…` : row.what
    return (
      `<line class="lead" x1="${left}" x2="${textAt - 6}" y1="${y}" y2="${y}"/>` +
      markSvg(row, x, y) +
      `<text class="t" x="${left - 8}" y="${y + 4}" text-anchor="end">${written(row.delta)}</text>` +
      `<text${row.isAnchor ? ' class="a"' : ''} x="${textAt}" y="${y + 4}">${written(short)}</text>` +
      `<text class="t" x="${width - 8}" y="${y + 4}" text-anchor="end">${written(row.place)}</text>`
    )
  }
  const bandsSvg = bands.map((band) => {
    const from = xOf(band.from)
    return (
      `<rect class="gap" x="${fixed(from + 4)}" y="${top - 6}" width="${bandWidth - 8}" height="${foot - top + 6}"/>` +
      `<text class="g" x="${fixed(from + bandWidth / 2)}" y="${top - 12}" text-anchor="middle">${durationWords(band.to - band.from)}</text>`
    )
  })
  const zero = fixed(xOf(0))
  return (
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${written(picture.title)}">` +
    '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="#fff"/><rect width="1" height="6" fill="#c3cad2"/></pattern></defs>' +
    shades.join('') +
    `<line class="zero" x1="${zero}" x2="${zero}" y1="${top - 6}" y2="${foot}"/>` +
    `<line class="axis" x1="0" x2="${width}" y1="${foot}" y2="${foot}"/>${legend(foot + 13)}` +
    `${bandsSvg.join('')}${parts.join('')}</svg>`
  )
}

/** What the marks stand for. */
const legend = (y: number): string =>
  (
    [
      ['logon', 'logon', false, 64],
      ['share', 'share or pipe', false, 130],
      ['task', 'task', false, 232],
      ['process', 'process', false, 288],
      ['task', 'filled: the record the times are counted from', true, 384],
    ] as const
  )
    .map(
      ([kind, words, isAnchor, x]) =>
        `${markSvg({ kind, isAnchor }, x, y)}<text class="k" x="${x + 11}" y="${y + 3.5}">${words}</text>`,
    )
    .join('')

function markSvg({ kind, isAnchor }: Pick<PictureRow, 'kind' | 'isAnchor'>, x: number, y: number): string {
  const style = isAnchor ? 'f' : 'm'
  const at = (dx: number, dy: number) => `${(x + dx).toFixed(1)},${y + dy}`
  switch (kind) {
    case 'logon':
      return `<circle class="${style}" cx="${x.toFixed(1)}" cy="${y}" r="4.5"/>`
    case 'share':
      return `<rect class="${style}" x="${(x - 4).toFixed(1)}" y="${y - 4}" width="8" height="8"/>`
    case 'process':
      return `<polygon class="f" points="${at(-4, -5)} ${at(5, 0)} ${at(-4, 5)}"/>`
    case 'task':
      return `<polygon class="${style}" points="${at(0, -6)} ${at(6, 0)} ${at(0, 6)} ${at(-6, 0)}"/>`
    case 'other':
      return `<line class="axis" x1="${x.toFixed(1)}" x2="${x.toFixed(1)}" y1="${y - 5}" y2="${y + 5}"/>`
  }
}
