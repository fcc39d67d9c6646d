
# ---------------------------------------------------------------- the whole

# Tag files and records whose text is looked at. Others are hashed only, so that no archive fills the memory.
$script:KeptFiles = 'bagit.txt', 'bag-info.txt', 'fetch.txt', 'signatures/tagmanifest-sha256.txt.sig', 'signatures/tagmanifest-sha256.txt.tsr',
  'data/record/bundle.json', 'data/record/inventory.jsonl', 'data/record/custody.jsonl'

# One pass over every file, in the order of the archive: the hashes its manifests need, and the bytes of tag files and records.
function Read-Bag($listing) {
  $names = New-List
  if ($listing.IsOurs) { $names.Add('sha256'); $names.Add('sha512') }
  foreach ($path in $listing.Order) {
    $name = Get-ManifestName $path
    if ($null -ne $name -and $name.Hash -cne 'sha224' -and -not $names.Contains($name.Hash)) { $names.Add($name.Hash) }
  }
  $bag = @{ Digests = (New-Map); Kept = (New-Map); Differing = (New-Set); Files = 0; Bytes = [double]0 }
  $keptBytes = [double]0
  $skip = $listing.Root.Length + 1
  foreach ($entry in (Get-ByOffset @($listing.Order | ForEach-Object { $listing.Files[$_] }))) {
    $path = $entry.Name.Substring($skip)
    $keep = $script:KeptFiles -ccontains $path -or $null -ne (Get-ManifestName $path)
    if ($keep) { $keptBytes += $entry.Size }
    if ($keep -and ($entry.Size -gt 83886080 -or $keptBytes -gt 268435456)) {
      Add-Finding unsafe TOO_LARGE $path "Declares $(Get-Digits $entry.Size) bytes, more than such a file may have."
      continue
    }
    try {
      $read = Read-Entry $entry $names $keep
      $bag.Digests[$path] = $read.Digests
      if ($keep) { $bag.Kept[$path] = $read.Bytes }
      $bag.Files++
      $bag.Bytes += $entry.Size
    } catch [Damage] {
      $message = $_.Exception.Message
      if ($message -ceq 'hidden') { Add-Finding bad HIDDEN_BYTES $path 'Bytes lie hidden behind the packed content.' }
      else { Add-Finding bad READ_ERROR $path "Cannot be unpacked whole: $message." }
    }
  }
  return $bag
}

# What a file that is no ZIP may be instead, in words.
function Get-NotZipHint {
  $start = Get-Latin (Read-Bytes 0 ([int][Math]::Min(64, $script:ZipSize)))
  $age = 'It is encrypted (age): decrypt it with the key it was sent for, then check the ZIP that comes out.'
  $others = @(
    @('age-encryption.org/v1', $age), @('-----BEGIN AGE ENCRYPTED FILE-----', $age),
    @(('7z' + [char]0xbc + [char]0xaf + [char]0x27 + [char]0x1c), 'It is a 7-Zip archive, not a bundle.'),
    @('Rar!', 'It is a RAR archive, not a bundle.'),
    @(([string][char]0x1f + [char]0x8b), 'It is gzip data, not a bundle.'),
    @(('ElfFile' + [char]0), 'It is a Windows event log, not a bundle: import it as evidence.'),
    @(('EVF' + [char]9 + [char]13 + [char]10 + [char]0xff), 'It is a disk image (E01), not a bundle.'),
    @('{', 'It is text, perhaps JSON, not a bundle.')
  )
  foreach ($other in $others) { if ($start.StartsWith($other[0], [System.StringComparison]::Ordinal)) { return $other[1] } }
  return 'Probably an incomplete copy: copy it again and compare size and hash with the sender.'
}

# The hash file beside the ZIP and the hash in the ticket.
function Test-Outside([string]$path, [string]$sum, [string]$ticket) {
  if ($ticket.Length -gt 0 -and $ticket.ToLowerInvariant() -cne $sum) {
    Add-Finding bad TICKET_HASH_MISMATCH $null 'The file does not have the hash of the ticket.' 'Do not use this file. Ask the sender for the bundle again, by another way.'
  }
  $text = $null
  try { $text = Get-Latin ([System.IO.File]::ReadAllBytes("$path.sha256")) } catch { $text = $null }
  if ($null -eq $text) {
    Add-Finding warning NO_SIDECAR $null 'There is no .sha256 file beside the bundle; a bundle is complete only with it.' 'Compare the hash of the file with the one in the ticket.'
    return
  }
  $found = [regex]::Match($text, '^([0-9a-fA-F]{64})(?:\s|\z)')
  if (-not $found.Success -or $found.Groups[1].Value.ToLowerInvariant() -cne $sum) {
    Add-Finding bad OUTER_HASH_MISMATCH $null 'The file does not have the hash the .sha256 file beside it tells.' 'It was changed, packed anew or copied incompletely since it was sealed.'
  }
}

