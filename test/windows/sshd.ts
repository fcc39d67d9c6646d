/** An sshd of our own on loopback, with fresh keys, whose sessions find the stand-ins of Windows first on their PATH. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'

const sshdPath = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/sbin/sshd'].find(existsSync)
const onPath = (name: string) =>
  (process.env.PATH ?? '').split(':').find((dir) => existsSync(join(dir, name)))
/** Folder of pwsh; undefined when there is none. */
export const pwshFolder = onPath('pwsh')
/** What is missing here to run scripts and sessions; undefined when everything is there. With CI=true that is a failure. */
export const missing: string | undefined = !pwshFolder
  ? 'no pwsh on PATH: tests that run the scripts are skipped'
  : !sshdPath || !onPath('ssh')
    ? 'no OpenSSH: tests over SSH are skipped'
    : undefined
if (missing) {
  if (process.env.CI === 'true') throw new Error(missing)
  console.warn(missing)
}

export interface Server {
  readonly port: number
  /** for `ssh -F` */
  readonly configFile: string
  /** fingerprint of the host key, `SHA256:…` */
  readonly fingerprint: string
  readonly dir: string
  /** kills every session by SIGKILL, as if the line was cut; the server goes on */
  killSessions(): number
  stop(): Promise<void>
}

const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      server.close(() => resolve(port))
    })
  })

/**
 * @param bin folder that holds powershell.exe for the sessions
 * @param inside network namespace the server lives in, and its address there
 */
export async function startSshd(
  dir: string,
  bin: string,
  inside?: { readonly name: string; readonly address: string },
): Promise<Server> {
  const address = inside?.address ?? '127.0.0.1'
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  for (const name of ['host', 'client'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(dir, name)])
  writeFileSync(join(dir, 'authorized'), readFileSync(join(dir, 'client.pub')), { mode: 0o600 })
  const port = await freePort()
  const hostKey = readFileSync(join(dir, 'host.pub'), 'utf8').split(' ').slice(0, 2).join(' ')
  writeFileSync(join(dir, 'known_hosts'), `[${address}]:${port} ${hostKey}\n`)
  // the stand-ins come first; what else the sessions need is where it is for us
  const path = [bin, process.env.PATH ?? ''].join(':')
  const strict = process.env.PWSH_STANDIN_STRICT
  writeFileSync(
    join(dir, 'sshd_config'),
    `Port ${port}
ListenAddress ${address}
HostKey ${join(dir, 'host')}
PidFile ${join(dir, 'pid')}
AuthorizedKeysFile ${join(dir, 'authorized')}
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
MaxStartups 100
SetEnv PATH=${path}${strict ? ` PWSH_STANDIN_STRICT=${strict}` : ''} DOTNET_gcServer=0
Subsystem powershell ${join(pwshFolder ?? '', 'pwsh')} -sshs -NoLogo -NoProfile
`,
  )
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true })
  writeFileSync(
    join(dir, 'ssh_config'),
    `Host *
  Port ${port}
  User ${userInfo().username}
  IdentityFile ${join(dir, 'client')}
  IdentitiesOnly yes
  UserKnownHostsFile ${join(dir, 'known_hosts')}
  GlobalKnownHostsFile none
`,
  )
  const [program = 'sshd', ...args] = [
    ...(inside ? ['ip', 'netns', 'exec', inside.name] : []),
    sshdPath ?? 'sshd',
    ...['-D', '-e', '-f', join(dir, 'sshd_config')],
  ]
  const child: ChildProcess = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr?.on('data', (bytes: Buffer) => {
    said = (said + bytes.toString()).slice(-10_000)
  })
  for (let tries = 0; !(await answers(port, address)); tries++) {
    if (tries > 100 || child.exitCode !== null) throw new Error(`sshd does not start: ${said}`)
    await new Promise((done) => setTimeout(done, 50))
  }
  const fingerprint =
    execFileSync('ssh-keygen', ['-lf', join(dir, 'host.pub')], { encoding: 'utf8' }).split(' ')[1] ?? ''
  return {
    port,
    configFile: join(dir, 'ssh_config'),
    fingerprint,
    dir,
    killSessions() {
      const sessions = childrenOf(child.pid ?? 0)
      for (const pid of sessions) process.kill(pid, 'SIGKILL')
      return sessions.length
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = new Promise((done) => child.once('exit', done))
      child.kill('SIGTERM')
      for (const pid of childrenOf(child.pid ?? 0)) process.kill(pid, 'SIGTERM')
      await gone
    },
  }
}

const answers = (port: number, address: string) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, address)
    socket.once('error', () => resolve(false))
    socket.once('data', () => {
      socket.destroy()
      resolve(true)
    })
  })

/** Children of a process, and theirs. */
function childrenOf(pid: number): number[] {
  const list = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
  const below = (parent: number): number[] =>
    list.filter(([, ppid]) => ppid === parent).flatMap(([child = 0]) => [child, ...below(child)])
  return below(pid)
}
