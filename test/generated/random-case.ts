/**
 * A random case from a seed: acts with random parameters on one or two hosts, among other logons and processes, and then less and less of
 * it recorded, kept or collected. Made from the same parts as the practice scenarios.
 */
import { decoyLogons } from '../../src/practice/acts/decoys.ts'
import { hostedTask } from '../../src/practice/acts/hosted-task.ts'
import { changeTcp, deleteTcp, runLater } from '../../src/practice/acts/later.ts'
import { pipeTask } from '../../src/practice/acts/pipe-task.ts'
import { type Plan, programs, siteProgram } from '../../src/practice/acts/program.ts'
import { tcpTask } from '../../src/practice/acts/tcp-task.ts'
import {
  type Cast,
  castFor,
  onAnotherHost,
  type PracticeAccount,
  withRestart,
} from '../../src/practice/cast.ts'
import { Random } from '../../src/practice/random.ts'
import { french, german } from '../../src/practice/scenarios/hosts-and-places.ts'
import type { HostStaging } from '../../src/practice/staging.ts'
import { asSystem, HostWorld, inSystem32, ms } from '../../src/practice/world/host-world.ts'
import { withLosses } from './losses.ts'

export interface RandomCase {
  readonly seed: number
  readonly hosts: readonly HostStaging[]
  readonly noise: number
  readonly random: Random
  /** what was done and what was lost, in a few words */
  readonly label: string
}

/** What a random act may use. */
interface Stage {
  readonly world: HostWorld
  readonly random: Random
  readonly account: () => PracticeAccount
  readonly ip: () => string
  readonly plan: (trigger?: Plan['trigger']) => Plan
}

type Act = (stage: Stage, at: bigint) => void

const pipe: Act = ({ world, random, account, ip }, at) => {
  const from = ip()
  pipeTask(world, {
    at,
    ip: from,
    account: account(),
    output: random.pick(['admin-share', 'admin-share', 'own-share', 'none'] as const),
    run: random.chance(0.8),
    keep: random.chance(0.3),
    ...(random.chance(0.1) && !from.includes(':') ? { logonIp: `::ffff:${from}` } : {}),
  })
}

const tcp: Act = ({ world, random, account, ip, plan }, at) => {
  const call = { account: account(), ip: ip(), by: random.pick(['Kerberos', 'NTLM'] as const) }
  const made = tcpTask(world, { at, ...call, plan: plan() })
  let later = at + random.ticks(3_000, 90_000)
  if (random.chance(0.25)) {
    changeTcp(world, made, { at: later, ...call, plan: made.plan, highest: true })
    later += random.ticks(15_000, 90_000)
  }
  if (random.chance(0.5)) later = runLater(world, later, made, 'time') + random.ticks(2_000, 60_000)
  if (random.chance(0.3)) deleteTcp(world, made, { at: later, ...call })
}

const hosted =
  (through: Parameters<typeof hostedTask>[1]['through']): Act =>
  ({ world, random, account, ip, plan }, at) => {
    const made = hostedTask(world, {
      at,
      through,
      account: account(),
      ip: ip(),
      addressRecorded: through !== 'winrm' || random.chance(0.2),
      plan: plan(),
      ...(random.chance(0.2) ? { sessionAgeMs: random.between(3_600_000, 80_000_000) } : {}),
    })
    if (random.chance(0.5)) runLater(world, at + random.ticks(20_000, 900_000), made, 'time')
  }

/** A task of the site that somebody else gives another action. */
const update: Act = ({ world, random, ip, plan }, at) => {
  const [owner, , other] = world.cast.people
  const made = tcpTask(world, {
    at: at - random.ticks(600_000, 80_000_000),
    ip: world.cast.deskAddress,
    account: owner as PracticeAccount,
    plan: { ...plan(), program: siteProgram },
  })
  const change = changeTcp(world, made, {
    at,
    ip: ip(),
    account: random.chance(0.5) ? world.cast.suspect : (other as PracticeAccount),
    plan: { ...made.plan, program: random.pick(programs) },
    own: true,
  })
  if (random.chance(0.6)) runLater(world, at + random.ticks(3_000, 600_000), change, 'time', [made.mark])
}

/** One name, two lives. */
const reuse: Act = ({ world, random, account, ip, plan }, at) => {
  const own = plan()
  const call = { account: account(), ip: ip() }
  const before = at - random.ticks(400_000, 9_000_000)
  const first = tcpTask(world, { at: before, ...call, plan: { ...own, program: siteProgram } })
  const ended = random.chance(0.6) ? runLater(world, before + ms(90_000), first, 'time') : before + ms(90_000)
  deleteTcp(world, first, { at: ended + ms(30_000), ...call })
  const second = tcpTask(world, { at, account: account(), ip: ip(), plan: own })
  if (random.chance(0.4)) runLater(world, at + random.ticks(4_000, 60_000), second, 'time')
}

/** Somebody looks at the tasks over the pipe and makes none. */
const knock: Act = ({ world, random, account, ip }, at) => {
  const session = world.logon(at, account(), { by: 'NTLM', ip: ip() })
  world.tell(
    world.records.shareConnected(at + ms(3), session, 'IPC$'),
    world.records.shareAccess(at + ms(9), session, 'IPC$', 'atsvc', random.pick([0x3, 0x12019f, 0x20089])),
  )
  world.logoff(at + random.ticks(500, 9_000), session)
}

