/**
 * When the silence of the task history may be heard: the log holds the task's own registration (it was recording then), is whole (no record id
 * missing, nothing unreadable), and reaches to the end of the task's life or to the moment it was taken (windows.md §6, question 1).
 */
import type { ChannelCoverage } from '../domain/chain.ts'
import type { TaskHistoryEvent } from '../domain/event.ts'
import { formatUtc, seconds } from '../domain/time.ts'
import { channels, goesOnAfter, isRawCopy, isWhole, logsOf, mayHoldBoot } from './coverage.ts'
import { definitionOf } from './definition.ts'
import type { Scene } from './scene.ts'
import type { Story } from './stories.ts'
import { recordedTimeOf } from './straighten.ts'

export interface CoveringHistory {
  /** `from the creation of the task to its end (…)` */
  readonly span: string
  /** records at both ends */
  readonly bounds: readonly TaskHistoryEvent[]
}

/** The record of the act a story begins with: a log that begins behind a registration has lost what came before. */
const births: Readonly<Partial<Record<Story['kind'], TaskHistoryEvent['what']>>> = {
  'task-created': 'registered',
  'task-updated': 'updated',
  'task-disabled': 'disabled',
}

interface Held {
  readonly log: ChannelCoverage
  readonly birth: TaskHistoryEvent
  readonly removal: TaskHistoryEvent | undefined
}

/** Whole logs of the history that hold the record of the act the story begins with. */
function holders(scene: Scene, story: Story): readonly Held[] {
  const near = seconds(scene.windows.registrationSeconds)
  const { time } = story.anchor
  return logsOf(scene.coverage, channels.scheduler).flatMap((log) => {
    if (!isWhole(log)) return []
    const own = story.history.filter((event) => event.locator.evidenceId === log.evidenceId)
    const birth = own.find(
      (event) => births[story.kind] === event.what && event.time >= time - near && event.time <= time + near,
    )
    return birth ? [{ log, birth, removal: own.find((event) => event.what === 'deleted') }] : []
  })
}

/** The whole life, or all of it until the log ends where its end can be trusted. */
export function coveringHistory(scene: Scene, story: Story): CoveringHistory | undefined {
  for (const { log, birth, removal } of holders(scene, story)) {
    if (story.end !== undefined) {
      if (log.to >= story.end || removal)
        return {
          span: `from the creation of the task to its end (${formatUtc(story.end)})`,
          bounds: removal ? [birth, removal] : [birth],
        }
      continue
    }
    if (goesOnAfter(log, story.anchor.time))
      return {
        span: `from the creation of the task to ${isRawCopy(log) ? 'the moment the log was taken' : 'the end of the log'} (last record ${formatUtc(log.to)})`,
        bounds: [birth],
      }
  }
  return undefined
}

/** An export that ends early still covers a task that only a start of Windows triggers, when no log of the host holds such a start since. */
export function coveringUntilBoot(scene: Scene, story: Story): CoveringHistory | undefined {
  const triggers = definitionOf(story)?.triggers ?? []
  const waits =
    triggers.length > 0 &&
    triggers.every((trigger) => trigger.kind === 'Boot') &&
    !mayHoldBoot(scene.coverage, story.anchor.time)
  const held = holders(scene, story).find(({ log }) => log.provenance === 'full-export')
  if (story.end !== undefined || !waits || !held) return undefined
  return {
    span: `from the creation of the task to the end of the log (${formatUtc(held.log.to)}; only a start of Windows triggers the task, and none is recorded since)`,
    bounds: [held.birth],
  }
}

/** What only a task that is there writes; an instance may go on after its task is deleted. */
const aliveSigns = new Set<TaskHistoryEvent['what']>([
  'registered',
  'updated',
  'disabled',
  'triggered',
  'run-on-demand',
])

/** A log that is whole from a record that shows the task alive to where its end can be trusted: enough to say that it was not deleted. */
export function coveringSinceAlive(scene: Scene, story: Story): CoveringHistory | undefined {
  if (story.end !== undefined) return undefined
  for (const log of logsOf(scene.coverage, channels.scheduler)) {
    if (!isWhole(log)) continue
    const sign = story.history.find(
      (event) => event.locator.evidenceId === log.evidenceId && aliveSigns.has(event.what),
    )
    if (sign && goesOnAfter(log, sign.time))
      return {
        span: `from ${formatUtc(recordedTimeOf(sign))}, when the task was there, to ${isRawCopy(log) ? 'the moment the log was taken' : 'the end of the log'} (last record ${formatUtc(log.to)})`,
        bounds: [sign],
      }
  }
  return undefined
}
