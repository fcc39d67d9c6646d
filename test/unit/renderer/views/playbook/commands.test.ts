import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { kql } from '../../../../../renderer/views/playbook/commands/kql.ts'
import { powerShell } from '../../../../../renderer/views/playbook/commands/power-shell.ts'
import { quoteKql, quotePowerShell } from '../../../../../renderer/views/playbook/commands/quote.ts'
import type { Command } from '../../../../../renderer/views/playbook/commands/shapes.ts'
import { targetOf } from '../../../../../renderer/views/playbook/commands/target.ts'
import { chainC2 } from '../../../../window/fixture/chain-c2.ts'

const all: readonly Command[] = [...Object.values(powerShell), ...Object.values(kql)]

/** What PowerShell makes of one of our literals: the reverse, written from its rules and not from ours. */
function readPowerShell(text: string): string {
  let rest = text
  const grouped = rest.startsWith('(')
  if (grouped) rest = rest.slice(1, -1)
  let value = ''
  for (;;) {
    const code = /^\[char\]0x([0-9A-F]{4})/.exec(rest)
    if (code) {
      value += String.fromCharCode(Number.parseInt(code[1] ?? '', 16))
      rest = rest.slice(code[0].length)
    } else {
      if (rest[0] !== "'") throw new Error(`no literal: ${rest}`)
      let at = 1
      for (; ; at++) {
        const sign = rest[at]
        if (sign === undefined) throw new Error('the literal does not end')
        if (!/['\u2018\u2019\u201a\u201b]/.test(sign)) value += sign
        else if (/['\u2018\u2019\u201a\u201b]/.test(rest[at + 1] ?? '')) {
          value += sign
          at++
        } else break
      }
      rest = rest.slice(at + 1)
    }
    if (rest === '') return value
    if (!grouped || !rest.startsWith(' + ')) throw new Error(`code after the literal: ${rest}`)
    rest = rest.slice(3)
  }
}

describe('values in commands', () => {
  const hostile = fc.string({
    unit: fc.oneof(
      fc.constantFrom(
        "'",
        '\u2018',
        '\u2019',
        '\u201a',
        '\u201b',
        '"',
        '`',
        '$',
        '\r',
        '\n',
        '\0',
        '\u202e',
        '\ud800',
        ';',
        ')',
        '+',
      ),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
  })

  it('come back from PowerShell as they were, whatever they hold', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        expect(readPowerShell(quotePowerShell(value))).toBe(value)
      }),
      { numRuns: 2000 },
    )
  })

  it('hold nothing that cannot be seen', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        for (const text of [quotePowerShell(value), quoteKql(value)])
          expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u)
      }),
      { numRuns: 1000 },
    )
  })

  it('are one literal for KQL', () => {
    expect(quoteKql('a"b\\c\u202e')).toBe('"a\\"b\\\\c\\u202e"')
  })

  it('stay plain when they are plain', () => {
    expect(quotePowerShell('\\Updater')).toBe("'\\Updater'")
    expect(quotePowerShell("it's")).toBe("'it''s'")
  })
})

