// `npm run kill -- bundles [MOMENTS] [SEED]`: kills runs that seal, encrypt, verify and open bundles.
// `npm run kill -- [MOMENTS] [SEED]`: kills so many imports of several logs, one of them beyond 64 MiB. Ends with 1 when a
// promise is not kept; then the case and the evidence stay where the last line says.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { killBundles } from './kill-bundles.ts'
import { killImports } from './kill-imports.ts'

const ofBundles = process.argv[2] === 'bundles'
const [moments = '200', seed = '1'] = process.argv.slice(ofBundles ? 3 : 2)
const scratch = mkdtempSync(join(tmpdir(), 'tasktrail-kill-'))
const from = performance.now()
const secondsSince = () => ((performance.now() - from) / 1000).toFixed(0)
try {
  await (ofBundles ? bundles() : imports())
  rmSync(scratch, { recursive: true, force: true })
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function bundles(): Promise<void> {
  const totals = await killBundles(scratch, Number(moments), Number(seed), ({ kills, left }) => {
    if (kills % 10 === 0) console.error(`${kills} of ${moments}: ${JSON.stringify(left)}`)
  })
  console.log(
    `kill: seed ${seed}, ${totals.kills} runs killed in ${secondsSince()} s (${JSON.stringify(totals.during)}), ${totals.finished} finished, leftovers ${JSON.stringify(totals.left)}, no archive under a final name was not whole or without its hash`,
  )
}

async function imports(): Promise<void> {
  const totals = await killImports({
    moments: Number(moments),
    seed: Number(seed),
    scratch,
    largest: 68 * 2 ** 20,
    noise: 3000,
    onKill: ({ kills, left }) => {
      if (kills % 10 === 0) console.error(`${kills} of ${moments}: ${JSON.stringify(left)}`)
    },
  })
  console.log(
    `kill: seed ${seed}, ${totals.kills} imports killed in ${secondsSince()} s, left behind ${JSON.stringify(totals.left)}, ${totals.itemsChecked} stored items hashed again, every repeat ended as an undisturbed import does`,
  )
}
