/** The lives of one task name: from its creation to its deletion or to its next creation. A name given out again is another task. */
import type { TaskChangedEvent, TaskHistoryEvent } from '../domain/event.ts'
import { type FileTime, seconds } from '../domain/time.ts'

export type TaskEvent = TaskChangedEvent | TaskHistoryEvent

export interface Lifetime {
  /** `first-seen`: it was there before the first record */
  began: 'created' | 'registered' | 'first-seen'
  readonly from: FileTime
  birth: TaskEvent | undefined
  to: FileTime | undefined
  ended: 'deleted' | 'replaced' | undefined
  death: TaskEvent | undefined
  readonly events: TaskEvent[]
}

/** 106 and 4698, or 141 and 4699, of the same act are written this near to each other. */
const sameAct = seconds(5)

const isCreation = (event: TaskEvent) => event.kind === 'task-created'
const isRegistration = (event: TaskEvent) => event.kind === 'task-history' && event.what === 'registered'
const isDeletion = (event: TaskEvent) =>
  event.kind === 'task-deleted' || (event.kind === 'task-history' && event.what === 'deleted')

/** @param events of one task name on one host, in total order */
export function lifetimesOf(events: readonly TaskEvent[]): readonly Lifetime[] {
  const lives: Lifetime[] = []
  const begin = (began: Lifetime['began'], event: TaskEvent): Lifetime => {
    const life: Lifetime = {
      began,
      from: event.time,
      birth: began === 'first-seen' ? undefined : event,
      to: undefined,
      ended: undefined,
      death: undefined,
      events: [],
    }
    lives.push(life)
    return life
  }
  for (const event of events) {
    const last = lives.at(-1)
    const isOpen = last !== undefined && last.ended === undefined
    let life: Lifetime
    if (isCreation(event) || isRegistration(event)) {
      const isSame =
        isOpen &&
        last.began !== 'first-seen' &&
        event.time - last.from <= sameAct &&
        event.kind !== last.birth?.kind
      if (isSame) {
        life = last
        // 106 may be written before 4698, which tells more
        if (isCreation(event)) {
          life.began = 'created'
          life.birth = event
        }
      } else {
        if (isOpen) {
          last.ended = 'replaced'
          last.to = event.time
        }
        life = begin(isCreation(event) ? 'created' : 'registered', event)
      }
    } else if (isDeletion(event)) {
      const isSame = last?.ended === 'deleted' && event.time - (last.to ?? event.time) <= sameAct
      life = isOpen || isSame ? (last as Lifetime) : begin('first-seen', event)
      if (!isSame) {
        life.ended = 'deleted'
        life.to = event.time
        life.death = event
      }
    } else if (last && (isOpen || event.kind === 'task-history')) {
      // an instance goes on after its task is deleted
      life = last
    } else life = begin('first-seen', event)
    life.events.push(event)
  }
  return lives
}
