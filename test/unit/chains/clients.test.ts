/** The process behind a task change: how it came to run, and which one it is where the record names none. */
import { describe, expect, it } from 'vitest'
import { findChains } from '../../../src/chains/find-chains.ts'
import type { Chain } from '../../../src/domain/chain.ts'
import type { WindowsEvent } from '../../../src/domain/event.ts'
import { input, svchost, system, World } from '../../builders/events.ts'

const world = new World()
const windows = 'C:\\Windows\\System32\\'
const of = (...events: readonly WindowsEvent[]): Chain =>
  findChains(input(events)).find((chain) => chain.task.path === '\\Quirk') as Chain
/** a process of the call's session */
const run = (
  ms: number,
  image: string,
  more: { pid?: number; parent?: string; line?: string; logonId?: string } = {},
) =>
  world.process(
    ms,
    more.pid ?? 600,
    `${windows}${image}`,
    {
      pid: (more.pid ?? 600) - 100,
      image: more.parent === undefined ? undefined : `${windows}${more.parent}`,
    },
    { logonId: more.logonId ?? '0x2000', line: more.line },
  )
const silent = world.created(0, '0x2000')
const called = world.created(0, '0x2000', { clientPid: 600 })

describe('how the caller came to run', () => {
  const bySystem = world.created(0, '0x3e7', { account: system, clientPid: 600 })
  it('is Group Policy only in its own service', () => {
    const line = 'svchost.exe -k netsvcs -p -s gpsvc'
    expect(of(run(-50, 'svchost.exe', { line, logonId: '0x3e7' }), bySystem).path).toBe('gpo')
    expect(of(run(-50, 'svchost.exe', { logonId: '0x3e7' }), bySystem).path).toBe('local')
    expect(of(run(-50, 'sc.exe', { line: 'sc query gpsvc', logonId: '0x3e7' }), bySystem).path).toBe('local')
    expect(
      of(run(-50, 'svchost.exe', { line: 'svchost.exe -s gpsvcs', logonId: '0x3e7' }), bySystem).path,
    ).toBe('local')
  })

  it('is a service where the service manager or a deployment agent started it, and svchost.exe is none', () => {
    for (const parent of [
      'services.exe',
      'CcmExec.exe',
      'psexesvc.exe',
      'IntuneManagementExtension.exe',
      'Microsoft.Management.Services.IntuneWindowsAgent.exe',
    ])
      expect([parent, of(run(-50, 'tool.exe', { parent, logonId: '0x3e7' }), bySystem).path]).toEqual([
        parent,
        'service',
      ])
    expect(of(run(-50, 'svchost.exe', { parent: 'services.exe', logonId: '0x3e7' }), bySystem).path).toBe(
      'local',
    )
    expect(of(run(-50, 'tool.exe', { parent: 'other.exe', logonId: '0x3e7' }), bySystem).path).toBe('local')
  })

  it('is remote management in the process itself, its parent, or an ancestor', () => {
    for (const image of ['wsmprovhost.exe', 'WINRSHOST.exe'])
      expect(of(run(-50, image), called)).toMatchObject({ path: 'winrm', mechanism: 'remote-probable' })
    expect(of(run(-50, 'tool.exe', { parent: 'wmiprvse.exe' }), called).path).toBe('wmi')
    const shell = run(-90, 'cmd.exe', { pid: 500, parent: 'wsmprovhost.exe' })
    expect(of(shell, run(-50, 'tool.exe', { parent: 'cmd.exe' }), called).path).toBe('winrm')
  })

  it('is somebody at a desktop where a desktop or a console is among the ancestors', () => {
    for (const parent of [
      'explorer.exe',
      'userinit.exe',
      'winlogon.exe',
      'mmc.exe',
      'taskmgr.exe',
      'powershell_ise.exe',
      'powershell.exe',
      'pwsh.exe',
    ])
      expect([parent, of(run(-50, 'tool.exe', { parent }), called).mechanism]).toEqual([parent, 'local'])
    expect(of(run(-50, 'mmc.exe', { parent: 'x.exe' }), called).mechanism).toBe('local')
    const shell = run(-90, 'cmd.exe', { pid: 500, parent: 'explorer.exe' })
    expect(of(shell, run(-50, 'tool.exe', { parent: 'cmd.exe' }), called).mechanism).toBe('local')
    for (const parent of ['cmd.exe', 'mypowershell.exe', 'powershell.exe.bak', undefined])
      expect([
        parent,
        of(run(-50, 'tool.exe', parent === undefined ? {} : { parent }), called).mechanism,
      ]).toEqual([parent, 'undetermined'])
    // PowerShell counts as the first of the line, not in between
    const below = run(-90, 'powershell.exe', { pid: 500, parent: 'x.exe' })
    expect(of(below, run(-50, 'tool.exe', { parent: 'powershell.exe' }), called).mechanism).toBe(
      'undetermined',
    )
  })

  it('is looked for in Sysmon where Security is silent', () => {
    const sysmon = world.sysmonProcess(-50, 600, `${windows}tool.exe`, 'tool.exe', {
      pid: 500,
      image: `${windows}wsmprovhost.exe`,
      line: '',
    })
    expect(of(sysmon, called).path).toBe('winrm')
    expect(of({ ...sysmon, pid: 601 }, called).path).toBe('undetermined')
  })
})

