/** Names inside commands, paths and shares, brought to one form for comparing. Shown values are never changed. */

/** `C:\Windows\System32\cmd.exe` → `cmd.exe`, lower case. */
export function baseName(path: string | undefined): string {
  if (!path) return ''
  const clean = /["\s]$/.test(path) ? path.replace(/["\s]+$/, '') : path
  const name = clean.slice(Math.max(clean.lastIndexOf('\\'), clean.lastIndexOf('/')) + 1).toLowerCase()
  return /^["\s]/.test(name) ? name.replace(/^["\s]+/, '') : name
}

/** `\\*\IPC$` → `ipc$` */
export const shareOf = (shareName: string | undefined): string => baseName(shareName)

export const taskKey = (path: string): string => path.toLowerCase()

const fixed: readonly (readonly [RegExp, string])[] = [
  [/%comspec%/g, '*windir*\\system32\\cmd.exe'],
  [/%(windir|systemroot)%/g, '*windir*'],
  [/%programfiles%/g, 'c:\\program files'],
  [/%(programdata|allusersprofile)%/g, 'c:\\programdata'],
  [/%public%/g, 'c:\\users\\public'],
  [/%systemdrive%/g, 'c:'],
  [/(?<![a-z])[a-z]:\\(windows|winnt)(?=[\\\s]|$)/g, '*windir*'],
  [/(?<=^|[\s>])\\windows(?=\\)/g, '*windir*'],
]

/** Lower case, without quotes, blanks as one, the Windows folder as a word: `%windir%\Temp` equals `C:\Windows\Temp`. */
export function commandKey(text: string): string {
  let key = text.toLowerCase().replaceAll('"', ' ')
  for (const [pattern, word] of fixed) key = key.replace(pattern, word)
  return key.replace(/\s+/g, ' ').trim()
}

/** `pattern` (a command key) equals `text`, where variables of unknown value (`%temp%`) may stand for anything. */
export function equalsWithVariables(pattern: string, text: string): boolean {
  if (!pattern.includes('%')) return pattern === text
  const pieces = pattern.split(/%[^%\s\\]+%/)
  if (pieces.length === 1) return pattern === text
  const first = pieces[0] as string
  const last = pieces.at(-1) as string
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
    return false
  let from = first.length
  const end = text.length - last.length
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, from)
    if (found < 0 || found + piece.length > end) return false
    from = found + piece.length
  }
  return true
}

/** 127.0.0.0/8, ::1 and the host's own name for itself. */
export const isLoopback = (ip: string): boolean =>
  ip === '::1' || /^127\.\d+\.\d+\.\d+$/.test(ip) || ip.toLowerCase() === 'localhost'
