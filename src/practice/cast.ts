/** Who and what plays a part: an invented domain with its people, accounts, hosts and addresses, all from the seed. */

import { assert } from '../base/refusal.ts'
import { type FileTime, fileTime, parseUtc } from '../domain/time.ts'
import { Random } from './random.ts'

export interface PracticeAccount {
  readonly name: string
  readonly sid: string
  /** NetBIOS domain */
  readonly domain: string
}

/** A Windows release and the versions of the events it writes. */
export interface WindowsRelease {
  readonly name: string
  readonly build: number
  readonly logonVersion: 1 | 2 | 3
  /** 4688: version 2 (10 and later) names the parent's image */
  readonly processVersion: 1 | 2
  /** 4698 … 4702: version 1 (1903 and later) names the calling process */
  readonly taskVersion: 0 | 1
  /** 200, 201 and 202 of the task log: the later one names the engine's process */
  readonly namesEngine: boolean
}
const older = { logonVersion: 2, processVersion: 2, taskVersion: 0, namesEngine: true } as const
export const releases: readonly WindowsRelease[] = [
  {
    name: 'Windows Server 2012 R2 Standard',
    build: 9600,
    logonVersion: 1,
    processVersion: 1,
    taskVersion: 0,
    namesEngine: false,
  },
  { name: 'Windows Server 2016 Standard', build: 14393, ...older },
  { name: 'Windows Server 2019 Standard', build: 17763, ...older },
  { name: 'Windows Server 2022 Standard', build: 20348, ...older, taskVersion: 1 },
  { name: 'Windows Server 2025 Standard', build: 26100, ...older, taskVersion: 1, logonVersion: 3 },
]

/** Process ids of a boot. */
export interface SystemPids {
  readonly lsass: number
  readonly services: number
  readonly schedule: number
  readonly rpcEndpointMapper: number
  readonly eventLog: number
  readonly licensing: number
  readonly sysmon: number
  readonly remoteDesktop: number
  readonly groupPolicy: number
  readonly dcomLaunch: number
}

export interface PracticeHost {
  readonly name: string
  readonly fqdn: string
  readonly address: string
  readonly release: WindowsRelease
  readonly machineAccount: PracticeAccount
  readonly boot: bigint
  /** time of logs in steps of 15.625 ms: many events then carry the same tick */
  readonly coarseClock: boolean
  readonly pids: SystemPids
  /** later starts of Windows, in order: everything then has new ids */
  readonly restarts: readonly { readonly downAt: bigint; readonly at: bigint; readonly pids: SystemPids }[]
  /** EventRecordID of the first record that the logs still hold */
  readonly firstRecordId: number
  readonly sysmonGuidPrefix: string
  /** how far the host's clock is ahead of the collector's, milliseconds */
  readonly clockOffsetMs: number
}

export interface Cast {
  readonly seed: number
  readonly domain: { readonly netbios: string; readonly dns: string; readonly sid: string }
  /** how the host's language spells the built-in accounts */
  readonly words: { readonly authority: string; readonly system: string; readonly networkService: string }
  readonly zone: { readonly name: string; readonly offsetMinutes: number }
  /** the account the scenario is about; never used by noise */
  readonly suspect: PracticeAccount
  readonly people: readonly PracticeAccount[]
  readonly scanner: PracticeAccount
  readonly backup: PracticeAccount
  readonly workstations: readonly {
    readonly name: string
    readonly address: string
    readonly account: PracticeAccount
  }[]
  readonly scannerAddress: string
  readonly backupAddress: string
  /** where the scenario's account works from, honestly */
  readonly deskAddress: string
  /** where the intruder comes from */
  readonly intruderAddress: string
  /** when the scenario's deed begins */
  readonly start: FileTime
  /** the moment the logs are taken */
  readonly collectedAt: FileTime
  readonly host: PracticeHost
}

const domains = [
  'corp',
  'harbour',
  'lantern',
  'quarry',
  'orchard',
  'saltmarsh',
  'foundry',
  'windmill',
] as const
const surnames = [
  'alder',
  'birch',
  'cobalt',
  'dapple',
  'ember',
  'fennel',
  'gravel',
  'hazel',
  'indigo',
  'juniper',
  'kestrel',
  'linden',
  'marble',
  'nettle',
  'ochre',
  'pebble',
  'quince',
  'russet',
  'sorrel',
  'thistle',
  'umber',
  'velvet',
  'willow',
  'yarrow',
] as const
const roles = ['fs', 'app', 'sql', 'print', 'web', 'mgmt'] as const
const zones = [
  { name: 'South Africa Standard Time', offsetMinutes: 120 },
  { name: 'Tokyo Standard Time', offsetMinutes: 540 },
  { name: 'India Standard Time', offsetMinutes: 330 },
  { name: 'SA Pacific Standard Time', offsetMinutes: -300 },
  { name: 'Arabian Standard Time', offsetMinutes: 240 },
  { name: 'Greenwich Standard Time', offsetMinutes: 0 },
] as const

const minute = 600_000_000n
const day = 1440n * minute

/** Draws without giving the same thing twice. */
function drawer<T>(random: Random, choices: readonly T[]): () => T {
  const left = [...choices]
  return () => {
    assert(left.length > 0, 'enough names in the list')
    return left.splice(random.below(left.length), 1)[0] as T
  }
}

