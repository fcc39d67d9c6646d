/** Where the call came from and how, as far as records show it (windows facts §5.2, §5.3, §6). */
import type { ChainPath, Mechanism } from '../../domain/chain.ts'
import type { Deed } from '../deed.ts'
import type { Recorded, RecordedMark } from '../happening.ts'
import { logonIdText } from '../logon-ids.ts'
import { type HostEvidence, logs } from './evidence.ts'
import type { Known } from './knowledge.ts'

const siblingWindow = 100_000_000n // 10 s
const tick = 1_000_000n // 100 ms
const system = '0x3e7'

const idOf = (value: unknown) => logonIdText(BigInt(value as bigint))

/** The logon of the call as it was recorded, in the boot of the call. */
function logonOf(anchor: RecordedMark, evidence: HostEvidence): Recorded | undefined {
  const id = idOf(anchor.happening.values.SubjectLogonId)
  const boot = evidence.bootOf(anchor.happening.time)
  return evidence.records.find(
    ({ happening: { schema, values, time } }) =>
      schema.eventId === 4624 &&
      // the other half of a split token was opened in the same moment from the same place, and names this one
      (idOf(values.TargetLogonId) === id || idOf(values.TargetLinkedLogonId ?? 0n) === id) &&
      evidence.bootOf(time) === boot &&
      time <= anchor.happening.time,
  )
}

const addressIn = ({ happening: { values } }: Recorded): string | undefined => {
  const ip = String(values.IpAddress ?? '-')
  return ip === '-' ? undefined : ip.replace(/^::ffff:(?=\d+\.)/, '')
}

interface PipeOwner {
  readonly logonId: string
  readonly ip: string
  /** it also handled a file that the task names */
  readonly isConfirmed: boolean
}

/** Sessions of the same account that opened the pipe to write within ten seconds before the call. */
function pipeOwners(deed: Deed, anchor: RecordedMark, evidence: HostEvidence): readonly PipeOwner[] {
  const sid = anchor.happening.values.SubjectUserSid
  const boot = evidence.bootOf(anchor.happening.time)
  const handled = new Set(
    evidence
      .of(deed.mark)
      .filter(({ mark }) => mark.role.startsWith('output-') || mark.role === 'payload-written')
      .map(({ happening }) => idOf(happening.values.SubjectLogonId)),
  )
  const owners = new Map<string, PipeOwner>()
  for (const { happening } of evidence.records) {
    const { schema, values } = happening
    if (schema.eventId !== 5145 || values.RelativeTargetName !== 'atsvc') continue
    if (values.SubjectUserSid !== sid || ((values.AccessMask as number) & 2) === 0) continue
    if (evidence.bootOf(happening.time) !== boot) continue
    // as it went on: a clock set in between tears recorded times apart, and the record ids do not
    const before = anchor.happening.time - happening.time
    if (before < -tick || before > siblingWindow) continue
    const logonId = idOf(values.SubjectLogonId)
    owners.set(logonId, { logonId, ip: String(values.IpAddress), isConfirmed: handled.has(logonId) })
  }
  return [...owners.values()]
}

const clientPid = (anchor: RecordedMark): number | undefined => {
  const pid = anchor.happening.values.ClientProcessId
  return pid === undefined ? undefined : Number(pid)
}

const addresses = (owners: readonly PipeOwner[]) => new Set(owners.map(({ ip }) => ip))

/** The one address that the sessions on the pipe agree on. */
function ownerAddress(owners: readonly PipeOwner[]): string | undefined {
  const confirmed = owners.filter(({ isConfirmed }) => isConfirmed)
  const group = addresses(confirmed.length > 0 ? confirmed : owners)
  return group.size === 1 ? [...group][0] : undefined
}

