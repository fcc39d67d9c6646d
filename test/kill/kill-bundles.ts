/**
 * Kills runs that seal, encrypt, verify and open bundles, at seeded moments, and holds what is left to the promise: a final name
 * stands for a whole archive with its hash beside it, the bundle that is read never changes, and everything else is listed as a
 * leftover and goes when the operator says so.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { sealBundle } from '../../src/bundle/seal.ts'
import { verifyBundle } from '../../src/bundle/verify.ts'
import { findLeftovers, removeLeftovers } from '../../src/workflow/leftovers.ts'
import { openBundle } from '../../src/workflow/open-bundle.ts'
import { contentsOf, evidenceItem, logBytes, writeWithSidecar } from '../builders/sealed-bundle.ts'
import { seededNumbers } from '../unit/evtx/seeded.ts'

export interface BundleKills {
  kills: number
  finished: number
  /** kills by what was running */
  readonly during: Record<Mode, number>
  /** names that were left behind and listed, by kind */
  readonly left: Record<string, number>
}
type Mode = 'seal' | 'verify' | 'open'
const modes: readonly Mode[] = ['seal', 'seal', 'open', 'verify']
const operator = { name: 'Test Operator', account: 'tester', workstation: 'bench-01' }
const child = join(import.meta.dirname, '../builders/bundle-child.ts')
const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')
const later = () => new Date(Date.now() + 3_600_000)

/** Runs one child; killed `delay` ms after it is ready, or let run when undefined. */
function runChild(
  args: readonly string[],
  delay: number | undefined,
): Promise<{ ms: number; killed: boolean }> {
  return new Promise((resolve, reject) => {
    const running = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', child, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let readyAt = 0
    running.stdout.on('data', () => {
      if (readyAt > 0) return
      readyAt = performance.now()
      if (delay !== undefined) setTimeout(() => running.kill('SIGKILL'), delay)
    })
    running.on('error', reject)
    running.on('close', (code, signal) => {
      if (code === 0 || signal === 'SIGKILL')
        resolve({ ms: performance.now() - readyAt, killed: signal === 'SIGKILL' })
      else reject(new Error(`the run ended with ${code ?? signal}`))
    })
  })
}

/** @throws on the first promise that is not kept, naming seed and moment */
export async function killBundles(
  scratch: string,
  moments: number,
  seed: number,
  onKill: (totals: BundleKills) => void = () => undefined,
): Promise<BundleKills> {
  const dir = join(scratch, 'handed over')
  mkdirSync(dir)
  const evidence = Array.from({ length: 8 }, (_, n) => evidenceItem(`Log${n}.evtx`, logBytes(n, 300_000)))
  const sealed = await sealBundle(await contentsOf(scratch, { evidence }), { outDir: scratch })
  writeWithSidecar(join(dir, 'sealed.zip'), readFileSync(sealed.path))
  const untouched = sha256(join(dir, 'sealed.zip'))
  const recipient = await identityToRecipient(await generateX25519Identity())
  const spent: Record<Mode, number> = { seal: 0, verify: 0, open: 0 }
  for (const mode of new Set(modes))
    spent[mode] = (await runChild([mode, dir, scratch, '0', recipient], undefined)).ms
  const totals: BundleKills = { kills: 0, finished: 0, during: { seal: 0, verify: 0, open: 0 }, left: {} }
  const next = seededNumbers(seed)
  for (let round = 1; totals.kills < moments; round++) {
    const mode = modes[next() % modes.length] as Mode
    const delay = ((next() % 10_000) / 10_000) * spent[mode]
    try {
      const { killed } = await runChild([mode, dir, scratch, String(round), recipient], delay)
      if (killed) {
        totals.kills++
        totals.during[mode]++
      } else totals.finished++
      await examine(dir, untouched, totals)
      if (mode === 'open' && killed) await openAgain(dir, round)
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error)
      throw new Error(
        `seed ${seed}, round ${round}, ${mode} killed after ${delay.toFixed(1)} of ${spent[mode].toFixed(0)} ms: ${what}; see ${dir}`,
        { cause: error },
      )
    }
    onKill(totals)
  }
  return totals
}

async function examine(dir: string, untouched: string, totals: BundleKills): Promise<void> {
  if (sha256(join(dir, 'sealed.zip')) !== untouched) throw new Error('the bundle that was read has changed')
  const found = await findLeftovers([dir], later)
  const leftovers = new Set(found.map(({ path }) => path))
  for (const name of readdirSync(dir)) {
    const path = join(dir, name)
    if (leftovers.has(path)) continue
    if (/\.zip(?:\.age)?$/.test(name)) await wholeArchive(path)
    else if (!name.endsWith('.sha256') && !existsSync(join(path, 'bundle.json')))
      throw new Error(`${name} is neither whole nor listed as a leftover`)
  }
  for (const { kind } of found) totals.left[kind] = (totals.left[kind] ?? 0) + 1
  await removeLeftovers([...leftovers], later)
  if ((await findLeftovers([dir], later)).length > 0)
    throw new Error('leftovers are left after they were removed')
  // kept apart, so that each round looks at its own
  for (const name of readdirSync(dir).filter((one) => one.startsWith('INC-')))
    renameSync(join(dir, name), join(dir, '..', name))
}

async function wholeArchive(path: string): Promise<void> {
  const told = existsSync(`${path}.sha256`) ? readFileSync(`${path}.sha256`, 'latin1').slice(0, 64) : ''
  if (told !== sha256(path)) throw new Error(`${path} has no hash beside it that fits`)
  if (path.endsWith('.age')) return
  const { report } = await verifyBundle(path)
  if (report.verdict !== 'VALID-UNSIGNED') throw new Error(`${path} is ${report.verdict}`)
}

/** What was killed while it opened is opened by the next try. */
async function openAgain(dir: string, round: number): Promise<void> {
  const open = await openBundle(join(dir, 'sealed.zip'), { dir: join(dir, `case-${round}`), operator })
  try {
    if (open.casefile.evidence().length !== 8) throw new Error('the case opened again holds other evidence')
    if (!open.custody.check().intact) throw new Error('custody is broken')
  } finally {
    open.close()
  }
}
