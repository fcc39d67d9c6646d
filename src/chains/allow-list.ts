/**
 * A site's allow-list against a chain. It only annotates: an entry that fits says that somebody vouched for such work, never that this was
 * it, and an expired one says that nobody does any more. The deed's own time counts, not today's date, so the same case tells the same.
 */
import type { AllowAnnotation, AllowEntry } from '../domain/allow-list.ts'
import type { Chain } from '../domain/chain.ts'
import { accountWords } from '../domain/describe.ts'
import { formatUtc } from '../domain/time.ts'
import { addressRange } from './address-range.ts'

interface Asked {
  readonly fits: boolean
  readonly words: string
}

/** `DOMAIN\name` must fit in both parts, a bare name in the name only; SIDs before names. */
function accountFits(entry: string, chain: Chain): Asked {
  const { account } = chain
  const own = accountWords(account) ?? 'an unnamed account'
  if (/^s-1-/i.test(entry)) {
    const fits = account.sid !== undefined && account.sid.toLowerCase() === entry.trim().toLowerCase()
    return {
      fits,
      words: fits
        ? `account ${entry}`
        : `the account is ${account.sid ?? `${own}, whose SID is not recorded`}, not ${entry}`,
    }
  }
  const at = entry.lastIndexOf('\\')
  const same = (a: string | undefined, b: string) => a !== undefined && a.toLowerCase() === b.toLowerCase()
  const fits = same(account.name, entry.slice(at + 1)) && (at < 0 || same(account.domain, entry.slice(0, at)))
  return {
    fits,
    words: fits
      ? `account name ${own} (a name is no identity: prefer the SID${account.sid ? ` ${account.sid}` : ''})`
      : `the account is ${own}, not ${entry}`,
  }
}

function addressFits(entry: string, chain: Chain): Asked {
  const { ip } = chain.source
  const range = addressRange(entry)
  if (!range) return { fits: false, words: `${entry} is no address and no range of addresses` }
  if (ip === undefined) return { fits: false, words: 'the source address is not known' }
  return range(ip)
    ? { fits: true, words: `source ${ip} is in ${entry}` }
    : { fits: false, words: `source ${ip} is not in ${entry}` }
}

function actionFits(entry: string, chain: Chain): Asked {
  const { actionHash } = chain.task
  if (actionHash === undefined) return { fits: false, words: 'the action of the task is not known' }
  return actionHash === entry.trim().toLowerCase()
    ? { fits: true, words: 'the action is the very one on the list' }
    : { fits: false, words: 'the action is another one' }
}

function annotation(chain: Chain, entry: AllowEntry): AllowAnnotation | undefined {
  const asked: Asked[] = []
  if (entry.account !== undefined) asked.push(accountFits(entry.account, chain))
  if (entry.addresses !== undefined) asked.push(addressFits(entry.addresses, chain))
  if (entry.actionHash !== undefined) asked.push(actionFits(entry.actionHash, chain))
  const because = asked.filter(({ fits }) => fits).map(({ words }) => words)
  if (because.length === 0) return undefined
  const differs = asked.filter(({ fits }) => !fits).map(({ words }) => words)
  const isOver = entry.expires !== undefined && chain.time > entry.expires
  if (isOver)
    differs.push(
      `the entry ended at ${formatUtc(entry.expires as bigint as typeof chain.time)}, before the deed`,
    )
  else if (entry.expires === undefined) differs.push('the entry never expires')
  const isWhole = because.length === asked.length
  return { entry, state: isWhole ? (isOver ? 'expired' : 'fits') : 'partly', because, differs }
}

const order = { fits: 0, expired: 1, partly: 2 } as const

/** Entries that fit the chain at all, whole ones first, then by id. An entry that asks nothing fits nothing. */
export function allowedBy(chain: Chain, entries: readonly AllowEntry[]): readonly AllowAnnotation[] {
  return entries
    .flatMap((entry) => annotation(chain, entry) ?? [])
    .sort((a, b) => order[a.state] - order[b.state] || (a.entry.id < b.entry.id ? -1 : 1))
}
