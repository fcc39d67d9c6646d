/** Network namespaces of Linux, so that hosts have addresses and networks of their own. Needs root; says why where it cannot. */
import { execFileSync } from 'node:child_process'

export interface Namespace {
  readonly name: string
  /** of the host inside */
  readonly address: string
  /** of this machine, on the line to it */
  readonly here: string
  end(): void
}

const ip = (...args: string[]) => execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] })

/** @param nth of this test, 0 to 63: decides on the addresses */
export function makeNamespace(nth: number): Namespace {
  // of the range that is kept for measurements (RFC 2544): nobody's network
  const octet = (process.pid % 256).toString()
  const name = `tt${process.pid}-${nth}`
  const [here, address] = [`198.18.${octet}.${nth * 4 + 1}`, `198.18.${octet}.${nth * 4 + 2}`]
  const [near, far] = [`ttn${process.pid}${nth}`.slice(-15), `ttf${process.pid}${nth}`.slice(-15)]
  ip('netns', 'add', name)
  try {
    ip('link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', name)
    ip('addr', 'add', `${here}/30`, 'dev', near)
    ip('link', 'set', near, 'up')
    ip('-n', name, 'addr', 'add', `${address}/30`, 'dev', far)
    ip('-n', name, 'link', 'set', far, 'up')
    ip('-n', name, 'link', 'set', 'lo', 'up')
  } catch (error) {
    ip('netns', 'del', name)
    throw error
  }
  return { name, address, here, end: () => ip('netns', 'del', name) }
}

/** Why there can be none here; undefined when there can. */
export function noNamespaces(): string | undefined {
  try {
    makeNamespace(63).end()
    return undefined
  } catch (error) {
    const said = (error as { stderr?: Buffer }).stderr?.toString().trim()
    return `no network namespaces here: ${said || (error as Error).message}`
  }
}