# The report, in the shape of `tasktrail verify --json`.
function Get-Report([string]$path, $signers, [string]$ticket, $roots) {
  $script:Zip = New-Object System.IO.FileStream $path, ([System.IO.FileMode]::Open), ([System.IO.FileAccess]::Read), ([System.IO.FileShare]::Read), 65536
  try {
    $hash = New-Hash 'sha256'
    $sum = ConvertTo-Hex ($hash.ComputeHash($script:Zip))
    $hash.Dispose()
    $script:ZipSize = [double]$script:Zip.Length
    Test-Outside $path $sum $ticket
    $report = @{ verdict = ''; bagDigest = $null; zipSha256 = $sum; signer = $null; timeStamp = $null; files = 0; bytes = [double]0 }
    $state = 'none'
    $directory = $null
    try { $directory = Find-Directory } catch [Damage] {
      Add-Finding unreadable NOT_A_ZIP $null "not a readable ZIP archive: $($_.Exception.Message)" (Get-NotZipHint)
    }
    $listing = $null
    if ($null -ne $directory) { $listing = Get-Listing $directory }
    if ($null -ne $listing) {
      $bag = Read-Bag $listing
      $report.files = $bag.Files
      $report.bytes = $bag.Bytes
      $manifests = Test-Bag $listing $bag
      if ($bag.Kept.ContainsKey('tagmanifest-sha256.txt')) { $report.bagDigest = ConvertTo-Hex (Get-HashBytes 'sha256' $bag.Kept['tagmanifest-sha256.txt']) }
      $signature = Test-Signature $bag $signers
      $report.timeStamp = Test-TimeStamp $bag $roots
      $state = $signature.State
      if ($null -ne $signature.Fingerprint) { $report.signer = $signature }
      if ($listing.IsOurs) { Test-Records $listing $bag $manifests }
      else { Add-Finding warning FOREIGN_BAG $null 'Valid as BagIt, or checked as far as BagIt goes, but not a Tasktrail bundle: it has no record of a case.' }
    }
  } finally { $script:Zip.Dispose() }
  $report.verdict = Get-Verdict $state
  if ($report.verdict -ceq 'VALID-UNSIGNED' -and $null -ne $report.bagDigest) {
    Add-Finding warning UNSIGNED $null 'Nobody signed this bundle: hashes alone prove nothing against somebody who rewrites them all.' 'Does the hash of the file match the one in the ticket?'
  }
  foreach ($code in @($script:Counts.Keys)) {
    $more = $script:Counts[$code] - $script:ListedPerCode
    if ($more -le 0) { continue }
    $first = @($script:Findings | Where-Object { $_.code -ceq $code })[0]
    $script:Findings.Add(@{ severity = $first.severity; code = $code; path = $null; what = "$more more of the same"; hint = $null })
  }
  return $report
}

# ---------------------------------------------------------------- output

