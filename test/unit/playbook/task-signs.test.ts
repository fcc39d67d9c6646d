/** What makes a task suspicious, sign by sign, and what does not. */
import { describe, expect, it } from 'vitest'
import type { TaskDefinition } from '../../../src/domain/task.ts'
import { isKnownTask } from '../../../src/playbook/known-tasks.ts'
import {
  isSystem,
  looksRandom,
  resolvedActions,
  signsOf,
  type TaskFacts,
} from '../../../src/playbook/task-signals.ts'
import { admin, command, system } from '../../builders/events.ts'

const quiet: TaskDefinition = command('C:\\Program Files\\Backup\\backup.exe', '/all', {
  settings: { enabled: true, hidden: false, allowStartOnDemand: true, all: {} },
})
const facts = (more: Partial<TaskFacts> = {}): TaskFacts => ({
  path: '\\Backup',
  definition: quiet,
  lacksDefinition: false,
  runAs: 'S-1-5-21-1-2-3-1111',
  creator: admin,
  isRemote: false,
  lifeMs: undefined,
  wasRun: false,
  ...more,
})
/** `id about weighs[!]` */
const told = (more: Partial<TaskFacts>) =>
  signsOf(facts(more)).map((sign) => `${sign.id} ${sign.about} ${sign.weighs}${sign.isStrong ? '!' : ''}`)
const hidden = { enabled: true, hidden: false, allowStartOnDemand: true, all: {} }
const doing = (path: string, args?: string) => told({ definition: command(path, args, { settings: hidden }) })
const wordsOf = (more: Partial<TaskFacts>, id: string) =>
  signsOf(facts(more)).find((sign) => sign.id === id)?.what

describe('a task without anything odd', () => {
  it('has no sign', () => {
    expect(told({})).toEqual([])
    expect(told({ definition: undefined })).toEqual([])
  })
})

describe('the name', () => {
  it('is odd where it looks made by chance, and not where it is made of words', () => {
    expect(told({ path: '\\Folder\\bouWFQYO' })).toEqual(['name-random name malicious'])
    expect(wordsOf({ path: '\\Folder\\bouWFQYO' }, 'name-random')).toContain('the name bouWFQYO looks')
    for (const name of ['qzxkvj', 'Xk7Qz9WvBq', 'zxqwvkjhgfdsbnmpzxqwvkjhgfdsbnmp'])
      expect([name, looksRandom(name)]).toEqual([name, true])
    for (const name of [
      'Backup',
      'UpdateTask',
      'SynchronizeTime',
      'qzxkv',
      'qzxkvjqzxkvjqzxkvjqzxkvjqzxkvjqzx',
      'qzx kvj',
      'qzxkvj-',
      'a1b2c3d4e5',
      'ab1cd2xq',
    ])
      expect([name, looksRandom(name)]).toEqual([name, false])
    // half of the pairs are common: not yet by chance
    expect(looksRandom('thqxerz')).toBe(true)
    expect(looksRandom('therqxe')).toBe(false)
  })

  it('is a GUID, which says nothing', () => {
    const guid = '0CCE9227-69AE-11D9-BED3-505054503030'
    expect(told({ path: `\\{${guid}}` })).toEqual(['name-guid name neutral'])
    expect(told({ path: `\\x\\${guid.toLowerCase()}` })).toEqual(['name-guid name neutral'])
    for (const name of [`${guid}0`, `x${guid}`, guid.slice(1), guid.replaceAll('-', '')])
      expect(told({ path: `\\${name}` }).filter((one) => one.startsWith('name-guid'))).toEqual([])
  })

  it('is made to look like one of Windows when a person made it below \\Microsoft', () => {
    const path = '\\Microsoft\\Windows\\Evil'
    expect(told({ path })).toEqual(['name-of-windows name malicious'])
    expect(wordsOf({ path }, 'name-of-windows')).toContain('made to look like')
    const known = '\\Microsoft\\Windows\\Defrag\\ScheduledDefrag'
    expect(wordsOf({ path: known }, 'name-of-windows')).toContain('a task that Windows owns was touched')
    expect(told({ path, creator: system })).toEqual([])
    expect(told({ path, creator: undefined })).toEqual([])
    expect(told({ path: '\\Other\\Microsoft\\Evil' })).toEqual([])
  })

  it('hides when it holds what cannot be seen, anywhere in the path', () => {
    for (const sign of [
      '\u0000',
      '\u001f',
      '\u007f',
      '\u00ad',
      '\u061c',
      '\u200b',
      '\u202e',
      '\u2060',
      '\ufeff',
    ])
      expect(told({ path: `\\Up${sign}\\date` })).toEqual(['name-invisible name malicious!'])
    expect(told({ path: '\\Überwachung\\日本' })).toEqual([])
  })

  it('is known where Windows or common software has it, in any case', () => {
    for (const path of [
      '\\CreateExplorerShellUnelevatedTask',
      '\\OneDrive Standalone Update Task-S-1-5-21-1-2-3-1001',
      '\\OneDrive Reporting Task-S-1-5-21-1-2-3-1001',
      '\\Mozilla\\Firefox Default Browser Agent 308046B0AF4A39CB',
      '\\GoogleUserPEH\\x',
      '\\GoogleUpdateTaskMachineCore{0CCE9227-69AE}',
      '\\MicrosoftEdgeUpdateTaskMachineUA',
      '\\Microsoft\\Office\\Office Automatic Updates 2.0',
      '\\Microsoft\\VisualStudio\\Updates\\BackgroundDownload',
      '\\SoftLandingCreativeManagementTask',
      '\\Microsoft\\Windows\\Application Experience\\Microsoft Compatibility Appraiser',
      '\\Microsoft\\Windows\\Defrag\\ScheduledDefrag',
      '\\Microsoft\\Windows\\GroupPolicy\\GPUpdate',
      '\\Microsoft\\Windows\\SoftwareProtectionPlatform\\SvcRestartTaskLogon',
      '\\Microsoft\\Windows\\Time Zone\\SynchronizeTimeZone',
      '\\Microsoft\\Windows\\UpdateOrchestrator\\Schedule Scan',
      '\\Microsoft\\Windows\\Windows Defender\\Windows Defender Cleanup',
      '\\Microsoft\\Windows\\CertificateServicesClient\\UserTask-Roam',
    ]) {
      expect([path, isKnownTask(path)]).toEqual([path, true])
      expect([path, isKnownTask(`\\Evil${path}`)]).toEqual([path, false])
      if (!path.startsWith('\\GoogleUser')) expect([path, isKnownTask(`${path} `)]).toEqual([path, false])
    }
    expect(isKnownTask('\\Quirk')).toBe(false)
    expect(isKnownTask('\\OneDrive Standalone Update Task-S-1-5-18')).toBe(false)
    expect(isKnownTask('\\Microsoft\\Office\\Office Automatic Updates 200')).toBe(false)
  })
})

