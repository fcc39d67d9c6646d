/**
 * One process at a time may write to a case folder. Its lock is a file that names process and host; one that a crash left behind
 * is recognised, as far as this machine can tell, and taken over. Reading needs no lock.
 */
import { randomUUID } from 'node:crypto'
import {
  linkSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { diskRefusal, systemErrorCode } from '../base/disk-trouble.ts'
import { Refusal } from '../base/refusal.ts'

export const lockName = 'case.lock'

interface Holder {
  readonly pid: number
  readonly host: string
  /** when the process began, as this machine counts it: numbers of processes are used again */
  readonly began: string | null
  readonly since: string
  readonly token: string
}

/** Locks of this process by folder, and how often each was asked for. */
const held = new Map<string, { readonly token: string; count: number }>()
const thisHost = hostname() || 'unknown'
/** a lock file is empty for a moment while it is made; not for so long */
const makingMs = 10_000

/**
 * Locks the folder for this process and gives what unlocks it. A process that holds it already gets it again.
 * Refuses when another one holds it, or when nobody can tell whether that one still runs.
 */
export function lockCase(dir: string): () => void {
  let folder: string
  try {
    folder = realpathSync(dir)
  } catch (error) {
    throw diskRefusal(error, 'locking the case', dir)
  }
  const ours = held.get(folder)
  if (ours) ours.count++
  else held.set(folder, { token: acquire(join(folder, lockName), folder), count: 1 })
  let isHeld = true
  return () => {
    const lock = held.get(folder)
    if (!isHeld || !lock) return
    isHeld = false
    if (--lock.count > 0) return
    held.delete(folder)
    if (readHolder(join(folder, lockName))?.token === lock.token) remove(join(folder, lockName))
  }
}

function acquire(path: string, folder: string): string {
  const mine: Holder = {
    pid: process.pid,
    host: thisHost,
    began: beginOf(process.pid) ?? null,
    since: new Date().toISOString(),
    token: randomUUID(),
  }
  for (let tries = 0; tries < 5; tries++) {
    try {
      writeFileSync(path, `${JSON.stringify(mine)}\n`, { flag: 'wx', mode: 0o644 })
      return mine.token
    } catch (error) {
      if (systemErrorCode(error) !== 'EEXIST') throw diskRefusal(error, 'locking the case', path)
    }
    const holder = readHolder(path)
    // another thread of this process: the program sees to it that they do not write at once
    if (holder && isSame(holder, mine)) return holder.token
    if (holder ? isRunning(holder) : isBeingMade(path)) throw inUse(folder, path, holder)
    takeAway(path, holder)
  }
  throw inUse(folder, path, readHolder(path))
}

const isSame = (a: Holder, b: Holder) => a.pid === b.pid && a.host === b.host && a.began === b.began

/** Moves a lock that a crash left behind out of the way; puts it back when it was another one's after all. */
function takeAway(path: string, stale: Holder | undefined): void {
  const aside = `${path}.${randomUUID()}`
  try {
    renameSync(path, aside)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return
    throw diskRefusal(error, 'locking the case', path)
  }
  const moved = readHolder(aside)
  if (moved && moved.token !== stale?.token) {
    try {
      linkSync(aside, path)
    } catch (error) {
      if (systemErrorCode(error) !== 'EEXIST') throw diskRefusal(error, 'locking the case', path)
    }
  }
  remove(aside)
}

function readHolder(path: string): Holder | undefined {
  try {
    const value = JSON.parse(readFileSync(path, 'utf8').slice(0, 4096)) as Partial<Holder>
    if (!Number.isSafeInteger(value.pid) || typeof value.host !== 'string') return undefined
    if (typeof value.token !== 'string') return undefined
    return value as Holder
  } catch {
    return undefined // gone, half written, or not ours
  }
}

function isBeingMade(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats !== undefined && Math.abs(Date.now() - stats.mtimeMs) < makingMs
}

/** Of a process on another host nothing can be known: it counts as running. */
function isRunning(holder: Holder): boolean {
  if (holder.host !== thisHost) return true
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    if (systemErrorCode(error) === 'ESRCH') return false
  }
  const began = beginOf(holder.pid)
  return holder.began === null || began === undefined || began === holder.began
}

/** Boot and tick at which a process began; `dead` for one that has ended and is not yet forgotten. Linux only. */
function beginOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z') return 'dead'
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()} ${fields[19]}`
  } catch {
    return undefined // another system, or no such process
  }
}

function inUse(folder: string, path: string, holder: Holder | undefined): Refusal {
  const isHere = holder?.host === thisHost
  const who = holder ? `process ${holder.pid} on ${isHere ? 'this machine' : holder.host}` : 'another process'
  const since = typeof holder?.since === 'string' ? `, since ${holder.since.slice(0, 40)}` : ''
  return new Refusal(
    'case.folder.in-use',
    `the case in ${folder} is open for writing in ${who}${since}`,
    holder && !isHere
      ? `Close it there. If nothing runs on ${holder.host} any more, delete ${path} and try again.`
      : 'Close the window or wait for the import that has it open, then try again. Timeline, chains and tasks can be read meanwhile.',
    { path, pid: holder?.pid ?? null, host: holder?.host ?? null },
  )
}

function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw diskRefusal(error, 'unlocking the case', path)
  }
}
