/** Makes a folder that the stand-ins of Windows serve as a host: practice evidence, a registry, WMI rows, misbehaviour. */
import {
  chmodSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'

/** SID and name of the account that the stand-in of whoami tells. */
export const responder = { name: 'FOUNDRY\\responder', sid: 'S-1-5-21-1-2-3-5001' } as const

export interface StagedTask {
  readonly path?: string
  /** base64 of UTF-16LE: a path that JSON would not keep */
  readonly path16?: string
  readonly xml?: string
  readonly xml16?: string
  readonly hidden?: boolean
  readonly broken?: boolean
}
export interface StagedChannel {
  readonly name: string
  readonly file: string
  readonly enabled?: boolean
  readonly denied?: boolean
  readonly exportDenied?: boolean
  readonly exportDeniedOnce?: boolean
  readonly diskFull?: boolean
  readonly cleared?: boolean
  readonly filtered?: string
}
export interface Misbehaviour {
  readonly noTaskService?: true
  readonly stagingDenied?: true
  readonly aclIgnored?: true
  readonly registryDenied?: true
  readonly cimDenied?: true
}
export interface StageOptions {
  /** folder that practice evidence of one host was written to */
  readonly evidence: string
  readonly misbehave?: Misbehaviour
  readonly tasks?: readonly StagedTask[]
  readonly manyTasks?: number
  /** by channel name, over what the practice evidence gives */
  readonly channels?: Readonly<Record<string, Partial<StagedChannel>>>
  readonly more?: readonly StagedChannel[]
  readonly exportSeconds?: number
  /** of what Windows says there */
  readonly language?: 'en' | 'de' | 'ja'
  /** lines the host's shell writes before anything else */
  readonly banner?: string
}
export interface Stage {
  readonly dir: string
  /** stage.json */
  readonly file: string
  readonly systemRoot: string
  /** holds powershell.exe, for PATH */
  readonly bin: string
  /** staging folders that are on the host now */
  leftovers(): string[]
}

const value = (kind: string, data: string | number) => ({ kind, data })
/** 36 bytes of the test vector of a task that ran once */
const dynamic = Buffer.from(
  '03000000e9792df1311cd801b44a8b8d3e1cd8010000000002000780e470d567341cd801',
  'hex',
).toString('base64')

interface KeyNode {
  values: Record<string, { kind: string; data: string | number }>
  keys: Record<string, KeyNode>
}
const node = (): KeyNode => ({ values: {}, keys: {} })
function keyAt(root: KeyNode, path: string): KeyNode {
  let here = root
  for (const part of path.split('\\').filter(Boolean)) here = here.keys[part] ??= node()
  return here
}

function script(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  chmodSync(path, 0o755)
}

/** Writes a stage below `dir`, which must exist. */
export function makeStage(dir: string, options: StageOptions): Stage {
  const { evidence } = options
  const facts = JSON.parse(readFileSync(join(evidence, 'host.json'), 'utf8')) as {
    host: string
    timeZone: string
    utcOffsetMinutes: number
    schedulePid: number
    addresses: string[]
    boots: string[]
    os: { name: string; build: number }
    auditPolicy: Record<string, number>
  }
  const systemRoot = join(dir, 'Windows')
  const system = join(systemRoot, 'System32')
  const logs = join(system, 'winevt', 'Logs')
  mkdirSync(logs, { recursive: true })
  mkdirSync(join(systemRoot, 'Temp'), { recursive: true })
  mkdirSync(join(systemRoot, 'Tasks'), { recursive: true })
  mkdirSync(join(system, 'Tasks'), { recursive: true })
  if (existsSync(join(evidence, 'Tasks')))
    cpSync(join(evidence, 'Tasks'), join(system, 'Tasks'), { recursive: true })
  writeFileSync(join(systemRoot, 'Tasks', 'At1.job'), jobFile('cmd.exe'))
  const names: Record<string, string> = {}
  for (const file of globSync(join(evidence, '*.evtx'))) {
    const name = relative(evidence, file)
    cpSync(file, join(logs, name))
    const isShort = name === 'Security.evtx' || name === 'System.evtx'
    const channel = isShort
      ? name.slice(0, -5)
      : name
          .slice(0, -5)
          .replace('%4', '/')
          .replace(/^(?!Microsoft-)/, 'Microsoft-Windows-')
    names[channel] = join(logs, name)
  }
  const channels = [
    ...Object.entries(names).map(([name, file]): StagedChannel => ({ name, file })),
    ...(options.more ?? []),
  ].map((one) => ({
    enabled: true,
    mode: 'Circular',
    maxSize: 20_971_520,
    firstRecord: 1000,
    lastRecord: 3000,
    records: existsSync(one.file) ? 2000 : 0,
    firstTime: facts.boots[0],
    lastTime: '2026-01-13T21:42:09.6126253Z',
    ...one,
    ...options.channels?.[one.name],
  }))

  const registry = node()
  keyAt(registry, 'SYSTEM\\CurrentControlSet\\Control\\TimeZoneInformation').values.TimeZoneKeyName = value(
    'String',
    facts.timeZone,
  )
  keyAt(
    registry,
    'SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System\\Audit',
  ).values.ProcessCreationIncludeCmdLine_Enabled = value('DWord', 1)
  keyAt(registry, 'SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run').values.Agent = value(
    'String',
    '"C:\\Program Files\\Agent\\agent.exe"',
  )
  const cache = 'SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache'
  const files = globSync(join(system, 'Tasks', '**', '*'))
    .filter((file) => statSync(file).isFile())
    .sort()
  const tasks: StagedTask[] = []
  files.forEach((file, index) => {
    const path = `\\${relative(join(system, 'Tasks'), file).replaceAll('/', '\\')}`
    const guid = `{0000000${index}-0000-0000-0000-000000000000}`
    const tree = keyAt(registry, `${cache}\\Tree${path}`)
    tree.values.Id = value('String', guid)
    tree.values.Index = value('DWord', 3)
    tree.values.SD = value('Binary', Buffer.from([1, 0, 4, 128]).toString('base64'))
    const own = keyAt(registry, `${cache}\\Tasks\\${guid}`)
    own.values.Path = value('String', path)
    own.values.DynamicInfo = value('Binary', dynamic)
    tasks.push({
      path,
      xml: readFileSync(file)
        .toString('utf16le')
        .replace(/^\ufeff/, ''),
    })
  })
  const cim = {
    Win32_OperatingSystem: {
      Caption: facts.os.name,
      Version: `10.0.${facts.os.build}`,
      BuildNumber: String(facts.os.build),
      LastBootUpTime: facts.boots[0],
      InstallDate: '2024-02-01T08:00:00Z',
      LocalDateTime: '2026-01-13T21:42:09Z',
      WindowsDirectory: 'C:\\Windows',
    },
    Win32_LogicalDisk: { FreeSpace: 5_000_000_000, Size: 50_000_000_000 },
    Win32_NTEventlogFile: [
      {
        LogfileName: 'Security',
        OverWritePolicy: 'WhenNeeded',
        MaxFileSize: 20_971_520,
        FileSize: 1_118_208,
        NumberOfRecords: 700,
        Name: 'C:\\Windows\\System32\\Winevt\\Logs\\Security.evtx',
      },
    ],
    Win32_ComputerSystem: {
      DNSHostName: facts.host.split('.')[0],
      Name: 'X',
      PartOfDomain: true,
      Domain: facts.host.split('.').slice(1).join('.'),
      DomainRole: 3,
      CurrentTimeZone: facts.utcOffsetMinutes,
    },
    Win32_Service: {
      Name: 'Schedule',
      DisplayName: 'Task Scheduler',
      State: 'Running',
      StartMode: 'Auto',
      StartName: 'LocalSystem',
      PathName: 'C:\\Windows\\system32\\svchost.exe -k netsvcs -p',
      ProcessId: facts.schedulePid,
      ServiceType: 'Share Process',
    },
    Win32_NetworkAdapterConfiguration: { IPAddress: facts.addresses },
    Win32_Process: [
      {
        ProcessId: 4,
        ParentProcessId: 0,
        SessionId: 0,
        Name: 'System',
        ExecutablePath: null,
        CommandLine: null,
        CreationDate: facts.boots[0],
      },
      {
        ProcessId: 4711,
        ParentProcessId: 4,
        SessionId: 0,
        Name: 'cmd.exe',
        ExecutablePath: 'C:\\Windows\\System32\\cmd.exe',
        CommandLine: 'cmd /c "echo \u2018hi\u2019"\r\n{"k":"',
        CreationDate: '2026-01-13T21:00:00Z',
      },
    ],
    Win32_LogonSession: [
      { LogonId: '999', LogonType: 0, AuthenticationPackage: 'NTLM', StartTime: facts.boots[0] },
    ],
    Win32_LoggedOnUser: [
      { Antecedent: { Domain: 'FOUNDRY', Name: 'someone' }, Dependent: { LogonId: '999' } },
    ],
    Win32_Share: [{ Name: 'IPC$', Path: '', Type: 2147483651, Description: 'Remote IPC' }],
    Win32_UserAccount: [
      {
        Name: 'Administrator',
        SID: 'S-1-5-21-1-2-3-500',
        Disabled: false,
        Lockout: false,
        PasswordRequired: true,
        Description: '',
      },
    ],
    Win32_Group: [{ Name: 'Administrators', SID: 'S-1-5-32-544', Description: '' }],
    Win32_GroupUser: [
      { GroupComponent: { Name: 'Administrators' }, PartComponent: { Domain: 'FOUNDRY', Name: 'responder' } },
    ],
    MSFT_NetTCPConnection: [
      {
        LocalAddress: '0.0.0.0',
        LocalPort: 445,
        RemoteAddress: '0.0.0.0',
        RemotePort: 0,
        State: 2,
        OwningProcess: 4,
        CreationTime: null,
      },
    ],
    MSFT_SmbSession: [
      {
        SessionId: 12,
        ClientComputerName: '172.29.18.1',
        ClientUserName: 'FOUNDRY\\someone',
        NumOpens: 1,
        SecondsExists: 10,
        SecondsIdle: 1,
        Dialect: '3.1.1',
      },
    ],
  }
  const stage = {
    systemRoot,
    misbehave: options.misbehave,
    tasks: [...tasks, ...(options.tasks ?? [])].map((task) => ({
      state: 3,
      enabled: true,
      hidden: false,
      ...task,
    })),
    manyTasks: options.manyTasks,
    channels,
    registry,
    cim,
    exportSeconds: options.exportSeconds,
    language: options.language,
  }
  const file = join(dir, 'stage.json')
  writeFileSync(file, JSON.stringify(stage))
  const policy = Object.entries(facts.auditPolicy)
    .map(([guid, setting]) => `MGMT,System,Some Name,{${guid.toLowerCase()}},Success,,${setting}`)
    .join('\\n')
  script(
    join(system, 'auditpol.exe'),
    `#!/bin/sh\ncase "$1" in /backup) printf 'Machine Name,Policy Target,Subcategory,Subcategory GUID,Inclusion Setting,Exclusion Setting,Setting Value\\n${policy}\\n' > "\${2#/file:}";; *) exit 87;; esac\n`,
  )
  script(
    join(system, 'whoami.exe'),
    `#!/bin/sh\ncase "$1" in /user) printf '%s\\n' '"${responder.name}","${responder.sid}"';; *) printf '%s\\n' '"Mandatory Label\\High Mandatory Level","Label","S-1-16-12288",""';; esac\n`,
  )
  const bin = join(dir, 'bin')
  script(
    join(bin, 'powershell.exe'),
    `#!/bin/bash\n${options.banner ? `printf '%s\\n' ${JSON.stringify(options.banner)}\n` : ''}export TASKTRAIL_STAGE=${JSON.stringify(file)}\nexec pwsh -NoLogo -NoProfile -NonInteractive -File ${JSON.stringify(join(import.meta.dirname, 'start-host.ps1'))} "\${@: -1}"\n`,
  )
  return {
    dir,
    file,
    systemRoot,
    bin,
    leftovers: () => globSync(join(systemRoot, 'Temp', 'tasktrail-*')).filter((one) => !one.endsWith('.acl')),
  }
}

/** A task of the old scheduler as at.exe leaves it (MS-TSCH 2.4): a command, no trigger. */
function jobFile(command: string): Buffer {
  const fixed = Buffer.alloc(70)
  fixed.writeUInt16LE(0x0601, 0)
  fixed.writeUInt16LE(1, 2)
  fixed.writeUInt16LE(fixed.length, 20)
  const texts = [`${command}\0`, '', '', '', ''].map((text) => {
    const count = Buffer.alloc(2)
    count.writeUInt16LE(text.length)
    return Buffer.concat([count, Buffer.from(text, 'utf16le')])
  })
  const before = Buffer.concat([fixed, ...texts, Buffer.alloc(4)])
  before.writeUInt16LE(before.length, 22)
  return Buffer.concat([before, Buffer.alloc(2)])
}