describe('the commands of the playbook', () => {
  it('say what is wrong as written, and are filled in without a placeholder', () => {
    expect(all.length).toBe(13)
    const target = targetOf(chainC2)
    for (const command of all) {
      expect(command.faults.length, command.id).toBeGreaterThan(0)
      const right = command.right(target)
      expect(right, command.id).not.toMatch(/<(ComputerName|Task|affected|Target|Subject|Ip)/)
      expect(right, command.id).not.toBe(command.written)
    }
  })

  it('name the task by folder and name, case included, and never by a wildcard', () => {
    const target = targetOf({ ...chainC2, task: { ...chainC2.task, path: "\\Microsoft\\it's [a-z]" } })
    expect([target.folder, target.task]).toEqual(['\\Microsoft\\', "it's [a-z]"])
    expect(powerShell.details.right(target)).toContain(
      "$_.TaskPath -ceq '\\Microsoft\\' -and $_.TaskName -ceq 'it''s [a-z]'",
    )
    expect(powerShell.remove.right(target)).toContain("-ArgumentList '\\Microsoft', 'it''s [a-z]'")
  })

  it('name the account by its SID, and a local one on its host', () => {
    const target = targetOf(chainC2)
    expect(powerShell.suspend.right(target)).toBe(
      "Disable-ADAccount -Identity 'S-1-5-21-4230534742-2542757381-3142984815-1111' -Confirm",
    )
    const local = targetOf({ ...chainC2, account: { ...chainC2.account, domain: 'FS01' } })
    expect(powerShell.suspend.right(local)).toContain('Disable-LocalUser')
  })

  it('never put a password into a command', () => {
    for (const command of all) expect(command.right(targetOf(chainC2))).not.toMatch(/AsPlainText|TempP@ss/)
  })

  it('ask around the time of the chain, not from now', () => {
    for (const command of Object.values(kql)) {
      const right = command.right(targetOf(chainC2))
      expect(right).toContain('datetime(2021-06-09T21:21:26Z)')
      expect(right).not.toContain('ago(')
    }
  })
})

const havePowerShell = spawnSync('pwsh', ['-Version'], { stdio: 'ignore' }).status === 0

describe.runIf(havePowerShell)('commands, read by PowerShell itself', { timeout: 180_000 }, () => {
  it('parse without an error, and hold a hostile name in one literal', () => {
    const names = [
      'bouWFQYO',
      "a'; Remove-Item C:\\; '",
      'x`$(calc)\u2019; calc; \u2018',
      'a"b\u202e&|<>',
      '\u0000#>',
    ]
    const scripts = names.flatMap((name) => {
      const chain = {
        ...chainC2,
        host: `h-${name}`,
        account: { ...chainC2.account, name, domain: 'D' },
        task: { ...chainC2.task, path: `\\Folder ${name}\\${name}` },
      }
      return Object.values(powerShell).map((command) => command.right(targetOf(chain)))
    })
    const folder = mkdtempSync(join(tmpdir(), 'tasktrail-commands-'))
    try {
      writeFileSync(join(folder, 'scripts.json'), JSON.stringify(scripts))
      writeFileSync(
        join(folder, 'parse.ps1'),
        `param([string]$List)
$n = 0
foreach ($text in ([System.IO.File]::ReadAllText($List) | ConvertFrom-Json)) {
  $tokens = $null; $errors = $null
  $tree = [System.Management.Automation.Language.Parser]::ParseInput($text, [ref]$tokens, [ref]$errors)
  $calls = $tree.FindAll({ param($x) $x -is [System.Management.Automation.Language.CommandAst] }, $true)
  foreach ($error in $errors) { [Console]::Out.WriteLine("$n error " + $error.Message) }
  foreach ($call in $calls) { [Console]::Out.WriteLine("$n calls " + $call.GetCommandName()) }
  $n++
}
[Console]::Out.WriteLine("read $n")
`,
      )
      const done = spawnSync(
        'pwsh',
        [
          '-NoProfile',
          '-NonInteractive',
          '-File',
          join(folder, 'parse.ps1'),
          '-List',
          join(folder, 'scripts.json'),
        ],
        { encoding: 'utf8' },
      )
      const lines = done.stdout.trim().split(/\r?\n/)
      expect(lines.at(-1), done.stderr).toBe(`read ${scripts.length}`)
      expect(lines.filter((line) => line.includes(' error '))).toEqual([])
      // a name makes no call: every name calls what the plain one calls
      const each = scripts.length / names.length
      const callsOf = (from: number) =>
        lines.flatMap((line) => {
          const found = /^(\d+) calls (.*)$/.exec(line)
          const at = Number(found?.[1] ?? -1) - from
          return found && at >= 0 && at < each ? [`${at} ${found[2]}`] : []
        })
      const plain = callsOf(0)
      expect(plain.length).toBeGreaterThan(8)
      for (let place = 1; place < names.length; place++)
        expect(callsOf(place * each), names[place]).toEqual(plain)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
