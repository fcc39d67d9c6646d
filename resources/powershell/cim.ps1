# What CIM over DCOM can give when no shell can be opened on the host: runs on the jump box, in place of the same functions
# of the agent. Tasks, registry and what passes come this way; files and logs do not, and that is said.

function Send-TtNot([string]$What) { throw ('tasktrail-cannot: CIM over DCOM gives no ' + $What) }
function New-TtStaging { Send-TtNot 'staging folder' }
function Export-TtLog { Send-TtNot 'logs' }
function Read-TtFile { Send-TtNot 'files' }
function Send-TtArchives { Send-TtNot 'files' }
function Send-TtTaskFiles { Send-TtNot 'files' }
function Send-TtTaskJobs { Send-TtNot 'files' }
function Send-TtPolicy { Send-TtNot 'audit policy' }
function Send-TtLeftStaging { }
function Remove-TtStaging([string]$Run) { Send-TtItem 'cleaned' @{ path = ''; existed = $false; left = $false } }

function Send-TtHello {
  $me = Get-TtIdentity
  $os = Get-TtCim 'Win32_OperatingSystem'
  $system = Get-TtCim 'Win32_ComputerSystem'
  Send-TtItem 'hello' @{
    protocol = 1; computer = [string]$system.Name; pid = 0; powershell = [string]$PSVersionTable.PSVersion; edition = 'Desktop'
    language = 'FullLanguage'; name = $me.name; sid = $me.sid; elevated = $true; from = ''; narrow = $false
    now = ([datetime]$os.LocalDateTime); systemRoot = [string]$os.WindowsDirectory
  }
}

# The host's clock, not that of the jump box this runs on.
function Send-TtClock { Send-TtItem 'clock' @{ now = [datetime](Get-TtCim 'Win32_OperatingSystem').LocalDateTime } }

function Send-TtSpace {
  try {
    $drive = ([string](Get-TtCim 'Win32_OperatingSystem').WindowsDirectory).Substring(0, 2)
    $disk = Get-TtCim 'Win32_LogicalDisk' 'root/cimv2' ("DeviceID='" + $drive + "'")
    Send-TtItem 'space' @{ drive = $drive; free = [long]$disk.FreeSpace; total = [long]$disk.Size }
  }
  catch { Send-TtTrouble 'free space' $_ }
}

# Classic logs only: size and count. Times and modes are not to be had this way.
function Send-TtChannels($Names) {
  $logs = @(Get-TtCim 'Win32_NTEventlogFile')
  foreach ($name in $Names) {
    $log = @($logs | Where-Object { $_.LogfileName -eq $name })
    if ($log.Count -ne 1) {
      Send-TtLine 'trouble' @{ where = 'channel ' + $name; what = 'CIM over DCOM tells nothing of this channel'; error = 'EventLogNotFoundException'; code = 0 }
      continue
    }
    Send-TtItem 'channel' @{
      name = [string]$name; enabled = $true; mode = [string]$log[0].OverWritePolicy; maxSize = [long]$log[0].MaxFileSize
      size = [string]$log[0].FileSize; records = [string]$log[0].NumberOfRecords; path = [string]$log[0].Name; full = ''
      firstRecord = ''; firstTime = $null; lastRecord = ''; lastTime = $null
    }
  }
}

