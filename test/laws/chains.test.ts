/** Laws of correlation (design of the house §5.5): what must hold for any evidence, tried on generated worlds. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findChains } from '../../src/chains/find-chains.ts'
import type { Chain, ChainInput, HostFacts } from '../../src/domain/chain.ts'
import type { Account, WindowsEvent } from '../../src/domain/event.ts'
import type { ProvenanceClass } from '../../src/domain/evidence.ts'
import type { Sid } from '../../src/domain/ids.ts'
import { compareLocators, type Locator, locatorKey } from '../../src/domain/locator.ts'
import { chainsDocument } from '../../src/report/chains-json.ts'
import {
  admin,
  atexec,
  auditedAll,
  command,
  coverage,
  hostFacts,
  input,
  other,
  scheduler,
  svchost,
  system,
  World,
} from '../builders/events.ts'

type Make = (world: World) => readonly WindowsEvent[]

const ms = fc.integer({ min: -20_000, max: 20_000 })
const logon = fc.constantFrom('0x1000', '0x2000', '0x3000', '0x3e7')
const ip = fc.constantFrom('10.0.0.66', '10.0.0.7', '127.0.0.1', undefined)
const path = fc.constantFrom('\\Quirk', '\\quirk', '\\Other')
const account = fc.constantFrom(admin, other, system)
const pid = fc.constantFrom(976, 977, 1044)
const cmd = 'C:\\Windows\\System32\\cmd.exe'
const definitions = [
  command('cmd.exe', '/c evil.bat'),
  command('cmd.exe', '/C whoami > %windir%\\Temp\\Quirk.tmp'),
]

/** Any one event around the moment, of few enough values that they often meet. */
const event: fc.Arbitrary<Make> = fc.oneof(
  fc.tuple(ms, logon, ip, account, fc.constantFrom(3, 3, 3, 2, 10)).map(
    ([time, id, address, who, type]): Make =>
      (world) => [world.logon(time, id, address, { account: who, type })],
  ),
  fc.tuple(ms, logon).map(
    ([time, id]): Make =>
      (world) => [world.logoff(time, id)],
  ),
  fc.tuple(ms, logon, account).map(
    ([time, id, who]): Make =>
      (world) => [world.pipe(time, id, '10.0.0.66', { account: who })],
  ),
  fc.tuple(ms, logon, fc.constantFrom(0x1, 0x2, 0x10080)).map(
    ([time, id, mask]): Make =>
      (world) => [world.access(time, id, 'ADMIN$', 'Temp\\Quirk.tmp', mask)],
  ),
  fc.tuple(ms, logon, path, account, fc.constantFrom(...definitions), fc.constantFrom(undefined, 0, 976)).map(
    ([time, id, name, who, definition, client]): Make =>
      (world) => [
        world.created(time, id, {
          path: name,
          account: who,
          definition,
          ...(client === undefined ? {} : { clientPid: client }),
        }),
      ],
  ),
  fc
    .tuple(
      ms,
      logon,
      path,
      account,
      fc.constantFrom('task-deleted', 'task-updated', 'task-enabled', 'task-disabled'),
    )
    .map(
      ([time, id, name, who, kind]): Make =>
        (world) => [world.change(kind, time, id, { path: name, account: who })],
    ),
  fc
    .tuple(
      ms,
      path,
      pid,
      fc.constantFrom(
        'registered',
        'deleted',
        'updated',
        'instance-started',
        'process-created',
        'start-failed',
        'triggered',
      ),
    )
    .map(
      ([time, name, process, what]): Make =>
        (world) => [world.history(what, time, { path: name, pid: process })],
    ),
  fc.tuple(ms, pid, pid, fc.constantFrom('cmd.exe /c evil.bat', 'cmd.exe /c x', undefined)).map(
    ([time, child, parent, line]): Make =>
      (world) => [world.process(time, child, cmd, { ...svchost, pid: parent }, { line })],
  ),
  fc.tuple(ms, pid).map(
    ([time, process]): Make =>
      (world) => [world.ended(time, process, cmd)],
  ),
  fc.tuple(ms, fc.constantFrom(1044, 2000)).map(
    ([time, process]): Make =>
      (world) => [
        world.process(
          time,
          process,
          svchost.image,
          { pid: 8 },
          { line: 'svchost.exe -k netsvcs -p -s Schedule' },
        ),
      ],
  ),
  fc.tuple(ms, fc.constantFrom(4608, 12, 6005)).map(
    ([time, id]): Make =>
      (world) => [world.boot(time, id)],
  ),
  ms.map(
    (time): Make =>
      (world) => [world.cleared(time)],
  ),
)
const provenance: fc.Arbitrary<ProvenanceClass> = fc.constantFrom(
  'raw-live-copy',
  'full-export',
  'filtered-export',
  'undetermined',
)
const policy = fc.constantFrom(
  undefined,
  auditedAll,
  {},
  { ...auditedAll, '0CCE9227-69AE-11D9-BED3-505054503030': 0 },
)

