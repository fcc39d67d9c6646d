/** The PowerShell of the playbook: as written, what is wrong with it (windows.md 1.1 and 7), and the right form. */
import { quotePowerShell as q } from './quote.ts'
import type { Command } from './shapes.ts'
import type { Target } from './target.ts'

const noComputerName = 'Get-ScheduledTask has no parameter ComputerName: the command ends in an error.'
const wildcards = 'TaskName and TaskPath take wildcards: a task named [a-z] finds other tasks and not itself.'
const doubleQuotes = 'Double quotes expand $, backtick and $( ): a task name of the intruder becomes code.'
const brokenLine = (what: string) => `The line break ends the command: ${what}`

/** Exactly one task, by its whole name, case included. */
const findTask = (target: Target) => `$cim = New-CimSession -ComputerName ${q(target.host)}
$task = @(Get-ScheduledTask -CimSession $cim | Where-Object { $_.TaskPath -ceq ${q(target.folder)} -and $_.TaskName -ceq ${q(target.task)} })
if ($task.Count -ne 1) { throw "Expected 1 task, found $($task.Count)" }`

const remoteTask = (
  target: Target,
  act: string,
) => `Invoke-Command -ComputerName ${q(target.host)} -ArgumentList ${q(comFolder(target))}, ${q(target.task)} -ScriptBlock {
  param($Folder, $Name)
  $service = New-Object -ComObject 'Schedule.Service'; $service.Connect()
  $root = $service.GetFolder($Folder); $task = $root.GetTask($Name)
${act}
}`
/** COM wants no backslash at the end, but for the root. */
const comFolder = ({ folder }: Target) => (folder.length > 1 ? folder.replace(/\\$/, '') : '\\')

const identity = (target: Target) => q(target.sid ?? target.account ?? '')
const accountNotes = (target: Target) => [
  ...(target.sid === null
    ? ['The SID of the account is not recorded. A name may fit several accounts: check which one it is.']
    : []),
  'Run it on the jump box or a domain controller, never on the suspect host.',
]

