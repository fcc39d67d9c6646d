/** What would be there and is not, each with the kind of absence. Nothing here is a "no". */
import type { StepRole, TriState } from '../domain/chain.ts'
import type { TaskChangedEvent } from '../domain/event.ts'
import { isWellKnownLogon } from '../domain/ids.ts'
import { fileTime, seconds } from '../domain/time.ts'
import { absenceSentence, channels, judgeAbsence, type Subcategory, subcategories } from './coverage.ts'
import type { ChainDraft } from './draft.ts'
import type { Execution } from './execution.ts'
import { coveringHistory, coveringSinceAlive } from './history-coverage.ts'
import type { Judged } from './mechanism.ts'
import type { Scene } from './scene.ts'
import { addressOf } from './sessions.ts'
import type { Origin } from './source.ts'
import type { Story } from './stories.ts'

interface Told {
  readonly scene: Scene
  readonly story: Story
  readonly draft: ChainDraft
  readonly change: TaskChangedEvent | undefined
  readonly origin: Origin
  readonly judged: Judged
  readonly execution: Execution
  readonly deleted: TriState
}

const creationIds: Readonly<Record<string, string>> = { 'task-created': '4698' }

export function tellGaps(told: Told): void {
  creationGap(told)
  logonGaps(told)
  pipeGap(told)
  runGaps(told)
  deletionGap(told)
}

/** A gap judged by what the logs cover from `before` seconds before the anchor to `after` seconds behind it. */
function judged(
  { scene, story, draft }: Told,
  expected: string,
  channel: string,
  subcategory: Subcategory | undefined,
  before: number,
  after: number | 'end',
): void {
  const { time } = story.anchor
  const to = after === 'end' ? (story.end ?? 'end') : fileTime(time + seconds(after))
  const judgement = judgeAbsence(scene.coverage, channel, subcategory, fileTime(time - seconds(before)), to)
  draft.gap(expected, judgement.state, absenceSentence(expected, judgement), judgement.citations)
}

function creationGap(told: Told): void {
  const { story, change } = told
  if (story.plants.length > 0)
    told.draft.gap(
      '4698',
      'expected-absent',
      'the file or the registry was written directly: the task service was not asked and records nothing',
    )
  else if (story.anchor.kind === 'task-history')
    judged(told, '4698', channels.security, subcategories.taskChanges, 1, 1)
  else if (creationIds[story.kind] === undefined)
    told.draft.gap(
      '4698',
      'out-of-retention',
      'the creation of this task is not in the evidence: it happened before, or its record was not kept',
    )
  if (change && !story.changes.some((one) => one.task?.definition))
    told.draft.gap(
      'task definition',
      'unknown',
      'no task record of this story carries a readable definition: look at the file below System32\\Tasks and the registry',
    )
}

function logonGaps(told: Told): void {
  const { change, origin, judged: verdict, draft } = told
  const id = change?.logonId
  if (!change || id === undefined || isWellKnownLogon(id)) return
  const { taskSession, chosen, source, searchCut } = origin
  if (!taskSession) judged(told, `4624 for ${id}`, channels.security, subcategories.logon, 1, 0)
  else if (addressOf(taskSession.opened) === undefined && verdict.mechanism.startsWith('remote'))
    draft.gap(
      `4624 with an address for ${id}`,
      'expected-absent',
      verdict.path === 'atsvc-pipe'
        ? 'the RPC bind inside the pipe makes a second logon without an address'
        : 'a logon made through RPC authentication carries no address',
    )
  if (chosen && !chosen.session && chosen.logonId !== id)
    judged(told, `4624 for ${chosen.logonId}`, channels.security, subcategories.logon, 10, 0)
  const has = (role: StepRole) => draft.steps().some((step) => step.role === role)
  if (verdict.mechanism.startsWith('remote') && !has('privileges'))
    judged(told, `4672 for ${source.logonId ?? id}`, channels.security, subcategories.specialLogon, 10, 0)
  if (searchCut)
    draft.gap(
      'all other network logons of the account',
      'unknown',
      'there are very many; the nearest in time are listed, the rest is in the timeline',
    )
}

