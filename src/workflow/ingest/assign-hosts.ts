/** Gives a host to items that do not name one themselves: from host facts of their folder, else from the only host there is. */
import type { OpenCase } from '../open-case.ts'

const folderOf = (origin: string) => origin.replace(/[\\/!][^\\/!]*$/, '')

export function assignHosts(open: OpenCase, given: string | undefined): void {
  const entries = open.casefile.evidence().filter((entry) => entry.state === 'complete')
  const facts = entries.filter((entry) => entry.kind === 'host-facts' && entry.host)
  const logHosts = new Set(
    entries.filter((entry) => entry.kind === 'evtx' && entry.host).map((entry) => entry.host),
  )
  for (const entry of entries) {
    if (entry.host !== null) continue
    const folder = folderOf(entry.origin)
    const near = facts
      .filter(
        (one) =>
          folder === folderOf(one.origin) ||
          folder.startsWith(`${folderOf(one.origin)}/`) ||
          folder.startsWith(`${folderOf(one.origin)}\\`),
      )
      .sort((a, b) => b.origin.length - a.origin.length)[0]
    const only = logHosts.size === 1 ? [...logHosts][0] : undefined
    const host = near?.host ?? given ?? only
    if (host) open.casefile.setHost(entry.item, host)
  }
}
