/**
 * Which task records belong to one story. A story is one lifetime of one task on one host: created (4698, or 106 when no 4698 is there)
 * with its later changes until deletion. A change without a creation in the evidence, or by somebody else, anchors its own story.
 */
import { recorded } from '../domain/absent.ts'
import type { ChainKind } from '../domain/chain.ts'
import type { TaskChangedEvent, TaskHistoryEvent } from '../domain/event.ts'
import { isWellKnownLogon } from '../domain/ids.ts'
import { type FileTime, seconds } from '../domain/time.ts'
import type { HostIndex } from './host-index.ts'
import { compareEvents, firstAtOrAfter } from './order.ts'
import { isLoopback } from './paths.ts'
import { isPlantEvent, type Plant, type PlantEvent } from './plants.ts'
import { addressOf, isNetworkLogon, sessionAt } from './sessions.ts'
import { type ChainWindows, chainBounds } from './windows.ts'

/** The same kind of change with the same actions and principals, called in the same way: upkeep, not a new deed. */
function isSameUpkeep(a: TaskChangedEvent, b: TaskChangedEvent): boolean {
  const work = (event: TaskChangedEvent) => {
    const definition = event.task?.definition
    return (
      definition && JSON.stringify([definition.actions, definition.principals, definition.actionsContext])
    )
  }
  const caller = (event: TaskChangedEvent) => {
    const pid = recorded(event.clientProcessId)
    return pid === undefined ? 'not recorded' : pid === 0 ? 'remote' : 'local'
  }
  if (a.kind !== b.kind || caller(a) !== caller(b)) return false
  const [one, other] = [a.task?.definition, b.task?.definition]
  // read from texts that differ in their times alone
  if (one && other && one.actions === other.actions && one.principals === other.principals)
    return one.actionsContext === other.actionsContext
  const before = work(a)
  return before !== undefined && before === work(b)
}

type TaskEvent = TaskChangedEvent | TaskHistoryEvent
/** A record a story can begin with. */
export type StoryEvent = TaskEvent | PlantEvent

export const isTaskChange = (event: StoryEvent): event is TaskChangedEvent =>
  event.kind.startsWith('task-') && event.kind !== 'task-history'

export interface Story {
  readonly anchor: StoryEvent
  /** full task path, as the anchor spells it */
  readonly path: string
  readonly kind: ChainKind
  /** 4698–4702 of the story in order, the anchor too */
  readonly changes: TaskChangedEvent[]
  /** TaskScheduler records of the same lifetime, in order */
  readonly history: TaskHistoryEvent[]
  /** records that put the task in place past the task service, in order */
  readonly plants: Plant[]
  /** earliest moment the task is known to be there as this story tells it */
  readonly from: FileTime
  /** instance ids of its runs, lower case */
  readonly instances: Set<string>
  /** 4699 or 141 */
  deletion: TaskEvent | undefined
  /** end of the lifetime: deletion, or the next creation under the same name */
  end: FileTime | undefined
  /** when the same name was registered again */
  next: FileTime | undefined
}

const isCreation = (event: TaskEvent): boolean => event.kind === 'task-created'
const isRegistration = (event: TaskEvent): boolean =>
  event.kind === 'task-history' && event.what === 'registered'

const isUpkeepRecord = (event: TaskHistoryEvent): boolean =>
  event.what === 'registered' ||
  event.what === 'updated' ||
  event.what === 'disabled' ||
  event.what === 'deleted'

function tellTo(story: Story, event: TaskHistoryEvent): void {
  story.history.push(event)
  const instance = recorded(event.instanceId)?.toLowerCase()
  if (instance !== undefined) story.instances.add(instance)
}

/** All stories of a host, in order of their anchors. */
export function storiesOf(host: HostIndex, windows: ChainWindows): readonly Story[] {
  const stories: Story[] = []
  const paths = new Set([
    ...host.changesByPath.keys(),
    ...host.historyByPath.keys(),
    ...host.plantsByPath.keys(),
  ])
  for (const path of paths) {
    const changes = host.changesByPath.get(path) ?? []
    const history = host.historyByPath.get(path) ?? []
    const plants = host.plantsByPath.get(path) ?? []
    if (changes.length > 0 || plants.length > 0 || history.some(isRegistration))
      stories.push(...lifetimes(host, changes, history, plants, windows))
  }
  return stories.sort((a, b) => compareEvents(a.anchor, b.anchor))
}

