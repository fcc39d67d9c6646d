/** Everything the playbook's rules may look at for one chain. */

import type { HostCoverage } from '../chains/coverage.ts'
import { hostKeys } from '../chains/hosts.ts'
import { append } from '../chains/order.ts'
import { baseName } from '../chains/paths.ts'
import type { AllowEntry } from '../domain/allow-list.ts'
import type { Chain, ChainStep, ChannelCoverage, HostFacts, StepRole } from '../domain/chain.ts'
import type { WindowsEvent } from '../domain/event.ts'
import { isWellKnownLogon } from '../domain/ids.ts'
import { type Locator, locatorKey } from '../domain/locator.ts'
import type { TaskEntry } from '../domain/task-entry.ts'
import { seconds } from '../domain/time.ts'
import type { CaseTraces, Trace } from '../domain/trace.ts'
import { type TaskState, taskStateOf } from './task-state.ts'

/** What the workflow hands in; the same for every chain of a case. */
export interface PlaybookEvidence {
  readonly chains: readonly Chain[]
  /** the records the chains' steps cite, by locator key */
  readonly events: ReadonlyMap<string, WindowsEvent>
  readonly coverage: readonly ChannelCoverage[]
  readonly hosts: readonly HostFacts[]
  /** what the logs of each host can tell, by host key */
  readonly covered: ReadonlyMap<string, HostCoverage>
  readonly traces: CaseTraces
  readonly allowList: readonly AllowEntry[]
  /** chain id → its task as files, registry and the service show it; only where such views were collected */
  readonly tasks?: ReadonlyMap<string, TaskEntry>
}

export interface PlaybookScene {
  readonly chain: Chain
  readonly evidence: PlaybookEvidence
  /** records of the chain's own steps, in their order */
  readonly events: readonly WindowsEvent[]
  /** key of a recorded computer name: short and full names of one host are one */
  readonly keyOf: (name: string) => string
  readonly host: HostCoverage
  /** traces of the chain's host */
  readonly own: readonly Trace[]
  /** what the other views of the chain's task tell */
  readonly task: TaskState | undefined
}

/** A host nothing is known of: every silence of its logs is unknown. */
const unknownHost: HostCoverage = {
  logs: [],
  facts: [],
  cleared: [],
  audit: { facts: [], changes: [], logs: [] },
  jumps: [],
  blind: [],
}

interface Shared {
  readonly keyOf: (name: string) => string
  readonly byHost: ReadonlyMap<string, readonly Trace[]>
}
/** the same for every chain, made once */
const shared = new WeakMap<CaseTraces, { readonly of: PlaybookEvidence['chains']; readonly made: Shared }>()

function sharedOf(evidence: PlaybookEvidence): Shared {
  const before = shared.get(evidence.traces)
  if (before?.of === evidence.chains) return before.made
  const names = new Set<string>([
    ...evidence.chains.map((one) => one.host),
    ...evidence.coverage.map((one) => one.host),
    ...evidence.hosts.map((one) => one.host),
    ...evidence.traces.traces.map((one) => one.computer),
    ...evidence.traces.logons.map((one) => one.computer),
    ...evidence.covered.keys(),
  ])
  const keys = hostKeys(names)
  const keyOf = (name: string) => keys.get(name) ?? name.toLowerCase()
  const byHost = new Map<string, Trace[]>()
  for (const trace of evidence.traces.traces) append(byHost, keyOf(trace.computer), trace)
  const made = { keyOf, byHost }
  shared.set(evidence.traces, { of: evidence.chains, made })
  return made
}

export function sceneOf(evidence: PlaybookEvidence, chain: Chain): PlaybookScene {
  const { keyOf, byHost } = sharedOf(evidence)
  const key = keyOf(chain.host)
  return {
    chain,
    evidence,
    events: chain.steps.flatMap((step) => evidence.events.get(locatorKey(step.locator)) ?? []),
    keyOf,
    host: evidence.covered.get(key) ?? unknownHost,
    own: byHost.get(key) ?? [],
    task: taskStateOf({ chain, evidence }),
  }
}

export const stepsOf = (chain: Chain, ...roles: readonly StepRole[]): readonly ChainStep[] =>
  chain.steps.filter((step) => roles.includes(step.role))
export const at = (steps: readonly { readonly locator: Locator }[]): readonly Locator[] =>
  steps.map((step) => step.locator)

/** Sessions of the chain that belong to nobody else: SYSTEM's is everybody's. */
export function sessionsOfChain({ chain }: PlaybookScene): ReadonlySet<string> {
  const ids = [chain.taskLogonId, chain.source.logonId].filter((id) => id !== undefined)
  return new Set(ids.filter((id) => !isWellKnownLogon(id)))
}

export const isPerson = (sid: string | undefined): boolean => sid?.startsWith('S-1-5-21-') === true

/** Why a later record belongs to the chain, in words; undefined when nothing but time and host join them. */
export function tieOf(scene: PlaybookScene, trace: Trace): string | undefined {
  const { chain, keyOf } = scene
  if (keyOf(trace.computer) !== keyOf(chain.host) || trace.time < chain.time - seconds(1)) return undefined
  const process = processOf(chain, trace)
  if (process) return `by a process of the task: ${process}`
  if (trace.logonId !== undefined && sessionsOfChain(scene).has(trace.logonId))
    return `in the same logon session ${trace.logonId}`
  if (trace.sid !== undefined && isPerson(trace.sid) && trace.sid === chain.account.sid)
    return 'by the same account'
  return undefined
}

/** A proven process of the task's tree with this id that had started and not ended: `cmd.exe (PID 976)`. */
function processOf(chain: Chain, trace: Trace): string | undefined {
  if (trace.pid === undefined || trace.pid <= 4) return undefined
  const node = chain.tree.nodes.find(
    (one) =>
      one.standing === 'proven' &&
      one.pid === trace.pid &&
      one.started <= trace.time &&
      (one.ended === undefined || trace.time - one.ended <= seconds(1)) &&
      !(one.image && trace.image && baseName(one.image) !== baseName(trace.image)),
  )
  return node && `${baseName(node.image) || 'process'} (PID ${trace.pid})`
}
