/**
 * Did the task run, and what did it start (E1–E5, L4). Each proof is graded; a process that merely follows in time proves nothing.
 * "No" comes only from the task history: a log of it that holds the creation, is whole and shows no start.
 */
import { limits } from '../base/limits.ts'
import type { ProcessTree, RunProof, TriState } from '../domain/chain.ts'
import type { TaskHistoryEvent, WindowsEvent } from '../domain/event.ts'
import { channels, judgeAbsence } from './coverage.ts'
import type { ChainDraft } from './draft.ts'
import type { FileAccess } from './file-access.ts'
import { coveringHistory, coveringUntilBoot } from './history-coverage.ts'
import { baseName } from './paths.ts'
import { processTree } from './process-tree.ts'
import { descendantsOf, endOf, keysOf, type ProcessInstance } from './processes.ts'
import { bearsAlone, citations, fetchedOutput, type Proven, runProofs, showsRun } from './run-proofs.ts'
import type { Scene } from './scene.ts'
import type { Story } from './stories.ts'
import { findTaskProcesses, type TaskProcess } from './task-processes.ts'
import { chainBounds, firstAndLast, leftWords } from './windows.ts'

const historyRoles = {
  registered: 'task-registered',
  updated: 'task-updated',
  deleted: 'task-deleted',
  disabled: 'task-disabled',
  triggered: 'task-triggered',
  'run-on-demand': 'task-triggered',
  'missed-start': 'task-triggered',
  ignored: 'task-triggered',
  queued: 'task-triggered',
  'instance-started': 'task-started',
  'action-started': 'task-started',
  'start-failed': 'task-started',
  'action-start-failed': 'task-started',
  'process-created': 'process-created',
  'instance-completed': 'task-finished',
  'instance-failed': 'task-finished',
  'action-completed': 'task-finished',
  'action-failed': 'task-finished',
  terminated: 'task-finished',
} as const

export interface Execution {
  readonly executed: TriState
  readonly runs: readonly RunProof[]
  readonly processes: readonly TaskProcess[]
  readonly tree: ProcessTree
}

/** E1: every history record of the lifetime, by name; the first and last of very many. */
function tellHistory(draft: ChainDraft, story: Story): void {
  const { told, left } = firstAndLast(story.history)
  if (left > 0) draft.gap(`${left} more history records of the task`, 'unknown', leftWords)
  for (const event of told) {
    const role = event.what === 'other' ? undefined : historyRoles[event.what]
    if (!role) continue
    draft.step(role, event)
    if (event === story.anchor) continue
    draft.link(
      'E1',
      story.anchor,
      event,
      'exact',
      { task: story.path },
      'same task name on the same host within one lifetime of the task',
    )
  }
}

/** E5: the tree below each process of the task, and when its processes ended. */
function tellTree(scene: Scene, draft: ChainDraft, root: ProcessInstance): void {
  const processes = root.event.kind === 'process-started' ? scene.host.security : scene.host.sysmon
  const { found, cut } = descendantsOf(processes, root)
  for (const { parent, child } of found) {
    draft.step('descendant-started', child.event)
    draft.link(
      'E5',
      parent.event,
      child.event,
      'derived',
      { parentPid: parent.pid, parentImage: child.parentImage },
      'the creator process id belongs to this instance: started before, not ended, id not given out again',
    )
  }
  for (const instance of [root, ...found.map((descendant) => descendant.child)]) {
    const end = endOf(processes, instance)
    if (end) draft.step('process-ended', end)
  }
  if (cut)
    draft.gap(
      `processes further below ${root.image ?? 'the task'}`,
      'unknown',
      `the tree is told to depth ${limits.treeDepth} and ${limits.treeNodes} processes; there are more`,
    )
}

/** Steps and links of the run, and the answer. */
export function tellExecution(
  scene: Scene,
  story: Story,
  draft: ChainDraft,
  files: readonly FileAccess[],
): Execution {
  tellHistory(draft, story)
  const { found, cut } = findTaskProcesses(scene, story)
  if (cut)
    draft.gap(
      'every process that could be the task',
      'unknown',
      `only the first ${chainBounds.processMatches} that fit, of at most ${chainBounds.processesCompared} compared, are told; the rest is in the timeline`,
    )
  const proofs = runProofs(story.history.filter(showsRun), found, files)
  const executed = answer(scene, story, proofs, found, files)
  // what is only consistent with a run stands in the tree, apart from the records of the chain
  if (executed.answer === 'yes')
    for (const { process, rule, from, strength, fields, why } of found) {
      if (strength === 'weak') continue
      draft.step('process-started', process.event)
      draft.link(rule, from, process.event, strength, fields, why)
      tellTree(scene, draft, process)
    }
  return {
    executed,
    runs: executed.answer === 'yes' ? proofs.map(({ proof }) => proof) : [],
    processes: found,
    tree: processTree(scene, found, (root) => executed.answer === 'yes' && isProven(root, files)),
  }
}

