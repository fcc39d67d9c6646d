/** Every definition of one task, each read once from its source, as text fields that can be laid side by side. */

import type { EvidenceId } from '../../domain/ids.ts'
import type { TaskAction, TaskDefinition, TaskReading } from '../../domain/task.ts'
import type {
  BytePlace,
  DefinitionView,
  TaskCitation,
  TaskDefinitionEntry,
  TaskHashCheck,
} from '../../domain/task-entry.ts'
import { fileTime, formatUtc } from '../../domain/time.ts'
import { type DefinitionFields, definitionFields } from '../../tasks/definition-fields.ts'
import { readTaskBytes } from '../../tasks/read-task.ts'
import { summarizeTask } from '../../tasks/summary.ts'
import { checkTaskHash, readCachedActions } from '../../tasks/task-cache.ts'
import type { OpenCase } from '../open-case.ts'
import {
  type CacheSighting,
  readingOfJob,
  readingOfListed,
  readingOfRecord,
  readTaskFileBytes,
  type Sightings,
} from './sightings.ts'

export interface ReadDefinition {
  readonly entry: TaskDefinitionEntry
  readonly definition: TaskDefinition | undefined
  readonly fields: DefinitionFields
  /** FILETIME of the record; undefined for views of the moment of collection */
  readonly time: bigint | undefined
}

export interface ReadDefinitions {
  readonly all: readonly ReadDefinition[]
  readonly hashCheck: TaskHashCheck
  /** records whose definition was not looked at because there are too many */
  readonly passedOver: number
}

/** definitions of records read for one task: the first and the last of them tell the story */
const mostRecords = 200
const mostCopies = 16

export function readDefinitions(
  open: OpenCase,
  task: Sightings,
  lifetimeOf: (mark: number) => number | null,
  now: number | null,
): ReadDefinitions {
  const all: ReadDefinition[] = []
  const carrying = task.marks.flatMap((mark, at) => (mark.hasDefinition ? [{ mark, at }] : []))
  const half = mostRecords / 2
  const looked =
    carrying.length <= mostRecords ? carrying : [...carrying.slice(0, half), ...carrying.slice(-half)]
  for (const { mark, at } of looked) {
    const { reading } = readingOfRecord(open, mark.citation)
    // 4699 mostly carries none, which is no trouble
    if (!reading) continue
    const from = `${mark.eventId} of record ${mark.citation.recordId}`
    all.push(readOne(from, 'event', reading, mark.citation, lifetimeOf(at), mark.time))
  }
  const files: { readonly bytes: Uint8Array; readonly place: BytePlace }[] = []
  for (const { evidenceId, name } of task.files.slice(0, mostCopies)) {
    const bytes = readTaskFileBytes(open.store.pathOf(evidenceId as EvidenceId))
    const place = { evidenceId, offset: 0 }
    files.push({ bytes, place })
    all.push(readOne(`file ${name}`, 'file', readTaskBytes(bytes), place, now))
  }
  for (const one of task.cache.slice(0, mostCopies)) {
    const read = readRegistry(one, now)
    if (read) all.push(read)
  }
  for (const one of task.listed.slice(0, mostCopies)) {
    const { reading } = readingOfListed(open, one)
    const place = { evidenceId: one.evidenceId, offset: one.task.offset }
    const cut = one.task.isCut ? 'the collector cut the definition at 1 MiB' : undefined
    if (reading) all.push(readOne('the service', 'service', reading, place, now, undefined, cut))
    else all.push(empty('the service', 'service', place, now, 'the service gave no definition of it'))
  }
  for (const one of task.jobs.slice(0, mostCopies)) {
    const job = readingOfJob(open, one)
    const place = { evidenceId: one.evidenceId, offset: 0 }
    if (!job) {
      all.push(empty(`file ${one.name}`, 'job', place, now, 'the .job file cannot be read'))
      continue
    }
    const { command, arguments: parameters, workingDirectory } = job
    const definition: TaskDefinition = {
      ...bare([{ kind: 'exec', command, arguments: parameters, workingDirectory }]),
      registration: { ...noRegistration, author: job.author, description: job.comment },
      triggers: job.triggers.map((trigger) => ({
        kind: trigger.kind,
        enabled: !trigger.disabled,
        startBoundary: trigger.start,
        endBoundary: undefined,
        delay: undefined,
        repetition: undefined,
        details: {},
      })),
    }
    const fields = new Map([...definitionFields(definition)].filter(([name]) => told.job.has(name)))
    all.push({
      ...shown(`file ${one.name}`, 'job', definition, place, now, undefined, job.trouble),
      fields,
    })
  }
  return { all, hashCheck: hashCheckOf(task, files), passedOver: carrying.length - looked.length }
}