interface Setting {
  readonly makes: readonly Make[]
  readonly withAtexec: boolean
  readonly security: ProvenanceClass
  readonly history: ProvenanceClass | undefined
  readonly policy: HostFacts['auditPolicy']
}
const setting: fc.Arbitrary<Setting> = fc.record({
  makes: fc.array(event, { maxLength: 24 }),
  withAtexec: fc.boolean(),
  security: provenance,
  history: fc.option(provenance, { nil: undefined }),
  policy,
})

function inputOf(from: Setting, host?: string): ChainInput {
  const world = new World(host)
  const events = [...(from.withAtexec ? atexec(world) : []), ...from.makes.flatMap((make) => make(world))]
  return input(events, {
    coverage: [
      coverage(world, 'Security', { provenance: from.security }),
      ...(from.history ? [coverage(world, scheduler, { provenance: from.history })] : []),
    ],
    hosts: [hostFacts(world, { auditPolicy: from.policy })],
  })
}

const told = (chains: readonly Chain[]) => chainsDocument(chains).chains
const definite = (answer: string) => answer !== 'unknown'
const placesOf = (chain: Chain): readonly Locator[] => [
  chain.anchor,
  ...chain.steps.map((step) => step.locator),
  ...chain.links.flatMap((link) => [link.from, link.to]),
  ...chain.source.rejected.map((one) => one.locator),
  ...chain.source.candidates.map((one) => one.locator),
  ...chain.executed.citations,
  ...chain.deleted.citations,
]
const runs = { numRuns: 150 }
/** `fc.assert` of synchronous properties, which returns nothing to wait for. */
const holds: <Ts>(property: fc.IProperty<Ts>, parameters?: fc.Parameters<Ts>) => void = fc.assert

