/** Records of a host that speak of a call to another one, and the names in them. */
import { describe, expect, it } from 'vitest'
import { mayPointElsewhere, namesAny, traceOf } from '../../../src/chains/cross-host/traces.ts'
import { absent } from '../../../src/domain/absent.ts'
import type { ProcessStartedEvent, WindowsEvent } from '../../../src/domain/event.ts'
import { admin, id, other, svchost, World } from '../../builders/events.ts'

const world = new World()
const none = absent('not-recorded', 'none')
const base = world.logoff(0, '0x7000')
const ends = { sourceIp: '10.0.0.66', sourcePort: 51_000, destinationIp: '10.0.0.1', destinationPort: 135 }
const connection = (direction: 'inbound' | 'outbound' | undefined) =>
  ({
    ...base,
    ...ends,
    kind: 'connection',
    eventId: 5156,
    pid: 4000,
    application: undefined,
    direction,
  }) as WindowsEvent
const network = (initiated: boolean | undefined) =>
  ({
    ...base,
    ...ends,
    kind: 'sysmon-network',
    eventId: 3,
    pid: 4000,
    user: 'CORP\\Admin',
    initiated,
  }) as unknown as WindowsEvent
const credentials = (targetServer: string | undefined, targetService?: string) =>
  ({
    ...base,
    kind: 'explicit-logon',
    eventId: 4648,
    ip: none,
    port: none,
    subject: other,
    subjectLogonId: id('0x7000'),
    account: { sid: undefined, name: 'Admin@corp.example', domain: 'CORP' },
    targetServer,
    targetService,
    callerProcessId: 4000,
    callerProcess: 'C:\\x.exe',
  }) as WindowsEvent
const run = (line: string | undefined): ProcessStartedEvent => ({
  ...world.process(0, 4000, 'C:\\x.exe', svchost, { line, account: admin, logonId: '0x7000' }),
  targetLogonId: none,
})
const sysmonRun = (line: string | undefined) =>
  ({
    ...world.sysmonProcess(0, 4000, 'C:\\x.exe', '', { ...svchost, line: '' }),
    commandLine: line,
  }) as WindowsEvent

describe('a record that may speak of another host', () => {
  it('is a connection the host itself made', () => {
    expect([true, undefined, false].map((made) => mayPointElsewhere(network(made)))).toEqual([
      true,
      true,
      false,
    ])
    expect(
      (['outbound', undefined, 'inbound'] as const).map((way) => mayPointElsewhere(connection(way))),
    ).toEqual([true, true, false])
  })

  it('is the use of credentials for a server that is not this host', () => {
    expect(
      ['fs01', 'LOCALHOST', 'localhost2', 'my-localhost', undefined].map((name) =>
        mayPointElsewhere(credentials(name)),
      ),
    ).toEqual([true, false, true, true, false])
  })

  it('is a command line with a way to name another machine', () => {
    const lines = [
      'cmd.exe /c copy x \\\\fs01\\c$',
      'schtasks /create /s FS01 /tn x',
      'schtasks /Create -S FS01',
      'wmic /node:fs01 process',
      'Invoke-Command -ComputerName fs01',
      'Get-CimInstance -cn fs01',
      'winrs -r:fs01 cmd',
      'winrs /remote:fs01 cmd',
      'ssh admin@fs01',
      'tool -server fs01',
      'tool /target fs01',
    ]
    for (const line of lines) {
      expect([line, mayPointElsewhere(run(line))]).toEqual([line, true])
      expect([line, mayPointElsewhere(sysmonRun(line))]).toEqual([line, true])
    }
    for (const line of [
      'cmd.exe /c dir \\temp',
      'schtasks /create /sc once',
      'reg add hklm',
      '',
      undefined,
    ]) {
      expect([line, mayPointElsewhere(run(line))]).toEqual([line, false])
      expect([line, mayPointElsewhere(sysmonRun(line))]).toEqual([line, false])
    }
    expect(mayPointElsewhere(world.created(0, '0x1'))).toBe(false)
  })
})

describe('such a record, read', () => {
  it('gives both ends of a connection, and its account where Sysmon names it', () => {
    const rest = { pid: 4000, logonId: undefined, names: undefined, what: 'connection', ...ends }
    const event = connection('outbound')
    expect(traceOf(event)).toEqual({ event, ...rest, account: undefined })
    const sysmon = network(true)
    expect(traceOf(sysmon)).toEqual({ event: sysmon, ...rest, account: 'admin' })
    expect(traceOf(connection('inbound'))).toBeUndefined()
  })

  it('gives account and server of credentials, names without domain in lower case', () => {
    expect(traceOf(credentials('FS01', 'cifs/FS01'))).toMatchObject({
      what: 'credentials',
      pid: 4000,
      logonId: '0x7000',
      account: 'admin',
      names: 'fs01 cifs/fs01',
      sourceIp: undefined,
    })
    expect(traceOf(credentials('FS01'))?.names).toBe('fs01 ')
  })

  it('gives the account a tool calls out as: the one it names, else its own', () => {
    const line = 'schtasks /create /s FS01 /tn x'
    expect(traceOf(run(line))).toMatchObject({
      what: 'tool',
      pid: 4000,
      logonId: '0x7000',
      account: 'admin',
      names: line.toLowerCase(),
    })
    expect(traceOf({ ...run(line), targetLogonId: id('0x8000') })?.logonId).toBe('0x8000')
    expect(traceOf(sysmonRun(line))).toMatchObject({
      what: 'tool',
      pid: 4000,
      logonId: '0x3e7',
      account: 'system',
    })
    for (const as of [
      '/u CORP\\Svc',
      '-user:"CORP\\svc"',
      '/username svc',
      '-Credential svc@corp',
      '/U  svc',
    ])
      expect([as, traceOf(run(`${line} ${as} /p x`))?.account]).toEqual([as, 'svc'])
  })
})

describe('a name in a text', () => {
  it('is a whole word, wherever it stands', () => {
    const found = (text: string) => namesAny(text, ['ws07', 'fs01'])
    expect(found('/s fs01')).toBe('fs01')
    expect(found('\\\\fs01\\c$')).toBe('fs01')
    expect(found('fs01')).toBe('fs01')
    // the first of the names, not of the text
    expect(found('fs01 ws07')).toBe('ws07')
    for (const text of ['fs011', 'xfs01', 'fs01-old', 'fs01.corp.example', '-fs01', '.fs01', '_fs01', ''])
      expect([text, found(text)]).toEqual([text, undefined])
    expect(found('fs011 xfs01 fs01')).toBe('fs01')
  })
})
