# Scheduled tasks in four views: what the service lists, the files, the registry, and .job files of old.
# One task that cannot be read costs itself only.

function Send-TtTaskList {
  $service = New-Object -ComObject 'Schedule.Service'
  $service.Connect()
  $folders = New-Object 'System.Collections.Generic.Stack[object]'
  $folders.Push($service.GetFolder('\'))
  while ($folders.Count -gt 0) {
    $folder = $folders.Pop()
    $path = [string]$folder.Path
    # 1: hidden tasks too
    try { foreach ($task in $folder.GetTasks(1)) { Send-TtTask $task } } catch { Send-TtTrouble ('tasks of folder ' + $path) $_ }
    try { foreach ($below in @($folder.GetFolders(0))) { $folders.Push($below) } }
    catch { Send-TtTrouble ('folders below ' + $path) $_ }
  }
}

# Local times as the service tells them, without a zone.
function Get-TtLocalTime($Time) {
  return ([datetime]$Time).ToString('yyyy-MM-ddTHH:mm:ss', [Globalization.CultureInfo]::InvariantCulture)
}

# A property of a task. PowerShell swallows what a property throws, so nothing at all counts as trouble.
function Read-TtMember($Thing, [string]$Name) {
  $value = $Thing.$Name
  if ($null -eq $value) { throw ('the service gives no ' + $Name) }
  return $value
}

function Send-TtTask($Task) {
  $path = ''
  try {
    $path = [string](Read-TtMember $Task 'Path')
    $about = @{ path = $path; state = $null; enabled = $null; lastRun = $null; lastResult = $null; missed = $null; nextRun = $null
      sddl = $null; xml = $null; cut = $false }
    try { $about.state = [int](Read-TtMember $Task 'State') } catch { Send-TtTrouble ('state of ' + $path) $_ }
    try { $about.enabled = [bool](Read-TtMember $Task 'Enabled') } catch { Send-TtTrouble ('enabled of ' + $path) $_ }
    try { $about.lastRun = Get-TtLocalTime (Read-TtMember $Task 'LastRunTime') } catch { Send-TtTrouble ('last run of ' + $path) $_ }
    try { $about.lastResult = [string](Read-TtMember $Task 'LastTaskResult') } catch { Send-TtTrouble ('last result of ' + $path) $_ }
    try { $about.missed = [int](Read-TtMember $Task 'NumberOfMissedRuns') } catch { Send-TtTrouble ('missed runs of ' + $path) $_ }
    try { $about.nextRun = Get-TtLocalTime (Read-TtMember $Task 'NextRunTime') } catch { Send-TtTrouble ('next run of ' + $path) $_ }
    try { $about.sddl = [string]$Task.GetSecurityDescriptor(7) } catch { Send-TtTrouble ('descriptor of ' + $path) $_ }
    try {
      $xml = [string](Read-TtMember $Task 'Xml')
      if ($xml.Length -gt 1048576) { $about.cut = $true; $xml = $xml.Substring(0, 1048576) }
      $about.xml = $xml
    }
    catch { Send-TtTrouble ('definition of ' + $path) $_ }
    Send-TtItem 'task' $about
  }
  catch { Send-TtTrouble ('task ' + $path) $_ }
}

# Files below a folder, without following links. Small ones come with their bytes, large ones are fetched by themselves.
function Send-TtFilesBelow([string]$Root, [string]$Kind) {
  if (-not [IO.Directory]::Exists($Root)) { throw ('there is no folder ' + $Root) }
  $folders = New-Object 'System.Collections.Generic.Stack[string]'
  $folders.Push($Root)
  while ($folders.Count -gt 0) {
    $folder = $folders.Pop()
    try {
      foreach ($below in [IO.Directory]::GetDirectories($folder)) {
        if (([IO.File]::GetAttributes($below) -band [IO.FileAttributes]::ReparsePoint) -ne 0) {
          Send-TtLine 'trouble' @{ where = $below; what = 'a link to another folder was not followed'; error = 'Link'; code = 0 }
        }
        else { $folders.Push($below) }
      }
      foreach ($file in [IO.Directory]::GetFiles($folder)) { Send-TtSmallFile $file $Kind }
    }
    catch { Send-TtTrouble $folder $_ }
  }
}

function Send-TtSmallFile([string]$File, [string]$Kind) {
  try {
    $stream = Open-TtShared $File
    try {
      $about = New-Object IO.FileInfo $File
      $fields = @{ path = $File; size = [long]$stream.Length; created = $about.CreationTimeUtc; modified = $about.LastWriteTimeUtc; bytes = $null; sha256 = '' }
      if ($stream.Length -le 1048576) {
        $bytes = New-Object byte[] ([int]$stream.Length)
        $done = 0
        while ($done -lt $bytes.Length) {
          $got = $stream.Read($bytes, $done, $bytes.Length - $done)
          if ($got -le 0) { throw 'the file became shorter while it was read' }
          $done += $got
        }
        $hash = New-TtHash
        $fields.sha256 = [BitConverter]::ToString($hash.ComputeHash($bytes)).Replace('-', '').ToLowerInvariant()
        $fields.bytes = $bytes
      }
      Send-TtItem $Kind $fields
    }
    finally { $stream.Dispose() }
  }
  catch { Send-TtTrouble $File $_ }
}

function Send-TtTaskFiles {
  Send-TtFilesBelow (Join-Path (Get-TtSystemFolder) 'Tasks') 'task-file'
  # what a 32-bit program wrote is redirected to
  $other = Join-Path (Join-Path $env:SystemRoot 'SysWOW64') 'Tasks'
  if ([IO.Directory]::Exists($other)) { Send-TtFilesBelow $other 'task-file' }
}

function Send-TtTaskJobs {
  $folder = Join-Path $env:SystemRoot 'Tasks'
  if (-not [IO.Directory]::Exists($folder)) { return }
  foreach ($file in [IO.Directory]::GetFiles($folder, '*.job')) { Send-TtSmallFile $file 'job-file' }
}

# Values of one key, as they lie in the registry: bytes stay bytes, numbers numbers, texts texts.
function Get-TtValues($Key) {
  $values = @()
  foreach ($name in @($Key.GetValueNames())) {
    $kind = [string]$Key.GetValueKind($name)
    $value = $Key.GetValue($name, $null, 'DoNotExpandEnvironmentNames')
    if ($value -is [byte[]] -and $value.Length -gt 1048576) {
      $kind = $kind + ', above 1 MiB: left out'
      $value = $null
    }
    $values += @{ name = [string]$name; type = $kind; value = $value }
  }
  return , $values
}

function Send-TtKeysBelow($Key, [string]$Path, [string]$Kind) {
  try { Send-TtItem $Kind @{ path = $Path; values = (Get-TtValues $Key) } } catch { Send-TtTrouble ($Kind + ' ' + $Path) $_ }
  try { $names = @($Key.GetSubKeyNames()) } catch { Send-TtTrouble ($Kind + ' ' + $Path) $_; return }
  foreach ($name in $names) {
    try {
      $below = $Key.OpenSubKey($name)
      if ($null -eq $below) { throw 'the key went away while it was read' }
      try { Send-TtKeysBelow $below ($Path + '\' + $name) $Kind } finally { $below.Close() }
    }
    catch { Send-TtTrouble ($Kind + ' ' + $Path + '\' + $name) $_ }
  }
}

function Send-TtTaskCache {
  $cache = 'SOFTWARE\Microsoft\Windows NT\CurrentVersion\Schedule\TaskCache\'
  foreach ($part in @('Tree', 'Tasks', 'Boot', 'Logon', 'Maintenance', 'Plain')) {
    try {
      $key = Open-TtKey ($cache + $part)
      if ($null -eq $key) {
        if ($part -eq 'Tree' -or $part -eq 'Tasks') { throw 'there is no such key' }
        continue
      }
      try { Send-TtKeysBelow $key '' ('cache-' + $part.ToLowerInvariant()) } finally { $key.Close() }
    }
    catch { Send-TtTrouble ('TaskCache\' + $part) $_ }
  }
}