describe('the action', () => {
  it('is neutral where it only runs an interpreter, and strong where it carries encoded PowerShell', () => {
    expect(doing('cmd.exe', '/c dir')).toEqual(['action-interpreter action neutral'])
    const encoded = Buffer.from('Get-Date', 'utf16le').toString('base64')
    expect(doing('powershell.exe', `-enc ${encoded}`)).toEqual([
      'action-interpreter action neutral',
      'action-encoded action malicious!',
    ])
  })

  it('is odd where the program or a file lies where anybody can write', () => {
    for (const path of [
      'C:\\Windows\\Temp\\a.exe',
      'C:\\Windows\\Tasks\\a.exe',
      'C:\\Users\\Public\\a.exe',
      'C:\\ProgramData\\a.exe',
      'C:\\PerfLogs\\a.exe',
      'C:\\$Recycle.Bin\\a.exe',
      '%TEMP%\\a.exe',
      '%LOCALAPPDATA%\\a.exe',
      'C:\\Temp\\a.exe',
      'D:\\tmp\\a.exe',
    ])
      expect([path, doing(path)]).toEqual([path, ['action-writable-path name malicious']])
    expect(doing('C:\\Program Files\\a.exe')).toEqual([])
    expect(doing('C:\\Program Files\\Temp\\a.exe')).toEqual([])
    expect(doing('C:\\tools\\run.exe', '-f C:\\Users\\Public\\x.txt')).toEqual([
      'action-writable-path name malicious',
    ])
    expect(doing('C:\\tools\\run.exe', '-f %temp%\\x.txt')).toEqual(['action-writable-path name malicious'])
  })

  it('is odd where it names the web or another machine, strong where it sends its output there', () => {
    expect(doing('C:\\tools\\run.exe', 'http://203.0.113.9/a')).toEqual(['action-url action malicious'])
    expect(doing('C:\\tools\\run.exe', '\\\\203.0.113.9\\s\\a.ps1')).toEqual(['action-unc action malicious'])
    expect(doing('C:\\tools\\run.exe', 'x > \\\\203.0.113.9\\s\\out')).toEqual([
      'action-output-share action malicious!',
    ])
    expect(doing('C:\\tools\\run.exe', 'x > C:\\Windows\\Temp\\out')).toEqual([
      'action-output-file action malicious',
    ])
    expect(doing('C:\\tools\\run.exe', 'x > C:\\Logs\\out')).toEqual([])
  })

  it('is that of every action, up to a bound', () => {
    const exec = (path: string) => ({
      kind: 'exec' as const,
      command: path,
      arguments: undefined,
      workingDirectory: undefined,
    })
    const many = command('x', undefined, { actions: Array.from({ length: 40 }, () => exec('cmd.exe')) })
    expect(resolvedActions(many)).toHaveLength(32)
    const com = { kind: 'com-handler' as const, classId: '{x}', data: undefined }
    expect(resolvedActions(command('x', undefined, { actions: [com, exec('a.exe')] }))).toHaveLength(1)
    expect(resolvedActions(undefined)).toEqual([])
    const two = command('x', undefined, {
      actions: [exec('cmd.exe'), exec('C:\\Temp\\a.exe')],
      settings: hidden,
    })
    expect(told({ definition: two })).toEqual([
      'action-interpreter action neutral',
      'action-writable-path name malicious',
    ])
  })
})