# A JSON string in plain ASCII, whatever the console's code page is.
function Get-JsonString($text) {
  if ($null -eq $text) { return 'null' }
  $made = New-Object System.Text.StringBuilder
  [void]$made.Append('"')
  foreach ($sign in ([string]$text).ToCharArray()) {
    $number = [int]$sign
    if ($number -eq 0x22 -or $number -eq 0x5c) { [void]$made.Append('\').Append($sign) }
    elseif ($number -lt 0x20 -or $number -gt 0x7e) { [void]$made.Append('\u').Append($number.ToString('x4', $script:Invariant)) }
    else { [void]$made.Append($sign) }
  }
  return $made.Append('"').ToString()
}

function Get-JsonReport($report) {
  $findings = @($script:Findings | ForEach-Object {
      '{"severity":' + (Get-JsonString $_.severity) + ',"code":' + (Get-JsonString $_.code) + ',"path":' + (Get-JsonString $_.path) +
      ',"what":' + (Get-JsonString $_.what) + ',"hint":' + (Get-JsonString $_.hint) + '}'
    })
  $signer = 'null'
  if ($null -ne $report.signer) { $signer = '{"fingerprint":' + (Get-JsonString $report.signer.Fingerprint) + ',"identity":' + (Get-JsonString $report.signer.Identity) + '}' }
  $stamp = 'null'
  if ($null -ne $report.timeStamp) {
    $stamp = '{"time":' + (Get-JsonString $report.timeStamp.Time) + ',"authority":' + (Get-JsonString $report.timeStamp.Authority) +
      ',"isTrusted":' + ([string]$report.timeStamp.IsTrusted).ToLowerInvariant() + '}'
  }
  return '{"verdict":' + (Get-JsonString $report.verdict) + ',"bagDigest":' + (Get-JsonString $report.bagDigest) + ',"zipSha256":' + (Get-JsonString $report.zipSha256) +
    ',"signer":' + $signer + ',"timeStamp":' + $stamp + ',"findings":[' + [string]::Join(',', [string[]]$findings) + '],"checked":{"files":' + $report.files +
    ',"bytes":' + (Get-Digits $report.bytes) + '}}'
}

function Get-TextReport($report) {
  $lines = New-List
  $lines.Add($report.verdict)
  $signer = 'none'
  if ($null -ne $report.signer) {
    $identity = 'unknown'
    if ($null -ne $report.signer.Identity) { $identity = $report.signer.Identity }
    $signer = "$identity  $($report.signer.Fingerprint)"
  }
  $lines.Add("signer      $signer")
  $lines.Add("SHA-256     $($report.zipSha256)")
  $digest = 'not read'
  if ($null -ne $report.bagDigest) { $digest = $report.bagDigest }
  $lines.Add("bag digest  $digest")
  if ($null -ne $report.timeStamp) {
    $trust = ' (not one of your roots)'
    if ($report.timeStamp.IsTrusted) { $trust = '' }
    $lines.Add("time stamp  $($report.timeStamp.Time) by $($report.timeStamp.Authority)$trust")
  }
  $lines.Add("checked     $($report.files) files, $(Get-Digits $report.bytes) bytes")
  foreach ($one in $script:Findings) {
    $line = "$($one.severity)  $($one.code)"
    if ($null -ne $one.path) { $line += "  $($one.path)" }
    $line += ": $($one.what)"
    if ($null -ne $one.hint) { $line += " $($one.hint)" }
    $lines.Add($line)
  }
  return [string]::Join("`n", [string[]]@($lines | ForEach-Object { Get-SafeText $_ }))
}

$script:Usage = @'
Checks a Tasktrail evidence bundle without unpacking it. Needs Windows PowerShell 5.1 or later, and nothing else.

  powershell -NoProfile -ExecutionPolicy Bypass -File verify.ps1 BUNDLE.zip [-AllowedSigners FILE]
             [-TicketSha256 HEX] [-TsaRoots FILE] [-Json]

Compare the hash of the ZIP with the one in the TICKET, and name the signers you know by another way: this file came
together with the bundle, so whoever could change the one could change the other.

Exit codes: 0 signed by somebody known, 2 unsigned or signed by somebody unknown, 1 INVALID, 3 UNSAFE, UNREADABLE or
refused, 4 usage.
'@

function Get-FullPath([string]$path) { return $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($path) }

if ($Help) { [Console]::Out.WriteLine($script:Usage); exit 0 }
if (-not $Bundle -or $Rest -or ($TicketSha256 -and -not [regex]::IsMatch($TicketSha256, '^[0-9a-fA-F]{64}\z'))) {
  [Console]::Error.WriteLine($script:Usage)
  exit 4
}
try {
  $path = Get-FullPath $Bundle
  if ([System.IO.Directory]::Exists($path)) { throw "not a file: $path Name the .zip file of the bundle itself, not a folder it was unpacked into." }
  $signers = New-List
  if ($AllowedSigners) { $signers = Read-AllowedSigners ([System.IO.File]::ReadAllText((Get-FullPath $AllowedSigners), [System.Text.Encoding]::UTF8)) }
  $roots = New-List
  if ($TsaRoots) { $roots = Read-Roots ([System.IO.File]::ReadAllText((Get-FullPath $TsaRoots))) }
  $report = Get-Report $path $signers $TicketSha256 $roots
  if ($Json) { [Console]::Out.WriteLine((Get-JsonReport $report)) } else { [Console]::Out.WriteLine((Get-TextReport $report)) }
  switch -CaseSensitive ($report.verdict) {
    'VALID-SIGNED' { exit 0 }
    'VALID-UNSIGNED' { exit 2 }
    'VALID-UNKNOWN-SIGNER' { exit 2 }
    'INVALID' { exit 1 }
  }
  exit 3
} catch {
  [Console]::Error.WriteLine((Get-SafeText "verify: $($_.Exception.Message)"))
  exit 3
}
