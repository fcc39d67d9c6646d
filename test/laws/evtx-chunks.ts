/**
 * Chunks to mutate: the forms of records in practice logs and, where they are there, in real ones; the mutations; logs made
 * of them, and what must hold for every one.
 */
import { readFileSync } from 'node:fs'
import { limits } from '../../src/base/limits.ts'
import type { Outcome } from '../../src/base/outcome.ts'
import type { EvtxProblem } from '../../src/evtx/problem.ts'
import type { EvtxRecord } from '../../src/evtx/record.ts'
import { buildLog } from '../builders/evtx.ts'
import { haveSamples, manifest, sample } from '../samples.ts'
import { logOf, sealChunk } from '../unit/evtx/hand-log.ts'
import { seededNumbers } from '../unit/evtx/seeded.ts'

export const chunkBytes = 65_536
/** Live bytes kept of each chunk, so that a run holds many chunks and not much of each. */
const kept = 6000

/** The chunk with its first records only. */
function shortened(chunk: Buffer): Buffer | undefined {
  const free = Math.min(chunk.readUInt32LE(48), chunkBytes)
  let end = 512
  let last = 512
  while (end + 28 < free) {
    const size = chunk.readUInt32LE(end + 4)
    if (chunk.readUInt32LE(end) !== 0x2a2a || size < 28 || end + size > free) break
    if (end > 512 && end + size > 512 + kept) break
    last = end
    end += size
  }
  if (end === 512) return undefined
  const short = Buffer.alloc(chunkBytes)
  chunk.copy(short, 0, 0, end)
  short.writeBigUInt64LE(chunk.readBigUInt64LE(last + 8), 32)
  short.writeUInt32LE(last, 44)
  short.writeUInt32LE(end, 48)
  return sealChunk(short)
}

function chunksOf(log: Uint8Array): Buffer[] {
  const found: Buffer[] = []
  for (let at = 4096; at + chunkBytes <= log.length; at += chunkBytes) {
    const chunk = Buffer.from(log.subarray(at, at + chunkBytes))
    if (chunk.toString('latin1', 0, 8) !== 'ElfChnk\0') continue
    const short = shortened(chunk)
    if (short) found.push(short)
  }
  return found
}

const practice = (): Buffer[] => {
  const time = 133_000_000_000_000_000n
  const records = [
    { eventId: 4624, time, data: { TargetUserName: 'admmig', IpAddress: '10.23.123.11' } },
    { eventId: 4698, time: time + 9n, data: { TaskName: '\\bouWFQYO' } },
    { eventId: 4688, time: time + 99n, data: { NewProcessName: 'C:\\Windows\\System32\\cmd.exe' } },
    { eventId: 106, time, channel: 'Microsoft-Windows-TaskScheduler/Operational' },
    { eventId: 1102, time },
  ]
  return [
    ...chunksOf(buildLog(records)),
    ...chunksOf(buildLog(records, { form: 'inline' })),
    ...chunksOf(buildLog(records, { headerIds: 'event-record-id' })),
  ]
}

/** One chunk of every sixth real log: providers, forms and ages as they come. */
const real = (): Buffer[] =>
  haveSamples
    ? manifest()
        .files.filter(({ file, size }) => /^evtx\/.*\.evtx$/.test(file) && size < 2_000_000)
        .filter((_, index) => index % 6 === 0)
        .flatMap(({ file }) => chunksOf(readFileSync(sample(file))).slice(0, 1))
    : []

export const corpus = (): Buffer[] => [...practice(), ...real()]

const extremes = [
  0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff,
]

