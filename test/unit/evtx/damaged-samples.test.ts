import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { haveSamples, manifest, type SampleFile, sample } from '../../samples.ts'
import { codesOf, read } from './reading.ts'

/** Damaged and odd real logs: end of the path, records we read, what has to be said about the log. */
const damaged: readonly (readonly [file: string, records: number, codes: readonly string[]])[] = [
  ['Microsoft-Windows-WorkFolders%4WHC.evtx', 0, []],
  [
    'RdpCoreTS%4Operational.evtx',
    1910,
    ['evtx.chunk.data-checksum', 'evtx.record.framing', 'evtx.record.stale'],
  ],
  ['sample-with-zero-data-size-event.evtx', 449, ['evtx.chunk.data-checksum', 'evtx.record.framing']],
  ['Application_no_crc32.evtx', 17, ['evtx.file.header-checksum', 'evtx.chunk.header-checksum']],
  [
    'sample_with_a_bad_chunk_magic.evtx',
    300,
    ['evtx.chunk.bad-magic', 'evtx.chunk.data-checksum', 'evtx.record.zeroed', 'evtx.record.size-copy'],
  ],
  ['samples/system.evtx', 1881, ['evtx.file.chunk-count']],
  ['samples/sysmon.evtx', 358, ['evtx.file.chunk-count', 'evtx.chunk.bad-magic']],
  ['sysmon_1_exec_via_sql_xpcmdshell.evtx', 1, []],
  ['privesc_seimpersonate_tosys_spoolsv_sysmon_17_18.evtx', 7, []],
  ['Sysmon_UACME_38.evtx', 8, []],
  ['RDPAuth_System.evtx', 186, ['evtx.file.chunk-count']],
  ['Powershell-Invoke-Obfuscation-many.evtx', 302, []],
  ['ID1149-RDP success logins to multiple hosts.evtx', 11, []],
  ['ID5140-5145-Bloodhound-SharpHound enumeration via SMB.evtx', 91, []],
  ['ID800-4103-Firewall disabled.evtx', 10, []],
  ['ID2003-4950-Firewall disabled.evtx', 6, []],
  ['ID4622-New SSP loaded in LSA (only legitim).evtx', 420, []],
  ['ID1116-1117-Defender threat detected.evtx', 6, []],
  ['Velocidex+evtx/testdata/Security.evtx', 739, ['evtx.file.chunk-count']],
  ['Microsoft-Windows-CAPI2_Operational_EventID70.evtx', 1, []],
  ['tests/data/issue_43.evtx', 1730, []],
  ['dns_log_malformed.evtx', 5, []],
]

/** Logs where another parser counts more records than there are. */
const others: Readonly<Record<string, string>> = {
  'RdpCoreTS%4Operational.evtx':
    'ts-evtx counts the torn writes at 0/49104 and 13/49048, a new record header over an old record each, as records',
}

type Parsed = SampleFile & { readonly parsers?: Readonly<Record<string, number | string>> }
const entries = (): readonly Parsed[] => manifest().files.filter((entry) => entry.kind.startsWith('evtx'))
/** Most records any parser read of this log. */
const best = ({ parsers = {} }: Parsed): number =>
  Math.max(
    0,
    ...Object.entries(parsers).flatMap(([name, count]) =>
      typeof count === 'number' && !/failed|recoverable|empty/i.test(name) ? [count] : [],
    ),
  )

describe.runIf(haveSamples)('damaged and odd logs of the samples', () => {
  test.each(damaged)('%s gives %d records and says what is wrong', (ending, records, codes) => {
    const entry = entries().find(({ file }) => file.endsWith(ending))
    if (!entry) throw new Error(`no sample ends with ${ending}`)
    const reading = read(readFileSync(sample(entry.file)))
    expect(reading.records).toHaveLength(records)
    expect(codesOf(reading.problems)).toEqual(expect.arrayContaining([...codes]))
    if (codes.length === 0) expect(reading.problems).toEqual([])
    if (!others[ending]) expect(records).toBeGreaterThanOrEqual(best(entry))
  })

  test('no parser reads more records of any log', () => {
    const fewer: string[] = []
    for (const entry of entries()) {
      if (Object.keys(others).some((ending) => entry.file.endsWith(ending))) continue
      const { records } = read(readFileSync(sample(entry.file)))
      if (records.length < best(entry)) fewer.push(`${entry.file}: ${records.length} of ${best(entry)}`)
    }
    expect(fewer).toEqual([])
  })

  test('the only log with more records elsewhere is one with torn writes, which are reported', () => {
    const entry = entries().find(({ file }) => file.endsWith('RdpCoreTS%4Operational.evtx'))
    if (!entry) throw new Error('the RdpCoreTS sample is missing')
    const { problems, records } = read(readFileSync(sample(entry.file)))
    const torn = problems.filter(({ code, lost }) => code === 'evtx.record.framing' && lost > 0)
    expect(torn.map(({ chunk, offset }) => `${chunk}/${offset}`)).toEqual(
      expect.arrayContaining(['0/49104', '13/49048']),
    )
    expect(best(entry) - records.length).toBe(2)
  })

  const bytesOf = (ending: string) => {
    const entry = entries().find(({ file }) => file.endsWith(ending))
    if (!entry) throw new Error(`no sample ends with ${ending}`)
    return readFileSync(sample(entry.file))
  }

  test('stale records behind the live ones come only when asked for, and are marked', () => {
    const bytes = bytesOf('Powershell-Invoke-Obfuscation-many.evtx')
    const { records } = read(bytes, { recovered: true })
    const recovered = records.filter((record) => record.recovered)
    expect(recovered).toHaveLength(328)
    expect(records.filter((record) => !record.recovered)).toEqual(read(bytes).records)
    for (const { chunk, offset } of recovered)
      expect(offset).toBeGreaterThanOrEqual(bytes.readUInt32LE(4096 + chunk * 65_536 + 48))
  })

  test('98 stale records whose definitions are whole but whose element names were overwritten are not offered', () => {
    const { records } = read(bytesOf('LM_NewShare_Added_Sysmon_12_13.evtx'), { recovered: true })
    expect(records).toHaveLength(3)
    expect(records.some(({ recovered }) => recovered)).toBe(false)
  })

  test('121 well-framed stale records whose template definitions were overwritten are not made into events', () => {
    const { records } = read(bytesOf('sysmon_1_exec_via_sql_xpcmdshell.evtx'), { recovered: true })
    expect(records).toHaveLength(1)
    expect(records[0]?.recovered).toBe(false)
  })
})
