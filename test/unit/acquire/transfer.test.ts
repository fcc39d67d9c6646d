import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { afterAll, expect, it } from 'vitest'
import { AgentChannel } from '../../../src/acquire/agent-channel.ts'
import { ConnectionLost, Garbage, RequestFailed } from '../../../src/acquire/failures.ts'
import { itemOf } from '../../../src/acquire/messages.ts'
import { fetchFile } from '../../../src/acquire/transfer.ts'

const folder = mkdtempSync(join(tmpdir(), 'tt-transfer-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let parts = 0
const newPart = () => join(folder, String(++parts))
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')

interface Request {
  readonly id: number
  readonly op: string
  readonly offset?: number
  readonly prefix?: string
}
type Answer = Readonly<Record<string, unknown>> | string

/** A channel whose other side answers each request as told; a text is sent as it is. Undefined ends the connection. */
function channelTo(answer: (request: Request) => readonly Answer[] | undefined) {
  const stdin = new PassThrough()
  const stdout = new PassThrough()
  let end = (_: number) => {}
  const ended = new Promise<number>((resolve) => {
    end = resolve
  })
  const channel = new AgentChannel({ stdin, stdout, stderr: new PassThrough(), ended, kill: () => end(1) })
  stdin.on('data', (bytes: Buffer) => {
    for (const line of bytes.toString().split('\n').filter(Boolean)) {
      const request = JSON.parse(line) as Request
      const answers = answer(request)
      for (const one of answers ?? [])
        stdout.write(
          typeof one === 'string' ? one : `${JSON.stringify({ k: channel.token, id: request.id, ...one })}\n`,
        )
      if (answers) continue
      stdout.end()
      end(255)
    }
  })
  return channel
}

const block = (offset: number, bytes: Buffer, change: Readonly<Record<string, unknown>> = {}) => ({
  type: 'block',
  seq: 0,
  offset: String(offset),
  length: bytes.length,
  gz: gzipSync(bytes).toString('base64'),
  ...change,
})
const end = (bytes: Buffer) => ({
  type: 'item',
  kind: 'end',
  length: String(bytes.length),
  sha256: sha256(bytes),
})
const done = { type: 'done' }
const bytes = Buffer.from('ElfFile and more of it')

it('a file arrives with the hash of the host and our own', async () => {
  const part = newPart()
  const got = await fetchFile(
    channelTo(() => [block(0, bytes.subarray(0, 5)), block(5, bytes.subarray(5)), end(bytes), done]),
    'x',
    part,
  )
  expect(got).toMatchObject({
    size: bytes.length,
    sha256: sha256(bytes),
    sha256OnHost: sha256(bytes),
  })
  expect(readFileSync(part)).toEqual(bytes)
})

it('what was there before is shown to the host by its hash, and the rest is appended', async () => {
  const part = newPart()
  writeFileSync(part, bytes.subarray(0, 7))
  const asked: Request[] = []
  const channel = channelTo((request) => {
    asked.push(request)
    return [block(7, bytes.subarray(7)), end(bytes), done]
  })
  const told: string[] = []
  const got = await fetchFile(channel, 'x', part, {
    onResume: async (at) => void told.push(`on at ${at}`),
    onRestart: async (had) => void told.push(`anew, had ${had}`),
  })
  expect(got).toMatchObject({ sha256: sha256(bytes) })
  expect(told).toEqual(['on at 7'])
  expect(asked[0]).toMatchObject({ offset: 7, prefix: sha256(bytes.subarray(0, 7)) })
})

it('a host that hashed something else is not believed: both hashes are given back', async () => {
  const other = Buffer.from('ElfFile and more of iT')
  const got = await fetchFile(
    channelTo(() => [block(0, bytes), end(other), done]),
    'x',
    newPart(),
  )
  expect(got.sha256).not.toBe(got.sha256OnHost)
})

it.each([
  ['a block out of order', [block(5, bytes)]],
  ['a block that unpacks to more than it says', [block(0, bytes, { length: 3 })]],
  ['a block that unpacks to less', [block(0, bytes, { length: 1000 })]],
  ['a bomb', [block(0, bytes, { gz: gzipSync(Buffer.alloc(200_000_000)).toString('base64') })]],
  ['no gzip', [block(0, bytes, { gz: 'AAAA' })]],
  ['a length that is not what was sent', [block(0, bytes), { ...end(bytes), length: '5' }, done]],
  ['a block above a mebibyte', [block(0, bytes, { length: 2 << 20 })]],
  ['an answer of an unknown type', [{ type: 'run', command: 'x' }]],
  ['a file that is another one each time', [{ type: 'item', kind: 'changed', path: 'x' }, done]],
])('%s ends the transfer as garbage', async (_what, answers) => {
  await expect(
    fetchFile(
      channelTo(() => answers),
      'x',
      newPart(),
    ),
  ).rejects.toBeInstanceOf(Garbage)
})

it('lines without the token of the run are noise: kept, counted, and never an answer', async () => {
  const forged = `{"k":"${'0'.repeat(32)}","type":"failed","id":1,"what":"x","error":"x","code":1}\n`
  const channel = channelTo(() => ['a banner\r\n', forged, block(0, bytes), end(bytes), done])
  await fetchFile(channel, 'x', newPart())
  expect(channel.noise).toEqual(['a banner\r', forged.trim()])
  const endless = channelTo(() => ['y\n'.repeat(5000)])
  await expect(fetchFile(endless, 'x', newPart())).rejects.toBeInstanceOf(Garbage)
})

it('a cut in the middle of a line is a lost connection, and what came before it stays', async () => {
  const part = newPart()
  let first = true
  const channel = channelTo(() => {
    if (!first) return undefined
    first = false
    return [block(0, bytes.subarray(0, 9)), done]
  })
  await expect(fetchFile(channel, 'x', part)).rejects.toBeInstanceOf(ConnectionLost)
  expect(readFileSync(part)).toEqual(bytes.subarray(0, 9))
})

it('silence of the host is a lost connection, a failed request is not', async () => {
  const silent = channelTo(() => [])
  await expect(silent.ask('clock', {}, { silenceMs: 20 }).next()).rejects.toBeInstanceOf(ConnectionLost)
  const failing = channelTo(() => [
    { type: 'failed', what: 'no', error: 'UnauthorizedAccessException', code: -2147024891 },
  ])
  await expect(failing.ask('clock').next()).rejects.toBeInstanceOf(RequestFailed)
})

it('texts that are no plain ASCII come back unit by unit, half surrogates too', () => {
  const path = 'a\ud800\u2028"\n'
  const u16 = Buffer.from(path, 'utf16le').toString('base64')
  const item = itemOf(
    {
      type: 'item',
      id: 1,
      kind: 'archive',
      path: { u16 },
      size: '12',
      modified: '2026-01-13T21:42:09.6126253Z',
    },
    'archive',
  )
  expect(item).toEqual({ path, size: 12, modified: '2026-01-13T21:42:09.6126253Z' })
})
