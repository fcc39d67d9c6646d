# Windows' own commands and objects, served from a stage: a folder with stage.json, made by test/windows/stage.ts.
# Misbehaviour is asked for there, under "misbehave". Everything not about Windows goes to the real command.
$script:Stage = [IO.File]::ReadAllText($env:TASKTRAIL_STAGE) | ConvertFrom-Json
$script:Bad = $script:Stage.misbehave
$env:SystemRoot = $script:Stage.systemRoot
$script:Exports = 0

# What Windows says, in the language of the stage: nothing may hang on it.
$script:Words = @{
  en = @{ denied = 'Access is denied.'; noLog = 'There is not an event log on the localhost computer that matches "{0}".'; full = 'There is not enough space on the disk.'
    noChannel = 'The specified channel could not be found.'; broken = 'The task XML is malformed.'; registry = 'Requested registry access is not allowed.'; rpc = 'The RPC server is unavailable.' }
  de = @{ denied = 'Zugriff verweigert'; noLog = 'Es ist kein Ereignisprotokoll vorhanden, das dem Namen "{0}" entspricht.'; full = 'Es steht nicht genügend Speicherplatz auf dem Datenträger zur Verfügung.'
    noChannel = 'Der angegebene Kanal wurde nicht gefunden.'; broken = 'Die Aufgaben-XML ist falsch formatiert.'; registry = 'Der angeforderte Registrierungszugriff ist unzulässig.'; rpc = 'Der RPC-Server ist nicht verfügbar.' }
  ja = @{ denied = 'アクセスが拒否されました。'; noLog = '"{0}" に一致するイベント ログがありません。'; full = 'ディスクに十分な空き領域がありません。'
    noChannel = '指定されたチャネルが見つかりません。'; broken = 'タスク XML の形式が正しくありません。'; registry = '要求されたレジストリ アクセスは許可されていません。'; rpc = 'RPC サーバーを利用できません。' }
}
$script:Language = 'en'
if ($script:Stage.language) { $script:Language = [string]$script:Stage.language }
function Get-Words([string]$Key, $With) { return $script:Words[$script:Language][$Key].Replace('{0}', [string]$With) }
function New-Refused { return [UnauthorizedAccessException]::new((Get-Words 'denied')) }
# An error with an id, as a cmdlet of Windows raises it.
function New-Failure([Exception]$Exception, [string]$Id) { return [Management.Automation.ErrorRecord]::new($Exception, $Id, 'NotSpecified', $null) }

function Test-Bad([string]$Name) { return ($null -ne $script:Bad -and $null -ne $script:Bad.$Name) }

function New-Object {
  param([Parameter(Position = 0)][string]$TypeName, [Parameter(Position = 1)][object[]]$ArgumentList, [string]$ComObject)
  if ($ComObject -eq 'Schedule.Service') { return New-TaskService }
  if ($TypeName -eq 'System.Diagnostics.Eventing.Reader.EventLogSession') { return New-LogSession }
  if ($PSBoundParameters.ContainsKey('ArgumentList')) {
    return , (Microsoft.PowerShell.Utility\New-Object -TypeName $TypeName -ArgumentList $ArgumentList)
  }
  return , (Microsoft.PowerShell.Utility\New-Object -TypeName $TypeName)
}

function Add-Method($Thing, [string]$Name, [scriptblock]$Body) {
  Add-Member -InputObject $Thing -MemberType ScriptMethod -Name $Name -Value $Body
}

# ---------------------------------------------------------------- the task service

function New-TaskService {
  if (Test-Bad 'noTaskService') { throw (New-Refused) }
  $service = [pscustomobject]@{}
  Add-Method $service 'Connect' { }
  Add-Method $service 'GetFolder' { param($Path) New-TaskFolder $Path }
  return $service
}

function Get-Tasks {
  $many = $script:Stage.manyTasks
  if ($many) {
    for ($i = 0; $i -lt $many; $i++) { [pscustomobject]@{ path = ('\many\task-' + $i); xml = '<Task/>'; hidden = $false; state = 3; enabled = $true } }
  }
  return $script:Stage.tasks
}

