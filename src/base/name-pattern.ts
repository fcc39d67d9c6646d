/** Ids named by patterns in which a star stands for anything: `log:*`, `*TaskScheduler*`. Case does not count. */
export function isNamed(id: string, patterns: readonly string[] | undefined): boolean {
  return (patterns ?? []).some((pattern) => matches(id.toLowerCase(), pattern.toLowerCase().split('*')))
}

/** First part at the beginning, last at the end, the others in between in order: no backtracking, whatever the pattern. */
function matches(id: string, parts: readonly string[]): boolean {
  const [first = ''] = parts
  if (parts.length === 1) return id === first
  const last = parts.at(-1) ?? ''
  if (!id.startsWith(first)) return false
  let at = first.length
  for (const part of parts.slice(1, -1)) {
    const found = id.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return id.length - last.length >= at && id.endsWith(last)
}
