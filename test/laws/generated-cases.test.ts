/** Laws of chains over the random cases of the practice parts and over every sample that has a task record. */
import { beforeAll, describe, expect, it } from 'vitest'
import { findChains } from '../../src/chains/find-chains.ts'
import type { Chain, ChainInput } from '../../src/domain/chain.ts'
import type { WindowsEvent } from '../../src/domain/event.ts'
import type { EvidenceId } from '../../src/domain/ids.ts'
import { type Locator, locatorKey } from '../../src/domain/locator.ts'
import { Random } from '../../src/practice/random.ts'
import { chainsDocument } from '../../src/report/chains-json.ts'
import { sampleInput, taskSampleFiles } from '../builders/sample-events.ts'
import { playCase } from '../generated/count.ts'
import { judge } from '../generated/judge.ts'
import { randomCase } from '../generated/random-case.ts'
import { haveSamples } from '../samples.ts'

interface Tried {
  readonly name: string
  readonly input: ChainInput
  /** an answer is wrong from the start: it is in test/generated/known-failures.json, and no law can be asked of it */
  readonly isWrong?: boolean
}
const seeds = Array.from({ length: 60 }, (_, at) => at + 1)
const cases: readonly Tried[] = seeds.map((seed) => {
  const one = randomCase(seed)
  const { input, memory, chains } = playCase(one)
  const isWrong = memory.some((host) =>
    judge(host, chains).findings.some(({ fault, question }) => fault === 'wrong' && question === 'executed'),
  )
  return { name: `seed ${seed} ${one.label}`, input, isWrong }
})
const samples: Tried[] = []
beforeAll(async () => {
  if (!haveSamples) return
  for (const file of await taskSampleFiles())
    samples.push({ name: file, input: await sampleInput([file], 'full-export') })
})

const scheduler = 'Microsoft-Windows-TaskScheduler/Operational'
const told = (chains: readonly Chain[]) => chainsDocument(chains).chains
type Told = ReturnType<typeof told>[number]
/** Without the places of records, and without what a sentence says of them. */
const plain = (chains: readonly Chain[]) =>
  JSON.stringify(told(chains), (key, value) =>
    key === 'evidenceId' || key === 'chunk' || key === 'offset' ? undefined : value,
  )
/** What a chain says, without why. */
const saying = (chain: Told) => ({
  id: chain.id,
  kind: chain.kind,
  task: chain.task.path,
  action: chain.task.action,
  account: chain.account.sid,
  ip: chain.source.ip,
  path: chain.path,
  mechanism: chain.mechanism,
})
const each = (tried: readonly Tried[], law: (one: Tried, random: Random) => void) => {
  for (const one of tried) law(one, new Random(one.name))
}
const everything = () => [...cases, ...samples]

/** The same records read from other files: `place` names the new evidence of each. */
function moved(input: ChainInput, place: (event: WindowsEvent) => string): readonly WindowsEvent[] {
  return input.events.map((event) => ({
    ...event,
    locator: {
      ...event.locator,
      evidenceId: place(event) as EvidenceId,
      chunk: event.locator.chunk + 3,
      offset: event.locator.offset + 24,
    },
  })) as WindowsEvent[]
}
const other = (evidenceId: string) => `e${evidenceId.slice(1)}`

/** An answer may lose what it stood on, never gain or turn. */
function neverSurer(before: Told, after: Told, name: string): void {
  for (const question of ['executed', 'deleted'] as const) {
    const [then, now] = [before[question].answer, after[question].answer]
    expect(now === then || now === 'unknown', `${name}: ${question} ${then} became ${now}`).toBe(true)
  }
}
const byId = (chains: readonly Chain[]) => new Map(told(chains).map((chain) => [chain.id, chain]))

const placesOf = (chain: Chain): readonly Locator[] => [
  chain.anchor,
  ...chain.steps.map((step) => step.locator),
  ...chain.mechanismBasis,
  ...chain.links.flatMap((link) => [link.from, link.to]),
  ...chain.source.rejected.map((one) => one.locator),
  ...chain.source.candidates.map((one) => one.locator),
  ...chain.executed.citations,
  ...chain.deleted.citations,
]

