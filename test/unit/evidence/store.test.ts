import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { EvidenceId } from '../../../src/domain/ids.ts'
import { EvidenceStore } from '../../../src/evidence/store.ts'

const folder = mkdtempSync(join(tmpdir(), 'store-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let count = 0
const newCase = () => join(folder, `case-${count++}`)
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex') as EvidenceId

async function* bytesOf(...texts: string[]) {
  for (const text of texts) yield Buffer.from(text)
}

describe('the evidence store', () => {
  test('keeps bytes under their hash, read-only, and tells how many arrived', async () => {
    const dir = newCase()
    const store = await EvidenceStore.open(dir)
    const arrived: number[] = []
    const admitted = await store.admit(bytesOf('hello ', 'world'), { onBytes: (n) => arrived.push(n) })
    const id = sha256('hello world')
    expect(admitted).toEqual({ id, size: 11, already: false })
    expect(arrived).toEqual([6, 5])
    expect(store.pathOf(id)).toBe(join(dir, 'evidence', id.slice(0, 2), id))
    expect(readFileSync(store.pathOf(id), 'utf8')).toBe('hello world')
    expect(statSync(store.pathOf(id)).mode & 0o222).toBe(0)
    expect(store.has(id)).toBe(true)
    expect(await store.verify(id)).toBe(true)
    expect(readdirSync(join(dir, 'incoming'))).toEqual([])
  })

  test('stores the same content once and says that it had it', async () => {
    const store = await EvidenceStore.open(newCase())
    await store.admit(bytesOf('same'))
    expect((await store.admit(bytesOf('sa', 'me'))).already).toBe(true)
    expect(await store.leftovers()).toEqual([])
  })

  test('takes an empty item', async () => {
    const store = await EvidenceStore.open(newCase())
    expect(await store.admit(bytesOf())).toEqual({ id: sha256(''), size: 0, already: false })
  })

  test('refuses to drop a good copy for a stored one that was altered', async () => {
    const store = await EvidenceStore.open(newCase())
    const { id } = await store.admit(bytesOf('truth'))
    chmodSync(store.pathOf(id), 0o644)
    writeFileSync(store.pathOf(id), 'forged')
    await expect(store.admit(bytesOf('truth'))).rejects.toMatchObject({ code: 'evidence.store.altered' })
    expect(await store.verify(id)).toBe(false)
    expect(readFileSync(store.pathOf(id), 'utf8')).toBe('forged')
  })

  test('passes on what the source throws and leaves nothing behind', async () => {
    const dir = newCase()
    const store = await EvidenceStore.open(dir)
    const broken = async function* () {
      yield Buffer.from('half')
      throw new Error('the medium is gone')
    }
    await expect(store.admit(broken())).rejects.toThrow('the medium is gone')
    expect(readdirSync(join(dir, 'incoming'))).toEqual([])
    expect(readdirSync(join(dir, 'evidence'))).toEqual([])
  })

  test('stops at the size that was announced, and when it is cancelled', async () => {
    const store = await EvidenceStore.open(newCase())
    await expect(store.admit(bytesOf('12345', '6'), { maxBytes: 5 })).rejects.toMatchObject({
      code: 'evidence.item.too-large',
    })
    const signal = AbortSignal.abort()
    await expect(store.admit(bytesOf('x'), { signal })).rejects.toMatchObject({ name: 'Cancelled' })
    expect(await store.leftovers()).toEqual([])
  })

  test.runIf(process.platform !== 'win32')(
    'refuses, with a way out, when the disk takes no more, and leaves nothing',
    () => {
      const dir = newCase()
      const module = join(import.meta.dirname, '../../../src/evidence/store.ts')
      const program = `
      import { EvidenceStore } from ${JSON.stringify(module)}
      const store = await EvidenceStore.open(${JSON.stringify(dir)})
      const bytes = (async function* () { for (let n = 0; n < 20; n++) yield Buffer.alloc(1 << 18, n) })()
      await store.admit(bytes).catch(({ name, code, message, remedy }) =>
        console.log(JSON.stringify({ name, code, message, remedy })))`
      // No file may grow beyond 1 MiB (in blocks of 1 KiB): what a full disk and a FAT32 stick do.
      const limited = 'trap \'\' XFSZ; ulimit -f 1024; exec "$0" --input-type=module -e "$1"'
      const run = spawnSync('bash', ['-c', limited, process.execPath, program], { encoding: 'utf8' })
      expect(JSON.parse(run.stdout)).toMatchObject({
        name: 'Refusal',
        code: 'disk.file.too-large',
        message: expect.stringContaining(dir),
      })
      expect(readdirSync(join(dir, 'incoming'))).toEqual([])
      expect(readdirSync(join(dir, 'evidence'))).toEqual([])
    },
  )

  test('lists what a killed import left, and sweeps it', async () => {
    const dir = newCase()
    const store = await EvidenceStore.open(dir)
    const staged = await store.stage()
    writeFileSync(staged.path, 'half a log')
    const next = await EvidenceStore.open(dir)
    expect(await next.leftovers()).toEqual([staged.path])
    expect(await next.sweep()).toBe(1)
    expect(await next.leftovers()).toEqual([])
  })

  test('commits a staged file that somebody else wrote', async () => {
    const store = await EvidenceStore.open(newCase())
    const staged = await store.stage()
    writeFileSync(staged.path, 'copied by a thread')
    const id = sha256('copied by a thread')
    expect(await staged.commit(id, 18)).toEqual({ already: false })
    expect(await store.verify(id)).toBe(true)
    await staged.discard()
    expect(store.has(id)).toBe(true)
  })

  test('takes nothing when it is read-only, and makes no folder', async () => {
    const dir = newCase()
    const store = await EvidenceStore.open(dir, { readOnly: true })
    await expect(store.stage()).rejects.toMatchObject({ code: 'evidence.store.read-only' })
    expect(existsSync(dir)).toBe(false)
  })

  test('refuses with the place and a way out when its folder cannot be made', async () => {
    const file = join(folder, 'a-file')
    writeFileSync(file, '')
    await expect(EvidenceStore.open(join(file, 'case'))).rejects.toMatchObject({
      name: 'Refusal',
      remedy: expect.stringMatching(/./),
    })
  })
})
