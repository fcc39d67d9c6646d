// Where Tasktrail keeps what belongs to the operator and to no case: the list of recent cases, and the folder
// new cases go to when no other is named.
import { homedir } from 'node:os'
import { casesFolder, settingsFolder } from '../workflow/operator-folders.ts'

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
  return {
    settings: settingsFolder(environment, platform, home),
    cases: casesFolder(environment, home),
    home,
  }
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
