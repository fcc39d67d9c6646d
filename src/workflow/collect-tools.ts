/** Which programs of this machine can get to a host. Looks for files; starts nothing. */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { findPowerShell } from '../acquire/jump-way.ts'

export interface CollectTools {
  /** needed by winrm, winrm-https, cim and local */
  readonly powershell: boolean
  /** needed by ssh */
  readonly ssh: boolean
}

export function collectTools(env: NodeJS.ProcessEnv = process.env): CollectTools {
  const name = process.platform === 'win32' ? 'ssh.exe' : 'ssh'
  const folders = (env.PATH ?? env.Path ?? '').split(delimiter).filter(Boolean)
  return {
    powershell: findPowerShell(env) !== undefined,
    ssh: folders.some((folder) => existsSync(join(folder, name))),
  }
}
