/** Secrets an operator gives must not be found in anything we write: bundle, report, logs of the case, settings, output. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { inflateRawSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Unpacked } from '../../builders/sealed-bundle.ts'

const folder = mkdtempSync(join(tmpdir(), 'canary-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const home = join(folder, 'home')
const secrets = {
  TASKTRAIL_KEY_PASSPHRASE: 'canary-Of-The-Key-7741',
  TASKTRAIL_KEY_PASSPHRASE_NEW: 'canary-Of-The-Key-7741',
  TASKTRAIL_AGE_PASSPHRASE: 'canary-Of-Age-2238',
}
const main = resolve(import.meta.dirname, '../../../src/cli/main.ts')
const said: string[] = []

async function tasktrail(...args: string[]): Promise<number | null> {
  const running = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], {
    cwd: folder,
    env: { ...process.env, ...secrets, TASKTRAIL_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [running.stdout, running.stderr]) stream.on('data', (text) => said.push(String(text)))
  return new Promise((done) => running.on('close', done))
}

/** Forms a secret may hide in: plain, UTF-16, Base64 at each of three places, hex, URL. */
function formsOf(secret: string): readonly Buffer[] {
  const base64 = ['', 'x', 'xx'].map((before) =>
    Buffer.from(`${before}${secret}`)
      .toString('base64')
      .slice(before.length + 2, -4),
  )
  return [
    Buffer.from(secret),
    Buffer.from(secret, 'utf16le'),
    Buffer.from(Buffer.from(secret).toString('hex')),
    Buffer.from(encodeURIComponent(secret)),
    ...base64.map((text) => Buffer.from(text)),
  ]
}
const forms = [...new Set(Object.values(secrets))].flatMap(formsOf)
const holdsSecret = (bytes: Uint8Array) => forms.some((form) => Buffer.from(bytes).includes(form))
const filesBelow = (path: string) =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

beforeAll(async () => {
  mkdirSync(join(folder, 'out'))
  expect(await tasktrail('practice', 'atexec-pipe', '--out', 'practice', '--noise', '50')).toBe(0)
  expect(await tasktrail('import', 'practice', '--case', 'case')).not.toBe(3)
  expect(await tasktrail('key', 'new')).toBe(0)
  expect(await tasktrail('seal', '--case', 'case', '--out', 'out', '--case-number', 'INC-1')).toBe(0)
  expect(await tasktrail('report', '--case', 'case', '--out', 'report.html')).toBe(0)
  const bundle = readdirSync(join(folder, 'out')).find((name) => name.endsWith('.zip.age')) ?? ''
  expect(await tasktrail('verify', join('out', bundle))).toBe(2)
  expect(await tasktrail('open', join('out', bundle), '--case', 'received')).toBe(2)
}, 300_000)

test('A31 the search finds a secret in each of its forms', () => {
  for (const form of forms)
    expect(holdsSecret(Buffer.concat([Buffer.from('…'), form, Buffer.from('…')]))).toBe(true)
  expect(holdsSecret(inflateRawSync(Buffer.from([3, 0])))).toBe(false)
})

test('A31 no secret is in the bundle, the report, either case, the settings or anything that was printed', async () => {
  const written = filesBelow(folder)
  expect(written.length).toBeGreaterThan(20)
  const names = written.map((path) => path.slice(folder.length))
  for (const wanted of [
    /\.zip$/,
    /\.zip\.age$/,
    /report\.html$/,
    /signing-key\.json$/,
    /custody\.jsonl$/,
    /received/,
  ])
    expect(
      names.some((name) => wanted.test(name)),
      String(wanted),
    ).toBe(true)
  expect(written.filter((path) => holdsSecret(readFileSync(path)))).toEqual([])
  const zip = written.find((path) => path.endsWith('.zip')) ?? ''
  for (const [name, bytes] of (await Unpacked.of(zip)).files) expect(holdsSecret(bytes), name).toBe(false)
  expect(holdsSecret(Buffer.from(said.join('')))).toBe(false)
})
