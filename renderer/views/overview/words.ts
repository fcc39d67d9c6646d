/** Names of chain values as people say them. A value we do not know is shown as it is, never hidden. */
type Words = Readonly<Record<string, string>>

const mechanisms: Words = {
  'remote-confirmed': 'Remote, confirmed',
  'remote-probable': 'Remote, probable',
  local: 'Local',
  'machine-managed': 'Managed by the machine',
  undetermined: 'Cannot tell',
}
const paths: Words = {
  'atsvc-pipe': 'RPC over the atsvc pipe',
  'rpc-tcp': 'RPC over TCP',
  local: 'On the host itself',
  winrm: 'WinRM',
  wmi: 'WMI',
  gpo: 'Group Policy',
  service: 'A service',
  'file-or-registry': 'File or registry',
  undetermined: 'Cannot tell',
}
const gapStates: Words = {
  'expected-absent': 'Expected absent',
  'not-audited': 'Not audited',
  'out-of-retention': 'Out of retention',
  'filtered-out': 'Filtered out',
  'log-cleared': 'Log cleared',
  'not-collected': 'Not collected',
  'truly-absent': 'Absent',
  unknown: 'Cannot tell',
}
const kinds: Words = {
  'task-created': 'Created',
  'task-updated': 'Changed',
  'task-enabled': 'Enabled',
  'task-disabled': 'Disabled',
  'task-deleted': 'Deleted',
  'task-ran': 'Ran',
}
export const mechanismWord = (value: string): string => mechanisms[value] ?? value
export const pathWord = (value: string): string => paths[value] ?? value
export const gapStateWord = (value: string): string => gapStates[value] ?? value
export const kindWord = (value: string): string => kinds[value] ?? value

/** `ADMIN$` for `\\\\*\\ADMIN$`, as 5140 and 5145 write it. */
export const shareWord = (share: string): string => share.replace(/^\\\\[^\\]*\\/, '')

/** A reason as a sentence: capital first, full stop last. Names that begin in small letters keep them. */
export function asSentence(text: string): string {
  const trimmed = text.trim()
  if (trimmed === '') return ''
  const first = /^[a-z]+(?=[ ,])/.test(trimmed) ? trimmed.charAt(0).toUpperCase() + trimmed.slice(1) : trimmed
  return /[.!?…]$/.test(first) ? first : `${first}.`
}

/** What an address alone says about where it lies. IPv4 private ranges, loopback, link-local; IPv6 likewise. */
export function networkOf(ip: string): string {
  const v4 = /^(\d{1,3})\.(\d{1,3})\.\d{1,3}\.\d{1,3}$/.exec(ip)
  if (v4) {
    const [a, b] = [Number(v4[1]), Number(v4[2])]
    if (a === 127) return 'this host itself'
    if (a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168)) return 'private network'
    if (a === 169 && b === 254) return 'link-local'
    if (a === 100 && b >= 64 && b < 128) return 'carrier network'
    return 'public address'
  }
  const v6 = ip.toLowerCase()
  if (v6 === '::1') return 'this host itself'
  if (/^fe[89ab]/.test(v6)) return 'link-local'
  if (/^f[cd]/.test(v6)) return 'private network'
  return v6.includes(':') ? 'public address' : 'address'
}
