/**
 * Whose process is it? The same tool run by several tasks of a host gives processes that look alike. A PID that the task history gives to
 * one task (129) is no other task's; without it, tasks with the same action compete, and only the one that was just started may have it.
 */
import { recorded } from '../domain/absent.ts'
import type { WindowsEvent } from '../domain/event.ts'
import { type FileTime, seconds } from '../domain/time.ts'
import { bootAt } from './boots.ts'
import { execActions } from './definition.ts'
import type { HostIndex } from './host-index.ts'
import { append } from './order.ts'
import { taskKey } from './paths.ts'
import type { Processes, ProcessInstance } from './processes.ts'
import type { Story } from './stories.ts'
import { type ChainWindows, chainBounds } from './windows.ts'

export interface ProcessClaims {
  /** task (key) that the history names for this process */
  readonly ownerOf: (process: ProcessInstance) => string | undefined
  /** stories of other tasks that had the same command line at that time; undefined: more than are worth comparing */
  readonly rivalsOf: (story: Story, line: string, time: FileTime) => readonly Story[] | undefined
}

const gap = (a: FileTime, b: FileTime): bigint => (a < b ? b - a : a - b)

/** The instance that a 129 means: that PID in that boot, started nearest to the record, at most the window away. */
export function namedProcess(
  processes: Processes,
  boot: number,
  pid: number,
  time: FileTime,
  near: bigint,
): ProcessInstance | undefined {
  let best: ProcessInstance | undefined
  for (const one of processes.ofPid(boot, pid)) {
    const apart = gap(one.event.time, time)
    if (apart <= near && (!best || apart < gap(best.event.time, time))) best = one
  }
  return best
}

/** `stories`: all of the host. */
export function claimsOf(index: HostIndex, stories: readonly Story[], windows: ChainWindows): ProcessClaims {
  const owners = new Map<ProcessInstance, string>()
  const near = seconds(windows.startSeconds)
  for (const [path, history] of index.historyByPath)
    for (const event of history) {
      const pid = event.what === 'process-created' ? recorded(event.processId) : undefined
      if (pid === undefined) continue
      const boot = bootAt(index.boots, event.time)
      for (const processes of [index.security, index.sysmon]) {
        const process = namedProcess(processes, boot, pid, event.time, near)
        if (process) owners.set(process, path)
      }
    }
  const byLine = new Map<string, Story[]>()
  for (const story of stories)
    for (const line of new Set(execActions(story).map(({ keys }) => keys.line))) append(byLine, line, story)
  return {
    ownerOf: (process) => owners.get(process),
    rivalsOf: (story, line, time) => {
      const all = byLine.get(line) ?? []
      if (all.length > chainBounds.rivals) return undefined
      const key = taskKey(story.path)
      return all.filter(
        (other) =>
          taskKey(other.path) !== key &&
          other.from <= time + near &&
          (other.end === undefined || time <= other.end + near),
      )
    },
  }
}

/** Records that start a task: its creation or change, and every trigger or run on demand of the lifetime; in order. */
export function causesOf(story: Story): readonly WindowsEvent[] {
  const triggers = story.history.filter(
    (event) => event.what === 'triggered' || event.what === 'run-on-demand' || event.what === 'registered',
  )
  return [...new Set<WindowsEvent>([...story.changes, story.anchor, ...triggers])].filter(
    (event) => event.kind !== 'task-deleted' && event.kind !== 'task-disabled',
  )
}

/** One of the story's causes lies just before the moment. */
export const isPromptFor = (story: Story, time: FileTime, near: bigint, slack: bigint): boolean =>
  causesOf(story).some((event) => event.time <= time + slack && time - event.time <= near)
