/** What 5140 and 5145 say of a share and of the rights that were asked for. */

const rights: readonly (readonly [bit: number, token: string])[] = [
  [0x10000, '%%1537'],
  [0x20000, '%%1538'],
  [0x100000, '%%1541'],
  [0x1, '%%4416'],
  [0x2, '%%4417'],
  [0x4, '%%4418'],
  [0x8, '%%4419'],
  [0x10, '%%4420'],
  [0x80, '%%4423'],
  [0x100, '%%4424'],
]
export const accessList = (mask: number) =>
  rights
    .filter(([bit]) => mask & bit)
    .map(([, token]) => `${token}\r\n\t\t\t\t`)
    .join('')

/** Folder behind a share of the system */
export const localPaths: Readonly<Record<string, string>> = {
  IPC$: '',
  ADMIN$: '\\??\\C:\\Windows',
  C$: '\\??\\C:\\',
}

/** 4672 of an administrator */
export const adminPrivileges = [
  'SeSecurityPrivilege',
  'SeBackupPrivilege',
  'SeRestorePrivilege',
  'SeTakeOwnershipPrivilege',
  'SeDebugPrivilege',
  'SeSystemEnvironmentPrivilege',
  'SeLoadDriverPrivilege',
  'SeImpersonatePrivilege',
  'SeDelegateSessionUserImpersonatePrivilege',
].join('\r\n\t\t\t')
