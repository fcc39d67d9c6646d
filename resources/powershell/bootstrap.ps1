# Runs on the host under examination as the only text on a command line. It is a constant: nothing is ever put into it.
# Standard input brings one line "LENGTH SHA256", then that many bytes of the agent, then requests, one JSON line each.
$ProgressPreference = 'SilentlyContinue'
$ErrorActionPreference = 'Stop'
$mode = [string]$ExecutionContext.SessionState.LanguageMode
if ($mode -ne 'FullLanguage') { Write-Output ('tasktrail-language ' + $mode); exit 3 }
$stdin = [Console]::OpenStandardInput()
$head = ''
while ($true) {
  $one = $stdin.ReadByte()
  if ($one -lt 0) { exit 4 }
  if ($one -eq 10) { break }
  $head += [char]$one
  if ($head.Length -gt 100) { exit 4 }
}
$parts = $head.Trim().Split(' ')
$length = [int]$parts[0]
$code = New-Object byte[] $length
$done = 0
while ($done -lt $length) {
  $got = $stdin.Read($code, $done, $length - $done)
  if ($got -le 0) { exit 4 }
  $done += $got
}
try { $sha = New-Object System.Security.Cryptography.SHA256CryptoServiceProvider }
catch { $sha = [System.Security.Cryptography.SHA256]::Create() }
$hash = [BitConverter]::ToString($sha.ComputeHash($code)).Replace('-', '').ToLowerInvariant()
if ($hash -cne $parts[1]) { Write-Output 'tasktrail-altered'; exit 5 }
. ([scriptblock]::Create([System.Text.Encoding]::ASCII.GetString($code)))
Start-TtLoop $stdin ([Console]::OpenStandardOutput())
