/** Says where a chain rests on recovered records: they are shown only when asked for, and prove less than live ones. */
import type { Chain, ChainLink, Strength, TriState } from '../domain/chain.ts'
import { type Locator, locatorKey } from '../domain/locator.ts'

/** The places of recovered records in a chain, each once. */
export function recoveredPlaces(chain: Chain): readonly Locator[] {
  const found = new Map<string, Locator>()
  const look = (at: Locator) => {
    if (at.recovered) found.set(locatorKey(at), at)
  }
  look(chain.anchor)
  for (const step of chain.steps) for (const at of [step.locator, ...step.alsoAt]) look(at)
  for (const link of chain.links) for (const at of [link.from, link.to]) look(at)
  for (const one of [...chain.source.candidates, ...chain.source.rejected]) look(one.locator)
  for (const answer of [chain.executed, chain.deleted]) answer.citations.forEach(look)
  return [...found.values()]
}

const atMostMedium = (strength: Strength): Strength =>
  strength === 'exact' || strength === 'strong' ? 'medium' : strength

function toldLink(link: ChainLink): ChainLink {
  const ends = [link.from, link.to].filter((at) => at.recovered)
  if (ends.length === 0) return link
  const which = ends.length === 2 ? 'Both records are' : `Record ${ends[0]?.recordId} is`
  return {
    ...link,
    strength: atMostMedium(link.strength),
    why: `${link.why} ${which} recovered: no longer live in the log, so this is no more than medium.`,
  }
}

function toldAnswer(answer: TriState): TriState {
  const recovered = answer.citations.filter((at) => at.recovered).length
  if (recovered === 0) return answer
  const which =
    recovered === answer.citations.length
      ? 'It rests on recovered records only.'
      : 'Some of its records are recovered.'
  return { ...answer, why: `${answer.why} ${which}` }
}

/**
 * The chain as it is, with its recovered records named in words: links over them are medium at most, a source known only
 * over them is probable and not confirmed. A chain without any comes back unchanged.
 */
export function tellRecovered(chain: Chain): Chain {
  const places = recoveredPlaces(chain)
  if (places.length === 0) return chain
  const links = chain.links.map(toldLink)
  const { source } = chain
  const isWeakened = chain.links.some(
    (link) => link.rule === source.basis && (link.from.recovered || link.to.recovered),
  )
  const isConfirmed = chain.mechanism === 'remote-confirmed'
  const count =
    places.length === 1 ? '1 recovered record, which was' : `${places.length} recovered records, which were`
  const reason = /[.!?]$/.test(chain.mechanismWhy) ? chain.mechanismWhy : `${chain.mechanismWhy}.`
  return {
    ...chain,
    links,
    source: isWeakened && source.strength ? { ...source, strength: atMostMedium(source.strength) } : source,
    mechanism: isWeakened && isConfirmed ? 'remote-probable' : chain.mechanism,
    mechanismWhy: `${reason} This chain uses ${count} no longer live in their log: confirm it with other evidence.`,
    executed: toldAnswer(chain.executed),
    deleted: toldAnswer(chain.deleted),
  }
}