export function knownSource(deed: Deed, anchor: RecordedMark, evidence: HostEvidence): Known<string> {
  if (deed.source === null) return { value: undefined, why: 'the call came from nowhere outside the host' }
  const { ip } = deed.source
  const logon = logonOf(anchor, evidence)
  if (logon && addressIn(logon) !== undefined)
    return { value: ip, why: 'the logon of the call has an address of its own' }
  const pid = clientPid(anchor)
  const unknown = (why: string, also: readonly (string | undefined)[] = []) => ({
    value: undefined,
    why,
    also,
  })
  if (pid !== undefined && pid > 0)
    return unknown('the caller is a process of the host, and its logon records no address')
  const owners = pipeOwners(deed, anchor, evidence)
  const address = ownerAddress(owners)
  if (owners.length === 0)
    return unknown(
      `no session opened the pipe and the logon of the call tells no address: ${evidence.why(logs.security, 'detailedFileShare')}`,
      // a file of the task that was fetched over a share points to an address
      evidence.of(deed.mark).some(({ mark }) => mark.role.startsWith('output-')) ? [ip] : [],
    )
  if (address === undefined)
    return unknown(`${addresses(owners).size} addresses of the account were on the pipe at that moment`)
  if (deed.callers.length > 0 && carrierOf(deed, anchor, evidence))
    return unknown('the caller ran on the host: the pipe was opened for another purpose', [
      address === ip ? ip : undefined,
    ])
  if (address !== ip)
    return {
      value: undefined,
      why: 'the account opened the pipe from elsewhere for another purpose',
      ...(logon && !carrierOf(deed, anchor, evidence) ? { misleads: address } : {}),
    }
  if (logon) return { value: ip, why: 'only sessions from this address opened the pipe' }
  // nothing shows that the logon of the call had no address of its own
  return { value: undefined, why: 'the logon of the call is not recorded', also: [ip] }
}

interface Ways {
  readonly path: Known<ChainPath>
  readonly mechanism: Known<Mechanism>
}
const ways = (
  path: Known<ChainPath>['value'],
  mechanism: Known<Mechanism>['value'],
  why: string,
  also: {
    readonly path?: Known<ChainPath>['also']
    readonly mechanism?: Known<Mechanism>['also']
    readonly misleads?: ChainPath
  } = {},
): Ways => ({
  path: {
    value: path,
    why,
    ...(also.path ? { also: also.path } : {}),
    ...(also.misleads ? { misleads: also.misleads } : {}),
  },
  mechanism: { value: mechanism, why, ...(also.mechanism ? { also: also.mechanism } : {}) },
})

export function knownMechanism(deed: Deed, anchor: RecordedMark, evidence: HostEvidence): Ways {
  const pid = clientPid(anchor)
  if (idOf(anchor.happening.values.SubjectLogonId) === system) return byMachine(deed, anchor, evidence)
  const logon = logonOf(anchor, evidence)
  const type = logon === undefined ? undefined : Number(logon.happening.values.LogonType)
  if (pid !== undefined && pid > 0) return byProcess(deed, anchor, evidence, type)
  if (type !== undefined && type !== 3)
    return ways('local', 'local', 'the session of the call is one at the host itself')
  const tool = deed.callers.length > 0 && carrierOf(deed, anchor, evidence)
  if (deed.origin === 'remote' && deed.callers.length > 0) return throughHost(deed, logon, tool, pid)
  const isRemote = pid === 0
  const owners = pipeOwners(deed, anchor, evidence)
  const own = logon && addressIn(logon)
  if (deed.origin === 'local')
    // version 0: nothing names the caller, and the session is not in the evidence
    return ways(undefined, undefined, 'neither the caller nor its session is recorded', {
      path: ['local'],
      mechanism: ['local'],
    })
  if (own !== undefined)
    return deed.path === 'rpc-tcp'
      ? ways('rpc-tcp', 'remote-confirmed', 'a network logon with an address of its own made the call', {
          path: [undefined],
        })
      : ways(deed.path, 'remote-confirmed', 'a network logon with an address made the call')
  if (owners.length > 0) {
    const unique = ownerAddress(owners) !== undefined
    return ways(
      logon ? 'atsvc-pipe' : undefined,
      isRemote || (unique && logon) ? 'remote-confirmed' : 'remote-probable',
      'a session of the account opened the pipe',
      { path: ['atsvc-pipe', undefined], mechanism: logon ? [] : ['remote-confirmed', undefined] },
    )
  }
  if (isRemote)
    return ways(undefined, 'remote-confirmed', 'the record names a caller of another machine', {
      path: [deed.path],
    })
  if (logon) return ways(undefined, 'remote-probable', 'a network logon without an address made the call')
  const logoff = evidence.records.some(
    ({ happening: { schema, values, time } }) =>
      schema.eventId === 4634 &&
      values.LogonType === 3 &&
      idOf(values.TargetLogonId) === idOf(anchor.happening.values.SubjectLogonId) &&
      evidence.bootOf(time) === evidence.bootOf(anchor.happening.time),
  )
  return logoff
    ? ways(undefined, 'remote-probable', 'the logoff of the call’s session says network logon')
    : ways(undefined, undefined, 'neither the caller nor its session is recorded', {
        mechanism: evidence.of(deed.mark).some(({ mark }) => mark.role.startsWith('output-'))
          ? ['remote-probable']
          : [],
      })
}

