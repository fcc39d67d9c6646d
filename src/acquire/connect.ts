/**
 * Gets to a host by one way or by the first of several that works, and keeps why each other did not. What comes back is an
 * agent that has said who it is.
 */
import { hostname } from 'node:os'
import { Cancelled, Refusal } from '../base/refusal.ts'
import { AgentChannel } from './agent-channel.ts'
import { ConnectionLost, Garbage, RequestFailed } from './failures.ts'
import {
  findPowerShell,
  type JumpOptions,
  type JumpWay,
  languageRefusal,
  openRefusal,
  openRequest,
  secretLine,
  startJump,
} from './jump-way.ts'
import { type ItemOf, itemOf } from './messages.ts'
import { type AskPort, askPort, portOf } from './reach.ts'
import { agentText } from './script-text.ts'
import { checkHostName, hostKeyOf, type SshOptions, sshRefusal, startSsh } from './ssh-way.ts'

export type Way = JumpWay | 'ssh'
export type Via = 'auto' | Way

export interface ConnectOptions extends JumpOptions {
  readonly via: Via
  readonly runId: string
  readonly ssh?: Omit<SshOptions, 'host' | 'user'> | undefined
  /** PowerShell of this machine; found when not given */
  readonly powershell?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** starts ssh; the system's own when not given */
  readonly startSsh?: typeof startSsh | undefined
  /** asks whether a port answers; of the network when not given */
  readonly askPort?: AskPort | undefined
}

export interface WayTried {
  readonly way: Way
  readonly ok: boolean
  /** why it was not taken, or how it was */
  readonly why: string
  readonly code?: string
}
/** A change of TrustedHosts on this machine. */
export type TrustChange = ItemOf<'trust'>

export interface Connection {
  readonly way: Way
  readonly tried: readonly WayTried[]
  readonly channel: AgentChannel
  readonly hello: ItemOf<'hello'>
  readonly agentSha256: string
  /** fingerprint of the host key (SSH) */
  readonly hostKey: string | undefined
  /** the pinned certificate the host showed (WinRM over HTTPS) */
  readonly certificate: ItemOf<'certificate'> | undefined
  readonly trust: readonly TrustChange[]
  /** Ends it in order; gives back what was set back on this machine. */
  close(): Promise<readonly TrustChange[]>
}

const isHere = (host: string) => {
  const name = host.toLowerCase()
  return name === 'localhost' || name === '.' || name === hostname().toLowerCase()
}

/** The ways to try, in order. */
export function ladder(
  options: Pick<ConnectOptions, 'via' | 'host' | 'secret' | 'askThere' | 'ssh'>,
): readonly Way[] {
  if (options.via !== 'auto') return [options.via]
  if (isHere(options.host) && options.ssh?.port === undefined) return ['local']
  return ['winrm', 'winrm-https', 'ssh', 'cim']
}

/** @throws Refusal of the last way when none works, with all of them in its facts; Cancelled */
export async function connect(options: ConnectOptions): Promise<Connection> {
  checkHostName(options.host)
  const tried: WayTried[] = []
  const ways = ladder(options)
  const shut = ways.length > 1 ? await shutPorts(ways, options) : new Map<Way, Refusal>()
  for (const way of ways) {
    if (options.signal?.aborted) throw new Cancelled()
    const isShut = shut.get(way)
    if (isShut) {
      tried.push({ way, ok: false, why: isShut.message, code: isShut.code })
      continue
    }
    try {
      const found = await open(way, options)
      return { ...found, tried: [...tried, { way, ok: true, why: howItGotIn(way, found) }] }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      tried.push({ way, ok: false, why: error.message, code: error.code })
      // somebody may stand between: no other way is tried behind the operator's back
      if (error.code === 'acquire.host-key.changed' || ways.length === 1) throw withTried(error, tried)
    }
  }
  const last = tried.at(-1)
  if (tried.every((one) => one.code === 'acquire.host.unknown-name'))
    throw withTried(openRefusal('winrm', options, '', noAddress), tried)
  throw new Refusal(
    'acquire.host.no-way',
    `there is no way to ${options.host}: ${tried.map(({ way, why }) => `${way}: ${why}`).join('; ')}`,
    'Choose one with --via and see its reason alone; or collect from its admin share or a mounted image with --files.',
    { host: options.host, last: last?.code ?? '', ...triedFacts(tried) },
  )
}

/** as Windows says that a name has no address */
const noAddress = { error: '', code: 0, codes: [11001], fqid: '' }

/** Ways whose port does not answer, and why they need not be tried. */
async function shutPorts(ways: readonly Way[], options: ConnectOptions): Promise<Map<Way, Refusal>> {
  const shut = new Map<Way, Refusal>()
  const { host } = options
  const check = async (way: Way) => {
    if (way === 'ssh' || way === 'local') return
    const port = portOf(way, options.port)
    const state = await (options.askPort ?? askPort)(host, port)
    if (state === 'no-address') shut.set(way, openRefusal(way, options, '', noAddress))
    else if (state !== 'open')
      shut.set(
        way,
        new Refusal(
          'acquire.port.closed',
          `port ${port} of ${host} ${state === 'closed' ? 'is closed' : 'does not answer'}`,
          'Check that the service is on there and no firewall lies between, or choose another way with --via.',
          { host, way, port },
        ),
      )
  }
  await Promise.all(ways.map(check))
  return shut
}

const triedFacts = (tried: readonly WayTried[]) =>
  Object.fromEntries(tried.map(({ way, why }) => [`way.${way}`, why.slice(0, 300)]))
