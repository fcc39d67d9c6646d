// Most records are packed by the kernel, in WebAssembly; what is packed is what the path in JavaScript packs, byte for byte.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ChunkView } from '../../../src/evtx/chunk-view.ts'
import { chunkSize, fileHeaderBlock } from '../../../src/evtx/format.ts'
import { GrowingBytes } from '../../../src/workflow/ingest/aligned-memory.ts'
import { Dictionary } from '../../../src/workflow/ingest/dictionary.ts'
import { assemble } from '../../../src/workflow/ingest/kernel/assemble.ts'
import { Kernel } from '../../../src/workflow/ingest/kernel/kernel.ts'
import { LogTally } from '../../../src/workflow/ingest/log-tally.ts'
import { nodePlatform } from '../../../src/workflow/ingest/node-platform.ts'
import { Packer, type SlowWays } from '../../../src/workflow/ingest/packer.ts'
import { buildLog } from '../../builders/evtx.ts'
import { corpus, mutatedLog } from '../../laws/evtx-chunks.ts'
import { haveSamples, manifest, sample } from '../../samples.ts'

/** Segments of a few chunks each, so that what is remembered must also be forgotten. */
function packed(packer: Packer, log: Uint8Array) {
  const segments: unknown[] = []
  packer.tally = new LogTally()
  packer.problems.length = 0
  const count = Math.ceil((log.length - fileHeaderBlock) / chunkSize)
  for (let index = 0; index < count; index++) {
    const at = fileHeaderBlock + index * chunkSize
    packer.addChunk(new ChunkView(log.subarray(at, at + chunkSize), nodePlatform), index)
    if (index % 3 === 2 || index === count - 1) segments.push(packer.endSegment(index, index))
  }
  return { segments, tally: packer.tally.part(), problems: [...packer.problems] }
}
const newPacker = (slowly?: SlowWays) => new Packer(nodePlatform, new LogTally(), slowly)

describe('the kernel', () => {
  it('packs practice logs as the slow path does, and leaves it only what it meets first', () => {
    const log = buildLog(
      Array.from({ length: 4000 }, (_, i) => ({
        eventId: [4624, 4698, 4688, 5145, 106, 1102][i % 6] as number,
        ...(i % 6 === 4 ? { channel: 'Microsoft-Windows-TaskScheduler/Operational' } : {}),
        time: 132_000_000_000_000_000n + BigInt(i) * 7_654_321n,
        computer: `host${i % 3}.corp.example`,
        ...(i % 5 === 0 ? { userSid: 'S-1-5-18' } : {}),
        data: {},
      })),
    )
    const fast = newPacker()
    expect(packed(fast, log)).toEqual(packed(newPacker({ withoutKernel: true }), log))
    expect(fast.packedByKernel).toBeGreaterThan(3000)
    expect(newPacker({ withoutKernel: true }).packedByKernel).toBe(0)
  })

  it.runIf(haveSamples)(
    'packs real logs as the slow path does, one after the other',
    () => {
      const [fast, slow] = [newPacker(), newPacker({ withoutKernel: true })]
      for (const { file } of manifest().files.filter(({ size }) => size < 1_200_000)) {
        if (!/\.evtx$/.test(file)) continue
        const log = readFileSync(sample(file))
        expect(packed(fast, log), file).toEqual(packed(slow, log))
      }
      expect(fast.packedByKernel).toBeGreaterThan(10_000)
    },
    60_000,
  )

  it('packs damaged logs, or leaves records out, as the slow path does', () => {
    const all = corpus()
    const [fast, slow] = [newPacker(), newPacker({ withoutKernel: true })]
    for (let seed = 9000; seed < 9060; seed++) {
      const { log } = mutatedLog(seed, all)
      expect(packed(fast, log), `seed ${seed}`).toEqual(packed(slow, log))
    }
  }, 60_000)
})

