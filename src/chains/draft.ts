/** A chain while it is being told: rules add steps, links and gaps, nothing is taken away. */
import { isAbsent, recorded } from '../domain/absent.ts'
import type { ChainGap, ChainLink, ChainStep, LinkRule, StepRole, Strength } from '../domain/chain.ts'
import { accountWords, describeEvent } from '../domain/describe.ts'
import type { WindowsEvent } from '../domain/event.ts'
import { compareLocators, type Locator, locatorKey } from '../domain/locator.ts'
import { millisecondsBetween } from '../domain/time.ts'
import { compareEvents } from './order.ts'
import { recordedTimeOf } from './straighten.ts'

type FactValue = string | number | undefined

function factsOf(event: WindowsEvent): Record<string, FactValue> {
  switch (event.kind) {
    case 'logon':
      return {
        logonId: event.logonId,
        account: accountWords(event.account),
        ip: recorded(event.ip),
        port: recorded(event.port),
        logonType: event.logonType,
        workstation: event.workstation,
        authenticationPackage: event.authenticationPackage,
      }
    case 'privileges':
      return { logonId: event.logonId, account: accountWords(event.account) }
    case 'share-connected':
    case 'share-access':
      return {
        logonId: event.logonId,
        account: accountWords(event.account),
        ip: recorded(event.ip),
        port: recorded(event.port),
        share: event.shareName,
        target: recorded(event.relativeTarget),
        accessMask: event.accessMask === undefined ? undefined : `0x${event.accessMask.toString(16)}`,
      }
    case 'task-created':
    case 'task-deleted':
    case 'task-enabled':
    case 'task-disabled':
    case 'task-updated':
      return {
        task: event.taskPath,
        logonId: event.logonId,
        account: accountWords(event.account),
        clientProcessId: recorded(event.clientProcessId),
      }
    case 'task-history':
      return {
        task: event.taskPath,
        what: event.what,
        userContext: event.userContext,
        instanceId: recorded(event.instanceId),
        pid: recorded(event.processId) ?? recorded(event.enginePid),
        image: recorded(event.processPath) ?? recorded(event.actionName),
        resultCode: recorded(event.resultCode),
        servicePid: event.loggedByPid || undefined,
      }
    case 'process-started':
      return {
        pid: event.pid,
        parentPid: event.creatorPid,
        image: event.image,
        parentImage: recorded(event.parentImage),
        commandLine: recorded(event.commandLine),
        account: accountWords(event.subject),
        logonId: event.subjectLogonId,
      }
    case 'sysmon-process':
      return {
        pid: event.pid,
        parentPid: event.parentPid,
        image: event.image,
        parentImage: event.parentImage,
        commandLine: event.commandLine,
        account: event.user,
        logonId: event.logonId,
      }
    case 'service-installed':
      return {
        service: event.serviceName,
        image: event.imagePath,
        account: accountWords(event.subject),
        logonId: event.subjectLogonId,
      }
    case 'sysmon-file':
      return { image: event.image, pid: event.pid, target: event.targetFilename, account: event.user }
    case 'sysmon-registry':
      return { image: event.image, pid: event.pid, target: event.targetObject, account: event.user }
    case 'process-ended':
      return { pid: event.pid, image: event.image, exitStatus: event.exitStatus }
    case 'log-cleared':
      return { channel: event.clearedChannel, account: accountWords(event.account) }
    default:
      return {}
  }
}

const present = (facts: Record<string, FactValue>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(facts).flatMap(([name, value]) =>
      value === undefined || value === '' || isAbsent(value) ? [] : [[name, String(value)]],
    ),
  )

export class ChainDraft {
  private readonly stepsByPlace = new Map<string, ChainStep>()
  /** place → the event, which knows its place in order where the clock was set back */
  private readonly events = new Map<string, WindowsEvent>()
  private readonly linksByKey = new Map<string, ChainLink>()
  private readonly gapList: ChainGap[] = []
  private readonly duplicates: ReadonlyMap<string, readonly Locator[]>
  constructor(duplicates: ReadonlyMap<string, readonly Locator[]>) {
    this.duplicates = duplicates
  }

  /** Cites a record; the first role it was given stays. */
  step(role: StepRole, event: WindowsEvent): void {
    const place = locatorKey(event.locator)
    if (this.stepsByPlace.has(place)) return
    this.events.set(place, event)
    this.stepsByPlace.set(place, {
      role,
      eventId: event.eventId,
      time: recordedTimeOf(event),
      channel: event.channel,
      computer: event.recordedComputer,
      locator: event.locator,
      what: describeEvent(event),
      facts: present(factsOf(event)),
      alsoAt: [...(this.duplicates.get(place) ?? [])].sort(compareLocators),
    })
  }

  link(
    rule: LinkRule,
    from: WindowsEvent,
    to: WindowsEvent,
    strength: Strength,
    fields: Record<string, FactValue>,
    why: string,
  ): void {
    const key = `${rule} ${locatorKey(from.locator)} ${locatorKey(to.locator)}`
    if (this.linksByKey.has(key)) return
    const deltaMs = millisecondsBetween(from.time, to.time)
    this.linksByKey.set(key, {
      rule,
      from: from.locator,
      to: to.locator,
      deltaMs,
      strength,
      fields: present(fields),
      why,
    })
  }

  gap(expected: string, state: ChainGap['state'], why: string, citations: readonly Locator[] = []): void {
    if (!this.gapList.some((gap) => gap.expected === expected))
      this.gapList.push({ expected, state, why, citations })
  }

  /** Steps in time order, then by record and place. */
  steps(): readonly ChainStep[] {
    return [...this.stepsByPlace]
      .map(([place, step]) => ({ step, event: this.events.get(place) as WindowsEvent }))
      .sort((a, b) => compareEvents(a.event, b.event))
      .map(({ step }) => step)
  }

  /** Links by rule, then by the records they join. */
  links(): readonly ChainLink[] {
    return [...this.linksByKey.values()].sort(
      (a, b) =>
        (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0) ||
        compareLocators(a.to, b.to) ||
        compareLocators(a.from, b.from),
    )
  }

  gaps(): readonly ChainGap[] {
    return this.gapList
  }
}
