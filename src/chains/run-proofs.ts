/** What shows a run, each proof graded and told with what it shows by itself (windows.md §5.2, E1 to E4 and L4). */
import { recorded } from '../domain/absent.ts'
import type { RunProof, Strength } from '../domain/chain.ts'
import { accountWords } from '../domain/describe.ts'
import type { TaskHistoryEvent, WindowsEvent } from '../domain/event.ts'
import { type Locator, locatorKey } from '../domain/locator.ts'
import { millisecondsBetween } from '../domain/time.ts'
import type { FileAccess } from './file-access.ts'
import { compareEvents, spanWords } from './order.ts'
import { recordedTimeOf } from './straighten.ts'
import type { TaskProcess } from './task-processes.ts'

const runs = new Set<TaskHistoryEvent['what']>([
  'instance-started',
  'instance-completed',
  'process-created',
  'action-started',
  'action-completed',
])
export const showsRun = (event: TaskHistoryEvent): boolean => runs.has(event.what)

const grades: Readonly<Record<Strength, number>> = { exact: 4, strong: 3, medium: 2, weak: 1, derived: 0 }

/** Locators in total order, each once. */
export function citations(events: readonly WindowsEvent[]): readonly Locator[] {
  const places = new Map<string, Locator>()
  for (const event of [...events].sort(compareEvents)) places.set(locatorKey(event.locator), event.locator)
  return [...places.values()]
}

/** A proof with the records it rests on. */
export interface Proven {
  readonly proof: RunProof
  readonly at: readonly WindowsEvent[]
}
const proven = (at: readonly WindowsEvent[], proof: Omit<RunProof, 'citations'>): Proven => ({
  proof: { ...proof, citations: citations(at) },
  at,
})

function byHistory(started: readonly TaskHistoryEvent[]): readonly Proven[] {
  const first = started[0]
  if (!first) return []
  const ids = [...new Set(started.map((event) => event.eventId))].sort((a, b) => a - b)
  return [
    proven(started.slice(0, 20), {
      kind: 'history',
      grade: 'exact',
      proves: `the task history records the run (${ids.join(', ')}; exact by name)`,
      leaves: started.some((event) => event.what === 'process-created')
        ? undefined
        : 'which process it was: no record of the history names one',
      time: recordedTimeOf(first),
    }),
  ]
}

const processWords: Readonly<Record<RunProof['kind'], string>> = {
  'process-of-history': 'the process the task history names',
  'process-of-service': 'its command, started by the Schedule service',
  'process-like-action':
    'its command, started by an svchost.exe that no record names as the Schedule service',
  history: '',
  'output-fetched': '',
}

function byProcess({ process, strength, rule, from, proof }: TaskProcess): Proven {
  const delta = millisecondsBetween(from.time, process.event.time)
  const kind =
    rule === 'E2'
      ? 'process-of-history'
      : strength === 'strong' || rule === 'E4'
        ? 'process-of-service'
        : 'process-like-action'
  return proven(proof ? [process.event, proof] : [process.event], {
    kind,
    grade: strength,
    proves: `${process.image ?? 'a process'} (PID ${process.pid}) started ${spanWords(delta)} ${delta < 0 ? 'before' : 'later'}: ${processWords[kind]} (${strength})`,
    leaves:
      kind === 'process-like-action'
        ? `that PID ${process.parentPid ?? '(none)'} is the Schedule service: by itself the process is only consistent with a run`
        : undefined,
    time: recordedTimeOf(process.event),
  })
}

/** Output files of the task's command that were asked for, read, and removed after they were read. */
export function fetchedOutput(files: readonly FileAccess[]) {
  const outputs = files.filter((file) => file.isOutput && file.role !== 'payload-written')
  const read = outputs.find((file) => file.role === 'output-read')
  const removed = outputs.find(
    (file) => file.role === 'output-deleted' && read && compareEvents(read.event, file.event) < 0,
  )
  return { outputs, read, removed }
}

function byOutput(files: readonly FileAccess[]): readonly Proven[] {
  const { outputs, read, removed } = fetchedOutput(files)
  if (!read || !removed) return []
  return [
    proven(
      outputs.map((file) => file.event),
      {
        kind: 'output-fetched',
        grade: 'strong',
        proves: `${accountWords(removed.event.account) ?? 'the account'} read the output file ${recorded(removed.event.relativeTarget) ?? removed.file} and then deleted it (strong)`,
        leaves: 'which process wrote the file',
        time: recordedTimeOf(read.event),
      },
    ),
  ]
}

/** Every proof, strongest first; of one grade in time. Weak matches prove nothing and are not among them. */
export function runProofs(
  started: readonly TaskHistoryEvent[],
  found: readonly TaskProcess[],
  files: readonly FileAccess[],
): readonly Proven[] {
  return [
    ...byHistory(started),
    ...found.filter((one) => one.strength !== 'weak').map(byProcess),
    ...byOutput(files),
  ].sort(({ proof: a }, { proof: b }) => grades[b.grade] - grades[a.grade] || Number(a.time - b.time))
}

/** A process under an svchost.exe that no record names is only consistent with a run (windows.md §5.2): it adds to a proof and is none. */
export const bearsAlone = ({ proof }: Proven): boolean => proof.kind !== 'process-like-action'