describe('the dictionary', () => {
  /** Puts the bytes where the kernel sees them. */
  const put = (kernel: Kernel, bytes: Uint8Array) => kernel.putChunk(bytes).length

  it('gives a value the number of its first appearance, however many there are and whatever surrounds it', () => {
    const kernel = new Kernel()
    const dictionary = new Dictionary(kernel)
    for (let round = 0; round < 2; round++) {
      const known = new Map<string, number>()
      let seed = 7
      const next = (below: number) => {
        seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
        return (seed >>> 8) % below
      }
      for (let i = 0; i < 60_000; i++) {
        const size = next(30)
        const type = 1 + next(2)
        const around = Uint8Array.from({ length: size + 16 }, () => next(256))
        for (let at = 8; at < 8 + size; at++) around[at] = at < 11 ? next(24) : 0
        put(kernel, around)
        const key = `${type} ${around.subarray(8, 8 + size).join()}`
        const expected = known.get(key) ?? known.size
        known.set(key, expected)
        if (dictionary.number(type, 8, size) !== expected) expect.fail(`value ${i}: ${key}`)
      }
      const blob = new GrowingBytes()
      const { at } = dictionary.pack(blob)
      const view = new DataView(blob.bytes.buffer)
      expect(view.getUint32(at, true)).toBe(known.size)
      const bytes = at + 8 + known.size * 8
      for (const [key, number] of known) {
        const from = bytes + view.getUint32(at + 8 + number * 8, true)
        const kind = view.getUint32(at + 12 + number * 8, true)
        const kept = `${kind & 0xff} ${blob.bytes.subarray(from, from + (kind >>> 8)).join()}`
        if (kept !== key) expect.fail(`${number} is ${kept}, not ${key}`)
      }
      dictionary.clear()
    }
  })

  it('keeps long values, and columns tell what they held last', () => {
    const kernel = new Kernel()
    const dictionary = new Dictionary(kernel)
    const column = dictionary.columns([{ index: 0 }])
    const long = new Uint8Array(65_000).map((_, i) => i % 251)
    put(kernel, long)
    const numbers = [300, 65_000, 300, 8, 9, 9, 64_999].map((size) => dictionary.inColumn(column, 1, 0, size))
    expect(numbers).toEqual([0, 1, 0, 2, 3, 3, 4])
    expect(dictionary.isSame(1, 1, 0, 65_000)).toBe(true)
    put(kernel, long.with(64_999, 7))
    expect(dictionary.isSame(1, 1, 0, 65_000)).toBe(false)
    expect(dictionary.isSame(1, 2, 0, 65_000)).toBe(false)
    expect(dictionary.inColumn(column, 1, 0, 65_000)).toBe(5)
  })
})

describe('the assembler', () => {
  const run = (body: string): number => {
    const text = `(module (func $run (export "run") (result i32) (local $i i32) (local $sum i32) ${body}))`
    const module = new WebAssembly.Module(assemble(text, {}))
    return (new WebAssembly.Instance(module).exports as { run(): number }).run()
  }
  it.each([
    ['(i32.add 2 (i32.mul 3 -4))', -10],
    ['(while (i32.lt_u $i 5) (set $i (i32.add $i 1)) (set $sum (i32.add $sum $i))) $sum', 15],
    ['(block $out (br_if $out (i32.eqz $i)) (set $sum 1)) $sum', 0],
    ['(if (i32.eq 1 1) (then (return 7)) (else (return 8))) 9', 7],
    ['(i32.wrap_i64 (i64.shr_u (i64.const 0x8000000000000000) (i64.const 60)))', 8],
    ['(i32.const 2147483647)   ;; the largest\n', 2_147_483_647],
  ])('makes %s give %i', (body, expected) => {
    expect(run(body)).toBe(expected)
  })
  it.each([
    ['(module (func $f (i32.add 1 2)', 'missing'],
    ['(module (func $f (i32.nothing 1)))', 'i32.nothing'],
    ['(module (func $f (set $none 1)))', '$none'],
    ['(module (func $f (br $none)))', '$none'],
    ['(module (func $f @none drop))', 'none'],
  ])('says what is wrong with %s', (text, told) => {
    expect(() => assemble(text, {})).toThrow(told)
  })
})
