/** What one host records: a function per kind of happening, with the values Windows would write. */
import { accessList, adminPrivileges, localPaths } from './access-rights.ts'
import type { Cast, PracticeAccount, PracticeHost, SystemPids } from './cast.ts'
import type { EventSchema } from './evtx/schema.ts'
import type { FieldValue } from './evtx/value.ts'
import type { Happening, Mark } from './happening.ts'
import type { Random } from './random.ts'
import { schemaOf, taskSchedulerChannel } from './schemas/index.ts'

export const system: PracticeAccount = { name: 'SYSTEM', sid: 'S-1-5-18', domain: 'NT AUTHORITY' }
export const networkService: PracticeAccount = {
  name: 'NETWORK SERVICE',
  sid: 'S-1-5-20',
  domain: 'NT AUTHORITY',
}
export const systemLogonId = 0x3e7n
export const networkServiceLogonId = 0x3e4n
const nobody = 'S-1-0-0'
const noGuid = '{00000000-0000-0000-0000-000000000000}'

/** A logon session as the events of it need to name it. */
export interface Session {
  readonly account: PracticeAccount
  readonly logonId: bigint
  readonly type: number
  readonly ip?: string
  readonly port?: number
  /** the other half of a split administrator's token */
  readonly linked?: bigint
}

export interface StartedProcess {
  readonly pid: number
  readonly image: string
  readonly commandLine: string
  readonly parentPid: number
  readonly parentImage: string
}

/** One caller of the task service's interface; a remote one has no process here. */
export interface TaskCaller {
  readonly pid: number
  readonly parentPid: number
  readonly startKey: bigint
}
export const remoteCaller: TaskCaller = { pid: 0, parentPid: 0, startKey: 0n }

/** An older version of an event lacks some of the fields. */
function fitting(
  { shape, fields }: EventSchema,
  values: Readonly<Record<string, FieldValue>>,
): Readonly<Record<string, FieldValue>> {
  if (shape.kind === 'strings') return values
  return Object.fromEntries(fields.flatMap(([name]) => (name in values ? [[name, values[name]]] : [])))
}

export class HostRecords {
  readonly cast: Cast
  readonly host: PracticeHost
  readonly #random: Random

  constructor(cast: Cast, random: Random) {
    this.cast = cast
    this.host = cast.host
    this.#random = random
  }

  /** Ids of the system's processes at this time: every start of Windows gives new ones. */
  pidsAt(time: bigint): SystemPids {
    return this.host.restarts.findLast((restart) => restart.at <= time)?.pids ?? this.host.pids
  }

  /** `NT AUTHORITY\\SYSTEM` in the host's language */
  get systemContext(): string {
    return `${this.cast.words.authority}\\${this.cast.words.system}`
  }

