# Staging, export of logs, and reading of files in blocks. The only files written on the host are in the staging folder.

$global:TtStagingAcl = 'O:BAG:BAD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)'
# NT SERVICE\EventLog, given access only where the service could not write otherwise
$global:TtEventLogSid = 'S-1-5-80-880578595-1860270145-482643319-2788375705-1540778122'

function Get-TtStagingRoot { return Join-Path $env:SystemRoot 'Temp' }

function Get-TtStagingFolder([string]$Run) {
  if ($Run -cnotmatch '^[0-9a-f]{32}\z') { throw 'the name of a run is 32 hexadecimal digits' }
  return Join-Path (Get-TtStagingRoot) ('tasktrail-' + $Run)
}

# Makes the staging folder and takes everybody but administrators and SYSTEM out of it before anything is put in.
function New-TtStaging {
  $folder = Get-TtStagingFolder $global:Tasktrail.Run
  $files = @()
  $before = [IO.Directory]::Exists($folder)
  if ($before) {
    $acl = Get-Acl -LiteralPath $folder
    if (-not (Test-TtAcl $acl)) { throw 'the staging folder of this run is there and open to others' }
    foreach ($one in [IO.Directory]::GetFiles($folder)) {
      $about = New-Object IO.FileInfo $one
      $files += @{ name = $about.Name; path = $one; size = [long]$about.Length }
    }
  }
  else {
    $null = [IO.Directory]::CreateDirectory($folder)
    $acl = Get-Acl -LiteralPath $folder
    $acl.SetSecurityDescriptorSddlForm($global:TtStagingAcl)
    Set-Acl -LiteralPath $folder -AclObject $acl
    $now = Get-Acl -LiteralPath $folder
    if (-not (Test-TtAcl $now)) {
      [IO.Directory]::Delete($folder)
      throw 'the staging folder could not be closed to others, so it was removed again'
    }
  }
  $global:Tasktrail.Staging = $folder
  Send-TtItem 'staging' @{ path = $folder; files = $files; existed = $before }
}

# True when nobody but SYSTEM, administrators and the event log service is let in, and nothing is inherited.
function Test-TtAcl($Acl) {
  $sddl = [string]$Acl.GetSecurityDescriptorSddlForm('Access')
  if ($sddl -cnotmatch '^D:P') { return $false }
  foreach ($entry in [regex]::Matches($sddl, '\(([^)]*)\)')) {
    $who = $entry.Groups[1].Value.Split(';')[5]
    if ($who -ne 'SY' -and $who -ne 'BA' -and $who -ne $global:TtEventLogSid) { return $false }
  }
  return $true
}

# Staging folders that other runs left: of those only whose names are such, and that are no links to elsewhere.
function Send-TtLeftStaging {
  foreach ($one in [IO.Directory]::GetDirectories((Get-TtStagingRoot), 'tasktrail-*')) {
    $name = [IO.Path]::GetFileName($one)
    if ($name -cnotmatch '^tasktrail-[0-9a-f]{32}\z' -or $name.Substring(10) -ceq $global:Tasktrail.Run) { continue }
    try {
      $about = New-Object IO.DirectoryInfo $one
      $size = [long]0
      $newest = $about.LastWriteTimeUtc
      if (($about.Attributes -band [IO.FileAttributes]::ReparsePoint) -ne 0) { throw 'it is a link to another folder: nobody of us made it' }
      foreach ($file in $about.GetFiles()) {
        $size += [long]$file.Length
        if ($file.LastWriteTimeUtc -gt $newest) { $newest = $file.LastWriteTimeUtc }
      }
      Send-TtItem 'left' @{ run = $name.Substring(10); path = $one; size = $size; modified = $newest }
    }
    catch { Send-TtTrouble $one $_ }
  }
}

