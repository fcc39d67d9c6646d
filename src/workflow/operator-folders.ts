/** Folders that belong to the operator and to no case: `$TASKTRAIL_HOME`, else the platform's usual places. */
import { homedir } from 'node:os'
import { join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** Settings of this operator; the signing key lies here. */
export function settingsFolder(
  environment: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  if (environment.TASKTRAIL_HOME) return environment.TASKTRAIL_HOME
  if (platform === 'win32') return join(environment.APPDATA ?? join(home, 'AppData', 'Roaming'), 'Tasktrail')
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Tasktrail')
  return join(environment.XDG_CONFIG_HOME || join(home, '.config'), 'tasktrail')
}

/** Parent of cases made without naming a folder. */
export function casesFolder(environment: Environment = process.env, home: string = homedir()): string {
  if (environment.TASKTRAIL_HOME) return join(environment.TASKTRAIL_HOME, 'cases')
  return join(home, 'Tasktrail cases')
}
