import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  allowedCommands,
  allowedObjects,
  allowedPrograms,
  allowedStatics,
  writers,
} from '../windows/commands.ts'
import { scriptNames, scripts } from '../windows/pins.ts'
import { missing } from '../windows/sshd.ts'

interface Use {
  readonly file: string
  readonly kind: 'command' | 'object' | 'static' | 'function' | 'redirection' | 'newer' | 'error'
  readonly text: string
  readonly line: number
  /** function it stands in */
  readonly inside: string
}

describe.skipIf(missing)('the scripts that run on hosts', { timeout: 240_000 }, () => {
  let uses: readonly Use[]
  beforeAll(() => {
    const lister = join(import.meta.dirname, '../windows/list-commands.ps1')
    const json = execFileSync('pwsh', ['-NoProfile', '-NonInteractive', '-File', lister, scripts], {
      encoding: 'utf8',
      maxBuffer: 64 << 20,
    })
    uses = JSON.parse(json) as Use[]
  })
  const of = (kind: Use['kind']) => uses.filter((use) => use.kind === kind)
  const told = (all: readonly Use[]) => all.map((use) => `${use.file}:${use.line} ${use.text}`)

  it('are read without error and use no syntax newer than PowerShell 3', () => {
    expect(of('command').length).toBeGreaterThan(200)
    expect(told(of('error'))).toEqual([])
    expect(told(of('newer'))).toEqual([])
    for (const name of scriptNames) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: everything but ASCII is looked for
      expect(readFileSync(join(scripts, name), 'utf8'), name).not.toMatch(/[^\x00-\x7f]|\$input\b/)
    }
  })

  it('use only commands that are known, with a reason, and are part of Windows PowerShell 5.1', () => {
    const own = new Set(of('function').map((use) => use.text))
    // calls of what our own code holds: the handler, a program of System32, a request's script block
    const indirect = new Set([
      '&$Handler',
      '&$program',
      '&([scriptblock]::Create($text))',
      '&([scriptblock]::Create([System.Text.Encoding]::ASCII.GetString($code)))',
      'Start-TtLoop',
    ])
    const unknown = of('command').filter(
      (use) => !own.has(use.text) && !indirect.has(use.text) && !Object.hasOwn(allowedCommands, use.text),
    )
    expect(told(unknown)).toEqual([])
    const used = new Set(of('command').map((use) => use.text))
    expect(Object.keys(allowedCommands).filter((name) => !used.has(name))).toEqual([])
    const programs = of('command').filter((use) => use.text === '&$program')
    expect(new Set(programs.map((use) => use.inside))).toEqual(new Set(['Invoke-TtProgram']))
    const started = [
      ...readFileSync(join(scripts, 'host.ps1'), 'utf8').matchAll(/Invoke-TtProgram '([^']+)'/g),
    ].map(([, name]) => name)
    expect([...new Set(started)].sort()).toEqual(Object.keys(allowedPrograms).sort())
  })

  it('make only objects and call only static methods that are known', () => {
    expect(told(of('object').filter((use) => !allowedObjects.includes(use.text)))).toEqual([])
    const unknown = of('static').filter((use) => {
      const [type = '', method = ''] = use.text.split('::')
      return !allowedStatics[type]?.includes(method)
    })
    expect(told(unknown)).toEqual([])
  })

  it('write nowhere but in the staging folder', () => {
    const writing = of('static').filter((use) => Object.hasOwn(writers, use.text))
    expect(writing.length).toBeGreaterThan(4)
    for (const use of writing) expect(writers[use.text], `${use.file}:${use.line}`).toContain(use.inside)
    // the one way a file is opened reads, and leaves it to others
    expect(readFileSync(join(scripts, 'logs.ps1'), 'utf8')).toContain("'Open', 'Read', 'ReadWrite,Delete')")
    // 2>$null is the only redirection
    expect(new Set(of('redirection').map((use) => use.text))).toEqual(new Set(['2>$null']))
    const setters = of('command').filter((use) => ['Set-Acl', 'Set-Item'].includes(use.text))
    expect(new Set(setters.map((use) => use.inside))).toEqual(
      new Set(['New-TtStaging', 'Export-TtLog', 'Add-TtTrust', 'Reset-TtTrust']),
    )
  })

  it('call no method of StdRegProv that writes', () => {
    const cim = readFileSync(join(scripts, 'cim.ps1'), 'utf8')
    const methods = [...cim.matchAll(/'((?:Set|Delete|Create|Enum|Get)[A-Za-z]*(?:Value|Values|Key))'/g)].map(
      ([, name]) => name ?? '',
    )
    expect(methods.length).toBeGreaterThan(5)
    expect(methods.filter((name) => /^(Set|Delete|Create)/.test(name))).toEqual([])
  })
})
