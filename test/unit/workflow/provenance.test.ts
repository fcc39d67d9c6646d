// How a log came to be: each class on practice logs, on logs of the samples, and what it may and may not say is missing.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isWhole } from '../../../src/chains/coverage.ts'
import type { LogOptions } from '../../../src/practice/evtx/log-writer.ts'
import { coverageOf } from '../../../src/workflow/find-chains.ts'
import { inspectLog } from '../../../src/workflow/inspect-log.ts'
import { caseOf, scratchFolder } from '../../builders/case.ts'
import { type BuiltRecord, buildLog } from '../../builders/evtx.ts'
import { haveSamples, manifest, sample } from '../../samples.ts'

const time = (second: number) => `2026-03-01T10:00:${second.toString().padStart(2, '0')}.0000000Z`
const records = (ids: readonly (number | bigint)[], more: Partial<BuiltRecord> = {}): BuiltRecord[] =>
  ids.map((id, second) => ({ eventId: 4634, time: time(second), recordId: BigInt(id), ...more }))

function written(
  log: readonly BuiltRecord[],
  options: LogOptions = {},
  change?: (bytes: Uint8Array) => void,
) {
  const bytes = buildLog(log, options)
  change?.(bytes)
  const path = join(scratchFolder(), 'Security.evtx')
  writeFileSync(path, bytes)
  return path
}

async function judged(path: string) {
  const found = await inspectLog(path)
  if (!found.readable) throw new Error('no log')
  return { ...found, why: found.provenanceReasons.join(' ') }
}

const raw: LogOptions = { headerIds: 'event-record-id' }

describe('the provenance of a log', () => {
  it('is a raw live copy where the dirty flag is set', async () => {
    const found = await judged(written(records([70, 71, 72]), { ...raw, dirty: 'flag' }))
    expect(found.provenance).toBe('raw-live-copy')
    expect(found.why).toContain('dirty flag is set')
    expect(found.recordIds.missing).toBe('0')
  })

  it('is a raw copy where headers carry the EventRecordIDs and an export would have numbered otherwise', async () => {
    const found = await judged(written(records([70, 71, 72]), raw))
    expect(found.provenance).toBe('raw-copy')
  })

  it('of a raw copy with gaps says that the missing records existed', async () => {
    for (const dirty of ['no', 'flag'] as const) {
      const found = await judged(written(records([70, 71, 75, 76]), { ...raw, dirty }))
      expect(found.provenance).toBe(dirty === 'no' ? 'raw-copy' : 'raw-live-copy')
      expect(found.recordIds).toMatchObject({ missing: '3', gaps: [{ from: '72', to: '74', missing: '3' }] })
      expect(found.why).toContain('those records existed')
    }
  })

  it('of a raw copy with gaps from record 1 is no export, which would have closed them', async () => {
    expect((await judged(written(records([1, 2, 9]), raw))).provenance).toBe('raw-copy')
  })

  it('of a raw copy that ends before its header says so is cut, and not whole', async () => {
    const path = written(records([70, 71, 72]), raw, (bytes) =>
      new DataView(bytes.buffer).setBigUint64(24, 80n, true),
    )
    const found = await judged(path)
    expect(found.provenance).toBe('raw-copy')
    expect(found.why).toContain('7 records behind the last one')
    expect(found.recordIds.missing).toBe('7')
    expect(coverageOf(await caseOf(path)).some(isWhole)).toBe(false)
  })

  it('is undetermined for a log that starts at 1, and names both ways', async () => {
    const found = await judged(written(records([1, 2, 3]), raw))
    expect(found.provenance).toBe('undetermined')
    expect(found.why).toContain('raw copy of a young log')
    expect(found.why).toContain('export')
    expect((await judged(written(records([1, 2, 3])))).provenance).toBe('undetermined')
  })

  it('is a full export where headers start anew and no number is missing', async () => {
    const found = await judged(written(records([70, 71, 72])))
    expect(found.provenance).toBe('full-export')
    expect(found.why).toContain('Records before and after may have been left out')
  })

  it('is a filtered export where numbers are missing, which accuses nobody', async () => {
    const found = await judged(written(records([70, 75, 90])))
    expect(found.provenance).toBe('filtered-export')
    expect(found.recordIds.missing).toBe('18')
    expect(found.why).toContain('An absent record proves nothing')
    expect(found.why).not.toContain('existed')
    expect(found.problems).toEqual([])
  })

  it('of one record cannot be told', async () => {
    expect((await judged(written(records([4711])))).provenance).toBe('undetermined')
  })

  it('of an empty log cannot be told, unless it is dirty', async () => {
    expect((await judged(written([]))).provenance).toBe('undetermined')
    expect((await judged(written([], { dirty: 'flag' }))).provenance).toBe('raw-live-copy')
  })

  it('of a host that changed its name is still that of one log', async () => {
    const log = [...records([70, 71]), ...records([72, 74], { computer: 'RENAMED' })]
    const found = await judged(written(log, raw))
    expect(found.provenance).toBe('raw-copy')
    expect(found.why).toContain('changed its name')
    expect(found.recordIds.missing).toBe('1')
    // the same name in other letters or without its domain is no other host
    const cased = [...records([70, 71]), ...records([72], { computer: 'FS01' })]
    expect((await judged(written(cased))).provenance).toBe('full-export')
  })

  it('says of records of several channels or hosts never that one is missing, nor that all are there', async () => {
    const channels: BuiltRecord[] = [
      ...records([10, 11]),
      { eventId: 7045, channel: 'System', time: time(9), recordId: 900n },
    ]
    const hosts = [...records([5, 6]), ...records([7, 8], { computer: 'dc01.corp.example' })]
    for (const log of [channels, hosts]) {
      const path = written(log)
      const found = await judged(path)
      expect(found.provenance).toBe('undetermined')
      expect(found.recordIds).toMatchObject({ missing: '0', gaps: [], judged: false })
      expect(found.times.backwardsCount).toBe(0)
      expect(coverageOf(await caseOf(path)).some(isWhole)).toBe(false)
    }
  })

  it('of a collector copied while it ran is a raw live copy with numbers of others', async () => {
    const hosts = [...records([500, 501]), ...records([7, 8], { computer: 'dc01.corp.example' })]
    const found = await judged(written(hosts, { dirty: 'flag' }))
    expect(found.provenance).toBe('raw-live-copy')
    expect(found.recordIds.judged).toBe(false)
  })

  it('is re-saved where headers neither start at 1 nor match', async () => {
    const path = written(records([70, 71, 72]), {}, (bytes) => {
      const view = new DataView(bytes.buffer)
      // the numbers of the record headers only: 1, 2, 3 become 5, 6, 7
      for (let at = 4096 + 512; at + 24 < bytes.length && view.getUint32(at, true) === 0x2a2a; ) {
        view.setBigUint64(at + 8, view.getBigUint64(at + 8, true) + 4n, true)
        at += view.getUint32(at + 4, true)
      }
    })
    const found = await judged(path)
    expect(found.provenance).toBe('re-saved')
    expect(found.why).toContain('number 5, not 1')
  })

  it('names a log that keeps no checksums', async () => {
    const found = await judged(
      written(records([70, 71]), raw, (bytes) => new DataView(bytes.buffer).setUint32(120, 4, true)),
    )
    expect(found.provenance).toBe('raw-copy')
    expect(found.why).toContain('no checksums')
  })
})

