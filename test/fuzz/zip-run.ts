// `npm run fuzz -- zip [ARCHIVES] [FIRST-SEED]`, and what `npm test` runs of it: so many mutated archives through the verifier, in
// a process that may write nothing. The last line of its output is the totals as JSON; the exit code is 1 when something was found.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readAllowedSigners } from '../../src/bundle/sshsig.ts'
import { Unpacked } from '../builders/sealed-bundle.ts'
import { judgeZip, noZipTotals } from './fuzz-zip.ts'

const [, , folder = '', count = '100000', first = '1'] = process.argv
const path = join(folder, 'bundle.zip')
const bag = await Unpacked.of(path)
const sealed = {
  path,
  bytes: readFileSync(path),
  allowedSigners: readAllowedSigners(readFileSync(join(folder, 'allowed_signers'), 'utf8')).signers,
  files: new Map([...bag.files].map(([name, bytes]) => [`${bag.root}/${name}`, bytes])),
}
const totals = noZipTotals()
const finds: string[] = []
const from = performance.now()
for (let seed = Number(first); seed < Number(first) + Number(count) && finds.length < 25; seed++) {
  await judgeZip(seed, sealed, totals).catch((error: unknown) => {
    finds.push(`seed ${seed}: ${error instanceof Error ? error.message : error}`)
  })
  if (totals.archives % 5000 === 0)
    console.error(
      `${totals.archives} of ${count} archives, ${finds.length} finds, ${((performance.now() - from) / 1000).toFixed(0)} s`,
    )
}
for (const find of finds) console.error(find)
const peakMb = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'latin1'))?.[1]) / 1024
console.log(JSON.stringify({ ...totals, finds, peakMb: Math.round(peakMb) }))
process.exitCode = finds.length > 0 ? 1 : 0
