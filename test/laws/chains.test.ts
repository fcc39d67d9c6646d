/** Laws of correlation (design of the house §5.5): what must hold for any evidence, tried on generated worlds. */
import * as fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { findChains } from '../../src/chains/find-chains.ts'
import type { Chain, ChainInput } from '../../src/domain/chain.ts'
import type { Account, WindowsEvent } from '../../src/domain/event.ts'
import type { EvidenceId, Sid } from '../../src/domain/ids.ts'
import { compareLocators, type Locator, locatorKey } from '../../src/domain/locator.ts'
import { chainsDocument } from '../../src/report/chains-json.ts'
import { inputOf, ms, setting } from '../builders/chain-worlds.ts'
import { input, svchost, World } from '../builders/events.ts'

// many worlds, and other work may go on beside
vi.setConfig({ testTimeout: 240_000 })

const told = (chains: readonly Chain[]) => chainsDocument(chains).chains
const definite = (answer: string) => answer !== 'unknown'
const placesOf = (chain: Chain): readonly Locator[] => [
  chain.anchor,
  ...chain.steps.map((step) => step.locator),
  ...chain.mechanismBasis,
  ...chain.links.flatMap((link) => [link.from, link.to]),
  ...chain.source.rejected.map((one) => one.locator),
  ...chain.source.candidates.map((one) => one.locator),
  ...chain.executed.citations,
  ...chain.deleted.citations,
  ...chain.runs.flatMap((run) => run.citations),
  ...chain.tree.nodes.flatMap((node) => (node.endLocator ? [node.locator, node.endLocator] : [node.locator])),
  ...chain.files.map((file) => file.locator),
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
      fc.property(setting, fc.array(ms, { maxLength: 20 }), (from, moments) => {
        const whole = inputOf(from)
        const world = new World()
        // in a log of its own and in its order: a fall of times in the task log is a clock set back
        const times = moments.toSorted((a, b) => a - b)
        const stranger: Account = { sid: 'S-1-5-21-9-9-9-500' as Sid, name: 'stranger', domain: 'CORP' }
        const noise = times.flatMap((time, n) => [
          world.logon(time, `0x31${n + 10}`, '10.9.9.9', { account: stranger }),
          world.access(time + 1, `0x31${n + 10}`, 'C$', `Users\\f${n}.txt`, 0x3, { account: stranger }),
          world.process(time, 30_000 + n, 'C:\\Windows\\notepad.exe', {
            pid: 29_000,
            image: 'C:\\Windows\\explorer.exe',
          }),
          world.history('triggered', time, { path: `\\Noise${n}` }),
        ])
        const placed = noise.map((event, n) => ({
          ...event,
          locator: {
            ...event.locator,
            evidenceId: 'f'.repeat(64) as EvidenceId,
            recordId: BigInt(900_000 + n),
            offset: 1_000_000 + n,
          },
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
          // without a task that had the same action a process is no longer anybody else's
          if (taskPath(removed) !== undefined) continue
          if (!definite(chain.executed.answer)) expect(rest.executed.answer).toBe('unknown')
          if (!definite(chain.deleted.answer)) expect(rest.deleted.answer).toBe('unknown')
        }
      }),
      { numRuns: Number(process.env.LAW_RUNS ?? 400) },
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
          // the hash of the actions follows the names in them
          JSON.stringify(
            told(chains).map((chain) => ({ ...chain, id: '', task: { ...chain.task, actionHash: '' } })),
          )
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
  (event.kind === 'process-started' && chain.tree.nodes.some((node) => node.pid === event.pid)) ||
  (event.kind === 'process-started' && chain.steps.some((step) => step.facts.pid === String(event.pid)))

const taskPath = (event: WindowsEvent): string | undefined =>
  'taskPath' in event ? event.taskPath.toLowerCase() : undefined
/** A start that no other start record within five minutes before belongs together with. */
const isFirstOfItsBoot = (events: readonly WindowsEvent[], boot: WindowsEvent): boolean =>
  !events.some(
    (event) => event.kind === 'boot' && event !== boot && event.eventId !== 12 && event.time <= boot.time,
  )
