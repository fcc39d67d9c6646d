/** Reads a whole log from memory for a test: records and problems apart, each in the order they come. */
import { crc32 } from 'node:zlib'
import { expect } from 'vitest'
import { memorySource, type Platform } from '../../../src/evtx/byte-source.ts'
import type { EvtxProblem } from '../../../src/evtx/problem.ts'
import { type ReadOptions, readRecords } from '../../../src/evtx/read-log.ts'
import type { EvtxRecord } from '../../../src/evtx/record.ts'

/** The fast doors of Node, so that 80 MB of samples are read in seconds; the plain ones are held against them elsewhere. */
export const fastPlatform: Platform = {
  crc32: (bytes, seed) => crc32(bytes, seed),
  utf16: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf16le'),
}

export interface Reading {
  readonly records: EvtxRecord[]
  readonly problems: EvtxProblem[]
}

export function read(bytes: Uint8Array, options: ReadOptions = {}): Reading {
  const reading: Reading = { records: [], problems: [] }
  for (const outcome of readRecords(memorySource(bytes), { platform: fastPlatform, ...options })) {
    if (outcome.ok) reading.records.push(outcome.value)
    else reading.problems.push(outcome.problem)
  }
  return reading
}

/** Fields by name; a name that came twice would be lost here, so that is an error. */
export function fieldsOf(record: EvtxRecord): Record<string, string> {
  if (new Set(record.names).size !== record.names.length)
    throw new Error(`names of one record are not unique: ${record.names.join(', ')}`)
  return Object.fromEntries(record.names.map((name, index) => [name, record.values[index] ?? '']))
}

export const codesOf = (problems: readonly EvtxProblem[]): string[] => problems.map((problem) => problem.code)

/** Both paths must say the same; returns that. */
export function both(log: Uint8Array): Reading {
  const byPlan = read(log)
  const byTree = read(log, { treeOnly: true })
  expect(byTree).toEqual(byPlan)
  return byPlan
}