const withTried = (error: Refusal, tried: readonly WayTried[]) =>
  new Refusal(error.code, error.message, error.remedy, { ...error.facts, ...triedFacts(tried) })

function howItGotIn(way: Way, found: Omit<Connection, 'tried'>): string {
  const as = `as ${found.hello.name}, PowerShell ${found.hello.powershell}`
  if (way === 'ssh') return `${as}${found.hostKey ? `, host key ${found.hostKey}` : ''}`
  const { certificate } = found
  if (!certificate) return as
  return `${as}, certificate ${certificate.fingerprint}${certificate.checkedByWindows ? '' : ', which Windows itself does not trust: it was compared on a connection beside the session, before and after it was opened'}`
}

function open(way: Way, options: ConnectOptions): Promise<Omit<Connection, 'tried'>> {
  return way === 'ssh' ? openSsh(options) : openJump(way, options)
}

async function openSsh(options: ConnectOptions): Promise<Omit<Connection, 'tried'>> {
  const ssh: SshOptions = { ...options.ssh, host: options.host, user: options.user }
  const agent = agentText(options.runId)
  let refusal: Refusal | undefined
  for (const shell of ['powershell.exe', 'pwsh']) {
    const channel = new AgentChannel((options.startSsh ?? startSsh)(ssh, shell))
    channel.sendAhead(agent.frame)
    try {
      const hello = await greet(channel, options)
      return {
        way: 'ssh',
        channel,
        hello,
        agentSha256: agent.sha256,
        hostKey: hostKeyOf(channel.stderr),
        certificate: undefined,
        trust: [],
        close: async () => {
          await channel.close()
          return []
        },
      }
    } catch (error) {
      channel.kill()
      if (error instanceof ConnectionLost) {
        const mode = channel.noise.map((line) => /^tasktrail-language (\w+)/.exec(line)?.[1]).find(Boolean)
        if (mode) throw languageRefusal(options.host, mode)
        refusal ??= sshRefusal(ssh, error.exitCode, error.stderr)
        if (refusal.code === 'acquire.host.no-powershell') continue
        throw refusal
      }
      throw garbled(options.host, error)
    }
  }
  throw refusal ?? sshRefusal(ssh, 127, '')
}

async function openJump(way: JumpWay, options: ConnectOptions): Promise<Omit<Connection, 'tried'>> {
  const program = options.powershell ?? findPowerShell()
  if (program === undefined)
    throw new Refusal(
      'acquire.powershell.missing',
      'there is no PowerShell on this machine, which this way needs',
      'Use --via ssh, or run Tasktrail on a Windows machine.',
    )
  const agent = agentText(options.runId, way === 'cim' ? ['cim.ps1'] : [])
  const channel = new AgentChannel(startJump(program))
  channel.sendAhead(Buffer.concat([agent.frame, Buffer.from(secretLine(options.secret), 'latin1')]))
  const trust: TrustChange[] = []
  let certificate: ItemOf<'certificate'> | undefined
  try {
    const request = { ...openRequest(way, options), token: channel.token }
    for await (const answer of channel.ask('open', request, { signal: options.signal, silenceMs: 120_000 })) {
      const change = itemOf(answer, 'trust')
      if (change) trust.push(change)
      certificate ??= itemOf(answer, 'certificate')
    }
    const hello = await greet(channel, options)
    return {
      way,
      channel,
      hello,
      agentSha256: agent.sha256,
      hostKey: undefined,
      certificate,
      trust,
      close: async () => {
        const back: TrustChange[] = []
        try {
          for await (const answer of channel.ask('shut', {}, { silenceMs: 30_000 })) {
            const change = itemOf(answer, 'trust')
            if (change) back.push(change)
          }
        } catch {
          // the process ends next and sets it back by itself
        }
        await channel.close()
        return back
      },
    }
  } catch (error) {
    const said = error instanceof ConnectionLost ? error.stderr : ''
    await channel.close(5000)
    if (error instanceof RequestFailed) throw openRefusal(way, options, error.message, error.marks)
    if (error instanceof ConnectionLost)
      throw /UnauthorizedAccess|PSSecurityException|is not digitally signed|running scripts is disabled/i.test(
        said,
      )
        ? new Refusal(
            'acquire.scripts.forbidden',
            'a policy of this machine lets only signed scripts run',
            'Use --via ssh, sign the scripts in the folder resources/powershell for your site, or copy the logs and import them.',
          )
        : openRefusal(way, options, `${error.message}${said ? `: ${said.slice(-300)}` : ''}`)
    throw garbled(options.host, error)
  }
}

async function greet(channel: AgentChannel, options: ConnectOptions): Promise<ItemOf<'hello'>> {
  const asked = { token: channel.token, run: options.runId }
  let hello: ItemOf<'hello'> | undefined
  for await (const answer of channel.ask('hello', asked, { signal: options.signal, silenceMs: 120_000 }))
    hello ??= itemOf(answer, 'hello')
  if (!hello) throw new Garbage('the agent did not say who it is')
  return hello
}

function garbled(host: string, error: unknown): unknown {
  if (error instanceof RequestFailed)
    return new Refusal(
      'acquire.host.failed',
      `${host} cannot be asked: ${error.message}`,
      'Look at the host itself, or collect from it by a share or a mounted image.',
      { host },
    )
  if (error instanceof Garbage || (error instanceof Error && error.name === 'ZodError'))
    return new Refusal(
      'acquire.host.garbage',
      `${host} does not answer as it should: ${error.name === 'ZodError' ? 'an answer of an unknown form' : error.message}`,
      'Something on the host writes into the connection (a profile, a banner), or speaks in the place of the agent. Look at it by another way.',
      { host },
    )
  return error
}
