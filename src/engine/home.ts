// Where Tasktrail keeps what belongs to the operator and to no case: the list of recent cases, and the folder
// new cases go to when no other is named.
import { homedir } from 'node:os'
import { join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

export interface Places {
  /** settings of this operator; holds recent-cases.json */
  readonly settings: string
  /** parent of cases made without naming a folder */
  readonly cases: string
  /** where browsing begins */
  readonly home: string
}

/** The places for this account. `TASKTRAIL_HOME` puts settings and cases below one folder (jump boxes, tests). */
export function placesOf(
  environment: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): Places {
  const own = environment.TASKTRAIL_HOME
  if (own) return { settings: own, cases: join(own, 'cases'), home }
  return { settings: settingsOf(environment, platform, home), cases: join(home, 'Tasktrail cases'), home }
}

function settingsOf(environment: Environment, platform: NodeJS.Platform, home: string): string {
  if (platform === 'win32') return join(environment.APPDATA ?? join(home, 'AppData', 'Roaming'), 'Tasktrail')
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Tasktrail')
  return join(environment.XDG_CONFIG_HOME || join(home, '.config'), 'tasktrail')
}

/**
 * A folder name for a new case: day, then the title with everything left out that some file system or shell
 * takes for more than a letter. Never empty, never a device name (it begins with the day).
 */
export function caseFolderName(title: string, now: Date): string {
  const plain = title
    .normalize('NFC')
    .replace(/[^\p{L}\p{N} _-]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  const day = now.toISOString().slice(0, 10)
  return `${day} ${[...plain].slice(0, 60).join('').trim() || 'case'}`
}