export const powerShell = {
  details: {
    id: 'details',
    title: 'Show the task',
    language: 'PowerShell',
    changes: false,
    written: 'Get-ScheduledTask -ComputerName "<ComputerName>" -TaskName "<TaskName>" | Format-List *',
    faults: [
      noComputerName,
      wildcards,
      'Format-List flattens actions and triggers to type names: only the XML shows what it runs.',
    ],
    right: (target) => `${findTask(target)}
$task | Format-List *
$task | Export-ScheduledTask`,
    notes: () => ['A task without a security descriptor (Tarrask) is not listed: look into the TaskCache.'],
  },
  list: {
    id: 'list',
    title: 'List all tasks',
    language: 'PowerShell',
    changes: false,
    written: `Get-ScheduledTask -ComputerName "<ComputerName>" | Where-Object {$_.TaskPath -notlike '\\Microsoft*'}`,
    faults: [
      noComputerName,
      'It leaves out \\Microsoft*, which is where intruders like to put a task: nothing may be filtered away.',
    ],
    right: (target) => `$cim = New-CimSession -ComputerName ${q(target.host)}
Get-ScheduledTask -CimSession $cim | Sort-Object TaskPath, TaskName | Format-Table -AutoSize -Wrap TaskPath, TaskName, State, Author`,
    notes: () => [],
  },
  times: {
    id: 'times',
    title: 'Show when it ran',
    language: 'PowerShell',
    changes: false,
    written: 'Get-ScheduledTaskInfo -ComputerName "<ComputerName>" -TaskName "<TaskName>" | Format-List *',
    faults: [
      'Get-ScheduledTaskInfo has no parameter ComputerName: the command ends in an error.',
      'By name alone it looks in the root folder only.',
    ],
    right: (target) => `${findTask(target)}
$task | Get-ScheduledTaskInfo | Format-List *`,
    notes: () => [
      'LastRunTime is the host’s local time, to the second. 1999-11-30 with result 267011 means it never ran.',
    ],
  },
  disable: {
    id: 'disable',
    title: 'Disable the task',
    language: 'PowerShell',
    changes: true,
    written:
      'Invoke-Command -ComputerName "<ComputerName>" -ScriptBlock {Disable-ScheduledTask -TaskName "<TaskName>" -TaskPath "<TaskPath>"}',
    faults: [
      doubleQuotes,
      'Disabling does not stop a running instance.',
      'It rewrites the definition (4701, 142, a new hash): the XML has to be saved before.',
    ],
    right: (target) =>
      remoteTask(
        target,
        `  $before = $task.Xml; $task.Stop(0); $task.Enabled = $false
  [pscustomobject]@{ Before = $before; After = $task.Xml; State = [int]$task.State }`,
      ),
    notes: () => [
      'Stop ends only the process the scheduler tracks, not what that one started: see Processes.',
    ],
  },
  suspend: {
    id: 'suspend',
    title: 'Suspend the account',
    language: 'PowerShell',
    changes: true,
    written: 'Disable-ADAccount -Identity "<affected_user>"',
    faults: [
      'A display name is no identity: several accounts may have it, or none. The SID names one.',
      'It fails for a local account.',
      'Sessions and Kerberos tickets live on, up to about 10 hours.',
    ],
    right: (target) =>
      target.isLocal
        ? `Invoke-Command -ComputerName ${q(target.host)} -ArgumentList ${identity(target)} -ScriptBlock { param($Sid) Disable-LocalUser -SID $Sid -Confirm }`
        : `Disable-ADAccount -Identity ${identity(target)} -Confirm`,
    notes: (target) => [
      ...(target.isLocal ? ['By its domain this is a local account of the host.'] : accountNotes(target)),
      'A service account: plan it first, its services stop.',
    ],
  },
  password: {
    id: 'password',
    title: 'Force a new password',
    language: 'PowerShell',
    changes: true,
    written: `Set-ADAccountPassword -Identity "<affected_user>" 
-Reset -NewPassword (ConvertTo-SecureString "TempP@ss123!$(Get-Random)" -AsPlainText -Force)
Set-ADUser -Identity "<affected_user>" -ChangePasswordAtLogon $true `,
    faults: [
      brokenLine('without -Reset it asks for the old password, and the next line is an error.'),
      'The password can be guessed, and it stays in script block logs, transcripts and the history of the console.',
    ],
    right: (target) => `$sid = ${identity(target)}
$password = Read-Host 'New password' -AsSecureString
Set-ADAccountPassword -Identity $sid -Reset -NewPassword $password
Set-ADUser -Identity $sid -ChangePasswordAtLogon $true`,
    notes: (target) => [
      ...(target.isLocal
        ? ['By its domain this is a local account: reset it on the host instead.']
        : accountNotes(target)),
      'ChangePasswordAtLogon fails where the password never expires.',
    ],
  },
  save: {
    id: 'save',
    title: 'Save the definition',
    language: 'PowerShell',
    changes: false,
    written: `Get-ScheduledTask -ComputerName "<ComputerName>" -TaskName "<TaskName>" 
| Export-ScheduledTask 
| Out-File -FilePath "C:\\IR\\ScheduledTask_<TaskName>_details.xml"`,
    faults: [
      noComputerName,
      'A line that begins with | is an error before PowerShell 7, and the first line runs alone.',
      'Out-File writes the text anew: in PowerShell 7 it says UTF-16 and is UTF-8, so hash and parsing fail.',
      'The name of a task may hold signs that no file name takes, and the folder may not exist.',
    ],
    right: (target) => `${findTask(target)}
$bytes = [Text.Encoding]::Unicode.GetPreamble() + [Text.Encoding]::Unicode.GetBytes([string]($task | Export-ScheduledTask))
$folder = New-Item -ItemType Directory -Force -Path (Join-Path $HOME 'tasktrail-ir')
$file = Join-Path $folder.FullName ('task-' + [guid]::NewGuid() + '.xml')
[IO.File]::WriteAllBytes($file, $bytes)
Get-FileHash -Algorithm SHA256 -LiteralPath $file`,
    notes: () => ['It is written on the machine this runs on, not on the suspect host.'],
  },
  image: {
    id: 'image',
    title: 'Image the host',
    language: 'PowerShell',
    changes: true,
    written: 'wbadmin start backup -backupTarget:C:\\IR\\ -include:C: -allCritical -quiet',
    faults: [
      'The target must be a drive, a volume or a share, never a folder, and no volume that is in the backup.',
      'It makes a backup, no forensic image: free space is not in it.',
      'It writes to the suspect host.',
    ],
    right: () => "wbadmin start backup '-backupTarget:E:' '-include:C:' -allCritical -vssCopy -quiet",
    notes: () => [
      'Put the letter of a drive of your own in place of E:. A second run overwrites the first.',
      'A real image comes from the hypervisor or an imaging tool. Note its hash with the row above.',
    ],
  },
  remove: {
    id: 'remove',
    title: 'Delete the task',
    language: 'PowerShell',
    changes: true,
    written: `Invoke-Command -ComputerName "<ComputerName>" 
-ScriptBlock {Unregister-ScheduledTask -TaskName "<TaskName>" -TaskPath "<TaskPath>" -confirm:$false}`,
    faults: [
      brokenLine('PowerShell asks for a script block, and the next line is an error.'),
      `${wildcards} With * it deletes all.`,
      doubleQuotes,
    ],
    right: (target) =>
      remoteTask(
        target,
        `  $before = $task.Xml
  $root.DeleteTask($Name, 0)
  $before`,
      ),
    notes: () => [
      'Keep what it prints: it is the definition as it was.',
      'Then check that file, Tree, Tasks, Plain, Boot and Logon keys are gone.',
    ],
  },
  scan: {
    id: 'scan',
    title: 'Scan the host',
    language: 'PowerShell',
    changes: true,
    written: 'Invoke-Command -ComputerName "<ComputerName>" -ScriptBlock {Start-MpScan -ScanType FullScan}',
    faults: [
      'A full scan takes hours and dies with the session.',
      'It may move evidence to quarantine: collect first.',
    ],
    right: (target) => `$cim = New-CimSession -ComputerName ${q(target.host)}
Start-MpScan -CimSession $cim -ScanType FullScan -AsJob`,
    notes: () => ['Defender records start, end and stop of a scan as 1000, 1001 and 1002.'],
  },
} as const satisfies Readonly<Record<string, Command>>
