/** Takes evidence from several hosts into one case: so many at a time, and one that fails never stops another. */
import { readFile } from 'node:fs/promises'
import { checkHostName } from '../acquire/ssh-way.ts'
import { diskRefusal } from '../base/disk-trouble.ts'
import { Cancelled, Refusal } from '../base/refusal.ts'
import type { HostProgress, OnProgress, Progress } from '../domain/progress.ts'
import { type AcquireOptions, type AcquireResult, acquireHost } from './acquire-host.ts'
import type { OpenCase } from './open-case.ts'
import { type PreflightReport, preflightHost } from './preflight-host.ts'

export interface HostOutcome<T> {
  readonly host: string
  readonly result: T | null
  /** why it was refused */
  readonly refused: { readonly code: string; readonly what: string; readonly remedy: string } | null
}
export interface HostsOptions extends Omit<AcquireOptions, 'host' | 'turn' | 'onProgress'> {
  readonly parallel: number
  readonly onProgress?: OnProgress | undefined
}

const mostHosts = 10_000
/** hosts that ended are told of so long: no more than this many can end between two looks */
const endedTold = 64

/** Names out of a file: one a line, blank lines and `#` comments left out, each name once. Refuses a line that is no name. */
export async function readHosts(path: string): Promise<readonly string[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw diskRefusal(error, 'reading the list of hosts', path)
  })
  const hosts = new Map<string, string>()
  for (const [index, line] of text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    const name = line.replace(/#.*$/, '').trim()
    if (name === '') continue
    try {
      checkHostName(name)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      throw new Refusal(
        'acquire.hosts.bad-line',
        `line ${index + 1} of ${path}: ${error.message}`,
        'One name or address a line; nothing was asked of any host.',
        { line: index + 1 },
      )
    }
    if (!hosts.has(name.toLowerCase())) hosts.set(name.toLowerCase(), name)
  }
  if (hosts.size === 0)
    throw new Refusal(
      'acquire.hosts.empty',
      `there is no host in ${path}`,
      'Write one name or address a line.',
    )
  if (hosts.size > mostHosts)
    throw new Refusal('acquire.hosts.too-many', `more than ${mostHosts} hosts in ${path}`, 'Split the list.')
  return [...hosts.values()]
}

/** Runs `work` for every host, `parallel` at a time; outcomes in the order of the list. Throws Cancelled only. */
async function eachHost<T>(
  hosts: readonly string[],
  options: Pick<HostsOptions, 'parallel' | 'signal' | 'onProgress'>,
  work: (host: string, onProgress: OnProgress) => Promise<T>,
): Promise<readonly HostOutcome<T>[]> {
  const outcomes: HostOutcome<T>[] = []
  let next = 0
  let done = 0
  const running = new Map<string, Progress | null>()
  const ended: HostProgress[] = []
  const tell = (phase: string) =>
    options.onProgress?.({
      phase,
      step: 'copy',
      done,
      total: hosts.length,
      unit: 'files',
      rate: null,
      remainingSeconds: null,
      hosts: [
        ...ended,
        ...[...running].map(([host, progress]) => ({ host, state: 'running' as const, progress })),
      ],
    })
  const worker = async () => {
    while (next < hosts.length) {
      if (options.signal?.aborted) throw new Cancelled()
      const at = next++
      const host = hosts[at] as string
      running.set(host, null)
      tell(host)
      const onProgress = (progress: Progress) => {
        running.set(host, progress)
        tell(progress.phase)
      }
      try {
        outcomes[at] = { host, result: await work(host, onProgress), refused: null }
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        outcomes[at] = {
          host,
          result: null,
          refused: { code: error.code, what: error.message, remedy: error.remedy },
        }
      }
      done++
      running.delete(host)
      ended.push({ host, state: outcomes[at]?.refused ? 'refused' : 'done', progress: null })
      if (ended.length > endedTold) ended.shift()
      tell(host)
    }
  }
  const workers = Array.from({ length: Math.min(options.parallel, hosts.length) }, worker)
  const settled = await Promise.allSettled(workers)
  const failed = settled.find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
  return outcomes
}

/** One after the other, whoever asks: the case takes one import at a time. */
function queue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(work, work)
    last = mine.catch(() => undefined)
    return mine
  }
}

export async function acquireHosts(
  open: OpenCase,
  hosts: readonly string[],
  options: HostsOptions,
): Promise<readonly HostOutcome<AcquireResult>[]> {
  const turn = queue()
  const { parallel: _, onProgress: __, ...each } = options
  const outcomes = await eachHost(hosts, options, (host, onProgress) =>
    acquireHost(open, { ...each, host, turn, onProgress }),
  )
  for (const { host, refused } of outcomes)
    if (refused)
      await open.custody.append({
        action: 'collection-failed',
        note: `${host}: ${refused.what.slice(0, 500)}`,
      })
  return outcomes
}

export function preflightHosts(
  hosts: readonly string[],
  options: Omit<HostsOptions, 'resume'>,
): Promise<readonly HostOutcome<PreflightReport>[]> {
  const { parallel: _, onProgress: __, ...each } = options
  return eachHost(hosts, options, (host, onProgress) => preflightHost({ ...each, host, onProgress }))
}
