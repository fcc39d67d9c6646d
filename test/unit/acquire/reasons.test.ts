import { expect, it } from 'vitest'
import type { FailureMarks } from '../../../src/acquire/failures.ts'
import { openRefusal } from '../../../src/acquire/jump-way.ts'
import { reasonOf } from '../../../src/acquire/reasons.ts'
import { sshRefusal } from '../../../src/acquire/ssh-way.ts'

const marks = (over: Partial<FailureMarks>): FailureMarks => ({
  error: 'PSRemotingTransportException',
  code: -2146233087,
  codes: [],
  fqid: '',
  ...over,
})
const german = 'Beim Herstellen der Verbindung ist ein Fehler aufgetreten.'
const japanese = 'リモート サーバーへの接続に失敗しました。'

it.each([
  ['AccessDenied,PSSessionOpenFailed', [5], 'acquire.host.access-denied'],
  ['LogonFailure,PSSessionOpenFailed', [1326], 'acquire.host.access-denied'],
  ['1330,PSSessionOpenFailed', [1330], 'acquire.account.expired'],
  ['1907,PSSessionOpenFailed', [1907], 'acquire.account.expired'],
  ['1793,PSSessionOpenFailed', [1793], 'acquire.account.expired'],
  ['1909,PSSessionOpenFailed', [1909], 'acquire.account.locked'],
  ['1331,PSSessionOpenFailed', [], 'acquire.account.locked'],
  ['AuthenticationFailed,PSSessionOpenFailed', [1311], 'acquire.host.no-logon-server'],
  ['NetworkPathNotFound,PSSessionOpenFailed', [53], 'acquire.host.unknown-name'],
  ['ComputerNotFound,PSSessionOpenFailed', [-2144108103], 'acquire.host.unknown-name'],
  ['ServerNotTrusted,PSSessionOpenFailed', [-2144108316], 'acquire.host.not-trusted'],
  ['CannotUseIPAddress,PSSessionOpenFailed', [-2144108101], 'acquire.host.not-trusted'],
  ['CannotConnect,PSSessionOpenFailed', [-2144108526], 'acquire.port.closed'],
  ['WinRMOperationTimeout,PSSessionOpenFailed', [-2144108250], 'acquire.host.unreachable'],
  ['12175,PSSessionOpenFailed', [12175], 'acquire.certificate.untrusted'],
  [
    'HRESULT 0x800706ba,Microsoft.Management.Infrastructure.CimCmdlets.NewCimSessionCommand',
    [],
    'acquire.port.closed',
  ],
  [
    'HRESULT 0x80070005,Microsoft.Management.Infrastructure.CimCmdlets.NewCimSessionCommand',
    [],
    'acquire.host.access-denied',
  ],
  [
    'HRESULT 0x80041003,Microsoft.Management.Infrastructure.CimCmdlets.NewCimSessionCommand',
    [],
    'acquire.host.access-denied',
  ],
] as const)('a way that Windows refuses with %s is told by the code, in no language', (fqid, codes, code) => {
  for (const words of [german, japanese, ''])
    expect(openRefusal('winrm', { host: 'fs01' }, words, marks({ fqid, codes }))).toMatchObject({
      code,
      remedy: expect.stringMatching(/\w+ \w+ \w+/),
    })
  // numbers alone are enough, wherever they stand in the chain of causes
  if (codes.length > 0)
    expect(
      openRefusal('winrm', { host: 'fs01' }, german, marks({ codes: [-2146233087, ...codes] })).code,
    ).toBe(code)
})

it('an error without a code is told by its English words, and an unknown one stays unknown', () => {
  expect(openRefusal('winrm', { host: 'fs01' }, 'Access is denied.').code).toBe('acquire.host.access-denied')
  expect(openRefusal('winrm', { host: 'fs01' }, 'The password for this account has expired.').code).toBe(
    'acquire.account.expired',
  )
  expect(openRefusal('winrm', { host: 'fs01' }, japanese)).toMatchObject({
    code: 'acquire.way.failed',
    facts: { said: japanese },
  })
})

it('trouble on the host is told by class or number', () => {
  expect(
    reasonOf('Zugriff verweigert', marks({ error: 'UnauthorizedAccessException', code: -2147024891 })),
  ).toBe('access-denied')
  expect(reasonOf(german, marks({ error: 'SecurityException' }))).toBe('access-denied')
  expect(reasonOf(japanese, marks({ error: 'IOException', code: -2147024784 }))).toBe('disk-full')
  expect(
    reasonOf(
      japanese,
      marks({ fqid: 'NoMatchingLogsFound,Microsoft.PowerShell.Commands.GetWinEventCommand' }),
    ),
  ).toBe('no-channel')
  expect(reasonOf('Task XML', marks({ error: 'COMException', code: -2147216612 }))).toBeUndefined()
})

it('a password that has to be changed is no missing PowerShell', () => {
  const stderr = `Authenticated to fs01 ([10.0.0.1]:22) using "publickey".\nWARNING: Your password has expired.\nPassword change required but no TTY available.\n`
  expect(sshRefusal({ host: 'fs01' }, 1, stderr)).toMatchObject({
    code: 'acquire.account.expired',
    remedy: expect.stringContaining('--user'),
  })
})
