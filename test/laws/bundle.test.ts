import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { csvRow } from '../../src/base/csv.ts'
import { ownSigningKey, type SigningKey } from '../../src/bundle/keys.ts'
import { dangerInName, profileTrouble, slug } from '../../src/bundle/path-rules.ts'
import { sealBundle } from '../../src/bundle/seal.ts'
import { type VerifiedBundle, verifyBundle } from '../../src/bundle/verify.ts'
import { verifyCustodyBytes } from '../../src/evidence/custody-check.ts'
import { contentsOf, custodyBytes, evidenceItem, Unpacked } from '../builders/sealed-bundle.ts'

const folder = mkdtempSync(join(tmpdir(), 'bundle-laws-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let key: SigningKey
let original: Buffer
let files: Map<string, Buffer>
let count = 0
const newFolder = () => {
  const path = join(folder, `out-${count++}`)
  mkdirSync(path)
  return path
}
const allowed = () => [
  {
    identity: 'j',
    blob: key.signer.blob,
    namespaces: undefined,
    validAfter: undefined,
    validBefore: undefined,
  },
]

beforeAll(async () => {
  key = await ownSigningKey({ folder: join(folder, 'key') })
  const evidence = [
    evidenceItem('a.evtx', Buffer.from('ElfFile\0 a short log')),
    evidenceItem('b.evtx', Buffer.alloc(3000, 7)),
  ]
  const sealed = await sealBundle(await contentsOf(folder, { evidence }), { outDir: newFolder(), key })
  original = readFileSync(sealed.path)
  files = (await Unpacked.of(sealed.path)).files
})

async function contentOf(bundle: VerifiedBundle, path: string): Promise<Buffer> {
  const blocks: Uint8Array[] = []
  for await (const block of bundle.read(path)) blocks.push(block)
  return Buffer.concat(blocks)
}

describe('a signed bundle', () => {
  test('with any bytes changed, cut or added never shows other content under a good signature', async () => {
    const path = join(folder, 'changed.zip')
    const change = fc.oneof(
      fc.record({
        kind: fc.constant('flip' as const),
        at: fc.nat(original.length - 1),
        with: fc.integer({ min: 1, max: 255 }),
      }),
      fc.record({
        kind: fc.constant('cut' as const),
        at: fc.nat(original.length - 1),
        with: fc.integer({ min: 1, max: 400 }),
      }),
      fc.record({
        kind: fc.constant('add' as const),
        at: fc.nat(original.length),
        with: fc.integer({ min: 1, max: 400 }),
      }),
    )
    await fc.assert(
      fc.asyncProperty(change, async ({ kind, at, with: amount }) => {
        const bytes = Buffer.from(original)
        if (kind === 'flip') bytes[at] = (bytes[at] ?? 0) ^ amount
        const rest = kind === 'cut' ? bytes.subarray(at + amount) : bytes.subarray(at)
        const parts = [bytes.subarray(0, at), ...(kind === 'add' ? [Buffer.alloc(amount, 0x41)] : []), rest]
        writeFileSync(path, Buffer.concat(parts))
        const { report, bundle } = await verifyBundle(path, { allowedSigners: allowed() })
        if (!report.verdict.startsWith('VALID')) return
        // Only fields that carry no content may differ: dates, versions, attributes.
        expect(kind).toBe('flip')
        expect(bundle?.inventory.map((line) => line.path)).toHaveLength(5)
        for (const line of bundle?.inventory ?? []) {
          expect(
            (await contentOf(bundle as VerifiedBundle, line.path)).equals(
              files.get(line.path) ?? Buffer.alloc(0),
            ),
          ).toBe(true)
        }
      }),
      { numRuns: 150, seed: 20261121 },
    )
  })

  test('gives back every name and every byte that went in', async () => {
    const anyText = fc.string({ unit: 'binary', maxLength: 120 })
    const item = fc.record({
      name: anyText,
      origin: anyText,
      host: fc.option(anyText),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 3000 }),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(item, { maxLength: 6, selector: (one) => Buffer.from(one.bytes).toString('hex') }),
        async (items) => {
          const evidence = items.map(({ name, origin, host, bytes }) =>
            evidenceItem(name, Buffer.from(bytes), { origin, host }),
          )
          const sealed = await sealBundle(await contentsOf(folder, { evidence }), {
            outDir: newFolder(),
            key,
          })
          const { report, bundle } = await verifyBundle(sealed.path, { allowedSigners: allowed() })
          expect(report).toMatchObject({ verdict: 'VALID-SIGNED', findings: [], bagDigest: sealed.bagDigest })
          for (const given of items) {
            const line = bundle?.inventory.find((one) => one.sha256 === evidence[items.indexOf(given)]?.id)
            expect(line?.origin?.name).toBe(given.name.toWellFormed())
            const exact = line?.origin?.pathUtf16Hex
            expect(exact ? Buffer.from(exact, 'hex').toString('utf16le') : line?.origin?.path).toBe(
              given.origin,
            )
            const content = await contentOf(bundle as VerifiedBundle, line?.path ?? '')
            expect(content.equals(Buffer.from(given.bytes))).toBe(true)
          }
        },
      ),
      { numRuns: 8, seed: 20261121 },
    )
  })
})

test('a slug of any text is a name every file system takes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const path = `x/E0001_${slug(text, 'evtx')}.evtx`
      expect(profileTrouble(path)).toBeUndefined()
      expect(dangerInName(Buffer.from(path))).toBeUndefined()
      expect(profileTrouble(slug(text, 'host'))).toBeUndefined()
    }),
    { numRuns: 2000 },
  )
})

test('A30 no cell of a CSV file starts a formula or a new line, whatever was in the evidence', () => {
  const lead = fc.constantFrom(
    '=',
    '+',
    '-',
    '@',
    '|',
    '%',
    '\t',
    '\r',
    '\n',
    '＝',
    '＋',
    '－',
    '＠',
    ' ',
    '\u00a0',
    '"',
    "'",
    '\ufeff',
  )
  const text = fc
    .tuple(fc.array(lead, { maxLength: 4 }), fc.string({ unit: 'binary', maxLength: 20 }))
    .map(([leads, rest]) => leads.join('') + rest)
  fc.assert(
    fc.property(text, (value) => {
      const cell = csvRow([value]).slice(0, -2)
      expect(cell).toMatch(/^"(?:[^"\n\r]|"")*"$/)
      const shown = cell.slice(1, -1).replaceAll('""', '"')
      expect(shown).not.toMatch(/^[\s\u00a0\ufeff"]*[=+\-@|%\t\r＝＋－＠]/u)
    }),
    { numRuns: 3000 },
  )
})

test('a custody journal with any byte before its last line changed is found broken', async () => {
  const journal = Buffer.from(await custodyBytes(folder))
  const lastLine = journal.lastIndexOf(10, journal.length - 2) + 1
  fc.assert(
    fc.property(fc.nat(lastLine - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const changed = Buffer.from(journal)
      changed[at] = (changed[at] ?? 0) ^ flip
      expect(verifyCustodyBytes(changed).findings).not.toEqual([])
    }),
    { numRuns: 2000 },
  )
})
