/** Seals one bundle, for the test that kills it: says when it starts, with enough evidence to be caught in the middle. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sealBundle } from '../../../src/bundle/seal.ts'
import { contentsOf, evidenceItem, logBytes } from '../../builders/sealed-bundle.ts'

const [outDir = '', run = '0'] = process.argv.slice(2)
const evidence = Array.from({ length: 12 }, (_, n) => evidenceItem(`Log${n}.evtx`, logBytes(n, 400_000)))
const folder = mkdtempSync(join(tmpdir(), 'seal-once-'))
const contents = await contentsOf(folder, {
  evidence,
  bundleId: `${run.padStart(8, '0')}-0000-4000-8000-000000000001`,
})
process.stdout.write('starting\n')
await sealBundle(contents, { outDir })
