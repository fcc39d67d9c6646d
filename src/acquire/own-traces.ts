/**
 * What the responder leaves behind on a host, written down as evidence: who was there, from where, when by the host's clock, and in
 * which process. Events that this caused are told apart by it later; none is ever dropped.
 */
import { networkInterfaces } from 'node:os'
import type { Connection } from './connect.ts'
import type { ClockFacts } from './preflight.ts'

/** One session on the host. Times are UTC by the host's clock. */
export interface ResponderSession {
  readonly way: string
  readonly sid: string
  readonly account: string
  readonly pid: number
  readonly from: string
  readonly to: string
  /** addresses this machine may have been seen by */
  readonly addresses: readonly string[]
}

/** Addresses of this machine, loopback left out unless the host saw us by it. */
export function ownAddresses(seenByHost: string): readonly string[] {
  const own = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter((one) => !one.internal)
    .map((one) => one.address.replace(/%.*$/, ''))
  const seen = seenByHost.split(' ')[0] ?? ''
  return [...new Set([...own, ...(seen ? [seen] : [])])].sort()
}

/** How long before the agent answers the logon may lie: ssh and WinRM log on first. */
const logonLeadMs = 30_000

export function sessionOf(connection: Connection, clock: ClockFacts, endedAt: Date): ResponderSession {
  const { hello, way } = connection
  const start = Date.parse(hello.now) - logonLeadMs
  const end = endedAt.getTime() + clock.offsetMs + clock.uncertaintyMs + 5000
  return {
    way,
    sid: hello.sid,
    account: hello.name,
    pid: hello.pid,
    from: new Date(start).toISOString(),
    to: new Date(end).toISOString(),
    addresses: ownAddresses(hello.from),
  }
}

const everywhere =
  'a folder tasktrail-<run> in the Temp folder of Windows while it runs, removed at the end; freed clusters may be written over'
const byWay: Readonly<Record<string, readonly string[]>> = {
  ssh: [
    'logons of the account by sshd (4624, 4672, 4634), records of OpenSSH/Operational',
    'processes of sshd and powershell.exe (4688 where audited), one command line that is a constant',
    'PowerShell records 400, 403, 600, 40961, 53504; 4104 with the text of the agent where script blocks are logged',
  ],
  winrm: [
    'logons of type 3 (4624, 4672, 4634), one or more for each connection; 4769 or 4776 on a domain controller',
    'a process wsmprovhost.exe (4688 where audited), WinRM/Operational 91',
    'PowerShell records 400, 403, 600 with HostName=ServerRemoteHost; 4104 with the text of the agent where script blocks are logged',
  ],
  cim: ['logons of type 3 (4624, 4672, 4634)', 'WmiPrvSE.exe, WMI-Activity 5857 and 5860'],
  local: ['a process of PowerShell (4688 where audited) and its records'],
  files: [
    '5140 and 5145 for every file of a share that is read: they look like an attacker reading output, and are told apart by account, address and time',
  ],
}

/** What will be left behind, for the operator to read before anything is taken. */
export const tracesOf = (way: string): readonly string[] => [
  ...(byWay[way.replace('-https', '')] ?? []),
  ...(way === 'cim' || way === 'files'
    ? []
    : [everywhere, 'auditpol.exe, and whoami.exe where .NET does not tell the account']),
]
