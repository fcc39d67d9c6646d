
# ---------------------------------------------------------------- names

$script:Reserved = New-Object regex '^(?:con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])(?:\.|$)', 'IgnoreCase, CultureInvariant'
$script:BlankDot = New-Object regex '\s+\.'
$script:Component = New-Object regex '^[A-Za-z0-9][A-Za-z0-9._-]{0,79}\z'
$script:StrictUtf8 = New-Object System.Text.UTF8Encoding $false, $true

# Why an entry name is dangerous anywhere: it could leave the folder, overwrite, hide or deceive. Tested on the raw bytes.
function Get-NameDanger([byte[]]$raw) {
  if ($raw.Length -eq 0) { return 'an empty name' }
  if ($raw.Length -gt 1000) { return 'a name of more than 1000 bytes' }
  foreach ($byte in $raw) { if ($byte -lt 0x20 -or $byte -eq 0x7f) { return 'control characters in the name' } }
  try { $text = $script:StrictUtf8.GetString($raw) } catch { return 'a name that is not UTF-8' }
  if ($text.Length -gt 0 -and $text[0] -eq [char]0xfeff) { $text = $text.Substring(1) }
  if ($text.IndexOf([char]'\') -ge 0) { return 'a backslash in the name' }
  if ([regex]::IsMatch($text, '^(?:/|[A-Za-z]:|~)')) { return 'an absolute path' }
  if ((Get-SafeText $text) -cne $text) { return 'invisible or text-turning characters in the name' }
  if ($text.EndsWith('/', [System.StringComparison]::Ordinal)) { $text = $text.Substring(0, $text.Length - 1) }
  foreach ($part in $text.Split([char]'/')) {
    if ($part -ceq '' -or $part -ceq '.' -or $part -ceq '..') { return 'a path that leads elsewhere' }
    if ($part.IndexOf([char]':') -ge 0) { return 'a colon in the name (alternate stream or drive)' }
    if ($script:Reserved.IsMatch($part) -or $script:Reserved.IsMatch($script:BlankDot.Replace($part, '.', 1).Trim())) {
      return 'a reserved name of Windows'
    }
    if ([regex]::IsMatch($part, '[. ]\z')) { return 'a part ending with a dot or blank' }
  }
  return $null
}

# Why an entry path is not one of a Tasktrail bundle; nothing when it obeys the profile.
function Get-ProfileTrouble([string]$path) {
  if ($path.Length -gt 200) { return 'longer than 200 characters' }
  foreach ($part in $path.Split([char]'/')) {
    if (-not $script:Component.IsMatch($part)) { return 'characters outside A-Z a-z 0-9 . _ -, or a part that is empty or too long' }
    if ($part.EndsWith('.', [System.StringComparison]::Ordinal)) { return 'a part ends with a dot' }
    if ($script:Reserved.IsMatch($part)) { return 'a part is a reserved name of Windows' }
  }
  return $null
}

function Get-Latin([byte[]]$bytes) { return [System.Text.Encoding]::GetEncoding(28591).GetString($bytes) }

# Names compared as Windows and macOS would: Unicode form and case folded.
function Get-FoldedName([string]$name) {
  try { return $name.Normalize().ToLowerInvariant() } catch { return $name.ToLowerInvariant() }
}
function Remove-LastSlash([string]$name) {
  if ($name.EndsWith('/', [System.StringComparison]::Ordinal)) { return $name.Substring(0, $name.Length - 1) }
  return $name
}

# ---------------------------------------------------------------- the list of contents, before any content is looked at

# The root folder, its files by path and whether it claims to be ours; nothing when content must not be looked at.
function Get-Listing($directory) {
  if ($directory.Count -gt 200000) {
    Add-Finding unsafe TOO_MANY_ENTRIES $null "The archive announces $(Get-Digits $directory.Count) entries; more than 200000 are not looked at."
    return $null
  }
  if ($script:ZipSize - $directory.Offset -gt 134217728) {
    Add-Finding unsafe TOO_LARGE $null "The archive's list of contents has $(Get-Digits ($script:ZipSize - $directory.Offset)) bytes, more than 200000 entries need."
    return $null
  }
  try { $read = Read-Directory $directory.Offset $directory.Count } catch [Damage] {
    Add-Finding unreadable DIRECTORY_DAMAGED $null $_.Exception.Message 'Probably an incomplete copy: copy it again.'
    return $null
  }
  $entries = $read.Entries
  if ($entries.Count -eq 0) {
    Add-Finding unreadable EMPTY_ARCHIVE $null 'The archive holds nothing.'
    return $null
  }
  Test-Names $entries
  Test-Declarations $entries
  if (-not (Test-Found 'unsafe')) { Test-Spans $entries $directory $read.End }
  if ((Test-Found 'unsafe') -or (Test-Found 'unreadable')) { return $null }
  return Get-Arranged $entries
}

function Test-Names($entries) {
  $exact = New-Set
  $folded = New-Map
  $files = New-Set
  foreach ($entry in $entries) {
    $name = $entry.Name
    $danger = Get-NameDanger $entry.RawName
    if ($null -ne $danger) { Add-Finding unsafe NAME_UNSAFE (Get-Latin $entry.RawName) "The name is dangerous: $danger." }
    if ($entry.IsSymlink) { Add-Finding unsafe SYMLINK $name 'A symbolic link.' }
    elseif ($entry.IsSpecial) { Add-Finding unsafe SPECIAL_FILE $name 'A device, pipe or socket.' }
    $key = Get-FoldedName (Remove-LastSlash $name)
    if ($exact.Contains($name)) { Add-Finding unsafe DUPLICATE_NAME $name 'Two entries have this name.' }
    elseif ($folded.ContainsKey($key)) {
      Add-Finding unsafe NAME_COLLISION $name "Windows or macOS would take it for the same file as $($folded[$key])."
    }
    [void]$exact.Add($name)
    $folded[$key] = $name
    if (-not $entry.IsFolder) { [void]$files.Add((Get-FoldedName $name)) }
  }
  foreach ($entry in $entries) {
    $name = Get-FoldedName $entry.Name
    for ($at = $name.IndexOf([char]'/'); $at -ge 0; $at = $name.IndexOf([char]'/', $at + 1)) {
      if (-not $files.Contains($name.Substring(0, $at))) { continue }
      Add-Finding unsafe NAME_CONFLICT $entry.Name 'A file lies where this name needs a folder.'
      break
    }
  }
}

function Test-Declarations($entries) {
  $total = [double]0
  foreach ($entry in $entries) {
    $name = $entry.Name
    $isEncrypted = ($entry.Flags -band 1) -ne 0
    $total += $entry.Size
    if ($isEncrypted) { Add-Finding unsafe ENCRYPTED_ENTRY $name 'The entry is encrypted.' }
    if ($entry.Method -ne 0 -and $entry.Method -ne 8) {
      Add-Finding unsafe UNKNOWN_METHOD $name "Packed with method $($entry.Method); only 0 and 8 are allowed."
    }
    if ($entry.Size -gt 68719476736) { Add-Finding unsafe TOO_LARGE $name "Declares $(Get-Digits $entry.Size) bytes." }
    if ($entry.Method -eq 0 -and $entry.Packed -ne $entry.Size -and -not $isEncrypted) {
      Add-Finding unsafe SIZE_LIE $name 'Stored without packing, yet its two sizes differ.'
    }
    if ($entry.IsFolder -and $entry.Size -gt 0) { Add-Finding unsafe FOLDER_WITH_CONTENT $name 'A folder entry that carries bytes.' }
    if ($entry.HasSecondName) { Add-Finding unsafe SECOND_NAME $name 'Carries a second name that some programs would use.' }
    if ($entry.CommentLength -gt 0) { Add-Finding bad HIDDEN_BYTES $name 'Carries a comment.' }
  }
  if ($total -gt 70368744177664) { Add-Finding unsafe TOO_LARGE $null "Declares $(Get-Digits $total) bytes in all." }
}

function Get-ByOffset($entries) {
  $keys = New-Object string[] $entries.Count
  $ordered = New-Object object[] $entries.Count
  for ($i = 0; $i -lt $entries.Count; $i++) {
    $keys[$i] = ([decimal]$entries[$i].Offset).ToString('00000000000000000000', $script:Invariant) + $i.ToString('D8', $script:Invariant)
    $ordered[$i] = $entries[$i]
  }
  [Array]::Sort($keys, $ordered, $script:Ordinal)
  return , $ordered
}

function Test-SameBytes([byte[]]$one, [byte[]]$other) {
  if ($one.Length -ne $other.Length) { return $false }
  for ($i = 0; $i -lt $one.Length; $i++) { if ($one[$i] -ne $other[$i]) { return $false } }
  return $true
}

# Every byte of the file must belong to exactly one entry or to the list of contents.
function Test-Spans($entries, $directory, [double]$directoryEnd) {
  $ordered = Get-ByOffset $entries
  if ($ordered[0].Offset -ne 0) {
    Add-Finding unreadable PREFIX_BYTES $null 'Bytes lie in front of the archive: it was put behind another file.'
    return
  }
  for ($i = 0; $i -lt $ordered.Length; $i++) {
    $entry = $ordered[$i]
    $next = $directory.Offset
    if ($i + 1 -lt $ordered.Length) { $next = $ordered[$i + 1].Offset }
    try { $local = Read-LocalHeader $entry } catch [Damage] {
      Add-Finding unsafe LOCAL_HEADER_MISSING $entry.Name "No file where the list of contents says: $($_.Exception.Message)."
      continue
    }
    $gap = $next - ($local.DataStart + $entry.Packed)
    if ($gap -lt 0) {
      Add-Finding unsafe OVERLAP $entry.Name 'Shares its bytes with another entry: a forged archive.'
      if ($i -gt 20) { return }
      continue
    }
    if (-not (Test-SameBytes $local.RawName $entry.RawName)) {
      Add-Finding unsafe LOCAL_NAME_MISMATCH $entry.Name "Has another name in front of its bytes: $(Get-Latin $local.RawName)."
    }
    if ($local.Method -ne $entry.Method -or (($local.Flags -bxor $entry.Flags) -band 0x2041) -ne 0) {
      Add-Finding unsafe LOCAL_HEADER_MISMATCH $entry.Name 'Its two headers contradict each other.'
    }
    foreach ($extra in $local.Extra, $entry.Extra) {
      if (Test-KnownExtra $extra) { continue }
      Add-Finding bad HIDDEN_BYTES $entry.Name "$($extra.Length) bytes lie hidden in its header."
    }
    Test-Gap $entry $local $gap
  }
  Test-Tail $directory $directoryEnd
}

# Sizes of large files, and times and owners as common packers write them; each of them short.
function Test-KnownExtra([byte[]]$extra) {
  $at = 0
  while ($at + 4 -le $extra.Length) {
    $length = [int][System.BitConverter]::ToUInt16($extra, $at + 2)
    if (@(0x0001, 0x000a, 0x5455, 0x5855, 0x7875) -notcontains [int][System.BitConverter]::ToUInt16($extra, $at)) { return $false }
    if ($length -gt 36) { return $false }
    $at += 4 + $length
  }
  return $at -eq $extra.Length -and $extra.Length -le 128
}

# Between an entry and the next there may be a data descriptor and nothing else.
function Test-Gap([ZipEntry]$entry, [LocalHeader]$local, [double]$gap) {
  if (($local.Flags -band 8) -eq 0) {
    $agrees = $local.Size -eq 4294967295 -or ($local.Size -eq $entry.Size -and $local.Packed -eq $entry.Packed)
    if (-not $agrees) { Add-Finding unsafe SIZE_LIE $entry.Name 'Its two headers declare different sizes.' }
    if ($gap -gt 0) { Add-Finding bad HIDDEN_BYTES $entry.Name "$(Get-Digits $gap) bytes lie hidden behind this entry." }
    return
  }
  if ($gap -le 24) {
    $bytes = Read-Bytes ($local.DataStart + $entry.Packed) ([int]$gap)
    if (Test-Descriptor $bytes $entry) { return }
  }
  Add-Finding bad HIDDEN_BYTES $entry.Name "$(Get-Digits $gap) bytes behind this entry are not its data descriptor."
}

# Four forms: with and without signature, 32 and 64 bit sizes.
function Test-Descriptor([byte[]]$bytes, [ZipEntry]$entry) {
  $isSigned = $bytes.Length -eq 16 -or $bytes.Length -eq 24
  if (-not $isSigned -and $bytes.Length -ne 12 -and $bytes.Length -ne 20) { return $false }
  $at = 0
  if ($isSigned) {
    if ([System.BitConverter]::ToUInt32($bytes, 0) -ne 0x08074b50) { return $false }
    $at = 4
  }
  if ([System.BitConverter]::ToUInt32($bytes, $at) -ne $entry.Crc) { return $false }
  if ($bytes.Length - $at -eq 12) {
    return [double][System.BitConverter]::ToUInt32($bytes, $at + 4) -eq $entry.Packed -and [double][System.BitConverter]::ToUInt32($bytes, $at + 8) -eq $entry.Size
  }
  return (Get-Long $bytes ($at + 4)) -eq $entry.Packed -and (Get-Long $bytes ($at + 12)) -eq $entry.Size
}

# Behind the list of contents only the end records may follow, and they must say what is there.
function Test-Tail($directory, [double]$start) {
  if ($directory.Comment -gt 0) {
    Add-Finding bad HIDDEN_BYTES $null "The archive carries a comment of $($directory.Comment) bytes."
    return
  }
  $length = $script:ZipSize - $start
  $tail = Read-Bytes $start ([int][Math]::Max(0, [Math]::Min($length, 98)))
  $isSound = $false
  if ($length -eq 98 -and [System.BitConverter]::ToUInt32($tail, 0) -eq 0x06064b50) {
    $isSound = (Get-Long $tail 4) -eq 44
    $size = Get-Long $tail 40
    $count = Get-Long $tail 24
  } elseif ($length -eq 22 -and [System.BitConverter]::ToUInt32($tail, 0) -eq 0x06054b50) {
    $isSound = $true
    $size = [double][System.BitConverter]::ToUInt32($tail, 12)
    $count = [double][System.BitConverter]::ToUInt16($tail, 8)
  }
  if (-not $isSound) {
    Add-Finding unreadable EXTRA_BYTES $null 'The list of contents is not followed by its end: two archives in one file, or bytes put behind one.'
    return
  }
  if ($size -ne $start - $directory.Offset -or $count -ne $directory.Count) {
    Add-Finding unsafe DIRECTORY_LIE $null 'The end record contradicts the list of contents.'
  }
}

# Archives a receiver may be handed instead of a bundle, by a file in them.
function Get-ForeignZip($entries) {
  $marks = @(
    @('(?:^|/)(?:collection_context|client_info|uploads)\.json\z', 'it looks like a collection of Velociraptor'),
    @('_CopyLog\.csv\z', 'it looks like a collection of KAPE'),
    @('(?i)(?:^|/)(?:GetThis\.csv|outcome\.json)\z', 'it looks like a collection of DFIR-ORC'),
    @('^\[Content_Types\]\.xml\z', 'it looks like an Office document'),
    @('^META-INF/MANIFEST\.MF\z', 'it looks like a Java archive'),
    @('(?i)\.evtx\z', 'it holds Windows event logs')
  )
  foreach ($mark in $marks) {
    $form = New-Object regex $mark[0]
    foreach ($entry in $entries) { if ($form.IsMatch($entry.Name)) { return $mark[1] } }
  }
  return 'it has no bagit.txt'
}

# Sorts the entries into one root folder and decides whose rules apply.
function Get-Arranged($entries) {
  $mark = New-Object regex '^(?:[^/]*/)?bagit\.txt\z|^[^/]*/(?:data/record/|signatures/tagmanifest-)'
  $isBag = $false
  foreach ($entry in $entries) { if ($mark.IsMatch($entry.Name)) { $isBag = $true; break } }
  if (-not $isBag) {
    Add-Finding bad NOT_A_BAG $null "A ZIP archive, but no bundle and no BagIt bag: $(Get-ForeignZip $entries)." 'To examine what is in it, import it as evidence.'
    return $null
  }
  $roots = New-List
  $known = New-Set
  $isOne = $true
  foreach ($entry in $entries) {
    $at = $entry.Name.IndexOf([char]'/')
    $root = $entry.Name
    if ($at -ge 0) { $root = $entry.Name.Substring(0, $at) } else { $isOne = $false }
    if ($known.Add($root)) { $roots.Add($root) }
  }
  if ($roots.Count -gt 1 -or -not $isOne) {
    $names = [string]::Join(', ', [string[]]@($roots | Select-Object -First 5))
    Add-Finding bad NOT_ONE_ROOT $null "Everything has to lie in one folder; found $names." 'Was something added to the archive, or the bag zipped without its folder?'
    return $null
  }
  $skip = $roots[0].Length + 1
  $files = New-Map
  $order = New-List
  $needed = New-Set
  [void]$needed.Add('')
  $isOurs = $false
  foreach ($entry in $entries) {
    if ($entry.IsFolder) { continue }
    $path = $entry.Name.Substring($skip)
    $files[$path] = $entry
    $order.Add($path)
    if ([regex]::IsMatch($path, '^data/record/(?:bundle\.json|inventory\.jsonl|custody\.jsonl)\z')) { $isOurs = $true }
    if ($path.StartsWith('signatures/tagmanifest-', [System.StringComparison]::Ordinal)) { $isOurs = $true }
    for ($at = $path.IndexOf([char]'/'); $at -ge 0; $at = $path.IndexOf([char]'/', $at + 1)) { [void]$needed.Add($path.Substring(0, $at)) }
  }
  if ($isOurs) {
    foreach ($entry in $entries) {
      $name = Remove-LastSlash $entry.Name
      $trouble = Get-ProfileTrouble $name
      if ($null -ne $trouble) { Add-Finding unsafe NAME_OUTSIDE_PROFILE $entry.Name "The name breaks the bundle's rules: $trouble." }
      $path = ''
      if ($name.Length -ge $skip) { $path = $name.Substring($skip) }
      if ($entry.IsFolder -and -not $needed.Contains($path)) { Add-Finding bad EXTRA_ENTRY $entry.Name 'An empty folder nobody listed.' }
    }
  }
  if (Test-Found 'unsafe') { return $null }
  return @{ Root = $roots[0]; Files = $files; Order = $order; IsOurs = $isOurs }
}
