/** Small cases to seal, and bundles taken apart and put together again with something changed. */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ZipReader } from '../../src/archive/read-zip.ts'
import type { DerivedRow } from '../../src/bundle/derived.ts'
import type { SealContents, SealedEvidence } from '../../src/bundle/seal.ts'
import { CustodyJournal } from '../../src/evidence/custody-journal.ts'
import { buildZip, type ZipBuilderOptions } from './zip-builder.ts'

export const sealedAt = new Date('2026-11-21T14:22:33.123Z')
export const bundleId = '7f3c9a1e-0000-4000-8000-000000000001'
export const operator = { name: 'J. Doe', account: 'CORP\\jdoe', workstation: 'JUMP-01' }

export const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')

/** Bytes that look like a log and differ by `seed`. */
export function logBytes(seed: number, length = 70_000): Buffer {
  const bytes = Buffer.alloc(length)
  bytes.write('ElfFile\0', 0, 'latin1')
  let state = (seed + 1) * 2654435761
  for (let at = 128; at < length; at++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    bytes[at] = at % 3 === 0 ? state >>> 24 : 0
  }
  return bytes
}

export function evidenceItem(
  name: string,
  bytes: Buffer,
  more: Partial<SealedEvidence> = {},
): SealedEvidence {
  return {
    id: sha256(bytes),
    size: bytes.length,
    kind: 'evtx',
    name,
    origin: `/mnt/image/Windows/System32/winevt/Logs/${name}`,
    host: 'WS-FIN-07',
    admittedAt: '2026-11-21T14:00:00.000Z',
    evtx: null,
    open: async function* () {
      for (let at = 0; at < bytes.length; at += 16_384) yield bytes.subarray(at, at + 16_384)
    },
    ...more,
  }
}

export function timelineRow(index: number, more: Partial<DerivedRow> = {}): DerivedRow {
  return {
    time: `2026-11-21T13:00:${String(index % 60).padStart(2, '0')}.0000000Z`,
    eventId: 4698,
    what: `Task \\Updater${index} created`,
    host: 'WS-FIN-07',
    account: 'CORP\\svc',
    address: '10.1.2.3',
    channel: 'Security',
    provider: 'Microsoft-Windows-Security-Auditing',
    citation: { evidenceId: 'ab'.repeat(32), recordId: String(1000 + index), chunk: 0, offset: 512 },
    marks: [],
    ...more,
  }
}

/** A journal with four lines, the last of them `sealed`. */
export async function custodyBytes(folder: string): Promise<Uint8Array> {
  let second = 0
  const now = () => new Date(Date.UTC(2026, 10, 21, 14, 0, second++))
  const journal = await CustodyJournal.open(join(folder, `custody-${process.hrtime.bigint()}.jsonl`), {
    operator,
    now,
  })
  await journal.append({ action: 'case-opened', note: 'Case INC-2026-0142 opened' })
  await journal.append({ action: 'imported', items: ['aa'], note: 'Security.evtx' })
  await journal.append({ action: 'derived', note: 'timeline' })
  await journal.append({ action: 'sealed', note: 'bundle' })
  return journal.bytes()
}

export async function contentsOf(folder: string, more: Partial<SealContents> = {}): Promise<SealContents> {
  return {
    bundleId,
    sealedAt,
    case: {
      id: 'case-1',
      title: 'Remote task on WS-FIN-07',
      number: 'INC-2026-0142',
      createdAt: '2026-11-21T13:59:00.000Z',
      practice: false,
    },
    from: operator,
    to: 'Tier 2',
    purpose: 'lateral movement suspected',
    tool: {
      name: 'Tasktrail',
      version: '0.1.0',
      node: 'v24',
      electron: null,
      os: 'test',
      parser: { evtx: '0.1.0' },
    },
    evidence: [
      evidenceItem('Security.evtx', logBytes(1)),
      evidenceItem('Microsoft-Windows-TaskScheduler%4Operational.evtx', logBytes(2)),
      evidenceItem('Updater', Buffer.from('\ufeff<Task/>', 'utf16le'), { kind: 'task-xml' }),
    ],
    hosts: [{ name: 'WS-FIN-07', timezone: 'W. Europe Standard Time', utcOffsetMinutes: 60 }],
    window: { from: null, to: null },
    gaps: [{ what: 'Sysmon.evtx', why: 'access denied', code: 'source.file.unreadable' }],
    changesToHost: [],
    custody: await custodyBytes(folder),
    commands: [],
    timeline: () => [timelineRow(1), timelineRow(2, { what: '=cmd|calc' })],
    chains: { schema: 'tasktrail-chains/1', chains: [] },
    derived: [],
    analyst: undefined,
    ...more,
  }
}