/** Changes `chunk` in place; `next` gives numbers of 32 bits. */
export function mutate(chunk: Buffer, all: readonly Buffer[], next: () => number): void {
  const live = Math.max(600, Math.min(chunk.readUInt32LE(48), chunkBytes))
  // mostly records, sometimes the chunk header
  const place = (room: number) =>
    next() % 12 === 0 ? next() % (512 - room) : 512 + (next() % Math.max(1, live - 512 - room))
  for (let times = 1 + (next() % 4); times > 0; times--) {
    switch (next() % 8) {
      case 0:
        for (let flips = 1 + (next() % 12); flips > 0; flips--) {
          const at = place(1)
          chunk[at] = (chunk[at] as number) ^ (1 << (next() % 8))
        }
        break
      case 1:
        chunk.writeUInt32LE(extremes[next() % extremes.length] as number, place(4))
        break
      case 2:
        chunk.writeUInt16LE((extremes[next() % extremes.length] as number) & 0xffff, place(2))
        break
      case 3: {
        // a range of another chunk, at its own place or elsewhere
        const other = all[next() % all.length] as Buffer
        const from = 512 + (next() % kept)
        const to = next() % 2 ? from : place(1)
        other.copy(chunk, to, from, Math.min(from + (next() % 2000), chunkBytes, from + chunkBytes - to))
        break
      }
      case 4: {
        const at = place(1)
        chunk.fill(next() % 3 ? 0 : next() & 0xff, at, at + (next() % 400))
        break
      }
      case 5: {
        // everything behind moves
        const at = place(16)
        chunk.copyWithin(at + (next() % 16), at + (next() % 16), live)
        break
      }
      case 6:
        // another offset of this chunk, so that names and definitions point into each other
        chunk.writeUInt32LE(512 + (next() % live), place(4))
        break
      default: {
        const tokens = [
          0x00, 0x01, 0x41, 0x02, 0x03, 0x04, 0x05, 0x06, 0x46, 0x08, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f,
          0x21, 0x81, 0x84,
        ]
        chunk[place(1)] = tokens[next() % tokens.length] as number
      }
    }
  }
  // half of them with checksums that are right
  if (next() % 2) sealChunk(chunk)
}

export const chunksInLog = 8

/** Eight chunks, one of them as it was; sometimes the file is cut. */
export function mutatedLog(
  seed: number,
  all: readonly Buffer[],
): { log: Buffer; whole: number; original: Buffer; cut: boolean } {
  const next = seededNumbers(seed)
  const whole = next() % chunksInLog
  let original: Buffer = all[0] as Buffer
  const chunks = Array.from({ length: chunksInLog }, (_, index) => {
    const source = all[next() % all.length] as Buffer
    if (index === whole) original = source
    const chunk = Buffer.from(source)
    if (index !== whole) mutate(chunk, all, next)
    return chunk
  })
  const log = logOf(...chunks)
  const cut = next() % 10 === 0
  return { log: cut ? log.subarray(0, next() % log.length) : log, whole, original, cut }
}

/** What every outcome has to be, whatever the bytes are; a text when it is not. */
export function wrongIn(
  outcomes: readonly Outcome<EvtxRecord, EvtxProblem>[],
  chunks: number,
): string | undefined {
  let units = 0
  const places = new Set<string>()
  for (const outcome of outcomes) {
    if (!outcome.ok) {
      const { chunk, offset, what, lost, code } = outcome.problem
      if (!what || lost < 0 || offset < 0 || offset > chunkBytes + 4096 || chunk < -1 || chunk > chunks)
        return `problem ${JSON.stringify(outcome.problem)}`
      if (!code.startsWith('evtx.')) return `code ${code}`
      continue
    }
    const record = outcome.value
    const place = `${record.chunk}/${record.offset}`
    if (places.has(place)) return `two records at ${place}`
    places.add(place)
    if (record.offset < 512 || record.offset + record.size > chunkBytes)
      return `record outside its chunk at ${place}`
    if (record.names.length !== record.values.length) return `names without values at ${place}`
    if (record.names.length > limits.recordFields) return `too many fields at ${place}`
    if (new Set(record.names).size !== record.names.length) return `a name twice at ${place}`
    if (record.eventId < 0 || record.eventId > 0xffff) return `event id ${record.eventId} at ${place}`
    if (record.recordId < 0n || record.recordId > 0xffff_ffff_ffff_ffffn) return `record id at ${place}`
    for (const value of record.values) units += value.length
  }
  return units > chunks * limits.renderedChunk ? `${units} code units` : undefined
}
