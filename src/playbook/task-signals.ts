/**
 * What makes a task suspicious, each sign with its reason (windows.md §6, last row). A sign is a fact of the definition or of the task's life;
 * none is proof, and what many honest tasks share is told as neutral.
 */

import { boundedText } from '../domain/describe.ts'
import type { Account } from '../domain/event.ts'
import type { TaskDefinition } from '../domain/task.ts'
import { type ResolvedAction, resolveAction } from '../tasks/resolve-action.ts'
import { isKnownTask } from './known-tasks.ts'

export interface TaskSign {
  readonly id: string
  /** what the sign is about: `name` covers task name and paths, as the playbook asks for them */
  readonly about: 'name' | 'action' | 'principal' | 'definition' | 'life'
  readonly weighs: 'malicious' | 'neutral'
  readonly isStrong: boolean
  readonly what: string
}

export interface TaskFacts {
  readonly path: string
  readonly definition: TaskDefinition | undefined
  /** the record that should carry a definition carries none that can be read */
  readonly lacksDefinition: boolean
  readonly runAs: string | undefined
  readonly creator: Account | undefined
  readonly isRemote: boolean
  /** milliseconds from creation to deletion */
  readonly lifeMs: number | undefined
  readonly wasRun: boolean
}

export function signsOf(facts: TaskFacts): readonly TaskSign[] {
  const actions = resolvedActions(facts.definition)
  return [...nameSigns(facts), ...actions.flatMap(actionSigns), ...principalSigns(facts), ...lifeSigns(facts)]
}

export const resolvedActions = (definition: TaskDefinition | undefined): readonly ResolvedAction[] =>
  (definition?.actions ?? []).slice(0, 32).flatMap((action) => resolveAction(action) ?? [])

const sign = (
  id: string,
  about: TaskSign['about'],
  what: string,
  weighs: TaskSign['weighs'] = 'malicious',
  isStrong = false,
): TaskSign => ({ id, about, what, weighs, isStrong })

const shown = (text: string) => boundedText(text, 160)

