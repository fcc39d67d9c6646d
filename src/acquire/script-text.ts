/**
 * The scripts that run on hosts: found beside the program, compared with the hashes the program was built with, and put
 * together in a fixed order. A script that differs by one byte is not sent anywhere.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Refusal } from '../base/refusal.ts'
import { scriptPins } from './script-pins.ts'

/** Parts of the agent, in the order they are put together. */
export const agentParts = [
  'protocol.ps1',
  'host.ps1',
  'state.ps1',
  'tasks.ps1',
  'logs.ps1',
  'agent.ps1',
] as const
export type ScriptName = keyof typeof scriptPins

/** The folder of the scripts: `resources/powershell` above this file, or beside a packaged program. */
export function scriptFolder(): string {
  const packaged = (process as { resourcesPath?: string }).resourcesPath
  const candidates = packaged ? [join(packaged, 'powershell')] : []
  for (let dir = import.meta.dirname; ; dir = dirname(dir)) {
    candidates.push(join(dir, 'resources', 'powershell'))
    if (dirname(dir) === dir) break
  }
  const found = candidates.find((dir) => existsSync(join(dir, 'bootstrap.ps1')))
  if (found) return found
  throw new Refusal(
    'acquire.scripts.missing',
    'the scripts that collect from a host are not beside the program',
    'Install Tasktrail again.',
  )
}

/** A script as text, refused when it is not the one this program was built with. */
export function scriptText(name: ScriptName, folder = scriptFolder()): string {
  // a checkout on Windows may have turned line ends round
  const text = readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n')
  const hash = createHash('sha256').update(text).digest('hex')
  if (hash === scriptPins[name]) return text
  throw new Refusal(
    'acquire.scripts.altered',
    `${name} is not the script this program was built with`,
    'Nothing was sent to any host. Install Tasktrail again, and find out who changed it.',
    { script: name, expected: scriptPins[name], found: hash },
  )
}

export interface AgentText {
  readonly text: string
  readonly sha256: string
  /** line that announces it to the bootstrap, then its bytes */
  readonly frame: Buffer
}

/** The whole agent. The run id stands in a comment, so that script logging on the host names this run. */
export function agentText(runId: string, extra: readonly ScriptName[] = []): AgentText {
  const folder = scriptFolder()
  const text = [
    `# tasktrail-run:${runId}\n`,
    ...[...agentParts, ...extra].map((name) => scriptText(name, folder)),
  ].join('\n')
  const bytes = Buffer.from(text, 'latin1')
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { text, sha256, frame: Buffer.concat([Buffer.from(`${bytes.length} ${sha256}\n`), bytes]) }
}

/** The bootstrap as `-EncodedCommand` takes it: base64 of UTF-16. A constant; comments are left out to keep it short. */
export function encodedBootstrap(): string {
  const lines = scriptText('bootstrap.ps1')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'))
    .map((line) => line.trim())
  return Buffer.from(lines.join('\n'), 'utf16le').toString('base64')
}
