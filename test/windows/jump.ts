/** A jump box whose WinRM and CIM answer as a test says. */
import { chmodSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { Server } from './sshd.ts'
import type { Stage } from './stage.ts'

/** What PowerShell says: words, or words with the id and number that are the same in every language. */
export type JumpError = string | { readonly words: string; readonly id: string; readonly number: number }
export interface JumpAnswers {
  /** `ok`, or what PowerShell says instead */
  readonly winrm?: JumpError
  readonly 'winrm-https'?: JumpError
  readonly cim?: JumpError
  /** password that must be given */
  readonly secret?: string
  readonly needsTrust?: true
}
export const closed: JumpError = {
  words: 'Der Vorgang kann von WinRM nicht abgeschlossen werden.',
  id: 'CannotConnect',
  number: -2144108526,
}

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
    cim: { words: 'Der RPC-Server ist nicht verfügbar.', id: 'HRESULT 0x800706ba', number: 0 },
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
