/**
 * Why Windows refused something, from what is the same in every language: Win32 codes, HRESULTs, ids of errors, class names.
 * Words are looked at last, and only where an error carries nothing else.
 */
import type { FailureMarks } from './failures.ts'

export type Reason =
  | 'access-denied'
  | 'account-expired'
  | 'account-locked'
  | 'not-trusted'
  | 'certificate'
  | 'unknown-name'
  | 'no-logon-server'
  | 'no-answer'
  | 'port-closed'
  | 'disk-full'
  | 'not-there'
  | 'no-channel'

/** Win32 codes; HRESULTs of facility 7 are reduced to them. */
const win32: Readonly<Record<number, Reason>> = {
  2: 'not-there',
  3: 'not-there',
  5: 'access-denied',
  53: 'unknown-name',
  112: 'disk-full',
  1311: 'no-logon-server',
  1314: 'access-denied', // a privilege is not held
  1326: 'access-denied', // wrong name or password
  1355: 'no-logon-server',
  1327: 'access-denied', // restriction, such as an empty password
  1328: 'access-denied', // not at this hour
  1329: 'access-denied', // not from this workstation
  1330: 'account-expired', // password
  1331: 'account-locked', // switched off
  1385: 'access-denied', // no right to log on this way
  1722: 'port-closed', // RPC server
  1793: 'account-expired', // account
  1907: 'account-expired', // password has to be changed
  1909: 'account-locked',
  1396: 'access-denied', // target name of Kerberos
  11001: 'unknown-name',
  12002: 'no-answer',
  12007: 'unknown-name',
  12029: 'port-closed',
  12175: 'certificate',
  12044: 'certificate',
  12045: 'certificate',
  12057: 'certificate',
  15007: 'no-channel',
}
/** Other HRESULTs, unsigned. */
const hresults: Readonly<Record<number, Reason>> = {
  2147749891: 'access-denied', // 0x80041003 WBEM_E_ACCESS_DENIED
  2150858770: 'port-closed', // 0x80338012 WS-Management cannot connect
  2150859046: 'no-answer', // 0x80338126
  2150859193: 'unknown-name', // 0x803381B9
  2150858980: 'not-trusted', // 0x803380E4
  2150859195: 'not-trusted', // 0x803381BB an address needs TrustedHosts or HTTPS
  2150858981: 'access-denied', // 0x803380E5 credentials needed
  2150859020: 'not-trusted', // 0x8033810C no Kerberos in a workgroup
  2150859026: 'port-closed', // 0x80338112 service unavailable
}
/** First part of PowerShell's error id. */
const ids: Readonly<Record<string, Reason>> = {
  AccessDenied: 'access-denied',
  LogonFailure: 'access-denied',
  InvalidAuthentication: 'access-denied',
  ExplicitCredentialsRequired: 'access-denied',
  AuthenticationFailed: 'no-logon-server',
  NetworkPathNotFound: 'unknown-name',
  ComputerNotFound: 'unknown-name',
  TargetUnknown: 'unknown-name',
  ServerNotTrusted: 'not-trusted',
  CannotUseIPAddress: 'not-trusted',
  WorkgroupCannotUseKerberos: 'not-trusted',
  CannotConnect: 'port-closed',
  URLNotAvailable: 'port-closed',
  CannotConnectWinRMService: 'port-closed',
  WinRMOperationTimeout: 'no-answer',
  NoMatchingLogsFound: 'no-channel',
}
const classes: Readonly<Record<string, Reason>> = {
  UnauthorizedAccessException: 'access-denied',
  SecurityException: 'access-denied',
  PrivilegeNotHeldException: 'access-denied',
  EventLogNotFoundException: 'no-channel',
  FileNotFoundException: 'not-there',
  DirectoryNotFoundException: 'not-there',
}
/** English words, for errors that carry no code of their own. */
const words: readonly (readonly [RegExp, Reason])[] = [
  [/TrustedHosts/, 'not-trusted'],
  [/(password|account).{0,40}expired|expired.{0,40}(password|account)/i, 'account-expired'],
  [/account.{0,40}(disabled|locked)/i, 'account-locked'],
  [/access is denied|access denied|user name or password is incorrect|logon failure/i, 'access-denied'],
  [/certificate|unknown certificate authority|\bSSL\b|\bTLS\b/i, 'certificate'],
  [/cannot be resolved|no such host|not known/i, 'unknown-name'],
  [
    /cannot complete the operation|cannot connect|refused|RPC server is unavailable|no supported WSMan|WSMan client library/i,
    'port-closed',
  ],
]

function ofNumber(code: number): Reason | undefined {
  const unsigned = code >>> 0
  if (unsigned >>> 16 === 0x8007) return win32[unsigned & 0xffff]
  return hresults[unsigned] ?? (code > 0 && code < 65_536 ? win32[code] : undefined)
}

/** The reason, or undefined when nothing is known of this error. */
export function reasonOf(
  what: string,
  marks: Omit<FailureMarks, 'code'> & { readonly code: number },
): Reason | undefined {
  const id = /^[A-Za-z]+/.exec(marks.fqid)?.[0] ?? ''
  if (ids[id]) return ids[id]
  // "HRESULT 0x800706ba,…" of CIM, "12175,PSSessionOpenFailed" of WinRM
  const inId = /^(?:HRESULT )?(0x[0-9a-fA-F]{8}|-?\d{1,10}),/.exec(marks.fqid)?.[1]
  const inWords = [...what.matchAll(/0x[0-9a-fA-F]{8}/g)].map(([hex]) => Number(hex))
  for (const code of [
    ...(inId === undefined ? [] : [Number(inId)]),
    marks.code,
    ...marks.codes,
    ...inWords,
  ]) {
    const reason = ofNumber(code)
    if (reason) return reason
  }
  return classes[marks.error] ?? words.find(([pattern]) => pattern.test(what))?.[1]
}