/** Another service runs the command of a task, and the id of an ended process is given out again. */
const alike: Act = ({ world, random }, at) => {
  const program = random.pick(programs)
  const wanted = random.chance(0.5) ? world.deeds.at(-1)?.processes[0]?.pid : undefined
  const start = at + random.ticks(1_000, 200_000)
  const until = start + ms(4_000)
  // an id is given out again once its process has ended
  const pid = wanted !== undefined && isFree(world, wanted, start, until) ? wanted : undefined
  const other = {
    pid: pid ?? world.pid(),
    image: program.image,
    commandLine: [program.command, program.parameters].join(' '),
    parentPid: random.pick([world.records.pidsAt(start).remoteDesktop, world.records.pidsAt(start).services]),
    parentImage: random.chance(0.5) ? world.schedulerImage : inSystem32('services.exe'),
  }
  world.starts(start, other, asSystem)
  world.ends(until, other, asSystem)
}

/** No process has this id between the two moments. */
function isFree(world: HostWorld, pid: number, from: bigint, until: bigint): boolean {
  const timesOf = (eventId: number, name: string) =>
    world.happenings.filter(({ schema, values }) => schema.eventId === eventId && values[name] === pid)
  const starts = timesOf(4688, 'NewProcessId')
  const ends = timesOf(4689, 'ProcessId')
  return starts.every(({ time }) => {
    const end = ends.find((one) => one.time >= time)
    return time > until || (end !== undefined && end.time < from)
  })
}

const decoys: Act = ({ world, random, account, ip }, at) => {
  const mark = 'decoys'
  decoyLogons(world, {
    mark,
    start: at + ms(2_000),
    account: account(),
    ips: Array.from({ length: random.between(1, 5) }, ip),
    beforeMs: [20_000, 1],
  })
}

const deeds: readonly (readonly [of100: number, act: Act, name: string])[] = [
  [34, pipe, 'pipe'],
  [24, tcp, 'tcp'],
  [7, hosted('desktop'), 'desktop'],
  [2, hosted('console'), 'console'],
  [7, hosted('winrm'), 'winrm'],
  [3, hosted('winrs'), 'winrs'],
  [5, hosted('wmi'), 'wmi'],
  [3, hosted('remote-service'), 'remote-service'],
  [3, hosted('gpo'), 'gpo'],
  [3, hosted('deployment'), 'deployment'],
  [5, update, 'update'],
  [4, reuse, 'name-reuse'],
]
const asides: readonly (readonly [of100: number, act: Act, name: string])[] = [
  [45, decoys, 'decoys'],
  [30, knock, 'knock'],
  [25, alike, 'alike'],
]

function drawFrom(random: Random, from: typeof deeds): (typeof deeds)[number] {
  let draw = random.below(100)
  for (const one of from) {
    draw -= one[0]
    if (draw < 0) return one
  }
  return from[0] as (typeof deeds)[number]
}

function stageHost(cast: Cast, random: Random): { readonly staging: HostStaging; readonly words: string[] } {
  const world = new HostWorld(cast, random.fork('world'), { sysmon: random.chance(0.2) })
  const { suspect, people, scanner, intruderAddress, deskAddress, workstations } = cast
  const addresses = [
    intruderAddress,
    deskAddress,
    ...workstations.slice(0, 2).map(({ address }) => address),
    'fe80::5c1d:9%7',
    '2001:db8:44::19',
  ]
  const words: string[] = []
  let names = 0
  const stage: Stage = {
    world,
    random,
    account: () => random.pick([suspect, suspect, suspect, people[2] as PracticeAccount, scanner]),
    ip: () => addresses[Math.min(random.below(9), random.below(addresses.length))] as string,
    plan: (trigger = random.pick(['TimeTrigger', 'LogonTrigger', 'BootTrigger'] as const)) => ({
      name: `${random.pick(['Sync', 'Site Tools', 'Größe prüfen', "it's [a-z]"])} ${++names}`,
      program: random.pick([...programs, siteProgram]),
      trigger,
    }),
  }
  // close together, so that sessions of several deeds meet; or far apart
  const isDense = random.chance(0.5)
  let at: bigint = cast.start
  for (let count = random.between(1, isDense ? 4 : 3); count > 0; count--) {
    for (const [list, chance] of [
      [asides, 0.35],
      [deeds, 1],
      [asides, 0.2],
    ] as const) {
      if (!random.chance(chance)) continue
      const [, act, name] = drawFrom(random, list)
      act(stage, at + random.ticks(-1_500, 1_500))
      words.push(name)
    }
    at += isDense ? random.ticks(0, 9_000) : random.ticks(20_000, 1_800_000)
  }
  const lossy = withLosses(world, random.fork('losses'))
  return { staging: { cast, staging: lossy.staging }, words: [...words, ...lossy.words] }
}

/** The case of this seed; the same seed gives the same case. */
export function randomCase(seed: number): RandomCase {
  const random = new Random(`generated:${seed}`)
  const drawn = castFor('generated', seed)
  const words = random.chance(0.15) ? random.pick([german, french])(drawn) : drawn
  const downAt = words.start + random.ticks(-300_000, 900_000)
  const cast = random.chance(0.18) ? withRestart(words, downAt, downAt + random.ticks(20_000, 90_000)) : words
  const first = stageHost(cast, random.fork('first'))
  const second = random.chance(0.12)
    ? stageHost(onAnotherHost({ ...cast, intruderAddress: cast.host.address }, 1), random.fork('second'))
    : undefined
  return {
    seed,
    hosts: [first.staging, ...(second ? [second.staging] : [])],
    noise: random.pick([0, 0, 20, 120]),
    random: random.fork('play'),
    label: [
      cast.host.release.name.replace(/Windows Server | Standard/g, ''),
      ...(cast.host.restarts.length > 0 ? ['restart'] : []),
      ...first.words,
      ...(second ? ['| second host', ...second.words] : []),
    ].join(' '),
  }
}
