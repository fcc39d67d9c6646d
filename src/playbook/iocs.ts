/** "IOC to Track", filled: each value with its records, first and last time seen. Values are evidence and shown escaped. */

import type { Ioc } from '../domain/answers.ts'
import { accountWords } from '../domain/describe.ts'
import type { SysmonProcessEvent } from '../domain/event.ts'
import { compareLocators, type Locator, locatorKey } from '../domain/locator.ts'
import type { FileTime } from '../domain/time.ts'
import { type PlaybookScene, stepsOf } from './scene.ts'
import { resolvedActions } from './task-signals.ts'
import { changesOf } from './verdict.ts'

interface Sighting {
  readonly locator: Locator
  readonly time: FileTime
}

/** Sightings of one value, folded; the order is that of first mention. */
class Table {
  private readonly rows = new Map<
    string,
    { type: string; value: string; context: string; seen: Map<string, Sighting> }
  >()

  add(type: string, value: string | undefined, context: string, ...sightings: readonly Sighting[]): void {
    if (value === undefined || value.trim() === '' || sightings.length === 0) return
    const key = `${type}\n${value.toLowerCase()}`
    const row = this.rows.get(key) ?? { type, value, context, seen: new Map() }
    for (const one of sightings) row.seen.set(locatorKey(one.locator), one)
    this.rows.set(key, row)
  }

  list(): readonly Ioc[] {
    return [...this.rows.values()].map(({ type, value, context, seen }) => {
      const sightings = [...seen.values()].sort((a, b) =>
        a.time === b.time ? compareLocators(a.locator, b.locator) : a.time < b.time ? -1 : 1,
      )
      return {
        type,
        value,
        context,
        citations: sightings.map((one) => one.locator),
        first: sightings[0]?.time,
        last: sightings.at(-1)?.time,
      }
    })
  }
}

export function iocsOf(scene: PlaybookScene): readonly Ioc[] {
  const { chain, evidence } = scene
  const table = new Table()
  const anchor: Sighting = { locator: chain.anchor, time: chain.time }
  const steps = chain.steps
  const groups = (
    test: (group: { ip: string | undefined; sid: string | undefined }) => boolean,
  ): readonly Sighting[] =>
    evidence.traces.logons.filter(test).flatMap((one) => [
      { locator: one.first, time: one.firstTime },
      { locator: one.last, time: one.lastTime },
    ])
  const account = accountWords(chain.account)
  const { sid } = chain.account
  const ofAccount = [
    ...steps.filter((step) => account !== undefined && step.facts.account === account),
    ...groups((one) => sid !== undefined && one.sid === sid && sid.startsWith('S-1-5-21-')),
  ]
  table.add('User Account', account, 'Affected user account', anchor, ...ofAccount)
  table.add('SID', sid, 'Security identifier of the account', anchor, ...ofAccount)
  table.add('Hostname', chain.host, 'Affected host', anchor, ...steps)
  const sources =
    chain.source.ip === undefined ? chain.source.candidates : [{ ip: chain.source.ip, locator: chain.anchor }]
  for (const { ip } of sources) {
    const seen = [...steps.filter((step) => step.facts.ip === ip), ...groups((one) => one.ip === ip)]
    const context =
      chain.source.ip === undefined
        ? 'One of several addresses the call may have come from'
        : 'Source IP of the remote connection'
    table.add('IP Address', ip, context, ...(seen.length ? seen : [anchor]))
  }
  if (chain.source.host) table.add('Hostname', chain.source.host, 'Source of the remote connection', anchor)
  for (const step of steps)
    if (step.facts.workstation && step.eventId === 4624)
      table.add(
        'Workstation Name',
        step.facts.workstation,
        'Name the caller gave in its logon; a claim, not an identity',
        step,
      )
  addTask(scene, table, anchor)
  addProcesses(scene, table)
  return table.list()
}

function addTask(scene: PlaybookScene, table: Table, anchor: Sighting): void {
  const { chain } = scene
  const path = chain.task.path
  const ofTask = chain.steps.filter((step) => step.facts.task?.toLowerCase() === path.toLowerCase())
  const cut = path.lastIndexOf('\\')
  table.add(
    'Scheduled Task Name',
    path.slice(cut + 1),
    'Name of the created scheduled task',
    anchor,
    ...ofTask,
  )
  table.add('Scheduled Task Path', path, 'Path of the created scheduled task', anchor, ...ofTask)
  for (const event of changesOf(scene)) {
    for (const action of resolvedActions(event.task?.definition)) {
      table.add('Command Line', action.line, 'Action of the scheduled task', event)
      table.add('Command Line', action.decoded, 'Encoded PowerShell of the action, decoded', event)
      table.add('File', action.path, 'Program of the action', event)
      table.add('File', action.output, 'Output of the action', event)
      for (const url of action.urls) table.add('URL', url, 'Named in the action', event)
      for (const unc of action.uncPaths) table.add('Network Path', unc, 'Named in the action', event)
    }
  }
  table.add(
    'Action SHA-256',
    chain.task.actionHash,
    'Hash of the actions in one spelling, for the allow-list',
    anchor,
  )
  for (const step of stepsOf(chain, 'payload-written', 'output-read', 'output-deleted'))
    if (step.facts.target)
      table.add('File', `${step.facts.share ?? ''}\\${step.facts.target}`, 'Reached over a share', step)
}

function addProcesses(scene: PlaybookScene, table: Table): void {
  const { chain, events } = scene
  for (const node of chain.tree.nodes) {
    const context =
      node.standing === 'consistent'
        ? 'Fits the scheduled task in time and image; not proven'
        : node.depth > 0
          ? 'Started by a process of the scheduled task'
          : 'Process spawned by the scheduled task'
    const seen = { locator: node.locator, time: node.started }
    table.add('Process Name', node.image, context, seen)
    table.add('Command Line', node.commandLine, context, seen)
  }
  for (const step of stepsOf(chain, 'process-created'))
    table.add('Process Name', step.facts.image, 'Process spawned by the scheduled task', step)
  const ofTask = new Set(chain.tree.nodes.map((node) => locatorKey(node.locator)))
  for (const event of events)
    if (event.kind === 'sysmon-process' && ofTask.has(locatorKey(event.locator)))
      for (const [name, value] of hashesOf(event))
        table.add(name, value, `Hash of ${event.image ?? 'a process'}`, event)
}

const hashesOf = ({ hashes }: SysmonProcessEvent): readonly (readonly [string, string])[] =>
  (hashes ?? '').split(',').flatMap((part) => {
    const found = /^(MD5|SHA1|SHA256|IMPHASH)=([0-9A-Fa-f]{16,64})$/.exec(part.trim())
    return found ? [[found[1] as string, (found[2] as string).toLowerCase()] as const] : []
  })
