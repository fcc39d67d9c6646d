/** What the actions of a task do, for display, and what makes the task suspicious. Nothing is run, fetched or followed. */
import type { Chain } from '../../domain/chain.ts'
import type { TaskActionEntry, TaskCitation, TaskSignal } from '../../domain/task-entry.ts'
import { signsOf, type TaskSign } from '../../playbook/task-signals.ts'
import { resolveAction } from '../../tasks/resolve-action.ts'
import type { ReadDefinition } from './read-definitions.ts'
import type { Sightings, TaskMark } from './sightings.ts'
import { isOfLife, type ToldLifetime } from './tell-lifetimes.ts'

const mostActions = 32
const mostSignals = 64
const longestDecoded = 20_000

export function actionsOf(definitions: readonly ReadDefinition[]): readonly TaskActionEntry[] {
  const found = new Map<string, TaskActionEntry & { readonly alsoIn: string[] }>()
  for (const { definition, entry } of definitions)
    for (const action of definition?.actions.slice(0, mostActions) ?? []) {
      const resolved = resolveAction(action)
      if (!resolved) continue
      const known = found.get(resolved.line)
      if (known) {
        if (known.from !== entry.from && !known.alsoIn.includes(entry.from)) known.alsoIn.push(entry.from)
        continue
      }
      if (found.size >= mostActions) return [...found.values()]
      found.set(resolved.line, {
        line: resolved.line,
        expanded: resolved.expanded,
        assumed: resolved.assumed,
        program: resolved.program,
        path: resolved.path ?? null,
        interpreter: resolved.interpreter ?? null,
        script: resolved.script ?? null,
        decoded: resolved.decoded?.slice(0, longestDecoded) ?? null,
        urls: resolved.urls,
        uncPaths: resolved.uncPaths,
        output: resolved.output ?? null,
        from: entry.from,
        alsoIn: [],
      })
    }
  return [...found.values()]
}

/** Signs of each lifetime with the places they rest on; the first of one kind and wording counts. */
export function signalsOf(
  task: Sightings,
  lifetimes: readonly ToldLifetime[],
  definitions: readonly ReadDefinition[],
  chains: readonly Chain[],
): readonly TaskSignal[] {
  const signals: TaskSignal[] = []
  for (const life of lifetimes) {
    const marks = life.marks.map((at) => task.marks[at] as TaskMark)
    const creation = marks.find((mark) => mark.eventId === 4698) ?? marks.find((mark) => mark.account)
    const remote = chains.find((chain) => chain.mechanism.startsWith('remote') && isOfLife(chain, marks))
    const own = definitions.filter(({ entry }) => entry.lifetime === life.told.number)
    const readable = own.filter(({ definition }) => definition !== undefined)
    const deletion = marks.filter((mark) => mark.deed === 'deleted' || mark.deed === 'unregistered')
    const runs = marks.filter((mark) => mark.deed === 'ran')
    const lifeMs =
      life.began !== undefined && life.ended !== undefined && !life.fromRegistry
        ? Number(life.ended - life.began) / 10_000
        : undefined
    const facts = {
      path: task.path,
      lacksDefinition: creation?.eventId === 4698 && readable.length === 0,
      creator: creation?.account
        ? { sid: creation.account.sid as never, name: creation.account.name, domain: undefined }
        : undefined,
      isRemote: remote !== undefined,
      lifeMs,
      wasRun: runs.length > 0,
    }
    const anyPlace = own[0]?.entry.citation ?? marks[0]?.citation
    const places = (sign: TaskSign, from: ReadDefinition | undefined): TaskCitation[] => {
      if (sign.about === 'life')
        return [
          ...marks.filter((mark) => mark.deed === 'created' || mark.deed === 'registered'),
          ...deletion,
        ].map(({ citation }) => citation)
      const cited: TaskCitation[] = []
      if (
        sign.about !== 'definition' &&
        creation &&
        (sign.id.startsWith('name') || sign.id === 'author-differs')
      )
        cited.push(creation.citation)
      if (from) cited.push(from.entry.citation)
      else if (creation) cited.push(creation.citation)
      if (sign.id === 'system-remote' && creation && !cited.includes(creation.citation))
        cited.push(creation.citation)
      return cited.length > 0 || !anyPlace ? cited : [anyPlace]
    }
    const take = (sign: TaskSign, from: ReadDefinition | undefined) => {
      const known = signals.find(
        (one) => one.id === sign.id && one.what === sign.what && one.lifetime === life.told.number,
      )
      if (known || signals.length >= mostSignals) return
      const { id, about, weighs, isStrong, what } = sign
      const citations = places(sign, from)
      signals.push({
        id,
        about,
        weighs,
        strong: isStrong,
        what,
        lifetime: life.told.number,
        citations,
        citation: citations[0] ?? null,
      })
    }
    for (const from of distinctByFields(readable))
      for (const sign of signsOf({
        ...facts,
        definition: from.definition,
        runAs: from.entry.runAs ?? undefined,
      }))
        take(sign, from)
    if (readable.length === 0)
      for (const sign of signsOf({ ...facts, definition: undefined, runAs: undefined })) take(sign, undefined)
    const asked = marks.find((mark) => mark.eventId === 110)
    if (asked && deletion.length > 0)
      take(
        {
          id: 'run-on-demand-deleted',
          about: 'life',
          weighs: 'malicious',
          isStrong: true,
          what: 'was run on demand and then deleted',
        },
        undefined,
      )
  }
  return signals
}

function distinctByFields(definitions: readonly ReadDefinition[]): readonly ReadDefinition[] {
  const seen = new Map<string, ReadDefinition>()
  for (const one of definitions) {
    const key = `${one.entry.action}\u0000${one.entry.runAs}\u0000${one.entry.author}\u0000${one.entry.hidden}`
    if (!seen.has(key)) seen.set(key, one)
  }
  return [...seen.values()].slice(0, 16)
}