/** How far the ancestors of the caller are recorded: what the first telling one says. */
function carrierOf(deed: Deed, anchor: RecordedMark, evidence: HostEvidence): string | undefined {
  const boot = evidence.bootOf(anchor.happening.time)
  let parentImage = false
  for (const { pid, tells } of deed.callers) {
    const started = evidence.records.findLast(
      ({ happening: { schema, values, time } }) =>
        schema.eventId === 4688 &&
        values.NewProcessId === pid &&
        evidence.bootOf(time) === boot &&
        time <= anchor.happening.time,
    )
    // what a service or the Explorer started says so only by the name of its parent
    const isBelow = tells === 'desktop' || tells === 'service'
    const isNamed = started?.happening.values.ParentProcessName !== undefined
    if (tells !== undefined && (isBelow ? isNamed : started || parentImage)) return tells
    if (!started) return undefined
    // since version 2 a record names its parent's image
    parentImage = started.happening.values.ParentProcessName !== undefined
    if (tells === undefined && pid === deed.callers.at(-1)?.pid) return undefined
  }
  return undefined
}

/** A network session whose call was made by a process here, on a host whose records do not name the caller. */
function throughHost(
  deed: Deed,
  logon: Recorded | undefined,
  carrier: string | undefined | false,
  pid: number | undefined,
): Ways {
  if (logon)
    return ways(
      carrier ? deed.path : undefined,
      'remote-confirmed',
      'the session of the call was opened over the network',
      {
        path: carrier ? [undefined] : [deed.path],
        mechanism: addressIn(logon) === undefined || pid !== 0 ? ['remote-probable'] : [],
        ...(carrier ? {} : { misleads: addressIn(logon) === undefined ? 'atsvc-pipe' : 'rpc-tcp' }),
      },
    )
  return ways(undefined, undefined, 'neither the caller nor its session is recorded', {
    path: [deed.path],
    mechanism: ['remote-probable'],
  })
}

function byProcess(deed: Deed, anchor: RecordedMark, evidence: HostEvidence, type: number | undefined): Ways {
  const carrier = carrierOf(deed, anchor, evidence)
  if (type !== undefined && type !== 3)
    return ways('local', 'local', 'a process of the host in a session at the host itself')
  if (type === 3)
    return ways(
      carrier && carrier !== 'service' ? deed.path : undefined,
      carrier && carrier !== 'service' ? 'remote-confirmed' : 'remote-probable',
      'a process of the host inside a network logon',
      { path: [deed.path], mechanism: ['remote-confirmed', 'remote-probable'] },
    )
  if (carrier === 'desktop')
    return ways('local', 'local', 'the caller descends from a desktop on the host', { path: [undefined] })
  if (carrier === 'winrm' || carrier === 'wmi')
    return ways(deed.path, 'remote-probable', `the caller runs under ${carrier}; its logon is not recorded`, {
      mechanism: ['remote-confirmed'],
    })
  return ways(
    undefined,
    undefined,
    'the caller is a process of the host; neither what started it nor its session is recorded',
    { path: carrier ? [deed.path] : [], mechanism: carrier ? [] : [] },
  )
}

function byMachine(deed: Deed, anchor: RecordedMark, evidence: HostEvidence): Ways {
  const carrier = carrierOf(deed, anchor, evidence)
  const anyway = {
    mechanism: ['machine-managed', 'local', undefined] as const,
    path: [undefined, 'local', deed.path] as const,
  }
  if (clientPid(anchor) === undefined)
    return ways(undefined, 'local', 'the session of the system; its caller is not named', anyway)
  if (carrier === 'gpo') return ways('gpo', 'machine-managed', 'the Group Policy client made the call')
  if (carrier === 'service')
    return ways('service', 'local', 'a process that a service started made the call', {
      mechanism: ['machine-managed'],
    })
  return ways(undefined, 'local', 'the session of the system; what its caller was is not recorded', anyway)
}
