/** How a record of a chain looks: its mark by role, its name, and how much the name matters when space is short. */

import { escapeLine } from '../../../../src/base/escape.ts'
import { shareWord } from '../words.ts'

export type MarkShape =
  | 'logon'
  | 'rights'
  | 'share'
  | 'pipe'
  | 'file-gone'
  | 'created'
  | 'updated'
  | 'deleted'
  | 'scheduler'
  | 'process'
  | 'ended'
  | 'cleared'

export interface Look {
  readonly shape: MarkShape
  /** 0 to 100: the heavier name stays */
  readonly weight: number
  readonly name: string
  readonly shortName: string
}

const looks: Readonly<Record<string, readonly [MarkShape, number, string, string]>> = {
  'smb-logon': ['logon', 80, 'Logon', 'Logon'],
  'rpc-logon': ['logon', 80, 'Logon', 'Logon'],
  'other-logon': ['logon', 80, 'Logon', 'Logon'],
  privileges: ['rights', 20, 'Privileges', 'Rights'],
  'share-connected': ['share', 30, 'Share connected', 'Share'],
  'pipe-opened': ['pipe', 90, 'Pipe opened', 'Pipe'],
  'payload-written': ['pipe', 72, 'File written', 'Written'],
  'output-read': ['share', 70, 'Output read', 'Read'],
  'output-deleted': ['file-gone', 75, 'File deleted', 'Deleted'],
  'task-created': ['created', 100, 'Task created', 'Created'],
  'task-updated': ['updated', 99, 'Task updated', 'Updated'],
  'task-enabled': ['updated', 86, 'Task enabled', 'Enabled'],
  'task-disabled': ['updated', 86, 'Task disabled', 'Disabled'],
  'task-deleted': ['deleted', 88, 'Task deleted', 'Deleted'],
  'task-registered': ['scheduler', 44, 'Registered', 'Registered'],
  'task-triggered': ['scheduler', 45, 'Triggered', 'Triggered'],
  'task-started': ['scheduler', 47, 'Started', 'Started'],
  'process-created': ['scheduler', 46, 'Process made', 'Process'],
  'task-finished': ['scheduler', 43, 'Finished', 'Finished'],
  'process-started': ['process', 98, 'Process', 'Process'],
  'descendant-started': ['process', 96, 'Process', 'Process'],
  'process-ended': ['ended', 15, 'Ended', 'Ended'],
  'log-cleared': ['cleared', 95, 'Log cleared', 'Cleared'],
}

export const isSchedulerRecord = (channel: string): boolean => /TaskScheduler/i.test(channel)

const lastSegment = (path: string) => path.slice(Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/')) + 1)
const clip = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1)}…` : text)

/** A role we do not know still gets a mark and its own name. */
export function lookOf(
  role: string,
  eventId: number,
  facts: Readonly<Record<string, string>>,
  channel: string,
): Look {
  const [shape, weight, name, shortName] = looks[role] ?? ['share', 60, `Event ${eventId}`, String(eventId)]
  // the scheduler's own log says the same as 4698, 4699 or 4702, in its own lane and with the small mark
  if (isSchedulerRecord(channel))
    return { shape: 'scheduler', weight: Math.min(weight, 47), name: shortName, shortName }
  if (shape === 'process' && facts.image) {
    const image = clip(escapeLine(lastSegment(facts.image)), 32)
    return { shape, weight, name: facts.pid ? `${image} ${escapeLine(facts.pid)}` : image, shortName: image }
  }
  if (role === 'pipe-opened' && facts.target)
    return {
      shape,
      weight,
      name: `Pipe ${clip(escapeLine(facts.target), 24)} opened`,
      shortName: clip(escapeLine(facts.target), 24),
    }
  if (role === 'share-connected' && facts.share)
    return {
      shape,
      weight,
      name: `${clip(escapeLine(shareWord(facts.share)), 24)} connected`,
      shortName: clip(escapeLine(shareWord(facts.share)), 24),
    }
  return { shape, weight, name, shortName }
}
