# Who the agent is on this host, and what the host says of itself. Reads only, but for the audit policy, which Windows
# tells as numbers only through a file: that file lies in the staging folder and goes with it.

function Get-TtSystemFolder { return Join-Path $env:SystemRoot 'System32' }

# Runs a program of System32 by its full path; gives its standard output as lines.
function Invoke-TtProgram([string]$Name, [string[]]$Arguments) {
  $program = Join-Path (Get-TtSystemFolder) $Name
  $ErrorActionPreference = 'Continue'
  $lines = @(& $program $Arguments 2>$null)
  if ($LASTEXITCODE -ne 0) { throw ($Name + ' ended with code ' + $LASTEXITCODE) }
  return $lines
}

function Get-TtIdentity {
  try {
    $me = [Security.Principal.WindowsIdentity]::GetCurrent()
    $role = New-Object Security.Principal.WindowsPrincipal $me
    $admin = [Security.Principal.WindowsBuiltInRole]::Administrator
    return @{ name = [string]$me.Name; sid = [string]$me.User.Value; elevated = [bool]$role.IsInRole($admin) }
  }
  catch {
    $user = @(Invoke-TtProgram 'whoami.exe' @('/user', '/fo', 'csv', '/nh') | ConvertFrom-Csv -Header 'Name', 'Sid')[0]
    $groups = @(Invoke-TtProgram 'whoami.exe' @('/groups', '/fo', 'csv', '/nh') | ConvertFrom-Csv -Header 'Name', 'Type', 'Sid', 'Attributes')
    # the high and the system integrity level
    $high = @($groups | Where-Object { $_.Sid -eq 'S-1-16-12288' -or $_.Sid -eq 'S-1-16-16384' })
    return @{ name = [string]$user.Name; sid = [string]$user.Sid; elevated = ($high.Count -gt 0) }
  }
}

function Send-TtHello {
  $me = Get-TtIdentity
  $edition = 'Desktop'
  if ($PSVersionTable.ContainsKey('PSEdition')) { $edition = [string]$PSVersionTable.PSEdition }
  $from = ''
  if ($env:SSH_CONNECTION) { $from = [string]$env:SSH_CONNECTION }
  # a 32-bit PowerShell on 64-bit Windows is shown other folders and keys than there are
  $narrow = ([IntPtr]::Size -eq 4 -and [string]$env:PROCESSOR_ARCHITEW6432 -ne '')
  Send-TtItem 'hello' @{
    protocol = 1; computer = [Environment]::MachineName; pid = [int]$PID; powershell = [string]$PSVersionTable.PSVersion
    edition = $edition; language = [string]$ExecutionContext.SessionState.LanguageMode; name = $me.name; sid = $me.sid
    elevated = $me.elevated; from = $from; narrow = $narrow; now = [DateTime]::UtcNow; systemRoot = [string]$env:SystemRoot
  }
}

function Send-TtClock { Send-TtItem 'clock' @{ now = [DateTime]::UtcNow } }

function Get-TtCim([string]$Class, [string]$Namespace = 'root/cimv2', [string]$Filter = '') {
  $how = @{ ClassName = $Class; Namespace = $Namespace; ErrorAction = 'Stop' }
  if ($Filter) { $how['Filter'] = $Filter }
  if ($null -ne $global:Tasktrail.Cim) { $how['CimSession'] = $global:Tasktrail.Cim }
  return Get-CimInstance @how
}

# One key of HKEY_LOCAL_MACHINE; null when there is none.
function Open-TtKey([string]$Path) {
  $name = 'Registry::HKEY_LOCAL_MACHINE\' + $Path
  if (-not (Test-Path -LiteralPath $name)) { return $null }
  return Get-Item -LiteralPath $name
}

function Get-TtRegistryValue([string]$Path, [string]$Name) {
  $key = Open-TtKey $Path
  if ($null -eq $key) { return $null }
  try { return $key.GetValue($Name, $null, 'DoNotExpandEnvironmentNames') } finally { $key.Close() }
}

