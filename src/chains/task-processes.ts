/**
 * The processes a task started (E2, E3, E4). An svchost.exe parent alone proves nothing, many services run in one: the parent is proven by a
 * record that names the Schedule service's PID in the same boot, or the link stays medium and says so.
 */
import { recorded } from '../domain/absent.ts'
import type { LinkRule, Strength } from '../domain/chain.ts'
import type { WindowsEvent } from '../domain/event.ts'
import { millisecondsBetween, seconds } from '../domain/time.ts'
import { definitionOf, type ExecAction, execActions } from './definition.ts'
import { append, compareEvents, firstNotBefore, within } from './order.ts'
import { baseName, equalsWithVariables } from './paths.ts'
import { causesOf, isPromptFor, namedProcess } from './process-claims.ts'
import {
  keysOf,
  type Processes,
  type ProcessInstance,
  parentOf,
  type ScheduledProcesses,
} from './processes.ts'
import { bootOf, type Scene } from './scene.ts'
import type { Story } from './stories.ts'
import { chainBounds } from './windows.ts'

export interface TaskProcess {
  readonly process: ProcessInstance
  readonly rule: Extract<LinkRule, 'E2' | 'E3' | 'E4'>
  /** record that caused the start: creation, trigger or 129 */
  readonly from: WindowsEvent
  readonly strength: Strength
  /** record that names the parent as the Schedule service */
  readonly proof?: WindowsEvent | undefined
  /** records of other tasks that may have started it as well */
  readonly rivals?: readonly WindowsEvent[]
  readonly fields: Readonly<Record<string, string | number | undefined>>
  readonly why: string
}

const scripts: Readonly<Record<string, readonly string[]>> = {
  bat: ['cmd.exe'],
  cmd: ['cmd.exe'],
  ps1: ['powershell.exe', 'pwsh.exe'],
  vbs: ['wscript.exe', 'cscript.exe'],
  js: ['wscript.exe', 'cscript.exe'],
  msc: ['mmc.exe'],
}

interface Match {
  readonly action: ExecAction
  /** the command line was compared too, not only the image */
  readonly byLine: boolean
}

/** Does this process carry out the action: same image, and same command line where one is recorded. */
function carriesOut(process: ProcessInstance, action: ExecAction): Match | undefined {
  const { command, arguments: rest, line: wanted } = action.keys
  const { line, image, name: ownName } = keysOf(process)
  const { name } = action.keys
  const runner = scripts[name.split('.').at(-1) ?? '']
  if (runner) {
    const script = command.includes('%') ? name : command
    const fits =
      runner.includes(ownName) && line?.includes(script) && (rest.includes('%') || line.includes(rest))
    return fits ? { action, byLine: true } : undefined
  }
  const full = name.includes('.') ? name : `${name}.exe`
  if (ownName !== full && !command.includes('%')) return undefined
  if (command.includes('\\') && command.includes('.') && !equalsWithVariables(command, image))
    return undefined
  if (line === undefined) return { action, byLine: false }
  if (equalsWithVariables(wanted, line)) return { action, byLine: true }
  // The service may write the image's full path before the arguments: `C:\Windows\system32\cmd.EXE /c …`.
  const own = [image, ownName, ownName.replace(/\.exe$/, '')]
  return own.some((head) => equalsWithVariables(`${head} ${rest}`.trim(), line))
    ? { action, byLine: true }
    : undefined
}

export interface TaskProcesses {
  readonly found: readonly TaskProcess[]
  /** there were more to compare or to name than the bounds allow */
  readonly cut: boolean
}

interface Search {
  cut: boolean
}

/** Every process the task started, in order, each once with its best link. */
export function findTaskProcesses(scene: Scene, story: Story): TaskProcesses {
  const found: TaskProcess[] = []
  const search: Search = { cut: false }
  for (const processes of [scene.host.security, scene.host.sysmon]) {
    for (const match of inLog(scene, story, processes, search)) {
      // Sysmon 1 beside 4688 tells of the same process again: one record of it is enough.
      const known = found.some(
        (other) =>
          other.process.event.kind !== match.process.event.kind &&
          other.process.boot === match.process.boot &&
          other.process.pid === match.process.pid &&
          Math.abs(millisecondsBetween(other.process.event.time, match.process.event.time)) < 2000,
      )
      if (!known) found.push(match)
    }
  }
  found.sort((a, b) => compareEvents(a.process.event, b.process.event))
  const { processMatches } = chainBounds
  return { found: found.slice(0, processMatches), cut: search.cut || found.length > processMatches }
}

