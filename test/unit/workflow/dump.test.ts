// A dump by the fast paths is the dump by the slow ones, byte for byte; its lines come in order, slowly when asked, and stop.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { safeJson } from '../../../src/base/safe-json.ts'
import { memorySource } from '../../../src/evtx/byte-source.ts'
import { type DumpOptions, dumpLogs, LogDump } from '../../../src/workflow/dump-log.ts'
import { scratchFolder } from '../../builders/case.ts'
import { buildLog } from '../../builders/evtx.ts'
import { corpus, mutatedLog } from '../../laws/evtx-chunks.ts'
import { haveSamples, manifest, sample } from '../../samples.ts'

type How = Omit<DumpOptions, 'write' | 'writeBytes' | 'recovered'> & { readonly recovered?: boolean }

async function dump(paths: readonly string[], how: How) {
  const parts: Buffer[] = []
  let byteCalls = 0
  const counts = await dumpLogs(paths, {
    recovered: false,
    ...how,
    write: (text) => void parts.push(Buffer.from(text)),
    writeBytes: (bytes) => {
      byteCalls++
      parts.push(Buffer.from(bytes))
    },
  })
  return { ...counts, text: Buffer.concat(parts).toString('utf8'), byteCalls }
}

/** Where two dumps part, for a message one can read; undefined when they are the same. */
function parting(a: string, b: string): string | undefined {
  if (a === b) return undefined
  let at = 0
  while (a[at] === b[at]) at++
  return `at ${at}:\n${a.slice(Math.max(0, at - 100), at + 100)}\n${b.slice(Math.max(0, at - 100), at + 100)}`
}