function nameSigns({ path, creator }: TaskFacts): readonly TaskSign[] {
  const name = path.slice(path.lastIndexOf('\\') + 1)
  const signs: TaskSign[] = []
  if (looksRandom(name))
    signs.push(
      sign(
        'name-random',
        'name',
        `the name ${shown(name)} looks made by chance: its letters hardly ever stand together in words`,
      ),
    )
  if (/^\{?[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}\}?$/i.test(name))
    signs.push(sign('name-guid', 'name', 'the name is a GUID, which says nothing of its purpose', 'neutral'))
  const isPerson = creator?.sid?.startsWith('S-1-5-21-') === true
  if (/^\\microsoft\\/i.test(path) && isPerson)
    signs.push(
      sign(
        'name-of-windows',
        'name',
        isKnownTask(path)
          ? 'a task that Windows owns was touched by an account of a person'
          : 'the path is made to look like one of Windows (\\Microsoft\\…), made by an account of a person',
      ),
    )
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a hostile name hides with
  if (/[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/.test(path))
    signs.push(
      sign(
        'name-invisible',
        'name',
        'the name holds characters that cannot be seen or that turn text round',
        'malicious',
        true,
      ),
    )
  return signs
}

/** Pairs of letters that words of Western languages are made of; one picked by chance is among them one time in five. */
const pairs = new Set(
  (
    'th he in er an re nd at on nt ha es st en ed to it ou ea hi is or ti as te et ng of al de se le sa si ar ve ra ld ur ' +
    'ro ri ne me ta la el il li ec io co ma us be ch om ac ce ca di ol un ic ap up pd da sy sk ck ba ku tr em sh pa ad ge ' +
    'ag nc oc ss id ie ei ab bi lo ot mo do so no na ni nu ho wi wo we wa il ll ee oo tt pp pr po pe pi pl op ep sp su sc ' +
    'cl og gs ls cr ct cu ex ef ff fi fo fr fu go gl gr gu gh ht im in lt lu ly mi mp mu my ow ps py qu rc rd rg rk rm rn rs rt ru ' +
    'ry tu ty ul ui ue um ut vi vo ws ys ze zo av ev ov iv ay ey am om ia ua au aw ew iz ke ki ly by bo br bu bl dr du ga gi'
  ).split(' '),
)

/** 6 to 32 letters and digits whose letters hardly ever stand together in words, as generated names do. */
export function looksRandom(name: string): boolean {
  if (!/^[A-Za-z0-9]{6,32}$/.test(name)) return false
  const runs = name.toLowerCase().split(/[0-9]+/)
  let all = 0
  let common = 0
  for (const run of runs)
    for (let at = 0; at + 1 < run.length; at++) {
      all++
      if (pairs.has(run.slice(at, at + 2))) common++
    }
  return all >= 4 && common / all < 0.5
}

const writable =
  /(\\windows\\(temp|tasks|tracing|debug|system32\\spool\\drivers\\color)\\|\\users\\|\\programdata\\|\\perflogs\\|\\\$recycle\.bin\\|%(temp|tmp|appdata|localappdata|userprofile|public)%|^[a-z]:\\(temp|tmp)\\|\\appdata\\)/i

function actionSigns(action: ResolvedAction): readonly TaskSign[] {
  const signs: TaskSign[] = []
  if (action.interpreter)
    signs.push(
      sign(
        'action-interpreter',
        'action',
        `runs ${action.interpreter}, which runs what it is told`,
        'neutral',
      ),
    )
  if (action.decoded !== undefined)
    signs.push(
      sign(
        'action-encoded',
        'action',
        `carries encoded PowerShell: ${shown(action.decoded)}`,
        'malicious',
        true,
      ),
    )
  const place = [action.path, ...pathsIn(action.expanded)].find(
    (path) => path !== undefined && writable.test(path) && !isOutput(action, path),
  )
  if (place)
    signs.push(
      sign(
        'action-writable-path',
        'name',
        `runs or names a file where users and malware may write: ${shown(place)}`,
      ),
    )
  if (action.urls.length > 0)
    signs.push(
      sign('action-url', 'action', `names an address of the web: ${shown(action.urls[0] as string)}`),
    )
  if (action.output?.startsWith('\\\\'))
    signs.push(
      sign(
        'action-output-share',
        'action',
        `sends its output to another machine: ${shown(action.output)}`,
        'malicious',
        true,
      ),
    )
  else if (action.uncPaths.length > 0)
    signs.push(
      sign('action-unc', 'action', `names a file on another machine: ${shown(action.uncPaths[0] as string)}`),
    )
  else if (action.output !== undefined && /\\temp\\/i.test(action.output))
    signs.push(
      sign(
        'action-output-file',
        'action',
        `writes its output to a file that can be fetched: ${shown(action.output)}`,
      ),
    )
  return signs
}

const isOutput = (action: ResolvedAction, path: string) =>
  action.output !== undefined && path.endsWith(action.output)
const pathsIn = (line: string): readonly string[] =>
  Array.from(
    line.slice(0, 8192).matchAll(/(?:[a-z]:|%[a-z]{1,20}%)\\[^\s"'<>|&]{1,400}/gi),
    (match) => match[0],
  ).slice(0, 20)

export const isSystem = (runAs: string | undefined): boolean =>
  /^(s-1-5-18|system|localsystem|(nt authority|nt-autorität|autorite nt)\\[^\\]*system[^\\]*|\.\\system)$/i.test(
    runAs?.trim() ?? '',
  )

function principalSigns({ definition, runAs, creator, isRemote }: TaskFacts): readonly TaskSign[] {
  const signs: TaskSign[] = []
  if (isSystem(runAs))
    signs.push(
      isRemote
        ? sign('system-remote', 'principal', 'runs as SYSTEM and was made from another machine')
        : sign('system', 'principal', 'runs as SYSTEM', 'neutral'),
    )
  const author = definition?.registration.author?.trim()
  const authorName = author?.slice(author.lastIndexOf('\\') + 1).toLowerCase()
  if (author && creator?.name && authorName !== creator.name.toLowerCase() && /^[^$(][^\\]*\\/.test(author))
    signs.push(
      sign(
        'author-differs',
        'principal',
        `the definition names ${shown(author)} as author, the record ${shown(creator.name)} as creator`,
      ),
    )
  return signs
}

function lifeSigns({ definition, lacksDefinition, lifeMs, wasRun }: TaskFacts): readonly TaskSign[] {
  const signs: TaskSign[] = []
  if (definition?.settings.hidden)
    signs.push(sign('hidden', 'definition', 'the task is hidden from the task list'))
  if (lacksDefinition)
    signs.push(sign('definition-missing', 'definition', 'the record carries no definition that can be read'))
  if (lifeMs !== undefined && lifeMs <= 30_000)
    signs.push(
      sign(
        'short-lived',
        'life',
        `${wasRun ? 'was run and ' : ''}deleted ${lifeMs < 1000 ? `${lifeMs.toFixed(1)} ms` : `${(lifeMs / 1000).toFixed(1)} s`} after its creation`,
        'malicious',
        true,
      ),
    )
  else if (lifeMs !== undefined && lifeMs <= 300_000)
    signs.push(sign('short-lived', 'life', `deleted within five minutes of its creation`))
  return signs
}
