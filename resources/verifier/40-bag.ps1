
# ---------------------------------------------------------------- BagIt: declaration and manifests

$script:DigestLength = @{ md5 = 32; sha1 = 40; sha224 = 56; sha256 = 64; sha384 = 96; sha512 = 128 }
$script:ManifestName = New-Object regex '^(tag)?manifest-([a-z0-9]+)\.txt\z'

# `manifest-sha256.txt` -> sha256, not a tag manifest; nothing for other names and unknown hashes.
function Get-ManifestName([string]$path) {
  $found = $script:ManifestName.Match($path)
  if (-not $found.Success -or -not $script:DigestLength.ContainsKey($found.Groups[2].Value)) { return $null }
  return @{ Hash = $found.Groups[2].Value; IsTag = $found.Groups[1].Success }
}

# Reads `bagit.txt` to the letter: no byte order mark, no odd blanks.
function Read-Declaration([byte[]]$bytes, [bool]$isOurs) {
  $text = [System.Text.Encoding]::UTF8.GetString($bytes)
  $found = [regex]::Match($text, '^BagIt-Version: ([0-9]+\.[0-9]+)(?:\r\n|\n|\r)Tag-File-Character-Encoding: (\S+)(?:\r\n|\n|\r)?\z')
  if (-not $found.Success) {
    $what = 'It does not hold the two lines it must hold.'
    if ($text.Length -gt 0 -and $text[0] -eq [char]0xfeff) { $what = 'It starts with a byte order mark.' }
    Add-Finding bad BAGIT_DECLARATION 'bagit.txt' $what
    return $null
  }
  $declaration = @{ Version = $found.Groups[1].Value; Encoding = $found.Groups[2].Value }
  if ($isOurs -and ($declaration.Version -cne '1.0' -or $declaration.Encoding -cne 'UTF-8')) {
    Add-Finding bad BAGIT_DECLARATION 'bagit.txt' 'A Tasktrail bundle is BagIt 1.0 in UTF-8.'
  }
  return $declaration
}

# Tag files as text; a foreign bag names its encoding. Nothing when the encoding is unknown.
function ConvertTo-Text([byte[]]$bytes, [string]$name) {
  $known = '^(?:utf-?8|utf-?16(?:le|be)?|us-ascii|ascii|iso-?8859-?[0-9]+|latin1|windows-125[0-8]|cp125[0-8]|koi8-r|shift[_-]jis|euc-jp|gbk|gb18030|big5)\z'
  if (-not [regex]::IsMatch($name, $known, 'IgnoreCase, CultureInvariant')) { return $null }
  $isBigEndian = [regex]::IsMatch($name, '^utf-?16be\z', 'IgnoreCase')
  if ([regex]::IsMatch($name, '^utf-?16\z', 'IgnoreCase') -and $bytes.Length -ge 2) { $isBigEndian = $bytes[0] -eq 0xfe -and $bytes[1] -eq 0xff }
  try {
    if ([regex]::IsMatch($name, '^utf-?8\z', 'IgnoreCase')) { $encoding = [System.Text.Encoding]::UTF8 }
    elseif ($isBigEndian) { $encoding = [System.Text.Encoding]::BigEndianUnicode }
    elseif ([regex]::IsMatch($name, '^utf-?16', 'IgnoreCase')) { $encoding = [System.Text.Encoding]::Unicode }
    else { $encoding = [System.Text.Encoding]::GetEncoding($name) }
  } catch { return $null }
  $text = $encoding.GetString($bytes)
  if ($text.Length -gt 0 -and $text[0] -eq [char]0xfeff) { return $text.Substring(1) }
  return $text
}

function Split-Lines([string]$text) { return , [regex]::Split($text, '\r\n|\n|\r') }