function pipeGap(told: Told): void {
  const { judged: verdict, draft, change, origin } = told
  if (!change || origin.owners.length > 0) return
  if (verdict.path === 'rpc-tcp')
    draft.gap(
      '5145 atsvc',
      'expected-absent',
      'schtasks and the task API speak RPC over TCP: no pipe is opened, so no share access is recorded',
    )
  else if (verdict.path === 'winrm' || verdict.path === 'wmi')
    draft.gap(
      '5145 atsvc',
      'expected-absent',
      'the call was made by a process on the host: no pipe of a share',
    )
  else if (verdict.mechanism !== 'local' && verdict.mechanism !== 'machine-managed')
    judged(
      told,
      '5145 atsvc',
      channels.security,
      subcategories.detailedFileShare,
      told.scene.windows.siblingSeconds,
      0,
    )
}

function runGaps(told: Told): void {
  const { story, execution } = told
  if (story.kind === 'task-deleted') return
  if (story.history.length === 0)
    judged(told, 'task history (106, 129, 200, 201)', channels.scheduler, undefined, 1, 'end')
  if (execution.executed.answer !== 'no' && execution.processes.every((one) => one.strength === 'weak'))
    judged(told, "4688 of the task's process", channels.security, subcategories.processCreation, 0, 'end')
  const unproven = execution.processes.find((one) => one.rule === 'E3' && one.strength === 'medium')
  if (unproven?.process.parentPid !== undefined)
    judged(
      told,
      `a record that names PID ${unproven.process.parentPid} as the Schedule service`,
      channels.scheduler,
      undefined,
      1,
      'end',
    )
}

function deletionGap(told: Told): void {
  const { story, deleted } = told
  if (deleted.answer === 'unknown' && story.kind !== 'task-deleted')
    judged(told, '4699 or 141', channels.security, subcategories.taskChanges, 0, 'end')
}

/** Was it deleted: 4699 or 141 say so; only whole and audited logs deny it. */
export function deletionOf(scene: Scene, story: Story): TriState {
  const records = [...story.changes, ...story.history].filter(
    (event) => event.kind === 'task-deleted' || (event.kind === 'task-history' && event.what === 'deleted'),
  )
  if (records.length > 0) {
    const ids = [...new Set(records.map((event) => event.eventId))].sort((a, b) => b - a)
    return {
      answer: 'yes',
      why: `The deletion is recorded (${ids.join(', ')}).`,
      citations: records.map((event) => event.locator),
    }
  }
  if (story.end !== undefined)
    return {
      answer: 'unknown',
      why: 'No deletion is recorded, but the same name was registered again later.',
      citations: [],
    }
  if (story.plants.length > 0)
    return {
      answer: 'unknown',
      why: 'No deletion is recorded, and that proves nothing: what was put in place past the task service can be taken away the same way, without a 4699 or 141.',
      citations: [],
    }
  const covering = coveringHistory(scene, story) ?? coveringSinceAlive(scene, story)
  if (covering)
    return {
      answer: 'no',
      why: `${channels.scheduler} holds every record ${covering.span} and no deletion.`,
      citations: covering.bounds.map((event) => event.locator),
    }
  const judgement = judgeAbsence(
    scene.coverage,
    channels.security,
    subcategories.taskChanges,
    story.anchor.time,
    'end',
  )
  const { state, why } = judgement
  return state === 'truly-absent'
    ? { answer: 'no', why: `No deletion is recorded: ${why}.`, citations: judgement.citations }
    : {
        answer: 'unknown',
        why: `No deletion is recorded, and that proves nothing: ${why}; ${channels.scheduler} does not tell either.`,
        citations: judgement.citations,
      }
}
