/** Seals, encrypts, verifies or opens one bundle, for the job that kills it: says when it starts. */
import { join } from 'node:path'
import { sealBundle } from '../../src/bundle/seal.ts'
import { encryptBundle } from '../../src/workflow/encrypt-bundle.ts'
import { openBundle } from '../../src/workflow/open-bundle.ts'
import { verifyBundleFile } from '../../src/workflow/verify-bundle.ts'
import { contentsOf, evidenceItem, logBytes } from './sealed-bundle.ts'

const [mode = '', dir = '', scratch = '', run = '0', recipient = ''] = process.argv.slice(2)
const operator = { name: 'Test Operator', account: 'tester', workstation: 'bench-01' }
const bundle = join(dir, 'sealed.zip')
const ready = () => process.stdout.write('starting\n')
if (mode === 'seal') {
  const evidence = Array.from({ length: 12 }, (_, n) => evidenceItem(`Log${n}.evtx`, logBytes(n, 400_000)))
  const contents = await contentsOf(scratch, {
    evidence,
    bundleId: `${run.padStart(8, '0')}-0000-4000-8000-000000000001`,
  })
  ready()
  const sealed = await sealBundle(contents, { outDir: dir })
  if (recipient) await encryptBundle(sealed.path, { recipients: [recipient] })
} else if (mode === 'verify') {
  ready()
  await verifyBundleFile(bundle)
} else {
  ready()
  const open = await openBundle(bundle, { dir: join(dir, `case-${run}`), operator })
  open.close()
}
