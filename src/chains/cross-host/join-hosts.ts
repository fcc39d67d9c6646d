/**
 * X1 (windows.md §5.2): what a host records of a call it makes, and the logon the call makes on another host. Times are compared after the
 * measured difference of the two clocks is taken out. A link joins two chains and is a step of neither.
 */
import type { Chain, CrossHostLink, HostFacts, Strength } from '../../domain/chain.ts'
import type { WindowsEvent } from '../../domain/event.ts'
import type { Locator } from '../../domain/locator.ts'
import { type FileTime, millisecondsBetween, seconds } from '../../domain/time.ts'
import { compareEvents, within } from '../order.ts'
import { isLoopback } from '../paths.ts'
import { type ChainWindows, chainBounds } from '../windows.ts'
import { namesAny, type Trace, traceOf } from './traces.ts'

/** A logon over the network that a chain's source rests on: what other hosts are asked about. */
export interface Arrival {
  readonly chain: Chain
  readonly host: string
  readonly at: Locator
  readonly time: FileTime
  readonly ip: string
  readonly port: number | undefined
  readonly account: string | undefined
}

/** What X1 wants to find the other side of; records of other hosts further away in time cannot matter. */
export function arrivalsOf(chains: readonly Chain[], keyOf: (name: string) => string): readonly Arrival[] {
  return chains.flatMap((chain) => {
    const { ip, port, logonId } = chain.source
    if (ip === undefined || isLoopback(ip)) return []
    const step = chain.steps.find((one) => one.eventId === 4624 && one.facts.logonId === logonId)
    if (!step) return []
    return [
      {
        chain,
        host: keyOf(chain.host),
        at: step.locator,
        time: step.time,
        ip,
        port,
        account: chain.account.name?.toLowerCase(),
      },
    ]
  })
}

interface HostKnowledge {
  readonly names: readonly string[]
  readonly addresses: ReadonlySet<string>
  readonly clock: HostFacts['clock']
}

const plainAddress = (text: string): string => text.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '')

function knowledgeOf(
  key: string,
  facts: readonly HostFacts[],
  keyOf: (name: string) => string,
): HostKnowledge {
  const own = facts.filter((one) => keyOf(one.host) === key)
  const short = key.split('.')[0] as string
  const addresses = new Set(own.flatMap((one) => one.addresses ?? []).map(plainAddress))
  return {
    names: [...new Set([key, short, ...addresses])],
    addresses,
    clock: own.find((one) => one.clock)?.clock,
  }
}

interface Skew {
  /** how far the target's clock is ahead of the source's */
  readonly ms: number | undefined
  readonly uncertaintyMs: number | undefined
}

function skewOf(source: HostKnowledge, target: HostKnowledge): Skew {
  if (!source.clock || !target.clock) return { ms: undefined, uncertaintyMs: undefined }
  return {
    ms: target.clock.offsetMs - source.clock.offsetMs,
    uncertaintyMs: source.clock.uncertaintyMs + target.clock.uncertaintyMs,
  }
}

/** What clocks of a domain may differ by without anybody noticing: asked where nobody measured. */
const unmeasuredMs = 5000
/** 4648 and Sysmon 3 are written around the logon; a program is started before it. */
const aroundMs = 2000

/** How far from a logon a record of another host may lie, by any of their clocks; ticks. */
export function reachOf(facts: readonly HostFacts[], windows: ChainWindows): bigint {
  const worst = facts.reduce(
    (most, { clock }) => Math.max(most, Math.abs(clock?.offsetMs ?? 0) * 2 + (clock?.uncertaintyMs ?? 0) * 2),
    unmeasuredMs,
  )
  return seconds(windows.crossHostSeconds + worst / 1000)
}

interface Match {
  readonly trace: Trace
  readonly deltaMs: number
  readonly strength: Strength
  readonly fields: Readonly<Record<string, string>>
  readonly why: string
}