# Paths that lead out of a bag on any system. No such path is ever opened: they are only compared.
function Test-LeavesBag([string]$path) {
  return [regex]::IsMatch($path, '^(?:[/\\~%]|[A-Za-z]:)') -or $path.IndexOf([char]'\') -ge 0 -or $path.Split([char]'/') -ccontains '..'
}

function Get-Start([string]$text, [int]$length) { if ($text.Length -gt $length) { return $text.Substring(0, $length) } return $text }

# Reads one manifest; each line that is wrong is a finding, the others stand.
function Read-Manifest([string]$text, [string]$file, $name, [bool]$isOurs, [string]$version) {
  $digests = New-Map
  $number = 0
  $line1 = New-Object regex '^([0-9A-Fa-f]+)[ \t]+\*?(.+)\z'
  $strict = New-Object regex '^[0-9a-f]+ {2}[^ *]'
  $dots = New-Object regex '^(?:\./)+'
  foreach ($line in (Split-Lines $text)) {
    $number++
    if ($line.Length -eq 0) { continue }
    $found = $line1.Match($line)
    if (-not $found.Success -or $found.Groups[1].Length -ne $script:DigestLength[$name.Hash]) {
      Add-Finding bad MANIFEST_SYNTAX $file "Line $number is not a hash and a path."
      continue
    }
    $digest = $found.Groups[1].Value.ToLowerInvariant()
    $written = $found.Groups[2].Value
    $path = $dots.Replace($written, '')
    if ($isOurs -and -not $strict.IsMatch($line)) { Add-Finding bad MANIFEST_SYNTAX $file "Line $number is not in the form of sha256sum." }
    elseif ($path -cne $written) { Add-Finding warning MANIFEST_DOT_PATH $file "Line $number starts with `"./`"." }
    $isPayload = $path.StartsWith('data/', [System.StringComparison]::Ordinal)
    if ((Test-LeavesBag $path) -or $isPayload -eq $name.IsTag) {
      Add-Finding bad MANIFEST_SCOPE $file "Line $number names a path outside its place: $(Get-Start $path 200)"
      continue
    }
    if ($digests.ContainsKey($path)) {
      $severity = 'warning'
      if ($digests[$path] -cne $digest -or $isOurs -or $version -cne '0.97') { $severity = 'bad' }
      Add-Finding $severity MANIFEST_TWICE $file "$path is listed twice."
    }
    $digests[$path] = $digest
  }
  return @{ File = $file; Hash = $name.Hash; IsTag = $name.IsTag; Digests = $digests }
}

# ---------------------------------------------------------------- BagIt's rules and our profile's

$script:RequiredTagFiles = 'bagit.txt', 'bag-info.txt', 'READ-ME-FIRST.txt', 'manifest-sha256.txt', 'manifest-sha512.txt', 'tagmanifest-sha256.txt', 'tagmanifest-sha512.txt'
$script:SignatureFiles = 'signatures/tagmanifest-sha256.txt.sig', 'signatures/tagmanifest-sha256.txt.tsr', 'signatures/signer.pub'

# Runs all checks; whatever is wrong becomes a finding. Returns the manifests.
function Test-Bag($listing, $bag) {
  $manifests = New-List
  $declaration = $null
  if ($bag.Kept.ContainsKey('bagit.txt')) { $declaration = Read-Declaration $bag.Kept['bagit.txt'] $listing.IsOurs }
  elseif (-not $listing.IsOurs) { Add-Finding bad BAGIT_DECLARATION 'bagit.txt' 'There is no bagit.txt.' }
  $version = '1.0'
  $encoding = 'UTF-8'
  if ($null -ne $declaration) {
    $version = $declaration.Version
    if (-not $listing.IsOurs) { $encoding = $declaration.Encoding }
  }
  if ($null -eq (ConvertTo-Text (New-Object byte[] 0) $encoding)) {
    Add-Finding bad BAGIT_DECLARATION 'bagit.txt' "Unknown encoding $encoding."
    return , $manifests
  }
  foreach ($path in $listing.Order) {
    $name = Get-ManifestName $path
    if ($null -eq $name) { continue }
    if ($listing.IsOurs -and $name.Hash -cne 'sha256' -and $name.Hash -cne 'sha512') {
      Add-Finding bad UNEXPECTED_MANIFEST $path 'A Tasktrail bundle has SHA-256 and SHA-512 manifests only.'
      continue
    }
    if ($name.Hash -ceq 'sha224') {
      Add-Finding bad HASH_NOT_KNOWN $path 'Windows cannot compute SHA-224: check this bag with verify.mjs.'
    }
    if ($bag.Kept.ContainsKey($path)) {
      $manifests.Add((Read-Manifest (ConvertTo-Text $bag.Kept[$path] $encoding) $path $name $listing.IsOurs $version))
    }
  }
  $fetch = $null
  if ($bag.Kept.ContainsKey('fetch.txt')) { $fetch = ConvertTo-Text $bag.Kept['fetch.txt'] $encoding }
  $fetched = Test-Fetch $fetch $listing
  Test-TagFiles $listing $bag $manifests
  Test-Payload $listing $bag $manifests $version $fetched
  if ($bag.Kept.ContainsKey('bag-info.txt')) { Test-Oxum (ConvertTo-Text $bag.Kept['bag-info.txt'] $encoding) $listing $fetched }
  return , $manifests
}

# `fetch.txt` is never followed; in a foreign bag it explains files that are not there.
function Test-Fetch($text, $listing) {
  $fetched = New-Set
  if ($null -eq $text) { return , $fetched }
  if ($listing.IsOurs) {
    Add-Finding bad UNLISTED_TAG_FILE 'fetch.txt' 'A Tasktrail bundle holds everything itself; nothing is fetched.'
    return , $fetched
  }
  $count = 0
  foreach ($line in (Split-Lines $text)) {
    $found = [regex]::Match($line, '^\S+[ \t]+(?:[0-9]+|-)[ \t]+(.+)\z')
    if (-not $found.Success) { continue }
    $path = $found.Groups[1].Value
    $count++
    [void]$fetched.Add($path)
    if (-not (Test-LeavesBag $path) -and $path.StartsWith('data/', [System.StringComparison]::Ordinal)) { continue }
    Add-Finding bad MANIFEST_SCOPE 'fetch.txt' "Names a path outside its place: $(Get-Start $path 200)"
  }
  Add-Finding warning FETCH_NOT_FOLLOWED 'fetch.txt' "$count files are to be fetched from elsewhere; nothing was fetched."
  return , $fetched
}

function Test-TagFiles($listing, $bag, $manifests) {
  $listed = New-Set
  $asked = New-List
  if ($listing.IsOurs) { foreach ($path in $script:RequiredTagFiles) { $asked.Add($path) } }
  foreach ($manifest in $manifests) {
    if (-not $manifest.IsTag) { continue }
    foreach ($path in $manifest.Digests.Keys) { if ($listed.Add($path)) { $asked.Add($path) } }
  }
  $missing = New-Set
  foreach ($path in $asked) {
    if (-not $listing.Files.ContainsKey($path) -and $missing.Add($path)) {
      Add-Finding bad MISSING_TAG_FILE $path 'A file that belongs to the bag itself is missing.'
    }
  }
  foreach ($manifest in $manifests) { if ($manifest.IsTag) { Compare-Manifest $manifest $bag } }
  if (-not $listing.IsOurs) { return }
  foreach ($path in $listing.Order) {
    if ($path.StartsWith('data/', [System.StringComparison]::Ordinal) -or $listed.Contains($path)) { continue }
    if ($path.StartsWith('tagmanifest-', [System.StringComparison]::Ordinal) -or $script:SignatureFiles -ccontains $path) { continue }
    if ($path -ceq 'fetch.txt' -or $null -ne (Get-ManifestName $path)) { continue }
    Add-Finding bad UNLISTED_TAG_FILE $path 'No tag manifest lists this file: it was added later.'
  }
  foreach ($manifest in $manifests) {
    if (-not $manifest.IsTag) { continue }
    foreach ($path in $script:RequiredTagFiles) {
      if ($path.StartsWith('tagmanifest-', [System.StringComparison]::Ordinal)) { continue }
      if ($listing.Files.ContainsKey($path) -and -not $manifest.Digests.ContainsKey($path)) {
        Add-Finding bad UNLISTED_TAG_FILE $path "$($manifest.File) does not list it."
      }
    }
  }
}

# Paths are compared as written, and with CR, LF and % decoded as the RFC would have them.
function Get-DecodedPath([string]$path) {
  if ($path.IndexOf([char]'%') -lt 0) { return $path }
  $text = [regex]::Replace($path, '%0D', "`r", 'IgnoreCase')
  $text = [regex]::Replace($text, '%0A', "`n", 'IgnoreCase')
  return $text.Replace('%25', '%')
}
function Get-NormalPath([string]$path) { try { return $path.Normalize() } catch { return $path } }

function Test-Present($listing, [string]$path) {
  return $listing.Files.ContainsKey($path) -or $listing.Files.ContainsKey((Get-DecodedPath $path)) -or $listing.Files.ContainsKey((Get-NormalPath $path))
}

function Test-Payload($listing, $bag, $manifests, [string]$version, $fetched) {
  $payload = @($manifests | Where-Object { -not $_.IsTag })
  if ($payload.Count -eq 0) {
    Add-Finding bad NO_MANIFEST $null 'There is no payload manifest: nothing says what belongs here.'
    return
  }
  $listed = New-Map
  $known = New-Set
  foreach ($manifest in $payload) {
    foreach ($path in $manifest.Digests.Keys) {
      if ($listed.ContainsKey($path)) { $listed[$path] = 1 + $listed[$path] } else { $listed[$path] = 1 }
    }
    Compare-Manifest $manifest $bag
  }
  foreach ($path in $listed.Keys) {
    foreach ($form in $path, (Get-DecodedPath $path), (Get-NormalPath $path)) { [void]$known.Add($form) }
    if (-not (Test-Present $listing $path)) {
      if (-not $fetched.Contains($path)) {
        Add-Finding bad MISSING_FILE $path 'The manifest lists it and it is not there.' 'Quarantined by an antivirus program? Look there before you ask for the bundle again.'
      }
    } elseif ($listed[$path] -lt $payload.Count -and ($listing.IsOurs -or $version -cne '0.97')) {
      Add-Finding bad NOT_IN_ALL_MANIFESTS $path 'Not every payload manifest lists it.'
    }
  }
  foreach ($path in $listing.Order) {
    if (-not $path.StartsWith('data/', [System.StringComparison]::Ordinal)) { continue }
    if ($known.Contains($path) -or $known.Contains((Get-NormalPath $path))) { continue }
    Add-Finding bad EXTRA_PAYLOAD_FILE $path 'No manifest lists this file: it was added later.'
  }
  if (-not $listing.IsOurs) { return }
  foreach ($name in 'bundle.json', 'inventory.jsonl', 'custody.jsonl', 'commands.jsonl') {
    $path = "data/record/$name"
    if (-not $listing.Files.ContainsKey($path) -and -not $listed.ContainsKey($path)) {
      Add-Finding bad MISSING_FILE $path 'A Tasktrail bundle has this record; it is not there.'
    }
  }
}

# Every file of one manifest against the hash computed; a file that differs is named once.
function Compare-Manifest($manifest, $bag) {
  foreach ($pair in $manifest.Digests.GetEnumerator()) {
    $path = $pair.Key
    $digests = $null
    if ($bag.Digests.ContainsKey($path)) { $digests = $bag.Digests[$path] }
    else {
      $decoded = Get-DecodedPath $path
      if ($bag.Digests.ContainsKey($decoded)) { $digests = $bag.Digests[$decoded] }
    }
    if ($null -eq $digests -or -not $digests.ContainsKey($manifest.Hash)) { continue }
    if ($digests[$manifest.Hash] -ceq $pair.Value -or -not $bag.Differing.Add($path)) { continue }
    $hint = $null
    if ($bag.Kept.ContainsKey($path) -and $path.EndsWith('.txt', [System.StringComparison]::Ordinal) -and (Get-Latin $bag.Kept[$path]).Contains("`r`n")) {
      $hint = 'Its line ends are CR LF: a text editor or mail program converted it.'
    }
    Add-Finding bad HASH_MISMATCH $path "It does not have the hash that $($manifest.File) tells." $hint
  }
}

function Test-Oxum([string]$text, $listing, $fetched) {
  $found = [regex]::Match($text, '^Payload-Oxum[ \t]*:[ \t]*([0-9]{1,16})\.([0-9]{1,10})[ \t]*\r?$', 'IgnoreCase, Multiline, CultureInvariant')
  if (-not $found.Success -or $fetched.Count -gt 0) { return }
  $bytes = [double]0
  $files = [double]0
  foreach ($path in $listing.Order) {
    if (-not $path.StartsWith('data/', [System.StringComparison]::Ordinal)) { continue }
    $files++
    $bytes += $listing.Files[$path].Size
  }
  $toldBytes = [double]::Parse($found.Groups[1].Value, $script:Invariant)
  $toldFiles = [double]::Parse($found.Groups[2].Value, $script:Invariant)
  if ($bytes -eq $toldBytes -and $files -eq $toldFiles) { return }
  Add-Finding bad OXUM_MISMATCH 'bag-info.txt' "bag-info.txt tells $(Get-Digits $toldFiles) files with $(Get-Digits $toldBytes) bytes; there are $(Get-Digits $files) with $(Get-Digits $bytes)."
}
