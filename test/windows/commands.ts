/** Every command the scripts use, with what it does to the machine it runs on. A command that is not here fails a test. */
export interface Allowed {
  /** `reads` nothing is changed; `staging` writes, in the staging folder only; `here` changes the jump box, asked for by the operator; `self` its own session */
  readonly effect: 'reads' | 'staging' | 'here' | 'self'
  readonly why: string
}

/** Cmdlets and programs. All are part of Windows PowerShell 5.1 on Windows 10 and Server 2016 or later. */
export const allowedCommands: Readonly<Record<string, Allowed>> = {
  'Add-Member': { effect: 'self', why: 'gives our own object the methods of a registry key (CIM)' },
  'ConvertFrom-Csv': { effect: 'self', why: 'reads what whoami printed' },
  'ConvertFrom-Json': { effect: 'self', why: 'reads a request' },
  'Export-ScheduledTask': { effect: 'reads', why: 'definition of a task over CIM; writes no file' },
  'ForEach-Object': { effect: 'self', why: 'walks a list' },
  'Get-Acl': { effect: 'reads', why: 'who may open the staging folder' },
  'Get-CimInstance': { effect: 'reads', why: 'rows of WMI classes' },
  'Get-Credential': { effect: 'here', why: 'Windows’ own dialog for a password, on the jump box' },
  'Get-Item': { effect: 'reads', why: 'a registry key; TrustedHosts' },
  'Get-ScheduledTask': { effect: 'reads', why: 'tasks over CIM' },
  'Get-ScheduledTaskInfo': { effect: 'reads', why: 'last run of a task over CIM' },
  'Get-WinEvent': { effect: 'reads', why: 'facts of a channel, its oldest and newest record' },
  'Invoke-CimMethod': {
    effect: 'reads',
    why: 'registry over CIM: only EnumKey, EnumValues and Get…Value of StdRegProv',
  },
  'Invoke-Command': { effect: 'self', why: 'runs the agent in the session it has opened' },
  'Join-Path': { effect: 'self', why: 'puts a path together' },
  'New-CimSession': { effect: 'self', why: 'opens a connection' },
  'New-CimSessionOption': { effect: 'self', why: 'options of a connection' },
  'New-Object': { effect: 'self', why: 'objects of .NET and COM; their names are listed below' },
  'New-PSSession': { effect: 'self', why: 'opens a connection' },
  'New-PSSessionOption': { effect: 'self', why: 'options of a connection; no profile is made on the host' },
  'Remove-CimSession': { effect: 'self', why: 'closes a connection' },
  'Remove-PSSession': { effect: 'self', why: 'closes a connection' },
  'Set-Acl': { effect: 'staging', why: 'closes the staging folder to everybody else' },
  'Set-Item': {
    effect: 'here',
    why: 'TrustedHosts of the jump box, when the operator asks for it, and back',
  },
  'Test-Path': { effect: 'reads', why: 'whether a registry key is there' },
  'Where-Object': { effect: 'self', why: 'picks from a list' },
  'Write-Output': { effect: 'self', why: 'one constant line when the agent cannot run' },
}

/** Programs started by their full path in System32. */
export const allowedPrograms: Readonly<Record<string, Allowed>> = {
  'auditpol.exe': {
    effect: 'staging',
    why: '/backup writes the policy as numbers into the staging folder; /get reads',
  },
  'whoami.exe': { effect: 'reads', why: 'account and rights, where .NET does not tell' },
}

/** What `New-Object` may make. */
export const allowedObjects: readonly string[] = [
  'byte[]',
  'IO.Compression.GZipStream',
  'IO.DirectoryInfo',
  'IO.DriveInfo',
  'IO.FileInfo',
  'IO.MemoryStream',
  'Net.Security.SslStream',
  'Net.Sockets.TcpClient',
  'Schedule.Service',
  'Security.Principal.WindowsPrincipal',
  'System.Collections.Generic.Stack[object]',
  'System.Collections.Generic.Stack[string]',
  'System.Diagnostics.Eventing.Reader.EventLogSession',
  'System.Management.Automation.PSCredential',
  'System.Security.Cryptography.SHA256CryptoServiceProvider',
  'System.Security.SecureString',
]

/** Static methods of .NET, by type; those that write say where. */
export const allowedStatics: Readonly<Record<string, readonly string[]>> = {
  Array: ['IndexOf'],
  BitConverter: ['ToString'],
  Buffer: ['BlockCopy'],
  Console: ['OpenStandardInput', 'OpenStandardOutput'],
  Convert: ['ToBase64String'],
  Environment: ['ExpandEnvironmentVariables'],
  'IO.Directory': ['CreateDirectory', 'Delete', 'Exists', 'GetDirectories', 'GetFiles'],
  'IO.File': ['Delete', 'Exists', 'GetAttributes', 'Open', 'ReadAllLines'],
  'IO.Path': ['GetDirectoryName', 'GetFileName', 'GetPathRoot'],
  Math: ['Min'],
  regex: ['Matches'],
  scriptblock: ['Create'],
  'Security.Principal.WindowsIdentity': ['GetCurrent'],
  string: ['Join'],
  'System.Security.Cryptography.SHA1': ['Create'],
  'System.Security.Cryptography.SHA256': ['Create'],
}

/** Where a static method that writes may stand, by function: each of these works on the staging folder alone. */
export const writers: Readonly<Record<string, readonly string[]>> = {
  'IO.Directory::CreateDirectory': ['New-TtStaging'],
  'IO.Directory::Delete': ['New-TtStaging', 'Remove-TtStaging'],
  'IO.File::Delete': ['Export-TtLog', 'Send-TtPolicy'],
  'IO.File::Open': ['Open-TtShared'],
}