function New-TaskFolder([string]$Path) {
  $folder = [pscustomobject]@{ Path = $Path; Tasks = $null }
  Add-Method $folder 'GetTasks' {
    param($Flags)
    $prefix = $this.Path.TrimEnd('\') + '\'
    foreach ($one in @(Get-Tasks)) {
      $path = [string]$one.path
      if ($null -ne $one.path16) { $path = [Text.Encoding]::Unicode.GetString([Convert]::FromBase64String($one.path16)) }
      if ($path.StartsWith($prefix) -and $path.Substring($prefix.Length).IndexOf('\') -lt 0) {
        if ($one.hidden -and ($Flags -band 1) -eq 0) { continue }
        New-Task $one $path
      }
    }
  }
  Add-Method $folder 'GetFolders' {
    param($Flags)
    $prefix = $this.Path.TrimEnd('\') + '\'
    $names = @{}
    foreach ($one in @(Get-Tasks)) {
      $path = [string]$one.path
      if ($path.StartsWith($prefix)) {
        $rest = $path.Substring($prefix.Length)
        $at = $rest.IndexOf('\')
        if ($at -gt 0) { $names[$rest.Substring(0, $at)] = $true }
      }
    }
    foreach ($name in ($names.Keys | Sort-Object)) { New-TaskFolder ($prefix + $name) }
  }
  return $folder
}

function New-Task($About, [string]$Path) {
  $xml = [string]$About.xml
  if ($null -ne $About.xml16) {
    # exact units, half surrogates too
    $bytes = [Convert]::FromBase64String($About.xml16)
    $chars = Microsoft.PowerShell.Utility\New-Object char[] ($bytes.Length / 2)
    [Buffer]::BlockCopy($bytes, 0, $chars, 0, $bytes.Length)
    $xml = -join $chars
  }
  $task = [pscustomobject]@{
    Path = $Path; State = $About.state; Enabled = $About.enabled; LastRunTime = [datetime]'1999-11-30'; LastTaskResult = 267011
    NumberOfMissedRuns = 0; NextRunTime = [datetime]'1899-12-30'
  }
  if ($About.broken) {
    Add-Member -InputObject $task -MemberType ScriptProperty -Name 'Xml' -Value { throw [Runtime.InteropServices.COMException]::new((Get-Words 'broken'), -2147216612) }
  }
  else { Add-Member -InputObject $task -MemberType NoteProperty -Name 'Xml' -Value $xml }
  Add-Method $task 'GetSecurityDescriptor' { param($Which) 'O:BAG:SYD:(A;;FA;;;BA)' }
  return $task
}

# ---------------------------------------------------------------- logs

function Get-WinEvent {
  [CmdletBinding()]
  param([string]$ListLog, [string]$LogName, [int]$MaxEvents, [switch]$Oldest)
  $name = $LogName
  if ($ListLog) { $name = $ListLog }
  $log = $script:Stage.channels | Where-Object { $_.name -eq $name } | Select-Object -First 1
  if ($null -eq $log) { $PSCmdlet.ThrowTerminatingError((New-Failure ([Exception]::new((Get-Words 'noLog' $name))) 'NoMatchingLogsFound')) }
  if ($log.denied) { throw (New-Refused) }
  if ($LogName) {
    if ($Oldest) { return [pscustomobject]@{ RecordId = [long]$log.firstRecord; TimeCreated = $log.firstTime } }
    return [pscustomobject]@{ RecordId = [long]$log.lastRecord; TimeCreated = $log.lastTime }
  }
  $number = [long]$log.firstRecord
  $count = [long]$log.records
  # asked again after the export of a log that was cleared meanwhile
  if ($log.cleared -and $script:Exports -gt 0) { $number = [long]$log.lastRecord + 1; $count = [long]1 }
  $size = [long]0
  if ([IO.File]::Exists($log.file)) { $size = [IO.FileInfo]::new($log.file).Length }
  return [pscustomobject]@{
    LogName = $log.name; IsEnabled = [bool]$log.enabled; LogMode = $log.mode; MaximumSizeInBytes = [long]$log.maxSize
    FileSize = $size; RecordCount = $count; OldestRecordNumber = $number; IsLogFull = $false; LogFilePath = $log.file
  }
}

function New-LogSession {
  $session = [pscustomobject]@{}
  Add-Method $session 'ExportLog' {
    param($Channel, $Kind, $Query, $Target, $Tolerant)
    $log = $script:Stage.channels | Where-Object { $_.name -eq $Channel } | Select-Object -First 1
    if ($null -eq $log) { throw [Runtime.InteropServices.COMException]::new((Get-Words 'noChannel'), -2147009889) }
    if ($log.exportDenied) { throw (New-Refused) }
    if ($log.exportDeniedOnce -and (Get-AclText (Split-Path $Target)) -notmatch 'S-1-5-80') { throw (New-Refused) }
    if ($log.diskFull) { throw [IO.IOException]::new((Get-Words 'full'), -2147024784) }
    if ($Tolerant) { throw 'a query must never be tolerant' }
    if ([IO.File]::Exists($Target)) { throw [IO.IOException]'The file exists.' }
    if ($script:Stage.exportSeconds) { Start-Sleep -Seconds $script:Stage.exportSeconds }
    $from = $log.file
    if ($Query -ne '*' -and $log.filtered) { $from = $log.filtered }
    [IO.File]::Copy($from, $Target)
    $script:Exports++
  }
  return $session
}

# ---------------------------------------------------------------- access control, kept beside the folder

function Get-AclText([string]$Path) {
  $note = $Path.TrimEnd('/') + '.acl'
  if ([IO.File]::Exists($note)) { return [IO.File]::ReadAllText($note) }
  return 'O:BAG:SYD:AI(A;OICIID;FA;;;SY)(A;OICIID;0x1200a9;;;BU)'
}
function Get-Acl {
  param([string]$LiteralPath)
  $acl = [pscustomobject]@{ Sddl = (Get-AclText $LiteralPath) }
  Add-Method $acl 'SetSecurityDescriptorSddlForm' { param($Text) $this.Sddl = $Text }
  Add-Method $acl 'GetSecurityDescriptorSddlForm' { param($Parts) $this.Sddl.Substring($this.Sddl.IndexOf('D:')) }
  return $acl
}
function Set-Acl {
  param([string]$LiteralPath, $AclObject)
  if (Test-Bad 'stagingDenied') { throw (New-Refused) }
  if (Test-Bad 'aclIgnored') { return }
  [IO.File]::WriteAllText($LiteralPath.TrimEnd('/') + '.acl', $AclObject.Sddl)
}

# ---------------------------------------------------------------- registry

function Find-Key([string]$Path) {
  $here = $script:Stage.registry
  foreach ($part in $Path.Split('\')) {
    if ($part -eq '') { continue }
    $next = $here.keys.PSObject.Properties | Where-Object { $_.Name -eq $part } | Select-Object -First 1
    if ($null -eq $next) { return $null }
    $here = $next.Value
  }
  return $here
}
function New-Key($Node, [string]$Name) {
  $key = [pscustomobject]@{ Name = $Name; Node = $Node }
  Add-Method $key 'GetSubKeyNames' { if ($this.Node.denied) { throw [Security.SecurityException]::new((Get-Words 'registry')) }; @($this.Node.keys.PSObject.Properties | ForEach-Object { $_.Name }) }
  Add-Method $key 'GetValueNames' { @($this.Node.values.PSObject.Properties | ForEach-Object { $_.Name }) }
  Add-Method $key 'GetValueKind' { param($Name) $this.Node.values.$Name.kind }
  Add-Method $key 'GetValue' {
    param($Name, $Default, $Options)
    $value = $this.Node.values.$Name
    if ($null -eq $value) { return $Default }
    if ($value.kind -eq 'Binary') { return , [Convert]::FromBase64String($value.data) }
    if ($value.kind -eq 'DWord') { return [int]$value.data }
    return [string]$value.data
  }
  Add-Method $key 'OpenSubKey' { param($Name) $below = $this.Node.keys.$Name; if ($null -eq $below) { return $null }; New-Key $below ($this.Name + '\' + $Name) }
  Add-Method $key 'Close' { }
  return $key
}
function Get-Item {
  param([string]$LiteralPath)
  if ($LiteralPath -notlike 'Registry::*') { return Microsoft.PowerShell.Management\Get-Item -LiteralPath $LiteralPath }
  if (Test-Bad 'registryDenied') { throw [Security.SecurityException]::new((Get-Words 'registry')) }
  $path = $LiteralPath.Substring('Registry::HKEY_LOCAL_MACHINE\'.Length)
  return New-Key (Find-Key $path) $path
}
function Test-Path {
  param([string]$LiteralPath)
  if ($LiteralPath -notlike 'Registry::*') { return Microsoft.PowerShell.Management\Test-Path -LiteralPath $LiteralPath }
  return ($null -ne (Find-Key $LiteralPath.Substring('Registry::HKEY_LOCAL_MACHINE\'.Length)))
}

# ---------------------------------------------------------------- WMI

function Get-CimInstance {
  [CmdletBinding()]
  param([string]$ClassName, [string]$Namespace, [string]$Filter, $CimSession)
  if (Test-Bad 'cimDenied') { throw (New-Refused) }
  $rows = $script:Stage.cim.$ClassName
  if ($null -eq $rows) { throw [Exception]'Invalid class' }
  if ($ClassName -eq 'Win32_OperatingSystem' -and $script:Stage.rebooting) { throw [Runtime.InteropServices.COMException]::new((Get-Words 'rpc'), -2147023174) }
  foreach ($row in @($rows)) {
    foreach ($name in @('LastBootUpTime', 'InstallDate', 'CreationDate')) {
      if ($row.$name -is [string]) { $row.$name = [datetime]::Parse($row.$name).ToUniversalTime() }
    }
    $row
  }
}

Export-ModuleMember -Function New-Object, Get-WinEvent, Get-Acl, Set-Acl, Get-Item, Test-Path, Get-CimInstance