/** A dump that is used again and again: each new one would ask for 14 MB first. */
class DumpAgain {
  readonly #dump: LogDump
  #parts: Buffer[] = []
  constructor(how: How) {
    const take = (part: string | Uint8Array) => void this.#parts.push(Buffer.from(part))
    this.#dump = new LogDump({ recovered: false, ...how, write: take, writeBytes: take })
  }
  async of(bytes: Uint8Array) {
    this.#parts = []
    const before = [this.#dump.records, this.#dump.problems] as const
    await this.#dump.log(memorySource(bytes), 'log', undefined)
    const records = this.#dump.records - before[0]
    return { records, problems: this.#dump.problems - before[1], bytes: Buffer.concat(this.#parts) }
  }
}

async function compare(paths: readonly string[], how: How): Promise<number> {
  const fast = await dump(paths, how)
  const slow = await dump(paths, { ...how, slow: true })
  expect(parting(fast.text, slow.text), `${paths[0]} ${how.format}`).toBeUndefined()
  expect([fast.records, fast.problems]).toEqual([slow.records, slow.problems])
  return fast.records
}

const logIn = (folder: string, name: string, bytes: Uint8Array) => {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}
const time = 132_000_000_000_000_000n
const logon = (text: string, i = 0) => ({
  eventId: 4624,
  time: time + BigInt(i) * 10_000n,
  data: { TargetUserName: text, LogonType: 3 },
})

describe('dumping logs', () => {
  it.runIf(haveSamples)(
    'gives the same bytes by the fast and the slow path for every sample',
    async () => {
      let records = 0
      const pairs = ([{ format: 'jsonl' }, { format: 'xml', recovered: true }] as const).map((how) => ({
        format: how.format,
        fast: new DumpAgain(how),
        slow: new DumpAgain({ ...how, slow: true }),
      }))
      for (const { file } of manifest().files) {
        if (!/^evtx.*\.evtx?$/.test(file)) continue
        const log = readFileSync(sample(file))
        for (const { format, fast, slow } of pairs) {
          const ours = await fast.of(log)
          const theirs = await slow.of(log)
          const differ = ours.bytes.equals(theirs.bytes)
            ? undefined
            : (parting(ours.bytes.toString(), theirs.bytes.toString()) ?? 'bytes that are no text')
          expect(differ, `${file} ${format}`).toBeUndefined()
          expect([ours.records, ours.problems]).toEqual([theirs.records, theirs.problems])
          if (format === 'jsonl') records += ours.records
        }
      }
      expect(records).toBeGreaterThan(25_000)
    },
    180_000,
  )

  it('gives the same bytes by both paths for damaged logs', async () => {
    const all = corpus()
    const folder = scratchFolder()
    for (let seed = 9000; seed < 9040; seed++) {
      const path = logIn(folder, `${seed}.evtx`, mutatedLog(seed, all).log)
      await compare([path], { format: 'jsonl', harmless: true, recovered: true })
      await compare([path, path], { format: 'jsonl' })
      await compare([path], { format: 'xml' })
    }
  }, 60_000)

  it('copies of the record before only what is the same, whatever changes, comes or goes', async () => {
    const texts = ['a', 'a', '', 'a', 'ab', 'a<&">', 'x'.repeat(700), 'x'.repeat(699), 'ö😀', '', '', 'a']
    const records = Array.from({ length: 600 }, (_, i) => ({
      eventId: [4624, 4624, 4625][i % 3] as number,
      time: time + BigInt(i >> 2) * 9_999_999n,
      data: {
        TargetUserName: texts[(i * 7) % texts.length] as string,
        LogonType: (i >> 3) % 11,
        TargetDomainName: texts[(i >> 2) % texts.length] as string,
        WorkstationName: texts[(i * 5 + 1) % texts.length] as string,
      },
    }))
    const path = logIn(scratchFolder(), 'a.evtx', buildLog(records))
    expect(await compare([path], { format: 'xml' })).toBe(600)
    expect(await compare([path], { format: 'jsonl', harmless: true })).toBe(600)
    const { text } = await dump([path], { format: 'jsonl' })
    const first = text
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { data: { TargetUserName: string } }).data.TargetUserName)
    expect(first).toEqual(records.map(({ data }) => data.TargetUserName))
  })

  it('escapes what JSON must, and for a screen also what hides there, as the text would be', async () => {
    const texts = [
      'a"b\\c\n\r\t\b\f\u0001',
      'ö€😀',
      'lone \ud83d and \ude00',
      '\u007f\u009b\u202e\ufeff\u{e0041}x',
    ]
    const path = logIn(scratchFolder(), 'a.evtx', buildLog(texts.map((text, i) => logon(text, i))))
    const plain = await dump([path], { format: 'jsonl' })
    const lines = plain.text.trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line).data.TargetUserName)).toEqual(texts)
    for (const line of lines) expect(JSON.stringify(JSON.parse(line))).toBe(line)
    expect((await dump([path], { format: 'jsonl', harmless: true })).text).toBe(safeJson(plain.text))
    expect(safeJson(plain.text)).not.toBe(plain.text)
    const slow = { format: 'jsonl', harmless: true, slow: true } as const
    expect((await dump([path], slow)).text).toBe(safeJson(plain.text))
  })

  it('names the file in each line when there are several', async () => {
    const folder = scratchFolder()
    const paths = ['a "quoted".evtx', 'ö.evtx'].map((name) => logIn(folder, name, buildLog([logon('x')])))
    const { text } = await dump(paths, { format: 'jsonl' })
    const lines = text.trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line).file)).toEqual(paths)
    for (const line of lines) expect(line.startsWith('{"file":')).toBe(true)
  })

  it('keeps the line of a problem where the record would be', async () => {
    const bytes = buildLog(Array.from({ length: 9 }, (_, i) => logon(`user${i}`, i)))
    // the fifth record's size copy: its frame is broken
    let at = 4096 + 512
    for (let i = 0; i < 4; i++) at += new DataView(bytes.buffer, bytes.byteOffset).getUint32(at + 4, true)
    bytes.fill(0xee, at, at + 60)
    const path = logIn(scratchFolder(), 'a.evtx', bytes)
    const seen: string[] = []
    for (const withBytes of [true, false]) {
      const parts: string[] = []
      await dumpLogs([path], {
        format: 'jsonl',
        recovered: false,
        write: (text) => void parts.push(text),
        ...(withBytes
          ? { writeBytes: (part: Uint8Array) => void parts.push(Buffer.from(part).toString()) }
          : {}),
      })
      seen.push(parts.join(''))
    }
    const rows = (seen[0] ?? '').trimEnd().split('\n')
    const kinds = rows.map((line) => JSON.parse(line).problem?.code ?? JSON.parse(line).data.TargetUserName)
    expect(kinds.slice(-6)).toEqual(['user3', 'evtx.record.framing', 'user5', 'user6', 'user7', 'user8'])
    expect(seen[1]).toBe(seen[0])
  })

  it('hands on nothing more while the reader is slow, and keeps no more than a few blocks', async () => {
    const long = 'x'.repeat(20_000)
    const records = Array.from({ length: 400 }, (_, i) => logon(`${long}${i}`, i))
    const path = logIn(scratchFolder(), 'long.evtx', buildLog(records))
    let busy = 0
    let calls = 0
    let largest = 0
    const parts: Buffer[] = []
    await dumpLogs([path], {
      format: 'xml',
      recovered: false,
      write: (text) => void parts.push(Buffer.from(text)),
      writeBytes: async (bytes) => {
        calls++
        largest = Math.max(largest, bytes.length)
        expect(busy++).toBe(0)
        await new Promise((resolve) => setTimeout(resolve, 2))
        // still what it was when it was handed over
        parts.push(Buffer.from(bytes))
        busy--
      },
    })
    expect(calls).toBeGreaterThan(3)
    expect(largest).toBeLessThan(3 << 20)
    expect(
      Buffer.concat(parts)
        .toString('utf8')
        .match(/<Event /g)?.length,
    ).toBe(400)
  })

  it('stops when it is told to', async () => {
    const folder = scratchFolder()
    const path = logIn(folder, 'a.evtx', buildLog(Array.from({ length: 50 }, (_, i) => logon(`u${i}`, i))))
    const stop = new AbortController()
    const work = dumpLogs([path, path, path], {
      format: 'jsonl',
      recovered: false,
      signal: stop.signal,
      write: () => {},
      writeBytes: () => stop.abort(),
    })
    await expect(work).rejects.toMatchObject({ name: 'Cancelled' })
  })

  it('never changes the log', async () => {
    const bytes = buildLog([logon('x')])
    const path = logIn(scratchFolder(), 'a.evtx', bytes)
    await dump([path], { format: 'xml', recovered: true })
    expect(readFileSync(path).equals(Buffer.from(bytes))).toBe(true)
  })
})