describe('laws of chains over generated cases and samples', () => {
  it('the order of the events changes nothing', () => {
    each(everything(), ({ input, name }, random) => {
      const shuffled = input.events
        .map((event) => ({ event, key: random.next() }))
        .sort((a, b) => a.key - b.key)
        .map(({ event }) => event)
      expect(plain(findChains({ ...input, events: shuffled })), name).toBe(plain(findChains(input)))
    })
  })

  it('exporting the logs once more changes the places of the records and nothing else', () => {
    each(everything(), ({ input, name }) => {
      const coverage = input.coverage.map((log) => ({
        ...log,
        evidenceId: other(log.evidenceId) as EvidenceId,
      }))
      const again = {
        ...input,
        duplicates: new Map(),
        coverage,
        events: moved(input, ({ locator }) => other(locator.evidenceId)),
      }
      expect(plain(findChains(again)), name).toBe(plain(findChains({ ...input, duplicates: new Map() })))
    })
  })

  it('splitting the logs into several files changes no chain; at most a no becomes unknown', () => {
    each(everything(), ({ input, name }, random) => {
      const cuts = new Map(
        input.coverage.map((log) => [
          log.evidenceId as string,
          random.pick(input.events.filter(({ locator }) => locator.evidenceId === log.evidenceId))?.locator
            .recordId ?? 0n,
        ]),
      )
      const partOf = ({ locator }: WindowsEvent) =>
        locator.recordId < (cuts.get(locator.evidenceId) ?? 0n)
          ? other(locator.evidenceId)
          : locator.evidenceId
      const events = moved(input, partOf)
      const coverage = input.coverage.flatMap((log) =>
        [other(log.evidenceId), log.evidenceId].flatMap((evidenceId) => {
          const own = events.filter(({ locator }) => locator.evidenceId === evidenceId)
          if (own.length === 0) return evidenceId === log.evidenceId ? [log] : []
          const times = own.map(({ time }) => time)
          const isFirst = evidenceId !== log.evidenceId
          return [
            {
              ...log,
              evidenceId: evidenceId as EvidenceId,
              from: isFirst ? log.from : times.reduce((a, b) => (a < b ? a : b)),
              to: isFirst ? times.reduce((a, b) => (a > b ? a : b)) : log.to,
            },
          ]
        }),
      )
      const before = byId(findChains({ ...input, duplicates: new Map() }))
      const after = byId(findChains({ ...input, duplicates: new Map(), events, coverage }))
      expect([...after.keys()].sort(), name).toEqual([...before.keys()].sort())
      for (const [id, chain] of before) {
        const now = after.get(id) as Told
        expect(saying(now), name).toEqual(saying(chain))
        neverSurer(chain, now, name)
        if (chain.executed.answer === 'yes') expect(now.executed.answer, name).toBe('yes')
      }
    })
  })

  it('ordinary life on the host changes nothing', () => {
    for (const seed of seeds) {
      const one = randomCase(seed)
      // what a filter or damage leaves of more records is another log
      if (/-filter|-damage/.test(one.label)) continue
      const said = (noise: number) =>
        told(playCase({ ...one, noise }).chains)
          .filter(({ task }) => !task.path.startsWith('\\Microsoft\\'))
          .map((chain) => ({
            ...saying(chain),
            id: undefined,
            executed: chain.executed.answer,
            deleted: chain.deleted.answer,
            steps: chain.steps.map(({ role, eventId, time }) => `${role} ${eventId} ${time}`),
            rejected: chain.source.rejected.map(({ ip }) => ip),
          }))
      expect(said(150), one.label).toEqual(said(0))
    }
  })

  it('another host beside it changes nothing about a host, and no chain cites a record of another host', () => {
    each(everything(), ({ input, name }, random) => {
      const stranger = (random.pick(cases) as Tried).input
      const rename = (host: string) => `other-${host}`
      const both: ChainInput = {
        events: [
          ...(moved(stranger, ({ locator }) => other(locator.evidenceId)).map((event) => ({
            ...event,
            recordedComputer: rename(event.recordedComputer),
          })) as WindowsEvent[]),
          ...input.events,
        ],
        duplicates: input.duplicates,
        coverage: [
          ...stranger.coverage.map((log) => ({
            ...log,
            host: rename(log.host),
            evidenceId: other(log.evidenceId) as EvidenceId,
          })),
          ...input.coverage,
        ],
        hosts: [...stranger.hosts.map((facts) => ({ ...facts, host: rename(facts.host) })), ...input.hosts],
      }
      const hosts = new Set(input.events.map(({ recordedComputer }) => recordedComputer.toLowerCase()))
      const chains = findChains(both)
      const here = chains.filter(({ host }) => hosts.has(host.toLowerCase()))
      expect(plain(here), name).toBe(plain(findChains(input)))
      const hostOf = new Map(both.events.map((event) => [locatorKey(event.locator), event.recordedComputer]))
      for (const chain of chains)
        for (const place of placesOf(chain))
          expect(hostOf.get(locatorKey(place))?.toLowerCase(), name).toBe(chain.host.toLowerCase())
    })
  })

  it('no logon, share or process of one start of Windows is joined to a record of another', () => {
    for (const seed of Array.from({ length: 400 }, (_, at) => at + 1)) {
      const one = randomCase(seed)
      if (one.hosts.every(({ cast }) => cast.host.restarts.length === 0)) continue
      // without the record of a start the starts cannot always be told apart
      if (/-system-log|-clock|-retention|-cleared|-filter|-damage/.test(one.label)) continue
      const { memory, chains } = playCase(one)
      for (const { evidence } of memory) {
        const boots = new Map(
          evidence.records.map(({ happening, recordId }) => [
            `${happening.schema.channel} ${recordId}`,
            evidence.bootOf(happening.time),
          ]),
        )
        for (const chain of chains.filter(({ host }) => host === evidence.events.cast.host.fqdn)) {
          const channels = new Map(chain.steps.map((step) => [locatorKey(step.locator), step.channel]))
          const bootOf = (place: Locator) =>
            boots.get(`${channels.get(locatorKey(place)) ?? ''} ${place.recordId}`)
          for (const link of chain.links) {
            if (link.rule === 'E1' || link.rule === 'E3' || link.rule === 'L4') continue
            const [from, to] = [bootOf(link.from), bootOf(link.to)]
            if (from !== undefined && to !== undefined) expect(from, `${one.label} ${link.rule}`).toBe(to)
          }
        }
      }
    }
  })

  it('removing one record changes only what stands on it, and makes no answer surer', () => {
    each(everything(), ({ input, name, isWrong }, random) => {
      if (isWrong) return
      for (let round = 0; round < 8; round++) {
        const removed = random.pick(input.events)
        if (!removed) return
        const key = locatorKey(removed.locator)
        const before = findChains(input)
        const coverage = input.coverage.map((log) =>
          log.evidenceId === removed.locator.evidenceId
            ? {
                ...log,
                missingRecordIds: log.missingRecordIds + 1n,
                provenance: log.provenance === 'full-export' ? ('filtered-export' as const) : log.provenance,
              }
            : log,
        )
        const events = input.events.filter((event) => event !== removed)
        const after = byId(findChains({ ...input, events, coverage }))
        for (const chain of before) {
          const rest = after.get(chain.id)
          if (locatorKey(chain.anchor) === key) continue
          const was = told([chain])[0] as Told
          const isFrame =
            ['boot', 'logoff', 'process-ended'].includes(removed.kind) ||
            (removed.kind === 'process-started' && /-s schedule$/i.test(String(removed.commandLine)))
          // a task record decides which story others belong to; frames limit what may be joined
          const isOwnTask = 'taskPath' in removed && removed.taskPath === chain.task.path
          if (!isOwnTask)
            expect(rest, `${name}: ${removed.eventId} ${removed.locator.recordId}`).toBeDefined()
          if (!rest) continue
          if (!isFrame) neverSurer(was, rest, `${name}: ${removed.eventId} ${removed.locator.recordId}`)
          if (!placesOf(chain).some((place) => locatorKey(place) === key) && !isFrame && !isOwnTask)
            expect(saying(rest), `${name}: ${removed.eventId} ${removed.locator.recordId}`).toEqual(
              saying(was),
            )
        }
      }
    })
  })

  it('without the audit policy a no may become unknown, and nothing else changes', () => {
    each(everything(), ({ input, name }) => {
      const before = byId(findChains(input))
      const after = byId(findChains({ ...input, hosts: [] }))
      expect([...after.keys()].sort(), name).toEqual([...before.keys()].sort())
      for (const [id, chain] of before) {
        const now = after.get(id) as Told
        expect(saying(now), name).toEqual(saying(chain))
        neverSurer(chain, now, name)
      }
    })
  })

  it('without the task history no answer is surer and none is turned round', () => {
    each(everything(), ({ input, name }) => {
      const events = input.events.filter(({ channel }) => channel !== scheduler)
      const coverage = input.coverage.filter(({ channel }) => channel !== scheduler)
      const before = byId(findChains(input))
      const after = byId(findChains({ ...input, events, coverage }))
      for (const [id, chain] of before) {
        const now = after.get(id)
        if (now) neverSurer(chain, now, name)
      }
    })
  })

  it('renaming accounts, hosts, tasks and addresses renames the result and nothing else', () => {
    const big = (_: string, value: unknown) => (typeof value === 'bigint' ? `big:${value}` : value)
    const back = (_: string, value: unknown) =>
      typeof value === 'string' && value.startsWith('big:') ? BigInt(value.slice(4)) : value
    for (const seed of seeds) {
      const one = randomCase(seed)
      const { input } = playCase(one)
      const [first] = one.hosts
      if (!first) continue
      const { domain, suspect } = first.cast
      const names = one.hosts.flatMap(({ staging }) =>
        staging.deeds.map(({ task }) => task.path.slice(1)).filter((name) => /^[A-Za-z]{8}$/.test(name)),
      )
      const rename = (text: string) => {
        let renamed = text
          .replaceAll(domain.sid, 'S-1-5-21-7-8-9')
          .replaceAll(domain.dns, 'elsewhere.test')
          .replaceAll(domain.dns.toUpperCase(), 'ELSEWHERE.TEST')
          .replaceAll(suspect.name, 'somebody')
          .replace(/\b172\.(?=\d+\.\d+\.\d)/g, '10.')
          .replaceAll(' prüfen', ' zählen')
        for (const name of new Set(names)) {
          const swapped = name.split('').reverse().join('')
          renamed = renamed.replaceAll(name, swapped).replaceAll(name.toLowerCase(), swapped.toLowerCase())
        }
        return renamed
      }
      const { events, coverage, hosts } = JSON.parse(
        rename(JSON.stringify({ ...input, duplicates: undefined }, big)),
        back,
      ) as ChainInput
      const strip = (text: string) =>
        text
          .replace(/"id":"[0-9a-f]{20}"/g, '"id":""')
          .replace(/"actionHash":"[0-9a-f]{64}"/g, '"actionHash":""')
      const renamed = strip(plain(findChains({ events, coverage, hosts, duplicates: new Map() })))
      const expected = strip(rename(plain(findChains(input))))
      // the texts are long: the first difference is shown
      let at = 0
      while (at < expected.length && expected[at] === renamed[at]) at++
      const around = (text: string) => text.slice(Math.max(0, at - 120), at + 120)
      expect(around(renamed), one.label).toBe(around(expected))
    }
  })
})