const noRegistration: TaskDefinition['registration'] = {
  author: undefined,
  date: undefined,
  uri: undefined,
  source: undefined,
  description: undefined,
  securityDescriptor: undefined,
}
const bare = (actions: readonly TaskAction[]): TaskDefinition => ({
  version: undefined,
  registration: noRegistration,
  triggers: [],
  principals: [],
  settings: { enabled: true, hidden: false, allowStartOnDemand: undefined, all: {} },
  actionsContext: undefined,
  actions,
  unknownElements: [],
})
/** What a source tells at all. */
const told = {
  registry: new Set(['action', 'workingDirectory', 'author', 'date', 'uri']),
  job: new Set(['action', 'workingDirectory', 'author', 'description']),
} as const

function readOne(
  from: string,
  view: DefinitionView,
  reading: TaskReading,
  citation: TaskCitation,
  lifetime: number | null,
  time?: bigint,
  trouble?: string,
): ReadDefinition {
  const said = reading.trouble ? `${reading.trouble.what} (${reading.trouble.where})` : trouble
  if (!reading.definition)
    return empty(from, view, citation, lifetime, said ?? 'it holds no definition', time)
  return shown(from, view, reading.definition, citation, lifetime, time, said)
}

function shown(
  from: string,
  view: DefinitionView,
  definition: TaskDefinition,
  citation: TaskCitation,
  lifetime: number | null,
  time?: bigint,
  trouble?: string,
): ReadDefinition {
  const summary = summarizeTask(definition)
  const isWhole = view !== 'registry' && view !== 'job'
  return {
    definition,
    time,
    fields: definitionFields(definition),
    entry: {
      from,
      view,
      time: time === undefined ? null : formatUtc(fileTime(time)),
      action: summary.action ?? null,
      runAs: summary.runAs ?? null,
      runLevel: summary.runLevel ?? null,
      author: summary.author ?? null,
      hidden: isWhole ? summary.hidden : null,
      enabled: isWhole ? summary.enabled : null,
      triggers: summary.triggers,
      trouble: trouble ?? null,
      lifetime,
      citation,
      evidenceId: citation.evidenceId,
    },
  }
}

function empty(
  from: string,
  view: DefinitionView,
  citation: TaskCitation,
  lifetime: number | null,
  trouble: string,
  time?: bigint,
): ReadDefinition {
  const entry = shown(from, view, bare([]), citation, lifetime, time, trouble).entry
  return {
    definition: undefined,
    time,
    fields: new Map(),
    entry: { ...entry, hidden: null, enabled: null },
  }
}

/** TaskCache holds the actions and some texts; as whom the task runs stands in no value that is read here. */
function readRegistry({ entry, evidenceId }: CacheSighting, now: number | null): ReadDefinition | undefined {
  const { task, tree } = entry
  if (!task) return undefined
  const place = { evidenceId, offset: task.offset ?? tree?.offset ?? 0 }
  if (!task.actions) return empty('registry', 'registry', place, now, 'there is no value Actions')
  const { actions, trouble, context } = readCachedActions(task.actions)
  if (actions.length === 0)
    return empty('registry', 'registry', place, now, trouble?.what ?? 'the value Actions holds no action')
  const definition: TaskDefinition = {
    ...bare(actions),
    actionsContext: context,
    registration: { ...noRegistration, author: task.author, date: task.date, uri: task.uri },
  }
  const read = shown('registry', 'registry', definition, place, now, undefined, trouble?.what)
  return {
    ...read,
    fields: new Map([...read.fields].filter(([name]) => told.registry.has(name))),
  }
}

/** Any version of the file that fits will do: several were collected at different moments. */
function hashCheckOf(
  task: Sightings,
  files: readonly { readonly bytes: Uint8Array; readonly place: BytePlace }[],
): TaskHashCheck {
  const hashes = task.cache.flatMap(({ entry, evidenceId }) =>
    entry.task?.hash
      ? [{ hash: entry.task.hash, place: { evidenceId, offset: entry.task.offset ?? 0 } }]
      : [],
  )
  const citations = [...files.map(({ place }) => place), ...hashes.map(({ place }) => place)]
  const not = (why: string): TaskHashCheck => ({ result: 'not-checkable', why, citations })
  if (files.length === 0 && hashes.length === 0)
    return not('neither its file nor its value Hash was collected')
  if (files.length === 0) return not('its file was not collected')
  if (hashes.length === 0) return not('TaskCache was not collected, or has no value Hash for it')
  if (hashes.every(({ hash }) => hash.length !== 32))
    return not('the value Hash is no SHA-256: older hosts keep a CRC-32 there, which proves nothing')
  const isEqual = hashes.some(({ hash }) => files.some(({ bytes }) => checkTaskHash(hash, bytes) === 'equal'))
  return isEqual
    ? {
        result: 'equal',
        why: 'the file is the one the Task Scheduler wrote: its SHA-256 is the value Hash',
        citations,
      }
    : {
        result: 'different',
        why: 'the file is not the one the Task Scheduler wrote: its SHA-256 is not the value Hash',
        citations,
      }
}
