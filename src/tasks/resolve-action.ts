/**
 * What an action does, read for display: environment variables, interpreters, encoded PowerShell, addresses. Nothing is ever run,
 * fetched or followed; every text stays the attacker's and is escaped where it is shown.
 */
import { encodedCommand } from '../base/encoded-command.ts'
import type { TaskAction } from '../domain/task.ts'

export interface ResolvedAction {
  /** as written */
  readonly line: string
  /** with the variables Windows fixes put in (`%windir%` → `C:\Windows`); others stay */
  readonly expanded: string
  /** `%windir%=C:\Windows`: what was put in, which nobody read from the host */
  readonly assumed: readonly string[]
  /** `cmd.exe`: the program, lower case, without path */
  readonly program: string
  /** full path of the program, expanded, when one is given */
  readonly path: string | undefined
  readonly interpreter: string | undefined
  /** file with a program in a script language or a library that the interpreter is given */
  readonly script: string | undefined
  /** PowerShell of `-EncodedCommand`, decoded; only to be looked at */
  readonly decoded: string | undefined
  readonly urls: readonly string[]
  /** `\\server\share\…` in program or arguments */
  readonly uncPaths: readonly string[]
  /** `> file`: where the output goes */
  readonly output: string | undefined
}

/** Programs that run what they are told, or that fetch it (the usual living-off-the-land binaries). */
export const interpreters: ReadonlySet<string> = new Set(
  (
    'cmd powershell powershell_ise pwsh wscript cscript mshta rundll32 regsvr32 regasm regsvcs installutil msbuild msiexec ' +
    'certutil bitsadmin wmic bash wsl python pythonw perl node java javaw forfiles pcalua scriptrunner schtasks at curl ' +
    'odbcconf cmstp hh mavinject presentationhost ieexec control conhost explorer'
  )
    .split(' ')
    .map((name) => `${name}.exe`),
)

const variables: Readonly<Record<string, string>> = {
  windir: 'C:\\Windows',
  systemroot: 'C:\\Windows',
  systemdrive: 'C:',
  comspec: 'C:\\Windows\\System32\\cmd.exe',
  programfiles: 'C:\\Program Files',
  'programfiles(x86)': 'C:\\Program Files (x86)',
  programdata: 'C:\\ProgramData',
  allusersprofile: 'C:\\ProgramData',
  public: 'C:\\Users\\Public',
}
/** Windows is on C: unless the evidence says otherwise, which it rarely does; what is expanded is shown beside what was written. */
export const expandVariables = (text: string): string =>
  text.replace(/%([A-Za-z()0-9_]{1,32})%/g, (whole, name: string) => variables[name.toLowerCase()] ?? whole)

/** Variables of the text that are replaced, with the values they are taken to have. */
function assumedIn(text: string): readonly string[] {
  const found = new Set<string>()
  for (const [whole, name = ''] of text.matchAll(/%([A-Za-z()0-9_]{1,32})%/g)) {
    const value = variables[name.toLowerCase()]
    if (value !== undefined) found.add(`${whole}=${value}`)
  }
  return [...found]
}

const scriptFile =
  /(?:"([^"<>|]{1,400}\.(?:ps1|psm1|vbs|vbe|js|jse|wsf|wsh|bat|cmd|hta|py|pl|jar|sct|inf|dll|cpl|xsl|msi))"|([^\s"',<>|&]{1,400}\.(?:ps1|psm1|vbs|vbe|js|jse|wsf|wsh|bat|cmd|hta|py|pl|jar|sct|inf|dll|cpl|xsl|msi)))(?=[\s"',;&|)]|$)/i

const most = 20
const longest = 64 << 10

export function resolveAction(action: TaskAction): ResolvedAction | undefined {
  if (action.kind !== 'exec') return undefined
  const command = action.command.slice(0, longest).trim()
  const args = (action.arguments ?? '').slice(0, longest).trim()
  const expanded = expandVariables(`${command} ${args}`.trim())
  const { path, rest } = programOf(expandVariables(command))
  const program = nameOf(path)
  const all = `${rest} ${expandVariables(args)}`.trim()
  return {
    line: `${command} ${args}`.trim(),
    expanded,
    assumed: assumedIn(`${command} ${args}`),
    program,
    path: /[\\/]/.test(path) ? path : undefined,
    interpreter: interpreters.has(program) ? program : undefined,
    script: scriptOf(interpreters.has(program) ? all : expanded),
    decoded:
      /^(powershell|pwsh)(_ise)?\.exe$/.test(program) || /powershell|pwsh/i.test(all)
        ? encodedCommand(all)
        : undefined,
    urls: found(expanded, /\b(?:https?|ftp|file):\/\/[^\s"'<>|)]{1,2000}/gi),
    uncPaths: found(expanded, /(?<![\w\\?])\\\\(?![.?]\\)[^\\\s"'<>|&;,]{1,255}\\[^\s"'<>|&;,]{0,1000}/g),
    output: />{1,2}\s*"?([^\s"<>|&]{1,1000})/.exec(all.replace(/\d>&\d/g, ''))?.[1],
  }
}

function scriptOf(text: string): string | undefined {
  const match = scriptFile.exec(text.slice(0, 8192))
  return match?.[1] ?? match?.[2]
}

const found = (text: string, pattern: RegExp): readonly string[] =>
  [...new Set(Array.from(text.matchAll(pattern), (match) => match[0]))].slice(0, most)

/** The program of a command that may be quoted and may carry arguments of its own. */
function programOf(command: string): { path: string; rest: string } {
  const quoted = /^"([^"]*)"?(.*)$/s.exec(command)
  if (quoted) return { path: quoted[1] ?? '', rest: (quoted[2] ?? '').trim() }
  const known = /^(.*?\.(?:exe|com|bat|cmd|ps1|vbs|js|jse|wsf|dll|scr|hta|msc))(?:\s+(.*))?$/is.exec(command)
  if (known) return { path: known[1] ?? '', rest: known[2] ?? '' }
  return { path: command, rest: '' }
}

const extension = /\.[a-z0-9]{1,4}$/
function nameOf(path: string): string {
  const name = path
    .slice(Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/')) + 1)
    .trim()
    .toLowerCase()
  return name === '' || extension.test(name) ? name : `${name.split(/\s/)[0]}.exe`
}
