/** The Schedule service runs a task: its history, its process with what that starts, and their ends. */
import type { Mark } from '../happening.ts'
import type { StartedProcess } from '../records.ts'
import { asSystem, type HostWorld, inSystem32, ms } from '../world/host-world.ts'

/** 106 names whom the task is to run as, as its definition spells it, and not who registered it. */
export const runAs = 'S-1-5-18'

export interface Run {
  readonly mark: string
  readonly also?: readonly string[]
  readonly path: string
  /** `cmd.exe`, as the action has it */
  readonly command: string
  readonly parameters?: string | undefined
  /** full path of what then runs */
  readonly image: string
  /** how the service writes the command line; by default command and parameters */
  readonly commandLine?: string
  readonly by: 'demand' | 'time' | 'boot' | 'logon' | 'registration'
  /** who asked for a run on demand */
  readonly user?: string
  /** images it starts, each below the one before, with their command lines */
  readonly children?: readonly { readonly image: string; readonly commandLine: string }[]
  /** a console host beside a console program */
  readonly console?: boolean
  readonly lastsMs?: number
}

const triggers = { demand: 110, time: 107, boot: 118, logon: 119, registration: 109 } as const

/** Records of one run from `at` on; gives its processes, the task's own first, and when it ended. */
export function runTask(
  world: HostWorld,
  at: bigint,
  run: Run,
): { readonly processes: readonly StartedProcess[]; readonly endedAt: bigint } {
  const { records, random } = world
  const mark = (role: Mark['role']): Mark => ({
    chain: run.mark,
    role,
    ...(run.also ? { also: run.also } : {}),
  })
  const instance = random.guid()
  const named = { TaskName: run.path }
  const line = [run.command, ...(run.parameters === undefined ? [] : [run.parameters])].join(' ')
  const shell: StartedProcess = {
    pid: world.pid(),
    image: run.image,
    commandLine: run.commandLine ?? line,
    parentPid: records.pidsAt(at).schedule,
    parentImage: world.schedulerImage,
  }
  const context = { ...named, UserContext: records.systemContext, InstanceId: instance }
  const action = { ...named, ActionName: run.command, TaskInstanceId: instance, EnginePID: shell.pid }
  const user = run.user ?? records.systemContext
  const trigger = records.scheduler(
    at + ms(run.by === 'demand' ? 1 : -1),
    triggers[run.by],
    { ...named, InstanceId: instance, UserContext: user, UserName: user },
    mark('task-triggered'),
    instance,
  )
  world.starts(at, shell, asSystem, mark('process-started'))
  world.tell(
    trigger,
    records.scheduler(
      at + ms(0.5),
      129,
      { ...named, Path: run.command, ProcessID: shell.pid, Priority: 16384 },
      mark('process-created'),
    ),
    records.scheduler(at + ms(0.8), 100, context, mark('task-started'), instance),
    records.scheduler(at + ms(0.9), 200, action, mark('task-started'), instance),
  )
  const children: StartedProcess[] = []
  if (run.console) {
    const console: StartedProcess = {
      pid: world.pid(),
      image: inSystem32('conhost.exe'),
      commandLine: '\\??\\C:\\Windows\\system32\\conhost.exe 0xffffffff -ForceV1',
      parentPid: shell.pid,
      parentImage: shell.image,
    }
    children.push(world.starts(at + ms(4.5), console, asSystem, mark('descendant-started')))
  }
  const childAt = at + random.ticks(28, 40)
  let parent = shell
  run.children?.forEach(({ image, commandLine }, index) => {
    const child: StartedProcess = {
      pid: world.pid(),
      image,
      commandLine,
      parentPid: parent.pid,
      parentImage: parent.image,
    }
    children.push(world.starts(childAt + ms(index * 12), child, asSystem, mark('descendant-started')))
    parent = child
  })
  const endedAt = childAt + (run.lastsMs === undefined ? random.ticks(60, 400) : ms(run.lastsMs))
  children.toReversed().forEach((child, index) => {
    world.ends(endedAt + ms(index * 2), child, asSystem, mark('process-ended'))
  })
  world.ends(endedAt + ms(8), shell, asSystem, mark('process-ended'))
  world.tell(
    records.scheduler(endedAt + ms(9), 201, { ...action, ResultCode: 0 }, mark('task-finished'), instance),
    records.scheduler(endedAt + ms(9.4), 102, context, mark('task-finished'), instance),
  )
  return { processes: [shell, ...children], endedAt }
}
