# Checks a Tasktrail evidence bundle without unpacking it, on machines that have neither Node.js nor Tasktrail.
# Windows PowerShell 5.1 or later, and nothing else: no module, no compiler, no network, nothing is written.
#
#   powershell -NoProfile -ExecutionPolicy Bypass -File verify.ps1 BUNDLE.zip [-AllowedSigners FILE]
#              [-TicketSha256 HEX] [-TsaRoots FILE] [-Json]
#
# Compare the hash of the ZIP with the one in the TICKET, and name the signers you know by another way: this file came
# together with the bundle, so whoever could change the one could change the other.
#
# Exit codes: 0 signed by somebody known, 2 unsigned or signed by somebody unknown, 1 INVALID, 3 UNSAFE, UNREADABLE or
# refused, 4 usage.
#
# It finds what verify.mjs finds, in the same words. Bytes are compared exactly: every comparison of text here is ordinal.
param(
  [Parameter(Position = 0)][string]$Bundle,
  [string]$AllowedSigners,
  [string]$TicketSha256,
  [string]$TsaRoots,
  [switch]$Json,
  [switch]$Help,
  [Parameter(ValueFromRemainingArguments = $true)][string[]]$Rest
)
$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 2.0
Add-Type -AssemblyName System.Numerics -ErrorAction SilentlyContinue

# ---------------------------------------------------------------- findings and the verdict

$script:Findings = New-Object System.Collections.Generic.List[object]
$script:Severities = New-Object System.Collections.Generic.HashSet[string]
$script:Counts = @{}
$script:ListedPerCode = 1000
$script:Ordinal = [System.StringComparer]::Ordinal
$script:Invariant = [System.Globalization.CultureInfo]::InvariantCulture

function New-Map { , (New-Object 'System.Collections.Generic.Dictionary[string,object]' $script:Ordinal) }
function New-Set { , (New-Object 'System.Collections.Generic.HashSet[string]' $script:Ordinal) }
function New-List { , (New-Object System.Collections.Generic.List[object]) }

# Controls, marks that turn text round, invisible characters and half surrogate pairs: shown as their number.
$script:UnsafeText = New-Object regex ('[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f' +
  '\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|\udb40[\udc00-\udc7f]')

function Get-SafeText([string]$text) {
  $line = $text.Replace("`r`n", [string][char]0x23ce).Replace("`n", [string][char]0x23ce).Replace("`r", [string][char]0x23ce)
  $line = $line.Replace("`t", ' ')
  if (-not $script:UnsafeText.IsMatch($line)) { return $line }
  return $script:UnsafeText.Replace($line, [System.Text.RegularExpressions.MatchEvaluator] {
      param($found)
      $number = [int]$found.Value[0]
      if ($found.Value.Length -eq 2) { $number = [char]::ConvertToUtf32($found.Value, 0) }
      return [string][char]0x27e8 + 'U+' + $number.ToString('X4') + [string][char]0x27e9
    })
}

# Severity: unreadable, unsafe, bad, warning or note.
function Add-Finding([string]$severity, [string]$code, $path, [string]$what, $hint = $null) {
  [void]$script:Severities.Add($severity)
  $count = 1 + [int]$script:Counts[$code]
  $script:Counts[$code] = $count
  if ($count -gt $script:ListedPerCode) { return }
  $shown = $null
  if ($null -ne $path) {
    $shown = Get-SafeText $path
    if ($shown.Length -gt 400) { $shown = $shown.Substring(0, 400) }
  }
  $script:Findings.Add(@{ severity = $severity; code = $code; path = $shown; what = (Get-SafeText $what); hint = $hint })
}

function Test-Found([string]$severity) { return $script:Severities.Contains($severity) }

# The worst finding decides; without one it is who signed.
function Get-Verdict([string]$signature) {
  if (Test-Found 'unreadable') { return 'UNREADABLE' }
  if (Test-Found 'unsafe') { return 'UNSAFE' }
  if (Test-Found 'bad') { return 'INVALID' }
  if ($signature -ceq 'known') { return 'VALID-SIGNED' }
  if ($signature -ceq 'unknown') { return 'VALID-UNKNOWN-SIGNER' }
  return 'VALID-UNSIGNED'
}

# Whole numbers of any size as digits: a forged archive may declare 2^64 bytes.
function Get-Digits([double]$number) { return ([decimal]$number).ToString($script:Invariant) }

# ---------------------------------------------------------------- hashes

function New-Hash([string]$name) {
  # The provider classes work where Windows allows only certified ones (FIPS); Create() does not there.
  switch -CaseSensitive ($name) {
    'sha256' { return New-Object System.Security.Cryptography.SHA256CryptoServiceProvider }
    'sha384' { return New-Object System.Security.Cryptography.SHA384CryptoServiceProvider }
    'sha512' { return New-Object System.Security.Cryptography.SHA512CryptoServiceProvider }
    'sha1' { return New-Object System.Security.Cryptography.SHA1CryptoServiceProvider }
    'md5' { return New-Object System.Security.Cryptography.MD5CryptoServiceProvider }
  }
  return $null
}

function ConvertTo-Hex([byte[]]$bytes) { return [System.BitConverter]::ToString($bytes).Replace('-', '').ToLowerInvariant() }

function Get-HashBytes([string]$name, [byte[]]$bytes) {
  $hash = New-Hash $name
  try { return , $hash.ComputeHash($bytes) } finally { $hash.Dispose() }
}
