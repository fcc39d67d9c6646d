/** The verifier that lies beside bundles, as a receiver runs it: built, one file, in a process of its own. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { VerifyReport } from '../../../src/bundle/verify.ts'

const file = resolve(import.meta.dirname, '../../../out/standalone/verify.mjs')

/** `npm test` builds it first; a test run by hand without a build says that it left this out. */
export const haveStandalone = existsSync(file)
if (!haveStandalone) {
  const reason = 'the verifier that lies beside bundles is not built: its verdicts are not tested'
  if (process.env.CI === 'true') throw new Error(reason)
  console.warn(reason)
}

/** Its report, and the code it ends with. */
export function runStandalone(args: readonly string[]): {
  readonly code: number | null
  readonly out: string
  readonly err: string
} {
  const done = spawnSync(process.execPath, [file, ...args], { encoding: 'utf8', maxBuffer: 64 << 20 })
  return { code: done.status, out: done.stdout, err: done.stderr }
}

export const standaloneReport = (args: readonly string[]): VerifyReport =>
  JSON.parse(runStandalone([...args, '--json']).out) as VerifyReport
