// Search files spare work and decide nothing: missing, cut, damaged, stale or not to be written, the answers stay the same.
import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { importEvidence } from '../../../src/workflow/import-evidence.ts'
import { type OpenCase, openCase } from '../../../src/workflow/open-case.ts'
import { type TimelineFilter, timelineFacets, timelineSlice } from '../../../src/workflow/read-timeline.ts'
import { indexOfCase } from '../../../src/workflow/records/index-of-case.ts'
import { storeSearch } from '../../../src/workflow/records/store-search.ts'
import { warmCase } from '../../../src/workflow/warm-case.ts'
import { newCase, scratchFolder, testOperator } from '../../builders/case.ts'
import { buildLog } from '../../builders/evtx.ts'

const log = (from: number) =>
  buildLog(
    Array.from({ length: 300 }, (_, i) => ({
      eventId: i % 3 === 0 ? 4624 : 4688,
      time: 133_000_000_000_000_000n + BigInt(from + i) * 10_000n,
      recordId: BigInt(from + i + 1),
      data: {
        SubjectUserName: `user${i % 7}`,
        ...(i % 3 === 0
          ? { IpAddress: `10.0.0.${i % 9}` }
          : {
              NewProcessName: `C:\\Temp\\Größe ${i % 50} α.exe`,
              CommandLine: `run ${i} PowerShell`,
            }),
      },
    })),
  )
const asked: readonly TimelineFilter[] = [
  { terms: [{ key: 'text', values: ['powershell'], not: false }] },
  { terms: [{ key: 'text', values: ['größe 1'], not: false }] },
  { terms: [{ key: 'account', values: ['user3'], not: false }] },
  { terms: [{ key: 'address', values: ['10.0.0.4'], not: true }] },
]
let dir: string
let open: OpenCase
/** what the case answers with no search file at all */
let expected: string

const folder = () => join(dir, 'search')
const files = () => (existsSync(folder()) ? readdirSync(folder()).sort() : [])
const store = () => storeSearch(open.casefile, indexOfCase(open), async () => false, 0)
const reopen = async () => {
  open.close()
  open = await openCase(dir, { operator: testOperator })
}
const isStored = () => indexOfCase(open).segments.every(({ stored }) => stored !== undefined)
const answers = () =>
  JSON.stringify(asked.map((filter) => [timelineSlice(open, filter, 0, 400), timelineFacets(open, filter)]))

beforeAll(async () => {
  const source = scratchFolder()
  writeFileSync(join(source, 'a.evtx'), log(0))
  writeFileSync(join(source, 'b.evtx'), log(5000))
  open = await newCase()
  dir = open.dir
  await importEvidence(open, [source])
  expected = answers()
}, 60_000)

beforeEach(async () => {
  rmSync(folder(), { recursive: true, force: true })
  await reopen()
})

describe('search files', () => {
  it('are made once for each log, the same bytes every time, and taken by who opens the case next', async () => {
    expect(await store()).toBe(true)
    const made = files().map((name) => readFileSync(join(folder(), name)))
    expect(files()).toHaveLength(2)
    expect(answers()).toBe(expected)
    await reopen()
    expect(isStored()).toBe(true)
    expect(answers()).toBe(expected)
    rmSync(folder(), { recursive: true })
    await reopen()
    expect(await store()).toBe(true)
    expect(files().map((name) => readFileSync(join(folder(), name)))).toEqual(made)
  })

  it('are not made for small logs, nor of a case that is only read', async () => {
    await warmCase(open, () => false)
    expect(files()).toEqual([])
    open.close()
    open = await openCase(dir, { operator: testOperator, access: 'read' })
    await warmCase(open, () => false)
    expect(files()).toEqual([])
    expect(answers()).toBe(expected)
  })

  it('leave nothing when they are stopped half-way', async () => {
    let times = 0
    const isOver = async () => ++times > 5
    expect(await storeSearch(open.casefile, indexOfCase(open), isOver, 0)).toBe(false)
    expect(files()).toEqual([])
    expect(answers()).toBe(expected)
  })

  it.each([0, 8, 20, 200])('are passed over when they are cut at byte %d', async (size) => {
    await store()
    for (const name of files()) truncateSync(join(folder(), name), size)
    await reopen()
    expect(isStored()).toBe(false)
    expect(answers()).toBe(expected)
  })

  it('are left out, taken away and made again when a byte of them has changed, wherever it is', async () => {
    await store()
    const name = files()[0] as string
    const whole = readFileSync(join(folder(), name))
    let met = 0
    for (let at = 3; at < whole.length; at += Math.ceil(whole.length / 24)) {
      const harmed = Buffer.from(whole)
      harmed[at] = (harmed[at] as number) ^ 0x41
      writeFileSync(join(folder(), name), harmed)
      await reopen()
      const before = open.casefile.revision
      expect(answers(), `byte ${at}`).toBe(expected)
      if (open.casefile.revision > before) {
        met++
        expect(files()).not.toContain(name)
        expect(await store()).toBe(true)
        expect(readFileSync(join(folder(), name)).equals(whole)).toBe(true)
      }
    }
    expect(met).toBeGreaterThan(3)
  }, 60_000)

  it('of other records are not believed', async () => {
    await store()
    const [one = '', other = ''] = files()
    const bytes = readFileSync(join(folder(), one))
    writeFileSync(join(folder(), one), readFileSync(join(folder(), other)))
    writeFileSync(join(folder(), other), bytes)
    await reopen()
    expect(isStored()).toBe(false)
    expect(answers()).toBe(expected)
  })

  it('of a log that is no longer there go with the next import, as does what a killed one leaves', async () => {
    await store()
    const stale = join(folder(), `${'0'.repeat(64)}-0`)
    const half = join(folder(), `${'1'.repeat(32)}.part`)
    writeFileSync(stale, 'x')
    writeFileSync(half, 'x')
    const kept = files().filter((name) => !/^(0{64}|1{32})/.test(name))
    open.casefile.sweepPacks()
    expect(files()).toEqual(kept)
    expect(kept).toHaveLength(2)
  })

  it('that cannot be written leave the case as it was', async () => {
    writeFileSync(folder(), 'a file stands where the folder should')
    expect(await store()).toBe(false)
    expect(answers()).toBe(expected)
    rmSync(folder())
  })
})
