/** The site's allow-list against one chain: it annotates, says what does not fit, and never hides. */
import type { AllowMatch } from '../domain/answers.ts'
import type { Chain } from '../domain/chain.ts'
import type { AllowEntry } from '../domain/marks.ts'
import { parseUtc } from '../domain/time.ts'
import { isInNetwork } from './address-class.ts'

/** Entries that speak of this chain's account, address or action, whole matches first. */
export function allowMatches(chain: Chain, entries: readonly AllowEntry[]): readonly AllowMatch[] {
  return entries
    .map((entry) => matchOf(chain, entry))
    .filter((match) => match.fits.length > 0)
    .sort((a, b) => a.differs.length - b.differs.length || a.entry.id - b.entry.id)
}

function matchOf(chain: Chain, entry: AllowEntry): AllowMatch {
  const fits: string[] = []
  const differs: string[] = []
  const note = (part: string, isSame: boolean | undefined, otherwise: string) => {
    if (isSame) fits.push(part)
    else differs.push(`${part}: ${otherwise}`)
  }
  if (entry.account !== undefined)
    note('account', isAccount(chain, entry.account), 'the chain is of another account')
  if (entry.address !== undefined)
    note(
      'address',
      chain.source.ip === undefined ? undefined : isInNetwork(chain.source.ip, entry.address),
      chain.source.ip === undefined
        ? 'the address of the chain is not known'
        : `${chain.source.ip} is outside`,
    )
  if (entry.actionSha256 !== undefined)
    note(
      'action',
      chain.task.actionHash === undefined ? undefined : chain.task.actionHash === entry.actionSha256,
      chain.task.action === undefined
        ? 'the action of the task is not known'
        : 'the task does something else',
    )
  const expires = parseUtc(entry.expires)
  const isExpired = expires === undefined || chain.time >= expires
  return { entry, fits, differs, isExpired }
}

/** By SID; by name only when the entry names no SID: `DOMAIN\name`, or the name alone. */
function isAccount({ account }: Chain, wanted: string): boolean {
  const lower = wanted.trim().toLowerCase()
  if (/^s-1-/.test(lower)) return account.sid?.toLowerCase() === lower
  if (account.name === undefined) return false
  const full = account.domain === undefined ? account.name : `${account.domain}\\${account.name}`
  return lower.includes('\\') ? full.toLowerCase() === lower : account.name.toLowerCase() === lower
}

/** Account, action and, for a remote call, address all fit and the entry speaks of that time: enough to call it expected. */
export const isWholeMatch = (match: AllowMatch, chain: Chain): boolean =>
  !match.isExpired &&
  match.differs.length === 0 &&
  match.fits.includes('account') &&
  match.fits.includes('action') &&
  (match.fits.includes('address') || chain.mechanism === 'local' || chain.mechanism === 'machine-managed')