function inLog(scene: Scene, story: Story, processes: Processes, search: Search): readonly TaskProcess[] {
  if (processes.all.length === 0) return []
  const matches = new Map<ProcessInstance, TaskProcess>()
  for (const match of byHistory(scene, story, processes)) matches.set(match.process, match)
  for (const match of [...byCommand(scene, story, processes, search), ...byHandler(scene, story, processes)])
    if (!matches.has(match.process)) matches.set(match.process, match)
  return [...matches.values()]
}

/** E2: 129 names the PID (decimal) of the process it made; 4688 has the same PID (hex) at the same moment. */
function byHistory(scene: Scene, story: Story, processes: Processes): readonly TaskProcess[] {
  const found: TaskProcess[] = []
  const near = seconds(scene.windows.startSeconds)
  for (const event of story.history) {
    if (event.what !== 'process-created') continue
    const pid = recorded(event.processId)
    if (pid === undefined || found.length >= chainBounds.processMatches) continue
    const nearest = namedProcess(processes, bootOf(scene, event.time), pid, event.time, near)
    if (nearest)
      found.push({
        process: nearest,
        rule: 'E2',
        from: event,
        strength: 'exact',
        fields: { pid },
        why: 'the task history names the process it started by PID at this moment',
      })
  }
  return found
}

/** Image names the action may show up under; undefined when its name itself is a variable. */
function imagesOf(action: ExecAction): readonly string[] | undefined {
  const { name } = action.keys
  if (name.includes('%')) return undefined
  return scripts[name.split('.').at(-1) ?? ''] ?? [name.includes('.') ? name : `${name}.exe`]
}

/** Could this parent be the Schedule service or its engine? Asked first, because it is cheap and leaves few. */
function mayBeScheduled(scene: Scene, process: ProcessInstance): boolean {
  const parent = baseName(process.parentImage)
  if (parent === 'taskeng.exe' || isScheduleService(scene, process)) return true
  if ((scene.host.schedulePids.get(process.boot)?.size ?? 0) > 0) return false
  return parent === '' || parent === 'svchost.exe'
}

/** The few of all processes that a task may have started; what the history gives to one task, byHistory tells there. */
function scheduledOf(scene: Scene, processes: Processes): ScheduledProcesses {
  if (!processes.scheduled) {
    const all = processes.all.filter(
      (process) => mayBeScheduled(scene, process) && scene.claims.ownerOf(process) === undefined,
    )
    const byImage = new Map<string, ProcessInstance[]>()
    for (const process of all) append(byImage, baseName(process.image), process)
    processes.scheduled = { all, byImage }
  }
  return processes.scheduled
}

function isScheduleService(scene: Scene, process: ProcessInstance): boolean {
  const { parentPid, boot } = process
  if (parentPid === undefined) return false
  if (scene.host.schedulePids.get(boot)?.has(parentPid)) return true
  // A PID asked of the live host holds for its last boot only.
  return boot === scene.host.boots.length && scene.facts.some((facts) => facts.schedulePid === parentPid)
}

/** E3 and E4: a process that carries out the action, started by the Schedule service or its engine. */
function byCommand(scene: Scene, story: Story, processes: Processes, search: Search): readonly TaskProcess[] {
  const actions = execActions(story)
  if (actions.length === 0) return []
  const causes = causesOf(story).toSorted(compareEvents)
  const slack = seconds(scene.windows.tickSeconds)
  const near = seconds(scene.windows.startSeconds)
  const until = (story.end ?? (processes.all.at(-1) as ProcessInstance).event.time) + near
  const images = actions.map(imagesOf)
  const scheduled = scheduledOf(scene, processes)
  const lists = images.includes(undefined)
    ? [scheduled.all]
    : [...new Set(images.flatMap((names) => names ?? []))].map((name) => scheduled.byImage.get(name) ?? [])
  const found: TaskProcess[] = []
  for (const list of lists) {
    const timeAt = (index: number) => (list[index] as ProcessInstance).event.time
    let looked = 0
    for (let index = firstNotBefore(list.length, timeAt, story.from - slack); index < list.length; index++) {
      const process = list[index] as ProcessInstance
      const { time } = process.event
      if (time > until) break
      if (looked >= chainBounds.processesCompared || found.length > chainBounds.processMatches) {
        search.cut = true
        break
      }
      looked++
      const match = actions
        .filter((action) => action.since <= time + slack)
        .map((action) => carriesOut(process, action))
        .find((one) => one !== undefined)
      if (!match) continue
      const cause = causes.findLast((event) => event.time <= time + slack) ?? story.anchor
      const isPrompt = time - cause.time <= near && bootOf(scene, cause.time) === process.boot
      const graded = gradeParent(scene, processes, process, match, isPrompt)
      const doubt = graded.strength === 'weak' ? {} : doubtOf(scene, story, process, match, isPrompt)
      found.push({ process, from: cause, ...graded, ...doubt })
    }
  }
  return found
}

