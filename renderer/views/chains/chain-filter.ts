/** Which chains a typed filter leaves: bare words anywhere, `key:value` in one place, `-` or `not` excludes. Pure. */
import type { ChainShape } from '../../../src/contract/shapes.ts'
import { kindWord, mechanismWord, pathWord } from '../overview/words.ts'

const own: Readonly<Record<string, (chain: ChainShape) => readonly (string | null)[]>> = {
  task: (chain) => [chain.task.path],
  action: (chain) => [chain.task.action],
  host: (chain) => [chain.host, chain.source.host],
  account: (chain) => [
    chain.account.name && chain.account.domain
      ? `${chain.account.domain}\\${chain.account.name}`
      : chain.account.name,
    chain.account.sid,
  ],
  address: (chain) => [chain.source.ip, ...chain.source.candidates.map((each) => each.ip)],
  rejected: (chain) => chain.source.rejected.map((each) => each.ip),
  logon: (chain) => [chain.taskLogonId, chain.source.logonId],
  path: (chain) => [chain.path, pathWord(chain.path)],
  mechanism: (chain) => [chain.mechanism, mechanismWord(chain.mechanism)],
  was: (chain) => [chain.kind, kindWord(chain.kind)],
  ran: (chain) => [chain.executed.answer],
  deleted: (chain) => [chain.deleted.answer],
  tool: (chain) => chain.resembles.map((each) => each.tool),
  time: (chain) => [chain.time, chain.time.replace('T', ' ')],
}
/** `from`, `ip` and `user` are other names for what people type. */
const aliases: Readonly<Record<string, string>> = { from: 'address', ip: 'address', user: 'account' }
const placeOf = (key: string) => {
  const name = Object.hasOwn(aliases, key) ? (aliases[key] ?? key) : key
  return Object.hasOwn(own, name) ? own[name] : undefined
}
/** Keys the filter knows, for its hint. */
export const chainKeys: readonly string[] = [...Object.keys(own), ...Object.keys(aliases)]

const anywhere = (chain: ChainShape) => Object.values(own).flatMap((read) => read(chain))

interface Wanted {
  readonly not: boolean
  readonly read: (chain: ChainShape) => readonly (string | null)[]
  readonly text: string
}

/** `a "b c" host:fs01 -ran:no` as terms; an unknown key is looked for as it stands. */
function termsOf(filter: string): readonly Wanted[] {
  const words = filter.slice(0, 500).match(/-?(?:[a-z]+:)?"[^"]*"?|\S+/gi) ?? []
  const terms: Wanted[] = []
  let not = false
  for (const word of words) {
    if (word.toLowerCase() === 'not') {
      not = true
      continue
    }
    const excluded = /^-[^-\s]/.test(word)
    const bare = excluded ? word.slice(1) : word
    const found = /^([a-z]+):(.*)$/is.exec(bare)
    const read = found ? placeOf((found[1] ?? '').toLowerCase()) : undefined
    const text = (read ? (found?.[2] ?? '') : bare).replaceAll('"', '').toLowerCase()
    if (text !== '') terms.push({ not: not || excluded, read: read ?? anywhere, text })
    not = false
  }
  return terms
}

/** The chains that fit every term, in their order. */
export function filterChains(chains: readonly ChainShape[], filter: string): readonly ChainShape[] {
  const terms = termsOf(filter)
  if (terms.length === 0) return chains
  return chains.filter((chain) =>
    terms.every(
      ({ not, read, text }) =>
        not !== read(chain).some((value) => value !== null && value.toLowerCase().includes(text)),
    ),
  )
}