function Remove-TtStaging([string]$Run) {
  Close-TtReader
  $folder = Get-TtStagingFolder $Run
  $was = [IO.Directory]::Exists($folder)
  # what is deleted must be the folder itself, never what a link in its place points to
  if ($was -and ([IO.File]::GetAttributes($folder) -band [IO.FileAttributes]::ReparsePoint) -ne 0) { throw 'the staging folder is a link to another folder now: it was left' }
  if ($was) { [IO.Directory]::Delete($folder, $true) }
  if ($global:Tasktrail.Staging -eq $folder) { $global:Tasktrail.Staging = $null }
  Send-TtItem 'cleaned' @{ path = $folder; existed = $was; left = [IO.Directory]::Exists($folder) }
}

# Exports one channel, whole or by a query, into the staging folder by the event log service itself.
function Export-TtLog([string]$Channel, $Query, [string]$Name) {
  if ($Name -cnotmatch '^[a-z0-9-]{1,60}\.evtx\z') { throw 'not a name for a staged file' }
  if ($null -eq $global:Tasktrail.Staging) { throw 'there is no staging folder' }
  $target = Join-Path $global:Tasktrail.Staging $Name
  if ([IO.File]::Exists($target)) { [IO.File]::Delete($target) }
  $before = Get-WinEvent -ListLog $Channel
  $oldest = $before.OldestRecordNumber
  $text = '*'
  if ($null -ne $Query) { $text = [string]$Query }
  $session = New-Object System.Diagnostics.Eventing.Reader.EventLogSession
  try { $session.ExportLog($Channel, 'LogName', $text, $target, $false) }
  catch {
    $cause = $_.Exception
    while ($null -ne $cause.InnerException) { $cause = $cause.InnerException }
    if (-not ($cause -is [UnauthorizedAccessException])) { throw }
    $acl = Get-Acl -LiteralPath $global:Tasktrail.Staging
    $acl.SetSecurityDescriptorSddlForm($global:TtStagingAcl + '(A;OICI;0x1301bf;;;' + $global:TtEventLogSid + ')')
    Set-Acl -LiteralPath $global:Tasktrail.Staging -AclObject $acl
    Send-TtItem 'opened' @{ path = [string]$global:Tasktrail.Staging }
    if ([IO.File]::Exists($target)) { [IO.File]::Delete($target) }
    $session.ExportLog($Channel, 'LogName', $text, $target, $false)
  }
  $after = Get-WinEvent -ListLog $Channel
  $about = New-Object IO.FileInfo $target
  Send-TtItem 'staged' @{
    path = $target; size = [long]$about.Length; source = [string]$after.LogFilePath
    # a number that grew while the log was not full means that it was cleared meanwhile
    oldestBefore = $oldest; oldestAfter = $after.OldestRecordNumber
    countBefore = $before.RecordCount; countAfter = $after.RecordCount; at = [DateTime]::UtcNow
  }
}

# Archived logs beside the live ones, by the folder the Security log lies in and the usual one.
function Send-TtArchives {
  $folder = Join-Path (Join-Path (Join-Path $env:SystemRoot 'System32') 'winevt') 'Logs'
  $folders = @($folder)
  try {
    $path = [Environment]::ExpandEnvironmentVariables([string](Get-WinEvent -ListLog 'Security').LogFilePath)
    $other = [IO.Path]::GetDirectoryName($path)
    if ($other -and $other -ne $folder) { $folders += $other }
  }
  catch { Send-TtTrouble 'log folder of Security' $_ }
  foreach ($one in $folders) {
    try {
      foreach ($file in [IO.Directory]::GetFiles($one, 'Archive-*.evtx')) {
        $about = New-Object IO.FileInfo $file
        Send-TtItem 'archive' @{ path = $file; size = [long]$about.Length; modified = $about.LastWriteTimeUtc }
      }
    }
    catch { Send-TtTrouble $one $_ }
  }
}

function New-TtHash {
  # machines under FIPS policy refuse the managed classes; New-Object finds the provider there
  try { return New-Object System.Security.Cryptography.SHA256CryptoServiceProvider }
  catch { return [System.Security.Cryptography.SHA256]::Create() }
}