describe('the account', () => {
  it('SYSTEM is odd only for a task made from another machine', () => {
    expect(told({ runAs: 'S-1-5-18' })).toEqual(['system principal neutral'])
    expect(told({ runAs: 'S-1-5-18', isRemote: true })).toEqual(['system-remote principal malicious'])
    expect(told({ isRemote: true })).toEqual([])
  })

  it('is SYSTEM by its SID and its names in several languages', () => {
    for (const name of [
      's-1-5-18',
      'SYSTEM',
      'LocalSystem',
      ' NT AUTHORITY\\SYSTEM ',
      'NT-AUTORITÄT\\SYSTEM',
      'AUTORITE NT\\Système',
    ])
      expect([name, isSystem(name)]).toEqual([name, name !== 'AUTORITE NT\\Système'])
    expect(isSystem('.\\SYSTEM')).toBe(true)
    for (const name of ['S-1-5-180', 'xSYSTEM', 'CORP\\SYSTEM', 'systemd', undefined])
      expect([name, isSystem(name)]).toEqual([name, false])
  })

  it('differs from the author where the definition names another person', () => {
    const by = (author: string | undefined, more: Partial<TaskFacts> = {}) =>
      told({ definition: { ...quiet, registration: { ...quiet.registration, author } }, ...more })
    expect(by('CORP\\other')).toEqual(['author-differs principal malicious'])
    expect(by('CORP\\Admin')).toEqual([])
    expect(by(' OTHER\\admin ')).toEqual([])
    expect(by('other')).toEqual([])
    expect(by('$(@%SystemRoot%\\x.dll,-1)')).toEqual([])
    expect(by('(x)\\y')).toEqual([])
    expect(by('\\other')).toEqual([])
    expect(by(undefined)).toEqual([])
    expect(by('CORP\\other', { creator: undefined })).toEqual([])
    expect(by('CORP\\other', { creator: { ...admin, name: undefined } })).toEqual([])
  })
})

describe('the life', () => {
  it('is short to thirty seconds, notable to five minutes', () => {
    expect(told({ lifeMs: 30_000 })).toEqual(['short-lived life malicious!'])
    expect(told({ lifeMs: 30_001 })).toEqual(['short-lived life malicious'])
    expect(told({ lifeMs: 300_000 })).toEqual(['short-lived life malicious'])
    expect(told({ lifeMs: 300_001 })).toEqual([])
    expect(wordsOf({ lifeMs: 23.04, wasRun: true }, 'short-lived')).toBe(
      'was run and deleted 23.0 ms after its creation',
    )
    expect(wordsOf({ lifeMs: 1000 }, 'short-lived')).toBe('deleted 1.0 s after its creation')
    expect(wordsOf({ lifeMs: 999 }, 'short-lived')).toBe('deleted 999.0 ms after its creation')
  })

  it('is hidden or unreadable', () => {
    expect(told({ definition: { ...quiet, settings: { ...hidden, hidden: true } } })).toEqual([
      'hidden definition malicious',
    ])
    expect(told({ definition: undefined, lacksDefinition: true })).toEqual([
      'definition-missing definition malicious',
    ])
  })
})