describe('the caller of a record that names none', () => {
  const client = (chain: Chain) =>
    chain.links
      .find((link) => link.rule === 'L5')
      ?.fields.image?.split('\\')
      .at(-1)
  const line = 'schtasks /create /tn Quirk'

  it('is a task client of its session that names the task, in the ten seconds before', () => {
    for (const image of ['schtasks.exe', 'at.exe', 'mmc.exe', 'powershell.exe', 'pwsh.exe'])
      expect([image, client(of(run(-20, image, { line }), silent))]).toEqual([image, image])
    expect(client(of(run(-20, 'tool.exe', { line }), silent))).toBeUndefined()
    expect(
      [-10_001, -10_000, 100, 101].map((ms) => client(of(run(ms, 'schtasks.exe', { line }), silent))),
    ).toEqual([undefined, 'schtasks.exe', 'schtasks.exe', undefined])
    expect(client(of(run(-20, 'schtasks.exe', { line, logonId: '0x3000' }), silent))).toBeUndefined()
    expect(client(of(run(-20, 'schtasks.exe', { line }), world.boot(-10), silent))).toBeUndefined()
    expect(
      client(of(run(-20, 'schtasks.exe', { line: 'schtasks /create /tn Other' }), silent)),
    ).toBeUndefined()
    // without a command line only schtasks says enough
    expect(client(of(run(-20, 'schtasks.exe'), silent))).toBe('schtasks.exe')
    expect(client(of(run(-20, 'powershell.exe'), silent))).toBeUndefined()
  })

  it('is the last of several, and never one that acts on another machine', () => {
    const two = [run(-50, 'powershell.exe', { pid: 601, line }), run(-20, 'schtasks.exe', { line })]
    expect(client(of(...two, silent))).toBe('schtasks.exe')
    const acts = (more: string) => client(of(run(-20, 'schtasks.exe', { line: `${line} ${more}` }), silent))
    for (const elsewhere of ['/s FS09', '-S  FS09', '/s "FS09"', '/s localhost2', '/s .x'])
      expect([elsewhere, acts(elsewhere)]).toEqual([elsewhere, undefined])
    for (const here of [
      '/s localhost',
      '/s 127.0.0.1',
      '/s 127.0.0.11',
      '/s .',
      '/s "." /f',
      '/s "localhost"',
      '/s . /f',
      '/sc once',
      '/s',
    ])
      expect([here, acts(here)]).toEqual([here, 'schtasks.exe'])
  })

  it('is nobody’s in a built-in session or without one', () => {
    const bySystem = world.created(0, '0x3e7', { account: system })
    expect(client(of(run(-20, 'schtasks.exe', { line, logonId: '0x3e7' }), bySystem))).toBeUndefined()
    expect(client(of(run(-20, 'schtasks.exe', { line }), { ...silent, logonId: undefined }))).toBeUndefined()
  })

  it('is the process of remote management that runs in the session, however old, while it runs', () => {
    const carrier = (ms = -90_000, logonId = '0x2000') =>
      run(ms, 'wsmprovhost.exe', { logonId, parent: 'svchost.exe' })
    const path = (...events: readonly WindowsEvent[]) => of(...events, silent).path
    expect(path(carrier())).toBe('winrm')
    expect(path(run(-90_000, 'wmiprvse.exe', { parent: 'svchost.exe' }))).toBe('wmi')
    expect(path(carrier(0))).toBe('winrm')
    expect(path(carrier(1))).toBe('undetermined')
    expect(path(carrier(-90_000, '0x3000'))).toBe('undetermined')
    expect(path(carrier(), world.boot(-50))).toBe('undetermined')
    const ended = (ms: number) => world.ended(ms, 600, `${windows}wsmprovhost.exe`)
    expect(path(carrier(), ended(-1))).toBe('undetermined')
    expect(path(carrier(), ended(0))).toBe('winrm')
    expect(of(carrier(), { ...silent, logonId: undefined }).path).toBe('undetermined')
    // a client of the very moment is nearer than the carrier
    expect(client(of(carrier(), run(-20, 'schtasks.exe', { pid: 700, line }), silent))).toBe('schtasks.exe')
  })

  it('is nobody of this host where the record says so', () => {
    const remote = world.created(0, '0x2000', { clientPid: 0 })
    expect(of(run(-20, 'schtasks.exe', { line }), remote).links.map((link) => link.rule)).toEqual(['L5'])
    expect(of(run(-20, 'schtasks.exe', { line, pid: 0 }), remote).mechanism).toBe('remote-confirmed')
    expect(svchost.pid).toBe(1044)
  })
})