function Send-TtTaskList {
  foreach ($task in @(Get-ScheduledTask -CimSession $global:Tasktrail.Cim -ErrorAction Stop)) {
    $path = [string]$task.TaskPath + [string]$task.TaskName
    $about = @{ path = $path; state = [int]$task.State; enabled = $null; lastRun = $null; lastResult = $null; missed = $null; nextRun = $null
      sddl = $null; xml = $null; cut = $false }
    try { if ($null -ne $task.SecurityDescriptor) { $about.sddl = [string]$task.SecurityDescriptor } } catch { Send-TtTrouble ('descriptor of ' + $path) $_ }
    try {
      $last = $task | Get-ScheduledTaskInfo -ErrorAction Stop
      if ($null -ne $last.LastRunTime) { $about.lastRun = Get-TtLocalTime $last.LastRunTime }
      $about.lastResult = [string]$last.LastTaskResult
      $about.missed = [int]$last.NumberOfMissedRuns
    }
    catch { Send-TtTrouble ('last run of ' + $path) $_ }
    try {
      $xml = [string]($task | Export-ScheduledTask -ErrorAction Stop)
      if ($xml.Length -gt 1048576) { $about.cut = $true; $xml = $xml.Substring(0, 1048576) }
      $about.xml = $xml
    }
    catch { Send-TtTrouble ('definition of ' + $path) $_ }
    Send-TtItem 'task' $about
  }
}

# A key as the registry provider of WMI gives it, with the methods the other functions use.
$global:TtKinds = @{ 1 = 'String'; 2 = 'ExpandString'; 3 = 'Binary'; 4 = 'DWord'; 7 = 'MultiString'; 11 = 'QWord' }
$global:TtGetters = @{ 1 = 'GetStringValue'; 2 = 'GetExpandedStringValue'; 3 = 'GetBinaryValue'; 4 = 'GetDWORDValue'; 7 = 'GetMultiStringValue'; 11 = 'GetQWORDValue' }

function Invoke-TtRegistry([string]$Method, $Arguments) {
  $Arguments['hDefKey'] = [uint32]2147483650
  return Invoke-CimMethod -CimSession $global:Tasktrail.Cim -Namespace 'root/default' -ClassName 'StdRegProv' -MethodName $Method -Arguments $Arguments -ErrorAction Stop
}

function Open-TtKey([string]$Path) {
  $path = $Path.TrimEnd('\')
  $names = Invoke-TtRegistry 'EnumKey' @{ sSubKeyName = $path }
  if ([int]$names.ReturnValue -eq 2) { return $null }
  if ([int]$names.ReturnValue -ne 0) { throw ('the registry answers ' + $names.ReturnValue + ' for ' + $path) }
  $values = Invoke-TtRegistry 'EnumValues' @{ sSubKeyName = $path }
  $kinds = @{}
  $i = 0
  foreach ($name in @($values.sNames | Where-Object { $null -ne $_ })) {
    $kinds[$name] = [int]@($values.Types)[$i]
    $i++
  }
  $key = [pscustomobject]@{ Name = $path; Kinds = $kinds; Below = @($names.sNames | Where-Object { $null -ne $_ }) }
  Add-Member -InputObject $key -MemberType ScriptMethod -Name 'GetSubKeyNames' -Value { $this.Below }
  Add-Member -InputObject $key -MemberType ScriptMethod -Name 'GetValueNames' -Value { @($this.Kinds.Keys) }
  Add-Member -InputObject $key -MemberType ScriptMethod -Name 'GetValueKind' -Value { param($Name) $global:TtKinds[$this.Kinds[$Name]] }
  Add-Member -InputObject $key -MemberType ScriptMethod -Name 'GetValue' -Value {
    param($Name, $Default, $Options)
    $getter = $global:TtGetters[$this.Kinds[$Name]]
    if ($null -eq $getter) { return $Default }
    $answer = Invoke-TtRegistry $getter @{ sSubKeyName = $this.Name; sValueName = $Name }
    if ($getter -eq 'GetBinaryValue') { return , ([byte[]]@($answer.uValue)) }
    if ($getter -eq 'GetDWORDValue' -or $getter -eq 'GetQWORDValue') { return $answer.uValue }
    return $answer.sValue
  }
  Add-Member -InputObject $key -MemberType ScriptMethod -Name 'OpenSubKey' -Value { param($Name) Open-TtKey ($this.Name + '\' + $Name) }
  Add-Member -InputObject $key -MemberType ScriptMethod -Name 'Close' -Value { }
  return $key
}