  #thread(): number {
    return this.#random.between(30, 3000) * 4
  }

  security(
    time: bigint,
    eventId: number,
    version: number | undefined,
    values: Readonly<Record<string, FieldValue>>,
    mark?: Mark,
    processId = this.pidsAt(time).lsass,
  ): Happening {
    const schema = schemaOf('Security', eventId, version)
    return {
      time,
      schema,
      values: fitting(schema, values),
      processId,
      threadId: this.#thread(),
      ...(mark ? { mark } : {}),
    }
  }

  #subject(account: PracticeAccount, logonId: bigint): Record<string, FieldValue> {
    const own = account.sid === system.sid ? this.host.machineAccount : account
    return {
      SubjectUserSid: account.sid,
      SubjectUserName: own.name,
      SubjectDomainName: own.domain,
      SubjectLogonId: logonId,
    }
  }

  /** 4624. Kerberos shows the realm, NTLM the NetBIOS name; a second logon by RPC inside a pipe has no address. */
  logon(
    time: bigint,
    session: Session,
    by: 'Kerberos' | 'NTLM' | 'Negotiate' | 'User32',
    elevated: boolean,
    mark?: Mark,
  ): Happening {
    const { account, type } = session
    const { logonVersion } = this.host.release
    const kerberos = by === 'Kerberos'
    const ntlm = by === 'NTLM'
    const local = type === 5 || type === 10 || type === 2
    return this.security(
      time,
      4624,
      logonVersion,
      {
        ...(local
          ? this.#subject(system, systemLogonId)
          : {
              SubjectUserSid: nobody,
              SubjectUserName: '-',
              SubjectDomainName: '-',
              SubjectLogonId: 0n,
            }),
        TargetUserSid: account.sid,
        TargetUserName: account.sid === system.sid ? this.cast.words.system : account.name,
        TargetDomainName: kerberos
          ? this.cast.domain.dns.toUpperCase()
          : account.sid === system.sid
            ? this.cast.words.authority
            : account.domain,
        TargetLogonId: session.logonId,
        LogonType: type,
        LogonProcessName: ntlm
          ? 'NtLmSsp '
          : kerberos
            ? 'Kerberos'
            : by === 'User32'
              ? 'User32 '
              : 'Advapi  ',
        AuthenticationPackageName: kerberos ? 'Kerberos' : ntlm ? 'NTLM' : 'Negotiate',
        WorkstationName: local ? this.host.name : '-',
        LogonGuid: kerberos ? this.#random.guid() : noGuid,
        TransmittedServices: '-',
        LmPackageName: ntlm ? 'NTLM V2' : '-',
        KeyLength: ntlm && session.ip === undefined ? 128 : 0,
        ProcessId: !local ? 0 : type === 5 ? this.pidsAt(time).services : this.pidsAt(time).remoteDesktop,
        ProcessName: local
          ? type === 5
            ? 'C:\\Windows\\System32\\services.exe'
            : 'C:\\Windows\\System32\\svchost.exe'
          : '-',
        IpAddress: session.ip ?? '-',
        IpPort: session.port === undefined ? '-' : String(session.port),
        ImpersonationLevel: '%%1833',
        RestrictedAdminMode: '-',
        ...(logonVersion === 3 ? { RemoteCredentialGuard: '-' } : {}),
        TargetOutboundUserName: '-',
        TargetOutboundDomainName: '-',
        VirtualAccount: '%%1843',
        TargetLinkedLogonId: session.linked ?? 0n,
        ElevatedToken: elevated ? '%%1842' : '%%1843',
      },
      mark,
    )
  }

  logonFailed(time: bigint, account: PracticeAccount, ip: string, port: number): Happening {
    return this.security(time, 4625, 0, {
      SubjectUserSid: nobody,
      SubjectUserName: '-',
      SubjectDomainName: '-',
      SubjectLogonId: 0n,
      TargetUserSid: nobody,
      TargetUserName: account.name,
      TargetDomainName: account.domain,
      Status: 0xc000006d,
      FailureReason: '%%2313',
      SubStatus: 0xc000006a,
      LogonType: 3,
      LogonProcessName: 'NtLmSsp ',
      AuthenticationPackageName: 'NTLM',
      WorkstationName: '-',
      TransmittedServices: '-',
      LmPackageName: '-',
      KeyLength: 0,
      ProcessId: 0,
      ProcessName: '-',
      IpAddress: ip,
      IpPort: String(port),
    })
  }

  /** 4672 */
  privileges(time: bigint, session: Session, mark?: Mark): Happening {
    const account = session.account
    return this.security(
      time,
      4672,
      0,
      {
        SubjectUserSid: account.sid,
        SubjectUserName: account.name,
        SubjectDomainName: account.domain,
        SubjectLogonId: session.logonId,
        PrivilegeList: adminPrivileges,
      },
      mark,
    )
  }

  /** 1102: who emptied the Security log */
  logCleared(time: bigint, session: Session, mark?: Mark): Happening {
    const values = this.#subject(session.account, session.logonId)
    return this.security(time, 1102, 0, values, mark, this.pidsAt(time).eventLog)
  }

  /** 4634 */
  logoff(time: bigint, session: Session): Happening {
    return this.security(time, 4634, 0, {
      TargetUserSid: session.account.sid,
      TargetUserName: session.account.name,
      TargetDomainName: session.account.domain,
      TargetLogonId: session.logonId,
      LogonType: session.type,
    })
  }

  #share(session: Session, share: string): Record<string, FieldValue> {
    return {
      ...this.#subject(session.account, session.logonId),
      ObjectType: 'File',
      IpAddress: session.ip ?? '-',
      IpPort: session.port === undefined ? '-' : String(session.port),
      ShareName: `\\\\*\\${share}`,
      ShareLocalPath: localPaths[share] ?? `\\??\\D:\\Shares\\${share.replace('$', '')}`,
    }
  }

  /** 5140 */
  shareConnected(time: bigint, session: Session, share: string, mark?: Mark): Happening {
    const values = { ...this.#share(session, share), AccessMask: 1, AccessList: accessList(1) }
    return this.security(time, 5140, 1, values, mark, 4)
  }

  /** 5145 */
  shareAccess(
    time: bigint,
    session: Session,
    share: string,
    target: string,
    mask: number,
    mark?: Mark,
  ): Happening {
    const values = {
      ...this.#share(session, share),
      RelativeTargetName: target,
      AccessMask: mask,
      AccessList: accessList(mask),
      AccessReason: '-',
    }
    return this.security(time, 5145, 0, values, mark, 4)
  }

  /** 4688 */
  processStarted(
    time: bigint,
    started: StartedProcess,
    account: PracticeAccount,
    logonId: bigint,
    mark?: Mark,
  ): Happening {
    const values = {
      ...this.#subject(account, logonId),
      NewProcessId: started.pid,
      NewProcessName: started.image,
      TokenElevationType: '%%1936',
      ProcessId: started.parentPid,
      CommandLine: started.commandLine,
      TargetUserSid: nobody,
      TargetUserName: '-',
      TargetDomainName: '-',
      TargetLogonId: 0n,
      ParentProcessName: started.parentImage,
      MandatoryLabel: account.sid === system.sid ? 'S-1-16-16384' : 'S-1-16-12288',
    }
    return this.security(time, 4688, this.host.release.processVersion, values, mark, 4)
  }

  /** 4689 */
  processEnded(
    time: bigint,
    ended: Pick<StartedProcess, 'pid' | 'image'>,
    account: PracticeAccount,
    logonId: bigint,
    mark?: Mark,
  ): Happening {
    const values = {
      ...this.#subject(account, logonId),
      Status: 0,
      ProcessId: ended.pid,
      ProcessName: ended.image,
    }
    return this.security(time, 4689, 0, values, mark, 4)
  }

  /** 4698 … 4702 in the version the host writes */
  taskAudit(
    time: bigint,
    eventId: 4698 | 4699 | 4700 | 4701 | 4702,
    session: Pick<Session, 'account' | 'logonId'>,
    task: { readonly path: string; readonly content: string },
    caller: TaskCaller,
    mark?: Mark,
  ): Happening {
    const version = this.host.release.taskVersion
    const values = {
      ...this.#subject(session.account, session.logonId),
      TaskName: task.path,
      [eventId === 4702 ? 'TaskContentNew' : 'TaskContent']: task.content,
      ...(version === 1
        ? {
            ClientProcessStartKey: caller.startKey,
            ClientProcessId: caller.pid,
            ParentProcessId: caller.parentPid,
            RpcCallClientLocality: 0,
            FQDN: this.host.fqdn,
          }
        : {}),
    }
    return this.security(time, eventId, version, values, mark)
  }

  /** TaskScheduler/Operational: written by the Schedule service's own process */
  scheduler(
    time: bigint,
    eventId: number,
    values: Readonly<Record<string, FieldValue>>,
    mark?: Mark,
    activityId?: string,
  ): Happening {
    const { namesEngine } = this.host.release
    const version = namesEngine
      ? undefined
      : eventId === 200 || eventId === 202
        ? 0
        : eventId === 201
          ? 1
          : undefined
    const schema = schemaOf(taskSchedulerChannel, eventId, version)
    return {
      time,
      schema,
      values: fitting(schema, values),
      processId: this.pidsAt(time).schedule,
      threadId: this.#thread(),
      userSid: system.sid,
      ...(activityId ? { activityId } : {}),
      ...(mark ? { mark } : {}),
    }
  }

  systemLog(
    time: bigint,
    eventId: number,
    values: Readonly<Record<string, FieldValue>>,
    processId: number,
    userSid?: string,
    mark?: Mark,
  ): Happening {
    return {
      time,
      schema: schemaOf('System', eventId),
      values,
      processId,
      threadId: this.#thread(),
      ...(userSid ? { userSid } : {}),
      ...(mark ? { mark } : {}),
    }
  }
}
