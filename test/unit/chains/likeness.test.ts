/** What a task resembles: tools by the marks they leave, honest work by name, action and caller together. */
import { describe, expect, it } from 'vitest'
import { findChains } from '../../../src/chains/find-chains.ts'
import { lookAlikesOf } from '../../../src/chains/look-alikes.ts'
import type { Chain } from '../../../src/domain/chain.ts'
import type { WindowsEvent } from '../../../src/domain/event.ts'
import type { TaskDefinition, TaskTrigger } from '../../../src/domain/task.ts'
import { command, input, World } from '../../builders/events.ts'

const world = new World()
const constant = '2015-07-15T20:35:13.2757294'
const trigger = (more: Partial<TaskTrigger> = {}): TaskTrigger => ({
  kind: 'Calendar',
  enabled: true,
  startBoundary: constant,
  endBoundary: undefined,
  delay: undefined,
  repetition: undefined,
  details: { 'ScheduleByDay/DaysInterval': '1' },
  ...more,
})
const visible = { enabled: true, hidden: false, allowStartOnDemand: true, all: {} }

describe('a tool', () => {
  interface Made {
    readonly name?: string
    readonly line?: string
    readonly program?: string
    readonly pipe?: boolean
    readonly lifeMs?: number | 'never'
    readonly more?: Partial<TaskDefinition>
  }
  const likeness = (
    { name = 'AbCdEfGh', line, program = 'cmd.exe', pipe = true, lifeMs = 23, more = {} }: Made,
    tool: string,
  ) => {
    const path = `\\${name}`
    const definition = command(program, line ?? `/C whoami > %windir%\\Temp\\${name}.tmp 2>&1`, {
      triggers: [trigger()],
      ...more,
    })
    const call: WindowsEvent[] = pipe
      ? [
          world.logon(-26, '0x1000', '10.0.0.66'),
          world.pipe(-20, '0x1000', '10.0.0.66'),
          world.logon(-7, '0x2000', undefined),
        ]
      : [world.logon(-26, '0x2000', '10.0.0.66')]
    const gone = lifeMs === 'never' ? [] : [world.deleted(lifeMs, '0x2000', { path })]
    const [chain] = findChains(input([...call, world.created(0, '0x2000', { path, definition }), ...gone]))
    return chain?.resembles.find((one) => one.tool === tool)
  }
  const atexec = (made: Made = {}) => likeness(made, 'impacket atexec')
  const netexec = (made: Made = {}) => likeness(made, 'NetExec atexec')

  it('impacket atexec leaves all its marks', () => {
    expect(atexec()).toEqual({
      tool: 'impacket atexec',
      because: [
        `StartBoundary is the constant ${constant}`,
        'principal "LocalSystem", S-1-5-18',
        'hidden task',
        'task XML version 1.2',
        'daily calendar trigger that is never waited for',
        'called through the pipe atsvc',
        'deleted 23.0 ms after its creation',
        'task name of 8 letters in the root folder',
        'cmd.exe /C with output to %windir%\\Temp\\<task name>.tmp',
      ],
      differs: [],
    })
    expect(netexec()).toBeUndefined()
  })

  it('still resembles it with some of them gone, and says which', () => {
    const told = atexec({
      pipe: false,
      lifeMs: 'never',
      more: { version: undefined, triggers: [trigger({ kind: 'Time' })] },
    })
    expect(told?.because).not.toContain('called through the pipe atsvc')
    expect(told?.differs).toEqual([
      'task XML version missing',
      'the trigger is not a daily calendar trigger',
      'called over TCP',
      'no deletion is recorded',
    ])
    expect(atexec({ lifeMs: 30_000 })?.differs).toEqual(['deleted only 30.00 s after its creation'])
    expect(atexec({ lifeMs: 29_999 })?.differs).toEqual([])
    expect(atexec({ name: 'AbCdEfGhI' })?.differs).toEqual([
      'the task name is not 8 letters in the root folder',
    ])
    expect(atexec({ name: 'x\\AbCdEfG' })?.differs).toContain(
      'the task name is not 8 letters in the root folder',
    )
    expect(atexec({ more: { settings: visible } })?.differs).toEqual(['the task is not hidden'])
    expect(
      atexec({ more: { triggers: [trigger({ startBoundary: '2024-05-06T07:08:09' })] } })?.differs,
    ).toEqual([`StartBoundary is not the constant ${constant}`])
    expect(atexec({ more: { triggers: [trigger({ details: {} })] } })?.differs).toEqual([
      'the trigger is not a daily calendar trigger',
    ])
    const [principal] = command('x').principals
    const as = (id: string, userId: string) => [
      { ...(principal as TaskDefinition['principals'][number]), id, userId },
    ]
    for (const principals of [as('Author', 'S-1-5-18'), as('LocalSystem', 'S-1-5-19')])
      expect(atexec({ more: { principals } })?.differs).toEqual(['the principal is not named "LocalSystem"'])
    expect(atexec({ line: '/C whoami' })?.differs).toEqual([
      'the command does not send its output to %windir%\\Temp\\<task name>.tmp',
    ])
    expect(atexec({ program: 'net.exe' })?.differs).toHaveLength(1)
  })

  it('is no likeness where the marks are too few', () => {
    const plain = {
      settings: visible,
      triggers: [trigger({ startBoundary: undefined, kind: 'Time' })],
      principals: [],
    }
    expect(atexec({ pipe: false, lifeMs: 'never', more: plain })).toBeUndefined()
    expect(atexec({ more: plain })?.because).toHaveLength(5)
    expect(atexec({ more: plain, lifeMs: 'never' })).toBeUndefined()
  })

  it('NetExec names its output otherwise, or sends it to a share', () => {
    for (const line of [
      '/C whoami > \\Windows\\Temp\\qWeRtY 2>&1',
      '/C whoami > %windir%\\Temp\\qWeRtY',
      '/C whoami > C:\\Windows\\Temp\\qWeRtY',
    ]) {
      expect(netexec({ line })?.because).toContain('cmd.exe /C with output to \\Windows\\Temp\\<6 letters>')
      expect(netexec({ line })?.differs).toEqual([])
      expect(atexec({ line })).toBeUndefined()
    }
    const share = { line: '/C whoami > \\\\10.0.0.66\\s\\out 2>&1', name: 'Ab3dEf9h' }
    expect(netexec(share)?.because).toContain('cmd.exe /C with output to a share')
    expect(netexec(share)?.because).toContain('task name of 8 signs in the root folder')
    expect(atexec(share)).toBeUndefined()
    expect(netexec({ line: '/C whoami > \\Windows\\Temp\\qWeRtYu' })?.differs).toEqual([
      'the output file is not one of 6 letters in \\Windows\\Temp, nor on a share',
    ])
    expect(netexec({ line: '/C whoami > \\Windows\\Temp\\qWeRtY', name: 'Ab3dEf9hX' })?.differs).toEqual([
      'the task name is not 8 signs',
    ])
  })

  it('is told by cmd.exe in all its spellings, and by nothing that was not created here', () => {
    const wrapped = 'cmd.exe /C with output to %windir%\\Temp\\<task name>.tmp'
    for (const program of [
      'cmd',
      'CMD.EXE',
      '%COMSPEC%',
      'C:\\Windows\\System32\\cmd.exe',
      '"C:\\Windows\\System32\\cmd.exe"',
    ])
      expect([program, atexec({ program })?.because.includes(wrapped)]).toEqual([program, true])
    for (const program of ['xcmd.exe', 'cmd2.exe', 'powershell.exe'])
      expect([program, atexec({ program })?.because.includes(wrapped)]).toEqual([program, false])
    expect(atexec({ line: 'whoami > %windir%\\Temp\\AbCdEfGh.tmp' })?.because).not.toContain(wrapped)
    expect(atexec({ line: '/C whoami > C:\\AbCdEfGh.tmp' })?.because).not.toContain(wrapped)
    const changed = world.change('task-updated', 0, '0x2000', {
      definition: command('cmd.exe', '/c x', { triggers: [trigger()] }),
    })
    expect(findChains(input([changed]))[0]?.resembles).toEqual([])
    expect(findChains(input([{ ...world.created(0, '0x1'), task: undefined }]))[0]?.resembles).toEqual([])
  })

  it('schtasks writes the author, a date and a start to the second, and settings of its own', () => {
    const [principal] = command('x').principals
    const registration = { ...command('x').registration, author: 'CORP\\Admin', date: '2024-05-06T07:08:00' }
    const settings = { ...visible, all: { ExecutionTimeLimit: 'PT72H' } }
    const all: Partial<TaskDefinition> = {
      registration,
      settings,
      triggers: [trigger({ kind: 'Time', startBoundary: '2024-05-06T07:08:00' })],
      principals: [{ ...(principal as TaskDefinition['principals'][number]), id: 'Author' }],
    }
    const told = (more: Partial<TaskDefinition>) =>
      likeness({ line: '/c x', more: { ...all, ...more } }, 'schtasks.exe')
    expect(told({})).toEqual({
      tool: 'schtasks.exe',
      because: [
        'task XML version 1.2',
        'Author is the calling account (CORP\\Admin)',
        'registration date to the second',
        'StartBoundary on the minute, without fraction',
        'default settings of schtasks (72 hours, principal "Author")',
      ],
      differs: [],
    })
    const by = (author: string | undefined) => told({ registration: { ...registration, author } })
    expect(by('OTHER\\somebody')?.because[1]).toContain('and not the account that made the call')
    expect(by('Admin')).toBeUndefined()
    expect(by(undefined)).toBeUndefined()
    expect(told({ version: '1.3' })?.differs).toEqual(['the task XML is not version 1.2'])
    for (const date of [undefined, '2024-05-06T07:08:00.123'])
      expect(told({ registration: { ...registration, date } })?.differs).toEqual([
        'no registration date to the second',
      ])
    for (const startBoundary of [undefined, '2024-05-06T07:08:01', '2024-05-06T07:08:00.1'])
      expect(told({ triggers: [trigger({ startBoundary })] })?.differs).toEqual([
        'StartBoundary is not on the minute',
      ])
    expect(told({ triggers: [trigger({ startBoundary: '2024-05-06T07:00' })] })?.differs).toEqual([])
    expect(told({ settings: visible })?.differs).toEqual(['settings are not those schtasks writes'])
    expect(told({ principals: [] })?.differs).toEqual(['settings are not those schtasks writes'])
    expect(told({ settings: visible, version: '1.3' })).toBeUndefined()
  })
})

