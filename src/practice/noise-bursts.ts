/** The kinds of ordinary life: each makes the records of one short occurrence that begins at a given time. */
import { inventoryRun, licensingTask, licensingXml } from './baseline.ts'
import type { Cast, PracticeAccount } from './cast.ts'
import type { Happening } from './happening.ts'
import { logonIdsOf, systemPidsOf } from './logon-ids.ts'
import type { Random } from './random.ts'
import {
  HostRecords,
  networkService,
  networkServiceLogonId,
  type Session,
  type StartedProcess,
  system,
  systemLogonId,
} from './records.ts'
import type { Staging } from './staging.ts'
import { SysmonRecords } from './sysmon-records.ts'

const ms = (count: number) => BigInt(Math.round(count * 10_000))

const shares = ['Projects', 'Accounts', 'Templates', 'Scans', 'Handbook'] as const
const documents = ['plan', 'minutes', 'budget', 'drawing', 'letter', 'stock list', 'rota', 'offer'] as const
const services = [
  'Windows Modules Installer',
  'Background Intelligent Transfer Service',
  'Windows Update',
  'Software Protection',
  'WMI Performance Adapter',
  'Portable Device Enumerator Service',
] as const
const programs: readonly (readonly [image: string, commandLine: string])[] = [
  [
    'C:\\Windows\\System32\\wbem\\WmiPrvSE.exe',
    'C:\\Windows\\system32\\wbem\\wmiprvse.exe -secured -Embedding',
  ],
  ['C:\\Windows\\System32\\taskhostw.exe', 'taskhostw.exe'],
  ['C:\\Windows\\System32\\sppsvc.exe', 'C:\\Windows\\system32\\sppsvc.exe'],
  ['C:\\Windows\\System32\\dllhost.exe', 'C:\\Windows\\system32\\DllHost.exe /Processid'],
  ['C:\\Windows\\System32\\MpSigStub.exe', 'C:\\Windows\\System32\\MpSigStub.exe /stub'],
  ['C:\\Program Files\\Site Tools\\agent.exe', '"C:\\Program Files\\Site Tools\\agent.exe" --heartbeat'],
]
const servicesImage = 'C:\\Windows\\System32\\services.exe'

/** What all bursts of one host share. */
export class OrdinaryLife {
  readonly cast: Cast
  readonly random: Random
  readonly records: HostRecords
  readonly sysmon: SysmonRecords | undefined
  readonly #logonIds: (at: bigint) => bigint
  readonly #pids: readonly number[]
  constructor(cast: Cast, staging: Staging, random: Random) {
    this.cast = cast
    this.random = random
    this.records = new HostRecords(cast, random.fork('records'))
    this.sysmon = staging.sysmon ? new SysmonRecords(cast, random.fork('sysmon')) : undefined
    this.#logonIds = logonIdsOf(cast.host, 'noise')
    const taken = new Set([...staging.pids, ...systemPidsOf(cast.host)])
    this.#pids = Array.from({ length: 4000 }, (_, index) => 2800 + index * 4).filter((pid) => !taken.has(pid))
  }

