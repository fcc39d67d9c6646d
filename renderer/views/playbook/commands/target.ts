/** What the commands of the playbook are filled in with, from one chain and nothing else. */
import type { ChainShape } from '../../../../src/contract/shapes.ts'

export interface Target {
  readonly host: string
  /** as the cmdlets want it: with a backslash at both ends */
  readonly folder: string
  readonly task: string
  readonly path: string
  readonly sid: string | null
  /** `OFFSEC\admmig` */
  readonly account: string | null
  /** a local account of the host, by its domain */
  readonly isLocal: boolean
  readonly ip: string | null
  /** a day before the chain and a day after it, UTC, seconds */
  readonly from: string
  readonly to: string
}

const day = 86_400_000
const isoSeconds = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`

export function targetOf(chain: ChainShape): Target {
  const { path } = chain.task
  const cut = path.lastIndexOf('\\')
  const { name, domain, sid } = chain.account
  const at = Date.parse(chain.time)
  const start = Number.isNaN(at) ? 0 : at
  const host = chain.host
  return {
    host,
    folder: cut < 0 ? '\\' : path.slice(0, cut + 1),
    task: cut < 0 ? path : path.slice(cut + 1),
    path,
    sid,
    account: name === null ? null : domain ? `${domain}\\${name}` : name,
    isLocal: domain !== null && domain.toLowerCase() === (host.split('.')[0] ?? host).toLowerCase(),
    ip: chain.source.ip,
    from: isoSeconds(start - day),
    to: isoSeconds(start + day),
  }
}
