/** What each log of the chain's host can tell about its time, and what was not collected that would tell more. */
import { auditBetween } from '../chains/audit-policy.ts'
import { judgeAbsence, logsOf, type Subcategory } from '../chains/coverage.ts'
import type { CoverageLine, NotCollected } from '../domain/answers.ts'
import type { ChannelCoverage } from '../domain/chain.ts'
import { type FileTime, fileTime, seconds } from '../domain/time.ts'
import { allSubcategories, scheduler, security } from './absence.ts'
import type { PlaybookScene } from './scene.ts'
import { hasView } from './task-state.ts'

const settings = ['off', 'success', 'failure', 'success and failure']

export function coverageLines({ chain, host }: PlaybookScene): readonly CoverageLine[] {
  const from = fileTime(chain.time - seconds(60))
  const until = fileTime(chain.time + seconds(60))
  const names = new Set([security, scheduler, ...host.logs.map((log) => log.channel).sort()])
  const seen = new Set<string>()
  const channels = [...names].filter((name) => {
    const key = name.toLowerCase()
    const isNew = !seen.has(key)
    seen.add(key)
    return isNew
  })
  const line = (channel: string, subcategory: Subcategory | undefined): CoverageLine => {
    const logs = logsOf(host, channel)
    const { state, why } = judgeAbsence(host, channel, subcategory, from, until)
    return {
      host: chain.host,
      channel,
      state: state === 'truly-absent' ? 'covered' : state,
      why,
      from: earliest(logs),
      to: latest(logs),
      records: logs.reduce((sum, log) => sum + log.records, 0),
      provenance: [...new Set(logs.map((log) => log.provenance))].sort().join(', ') || undefined,
      audit: subcategory && auditOf(subcategory),
    }
  }
  const auditOf = (subcategory: Subcategory): CoverageLine['audit'] => {
    const { was, now, source, why } = auditBetween(host.audit, subcategory, from, until)
    return {
      subcategory: subcategory.name,
      setting: was,
      source: `${source}: ${why}${now === undefined ? '' : ` (now: ${settings[now & 3]})`}`,
    }
  }
  return channels.flatMap((channel) =>
    channel.toLowerCase() === security.toLowerCase()
      ? allSubcategories.map((subcategory) => line(channel, subcategory))
      : [line(channel, undefined)],
  )
}

const earliest = (logs: readonly ChannelCoverage[]): FileTime | undefined =>
  logs.reduce<FileTime | undefined>(
    (first, log) => (first === undefined || log.from < first ? log.from : first),
    undefined,
  )
const latest = (logs: readonly ChannelCoverage[]): FileTime | undefined =>
  logs.reduce<FileTime | undefined>(
    (last, log) => (last === undefined || log.to > last ? log.to : last),
    undefined,
  )

/** Sources that would answer what stays open, as far as the evidence lacks them. */
export function notCollected(scene: PlaybookScene): readonly NotCollected[] {
  const { chain, host, evidence, keyOf } = scene
  const has = (channel: string) => logsOf(host, channel).length > 0
  const lack = (what: string, wouldTell: string, where = chain.host): NotCollected => ({
    what,
    host: where,
    state: 'not-collected',
    wouldTell,
  })
  const list: NotCollected[] = []
  for (const [channel, tells] of [
    [security, 'logons, share accesses, task changes and processes'],
    [scheduler, 'every registration, start and result of the task'],
    ['System', 'starts of Windows, services, clearing of logs'],
    ['Microsoft-Windows-Sysmon/Operational', 'processes with hashes, connections, files, registry changes'],
    ['Microsoft-Windows-PowerShell/Operational', 'the text of scripts the task ran (4104)'],
    ['Microsoft-Windows-Windows Defender/Operational', 'what the virus scanner found'],
    ['Microsoft-Windows-TerminalServices-RDPClient/Operational', 'remote desktops opened from this host'],
    ['Microsoft-Windows-WinRM/Operational', 'remote PowerShell to and from this host'],
    ['Microsoft-Windows-Bits-Client/Operational', 'background transfers'],
  ] as const)
    if (!has(channel)) list.push(lack(channel, tells))
  if (!host.facts.some((facts) => facts.auditPolicy !== undefined))
    list.push(lack('audit policy of the host (auditpol)', 'whether a missing record would have been written'))
  if (!hasView(scene, 'registry'))
    list.push(lack('TaskCache in the registry', 'last run, hash of the definition, hidden tasks'))
  const source = chain.source.host ?? chain.source.ip
  // a logon names the machine of its caller by its short name
  const isSource = (host: string) =>
    source !== undefined &&
    (keyOf(host) === keyOf(source) || (!source.includes('.') && keyOf(host).split('.')[0] === keyOf(source)))
  const isKnown = evidence.coverage.some((log) => isSource(log.host))
  if (source !== undefined && !isKnown && chain.mechanism.startsWith('remote'))
    list.push(lack('logs of the source', 'who worked there, and which tool made the call', source))
  list.push(
    lack(
      'logs of the domain controller',
      'tickets and logons of the account anywhere (4768, 4769, 4776), groups, changes of the account',
      'domain controller',
    ),
  )
  list.push(
    lack('network records (firewall, proxy, flow)', 'connections and amounts of data sent out', 'network'),
  )
  return list
}
