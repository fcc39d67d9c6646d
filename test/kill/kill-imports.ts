/**
 * Kills imports at seeded moments and holds each case that is left to what the product promises: it opens, its custody is
 * intact, it says what is not whole, what it calls whole is whole, and the same import once more ends where an undisturbed
 * one ends, byte by byte.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { dumpCase } from '../../src/casefile/dump.ts'
import { importEvidence } from '../../src/workflow/import-evidence.ts'
import { writePractice } from '../../src/workflow/make-practice.ts'
import { caseFileName, createCase, type OpenCase, openCase } from '../../src/workflow/open-case.ts'
import { summariseCase } from '../../src/workflow/summarise-case.ts'
import { buildLog } from '../builders/evtx.ts'
import { seededNumbers } from '../unit/evtx/seeded.ts'

export interface KillPlan {
  readonly moments: number
  readonly seed: number
  /** a folder for evidence and cases; what is made in it is deleted as far as it is done with */
  readonly scratch: string
  /** bytes of the largest log, about */
  readonly largest: number
  /** records of ordinary life in the scenario's logs */
  readonly noise: number
  readonly onKill?: (totals: KillTotals) => void
}
export interface KillTotals {
  kills: number
  /** by what the killed process left behind */
  readonly left: Record<'nothing' | 'an empty case' | 'an incomplete case' | 'a whole case', number>
  /** complete items whose stored bytes were hashed again */
  itemsChecked: number
}

const operator = { name: 'Test Operator', account: 'tester', workstation: 'bench-01' }
const child = join(import.meta.dirname, '../builders/import-child.ts')
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const dumpOf = (open: OpenCase) => [...dumpCase(open.casefile)].join('')

/** A log of about `bytes` bytes: 256 chunks of many forms of values, again and again. */
export function writeLargeLog(path: string, bytes: number): void {
  const records = Math.min(20_000, Math.ceil(bytes / 400))
  const cycle = Buffer.from(
    buildLog(
      Array.from({ length: records }, (_, i) => ({
        eventId: [5140, 4688, 4624, 5145][i % 4] as number,
        time: 133_000_000_000_000_000n + BigInt(Math.floor(bytes)) + BigInt(i) * 12_345_678n,
        data:
          i % 4 === 1
            ? { NewProcessName: `C:\\Windows\\p${i % 1013}.exe` }
            : { SubjectUserName: `user${i % 97}` },
      })),
    ),
  )
  const file = openSync(path, 'wx')
  try {
    writeSync(file, cycle, 0, 4096)
    for (let at = 4096; at < bytes; at += cycle.length - 4096) writeSync(file, cycle, 4096)
  } finally {
    closeSync(file)
  }
}

/** Runs the import in a process of its own; killed `delay` ms after it is ready, or let run when undefined. */
function runChild(
  dir: string,
  folder: string,
  delay: number | undefined,
): Promise<{ readonly ms: number; readonly killed: boolean }> {
  return new Promise((resolve, reject) => {
    const running = spawn(process.execPath, [child, dir, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
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
      else reject(new Error(`the import ended with ${code ?? signal}`))
    })
  })
}

/** Everything a case must be after a kill; what it is, in words. */
async function examine(open: OpenCase, whole: string, totals: KillTotals): Promise<keyof KillTotals['left']> {
  const custody = open.custody.check()
  if (!custody.intact) throw new Error(`custody is broken: ${custody.why}`)
  const journalled = new Set(open.custody.lines().flatMap((line) => line.items))
  // the journal follows the database, for several small logs at once: what it does not know yet are the last items
  let notYet: string | undefined
  for (const entry of open.casefile.evidence()) {
    if (entry.state !== 'complete') continue
    const id = entry.sha256 as string
    totals.itemsChecked++
    if (sha256(readFileSync(open.store.pathOf(id as never))) !== id)
      throw new Error(`${entry.origin} is complete and its stored bytes are not ${id}`)
    if (!journalled.has(id)) notYet ??= entry.origin
    else if (notYet !== undefined)
      throw new Error(`${notYet} is complete, is not among the last, and custody does not know it`)
  }
  const { incomplete } = await summariseCase(open)
  const isEmpty = open.casefile.evidence().length === 0 && open.casefile.problemTotal() === 0
  if (incomplete.length > 0) return 'an incomplete case'
  if (isEmpty) return 'an empty case'
  if (dumpOf(open) !== whole) throw new Error('the case calls itself whole and is not')
  return 'a whole case'
}