function Close-TtReader {
  $reader = $global:Tasktrail.Reader
  $global:Tasktrail.Reader = $null
  if ($null -ne $reader) { $reader.Stream.Dispose() }
}

# Opens a file as it is being written: others may go on reading, writing and deleting it.
function Open-TtShared([string]$Path) {
  return [IO.File]::Open([Environment]::ExpandEnvironmentVariables($Path), 'Open', 'Read', 'ReadWrite,Delete')
}

# Hashes what came before, so that the running hash goes on. False: those bytes are not what was sent before.
function Skip-TtPrefix($Reader, [long]$Offset, [string]$Prefix) {
  $buffer = New-Object byte[] 1048576
  $done = [long]0
  while ($done -lt $Offset) {
    $want = [int][Math]::Min([long]$buffer.Length, $Offset - $done)
    $got = $Reader.Stream.Read($buffer, 0, $want)
    if ($got -le 0) { return $false }
    $null = $Reader.Hash.TransformBlock($buffer, 0, $got, $null, 0)
    $null = $Reader.Check.TransformBlock($buffer, 0, $got, $null, 0)
    $done += $got
  }
  $null = $Reader.Check.TransformFinalBlock($buffer, 0, 0)
  $Reader.Offset = $Offset
  return ([BitConverter]::ToString($Reader.Check.Hash).Replace('-', '').ToLowerInvariant() -ceq $Prefix)
}

# Sends at most so many bytes of a file from an offset, as blocks of 1 MiB that are compressed one by one.
# After the last block of the file comes its length and the SHA-256 of all bytes sent, from the first.
function Read-TtFile([string]$Path, [long]$Offset, [string]$Prefix, [long]$Most) {
  $reader = $global:Tasktrail.Reader
  if ($null -eq $reader -or $reader.Path -cne $Path -or $reader.Offset -ne $Offset) {
    Close-TtReader
    $reader = @{ Path = $Path; Stream = (Open-TtShared $Path); Hash = (New-TtHash); Check = (New-TtHash); Offset = [long]0; Seq = 0 }
    $global:Tasktrail.Reader = $reader
    if ($Offset -gt 0 -and -not (Skip-TtPrefix $reader $Offset $Prefix)) {
      Close-TtReader
      Send-TtItem 'changed' @{ path = $Path }
      return
    }
  }
  $stream = $reader.Stream
  $hash = $reader.Hash
  $buffer = New-Object byte[] 1048576
  $packed = New-Object IO.MemoryStream 1048576
  $fast = 'System.IO.Compression.CompressionLevel' -as [type]
  $sent = [long]0
  while ($sent -lt $Most) {
    $filled = 0
    while ($filled -lt $buffer.Length) {
      $got = $stream.Read($buffer, $filled, $buffer.Length - $filled)
      if ($got -le 0) { break }
      $filled += $got
    }
    if ($filled -eq 0) {
      $null = $hash.TransformFinalBlock($buffer, 0, 0)
      $sum = [BitConverter]::ToString($hash.Hash).Replace('-', '').ToLowerInvariant()
      $length = $reader.Offset
      Close-TtReader
      Send-TtItem 'end' @{ length = [long]$length; sha256 = $sum }
      return
    }
    $null = $hash.TransformBlock($buffer, 0, $filled, $null, 0)
    $packed.SetLength(0)
    # .NET 4.0 of old hosts has one level only
    if ($fast) { $gzip = New-Object IO.Compression.GZipStream($packed, $fast::Fastest, $true) }
    else { $gzip = New-Object IO.Compression.GZipStream($packed, [IO.Compression.CompressionMode]::Compress, $true) }
    $gzip.Write($buffer, 0, $filled)
    $gzip.Dispose()
    Write-TtLine ((Get-TtHead 'block') + ',"seq":' + $reader.Seq + ',"offset":"' + $reader.Offset + '","length":' + $filled +
      ',"gz":"' + [Convert]::ToBase64String($packed.GetBuffer(), 0, [int]$packed.Length) + '"}')
    $reader.Offset += $filled
    $reader.Seq++
    $sent += $filled
  }
}
