/** Laws of chains and answers over every sample that has a task record, and of answers over generated cases. */
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { coverHosts } from '../../src/chains/cover-hosts.ts'
import { findChains } from '../../src/chains/find-chains.ts'
import type { ChainAnswers } from '../../src/domain/answers.ts'
import type { Chain, ChainInput } from '../../src/domain/chain.ts'
import type { LogonEvent, ShareEvent, WindowsEvent } from '../../src/domain/event.ts'
import type { EvidenceId } from '../../src/domain/ids.ts'
import { locatorKey } from '../../src/domain/locator.ts'
import { answerChain } from '../../src/playbook/answer-chain.ts'
import { answersJson } from '../../src/report/answers-json.ts'
import { chainsDocument } from '../../src/report/chains-json.ts'
import { other as stranger, World } from '../builders/events.ts'
import { labelledFiles, sampleInput, schtasksFiles, taskSampleFiles } from '../builders/sample-events.ts'
import { playCase } from '../generated/count.ts'
import { randomCase } from '../generated/random-case.ts'
import { haveSamples } from '../samples.ts'

// many cases, and other work may go on beside
vi.setConfig({ testTimeout: 240_000 })

const samples: { readonly name: string; readonly input: ChainInput }[] = []
beforeAll(async () => {
  if (!haveSamples) return
  for (const file of await taskSampleFiles())
    samples.push({ name: file, input: await sampleInput([file], 'full-export') })
  samples.push({ name: 'C8', input: await sampleInput(schtasksFiles) })
  samples.push({ name: 'C5', input: await sampleInput(labelledFiles('C5a', 'C5b'), 'filtered-export') })
}, 60_000)

const text = (chains: readonly Chain[]) => JSON.stringify(chainsDocument(chains))
const answersOf = (input: ChainInput, chains = findChains(input)): readonly ChainAnswers[] => {
  const evidence = {
    chains,
    events: new Map(input.events.map((event) => [locatorKey(event.locator), event])),
    coverage: input.coverage,
    hosts: input.hosts,
    covered: coverHosts(input),
    traces: { traces: [], logons: [], left: {} },
    allowList: [],
  }
  return chains.map((chain) => answerChain(evidence, chain))
}

/** Life on the host that has nothing to do with any task: other people's logons, reads of files, programs below no service. */
function ordinaryLife(input: ChainInput): readonly WindowsEvent[] {
  const events: WindowsEvent[] = []
  const hosts = new Map(input.events.map((event) => [event.recordedComputer, event]))
  for (const [host, { time, locator }] of hosts) {
    const world = new World(host)
    const ip = '10.213.7.9'
    const life = [
      world.logon(-500, '0xfeed01', ip, { account: stranger }),
      world.access(-400, '0xfeed01', 'Public', 'minutes.docx', 0x1, { ip, account: stranger }),
      world.process(-300, 61_234, 'C:\\Windows\\System32\\notepad.exe', {
        pid: 61_111,
        image: 'C:\\Windows\\explorer.exe',
      }),
      world.logoff(900, '0xfeed01'),
    ] as (LogonEvent | ShareEvent)[]
    for (const [at, event] of life.entries())
      events.push({
        ...event,
        time: (time + BigInt(at) * 10_000n) as typeof time,
        // a log of its own: the ids of the sample's records stay what they are
        locator: {
          evidenceId: 'e'.repeat(64) as EvidenceId,
          recordId: 9_000_000_000n + BigInt(at),
          chunk: 9,
          offset: 512 + at * 64 + Number(locator.recordId % 7n),
        },
      })
  }
  return events
}

