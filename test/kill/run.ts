// `npm run kill -- [MOMENTS] [SEED]`: kills so many imports of several logs, one of them beyond 64 MiB. Ends with 1 when a
// promise is not kept; then the case and the evidence stay where the last line says.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { killImports } from './kill-imports.ts'

const [, , moments = '200', seed = '1'] = process.argv
const scratch = mkdtempSync(join(tmpdir(), 'tasktrail-kill-'))
const from = performance.now()
try {
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
  const seconds = ((performance.now() - from) / 1000).toFixed(0)
  console.log(
    `kill: seed ${seed}, ${totals.kills} imports killed in ${seconds} s, left behind ${JSON.stringify(totals.left)}, ${totals.itemsChecked} stored items hashed again, every repeat ended as an undisturbed import does`,
  )
  rmSync(scratch, { recursive: true, force: true })
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
