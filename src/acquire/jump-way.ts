/**
 * Ways that PowerShell on this machine opens: WinRM with the current logon, over HTTPS or with given credentials, CIM over DCOM,
 * and this machine itself. One long-lived process; the secret goes to it once, over standard input, and ends with it.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { Refusal } from '../base/refusal.ts'
import type { AgentPipe } from './agent-channel.ts'
import type { FailureMarks } from './failures.ts'
import { type Reason, reasonOf } from './reasons.ts'
import { scriptFolder, scriptText } from './script-text.ts'
import { checkHostName } from './ssh-way.ts'

export type JumpWay = 'winrm' | 'winrm-https' | 'cim' | 'local'

export interface JumpOptions {
  readonly host: string
  readonly user?: string | undefined
  /** asked for by the operator's own prompt; never written anywhere but into the child's standard input */
  readonly secret?: string | undefined
  /** PowerShell asks for the credentials itself, by Windows' own dialog */
  readonly askThere?: boolean | undefined
  readonly port?: number | undefined
  /** SHA-1 or SHA-256 of the certificate the host must show */
  readonly pin?: string | undefined
  /** the operator agreed that TrustedHosts is changed for the time of this connection */
  readonly trustHost?: boolean | undefined
}

/** PowerShell of this machine: Windows PowerShell where there is one, else PowerShell 7. */
export function findPowerShell(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const system = env.SystemRoot
    ? [join(env.SystemRoot, 'System32', 'WindowsPowerShell', 'v1.0', 'powershell.exe')]
    : []
  const names = process.platform === 'win32' ? ['pwsh.exe'] : ['pwsh']
  const onPath = (env.PATH ?? env.Path ?? '').split(delimiter).filter(Boolean)
  return [...system, ...onPath.flatMap((dir) => names.map((name) => join(dir, name)))].find((path) =>
    existsSync(path),
  )
}

/** Starts the jump script. What it is to open is asked over the channel. */
export function startJump(program: string): AgentPipe {
  scriptText('jump.ps1') // refuses a script that was changed
  const child = spawn(
    program,
    [
      '-NoLogo',
      '-NoProfile',
      '-NonInteractive',
      '-ExecutionPolicy',
      'Bypass',
      '-File',
      join(scriptFolder(), 'jump.ps1'),
    ],
    { stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true, shell: false },
  )
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(-1))
    child.once('close', (code) => resolve(code))
  })
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    ended,
    kill: () => void child.kill('SIGTERM'),
  }
}

/** The line that carries the secret: UTF-16 units in hexadecimal, so that any character of it arrives. */
export function secretLine(secret: string | undefined): string {
  if (secret === undefined) return '-\n'
  let line = ''
  for (let i = 0; i < secret.length; i++) line += secret.charCodeAt(i).toString(16).padStart(4, '0')
  return `${line}\n`
}

/** What the jump script is asked to open. */
export function openRequest(way: JumpWay, options: JumpOptions): Readonly<Record<string, unknown>> {
  if (way !== 'local') checkHostName(options.host)
  return {
    way,
    host: options.host,
    ...(options.user === undefined ? {} : { user: options.user }),
    ...(options.askThere ? { ask: true } : {}),
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.pin === undefined ? {} : { pin: options.pin }),
    ...(options.trustHost ? { trust: true } : {}),
  }
}

const trustCommand = (host: string) =>
  `Set-Item WSMan:\\localhost\\Client\\TrustedHosts -Value '${host}' -Concatenate`

/** What a way that could not be opened is refused with, by reason. */
const refusals: Readonly<
  Partial<Record<Reason, (host: string, said: string) => readonly [string, string, string]>>
> = {
  'not-trusted': (host) => [
    'host.not-trusted',
    `WinRM does not take ${host} without Kerberos: it is not in the list TrustedHosts of this machine`,
    `Use the full name of the host and a domain logon, or HTTPS. Else, in an elevated PowerShell: ${trustCommand(host)} - it counts for the whole machine and does not prove who answers. With --trust-host this is done for the time of the acquisition and set back.`,
  ],
  'account-expired': (host) => [
    'account.expired',
    `the account is not let in on ${host}: its password or the account has expired`,
    'Renew the password, or use another account with --user.',
  ],
  'account-locked': (host) => [
    'account.locked',
    `the account is not let in on ${host}: it is locked or switched off`,
    'Use another account with --user. If nobody locked it on purpose, find out who tried its password.',
  ],
  'access-denied': (host) => [
    'host.access-denied',
    `${host} does not let this account in`,
    'Use an account that is administrator there, with --user. A local account other than the built-in Administrator gets no rights over the network unless the host allows it.',
  ],
  certificate: (host, said) => [
    'certificate.untrusted',
    `the certificate of ${host} is not trusted: ${said}`,
    'Compare its fingerprint with the owner of the host and give it by --pin.',
  ],
  'unknown-name': (host) => [
    'host.unknown-name',
    `no address is known for ${host}`,
    'Check the spelling and the name server, or give its address.',
  ],
  'no-logon-server': (host) => [
    'host.no-logon-server',
    `no domain controller vouches for ${host}: the name may be wrong, or no controller can be reached from here`,
    'Give the full name of the host as the domain knows it, or go by another way with --via.',
  ],
  'no-answer': (host) => [
    'host.unreachable',
    `${host} does not answer`,
    'Check that it is running and reachable from here, and that no firewall lies between.',
  ],
  'port-closed': (host, said) => [
    'port.closed',
    `${host} cannot be reached this way: ${said}`,
    'Check that the service is on there and no firewall lies between, or choose another way with --via.',
  ],
}

const noMarks: FailureMarks = { error: '', code: 0, codes: [], fqid: '' }

/** The refusal for a way that could not be opened, from the codes PowerShell gives. Its words may be in any language. */
export function openRefusal(way: JumpWay, options: JumpOptions, what: string, marks = noMarks): Refusal {
  const { host } = options
  const refuse = (name: string, text: string, remedy: string) =>
    new Refusal(`acquire.${name}`, text, remedy, {
      host,
      way,
      said: what.slice(0, 500),
      ...(marks.fqid ? { id: marks.fqid.slice(0, 200) } : {}),
    })
  const certificate = /tasktrail-certificate ([0-9A-F]{64})/.exec(what)?.[1]
  if (certificate)
    return refuse(
      'certificate.changed',
      `${host} shows the certificate ${certificate}, which is not the pinned one`,
      'Compare it with the owner of the host; another --pin only when it is right.',
    )
  const mode = /tasktrail-language (\w+)/.exec(what)?.[1]
  if (mode) return languageRefusal(host, mode)
  const known = refusals[reasonOf(what, marks) ?? 'disk-full']
  return refuse(
    ...(known?.(host, what.slice(0, 300)) ?? [
      'way.failed',
      `${host} cannot be reached this way: ${what.slice(0, 300)}`,
      'Try the same in a PowerShell of your own, or choose another way with --via.',
    ]),
  )
}

export const languageRefusal = (host: string, mode: string): Refusal =>
  new Refusal(
    'acquire.language.constrained',
    `PowerShell on ${host} runs in ${mode}: an application control policy keeps it from reading what is needed`,
    'Without a shell there: --via cim gives tasks, registry and processes, and --files its admin share or a mounted image gives logs and files. Else use an account or endpoint the policy exempts.',
    { host, mode },
  )