function lifetimes(
  host: HostIndex,
  changes: readonly TaskChangedEvent[],
  history: readonly TaskHistoryEvent[],
  plants: readonly Plant[],
  windows: ChainWindows,
): readonly Story[] {
  const sameAct = seconds(windows.registrationSeconds)
  const creations = changes.filter(isCreation).sort(compareEvents)
  const near = (event: StoryEvent, others: readonly TaskEvent[]) => {
    const next = others[firstAtOrAfter(others, event.time - sameAct)]
    return next !== undefined && next.time - event.time <= sameAct
  }
  const walk = new LifetimeWalk(host, windows)
  const plantOf = new Map<StoryEvent, Plant>(plants.map((plant) => [plant.event, plant]))
  // the service writes file and key too: its own record of the same moment says that it did
  const registrations = [...changes, ...history.filter(isUpkeepRecord)].sort(compareEvents)
  for (const event of [...changes, ...history, ...plantOf.keys()].sort(compareEvents)) {
    const plant = plantOf.get(event)
    if (plant) {
      if (plant.how === 'share' || !near(event, registrations)) walk.plant(plant)
    } else if (isPlantEvent(event)) continue
    else if (event.kind === 'task-history') {
      if (!isRegistration(event)) walk.tell(event)
      else if (near(event, creations)) walk.announce(event)
      else walk.begin(event, 'task-created')
    } else if (isCreation(event)) walk.begin(event, 'task-created')
    else walk.change(event)
  }
  return walk.finish()
}

/** Walks the records of one task name in order. */
class LifetimeWalk {
  private readonly stories: Story[] = []
  /** the lifetime, and stories of other actors inside it */
  private open: Story[] = []
  private closed: Story[] = []
  private readonly overtaken: Story[] = []
  /** history met while no lifetime was open: its 4698 or 4702 may be written a moment later */
  private waiting: TaskHistoryEvent[] = []
  private readonly host: HostIndex
  private readonly windows: ChainWindows
  constructor(host: HostIndex, windows: ChainWindows) {
    this.host = host
    this.windows = windows
  }

  private get current(): Story | undefined {
    return this.open[0]
  }

  /** 141 is written a moment before 4699 of the same deletion. */
  private isOver(time: FileTime): boolean {
    const end = this.current?.deletion
    return end !== undefined && time - end.time > seconds(this.windows.registrationSeconds)
  }

  private close(end: FileTime | undefined): void {
    const deletion = this.current?.deletion
    for (const story of this.overtaken.splice(0)) {
      story.end = deletion?.time ?? end
      story.deletion = deletion
      if (deletion && deletion.kind !== 'task-history') story.changes.push(deletion)
      else if (deletion) tellTo(story, deletion)
    }
    for (const story of this.open) story.end ??= end
    if (this.open.length > 0) this.closed = this.open
    this.open = []
  }

  private add(anchor: StoryEvent, kind: ChainKind, plant?: Plant): Story {
    const story: Story = {
      anchor,
      path: plant?.taskPath ?? ('taskPath' in anchor ? anchor.taskPath : ''),
      kind,
      changes: isTaskChange(anchor) ? [anchor] : [],
      history: anchor.kind === 'task-history' ? [anchor] : [],
      plants: plant ? [plant] : [],
      from: anchor.time,
      instances: new Set(),
      deletion: undefined,
      end: undefined,
      next: undefined,
    }
    this.stories.push(story)
    return story
  }

  /** History waiting for its story: all of it for a deletion, else what was written within a second before. */
  private takeWaiting(story: Story, all: boolean): void {
    const from = story.anchor.time - seconds(1)
    for (const event of this.waiting)
      if (all || event.time >= from || isRegistration(event)) tellTo(story, event)
    this.waiting = []
  }

  private isOfComingBirth(time: FileTime): boolean {
    const sameAct = seconds(this.windows.registrationSeconds)
    return this.waiting.some((event) => isRegistration(event) && time - event.time <= sameAct)
  }

  /** 140 and 142 stand just before their 4702 and 4701: they are the birth of that story too. */
  private takeBirth(story: Story, current: Story): void {
    const from = story.anchor.time - seconds(this.windows.registrationSeconds)
    const what = story.kind === 'task-updated' ? 'updated' : 'disabled'
    for (let index = current.history.length - 1; index >= 0; index--) {
      const event = current.history[index] as TaskHistoryEvent
      if (event.time < from) break
      if (event.what === what) {
        tellTo(story, event)
        break
      }
    }
  }

  /** 106 whose 4698 is in the evidence. */
  announce(event: TaskHistoryEvent): void {
    const birth = this.current
    const sameAct = seconds(this.windows.registrationSeconds)
    if (
      birth?.kind === 'task-created' &&
      birth.deletion === undefined &&
      event.time - birth.anchor.time <= sameAct
    )
      tellTo(birth, event)
    else this.waiting.push(event)
  }

  begin(anchor: StoryEvent, kind: ChainKind, plant?: Plant): void {
    this.close(anchor.time)
    this.closed = []
    for (let index = this.stories.length - 1; index >= 0; index--) {
      const earlier = this.stories[index] as Story
      if (earlier.next !== undefined) break
      earlier.next = anchor.time
    }
    const story = this.add(anchor, kind, plant)
    this.takeWaiting(story, false)
    this.open = [story]
  }

