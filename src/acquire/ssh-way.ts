/**
 * SSH, by the system's own `ssh`: keys, agent, known hosts and jump hosts are what the operator has set up there. On the host
 * runs one constant command line; the agent travels over standard input. ssh never asks for anything here.
 */
import { spawn } from 'node:child_process'
import { Refusal } from '../base/refusal.ts'
import type { AgentPipe } from './agent-channel.ts'
import { encodedBootstrap } from './script-text.ts'

export interface SshOptions {
  readonly host: string
  readonly user?: string | undefined
  readonly port?: number | undefined
  /** path of a configuration file, instead of the user's own */
  readonly configFile?: string | undefined
  /** path of a private key */
  readonly identity?: string | undefined
  /** the ssh program; the one on PATH when not given */
  readonly program?: string | undefined
}

/** A host as ssh may be given it: no option, no white space, nothing a shell would read. */
const hostName = /^[A-Za-z0-9_][A-Za-z0-9._:%-]{0,254}$/
const userName = /^[\p{L}\p{N}_.][^\s\p{C}"'`$;|&<>()]{0,255}$/u

export function checkHostName(host: string): void {
  if (hostName.test(host)) return
  throw new Refusal(
    'acquire.host.bad-name',
    `${JSON.stringify(host.slice(0, 100))} is no name of a host`,
    'Give a name such as fs01 or fs01.example.lan, or an address.',
  )
}

/** Arguments of ssh. Verbose, because only then it names the key of the host and how it got in. */
export function sshArguments(options: SshOptions, shell: string): string[] {
  checkHostName(options.host)
  if (options.user !== undefined && !userName.test(options.user))
    throw new Refusal(
      'acquire.account.bad-name',
      `${JSON.stringify(options.user.slice(0, 100))} is no name of an account`,
      'Give it as NAME, DOMAIN\\NAME or NAME@DOMAIN.',
    )
  const set = [
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
    'ConnectTimeout=20',
    'ServerAliveInterval=15',
    'ServerAliveCountMax=4',
    'ForwardAgent=no',
    'ForwardX11=no',
    'ClearAllForwardings=yes',
    'PermitLocalCommand=no',
    'EscapeChar=none',
  ].flatMap((one) => ['-o', one])
  return [
    '-T',
    '-v',
    ...(options.configFile ? ['-F', options.configFile] : []),
    ...set,
    ...(options.port === undefined ? [] : ['-p', String(options.port)]),
    ...(options.user === undefined ? [] : ['-l', options.user]),
    ...(options.identity === undefined ? [] : ['-i', options.identity]),
    '--',
    options.host,
    `${shell} -NoLogo -NoProfile -NonInteractive -InputFormat None -EncodedCommand ${encodedBootstrap()}`,
  ]
}

/** Starts ssh; whether it gets in shows when the first request is asked. */
export function startSsh(options: SshOptions, shell: string): AgentPipe {
  const child = spawn(options.program ?? 'ssh', sshArguments(options, shell), {
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
    shell: false,
    // what ssh says is read here: in English
    env: { ...process.env, LC_ALL: 'C', LANGUAGE: 'C' },
  })
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

const chatter = /^(debug\d|OpenSSH_|Authenticated to |Transferred: |Bytes per second)/

/** What ssh itself said before it was let in; what comes after may be the host's own text. */
function beforeLogin(stderr: string): string {
  const at = stderr.search(/^Authenticated to /m)
  return at < 0 ? stderr : stderr.slice(0, at)
}

/** Fingerprint of the key the host showed, as `SHA256:…`. */
export const hostKeyOf = (stderr: string): string | undefined =>
  /^debug1: Server host key: \S+ (SHA256:[A-Za-z0-9+/]{43})/m.exec(beforeLogin(stderr))?.[1]

/**
 * True when the command may not exist on the host, so that another shell is tried: a shell of Unix says 127, cmd.exe 9009 or 1 with
 * words in its own language.
 */
export const mayBeMissing = (code: number | null, stderr: string): boolean =>
  (code === 127 || code === 9009 || code === 1) && /^Authenticated to /m.test(stderr)

const passwordDue = /^(WARNING: Your password has expired|Password change required but no TTY available)/m

/** The last line that is not chatter, as the end of a sentence. */
function lastOf(text: string): string {
  const last = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !chatter.test(line))
    .at(-1)
  return last ? `: ${last.slice(0, 300)}` : ''
}

/** The refusal for an ssh that ended before the agent answered. */
export function sshRefusal(options: SshOptions, code: number | null, stderr: string): Refusal {
  const said = beforeLogin(stderr)
  const facts = { host: options.host, ...(hostKeyOf(stderr) ? { hostKey: hostKeyOf(stderr) ?? '' } : {}) }
  const refuse = (name: string, what: string, remedy: string) =>
    new Refusal(`acquire.${name}`, what, remedy, facts)
  const { host } = options
  if (code === -1)
    return refuse(
      'ssh.missing',
      'there is no ssh program on this machine',
      'Install the OpenSSH client, or choose another way with --via.',
    )
  if (/Could not resolve hostname/i.test(said))
    return refuse(
      'host.unknown-name',
      `no address is known for ${host}`,
      'Check the spelling and the name server, or give its address.',
    )
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED/.test(said))
    return refuse(
      'host-key.changed',
      `${host} shows another host key than before${facts.hostKey ? ` (${facts.hostKey})` : ''}: it was set up anew, or somebody stands between`,
      'Compare the fingerprint with the owner of the host over another way. Only then: ssh-keygen -R with this host, and accept the new key by ssh.',
    )
  if (/Host key verification failed|No \S+ host key is known/i.test(said))
    return refuse(
      'host-key.unknown',
      `the host key of ${host} is not known${facts.hostKey ? `; it shows ${facts.hostKey}` : ''}`,
      `Compare the fingerprint with the owner of the host, then accept it once by: ssh ${host}`,
    )
  if (/Connection refused/i.test(said))
    return refuse(
      'port.closed',
      `${host} takes no SSH connection on port ${/ port (\d{1,5}): Connection refused/.exec(said)?.[1] ?? options.port ?? 22}`,
      'Check that sshd runs there and the port is right, or choose another way with --via.',
    )
  if (/timed out|No route to host|Network is unreachable|Host is down/i.test(said))
    return refuse(
      'host.unreachable',
      `${host} does not answer`,
      'Check that it is running and reachable from here, and that no firewall lies between.',
    )
  if (/password has expired|account (has )?expired|account is locked/i.test(said) || passwordDue.test(stderr))
    return refuse(
      'account.expired',
      `the account is not let in on ${host}: its password or the account has expired`,
      'Renew the password, or use another account with --user.',
    )
  if (/Permission denied|Too many authentication failures/i.test(said))
    return refuse(
      'host.access-denied',
      `${host} does not let this account in`,
      'Give the account with --user and its key with --identity or in the ssh agent; it must be an administrator there.',
    )
  if (mayBeMissing(code, stderr))
    return refuse(
      'host.no-powershell',
      `there is no PowerShell on ${host}, or it ended at once (code ${code})${lastOf(stderr)}`,
      'Is it a Windows host, and does a policy forbid PowerShell there? Try --via cim, or collect from its admin share or a mounted image with --files.',
    )
  return refuse(
    'ssh.failed',
    `the connection to ${host} ended before anything was asked${code === null ? '' : ` (code ${code})`}${lastOf(said)}`,
    'Try the same by ssh from a terminal; what it says there helps.',
  )
}
