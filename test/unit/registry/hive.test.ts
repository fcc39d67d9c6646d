import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Hive, HiveError, type HiveKey, textOfValue } from '../../../src/registry/hive.ts'
import { buildHive, number32, wide } from '../../builders/hive.ts'

const sourceOf = (bytes: Uint8Array) => ({
  size: bytes.length,
  read(position: number, into: Uint8Array) {
    const part = bytes.subarray(position, position + into.length)
    into.set(part)
    return part.length
  },
})
const hiveOf = (bytes: Uint8Array) => new Hive(sourceOf(bytes))

const large = new Uint8Array(40_000).map((_, i) => i)
const plan = {
  name: 'ROOT',
  keys: [
    {
      name: 'Software',
      lastWritten: 132_887_189_832_694_249n,
      values: { Text: wide('C:\\Windows'), Number: number32(7), Large: large, '': wide('default') },
      keys: [{ name: 'Deep' }],
    },
  ],
}

describe('a registry hive', () => {
  it('gives keys by path in any case, values of every size and the time of last write', () => {
    const hive = hiveOf(buildHive(plan))
    const key = hive.key('sOFTware')
    expect(key?.name).toBe('Software')
    expect(key?.lastWritten).toBe(132_887_189_832_694_249n)
    expect(textOfValue(key?.value('TEXT'))).toBe('C:\\Windows')
    expect(textOfValue(key?.value(''))).toBe('default')
    expect([...(key?.value('Number')?.bytes ?? [])]).toEqual([7, 0, 0, 0])
    expect(key?.value('Large')?.bytes).toEqual(large)
    expect(hive.key('Software\\Deep')?.name).toBe('Deep')
    expect(hive.key('Software\\None')).toBeUndefined()
    expect(hive.problems).toEqual([])
  })

  it('says that it was copied while being written, and that it is cut', () => {
    const dirty = buildHive(plan, { dirty: true })
    expect(hiveOf(dirty).problems.map((problem) => problem.code)).toEqual(['registry.hive.dirty'])
    const cut = buildHive(plan)
    new DataView(cut.buffer).setUint32(40, cut.length, true)
    expect(hiveOf(cut).problems[0]?.code).toBe('registry.hive.cut')
  })

  it('refuses what is no hive', () => {
    expect(() => hiveOf(new Uint8Array(5000))).toThrow(HiveError)
    expect(() => hiveOf(new Uint8Array(0))).toThrow(HiveError)
  })

  it('neither hangs nor throws on damaged bytes: what is lost is a problem', () => {
    const sound = buildHive(plan)
    const walk = (key: HiveKey, depth: number): number => {
      let count = [...key.values()].length
      if (depth < 8) for (const child of key.subkeys()) count += 1 + walk(child, depth + 1)
      return count
    }
    const whole = walk(hiveOf(sound).root, 0)
    expect(whole).toBe(6)
    const flips = fc.array(fc.tuple(fc.nat(1200), fc.nat(255)), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(flips, (changes) => {
        const bytes = sound.slice()
        for (const [at, value] of changes) bytes[4096 + at] = value
        try {
          const hive = hiveOf(bytes)
          walk(hive.root, 0)
          expect(hive.problems.length).toBeLessThanOrEqual(200)
        } catch (error) {
          expect(error).toBeInstanceOf(HiveError)
        }
      }),
      { numRuns: 300 },
    )
  })
})