/** Casts the parts for one seed. `allowed` narrows the Windows releases a scenario can play on. */
export function castFor(
  scenario: string,
  seed: number,
  allowed: (release: WindowsRelease) => boolean = () => true,
): Cast {
  const random = new Random(`${scenario}:${seed}`).fork('cast')
  const name = random.pick(domains)
  const domain = {
    netbios: name.toUpperCase(),
    dns: `${name}.example`,
    sid: `S-1-5-21-${random.next()}-${random.next()}-${random.next()}`,
  }
  const account = (accountName: string, rid: number): PracticeAccount => ({
    name: accountName,
    sid: `${domain.sid}-${rid}`,
    domain: domain.netbios,
  })
  const surname = drawer(random, surnames)
  const initial = () => random.pick([...'abcdefghjklmnoprstw'])
  let rid = 1104
  const nextRid = () => (rid += random.between(1, 9))
  const people = Array.from({ length: 6 }, () => account(`${initial()}.${surname()}`, nextRid()))
  const suspect = account(`adm-${surname()}`, nextRid())
  const subnet = random.between(16, 31)
  const lastOctet = drawer(
    random,
    Array.from({ length: 240 }, (_, index) => index + 10),
  )
  const inside = () => `172.${subnet}.${random.between(1, 40)}.${lastOctet()}`
  const workstations = people.map((_, index) => {
    const stationName = `WS-${String(random.between(10, 99))}${index}`
    return { name: stationName, address: inside(), account: account(`${stationName}$`, nextRid()) }
  })

  const start = fileTime(
    (parseUtc('2026-01-12T00:00:00Z') as bigint) +
      BigInt(seed % 150) * day +
      BigInt(random.between(6 * 60, 21 * 60)) * minute +
      random.ticks(0, 60_000),
  )
  const collectedAt = fileTime(start + BigInt(random.between(70, 400)) * minute + random.ticks(0, 60_000))
  const host = makeHost(
    random,
    domain.dns,
    start,
    inside,
    (hostName) => account(hostName, nextRid()),
    allowed,
  )
  return {
    seed,
    domain,
    words: { authority: 'NT AUTHORITY', system: 'SYSTEM', networkService: 'NETWORK SERVICE' },
    zone: random.pick(zones),
    suspect,
    people,
    scanner: account('svc-vulnscan', nextRid()),
    backup: account('svc-backup', nextRid()),
    workstations,
    scannerAddress: inside(),
    backupAddress: inside(),
    deskAddress: inside(),
    intruderAddress: random.chance(0.5) ? inside() : `198.51.100.${lastOctet()}`,
    start,
    collectedAt,
    host,
  }
}

const systemPids = (pid: () => number): SystemPids => ({
  lsass: pid(),
  services: pid(),
  schedule: pid(),
  rpcEndpointMapper: pid(),
  eventLog: pid(),
  licensing: pid(),
  sysmon: pid(),
  remoteDesktop: pid(),
  groupPolicy: pid(),
  dcomLaunch: pid(),
})

/** The same host, started again: down at `downAt`, up at `at`. */
export function withRestart(cast: Cast, downAt: bigint, at: bigint): Cast {
  const { host } = cast
  const random = new Random(`${cast.seed}:${host.fqdn}:${host.restarts.length}`)
  const taken = new Set([host.pids, ...host.restarts.map(({ pids }) => pids)].flatMap(Object.values))
  const free = Array.from({ length: 500 }, (_, index) => 600 + index * 4).filter((pid) => !taken.has(pid))
  const restart = { downAt, at, pids: systemPids(drawer(random, free)) }
  return { ...cast, host: { ...host, restarts: [...host.restarts, restart] } }
}

/** One server of the domain, up for some days already at `start`. */
function makeHost(
  random: Random,
  dns: string,
  start: bigint,
  inside: () => string,
  machineAccount: (name: string) => PracticeAccount,
  allowed: (release: WindowsRelease) => boolean,
): PracticeHost {
  const everyPid = Array.from({ length: 500 }, (_, index) => 600 + index * 4)
  const pid = drawer(random, everyPid)
  const name = `${random.pick(roles)}${String(random.between(1, 29)).padStart(2, '0')}`
  return {
    name: name.toUpperCase(),
    fqdn: `${name}.${dns}`,
    address: inside(),
    release: random.pick(releases.filter(allowed)),
    machineAccount: machineAccount(`${name.toUpperCase()}$`),
    boot: start - BigInt(random.between(2 * 24 * 60, 9 * 24 * 60)) * minute - random.ticks(0, 60_000),
    coarseClock: random.chance(0.25),
    pids: systemPids(pid),
    restarts: [],
    firstRecordId: random.between(150_000, 2_900_000),
    sysmonGuidPrefix: random.hex(8),
    clockOffsetMs: random.between(-180, 180),
  }
}

/** The same cast on another host of the domain; `position` (from 1) keeps names and addresses apart. */
export function onAnotherHost(
  cast: Cast,
  position: number,
  allowed: (release: WindowsRelease) => boolean = () => true,
): Cast {
  const random = new Random(`${cast.seed}:${cast.domain.sid}`).fork(`host ${position}`)
  const made = makeHost(
    random,
    cast.domain.dns,
    cast.start,
    // no address of the first host's draw ends above 249
    () => `${cast.host.address.split('.').slice(0, 3).join('.')}.${249 + position}`,
    (name) => ({ name, domain: cast.domain.netbios, sid: `${cast.domain.sid}-${1500 + position}` }),
    allowed,
  )
  const name = `${made.name.replace(/\d+$/, '')}${30 + position}`
  const host = {
    ...made,
    name,
    fqdn: `${name.toLowerCase()}.${cast.domain.dns}`,
    machineAccount: { ...made.machineAccount, name: `${name}$` },
  }
  return { ...cast, host }
}

/** Local time of the host without an offset, as task definitions have it: `2026-03-04T05:06:07`. */
export function localTime(cast: Cast, time: bigint): string {
  const local = Number((time + BigInt(cast.zone.offsetMinutes) * minute - 116_444_736_000_000_000n) / 10_000n)
  return new Date(local).toISOString().slice(0, 19)
}
