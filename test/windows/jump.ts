/** A jump box whose WinRM and CIM answer as a test says. */
import { chmodSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { Server } from './sshd.ts'
import type { Stage } from './stage.ts'

export interface JumpAnswers {
  /** `ok`, or what PowerShell says instead */
  readonly winrm?: string
  readonly 'winrm-https'?: string
  readonly cim?: string
  /** password that must be given */
  readonly secret?: string
  readonly needsTrust?: true
}
export const closed =
  'Connecting to remote server failed with the following error message : WinRM cannot complete the operation. Verify that the specified computer name is valid, that the computer is accessible over the network.'

export interface Jump {
  /** stands for powershell.exe of the jump box */
  readonly powershell: string
  readonly trustedFile: string
}

export function makeJump(stage: Stage, server: Server, answers: JumpAnswers): Jump {
  const trustedFile = join(stage.dir, 'trusted.txt')
  const file = join(stage.dir, 'jump.json')
  const about = {
    winrm: closed,
    'winrm-https': closed,
    cim: 'The RPC server is unavailable.',
    port: server.port,
    account: userInfo().username,
    key: join(server.dir, 'client'),
    known: join(server.dir, 'known_hosts'),
    trusted: trustedFile,
    ...answers,
  }
  writeFileSync(file, JSON.stringify(about))
  const powershell = join(stage.dir, 'jump-powershell')
  writeFileSync(
    powershell,
    `#!/bin/bash\nexport TASKTRAIL_STAGE=${JSON.stringify(stage.file)} TASKTRAIL_JUMP=${JSON.stringify(file)}\nexec pwsh -NoLogo -NoProfile -NonInteractive -File ${JSON.stringify(join(import.meta.dirname, 'start-jump.ps1'))} "\${@: -1}"\n`,
  )
  chmodSync(powershell, 0o755)
  return { powershell, trustedFile }
}