function matchOf(
  trace: Trace,
  arrival: Arrival,
  source: HostKnowledge,
  target: HostKnowledge,
  skew: Skew,
  windows: ChainWindows,
): Match | undefined {
  const deltaMs = millisecondsBetween(trace.event.time, arrival.time) - (skew.ms ?? 0)
  const slack = skew.uncertaintyMs ?? unmeasuredMs
  const longest = windows.crossHostSeconds * 1000
  const earliest = trace.what === 'connection' ? -longest : trace.what === 'credentials' ? -aroundMs : -100
  if (deltaMs < earliest - slack || deltaMs > longest + slack) return undefined
  const sameAccount =
    trace.account !== undefined && arrival.account !== undefined && trace.account === arrival.account
  const isOwnAddress = source.addresses.has(arrival.ip)
  if (source.addresses.size > 0 && !isOwnAddress) return undefined
  if (trace.what === 'connection') {
    if (trace.sourceIp !== undefined && trace.sourceIp !== arrival.ip) return undefined
    const goesThere =
      trace.destinationIp !== undefined &&
      (target.addresses.size === 0 ? undefined : target.addresses.has(trace.destinationIp))
    if (goesThere === false) return undefined
    const samePort = arrival.port !== undefined && trace.sourcePort === arrival.port
    if (samePort && trace.sourceIp !== undefined)
      return {
        trace,
        deltaMs,
        strength: 'strong',
        fields: { ip: arrival.ip, port: String(arrival.port) },
        why: 'address and port of the logon are those of this connection of the source host',
      }
    // another connection to the same host at the same time: the endpoint mapper's, as a rule
    if (!goesThere || trace.sourceIp === undefined || (trace.account !== undefined && !sameAccount))
      return undefined
    return {
      trace,
      deltaMs,
      strength: 'medium',
      fields: { ip: arrival.ip },
      why: 'a connection from the address of the logon to this host at that time, from another port',
    }
  }
  const named = namesAny(trace.names ?? '', target.names)
  if (named === undefined || !sameAccount) return undefined
  const fields = {
    host: named,
    account: arrival.account as string,
    ...(isOwnAddress ? { ip: arrival.ip } : {}),
  }
  const best = trace.what === 'credentials' ? 'strong' : 'medium'
  const strength = isOwnAddress ? best : best === 'strong' ? 'medium' : 'weak'
  const what =
    trace.what === 'credentials'
      ? 'credentials of the account were used there for this host'
      : 'a program that names this host was started there by the account'
  return {
    trace,
    deltaMs,
    strength,
    fields,
    why: isOwnAddress ? what : `${what}; that the address is that of the source host is not in the evidence`,
  }
}

const grades: Readonly<Record<Strength, number>> = { exact: 4, strong: 3, medium: 2, weak: 1, derived: 0 }

/** The chain of the source host that the record belongs to: its process is in the chain's tree, or its session is the chain's. */
function chainOfTrace(trace: Trace, chains: readonly Chain[]): Chain | undefined {
  const { pid, logonId, event } = trace
  return (
    chains.find(({ tree }) =>
      tree.nodes.some(
        (node) =>
          node.pid === pid &&
          node.started <= event.time &&
          (node.ended === undefined || event.time <= node.ended),
      ),
    ) ??
    chains.find(
      ({ source, taskLogonId }) =>
        logonId !== undefined && (logonId === taskLogonId || logonId === source.logonId),
    )
  )
}

