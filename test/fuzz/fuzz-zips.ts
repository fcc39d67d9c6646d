/** Starts the fuzzing of archives in a process that may read and not write: an extraction would end it. */
import { spawn } from 'node:child_process'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ownSigningKey } from '../../src/bundle/keys.ts'
import { sealBundle } from '../../src/bundle/seal.ts'
import { contentsOf, evidenceItem, logBytes } from '../builders/sealed-bundle.ts'
import type { ZipTotals } from './fuzz-zip.ts'

export interface ZipFuzzing extends ZipTotals {
  readonly finds: readonly string[]
  readonly peakMb: number
}

/** `count` archives from `seed` on; what went wrong is in `finds`. */
export async function fuzzZips(count: number, seed: number): Promise<ZipFuzzing> {
  const folder = mkdtempSync(join(tmpdir(), 'tasktrail-fuzz-zip-'))
  try {
    const key = await ownSigningKey({ folder: join(folder, 'key') })
    const evidence = [1, 2].map((n) => evidenceItem(`Log${n}.evtx`, logBytes(n, 3000)))
    const sealed = await sealBundle(await contentsOf(folder, { evidence }), { outDir: folder, key })
    renameSync(sealed.path, join(folder, 'bundle.zip'))
    writeFileSync(join(folder, 'allowed_signers'), `jdoe@JUMP-01 ${key.signer.line}\n`)
    const out = await run([join(import.meta.dirname, 'zip-run.ts'), folder, String(count), String(seed)])
    return JSON.parse(out.trimEnd().split('\n').at(-1) ?? '') as ZipFuzzing
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function run(args: readonly string[]): Promise<string> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--permission', '--allow-fs-read=*', ...args],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0 || code === 1 ? resolve(out) : reject(new Error(`the fuzzing process ended with ${code}`)),
    )
  })
}
