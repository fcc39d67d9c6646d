/** Which views of a host's tasks the evidence holds, and how whole each is: nothing is concluded from what was not collected. */
import { channels } from '../../chains/coverage.ts'
import type { ChannelCoverage } from '../../domain/coverage.ts'
import type { Problem } from '../../domain/problem.ts'
import type { HostView } from '../../domain/task-entry.ts'
import { formatUtc } from '../../domain/time.ts'
import type { HostSources } from './sightings.ts'

/** Troubles of an acquisition name the host first, then what they are about. */
const troubleOf = {
  service: /^(tasks of folder |folders below |task \\|definition of \\|COM list|tasks as the service)/i,
  registry: /^(cache-(tree|tasks)|TaskCache)/i,
  file: /\\system32\\tasks(\\|$)/i,
} as const

export interface HostEvidence {
  /** recorded name of the host as it is shown */
  readonly name: string
  readonly sources: HostSources
  readonly coverage: readonly ChannelCoverage[]
  /** problems of the case that name this host */
  readonly problems: readonly Problem[]
}

/** In the order of `taskViews`. */
export function hostViews(host: HostEvidence): readonly HostView[] {
  return [
    logView(host, 'audit', channels.security),
    logView(host, 'history', channels.scheduler),
    fileView(host),
    registryView(host),
    serviceView(host),
    jobView(host),
  ]
}

function logView({ coverage }: HostEvidence, view: 'audit' | 'history', channel: string): HostView {
  const logs = coverage.filter((log) => log.channel.toLowerCase() === channel.toLowerCase())
  if (logs.length === 0) return { view, state: 'not-collected', why: `${channel} was not collected` }
  const from = logs.reduce(
    (first, log) => (log.from < first ? log.from : first),
    (logs[0] as ChannelCoverage).from,
  )
  const to = logs.reduce((last, log) => (log.to > last ? log.to : last), (logs[0] as ChannelCoverage).to)
  return { view, state: 'partial', why: `${channel} covers ${formatUtc(from)} to ${formatUtc(to)}` }
}

const troubles = (host: HostEvidence, pattern: RegExp): number =>
  host.problems.filter((problem) => pattern.test(problem.where.slice(problem.where.indexOf(': ') + 2))).length

function fileView(host: HostEvidence): HostView {
  const { fromTree, loose, hasWindowsTasks } = host.sources.files
  const view = 'file'
  const count = fromTree + loose
  if (count === 0) return { view, state: 'not-collected', why: 'no task file was collected' }
  const lost = troubles(host, troubleOf.file)
  if (lost > 0)
    return { view, state: 'partial', why: `${count} task files; ${lost} files or folders could not be read` }
  // every Windows has dozens of tasks there: where they are, the folder was taken as a whole
  if (hasWindowsTasks) return { view, state: 'whole', why: `${count} task files of System32\\Tasks` }
  return {
    view,
    state: 'partial',
    why: `${count} task ${count === 1 ? 'file' : 'files'}; nothing shows that the folder System32\\Tasks was taken as a whole`,
  }
}

function registryView(host: HostEvidence): HostView {
  const view = 'registry'
  const [first, ...others] = host.sources.caches
  if (!first)
    return { view, state: 'not-collected', why: 'neither the SOFTWARE hive nor TaskCache was collected' }
  const used = newestCache(host.sources)
  const words = [
    used?.kind === 'registry-hive' ? 'TaskCache of a SOFTWARE hive' : 'TaskCache as the live host told it',
    used?.takenAt && `taken ${used.takenAt}`,
    others.length > 0 && `the newest of ${others.length + 1} collections is held against the other views`,
    used?.caveat,
  ]
  const lost = troubles(host, troubleOf.registry)
  const isPartial = !used || used.isPartial || lost > 0
  if (isPartial) words.push('a part of it could not be read')
  return { view, state: isPartial ? 'partial' : 'whole', why: words.filter(Boolean).join('; ') }
}

function serviceView(host: HostEvidence): HostView {
  const view = 'service'
  const used = newestList(host.sources)
  if (!used)
    return {
      view,
      state: 'not-collected',
      why: 'the Task Scheduler was not asked, which only a live host can be',
    }
  const lost = troubles(host, troubleOf.service) + used.troubles
  return {
    view,
    state: lost > 0 ? 'partial' : 'whole',
    why: [
      'what the Task Scheduler lists, hidden tasks included',
      used.takenAt && `taken ${used.takenAt}`,
      lost > 0 && `${lost} tasks or folders could not be read`,
    ]
      .filter(Boolean)
      .join('; '),
  }
}

function jobView({ sources }: HostEvidence): HostView {
  return sources.jobs > 0
    ? { view: 'job', state: 'partial', why: `${sources.jobs} .job ${sources.jobs === 1 ? 'file' : 'files'}` }
    : { view: 'job', state: 'not-collected', why: 'no .job file was collected' }
}

const newest = <T extends { readonly takenAt: string | undefined }>(all: readonly T[]): T | undefined =>
  all.reduce<T | undefined>(
    (best, one) => (best === undefined || (one.takenAt ?? '') > (best.takenAt ?? '') ? one : best),
    undefined,
  )

/** The collection that is held against the other views: the newest, and one that says when it was taken before one that does not. */
export const newestCache = (sources: HostSources) => newest(sources.caches)
export const newestList = (sources: HostSources) => newest(sources.lists)