  session(at: bigint, account: PracticeAccount, ip: string): Session {
    return { account, logonId: this.#logonIds(at), type: 3, ip, port: this.random.between(49_200, 65_500) }
  }

  pid(): number {
    return this.random.pick(this.#pids)
  }
}

type Burst = (life: OrdinaryLife, at: bigint) => Happening[]

/** A person opens documents on a share. */
const person: Burst = (life, at) => {
  const { cast, random, records } = life
  const index = random.below(cast.people.length)
  const station = cast.workstations[index] as Cast['workstations'][number]
  const session = life.session(at, cast.people[index] as PracticeAccount, station.address)
  const share = random.pick(shares)
  const opened = Array.from({ length: random.between(0, 4) }, (_, file) => {
    const target = `${random.pick(documents)} ${random.between(1, 40)}.docx`
    const mask = random.pick([0x1, 0x120089, 0x3, 0x80] as const)
    return records.shareAccess(at + ms(40 + file * random.between(3, 900)), session, share, target, mask)
  })
  return [
    records.logon(at, session, 'Kerberos', false),
    records.shareConnected(at + ms(random.between(2, 20)), session, share),
    ...opened,
    records.logoff(at + ms(random.between(8_000, 45_000)), session),
  ]
}

/** A computer account comes by for policy or time. */
const machine: Burst = (life, at) => {
  const station = life.random.pick(life.cast.workstations)
  const session = life.session(at, station.account, station.address)
  return [
    life.records.logon(at, session, 'Kerberos', false),
    life.records.logoff(at + ms(life.random.between(300, 12_000)), session),
  ]
}

/** The vulnerability scanner: privileged, on IPC$, on pipes that are not `atsvc`. */
const scan: Burst = (life, at) => {
  const { cast, random, records } = life
  const session = life.session(at, cast.scanner, cast.scannerAddress)
  const pipes = random.pick([['srvsvc'], ['winreg'], ['srvsvc', 'winreg'], ['samr', 'lsarpc']] as const)
  return [
    records.privileges(at, session),
    records.logon(at, session, 'NTLM', true),
    records.shareConnected(at + ms(random.between(2, 9)), session, 'IPC$'),
    ...pipes.map((pipe, index) =>
      records.shareAccess(at + ms(12 + index * random.between(5, 60)), session, 'IPC$', pipe, 0x12019f),
    ),
    records.logoff(at + ms(random.between(500, 9_000)), session),
  ]
}

/** The nightly and not so nightly backup. */
const backup: Burst = (life, at) => {
  const { cast, random, records } = life
  const session = life.session(at, cast.backup, cast.backupAddress)
  return [
    records.privileges(at, session),
    records.logon(at, session, 'Kerberos', true),
    records.shareConnected(at + ms(4), session, 'Backup$'),
    records.shareAccess(
      at + ms(11),
      session,
      'Backup$',
      `set-${random.between(1, 31)}\\catalogue.db`,
      0x120089,
    ),
    records.logoff(at + ms(random.between(9_000, 60_000)), session),
  ]
}

function runs(life: OrdinaryLife, at: bigint, started: StartedProcess, lasts: number): Happening[] {
  const { records, sysmon } = life
  const seen = [
    records.processStarted(at, started, system, systemLogonId),
    records.processEnded(at + ms(lasts), started, system, systemLogonId),
  ]
  if (sysmon && life.random.chance(0.5)) {
    const user = 'NT AUTHORITY\\SYSTEM'
    seen.push(
      sysmon.processCreated(
        at,
        { ...started, user, logonId: systemLogonId },
        { pid: started.parentPid, image: started.parentImage, user, commandLine: started.parentImage },
      ),
    )
  }
  return seen
}

/** Something the system starts and that ends again. */
const process: Burst = (life, at) => {
  const [image, commandLine] = life.random.pick(programs)
  const parentPid = life.records.pidsAt(at).services
  return runs(
    life,
    at,
    { pid: life.pid(), image, commandLine, parentPid, parentImage: servicesImage },
    life.random.between(200, 70_000),
  )
}

/** A known task runs on time: the Schedule service is a parent here, too. */
const maintenance: Burst = (life, at) =>
  inventoryRun(life.records, life.random, at, life.pid(), life.random.between(900, 30_000))

/** The licensing service moves the start of its own task, as NETWORK SERVICE. */
const licensing: Burst = (life, at) => {
  const { cast, random, records } = life
  const content = licensingXml(cast, at + ms(random.between(86_400, 604_800) * 1000))
  const session = { account: networkService, logonId: networkServiceLogonId }
  const caller = {
    pid: records.pidsAt(at).licensing,
    parentPid: records.pidsAt(at).services,
    startKey: 0x5000000000000n + 77n,
  }
  return [
    records.scheduler(at, 140, {
      TaskName: licensingTask,
      UserName: `${cast.words.authority}\\${cast.words.networkService}`,
    }),
    records.taskAudit(at + ms(0.4), 4702, session, { path: licensingTask, content }, caller),
  ]
}

const serviceState: Burst = (life, at) => {
  const name = life.random.pick(services)
  const { services: pid } = life.records.pidsAt(at)
  return [
    life.records.systemLog(at, 7036, { param1: name, param2: 'running' }, pid),
    life.records.systemLog(
      at + ms(life.random.between(2_000, 80_000)),
      7036,
      { param1: name, param2: 'stopped' },
      pid,
    ),
  ]
}

const serviceLogon: Burst = (life, at) => {
  const session: Session = { account: system, logonId: systemLogonId, type: 5 }
  return [life.records.logon(at, session, 'Negotiate', true), life.records.privileges(at, session)]
}

/** A mistyped password. */
const failure: Burst = (life, at) => {
  const index = life.random.below(life.cast.people.length)
  const station = life.cast.workstations[index] as Cast['workstations'][number]
  const account = life.cast.people[index] as PracticeAccount
  return [life.records.logonFailed(at, account, station.address, life.random.between(49_200, 65_500))]
}

/** Each kind with how often it comes, of 100. */
export const bursts: readonly (readonly [of100: number, burst: Burst])[] = [
  [26, person],
  [12, machine],
  [10, scan],
  [6, backup],
  [28, process],
  [7, maintenance],
  [2, licensing],
  [4, serviceState],
  [3, serviceLogon],
  [2, failure],
]