describe('honest work', () => {
  const base = () => findChains(input([world.created(0, '0x2000')]))[0] as Chain
  const sids = { user: 'S-1-5-21-1-2-3-1001', machine: 'S-1-5-18', remote: 'S-1-5-21-1-2-3-1001' } as const
  const told = (
    path: string,
    line: readonly [string, (string | undefined)?],
    by: keyof typeof sids | 'unknown',
  ) => {
    const chain = base()
    return lookAlikesOf({
      ...chain,
      mechanism: by === 'remote' ? 'remote-confirmed' : by === 'unknown' ? 'undetermined' : 'local',
      account: {
        ...chain.account,
        sid: (by === 'unknown' ? undefined : sids[by]) as Chain['account']['sid'],
      },
      task: { ...chain.task, path, definition: command(line[0], line[1]), action: [...line].join(' ') },
    })
  }
  it.each([
    ['\\CreateExplorerShellUnelevatedTask', 'C:\\Windows\\explorer.exe', '/NoUACCheck', 'user'],
    [
      '\\OneDrive Standalone Update Task-S-1-5-21-1-2-3-1001',
      'C:\\x\\OneDriveStandaloneUpdater.exe',
      undefined,
      'user',
    ],
    [
      '\\OneDrive Reporting Task-S-1-5-21-1-2-3-1001',
      '%localappdata%\\OneDriveLauncher.exe',
      '/startInstances',
      'user',
    ],
    [
      '\\Mozilla\\Firefox Default Browser Agent 308046B0AF4A39CB',
      'C:\\Program Files\\Mozilla Firefox\\default-browser-agent.exe',
      'do-task',
      'user',
    ],
    ['\\GoogleUserPEH\\x', 'C:\\Program Files (x86)\\Google\\a.exe', undefined, 'user'],
    [
      '\\Microsoft\\Office\\Office Background Push Maintenance',
      'C:\\Program Files\\Microsoft Office\\x.exe',
      undefined,
      'machine',
    ],
    [
      '\\Microsoft\\VisualStudio\\Updates\\BackgroundDownload',
      'C:\\Program Files\\Microsoft Visual Studio\\a\\BackgroundDownload.exe',
      undefined,
      'user',
    ],
    ['\\HP\\x', 'C:\\Program Files\\HP\\a.exe', undefined, 'machine'],
    ['\\Hewlett-Packard\\x', 'C:\\Program Files (x86)\\Hewlett-Packard\\a.exe', undefined, 'machine'],
    ['\\Microsoft\\Windows\\GroupPolicy\\x', 'gpupdate', '/target:computer', 'machine'],
    ['\\Microsoft\\Windows\\GroupPolicy\\x', '%windir%\\System32\\gpupdate.exe', undefined, 'machine'],
    ['\\PSWindowsUpdate', 'powershell.exe', '-Command "Get-WUInstall"', 'remote'],
    ['\\Microsoft\\Configuration Manager\\x', 'C:\\Windows\\CCM\\a.exe', undefined, 'machine'],
  ] as const)('%s fits with its action and its caller', (path, program, args, by) => {
    const [one] = told(path, [program, args], by)
    expect(one?.because).toHaveLength(3)
    expect(one?.differs).toEqual([])
    // the name alone is anybody's
    expect(told(path, ['C:\\Temp\\evil.exe'], by)[0]?.differs).toHaveLength(1)
    expect(told(path, ['C:\\Temp\\evil.exe', `${program} ${args ?? ''}`], by)[0]?.differs.length).toBe(
      path === '\\OneDrive Standalone Update Task-S-1-5-21-1-2-3-1001' || path.startsWith('\\OneDrive R')
        ? 0
        : 1,
    )
    expect(told(`\\x${path}`, [program, args], by)).toEqual([])
    expect(told(path, [program, args], by === 'remote' ? 'user' : 'remote')[0]?.differs).toHaveLength(1)
    expect(told(path, [program, args], 'unknown')[0]?.differs).toEqual(['who called is not known'])
  })

  it('is compared by name alone where its action is no command line', () => {
    for (const path of [
      '\\SoftLanding\\x',
      '\\Microsoft\\Windows\\SoftwareProtectionPlatform\\SvcRestartTaskNetwork',
    ])
      expect(told(path, ['a.exe'], path.startsWith('\\Soft') ? 'user' : 'machine')[0]?.differs).toEqual([
        'the name is all that can be compared: its usual action is no command line',
      ])
  })

  it('is not known by a command that is not there, or by one of several', () => {
    const chain = { ...base(), mechanism: 'machine-managed' as const }
    const of = (definition: TaskDefinition | undefined) =>
      lookAlikesOf({ ...chain, task: { ...chain.task, path: '\\HP\\x', definition, action: undefined } })[0]
    const exec = {
      kind: 'exec' as const,
      command: 'C:\\Program Files\\HP\\a.exe',
      arguments: undefined,
      workingDirectory: undefined,
    }
    expect(of(command('x', undefined, { actions: [exec] }))?.because).toHaveLength(3)
    expect(of(command('x', undefined, { actions: [exec, exec] }))?.differs).toEqual([
      'its command is not known',
    ])
    expect(of(command('x', undefined, { actions: [] }))?.differs).toEqual(['its command is not known'])
    expect(of(undefined)?.differs).toEqual(['its command is not known'])
    expect(of(command('evil.exe'))?.differs).toEqual(['its command is not the usual one: evil.exe'])
  })
})