async function leftIn(dir: string, whole: string, totals: KillTotals): Promise<keyof KillTotals['left']> {
  if (!existsSync(join(dir, caseFileName))) return 'nothing'
  const open = await openCase(dir, { operator })
  try {
    return await examine(open, whole, totals)
  } finally {
    open.close()
  }
}

async function repeat(dir: string, folder: string, whole: string): Promise<void> {
  const open = existsSync(join(dir, caseFileName))
    ? await openCase(dir, { operator })
    : await createCase(dir, { title: 'killed', operator })
  try {
    await importEvidence(open, [folder])
    if (dumpOf(open) !== whole) throw new Error('the repeated import ends in another case')
    const custody = open.custody.check()
    if (!custody.intact) throw new Error(`custody is broken after the repeat: ${custody.why}`)
    const { incomplete } = await summariseCase(open)
    if (incomplete.length > 0) throw new Error(`still incomplete: ${incomplete.join('; ')}`)
    const items = open.casefile.evidence().map((entry) => entry.sha256 as string)
    const journalled = open.custody.lines().filter(({ action }) => action === 'imported')
    for (const id of items)
      if (!journalled.some((line) => line.items.includes(id))) throw new Error(`custody does not name ${id}`)
    const stored = readdirSync(join(dir, 'evidence'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name)
    if (stored.sort().join() !== [...items].sort().join()) throw new Error('the store holds other files')
    if (readdirSync(join(dir, 'incoming')).length > 0) throw new Error('staged files are left')
    const packs = existsSync(join(dir, 'packs')) ? readdirSync(join(dir, 'packs')) : []
    if (!packs.every((name) => items.includes(name))) throw new Error('packed records of no item are left')
  } finally {
    open.close()
  }
}

/** @throws on the first promise that is not kept, naming seed and moments */
export async function killImports(plan: KillPlan): Promise<KillTotals> {
  const folder = join(plan.scratch, 'evidence')
  await writePractice(folder, { scenario: 'atexec-pipe', noise: plan.noise })
  // in the order of names: before, between and behind what the scenario wrote
  writeLargeLog(join(folder, 'Application.evtx'), plan.largest / 8)
  writeLargeLog(join(folder, 'Setup.evtx'), plan.largest)
  writeLargeLog(join(folder, 'Windows PowerShell.evtx'), plan.largest / 4)
  writeFileSync(
    join(folder, 'a picture.evtx'),
    new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
  )
  // enough for several batches, two of them alike
  for (let i = 0; i < 60; i++)
    writeLargeLog(join(folder, `Small ${String(i).padStart(2, '0')}.evtx`), 70_000 + (i % 59) * 4000)
  for (const [name, cut] of [
    ['Setup Cut.evtx', 200_000],
    ['Windows Cut.evtx', 300_001],
  ] as const) {
    writeLargeLog(join(folder, name), 400_000)
    truncateSync(join(folder, name), cut)
  }
  let spent = Number.POSITIVE_INFINITY
  const dumps = new Set<string>()
  for (const name of ['undisturbed', 'undisturbed again']) {
    const dir = join(plan.scratch, name)
    const { ms } = await runChild(dir, folder, undefined)
    spent = Math.min(spent, ms)
    const reference = await openCase(dir, { operator })
    dumps.add(dumpOf(reference))
    reference.close()
    rmSync(dir, { recursive: true, force: true })
  }
  const [whole = '', ...others] = dumps
  if (others.length > 0) throw new Error('two undisturbed imports of the same evidence give two cases')
  const totals: KillTotals = {
    kills: 0,
    itemsChecked: 0,
    left: { nothing: 0, 'an empty case': 0, 'an incomplete case': 0, 'a whole case': 0 },
  }
  const next = seededNumbers(plan.seed)
  for (let round = 1; totals.kills < plan.moments; round++) {
    const dir = join(plan.scratch, `case-${round}`)
    const delays: number[] = []
    try {
      // one time in three the import that goes on is killed as well
      do {
        const delay = ((next() % 10_000) / 10_000) * spent
        delays.push(delay)
        if (!(await runChild(dir, folder, delay)).killed) break
        totals.kills++
        totals.left[await leftIn(dir, whole, totals)]++
        plan.onKill?.(totals)
      } while (totals.kills < plan.moments && next() % 3 === 0)
      await repeat(dir, folder, whole)
    } catch (error) {
      const told = delays.map((delay) => delay.toFixed(1)).join(' and ')
      const what = error instanceof Error ? error.message : String(error)
      throw new Error(
        `seed ${plan.seed}, round ${round}, killed after ${told} of ${spent.toFixed(0)} ms: ${what}; the case is in ${dir}`,
        { cause: error },
      )
    }
    rmSync(dir, { recursive: true, force: true })
  }
  return totals
}
