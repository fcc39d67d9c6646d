import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { typedEvent } from '../../../src/events/typed-event.ts'
import { memorySource } from '../../../src/evtx/byte-source.ts'
import { readRecords } from '../../../src/evtx/read-log.ts'
import type { EvtxRecord } from '../../../src/evtx/record.ts'
import { recordOf } from '../../builders/records.ts'
import { type ExpectedRecord, expectedRecords, haveSamples, sample } from '../../samples.ts'

describe.runIf(haveSamples)('events read from real logs by the product', () => {
  it('are the same as from the records of an independent decoder', async () => {
    const byFile = new Map<string, ExpectedRecord[]>()
    for await (const expected of expectedRecords()) {
      const known = byFile.get(expected.file)
      if (known) known.push(expected)
      else byFile.set(expected.file, [expected])
    }
    let compared = 0
    for (const [file, expectedOnes] of byFile) {
      const read = new Map<string, EvtxRecord>()
      for (const outcome of readRecords(memorySource(readFileSync(sample(file))))) {
        if (outcome.ok) read.set(`${outcome.value.chunk}/${outcome.value.offset}`, outcome.value)
      }
      for (const expected of expectedOnes) {
        const record = recordOf(expected)
        const event = typedEvent(record)
        if (!event) continue
        const own = read.get(`${expected.chunk}/${expected.offset}`)
        if (!own) throw new Error(`${file}: no record at ${expected.chunk}/${expected.offset}`)
        const version = Number(own.system.Version ?? 0)
        expect(typedEvent({ ...record, version, names: own.names, values: own.values })).toEqual(event)
        compared++
      }
    }
    expect(compared).toBe(6764)
  }, 120_000)
})