describe.runIf(haveSamples)('the provenance of real logs', () => {
  const known: readonly (readonly [file: string, provenance: string, judged: boolean, why: string])[] = [
    ['samples/system.evtx', 'raw-live-copy', true, 'changed its name'],
    ['testdata/Security.evtx', 'raw-live-copy', true, 'dirty flag is set'],
    ['samples/sample_with_a_bad_chunk_magic.evtx', 'raw-live-copy', true, '2 chunks cannot be read'],
    ['samples/Application_no_crc32.evtx', 'raw-copy', true, 'no checksums'],
    ['data/issue_43.evtx', 'undetermined', true, 'young log'],
    ['samples/Security_with_size_t.evtx', 'undetermined', true, 'changed its name: 2 names'],
    ['ID5140-5145-Bloodhound-SharpHound enumeration via SMB.evtx', 'undetermined', false, '2 channels'],
    ['ID1149-RDP success logins to multiple hosts.evtx', 'undetermined', false, '11 computers'],
    ['Lateral Movement/spoolsample_5145.evtx', 'undetermined', true, 'one record'],
    ['ID4616-system time changed.evtx', 'filtered-export', true, 'proves nothing'],
    ['Command and Control/bits_openvpn.evtx', 'full-export', true, 'No EventRecordID is missing'],
  ]
  it.each(known)('%s is %s', async (name, provenance, isJudged, why) => {
    const file = manifest().files.find((one) => `/${one.path}`.endsWith(`/${name}`))
    expect(file, name).toBeDefined()
    const found = await judged(sample(file?.file ?? ''))
    expect(found.provenance).toBe(provenance)
    expect(found.recordIds.judged).toBe(isJudged)
    expect(found.why).toContain(why)
  })

  it('accuses nobody in an export, and no export is dirty', async () => {
    const counts: Record<string, number> = {}
    for (const file of manifest().files) {
      if (file.kind !== 'evtx' || file.size > 2_000_000) continue
      const found = await inspectLog(sample(file.file))
      if (!found.readable) continue
      counts[found.provenance] = (counts[found.provenance] ?? 0) + 1
      const isExport = found.provenance.endsWith('export')
      expect(isExport && found.provenanceReasons.join(' ').includes('existed'), file.path).toBe(false)
      expect(isExport && found.dirty, file.path).toBe(false)
      if (found.provenance === 'full-export') expect(found.recordIds.missing, file.path).toBe('0')
      if (found.recordIds.judged === false) expect(found.recordIds.gaps, file.path).toEqual([])
    }
    expect(Object.keys(counts).sort()).toEqual([
      'filtered-export',
      'full-export',
      'raw-copy',
      'raw-live-copy',
      'undetermined',
    ])
  }, 300_000)
})