describe.runIf(haveSamples)('laws over every sample with a task record', () => {
  it('there are many, and they have chains', () => {
    expect(samples.length).toBeGreaterThan(10)
    expect(samples.flatMap(({ input }) => findChains(input)).length).toBeGreaterThan(samples.length)
  })

  it('same evidence, same ids, same text', () => {
    for (const { input, name } of samples) {
      const [first, second] = [findChains(input), findChains(structuredClone(input))]
      expect(text(second), name).toBe(text(first))
      expect(JSON.stringify(answersOf(input, second).map(answersJson))).toBe(
        JSON.stringify(answersOf(input, first).map(answersJson)),
      )
    }
  })

  it('ordinary life on the host changes no chain', () => {
    for (const { input, name } of samples) {
      const events = [...input.events, ...ordinaryLife(input)]
      expect(text(findChains({ ...input, events })), name).toBe(text(findChains(input)))
    }
  })

  it('no link of a session or a process crosses a start of Windows', () => {
    for (const { input, name } of samples) {
      const timeOf = new Map(input.events.map((event) => [locatorKey(event.locator), event.time]))
      const starts = input.events.filter(
        ({ kind, eventId }) => kind === 'boot' && (eventId === 4608 || eventId === 12),
      )
      for (const chain of findChains(input))
        for (const { rule, from, to } of chain.links) {
          if (!['L1', 'L2', 'L3', 'E2', 'E5'].includes(rule)) continue
          const times = [from, to]
            .map((at) => timeOf.get(locatorKey(at)) ?? 0n)
            .sort((a, b) => (a < b ? -1 : 1))
          const [early = 0n, late = 0n] = times
          expect(
            starts.some(({ time }) => time > early && time <= late),
            `${name} ${rule}`,
          ).toBe(false)
        }
    }
  })

  it('renaming hosts, accounts and addresses renames the result and nothing else', () => {
    const big = (_: string, value: unknown) => (typeof value === 'bigint' ? `big:${value}` : value)
    const back = (_: string, value: unknown) =>
      typeof value === 'string' && value.startsWith('big:') ? BigInt(value.slice(4)) : value
    for (const { input, name } of samples) {
      const shorts = [
        ...new Set(input.events.map(({ recordedComputer }) => recordedComputer.split('.')[0] ?? '')),
      ]
        .filter((short) => short.length > 3)
        .sort((a, b) => b.length - a.length)
      const rename = (of: string) => {
        let renamed = of.replace(/S-1-5-21-\d+-\d+-\d+-/g, (sid) => `S-1-5-21-9${sid.slice(9)}`)
        renamed = renamed.replace(
          /\b10\.(\d{1,3})\.(?=\d{1,3}\.\d{1,3}\b)/g,
          (_, b: string) => `10.${(Number(b) + 101) % 256}.`,
        )
        for (const short of shorts) {
          const other = `q${[...short].reverse().join('')}7`
          renamed = renamed.replace(new RegExp(short.replace(/[^A-Za-z0-9]/g, '\\$&'), 'gi'), (found) =>
            found === found.toLowerCase()
              ? other.toLowerCase()
              : found === found.toUpperCase()
                ? other.toUpperCase()
                : other,
          )
        }
        return renamed
      }
      const { events, coverage } = JSON.parse(
        rename(JSON.stringify({ ...input, duplicates: undefined }, big)),
        back,
      ) as ChainInput
      const strip = (of: string) =>
        of
          .replace(/"(id|toChain|fromChain)":"[0-9a-f]{20}"/g, '"$1":""')
          .replace(/"actionHash":"[0-9a-f]{64}"/g, '"actionHash":""')
      const sorted = (chains: readonly Chain[]) =>
        chains.toSorted((a, b) => (locatorKey(a.anchor) < locatorKey(b.anchor) ? -1 : 1))
      const renamed = strip(text(sorted(findChains({ events, coverage, hosts: [], duplicates: new Map() }))))
      const expected = strip(rename(text(sorted(findChains({ ...input, duplicates: new Map() })))))
      let at = 0
      while (at < expected.length && expected[at] === renamed[at]) at++
      const around = (of: string) => of.slice(Math.max(0, at - 120), at + 120)
      expect(around(renamed), name).toBe(around(expected))
    }
  })
})

describe('laws of answers over samples and generated cases', () => {
  it('no answer, reason, conflict or indicator stands without a record, a place or a stated gap; none is wider than its chain', () => {
    const tried = [
      ...samples,
      ...Array.from({ length: 25 }, (_, at) => ({
        name: `seed ${at + 501}`,
        input: playCase(randomCase(at + 501)).input,
      })),
    ]
    let answers = 0
    for (const { input, name } of tried) {
      const chains = findChains(input)
      for (const [at, one] of answersOf(input, chains).entries()) {
        const chain = chains[at] as Chain
        for (const answer of [
          ...one.validation,
          ...one.questions,
          ...one.rule.conditions,
          ...one.escalation,
        ]) {
          answers++
          expect(answer.citations.length + answer.missing.length, `${name} ${answer.id}`).toBeGreaterThan(0)
          expect(answer.why, `${name} ${answer.id}`).not.toBe('')
          if (answer.answer === 'unknown')
            expect(answer.missing.length + answer.citations.length).toBeGreaterThan(0)
        }
        for (const reason of [...one.evidence.reasons, ...one.conflicts, ...one.iocs])
          expect(reason.citations.length + (reason.places?.length ?? 0), name).toBeGreaterThan(0)
        const executed = one.questions.find(({ id }) => id === 'executed')
        expect(executed?.answer, name).toBe(chain.executed.answer)
        if (one.rule.outcome === 'close' && one.evidence.outcome === 'escalate')
          expect(one.conflicts.length).toBeGreaterThan(0)
      }
    }
    expect(answers).toBeGreaterThan(900)
  })

  it('without host facts no answer is surer', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { input } = playCase(randomCase(seed))
      const before = new Map(answersOf(input).map((one) => [one.chain, one]))
      for (const now of answersOf({ ...input, hosts: [] })) {
        const then = before.get(now.chain)
        for (const list of ['validation', 'questions'] as const)
          for (const [at, answer] of now[list].entries()) {
            const was = then?.[list][at]?.answer
            expect(
              answer.answer === was || answer.answer === 'unknown',
              `seed ${seed} ${answer.id}: ${was} became ${answer.answer}`,
            ).toBe(true)
          }
      }
    }
  })
})
