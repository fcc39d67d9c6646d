/**
 * Known benign work a chain looks like (windows.md §5.5). Names are chosen by whoever makes a task, so name, action and caller must fit
 * together, and what does not fit is told. It annotates and never hides.
 */
import type { Chain } from '../domain/chain.ts'
import type { TaskDefinition } from '../domain/task.ts'
import { commandKey } from './paths.ts'

interface Known {
  readonly what: string
  /** task path, lower case */
  readonly path: RegExp
  /** whole command line in comparable form (commandKey); undefined: COM or unknown, which is told */
  readonly action: RegExp | undefined
  readonly caller: 'machine' | 'user' | 'remote'
}

const windir = '\\*windir\\*'
const programs = 'c:\\\\program files( \\(x86\\))?'

const known: readonly Known[] = [
  {
    what: 'Explorer starting itself without elevation',
    path: /^\\createexplorershellunelevatedtask$/,
    action: new RegExp(`^${windir}\\\\explorer\\.exe( /nouaccheck)?$`),
    caller: 'user',
  },
  {
    what: 'OneDrive’s own update and reporting tasks',
    path: /^\\onedrive (standalone update|reporting) task-s-1-5-21-[\d-]+$/,
    action: /(^|\\)onedrive(standaloneupdater|launcher)?\.exe( .*)?$/,
    caller: 'user',
  },
  {
    what: 'Firefox’s default browser agent',
    path: /^\\mozilla\\firefox (default browser agent|background update) [0-9a-f]+$/,
    action: new RegExp(`^${programs}\\\\mozilla firefox\\\\(default-browser-agent|firefox)\\.exe( .*)?$`),
    caller: 'user',
  },
  {
    what: 'Chrome’s per-user task',
    path: /^\\googleuserpeh\\/,
    action: new RegExp(`^${programs}\\\\google\\\\`),
    caller: 'user',
  },
  {
    what: 'Office’s background push maintenance',
    path: /^\\microsoft\\office\\office background push maintenance$/,
    action: new RegExp(`^${programs}\\\\(common files\\\\)?microsoft (office|shared)\\\\`),
    caller: 'machine',
  },
  {
    what: 'Visual Studio’s background download',
    path: /^\\microsoft\\visualstudio\\updates\\backgrounddownload$/,
    action: new RegExp(`^${programs}\\\\microsoft visual studio\\\\.*backgrounddownload\\.exe( .*)?$`),
    caller: 'user',
  },
  {
    what: 'HP’s support tasks',
    path: /^\\(hp|hewlett-packard)\\/,
    action: new RegExp(`^${programs}\\\\(hp|hewlett-packard)\\\\`),
    caller: 'machine',
  },
  {
    what: 'Windows’ soft landing tasks',
    path: /^\\softlanding\\/,
    action: undefined,
    caller: 'user',
  },
  {
    what: 'a Group Policy update',
    path: /^\\microsoft\\windows\\grouppolicy\\/,
    action: new RegExp(`^(${windir}\\\\system32\\\\)?gpupdate(\\.exe)?( .*)?$`),
    caller: 'machine',
  },
  {
    what: 'the licensing service keeping its restart task',
    path: /^\\microsoft\\windows\\softwareprotectionplatform\\svcrestarttask(logon|network)?$/,
    action: undefined,
    caller: 'machine',
  },
  {
    what: 'PSWindowsUpdate’s Invoke-WUJob, which makes its task from afar and as SYSTEM',
    path: /^\\pswindowsupdate$/,
    action:
      /^(.*\\)?powershell(\.exe)? .*(install-windowsupdate|get-windowsupdate|get-wuinstall|import-module pswindowsupdate)/,
    caller: 'remote',
  },
  {
    what: 'Configuration Manager’s own tasks',
    path: /^\\microsoft\\configuration manager\\/,
    action: new RegExp(`^${windir}\\\\ccm\\\\`),
    caller: 'machine',
  },
]

function lineOf(definition: TaskDefinition | undefined): string | undefined {
  const [action, ...others] = definition?.actions ?? []
  return action?.kind === 'exec' && others.length === 0
    ? commandKey(`${action.command} ${action.arguments ?? ''}`)
    : undefined
}

function callerOf(chain: Chain): Known['caller'] | undefined {
  if (chain.mechanism.startsWith('remote')) return 'remote'
  if (chain.mechanism === 'machine-managed') return 'machine'
  if (chain.mechanism !== 'local') return undefined
  return chain.account.sid === undefined || /^s-1-5-(18|19|20)$/i.test(chain.account.sid) ? 'machine' : 'user'
}

const callers = {
  machine: 'a service of this host',
  user: 'a user on this host',
  remote: 'a caller from afar',
}

/** Look-alikes by task name, each with what fits besides and what does not. */
export function lookAlikesOf(chain: Omit<Chain, 'lookAlikes'>): Chain['lookAlikes'] {
  const path = chain.task.path.toLowerCase()
  const line = lineOf(chain.task.definition)
  const caller = callerOf(chain as Chain)
  return known.flatMap(({ what, path: name, action, caller: usual }) => {
    if (!name.test(path)) return []
    const because = [`the task name ${chain.task.path}, which anybody can choose`]
    const differs: string[] = []
    if (action === undefined)
      differs.push('the name is all that can be compared: its usual action is no command line')
    else if (line === undefined) differs.push('its command is not known')
    else if (action.test(line)) because.push('its command')
    else differs.push(`its command is not the usual one: ${chain.task.action ?? line}`)
    if (caller === usual) because.push(`its caller: ${callers[usual]}`)
    else
      differs.push(
        caller === undefined
          ? 'who called is not known'
          : `it was made by ${callers[caller]}, where ${callers[usual]} is usual`,
      )
    return [{ what, because, differs }]
  })
}
