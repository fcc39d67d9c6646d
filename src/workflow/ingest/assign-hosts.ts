/**
 * Gives a host to items that do not name one themselves: from host facts of their folder, else from the only host there is.
 * A host that was concluded so is concluded anew after every import, so that it does not depend on what came first.
 */
import type { EvidenceEntry } from '../../casefile/case-file.ts'
import { duplicateCode } from '../../casefile/dump.ts'
import { holdsRecords } from '../../domain/evidence.ts'
import type { OpenCase } from '../open-case.ts'

/** Meta key of the SHA-256 of the items whose host was concluded, as a JSON array. */
const concludedKey = 'concluded-hosts'
const folderOf = (origin: string) => origin.replace(/[\\/!][^\\/!]*$/, '')

/** @param given host the operator named for the items `imported`, by SHA-256 */
export function assignHosts(
  open: OpenCase,
  given: string | undefined,
  imported: ReadonlySet<string> = new Set(),
): void {
  const { casefile } = open
  const entries = casefile.evidence().filter((entry) => entry.state === 'complete')
  const before = new Set(JSON.parse(casefile.meta(concludedKey) ?? '[]') as string[])
  const isSure = (entry: EvidenceEntry) => entry.host !== null && !before.has(entry.sha256 ?? '')
  const sure = entries.filter(isSure)
  const hostFacts = sure.filter((entry) => entry.kind === 'host-facts')
  const logHosts = new Set(sure.filter((entry) => holdsRecords(entry.kind)).map((entry) => entry.host))
  const only = logHosts.size === 1 ? [...logHosts][0] : undefined
  const others = hostFacts.length > 0 ? otherPlaces(open) : new Map<string, string[]>()
  const placesOf = (entry: EvidenceEntry) => [entry.origin, ...(others.get(entry.sha256 ?? '') ?? [])]
  const facts = hostFacts.flatMap((entry) => placesOf(entry).map((origin) => ({ origin, host: entry.host })))
  const concluded: string[] = []
  const changes: [EvidenceEntry, string | null][] = []
  for (const entry of entries) {
    if (isSure(entry)) continue
    const sha256 = entry.sha256 ?? ''
    const named = imported.has(sha256) ? given : undefined
    const near = new Set(placesOf(entry).flatMap((place) => nearest(facts, place) ?? []))
    // the same bytes in the folders of two hosts belong to neither alone
    const host = near.size > 1 ? null : ([...near][0] ?? named ?? only ?? null)
    // what the operator named stays, whatever comes later
    if (host !== null && !(named !== undefined && host === named)) concluded.push(sha256)
    if (host !== entry.host) changes.push([entry, host])
  }
  const text = JSON.stringify(concluded.sort())
  if (changes.length === 0 && text === (casefile.meta(concludedKey) ?? '[]')) return
  casefile.begin()
  try {
    for (const [entry, host] of changes) casefile.setHost(entry.item, host)
    if (concluded.length > 0) casefile.setMeta(concludedKey, text)
    else casefile.clearMeta(concludedKey)
    casefile.commit()
  } finally {
    casefile.rollback()
  }
}

/** Where else the bytes of items were found, by SHA-256. */
function otherPlaces(open: OpenCase): Map<string, string[]> {
  const places = new Map<string, string[]>()
  for (const { code, evidenceId, where } of open.casefile.problems()) {
    if (code !== duplicateCode || !evidenceId) continue
    const known = places.get(evidenceId)
    if (known) known.push(where)
    else places.set(evidenceId, [where])
  }
  return places
}

/** Host of the facts that lie nearest above the place; of several beside each other, the first by name. */
function nearest(
  facts: readonly Pick<EvidenceEntry, 'origin' | 'host'>[],
  place: string,
): string | undefined {
  const folder = folderOf(place)
  const near = facts
    .filter((one) => {
      const above = folderOf(one.origin)
      return folder === above || folder.startsWith(`${above}/`) || folder.startsWith(`${above}\\`)
    })
    .sort((a, b) => b.origin.length - a.origin.length || (a.origin < b.origin ? -1 : 1))[0]
  return near?.host ?? undefined
}
