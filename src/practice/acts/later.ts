/** What happens to a task after it was made: it runs, is changed, is deleted. The deed it belongs to learns of it. */
import { localTime, type PracticeAccount } from '../cast.ts'
import type { Deed } from '../deed.ts'
import type { Mark } from '../happening.ts'
import { logonIdText } from '../logon-ids.ts'
import { remoteCaller } from '../records.ts'
import { schtasksTask } from '../task-xml.ts'
import { type HostWorld, ms } from '../world/host-world.ts'
import { commandLineOf, type Plan, plannedTask } from './program.ts'
import { runTask } from './run-task.ts'
import { connectTcp, type RemoteCall } from './tcp-task.ts'

function learn(world: HostWorld, mark: string, more: (deed: Deed) => Partial<Deed>): void {
  const index = world.deeds.findIndex((deed) => deed.mark === mark)
  const deed = world.deeds[index] as Deed
  world.deeds[index] = { ...deed, ...more(deed) }
}

interface Made {
  readonly mark: string
  readonly path: string
  readonly plan: Plan
}

/** One run; `also` are other deeds that have worked on the task. */
export function runLater(
  world: HostWorld,
  at: bigint,
  made: Made,
  by: 'time' | 'boot' | 'logon',
  also: readonly string[] = [],
): bigint {
  const { program } = made.plan
  const { processes, endedAt } = runTask(world, at, {
    mark: made.mark,
    also,
    path: made.path,
    command: program.command,
    parameters: program.parameters,
    image: program.image,
    commandLine: commandLineOf(program),
    by,
    lastsMs: world.random.between(300, 4000),
  })
  for (const mark of [made.mark, ...also])
    learn(world, mark, (deed) => ({ executed: true, processes: [...deed.processes, ...processes] }))
  return endedAt
}

export interface Change extends RemoteCall {
  readonly at: bigint
  readonly plan: Plan
  readonly highest?: boolean
  /** a deed of its own: somebody else, or the first record there is of the task */
  readonly own?: boolean
}

/** Over TCP: 140 and 4702 with the new definition. Gives the mark of the chain it belongs to. */
export function changeTcp(world: HostWorld, made: Made, how: Change): Made {
  const { records, cast } = world
  const { account = cast.suspect, plan } = how
  const mark = how.own ? world.newMark() : made.mark
  const { session, callAt } = connectTcp(world, how.at, how, mark)
  const user = `${account.domain}\\${account.name}`
  const content = schtasksTask({
    path: made.path,
    author: user,
    date: localTime(cast, callAt),
    trigger: plan.trigger,
    startBoundary: `${localTime(cast, callAt).slice(0, 17)}00`,
    userId: 'S-1-5-18',
    runLevel: how.highest ? 'HighestAvailable' : 'LeastPrivilege',
    command: plan.program.command,
    ...(plan.program.parameters === undefined ? {} : { parameters: plan.program.parameters }),
  })
  const marked: Mark = { chain: mark, role: 'task-updated', ...(how.own ? { also: [made.mark] } : {}) }
  world.tell(
    records.scheduler(callAt, 140, { TaskName: made.path, UserName: user }, marked),
    records.taskAudit(callAt + ms(0.3), 4702, session, { path: made.path, content }, remoteCaller, marked),
  )
  world.tasks.set(made.path, content)
  if (how.own)
    world.deeds.push({
      mark,
      kind: 'task-updated',
      task: plannedTask(made.path, plan, user),
      account,
      source: { ip: how.ip, port: session.port as number, logonId: logonIdText(session.logonId) },
      taskLogonId: logonIdText(session.logonId),
      path: 'rpc-tcp',
      origin: 'remote',
      callers: [],
      executed: false,
      deleted: false,
      processes: [],
      resembles: ['schtasks.exe'],
    })
  return { mark, path: made.path, plan }
}

export interface Deletion extends RemoteCall {
  readonly at: bigint
  readonly also?: readonly string[]
}

/** Over TCP: 141 and 4699. */
export function deleteTcp(world: HostWorld, made: Made, how: Deletion): void {
  const { records, cast } = world
  const account: PracticeAccount = how.account ?? cast.suspect
  const { session, callAt } = connectTcp(world, how.at, how, made.mark)
  const content = world.tasks.get(made.path) ?? ''
  const marked: Mark = { chain: made.mark, role: 'task-deleted', ...(how.also ? { also: how.also } : {}) }
  world.tell(
    records.scheduler(
      callAt,
      141,
      { TaskName: made.path, UserName: `${account.domain}\\${account.name}` },
      marked,
    ),
    records.taskAudit(callAt + ms(0.3), 4699, session, { path: made.path, content }, remoteCaller, marked),
  )
  world.tasks.delete(made.path)
  for (const mark of [made.mark, ...(how.also ?? [])]) learn(world, mark, () => ({ deleted: true }))
}
