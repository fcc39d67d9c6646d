/** Services installed around a task (4697, 7045): by the session that made it, or to run the program that made it. */
import { recorded } from '../domain/absent.ts'
import type { Chain } from '../domain/chain.ts'
import type { ServiceInstalledEvent, TaskChangedEvent } from '../domain/event.ts'
import { isWellKnownLogon, type LogonId } from '../domain/ids.ts'
import { millisecondsBetween, seconds } from '../domain/time.ts'
import type { ClientProcess } from './client-process.ts'
import type { ChainDraft } from './draft.ts'
import { type Judged, judged } from './mechanism.ts'
import { spanWords, within } from './order.ts'
import { baseName, isLoopback } from './paths.ts'
import { bootOf, type Scene } from './scene.ts'
import { addressOf, isNetworkLogon, sessionAt } from './sessions.ts'
import { noOrigin, slackOf, workstationOf } from './source.ts'

/** File name of the program a service runs: `"C:\a b\x.exe" -k` → `x.exe`. */
function programOf(imagePath: string | undefined): string {
  const path = imagePath?.trim() ?? ''
  const quoted = /^"([^"]+)"/.exec(path)?.[1]
  return baseName(quoted ?? /^(.*?\.exe)(\s|$)/i.exec(path)?.[1] ?? path.split(/\s/)[0])
}

/** The installation behind the program that made the call, not long before it; 4697 before 7045, which names no session. */
function installationOf(
  scene: Scene,
  change: TaskChangedEvent,
  client: ClientProcess,
): ServiceInstalledEvent | undefined {
  const program = client.through === 'service' ? baseName(client.throughProcess?.image) : ''
  if (program === '') return undefined
  const from = change.time - seconds(scene.windows.payloadSeconds)
  const boot = bootOf(scene, change.time)
  const found = within(scene.host.services, from, change.time).filter(
    (service) => programOf(service.imagePath) === program && bootOf(scene, service.time) === boot,
  )
  return found.findLast((service) => service.eventId === 4697) ?? found.at(-1)
}

/**
 * SYSTEM made a task, no record names the program that called, and somebody had just installed a service over the network: the service may
 * be that program, and nothing tells. Then it is not said that the call began on the host itself.
 */
function doubted(
  scene: Scene,
  draft: ChainDraft,
  change: TaskChangedEvent,
  near: readonly ServiceInstalledEvent[],
): ServiceOrigin | undefined {
  if (change.kind !== 'task-created' || change.logonId !== '0x3e7') return undefined
  const boot = bootOf(scene, change.time)
  for (const service of near) {
    if (service.time > change.time || bootOf(scene, service.time) !== boot) continue
    const id = service.subjectLogonId
    if (id === undefined || isWellKnownLogon(id)) continue
    const session = sessionAt(scene.host.sessions, scene.host.boots, id, service.time, slackOf(scene))
    const ip = session && isNetworkLogon(session.opened.logonType) ? addressOf(session.opened) : undefined
    if (!session || ip === undefined || isLoopback(ip)) continue
    draft.step('service-installed', service)
    draft.step('other-logon', session.opened)
    return {
      judged: judged(
        'undetermined',
        'undetermined',
        `the session of SYSTEM cannot be opened over the network, but the service ${service.serviceName ?? 'without a name'} was installed ${spanWords(millisecondsBetween(service.time, change.time))} before by a network logon from ${ip}: whether it made the task is not recorded`,
        [service.locator, session.opened.locator],
      ),
      source: noOrigin.source,
    }
  }
  return undefined
}

export interface ServiceOrigin {
  readonly judged: Judged
  readonly source: Chain['source']
}

/** Steps of the services of this call; where one was installed over the network to make it, that is where the call came from. */
export function tellServices(
  scene: Scene,
  draft: ChainDraft,
  change: TaskChangedEvent,
  client: ClientProcess,
  ids: ReadonlySet<LogonId | undefined>,
): ServiceOrigin | undefined {
  const { payloadSeconds, outputSeconds } = scene.windows
  const near = within(
    scene.host.services,
    change.time - seconds(payloadSeconds),
    change.time + seconds(outputSeconds),
  )
  for (const service of near) {
    const id = service.subjectLogonId
    if (id !== undefined && !isWellKnownLogon(id) && ids.has(id)) draft.step('service-installed', service)
  }
  const installed = installationOf(scene, change, client)
  const process = client.throughProcess
  if (!installed || !process) return client.process ? undefined : doubted(scene, draft, change, near)
  draft.step('service-installed', installed)
  draft.step('process-started', process.event)
  const session = sessionAt(
    scene.host.sessions,
    scene.host.boots,
    installed.subjectLogonId,
    installed.time,
    slackOf(scene),
  )
  const ip = session && isNetworkLogon(session.opened.logonType) ? addressOf(session.opened) : undefined
  draft.link(
    'L5',
    installed,
    change,
    ip === undefined ? 'medium' : 'strong',
    { service: installed.serviceName, image: process.image, logonId: installed.subjectLogonId },
    `the program that made the call runs as the service ${installed.serviceName ?? 'without a name'}, installed ${spanWords(millisecondsBetween(installed.time, change.time))} before`,
  )
  if (!session || ip === undefined || isLoopback(ip)) return undefined
  draft.step('other-logon', session.opened)
  return {
    judged: judged(
      'remote-probable',
      'service',
      `the program that made the call was installed as a service ${spanWords(millisecondsBetween(installed.time, change.time))} before, by a network logon from ${ip}`,
    ),
    source: {
      ...noOrigin.source,
      ip,
      port: recorded(session.opened.port),
      ...workstationOf(session),
      logonId: session.logonId,
      basis: 'L5',
      strength: 'medium',
    },
  }
}