/** The parent is proven, or the process wrote the very file that was fetched: its command line names it. */
function isProven({ strength, process, rule }: TaskProcess, files: readonly FileAccess[]): boolean {
  if (strength === 'exact' || strength === 'strong') return true
  const { read, removed } = fetchedOutput(files)
  if (rule !== 'E3' || strength !== 'medium' || !read || !removed) return false
  return keysOf(process).line?.includes(baseName(read.file)) === true
}

function answer(
  scene: Scene,
  story: Story,
  proofs: readonly Proven[],
  found: readonly TaskProcess[],
  files: readonly FileAccess[],
): TriState {
  const bearing = proofs.filter(bearsAlone)
  if (bearing.length > 0 && !isContradicted(scene, story, bearing))
    return {
      answer: 'yes',
      why: `It ran: ${proofs.map(({ proof }) => proof.proves).join('; ')}.`,
      citations: citations(proofs.flatMap(({ at }) => at)),
    }
  const { outputs } = fetchedOutput(files)
  const weak = found.map(({ process, strength, why }) => {
    const name = `${process.image ?? 'a process'} (PID ${process.pid})`
    return strength === 'weak' && !why.startsWith('only')
      ? `${name} is consistent with a run, but ${why}`
      : strength === 'weak'
        ? `${name} fits in time and image, but nothing shows that the task started it`
        : `${name} is consistent with a run: ${why}`
  })
  const asked = `its output file was asked for ${outputs.length} times; the records show the request, not that the file was there`
  return withoutProof(scene, story, {
    texts: outputs.length > 0 ? [...weak, asked] : weak,
    at: [
      ...found.flatMap(({ process, rivals }) => [process.event, ...(rivals ?? [])]),
      ...outputs.map((file) => file.event),
    ],
  })
}

/**
 * A whole task history without a start of the task speaks against a process that only looks like its own. Then neither is believed:
 * what the history itself says of a run, or output that was fetched, is.
 */
const isContradicted = (scene: Scene, story: Story, proofs: readonly Proven[]): boolean =>
  proofs.every(({ proof }) => proof.kind === 'process-of-service') &&
  coveringHistory(scene, story) !== undefined

/** What points to a run without proving it: told and cited, never weighed. */
interface Hints {
  readonly texts: readonly string[]
  readonly at: readonly WindowsEvent[]
}

function withoutProof(scene: Scene, story: Story, hints: Hints): TriState {
  const aside = hints.texts.length > 0 ? ` ${hints.texts.join('. ')}.` : ''
  if (story.kind === 'task-deleted')
    return {
      answer: 'unknown',
      why: `The record tells of the deletion only; whether the task ran before is not in the evidence.${aside}`,
      citations: citations(hints.at),
    }
  const failed = story.history.filter((event) => failures.has(event.what)).slice(0, 20)
  const tried = failed.length > 0 ? `; a start was tried and failed (${failed.length} records)` : ''
  const covering = coveringHistory(scene, story) ?? coveringUntilBoot(scene, story)
  if (covering)
    return {
      answer: 'no',
      why: `${channels.scheduler} holds every record ${covering.span} and shows no start of it${tried}.${aside}`,
      citations: citations([...covering.bounds, ...failed, ...hints.at]),
    }
  const end = story.end ?? story.anchor.time
  const { state, why } = judgeAbsence(scene.coverage, channels.scheduler, undefined, story.anchor.time, end)
  const open =
    state === 'truly-absent' || state === 'unknown'
      ? `${channels.scheduler} does not cover the whole life of the task`
      : why
  return {
    answer: 'unknown',
    why: `No record shows a start${tried}, and that proves nothing: ${open}.${aside}`,
    citations: citations([...failed, ...hints.at]),
  }
}

const failures = new Set<TaskHistoryEvent['what']>(['start-failed', 'action-start-failed', 'missed-start'])
