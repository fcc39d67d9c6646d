/** Which recorded computer names mean one host. Events of different hosts never meet. */

/**
 * Recorded name → host key (lower case). A short name joins a full name of the case when exactly one full name starts with it;
 * with two (`fs01.a.example`, `fs01.b.example`) it stays a host of its own.
 */
export function hostKeys(names: Iterable<string>): ReadonlyMap<string, string> {
  const recorded = new Set(names)
  const lower = new Set([...recorded].map((name) => name.toLowerCase()))
  const fullNames = new Map<string, string[]>()
  for (const name of [...lower].sort()) {
    const dot = name.indexOf('.')
    if (dot < 1) continue
    const short = name.slice(0, dot)
    fullNames.set(short, [...(fullNames.get(short) ?? []), name])
  }
  const keys = new Map<string, string>()
  for (const name of recorded) {
    const low = name.toLowerCase()
    const full = low.includes('.') ? undefined : fullNames.get(low)
    keys.set(name, full?.length === 1 ? (full[0] as string) : low)
  }
  return keys
}

/** Name to show: the anchor's own spelling when it is the full one, else the host key it belongs to. */
export const hostName = (recorded: string, key: string): string =>
  recorded.toLowerCase() === key ? recorded : key
