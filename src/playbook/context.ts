/** What the account, the address and the host did elsewhere and later: selections of the case that speak of one chain, bounded. */

import { baseName } from '../chains/paths.ts'
import type { ChainContext } from '../domain/answers.ts'
import type { Trace, TraceKind } from '../domain/trace.ts'
import { classifyAddress } from './address-class.ts'
import { type PlaybookScene, tieOf } from './scene.ts'

/** Of each kind; what is left out is said. */
const most = 100

type Tied = { readonly trace: Trace; readonly tie: string | undefined }

/** Ports over which one host works on another: RPC, SMB, RDP, WinRM, SSH. */
export const movementPorts: ReadonlyMap<number, string> = new Map([
  [22, 'SSH'],
  [135, 'RPC'],
  [139, 'SMB'],
  [445, 'SMB'],
  [3389, 'Remote Desktop'],
  [5985, 'WinRM'],
  [5986, 'WinRM'],
])

const outboundKinds: ReadonlySet<TraceKind> = new Set([
  'explicit-logon',
  'connection',
  'rdp-client',
  'winrm-client',
  'smb-client',
])

export function contextOf(scene: PlaybookScene): ChainContext {
  const { chain, evidence, own } = scene
  const left: string[] = []
  const bounded = <T>(list: readonly T[], name: string): readonly T[] => {
    if (list.length > most) left.push(`${list.length - most} more ${name} are in the timeline`)
    return list.slice(0, most)
  }
  const later = own.filter((trace) => trace.time >= chain.time)
  const tied = (traces: readonly Trace[]): readonly Tied[] => {
    const all = traces.map((trace) => ({ trace, tie: tieOf(scene, trace) }))
    return [...all.filter((one) => one.tie !== undefined), ...all.filter((one) => one.tie === undefined)]
  }
  const isOfChain = new Set(
    chain.steps.map((step) => `${step.locator.evidenceId}/${step.locator.chunk}/${step.locator.offset}`),
  )
  const key = (trace: Trace) => `${trace.locator.evidenceId}/${trace.locator.chunk}/${trace.locator.offset}`
  const sid = chain.account.sid
  const first = chain.steps.reduce((time, step) => (step.time < time ? step.time : time), chain.time)
  const earlier = evidence.traces.traces.filter(
    (trace) =>
      trace.kind === 'task-work' &&
      sid !== undefined &&
      trace.sid === sid &&
      trace.time < first &&
      !isOfChain.has(key(trace)),
  )
  for (const [kind, count] of Object.entries(evidence.traces.left))
    left.push(`${count} more records of ${kind} are in the timeline, beyond what is read for answers`)
  return {
    earlierTaskWork: bounded(earlier, 'earlier task records of the account'),
    systemsAccessed: bounded(
      evidence.traces.logons.filter(
        (group) =>
          (chain.source.ip !== undefined && group.ip === chain.source.ip && !isLoopback(group.ip)) ||
          (sid !== undefined && group.sid === sid && sid.startsWith('S-1-5-21-')),
      ),
      'groups of logons',
    ),
    outbound: bounded(
      tied(later.filter((trace) => outboundKinds.has(trace.kind) && leadsElsewhere(scene, trace))),
      'outbound traces',
    ),
    transfers: bounded(tied(later.filter((trace) => trace.kind === 'transfer')), 'transfers'),
    accountChanges: bounded(
      tied(later.filter((trace) => trace.kind === 'account-change' || trace.kind === 'group-change')),
      'account and group changes',
    ),
    services: bounded(tied(later.filter((trace) => trace.kind === 'service')), 'services'),
    left,
  }
}

const isLoopback = (ip: string): boolean => classifyAddress(ip).class === 'loopback'

/** Not to the host itself: 4648 is written for `localhost` at every run-as, and loopback connections go nowhere. */
export function leadsElsewhere(scene: PlaybookScene, trace: Trace): boolean {
  if (trace.server !== undefined && isOwnName(scene, trace.server)) return false
  if (
    trace.ip !== undefined &&
    (isLoopback(trace.ip) || trace.ip === trace.ownIp || isOwnAddress(scene, trace.ip))
  )
    return false
  return (
    trace.server !== undefined ||
    trace.ip !== undefined ||
    trace.kind === 'winrm-client' ||
    trace.kind === 'smb-client'
  )
}

const isOwnAddress = ({ host, own }: PlaybookScene, ip: string): boolean =>
  host.facts.some((facts) => facts.addresses?.includes(ip)) || own.some((trace) => trace.ownIp === ip)

function isOwnName(scene: PlaybookScene, server: string): boolean {
  const { chain, keyOf } = scene
  const name = baseName(server.replace(/^\\+/, ''))
    .replace(/^[a-z]+\//i, '')
    .replace(/(?<=^[^:]*):\d+$/, '')
  if (/^(localhost|127\.\d+\.\d+\.\d+|::1|-|\.)?$/.test(name) || isOwnAddress(scene, name)) return true
  const host = keyOf(chain.host)
  if (keyOf(name) === host) return true
  // a short name is the host's own when the long one begins with it
  return (!name.includes('.') || !host.includes('.')) && name.split('.')[0] === host.split('.')[0]
}

/** `fs02 (10.0.0.9:445, SMB)` */
export function placeWords(trace: Trace): string {
  const port = trace.port === undefined ? '' : `:${trace.port}`
  const service = trace.port === undefined ? undefined : movementPorts.get(trace.port)
  const address = trace.ip === undefined ? undefined : `${trace.ip}${port}${service ? `, ${service}` : ''}`
  if (trace.server === undefined) return address ?? 'another machine'
  return address ? `${trace.server} (${address})` : trace.server
}
