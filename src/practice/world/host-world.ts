/**
 * One host on which acts take place. It hands out logon ids, process ids and sessions that fit its boots, and keeps what happens and
 * who did what. Acts only say what is done; audit policy, retention and the rest decide later what of it was recorded.
 */
import { baselineTasks } from '../baseline.ts'
import type { Cast, PracticeAccount, PracticeHost } from '../cast.ts'
import type { Deed } from '../deed.ts'
import type { Happening, Mark } from '../happening.ts'
import { logonIdsOf, systemPidsOf } from '../logon-ids.ts'
import type { Random } from '../random.ts'
import { HostRecords, type Session, type StartedProcess, system, systemLogonId } from '../records.ts'
import { everythingAudited, type Staging } from '../staging.ts'
import { SysmonRecords } from '../sysmon-records.ts'

export const ms = (count: number): bigint => BigInt(Math.round(count * 10_000))
export const inSystem32 = (image: string): string => `C:\\Windows\\System32\\${image}`

export interface Opened {
  readonly by: 'Kerberos' | 'NTLM' | 'Negotiate' | 'User32'
  readonly type?: number
  /** none: no address is recorded, as for the RPC bind inside a pipe */
  readonly ip?: string
  readonly port?: number | null
  readonly mark?: Mark | undefined
}

export class HostWorld {
  readonly cast: Cast
  readonly random: Random
  readonly records: HostRecords
  /** undefined on a host without Sysmon */
  readonly sysmon: SysmonRecords | undefined
  readonly happenings: Happening[] = []
  readonly deeds: Deed[] = []
  readonly tasks: Map<string, string>
  readonly notes: string[] = []
  readonly #logonIds: (at: bigint) => bigint
  readonly #pids = new Set<number>()
  readonly #systemPids: ReadonlySet<number>
  #marks = 0

  constructor(cast: Cast, random: Random, more: { readonly sysmon?: boolean } = {}) {
    this.cast = cast
    this.random = random
    this.records = new HostRecords(cast, random.fork('records'))
    this.sysmon = more.sysmon ? new SysmonRecords(cast, random.fork('sysmon')) : undefined
    this.tasks = baselineTasks(cast)
    this.#logonIds = logonIdsOf(cast.host, 'scenario')
    this.#systemPids = new Set(systemPidsOf(cast.host))
  }

  get host(): PracticeHost {
    return this.cast.host
  }
  get schedulerImage(): string {
    return inSystem32('svchost.exe')
  }

  /** A name for the marks of a new deed; the first is `created`. */
  newMark(): string {
    this.#marks++
    return this.#marks === 1 ? 'created' : `created-${this.#marks}`
  }

  tell(...happenings: readonly (Happening | undefined)[]): void {
    for (const happening of happenings) if (happening) this.happenings.push(happening)
  }

  /** A process id that nothing else of the story has. */
  pid(): number {
    for (;;) {
      const pid = this.random.between(700, 2400) * 4
      if (this.#pids.has(pid) || this.#systemPids.has(pid)) continue
      this.#pids.add(pid)
      return pid
    }
  }

  logonId(at: bigint): bigint {
    return this.#logonIds(at)
  }

  /** Source port of a client. */
  port(): number {
    return this.random.between(49_200, 65_500)
  }

  /** 4672 and 4624 of an administrator's logon; the privileges are mostly recorded first. */
  logon(at: bigint, account: PracticeAccount, how: Opened): Session {
    const { by, type = 3, ip, port, mark } = how
    const session: Session = {
      account,
      logonId: this.logonId(at),
      type,
      ...(ip === undefined ? {} : { ip }),
      ...(ip === undefined || port === null ? {} : { port: port ?? this.port() }),
    }
    const privileges: Mark | undefined =
      mark && mark.decoy === undefined ? { chain: mark.chain, role: 'privileges' } : undefined
    this.tell(
      this.records.privileges(at, session, privileges),
      this.records.logon(at, session, by, true, mark),
    )
    return session
  }

  logoff(at: bigint, session: Session): void {
    this.tell(this.records.logoff(at, session))
  }

  /** 4688, and Sysmon's 1 where there is Sysmon. */
  starts(
    at: bigint,
    process: StartedProcess,
    session: Pick<Session, 'account' | 'logonId'>,
    mark?: Mark,
  ): StartedProcess {
    this.tell(this.records.processStarted(at, process, session.account, session.logonId, mark))
    return process
  }

  ends(
    at: bigint,
    process: StartedProcess,
    session: Pick<Session, 'account' | 'logonId'>,
    mark?: Mark,
  ): void {
    this.tell(this.records.processEnded(at, process, session.account, session.logonId, mark))
  }

  staging(more: Partial<Staging> = {}): Staging {
    return {
      happenings: this.happenings,
      deeds: this.deeds,
      audit: everythingAudited,
      sysmon: this.sysmon !== undefined,
      pids: [...this.#pids],
      tasks: this.tasks,
      notes: this.notes,
      ...more,
    }
  }
}

export const asSystem = { account: system, logonId: systemLogonId } as const