describe('laws of chains', () => {
  it('the order of the events changes nothing', () => {
    holds(
      fc.property(setting, fc.infiniteStream(fc.nat()), (from, keys) => {
        const whole = inputOf(from)
        const shuffled = whole.events
          .map((one) => ({ one, key: keys.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ one }) => one)
        expect(told(findChains({ ...whole, events: shuffled }))).toEqual(told(findChains(whole)))
      }),
      runs,
    )
  })

  it('every step and link of a chain is a record of its host, and no link but a self-proof joins a record to itself', () => {
    holds(
      fc.property(setting, setting, (a, b) => {
        const one = inputOf(a)
        const two = inputOf(b, 'fs02.corp.example')
        const moved = two.events.map((event) => ({
          ...event,
          locator: { ...event.locator, evidenceId: 'f'.repeat(64) as never },
        })) as WindowsEvent[]
        const both = {
          ...one,
          events: [...one.events, ...moved],
          coverage: [...one.coverage, ...two.coverage],
        }
        const hostOf = new Map(
          both.events.map((event) => [locatorKey(event.locator), event.recordedComputer]),
        )
        for (const chain of findChains(both)) {
          for (const place of placesOf(chain)) expect(hostOf.get(locatorKey(place))).toBe(chain.host)
          for (const link of chain.links)
            if (link.rule !== 'L5') expect(locatorKey(link.from)).not.toBe(locatorKey(link.to))
        }
      }),
      runs,
    )
  })

  it('another host beside it changes nothing about a host', () => {
    holds(
      fc.property(setting, setting, (a, b) => {
        const one = inputOf(a)
        const two = inputOf(b, 'dc01.lab.example')
        const both = input([...two.events, ...one.events], {
          coverage: [...two.coverage, ...one.coverage],
          hosts: [...two.hosts, ...one.hosts],
        })
        const here = findChains(both).filter((chain) => chain.host === 'fs01.corp.example')
        expect(told(here)).toEqual(told(findChains(one)))
      }),
      runs,
    )
  })

  it('unrelated events of the same host change nothing', () => {
    holds(
      fc.property(setting, fc.array(ms, { maxLength: 20 }), (from, times) => {
        const whole = inputOf(from)
        const world = new World()
        const stranger: Account = { sid: 'S-1-5-21-9-9-9-500' as Sid, name: 'stranger', domain: 'CORP' }
        const noise = times.flatMap((time, n) => [
          world.logon(time, `0x9${n}000`, '10.9.9.9', { account: stranger }),
          world.access(time + 1, `0x9${n}000`, 'C$', `Users\\f${n}.txt`, 0x3, { account: stranger }),
          world.process(time, 30_000 + n, 'C:\\Windows\\notepad.exe', {
            pid: 29_000,
            image: 'C:\\Windows\\explorer.exe',
          }),
          world.history('triggered', time, { path: `\\Noise${n}` }),
        ])
        const placed = noise.map((event, n) => ({
          ...event,
          locator: { ...event.locator, recordId: BigInt(900_000 + n), offset: 1_000_000 + n },
        })) as WindowsEvent[]
        expect(told(findChains({ ...whole, events: [...whole.events, ...placed] }))).toEqual(
          told(findChains(whole)),
        )
      }),
      runs,
    )
  })

  it('no logon, share or process link crosses a restart', () => {
    holds(
      fc.property(setting, (from) => {
        const whole = inputOf(from)
        const timeOf = new Map(whole.events.map((event) => [locatorKey(event.locator), event.time]))
        const boots = whole.events.filter((event) => event.kind === 'boot' && event.eventId === 12)
        for (const chain of findChains(whole))
          for (const link of chain.links) {
            if (link.rule === 'E1' || link.rule === 'L4') continue
            const a = timeOf.get(locatorKey(link.from)) as bigint
            const b = timeOf.get(locatorKey(link.to)) as bigint
            const [low, high] = a < b ? [a, b] : [b, a]
            // The first record of a start may be a 4608 or 6005 that belongs to the same boot as the 12.
            const between = boots.filter((boot) => boot.time > low && boot.time <= high)
            if (link.rule.startsWith('L') || link.rule === 'E5')
              expect(between.filter((boot) => isFirstOfItsBoot(whole.events, boot))).toEqual([])
          }
      }),
      runs,
    )
  })

  it('removing one event changes only the chains that cite it or share its task, and never makes an unknown answer definite', () => {
    holds(
      fc.property(setting, fc.nat(), (from, pick) => {
        const whole = inputOf(from)
        if (whole.events.length === 0) return
        const removed = whole.events[pick % whole.events.length] as WindowsEvent
        const before = findChains(whole)
        const after = findChains({ ...whole, events: whole.events.filter((one) => one !== removed) })
        const afterById = new Map(after.map((chain) => [chain.id, chain]))
        const cites = (chain: Chain) =>
          placesOf(chain).some((place) => compareLocators(place, removed.locator) === 0)
        // A logon decides whether a later change is a story of its own: both stories of that task may then change.
        const touched = new Set([
          taskPath(removed),
          ...(removed.kind === 'logon'
            ? [...before, ...after].filter(cites).map((chain) => chain.task.path.toLowerCase())
            : []),
        ])
        for (const chain of before) {
          if (touched.has(chain.task.path.toLowerCase())) continue
          const rest = afterById.get(chain.id) as Chain
          expect(rest).toBeDefined()
          if (isFrame(removed)) continue
          if (!cites(chain) && !takesOver(chain, removed)) expect(told([rest])).toEqual(told([chain]))
          if (!definite(chain.executed.answer)) expect(rest.executed.answer).toBe('unknown')
          if (!definite(chain.deleted.answer)) expect(rest.deleted.answer).toBe('unknown')
        }
      }),
      { numRuns: 400 },
    )
  })

  it('without the audit policy a "no" may become unknown, and nothing becomes more certain', () => {
    holds(
      fc.property(setting, (from) => {
        const known = findChains(inputOf(from))
        const blind = findChains({ ...inputOf(from), hosts: [] })
        expect(blind.map((chain) => chain.id).toSorted()).toEqual(known.map((chain) => chain.id).toSorted())
        for (const chain of blind) {
          const informed = known.find((one) => one.id === chain.id) as Chain
          for (const question of ['executed', 'deleted'] as const) {
            const [then, now] = [informed[question].answer, chain[question].answer]
            expect(now === then || (then === 'no' && now === 'unknown')).toBe(true)
          }
        }
      }),
      runs,
    )
  })

  it('renaming accounts, hosts, tasks and addresses renames the result and nothing else', () => {
    const rename = (text: string) =>
      text
        .replaceAll('fs01.corp.example', 'srv77.site.example')
        .replaceAll('10.0.0.66', '172.16.5.4')
        .replaceAll('10.0.0.7', '172.16.5.9')
        .replaceAll('Quirk', 'Zebra')
        .replaceAll('quirk', 'zebra')
        .replaceAll('S-1-5-21-1-2-3-', 'S-1-5-21-7-8-9-')
        .replaceAll('"admin"', '"svc-x"')
        .replaceAll('CORP\\\\admin', 'CORP\\\\svc-x')
    const big = (_: string, value: unknown) => (typeof value === 'bigint' ? `big:${value}` : value)
    const back = (_: string, value: unknown) =>
      typeof value === 'string' && value.startsWith('big:') ? BigInt(value.slice(4)) : value
    holds(
      fc.property(setting, (from) => {
        const whole = inputOf(from)
        const {
          events,
          coverage: logs,
          hosts,
        } = JSON.parse(rename(JSON.stringify({ ...whole, duplicates: undefined }, big)), back) as ChainInput
        const renamed = findChains({ events, coverage: logs, hosts, duplicates: new Map() })
        const plain = (chains: readonly Chain[]) =>
          JSON.stringify(told(chains).map((chain) => ({ ...chain, id: '' })))
        expect(plain(renamed)).toBe(rename(plain(findChains(whole))))
      }),
      runs,
    )
  })

  it('the same record read from another file keeps the id of its chain', () => {
    holds(
      fc.property(setting, (from) => {
        const whole = inputOf(from)
        const moved = whole.events.map((event) => ({
          ...event,
          locator: {
            ...event.locator,
            evidenceId: '9'.repeat(64) as never,
            chunk: 4,
            offset: event.locator.offset + 24,
          },
        })) as WindowsEvent[]
        expect(
          findChains({ ...whole, events: moved })
            .map((chain) => chain.id)
            .toSorted(),
        ).toEqual(
          findChains(whole)
            .map((chain) => chain.id)
            .toSorted(),
        )
      }),
      runs,
    )
  })

  it('steps stand in time order, each record once, the anchor among them', () => {
    holds(
      fc.property(setting, (from) => {
        for (const chain of findChains(inputOf(from))) {
          const places = chain.steps.map((step) => locatorKey(step.locator))
          expect(new Set(places).size).toBe(places.length)
          expect(places).toContain(locatorKey(chain.anchor))
          for (let i = 1; i < chain.steps.length; i++)
            expect((chain.steps[i - 1]?.time ?? 0n) <= (chain.steps[i]?.time ?? 0n)).toBe(true)
        }
      }),
      runs,
    )
  })
})