  /** Several records of one doing, file and key, are one act. */
  plant(plant: Plant): void {
    const { event } = plant
    if (this.isOver(event.time)) this.close(undefined)
    const same = seconds(chainBounds.plantSeconds)
    const own = this.open.findLast(
      (story) => story.plants.length > 0 && event.time - (story.plants.at(-1) as Plant).event.time <= same,
    )
    if (own) own.plants.push(plant)
    else if (this.current === undefined || this.current.deletion !== undefined)
      this.begin(event, 'task-created', plant)
    else this.open.push(this.add(event, 'task-updated', plant))
  }

  change(event: TaskChangedEvent): void {
    if (this.isOver(event.time)) this.close(undefined)
    const current = this.current
    if (event.kind === 'task-deleted') {
      if (current && (current.deletion === undefined || current.deletion.kind === 'task-history')) {
        for (const story of this.open) {
          story.deletion = event
          story.end = event.time
          story.changes.push(event)
        }
        this.close(event.time)
        return
      }
      const story = this.add(event, 'task-deleted')
      story.deletion = event
      story.end = event.time
      this.takeWaiting(story, true)
      this.closed = [story]
      return
    }
    const kind = event.kind as ChainKind
    const own = this.open.find((story) => this.belongs(story, event))
    if (own && own.deletion === undefined) {
      own.changes.push(event)
      return
    }
    const story = this.add(event, kind)
    if (current) this.takeBirth(story, current)
    if (current === undefined) this.takeWaiting(story, false)
    if (current === undefined || current.deletion !== undefined) this.open = [story]
    else {
      this.open.push(story)
      // A service may change its task ten thousand times: the oldest such stories are told without what follows, but for their end.
      if (this.open.length > chainBounds.openStories) this.overtaken.push(...this.open.splice(0, 1))
    }
  }

  tell(event: TaskHistoryEvent): void {
    if (this.isOver(event.time)) this.close(undefined)
    if (event.what === 'deleted' && this.current) {
      for (const story of this.open) {
        tellTo(story, event)
        story.deletion ??= event
        story.end ??= event.time
      }
      return
    }
    // 140 of a registration stands behind its 106, and both may stand before their 4698
    if (event.what === 'updated' && this.isOfComingBirth(event.time)) {
      this.waiting.push(event)
      return
    }
    if (this.current && this.current.deletion === undefined) {
      for (const story of this.open) tellTo(story, event)
      return
    }
    // An instance goes on after its task is deleted: atexec deletes it while the command still runs.
    const ended = this.current ? this.open : this.closed
    const trailing = ended.filter((story) => this.endsRunOf(story, event))
    for (const story of trailing) tellTo(story, event)
    if (trailing.length === 0) this.waiting.push(event)
  }

  private endsRunOf(story: Story, event: TaskHistoryEvent): boolean {
    const deleted = story.deletion?.time
    if (deleted === undefined) return false
    if (event.time - deleted <= seconds(this.windows.startSeconds)) return true
    const instance = recorded(event.instanceId)?.toLowerCase()
    return instance !== undefined && story.instances.has(instance)
  }

  /**
   * The same account goes on with its own story. Without a creation that is the same logon session; a built-in session, which is
   * everybody's, goes on only as long as it does the very same again: a service that keeps its task as it is.
   */
  private belongs(story: Story, event: TaskChangedEvent): boolean {
    // nobody is named as the maker of such a story: what an account changes later is that account's own
    if (!isTaskChange(story.anchor))
      return event.time - story.anchor.time <= seconds(this.windows.registrationSeconds)
    if (story.kind !== 'task-created') {
      if (event.logonId === undefined || event.logonId !== story.anchor.logonId) return false
      return !isWellKnownLogon(event.logonId) || isSameUpkeep(story.anchor, event)
    }
    const stranger =
      event.account.sid !== story.anchor.account.sid &&
      event.account.sid?.startsWith('S-1-5-21-') === true &&
      !(event.logonId !== undefined && isWellKnownLogon(event.logonId))
    const address = this.networkAddress(event)
    return !stranger && (address === undefined || address === this.networkAddress(story.anchor))
  }

  private networkAddress(event: TaskChangedEvent): string | undefined {
    const slack = seconds(this.windows.tickSeconds)
    const session = sessionAt(this.host.sessions, this.host.boots, event.logonId, event.time, slack)
    if (!session || !isNetworkLogon(session.opened.logonType)) return undefined
    const ip = addressOf(session.opened)
    return ip === undefined || isLoopback(ip) ? undefined : ip
  }

  finish(): readonly Story[] {
    this.close(undefined)
    return this.stories
  }
}
