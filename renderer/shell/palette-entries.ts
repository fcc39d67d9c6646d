/** What the palette offers, and what of it fits the words that were typed. Pure. */
export interface PaletteEntry {
  readonly id: string
  readonly group: string
  readonly name: string
  /** shown beside the name, in quiet ink; searched too */
  readonly also?: string
  readonly keys?: readonly string[]
  /** evidence text: drawn in the code font */
  readonly code?: boolean
  /** offered whatever was typed */
  readonly always?: boolean
  run(): void
}

const mostInGroup = 8

/** Entries that hold every word, those whose name begins with the first word in front; groups keep their order. */
export function fittingEntries(entries: readonly PaletteEntry[], typed: string): readonly PaletteEntry[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  const groups = new Map<string, { entry: PaletteEntry; rank: number }[]>()
  for (const entry of entries) {
    const name = entry.name.toLowerCase()
    const text = `${name} ${entry.also?.toLowerCase() ?? ''} ${entry.group.toLowerCase()}`
    if (!entry.always && !words.every((word) => text.includes(word))) continue
    const [first] = words
    const rank = first === undefined || name.startsWith(first) ? 0 : name.includes(first) ? 1 : 2
    const group = groups.get(entry.group)
    if (group) group.push({ entry, rank })
    else groups.set(entry.group, [{ entry, rank }])
  }
  return [...groups.values()].flatMap((group) =>
    group
      .map((each, at) => ({ ...each, at }))
      .sort((a, b) => a.rank - b.rank || a.at - b.at)
      .slice(0, mostInGroup)
      .map(({ entry }) => entry),
  )
}
