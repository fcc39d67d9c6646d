/**
 * Where this reader and the independent decoder differ on the sample logs, each decided from the bytes. The fidelity test
 * fails on any difference that is not here and on any entry here that no longer happens: the list may only shrink.
 */
export interface JustifiedDifference {
  readonly file: string
  readonly kind: string
  readonly chunk: number
  /** offsets of the first and last record concerned */
  readonly from: number
  readonly to: number
  readonly count: number
  readonly why: string
}

const evtx = 'evtx/omerbenamram+evtx/samples/'
const repeats = (file: string, chunk: number, from: number, to: number, count: number) => ({
  file,
  kind: 'kept-repeats',
  chunk,
  from,
  to,
  count,
  why: 'RestartManager 10005 lists its applications as repeated Application elements; the decoder keeps the last one only.',
})

const explorer = 'evtx/NickSmet+ts-evtx/test/fixtures/Application.evtx'
const manyEvents = 'evtx/sans-blue-team+DeepBlueCLI/evtx/many-events-application.evtx'
const bloodhound =
  'evtx/mdecrevoisier+EVTX-to-MITRE-Attack/TA0007-Discovery/T1135.xxx-Network Share Discovery/ID5140-5145-Bloodhound-SharpHound enumeration via SMB.evtx'

export const justifiedDifferences: readonly JustifiedDifference[] = [
  {
    file: `${evtx}2-vss_0-Microsoft-Windows-RemoteDesktopServices-RdpCoreTS%4Operational.evtx`,
    kind: 'only-theirs',
    chunk: 0,
    from: 49_104,
    to: 49_104,
    count: 1,
    why: 'A torn write: the header of record 6335011 over the middle of a record of an older generation. Its size points into the next one, its System is not its own (event 0 without a time): a problem, not a record.',
  },
  {
    file: `${evtx}sample_with_a_bad_chunk_magic.evtx`,
    kind: 'only-theirs',
    chunk: 0,
    from: 8128,
    to: 8128,
    count: 1,
    why: 'All bytes behind the first 64 of this record are zero up to the end of the chunk, its values with them (event 0 without a time): a problem, not a record.',
  },
  {
    file: `${evtx}sample_with_a_bad_chunk_magic.evtx`,
    kind: 'only-ours',
    chunk: 7,
    from: 25_040,
    to: 39_936,
    count: 31,
    why: 'Behind 16 KiB of zeros the chunk goes on with records 47675 to 47705: whole, in order, the last one at the offset and with the number the chunk header states as its last. The decoder stops at the zeros.',
  },
  {
    file: `${evtx}sample-with-zero-data-size-event.evtx`,
    kind: 'only-ours',
    chunk: 0,
    from: 2312,
    to: 64_576,
    count: 114,
    why: 'Record 3 states a size of 0; behind it records 4 to 117 are whole, without a gap, and end where and with the number the chunk header states. The decoder stops at the size of 0.',
  },
  repeats(explorer, 2, 34_512, 34_512, 1),
  repeats(manyEvents, 2, 38_792, 38_792, 1),
  repeats(manyEvents, 16, 7128, 12_376, 2),
  repeats(manyEvents, 17, 24_480, 33_472, 4),
  {
    file: bloodhound,
    kind: 'names',
    chunk: 0,
    from: 512,
    to: 512,
    count: 1,
    why: 'EventForwarder 111 has its own element beside System, with an empty SubscriptionId in it. The decoder looks only at EventData and UserData; an empty value is still a value that was recorded.',
  },
  {
    file: 'evtx/williballenthin+python-evtx/tests/data/issue_43.evtx',
    kind: 'value of ConfigurationFileHash',
    chunk: 6,
    from: 58_456,
    to: 58_456,
    count: 1,
    why: 'The value is no text but a hash cut into UTF-16: its first unit is the lone surrogate D940, which the decoder turned into U+FFFD. The recorded unit is kept.',
  },
]