function Send-TtHostFacts {
  try {
    $os = Get-TtCim 'Win32_OperatingSystem'
    $system = Get-TtCim 'Win32_ComputerSystem'
    $zone = Get-TtRegistryValue 'SYSTEM\CurrentControlSet\Control\TimeZoneInformation' 'TimeZoneKeyName'
    $full = [string]$system.DNSHostName
    if (-not $full) { $full = [string]$system.Name }
    if ($system.PartOfDomain -and $system.Domain) { $full = $full + '.' + [string]$system.Domain }
    Send-TtItem 'os' @{
      name = [string]$os.Caption; version = [string]$os.Version; build = [string]$os.BuildNumber; lastBoot = $os.LastBootUpTime
      installed = $os.InstallDate; fqdn = $full; domainRole = [int]$system.DomainRole; offsetMinutes = [int]$system.CurrentTimeZone
      timeZone = [string]$zone
    }
  }
  catch { Send-TtTrouble 'operating system' $_ }
  try {
    $service = Get-TtCim 'Win32_Service' 'root/cimv2' "Name='Schedule'"
    Send-TtItem 'schedule' @{ pid = [int]$service.ProcessId; state = [string]$service.State; startMode = [string]$service.StartMode }
  }
  catch { Send-TtTrouble 'service Schedule' $_ }
  try {
    $addresses = @(Get-TtCim 'Win32_NetworkAdapterConfiguration' 'root/cimv2' 'IPEnabled=TRUE' | ForEach-Object { $_.IPAddress } | Where-Object { $_ })
    Send-TtItem 'addresses' @{ addresses = @($addresses | ForEach-Object { [string]$_ }) }
  }
  catch { Send-TtTrouble 'network addresses' $_ }
  Send-TtSpace
  try {
    $audit = 'SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System\Audit'
    $script = 'SOFTWARE\Policies\Microsoft\Windows\PowerShell\'
    Send-TtItem 'policies' @{
      commandLine = [string](Get-TtRegistryValue $audit 'ProcessCreationIncludeCmdLine_Enabled')
      noLegacyAudit = [string](Get-TtRegistryValue 'SYSTEM\CurrentControlSet\Control\Lsa' 'SCENoApplyLegacyAuditPolicy')
      scriptBlockLogging = [string](Get-TtRegistryValue ($script + 'ScriptBlockLogging') 'EnableScriptBlockLogging')
      moduleLogging = [string](Get-TtRegistryValue ($script + 'ModuleLogging') 'EnableModuleLogging')
      transcription = [string](Get-TtRegistryValue ($script + 'Transcription') 'EnableTranscripting')
    }
  }
  catch { Send-TtTrouble 'audit and logging policies' $_ }
}

function Send-TtSpace {
  try {
    $drive = New-Object IO.DriveInfo ([IO.Path]::GetPathRoot($env:SystemRoot))
    Send-TtItem 'space' @{ drive = [string]$drive.Name; free = [long]$drive.AvailableFreeSpace; total = [long]$drive.TotalSize }
  }
  catch { Send-TtTrouble 'free space' $_ }
}

# The audit policy by GUID: 0 none, 1 success, 2 failure, 3 both. Needs the staging folder.
function Send-TtPolicy {
  try {
    if ($null -eq $global:Tasktrail.Staging) { throw 'there is no staging folder' }
    $file = Join-Path $global:Tasktrail.Staging 'audit-policy.csv'
    if ([IO.File]::Exists($file)) { [IO.File]::Delete($file) }
    $null = Invoke-TtProgram 'auditpol.exe' @('/backup', ('/file:' + $file))
    $lines = [IO.File]::ReadAllLines($file)
    [IO.File]::Delete($file)
    Send-TtItem 'audit' @{ source = 'auditpol /backup'; lines = @($lines | Where-Object { $_.Length -lt 1000 }) }
  }
  catch {
    Send-TtTrouble 'audit policy as numbers' $_
    # the words of /get are those of the language of Windows: the other side understands them only in English
    try { Send-TtItem 'audit' @{ source = 'auditpol /get'; lines = @(Invoke-TtProgram 'auditpol.exe' @('/get', '/category:*', '/r')) } }
    catch { Send-TtTrouble 'audit policy' $_ }
  }
}

# Number and time of the oldest or newest record. A log that is empty by now has none; anything else is told.
function Get-TtEdge([string]$Channel, [bool]$Oldest) {
  try {
    $how = @{ LogName = $Channel; MaxEvents = 1; ErrorAction = 'Stop' }
    if ($Oldest) { $how['Oldest'] = $true }
    $record = @(Get-WinEvent @how)[0]
    return @{ record = [string]$record.RecordId; time = $record.TimeCreated; failure = $null }
  }
  catch {
    $edge = @{ record = ''; time = $null; failure = $null }
    if ([string]$_.FullyQualifiedErrorId -cnotlike 'NoMatchingEventsFound*') { $edge.failure = $_ }
    return $edge
  }
}

function Send-TtChannels($Names) {
  foreach ($name in $Names) {
    try {
      $log = Get-WinEvent -ListLog $name -ErrorAction Stop
      $first = @{ record = ''; time = $null; failure = $null }
      $last = $first
      if ($log.RecordCount -gt 0) {
        $first = Get-TtEdge $name $true
        $last = $first
        if ($null -eq $first.failure) { $last = Get-TtEdge $name $false }
      }
      if ($null -ne $last.failure) { Send-TtTrouble ('oldest and newest record of ' + $name) $last.failure }
      Send-TtItem 'channel' @{
        name = [string]$name; enabled = [bool]$log.IsEnabled; mode = [string]$log.LogMode; maxSize = [long]$log.MaximumSizeInBytes
        size = [string]$log.FileSize; records = [string]$log.RecordCount; path = [string]$log.LogFilePath
        full = [string]$log.IsLogFull; firstRecord = $first.record; firstTime = $first.time; lastRecord = $last.record
        lastTime = $last.time
      }
    }
    catch { Send-TtTrouble ('channel ' + $name) $_ }
  }
}