/** The chains with their links to other hosts, and the host a source address belongs to where evidence shows it. */
export function joinHosts(
  chains: readonly Chain[],
  events: readonly WindowsEvent[],
  facts: readonly HostFacts[],
  keyOf: (name: string) => string,
  windows: ChainWindows,
): readonly Chain[] {
  const arrivals = arrivalsOf(chains, keyOf)
  const traces = new Map<string, Trace[]>()
  for (const event of [...events].sort(compareEvents)) {
    const trace = traceOf(event)
    if (!trace) continue
    const key = keyOf(event.recordedComputer)
    const list = traces.get(key)
    if (list) list.push(trace)
    else traces.set(key, [trace])
  }
  const timed = new Map(
    [...traces].map(
      ([key, list]) => [key, list.map((trace) => ({ time: trace.event.time, trace }))] as const,
    ),
  )
  const keys = new Set([
    ...traces.keys(),
    ...facts.map(({ host }) => keyOf(host)),
    ...chains.map(({ host }) => keyOf(host)),
  ])
  const known = new Map([...keys].map((key) => [key, knowledgeOf(key, facts, keyOf)] as const))
  const byHost = new Map<string, Chain[]>()
  for (const chain of chains) byHost.set(keyOf(chain.host), [...(byHost.get(keyOf(chain.host)) ?? []), chain])

  const links: CrossHostLink[] = []
  for (const arrival of arrivals) {
    const target = known.get(arrival.host) as HostKnowledge
    for (const key of [...timed.keys()].sort()) {
      if (key === arrival.host) continue
      const link = linkOf(arrival, key, target)
      if (link) links.push(link)
    }
  }
  return chains.map((chain) => withLinks(chain, links, known, keyOf))

  function linkOf(arrival: Arrival, key: string, target: HostKnowledge): CrossHostLink | undefined {
    const source = known.get(key) as HostKnowledge
    const skew = skewOf(source, target)
    const reach = seconds(windows.crossHostSeconds + (skew.uncertaintyMs ?? unmeasuredMs) / 1000)
    const there = arrival.time - BigInt(Math.round((skew.ms ?? 0) * 10_000))
    const matches = within(timed.get(key), there - reach, there + reach)
      .flatMap(({ trace }) => matchOf(trace, arrival, source, target, skew, windows) ?? [])
      .sort(
        (a, b) =>
          grades[b.strength] - grades[a.strength] ||
          Math.abs(a.deltaMs) - Math.abs(b.deltaMs) ||
          compareEvents(a.trace.event, b.trace.event),
      )
    const [best, ...others] = matches
    if (!best) return undefined
    const own = byHost.get(key) ?? []
    const from = matches.map(({ trace }) => chainOfTrace(trace, own)).find((chain) => chain !== undefined)
    return {
      rule: 'X1',
      fromHost: key,
      toHost: arrival.chain.host,
      from: best.trace.event.locator,
      others: others.slice(0, chainBounds.tracesPerLogon).map(({ trace }) => trace.event.locator),
      to: arrival.at,
      fromChain: from?.id,
      toChain: arrival.chain.id,
      deltaMs: best.deltaMs,
      skewMs: skew.ms,
      uncertaintyMs: skew.uncertaintyMs,
      strength: best.strength,
      fields: best.fields,
      why: best.why,
    }
  }
}

function withLinks(
  chain: Chain,
  links: readonly CrossHostLink[],
  known: ReadonlyMap<string, HostKnowledge>,
  keyOf: (name: string) => string,
): Chain {
  const cameFrom = links.filter((link) => link.toChain === chain.id)
  const wentTo = links.filter((link) => link.fromChain === chain.id)
  const shown = cameFrom.filter((link) => link.strength === 'strong')
  const owners = [...known].filter(
    ([key, { addresses }]) => key !== keyOf(chain.host) && addresses.has(chain.source.ip ?? ''),
  )
  const source =
    shown.length === 1
      ? { ...chain.source, host: shown[0]?.fromHost, hostBasis: 'X1' as const }
      : owners.length === 1
        ? { ...chain.source, host: owners[0]?.[0], hostBasis: 'addresses' as const }
        : chain.source
  return cameFrom.length === 0 && wentTo.length === 0 && source === chain.source
    ? chain
    : { ...chain, source, cameFrom, wentTo }
}