/** A bundle as a list of files: path below the root → bytes, in the order of the archive. */
export class Unpacked {
  readonly root: string
  readonly files: Map<string, Buffer>

  constructor(root: string, files: Map<string, Buffer>) {
    this.root = root
    this.files = files
  }

  static async of(path: string): Promise<Unpacked> {
    const reader = await ZipReader.open(path)
    const files = new Map<string, Buffer>()
    let root = ''
    for await (const entry of reader.entries()) {
      const blocks: Uint8Array[] = []
      for await (const block of reader.read(entry)) blocks.push(block)
      root = entry.name.split('/')[0] ?? ''
      files.set(entry.name.slice(root.length + 1), Buffer.concat(blocks))
    }
    reader.close()
    return new Unpacked(root, files)
  }

  /** The path of the file whose path ends like this. */
  path(end: string): string {
    const found = [...this.files.keys()].find((path) => path.endsWith(end))
    if (!found) throw new Error(`no file ends with ${end}`)
    return found
  }

  text(path: string): string {
    return this.bytes(path).toString('utf8')
  }

  bytes(path: string): Buffer {
    const bytes = this.files.get(path)
    if (!bytes) throw new Error(`no file ${path}`)
    return bytes
  }

  set(path: string, bytes: Buffer | string): this {
    this.files.set(path, Buffer.from(bytes as string))
    return this
  }

  /** What somebody does who wants the hashes to fit again: inventory, both manifests, both tag manifests. */
  repairHashes(): this {
    const inventory = this.text('data/record/inventory.jsonl')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const value = JSON.parse(line) as { path: string }
        const bytes = this.files.get(value.path)
        if (!bytes) return line
        const sha512 = createHash('sha512').update(bytes).digest('hex')
        return JSON.stringify({ ...value, size: bytes.length, sha256: sha256(bytes), sha512 })
      })
    this.set('data/record/inventory.jsonl', `${inventory.join('\n')}\n`)
    const payload = [...this.files.keys()].filter((path) => path.startsWith('data/')).sort()
    const bytes = payload.reduce((sum, path) => sum + this.bytes(path).length, 0)
    const oxum = `Payload-Oxum: ${bytes}.${payload.length}`
    this.set('bag-info.txt', this.text('bag-info.txt').replace(/Payload-Oxum: .*/, oxum))
    this.#manifests('', payload)
    const tags = [...this.files.keys()]
      .filter((path) => !/^(?:data|signatures)\/|^tagmanifest-/.test(path))
      .sort()
    this.#manifests('tag', tags)
    return this
  }

  #manifests(start: string, paths: readonly string[]): void {
    for (const name of ['sha256', 'sha512']) {
      const file = `${start}manifest-${name}.txt`
      if (!this.files.has(file)) continue
      const lines = paths
        .filter((path) => path !== file)
        .map((path) => `${createHash(name).update(this.bytes(path)).digest('hex')}  ${path}\n`)
      this.set(file, lines.join(''))
    }
  }

  zip(options: ZipBuilderOptions = {}): Buffer {
    const entries = [...this.files].map(([path, bytes]) => ({ name: `${this.root}/${path}`, bytes }))
    return buildZip(entries, options)
  }

  /** Writes the archive and a hash file that fits. */
  write(path: string): string {
    return writeWithSidecar(path, this.zip())
  }
}

export function writeWithSidecar(path: string, bytes: Uint8Array): string {
  writeFileSync(path, bytes)
  writeFileSync(`${path}.sha256`, `${sha256(bytes)}  bundle.zip\n`)
  return path
}

export const fileSha256 = (path: string) => sha256(readFileSync(path))
