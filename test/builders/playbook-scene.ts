/** A chain of atexec with what lies beside it, as the playbook's rules see it. */
import { coverHosts } from '../../src/chains/cover-hosts.ts'
import { findChains } from '../../src/chains/find-chains.ts'
import type { Chain, ChainInput } from '../../src/domain/chain.ts'
import type { WindowsEvent } from '../../src/domain/event.ts'
import { locatorKey } from '../../src/domain/locator.ts'
import type { LogonGroup, Trace } from '../../src/domain/trace.ts'
import { type PlaybookEvidence, sceneOf } from '../../src/playbook/scene.ts'
import { at, atexec, input, systemLog, World } from './events.ts'

export const world = new World()
export const group = (more: Partial<LogonGroup>): LogonGroup => ({
  computer: 'fs02.corp.example',
  ip: undefined,
  sid: undefined,
  account: undefined,
  count: 1,
  firstTime: at(0),
  lastTime: at(5),
  first: { evidenceId: systemLog, recordId: 1n, chunk: 0, offset: 1 },
  last: { evidenceId: systemLog, recordId: 2n, chunk: 0, offset: 2 },
  ...more,
})
export interface More {
  readonly traces?: readonly Trace[]
  readonly logons?: readonly LogonGroup[]
  readonly left?: PlaybookEvidence['traces']['left']
  readonly input?: Partial<ChainInput>
  readonly events?: readonly WindowsEvent[]
  readonly chain?: Partial<Chain>
  readonly chains?: readonly Chain[]
}
export const sceneWith = ({
  traces = [],
  logons = [],
  left = {},
  input: rest = {},
  events = atexec(world),
  chain = {},
  chains = [],
}: More = {}) => {
  const given = input(events, rest)
  const found = findChains(given)
  const evidence: PlaybookEvidence = {
    chains: [...found, ...chains],
    events: new Map(given.events.map((event) => [locatorKey(event.locator), event])),
    coverage: given.coverage,
    hosts: given.hosts,
    covered: coverHosts(given),
    traces: { traces, logons, left },
    allowList: [],
  }
  const own = { ...(found[0] as Chain), ...chain }
  return { scene: sceneOf(evidence, own), evidence, chain: own }
}
