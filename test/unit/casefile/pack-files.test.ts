// Records of large logs lie in a pack file: one that is damaged is refused and never gives a wrong row, and one that no item
// needs goes away.
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { Refusal } from '../../../src/base/refusal.ts'
import { CaseFile } from '../../../src/casefile/case-file.ts'
import { digestOfCase } from '../../../src/casefile/dump.ts'
import { importEvidence } from '../../../src/workflow/import-evidence.ts'
import { type OpenCase, openCase } from '../../../src/workflow/open-case.ts'
import { indexOfCase } from '../../../src/workflow/records/index-of-case.ts'
import { newCase, scratchFolder, testOperator } from '../../builders/case.ts'
import { buildLog } from '../../builders/evtx.ts'

const folder = () => join(open.dir, 'packs')
const packPath = () => join(folder(), readdirSync(folder())[0] as string)
let source: string
let open: OpenCase
let digest: string

/** Opens the case anew after `harm` was done to its files. @returns what digest and the records of the whole case end in */
async function endAfter(harm: () => void): Promise<unknown> {
  open.close()
  harm()
  open = await openCase(open.dir, { operator: testOperator })
  try {
    return digestOfCase(open.casefile)
  } catch (error) {
    return error
  }
}

beforeAll(async () => {
  source = scratchFolder()
  const log = buildLog(
    Array.from({ length: 12_000 }, (_, i) => ({
      eventId: 4688,
      time: 133_000_000_000_000_000n + BigInt(i) * 10_000n,
      recordId: BigInt(i + 1),
      data: { NewProcessName: `C:\\p${i % 99}.exe`, CommandLine: `c${i} ${'x'.repeat(300)}` },
    })),
  )
  expect(log.length).toBeGreaterThan(9 << 20)
  writeFileSync(join(source, 'large.evtx'), log)
  open = await newCase()
  await importEvidence(open, [source])
  digest = digestOfCase(open.casefile)
}, 60_000)

describe('the pack file of a large log', () => {
  it('is named by the hash of the log, holds its records, and the database does not', () => {
    const [entry] = open.casefile.evidence()
    expect(readdirSync(folder())).toEqual([entry?.sha256])
    expect(open.casefile.pageCount() * 8192).toBeLessThan(400_000)
    expect(readFileSync(packPath()).length).toBeGreaterThan(4 << 20)
    const index = indexOfCase(open)
    expect(index.total).toBe(12_000)
    const { segment, row } = index.at(11_999)
    expect(segment.record(row).values).toContain('C:\\p20.exe')
  })

  it('is refused when it is missing, cut, no file, or differs in one bit, and read again when it is whole', async () => {
    const good = readFileSync(packPath())
    const path = packPath()
    const harms: Record<string, () => void> = {
      missing: () => rmSync(path),
      cut: () => truncateSync(path, good.length - 5000),
      empty: () => truncateSync(path, 0),
      'a folder': () => {
        rmSync(path)
        mkdirSync(path)
      },
    }
    for (const at of [0, 100_003, good.length >> 1, good.length - 20_000])
      harms[`other at ${at}`] = () => {
        const file = openSync(path, 'r+')
        writeSync(file, new Uint8Array([(good[at] as number) ^ 0x10]), 0, 1, at)
        closeSync(file)
      }
    for (const [name, harm] of Object.entries(harms)) {
      const error = await endAfter(harm)
      expect(error, name).toBeInstanceOf(Refusal)
      expect(error, name).toMatchObject({ code: 'case.pack.damaged', facts: { path } })
      rmSync(path, { recursive: true, force: true })
      writeFileSync(path, good)
    }
    expect(await endAfter(() => undefined)).toBe(digest)
  })

  it('is the same records in a case that was moved', async () => {
    open.close()
    const moved = join(scratchFolder(), 'elsewhere')
    renameSync(open.dir, moved)
    open = await openCase(moved, { operator: testOperator })
    expect(digestOfCase(open.casefile)).toBe(digest)
  })

  it('goes when no whole item needs it, and nothing else goes', async () => {
    const left = ['0'.repeat(32), 'f'.repeat(64), 'notes.txt']
    writeFileSync(join(folder(), `${left[0]}.part`), 'half')
    writeFileSync(join(folder(), left[1] as string), 'of a killed import')
    writeFileSync(join(folder(), left[2] as string), 'not ours')
    await importEvidence(open, [source])
    expect(readdirSync(folder()).sort()).toEqual(
      [open.casefile.evidence()[0]?.sha256 as string, 'notes.txt'].sort(),
    )
    rmSync(join(folder(), 'notes.txt'))
  })

  it('leaves nothing of a log that could not be taken or was there already', async () => {
    const other = scratchFolder()
    const bytes = readFileSync(join(source, 'large.evtx'))
    writeFileSync(join(other, 'again.evtx'), bytes)
    writeFileSync(join(other, 'gone.evtx'), bytes.subarray(0, 9 << 20))
    let seen = false
    await importEvidence(open, [other], {
      onProgress: ({ step, phase }) => {
        if (seen || step !== 'parse' || !phase.startsWith('Reading ')) return
        seen = true
        rmSync(join(other, 'gone.evtx'))
      },
    })
    expect(readdirSync(folder())).toHaveLength(1)
    expect(existsSync(join(open.dir, 'incoming')) && readdirSync(join(open.dir, 'incoming'))).toEqual([])
  })
})

describe('places that a database names', () => {
  it('are refused when they lie outside the file, are too large, or are no places', async () => {
    const one = CaseFile.create(join(scratchFolder(), 'case.sqlite'))
    const name = 'a'.repeat(64)
    const staged = one.stagePack()
    writeFileSync(staged, new Uint8Array(8192))
    one.placePack(staged, name)
    const read = (dictionary: { at: number; size: number; sum: number }) => {
      const item = one.startItem({ name: 'x', origin: 'x', kind: 'evtx', host: null })
      try {
        one.insertSegment(item, {
          number: 0,
          rows: 0,
          selected: 0,
          systems: '[]',
          shapes: '[]',
          dictionary,
          blocks: [{ number: 0, rows: 0, heads: dictionary, values: dictionary }],
        })
        const stored = { size: 1, host: null, admittedAt: '', records: 0, events: 0, summary: null }
        one.completeItem(item, { sha256: name, ...stored })
        const [entry] = one.segments()
        const segment = entry?.segment ?? -1
        one.blockValues(segment, 0)
        one.blocks(segment)
        return one.dictionary(segment)
      } finally {
        one.dropItem(item)
      }
    }
    expect(read({ at: 8, size: 16, sum: 0xecbb4b55 })).toEqual(new Uint8Array(16))
    for (const place of [
      { at: 8, size: 16, sum: 1 },
      { at: 8184, size: 16, sum: 0xecbb4b55 },
      { at: 2 ** 49, size: 16, sum: 0 },
      { at: 0, size: 2 ** 31, sum: 0 },
      { at: -8, size: 16, sum: 0 },
      { at: 0.5, size: 16, sum: 0 },
      { at: 1e21, size: 16, sum: 0 },
    ])
      expect(() => read(place), JSON.stringify(place)).toThrow(/damaged|cannot be read/)
    one.close()
  })
})
