/** What Sysmon records on one host. */
import { fileTime, formatUtc } from '../domain/time.ts'
import type { Cast } from './cast.ts'
import type { FieldValue } from './evtx/value.ts'
import type { Happening, Mark } from './happening.ts'
import type { Random } from './random.ts'
import { system } from './records.ts'
import { schemaOf, sysmonChannel } from './schemas/index.ts'

const sysmonTime = (time: bigint) => formatUtc(fileTime(time)).slice(0, 23).replace('T', ' ')

export interface SysmonProcess {
  readonly pid: number
  readonly image: string
  readonly user: string
}

export class SysmonRecords {
  readonly #cast: Cast
  readonly #random: Random
  readonly #guids = new Map<number, string>()

  constructor(cast: Cast, random: Random) {
    this.#cast = cast
    this.#random = random
  }

  /** The same process has the same ProcessGuid in every event. */
  #processGuid(pid: number): string {
    const known = this.#guids.get(pid)
    if (known !== undefined) return known
    const random = this.#random
    const guid = `{${this.#cast.host.sysmonGuidPrefix}-${random.hex(4)}-${random.hex(4)}-${random.hex(4)}-00000000${random.hex(4)}}`
    // noise starts processes without end; only long-lived ones need to be remembered
    if (this.#guids.size < 10_000) this.#guids.set(pid, guid)
    return guid
  }

  /** `late`: milliseconds between what happened and its record */
  #event(
    time: bigint,
    eventId: number,
    values: Readonly<Record<string, FieldValue>>,
    mark?: Mark,
    late: readonly [least: number, most: number] = [1, 12],
  ): Happening {
    return {
      time: time + this.#random.ticks(...late),
      schema: schemaOf(sysmonChannel, eventId),
      values: { RuleName: '-', UtcTime: sysmonTime(time), ...values },
      processId: this.#cast.host.pids.sysmon,
      threadId: 4 * this.#random.between(500, 900),
      userSid: system.sid,
      ...(mark ? { mark } : {}),
    }
  }

  #actor(process: SysmonProcess): Record<string, FieldValue> {
    return {
      ProcessGuid: this.#processGuid(process.pid),
      ProcessId: process.pid,
      Image: process.image,
      User: process.user,
    }
  }

  /** 3, as the receiving side records it */
  inbound(
    time: bigint,
    process: SysmonProcess,
    from: { readonly ip: string; readonly port: number },
    port: number,
    mark?: Mark,
  ): Happening {
    return this.#event(
      time,
      3,
      {
        ...this.#actor(process),
        Protocol: 'tcp',
        Initiated: false,
        SourceIsIpv6: from.ip.includes(':'),
        SourceIp: from.ip,
        SourceHostname: '-',
        SourcePort: from.port,
        SourcePortName: '-',
        DestinationIsIpv6: false,
        DestinationIp: this.#cast.host.address,
        DestinationHostname: this.#cast.host.fqdn,
        DestinationPort: port,
        DestinationPortName: port === 135 ? 'epmap' : '-',
      },
      mark,
      // connections are looked up by name first
      [600, 1300],
    )
  }

  /** 3, as the calling side records it */
  outbound(
    time: bigint,
    process: SysmonProcess,
    fromPort: number,
    to: { readonly ip: string; readonly host: string; readonly port: number },
  ): Happening {
    const values = {
      ...this.#actor(process),
      Protocol: 'tcp',
      Initiated: true,
      SourceIsIpv6: false,
      SourceIp: this.#cast.host.address,
      SourceHostname: this.#cast.host.fqdn,
      SourcePort: fromPort,
      SourcePortName: '-',
      DestinationIsIpv6: false,
      DestinationIp: to.ip,
      DestinationHostname: to.host,
      DestinationPort: to.port,
      DestinationPortName: to.port === 135 ? 'epmap' : '-',
    }
    return this.#event(time, 3, values, undefined, [600, 1300])
  }

  /** 11 */
  fileCreated(time: bigint, process: SysmonProcess, path: string, mark?: Mark): Happening {
    return this.#event(
      time,
      11,
      { ...this.#actor(process), TargetFilename: path, CreationUtcTime: sysmonTime(time) },
      mark,
    )
  }

  /** 12: a key created, or a value or key deleted */
  keyChanged(
    time: bigint,
    process: SysmonProcess,
    eventType: 'CreateKey' | 'DeleteKey' | 'DeleteValue',
    key: string,
    mark?: Mark,
  ): Happening {
    return this.#event(time, 12, { ...this.#actor(process), EventType: eventType, TargetObject: key }, mark)
  }

  /** 13 */
  valueSet(time: bigint, process: SysmonProcess, name: string, details: string, mark?: Mark): Happening {
    const values = { ...this.#actor(process), EventType: 'SetValue', TargetObject: name, Details: details }
    return this.#event(time, 13, values, mark)
  }

  /** 1 */
  processCreated(
    time: bigint,
    started: SysmonProcess & { readonly commandLine: string; readonly logonId: bigint },
    parent: SysmonProcess & { readonly commandLine: string },
  ): Happening {
    return this.#event(time, 1, {
      ...this.#actor(started),
      FileVersion: '-',
      Description: '-',
      Product: '-',
      Company: '-',
      OriginalFileName: started.image.slice(started.image.lastIndexOf('\\') + 1),
      CommandLine: started.commandLine,
      CurrentDirectory: 'C:\\Windows\\system32\\',
      LogonGuid: '{00000000-0000-0000-0000-000000000000}',
      LogonId: started.logonId,
      TerminalSessionId: 0,
      IntegrityLevel: 'System',
      Hashes: `SHA256=${this.#random.hex(64)}`,
      ParentProcessGuid: this.#processGuid(parent.pid),
      ParentProcessId: parent.pid,
      ParentImage: parent.image,
      ParentCommandLine: parent.commandLine,
      ParentUser: parent.user,
    })
  }
}
