/** Lifetimes of a task name as they are told: when each began and ended, by which records, and what is not recorded. */
import type { Chain } from '../../domain/chain.ts'
import type { TaskCitation, TaskLifetime } from '../../domain/task-entry.ts'
import { fileTime, formatUtc } from '../../domain/time.ts'
import { type Lifetime, splitLifetimes } from '../../tasks/lifetimes.ts'
import { readCachedTimes } from '../../tasks/task-cache.ts'
import type { CacheSighting, Sightings, TaskMark } from './sightings.ts'

export interface ToldLifetime extends Lifetime {
  readonly told: TaskLifetime
}
export interface ToldLifetimes {
  readonly lifetimes: readonly ToldLifetime[]
  /** number of the lifetime of a mark, by its position */
  readonly ofMark: (at: number) => number | null
  /** the lifetime that file, registry and service belong to */
  readonly now: number | null
  readonly lastEnded: boolean
}

const utcOf = (time: bigint | undefined) => (time === undefined ? null : formatUtc(fileTime(time)))

/** The record a chain is measured from is one of these. */
export const isOfLife = ({ anchor }: Chain, marks: readonly TaskMark[]): boolean =>
  marks.some(
    ({ citation }) =>
      citation.offset === anchor.offset &&
      citation.chunk === anchor.chunk &&
      citation.evidenceId === anchor.evidenceId,
  )

export function tellLifetimes(
  task: Sightings,
  newest: CacheSighting | undefined,
  chains: readonly Chain[],
): ToldLifetimes {
  const dynamic = newest?.entry.task?.dynamicInfo && readCachedTimes(newest.entry.task.dynamicInfo)
  const registered = dynamic && 'created' in dynamic ? dynamic.created : undefined
  const marks = task.marks.map(({ time, deed }) => ({ time, deed }))
  const lives = splitLifetimes(marks, registered)
  const isThere = task.files.length + task.cache.length + task.listed.length + task.jobs.length > 0
  const split: readonly Lifetime[] =
    lives.length === 0 && isThere
      ? [
          {
            marks: [],
            began: undefined,
            beganAt: [],
            ended: undefined,
            endedAt: [],
            fromRegistry: false,
            replaced: undefined,
          },
        ]
      : lives
  const numberOf = new Map(split.flatMap((life, at) => life.marks.map((mark) => [mark, at + 1] as const)))
  const lifetimes = split.map((life, at) => ({
    ...life,
    told: told(task, life, at + 1, at === split.length - 1 ? newest : undefined, chains),
  }))
  return {
    lifetimes,
    ofMark: (at) => numberOf.get(at) ?? null,
    now: isThere && split.length > 0 ? split.length : null,
    lastEnded: split.at(-1)?.ended !== undefined,
  }
}

function told(
  task: Sightings,
  life: Lifetime,
  number: number,
  newest: CacheSighting | undefined,
  chains: readonly Chain[],
): TaskLifetime {
  const marks = life.marks.map((at) => task.marks[at] as TaskMark)
  const births = life.beganAt.map((at) => task.marks[at] as TaskMark)
  const deaths = life.endedAt.map((at) => task.marks[at] as TaskMark)
  const place =
    newest === undefined
      ? undefined
      : {
          evidenceId: newest.evidenceId,
          offset: newest.entry.task?.offset ?? newest.entry.tree?.offset ?? 0,
        }
  const citations: TaskCitation[] = [...births, ...deaths].map(({ citation }) => citation)
  if (place && (life.fromRegistry || citations.length === 0)) citations.push(place)
  if (citations.length === 0 && marks[0]) citations.push(marks[0].citation)
  const why = [
    life.fromRegistry
      ? 'begun as the registry says (DynamicInfo); no record tells of it'
      : births.length > 0
        ? `begun by ${births.map(({ eventId }) => eventId).join(' and ')}`
        : 'no record tells of its creation',
    deaths.length > 0
      ? `ended by ${deaths.map(({ eventId }) => eventId).join(' and ')}`
      : life.replaced !== undefined
        ? 'its name was given again later, and no record tells of its deletion'
        : 'no record tells of its end',
  ].join('; ')
  return {
    number,
    began: life.fromRegistry
      ? 'registry'
      : births.some(({ deed }) => deed === 'created')
        ? 'created'
        : births.length > 0
          ? 'registered'
          : 'first-seen',
    from: utcOf(life.began ?? marks[0]?.time),
    to: utcOf(life.ended ?? life.replaced),
    ended: life.ended !== undefined ? 'deleted' : life.replaced !== undefined ? 'replaced' : null,
    creator: births.find((mark) => mark.account)?.account?.words ?? null,
    records: marks.length,
    birth: (births.find(({ deed }) => deed === 'created') ?? births[0])?.citation ?? null,
    death: deaths[0]?.citation ?? null,
    chains: chains.filter((chain) => isOfLife(chain, marks)).map(({ id }) => id),
    id: newest?.entry.id ?? null,
    changes: marks.filter((mark) => mark.deed === 'changed').length,
    runs: countRuns(marks),
    why,
    citations,
  }
}

/** One run leaves several records: instance starts where the log has them, else processes, else actions. */
function countRuns(marks: readonly TaskMark[]): number {
  for (const id of [100, 129, 200]) {
    const count = marks.filter((mark) => mark.eventId === id).length
    if (count > 0) return count
  }
  return 0
}
