import { describe, expect, test } from 'vitest'
import { limits } from '../../src/base/limits.ts'
import type { Outcome } from '../../src/base/outcome.ts'
import { memorySource } from '../../src/evtx/byte-source.ts'
import type { EvtxProblem } from '../../src/evtx/problem.ts'
import { type ReadOptions, readRecords } from '../../src/evtx/read-log.ts'
import type { EvtxRecord } from '../../src/evtx/record.ts'
import { elementsXml } from '../../src/evtx/xml.ts'
import { logOf } from '../unit/evtx/hand-log.ts'
import { fastPlatform, read } from '../unit/evtx/reading.ts'
import { chunksInLog, corpus, mutatedLog, wrongIn } from './evtx-chunks.ts'

const logs = 2500
/** 200 ms for each chunk and as much again for a slow machine, in CPU time of this thread: other work does not count. */
const patience = chunksInLog * 400
const all = corpus()

const cpuMilliseconds = () => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

function readAll(log: Uint8Array, options: ReadOptions): Outcome<EvtxRecord, EvtxProblem>[] {
  return [...readRecords(memorySource(log), { platform: fastPlatform, ...options })]
}

const told = (outcomes: readonly Outcome<EvtxRecord, EvtxProblem>[], chunk: number) =>
  outcomes.flatMap((outcome) =>
    outcome.ok && outcome.value.chunk === chunk ? [{ ...outcome.value, chunk: 0 }] : [],
  )

describe('20,000 mutated chunks, seeded', () => {
  test('the corpus has many forms of records', () => {
    expect(all.length).toBeGreaterThanOrEqual(3)
    for (const chunk of all) expect(read(logOf(chunk)).records.length).toBeGreaterThan(0)
  })

  test('no crash, no hang, bounded output, the same fields on both paths, and no damage beyond the chunk that has it', {
    timeout: 300_000,
  }, () => {
    const text = (value: unknown) => JSON.stringify(value, (_key, v) => (typeof v === 'bigint' ? `${v}` : v))
    const alone = (options: ReadOptions) =>
      new Map(all.map((chunk) => [chunk, text(read(logOf(chunk), options).records)]))
    const baseline = { plan: alone({}), tree: alone({ treeOnly: true }) }
    let records = 0
    let problems = 0
    let slowest = 0
    for (let seed = 1; seed <= logs; seed++) {
      const { log, whole, original, cut } = mutatedLog(seed, all)
      const byPlan = new Map<string, string>()
      try {
        for (const path of ['plan', 'tree'] as const) {
          let xml = 0
          const from = cpuMilliseconds()
          const outcomes = readAll(log, {
            recovered: seed % 3 === 0,
            ...(path === 'tree' ? { onElements: (elements) => (xml += elementsXml(elements).length) } : {}),
          })
          const took = cpuMilliseconds() - from
          slowest = Math.max(slowest, took)
          if (took > patience) throw new Error(`${took.toFixed(0)} ms of CPU for ${chunksInLog} chunks`)
          const wrong = wrongIn(outcomes, chunksInLog)
          if (wrong) throw new Error(wrong)
          if (xml > chunksInLog * limits.renderedChunk * 6) throw new Error(`${xml} code units of XML`)
          if (
            !cut &&
            text(told(outcomes, whole).filter(({ recovered }) => !recovered)) !== baseline[path].get(original)
          )
            throw new Error(`chunk ${whole} was not touched and reads differently`)
          for (const outcome of outcomes) {
            if (!outcome.ok) {
              problems++
              continue
            }
            records++
            const { chunk, offset, names, values } = outcome.value
            const place = `${chunk}/${offset}`
            const fields = text([names, values])
            if (path === 'plan') byPlan.set(place, fields)
            else if (byPlan.has(place) && byPlan.get(place) !== fields)
              throw new Error(`plan and tree differ at ${place}: ${byPlan.get(place)} and ${fields}`)
          }
        }
      } catch (error) {
        throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, {
          cause: error,
        })
      }
    }
    // the mutations must neither spare everything nor destroy everything
    expect(records).toBeGreaterThan(logs * chunksInLog)
    expect(problems).toBeGreaterThan(logs * chunksInLog)
    expect(slowest).toBeGreaterThan(0)
  })
})
