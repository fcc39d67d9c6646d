// A disk that fails in the middle of a file: what could be read is told apart from what could not, and nothing looks whole.
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { scratchFolder } from '../../builders/case.ts'
import { buildLog } from '../../builders/evtx.ts'

const root = resolve(import.meta.dirname, '../../..')
const stub = pathToFileURL(join(root, 'test/builders/failing-reads.mjs')).href
const records = (count: number, padding: number) =>
  buildLog(
    Array.from({ length: count }, (_, i) => ({
      eventId: 4688,
      time: 133_000_000_000_000_000n + BigInt(i) * 10_000n,
      recordId: BigInt(i + 1),
      data: { NewProcessName: `C:\\p${i}.exe`, CommandLine: 'x'.repeat(padding) },
    })),
  )

let folder: string
const logs = { small: 'small.evtx', bad: 'bad.evtx', large: 'large.evtx' }

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}
/** Runs the command line while reads of files whose path holds `failsIn` fail in the bytes `at`. */
const tasktrail = (args: readonly string[], failsIn: string, at: string) =>
  new Promise<Ended>((done, fail) => {
    const node = ['--disable-warning=ExperimentalWarning', '--import', stub]
    const run = spawn(process.execPath, [...node, join(root, 'src/cli/main.ts'), ...args], {
      env: { ...process.env, TEST_FAILS_IN: failsIn, TEST_FAILS_AT: at },
    })
    let out = ''
    let err = ''
    run.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
    })
    run.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text
    })
    run.on('error', fail)
    run.on('close', (code) => done({ code, out, err }))
  })
const middle = `${5 << 19}-${(5 << 19) + 4096}`

beforeAll(() => {
  folder = scratchFolder()
  writeFileSync(join(folder, logs.small), records(20, 10))
  writeFileSync(join(folder, logs.bad), records(4000, 300))
  writeFileSync(join(folder, logs.large), records(12_000, 300))
}, 60_000)

describe('a read error in the middle of a log', () => {
  it('costs a dump the chunks of that block and says so in their place; what lies behind is there', async () => {
    const { code, out } = await tasktrail(
      ['dump', '--format', 'jsonl', join(folder, logs.bad)],
      logs.bad,
      middle,
    )
    expect(code).toBe(2)
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    const at = lines.findIndex(({ problem }) => problem?.code === 'evtx.file.unreadable')
    expect(lines[at].problem.what).toMatch(
      /^Chunks 32 to 47 are not in this dump: .*read or write error \(EIO\)/,
    )
    expect(lines[at - 1].chunk).toBe(31)
    expect(lines[at + 1].chunk).toBe(48)
  }, 60_000)

  it('ends an inspection with a refusal', async () => {
    const { code, err } = await tasktrail(['inspect', join(folder, logs.bad)], logs.bad, middle)
    expect(code).toBe(3)
    expect(err).toMatch(/cannot be read at byte 2\d{6}: the disk reports a read or write error \(EIO\)/)
  }, 60_000)

  it.each([
    ['of a batch of small ones', logs.bad],
    ['of a large one', logs.large],
  ])(
    'keeps the log out of the case, as a problem, and the others in: %s',
    async (_, bad) => {
      const dir = join(scratchFolder(), 'case')
      const paths = [join(folder, logs.small), join(folder, bad)]
      const taken = await tasktrail(['import', ...paths, '--case', dir, '--json'], bad, middle)
      expect(taken.code).toBe(2)
      const said = JSON.parse(taken.out)
      expect(said.records).toBe(20)
      expect(said.problems).toEqual([
        expect.objectContaining({ code: 'source.file.unreadable', what: expect.stringContaining('(EIO)') }),
      ])
      const again = await tasktrail(['import', ...paths, '--case', dir, '--json'], 'no-such-file', middle)
      // with the disk well again the log comes in beside the other
      expect(JSON.parse(again.out).records).toBeGreaterThan(3000)
    },
    120_000,
  )

  it('of the case itself ends a look at it with a refusal that names the file', async () => {
    const dir = join(scratchFolder(), 'case')
    mkdirSync(dir, { recursive: true })
    const path = join(folder, logs.large)
    expect((await tasktrail(['import', path, '--case', dir], 'no-such-file', middle)).code).toBe(0)
    const asked = ['timeline', '--case', dir, '--text', 'p77', '--json']
    const { code, err } = await tasktrail(asked, 'packs', '0-100000000')
    expect(code).toBe(3)
    expect(err).toMatch(/packed records at .* cannot be read: the disk reports a read or write error \(EIO\)/)
  }, 120_000)
})