const handlerHosts = ['taskhostw.exe', 'taskhost.exe', 'taskhostex.exe'] as const

/** E4: a COM action runs inside a task host, which does not say for whom: by itself no more than consistent with a run. */
function byHandler(scene: Scene, story: Story, processes: Processes): readonly TaskProcess[] {
  const handler = definitionOf(story)?.actions.find((action) => action.kind === 'com-handler')
  if (!handler) return []
  const near = seconds(scene.windows.startSeconds)
  const slack = seconds(scene.windows.tickSeconds)
  const { byImage } = scheduledOf(scene, processes)
  const found: TaskProcess[] = []
  for (const cause of causesOf(story).slice(0, chainBounds.processMatches))
    for (const process of handlerHosts.flatMap((image) =>
      within(
        byImage.get(image)?.map((one) => ({ time: one.event.time, one })),
        cause.time - slack,
        cause.time + near,
      ),
    )) {
      if (process.one.boot !== bootOf(scene, cause.time)) continue
      found.push({
        process: process.one,
        rule: 'E4',
        from: cause,
        strength: 'weak',
        fields: { image: process.one.image, classId: handler.classId },
        why: 'a task host runs the COM actions of many tasks: for which one it was started is not recorded',
      })
    }
  return found
}

/** Another task with the same command line may have started it as well: then it proves nothing, unless only this one had just been started. */
function doubtOf(
  scene: Scene,
  story: Story,
  process: ProcessInstance,
  match: Match,
  isPrompt: boolean,
): Partial<Pick<TaskProcess, 'strength' | 'why' | 'rivals'>> {
  const { time } = process.event
  const rivals = scene.claims.rivalsOf(story, match.action.keys.line, time)
  if (rivals?.length === 0) return {}
  const near = seconds(scene.windows.startSeconds)
  const slack = seconds(scene.windows.tickSeconds)
  const prompt = rivals?.filter((rival) => isPromptFor(rival, time, near, slack))
  if (isPrompt && prompt?.length === 0) return {}
  const [first] = prompt?.length ? prompt : (rivals ?? [])
  return {
    strength: 'weak',
    why: `${first ? `the task ${first.path}` : 'many tasks of this host'} had the same action at that time: which of them started the process is not recorded`,
    rivals: (rivals ?? []).map((rival) => rival.anchor),
  }
}

function gradeParent(
  scene: Scene,
  processes: Processes,
  process: ProcessInstance,
  match: Match,
  isPrompt: boolean,
): Omit<TaskProcess, 'process' | 'from'> {
  const fields = {
    image: process.image,
    commandLine: match.byLine ? process.commandLine : undefined,
    parentPid: process.parentPid,
    parentImage: process.parentImage,
  }
  const parentName = baseName(process.parentImage)
  if (parentName === 'taskeng.exe') {
    const engine = parentOf(processes, process)
    const isProven = engine !== undefined && baseName(engine.parentImage) === 'svchost.exe'
    return {
      rule: 'E4',
      strength: match.byLine ? (isProven ? 'strong' : 'medium') : 'weak',
      fields,
      why: isProven
        ? 'started by the task engine, itself started by svchost.exe'
        : 'started by the task engine; who started that one is not in the log',
    }
  }
  if (isScheduleService(scene, process)) {
    const proof = scene.host.schedulePids.get(process.boot)?.get(process.parentPid ?? 0)
    return {
      rule: 'E3',
      strength: match.byLine ? 'strong' : isPrompt ? 'medium' : 'weak',
      proof,
      fields: { ...fields, scheduleServiceNamedBy: proof?.locator.recordId.toString() ?? 'the live host' },
      why: `PID ${process.parentPid} is the Schedule service in this boot, and ${match.byLine ? 'image and command line are' : 'the image is'} the task's action${match.byLine ? '' : ' (no command line was recorded)'}`,
    }
  }
  if (match.byLine && parentName === 'svchost.exe')
    return {
      rule: 'E3',
      strength: 'medium',
      fields,
      why: `image and command line are the task's action and the parent is svchost.exe, but no record proves that PID ${process.parentPid ?? '(none)'} is the Schedule service`,
    }
  return {
    rule: 'E3',
    strength: match.byLine && isPrompt ? 'medium' : 'weak',
    fields,
    why: match.byLine
      ? "image and command line are the task's action; the record does not name the parent's image"
      : 'only the image fits: no command line was recorded',
  }
}