/**
 * Records that limit what may be joined without being part of a chain: starts of Windows, ends of sessions and processes, and what names the
 * Schedule service (a process of another parent is then no longer taken for the task's).
 */
const isFrame = (event: WindowsEvent): boolean =>
  event.kind === 'boot' ||
  event.kind === 'logoff' ||
  event.kind === 'process-ended' ||
  (event.kind === 'process-started' && event.image === svchost.image)

/**
 * The same logon id opened once more (a later 4634 of the id is then about that session), or the same PID given out again (later children are then
 * children of that process).
 */
const takesOver = (chain: Chain, event: WindowsEvent): boolean =>
  (event.kind === 'logon' && chain.steps.some((step) => step.facts.logonId === event.logonId)) ||
  (event.kind === 'process-started' && chain.steps.some((step) => step.facts.pid === String(event.pid)))

const taskPath = (event: WindowsEvent): string | undefined =>
  'taskPath' in event ? event.taskPath.toLowerCase() : undefined
/** A start that no other start record within five minutes before belongs together with. */
const isFirstOfItsBoot = (events: readonly WindowsEvent[], boot: WindowsEvent): boolean =>
  !events.some(
    (event) => event.kind === 'boot' && event !== boot && event.eventId !== 12 && event.time <= boot.time,
  )
