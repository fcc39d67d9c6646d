/** What tasks run in these stories. */
import type { Deed } from '../deed.ts'
import type { Random } from '../random.ts'
import type { SchtasksTask } from '../task-xml.ts'

export interface Program {
  readonly command: string
  readonly parameters: string | undefined
  /** what then runs */
  readonly image: string
}

export const programs: readonly Program[] = [
  {
    command: 'C:\\ProgramData\\sync\\sync.exe',
    parameters: '-silent',
    image: 'C:\\ProgramData\\sync\\sync.exe',
  },
  {
    command: 'powershell.exe',
    parameters: '-NoProfile -WindowStyle Hidden -File C:\\ProgramData\\calib\\run.ps1',
    image: 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe',
  },
  { command: 'C:\\Windows\\Temp\\quota.bat', parameters: undefined, image: 'C:\\Windows\\System32\\cmd.exe' },
]
export const siteProgram: Program = {
  command: '"C:\\Program Files\\Site Tools\\rotate.exe"',
  parameters: '/keep 14',
  image: 'C:\\Program Files\\Site Tools\\rotate.exe',
}

const names = ['Site Tools Sync', 'Display Calibration', 'Print Quota Check', 'Telemetry Upload'] as const

/** What is registered, where several hosts get the same. */
export interface Plan {
  readonly name: string
  readonly program: Program
  readonly trigger: SchtasksTask['trigger']
}
export const drawPlan = (random: Random): Plan => ({
  name: random.pick(names),
  program: random.pick(programs),
  trigger: random.pick(['BootTrigger', 'LogonTrigger'] as const),
})

export const actionOf = ({ command, parameters }: Program): string =>
  parameters === undefined ? command : `${command} ${parameters}`

/** How the Schedule service writes the command line; a script goes to its interpreter. */
export const commandLineOf = (program: Program): string =>
  program.command.endsWith('.bat')
    ? `C:\\Windows\\SYSTEM32\\cmd.exe /c "${program.command}"`
    : actionOf(program)

/** The truth's task of a plan: as SYSTEM, at its trigger, written by `author`. */
export const plannedTask = (path: string, plan: Plan, author: string): Deed['task'] => ({
  path,
  action: actionOf(plan.program),
  runAs: 'S-1-5-18',
  author,
  hidden: false,
  trigger: plan.trigger.replace('Trigger', ''),
})
