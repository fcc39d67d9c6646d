/** The whole truth about one deed, whatever was recorded of it. What the evidence can show is worked out from it afterwards. */
import type { ChainKind, ChainPath } from '../domain/chain.ts'
import type { PracticeAccount } from './cast.ts'
import type { StartedProcess } from './records.ts'

/** A process between a network or desktop session and the call, the caller itself first. */
export interface CallerProcess {
  readonly pid: number
  /** what its image tells of how the call came here */
  readonly tells?: 'winrm' | 'wmi' | 'gpo' | 'service' | 'desktop'
}

export interface Deed {
  /** the `chain` of the marks that belong to it */
  readonly mark: string
  readonly kind: Extract<ChainKind, 'task-created' | 'task-updated'>
  readonly task: {
    readonly path: string
    readonly action: string
    readonly runAs: string
    readonly author: string | null
    readonly hidden: boolean
    readonly trigger: string
  }
  readonly account: PracticeAccount
  /** where the call came from; null: from nowhere outside this host */
  readonly source: {
    readonly ip: string
    readonly port: number | null
    readonly logonId: string
    /** the machine the address belongs to, when its own evidence is there too */
    readonly host?: string
  } | null
  readonly taskLogonId: string
  readonly path: ChainPath
  /** where the call was made: over the network, in a session on the host, by the machine itself */
  readonly origin: 'remote' | 'local' | 'machine'
  /** processes of this host behind the call; none when the caller was elsewhere */
  readonly callers: readonly CallerProcess[]
  readonly executed: boolean
  readonly deleted: boolean
  /** the task's own process first */
  readonly processes: readonly StartedProcess[]
  readonly resembles: readonly string[]
}
