
# ---------------------------------------------------------------- JSON, to the letter
# ConvertFrom-Json is more generous than the standard, turns texts into times and gives up on long documents.

$script:JsonToken = New-Object regex ('\G[ \t\r\n]*(?:([{}\[\],:])|"((?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*)"' +
  '|(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)|(true|false|null))'), 'CultureInvariant'
$script:JsonEscape = New-Object regex '\\(?:u([0-9a-fA-F]{4})|(.))'

function Get-JsonText([string]$raw) {
  if ($raw.IndexOf([char]'\') -lt 0) { return $raw }
  return $script:JsonEscape.Replace($raw, [System.Text.RegularExpressions.MatchEvaluator] {
      param($found)
      if ($found.Groups[1].Success) { return [string][char][Convert]::ToInt32($found.Groups[1].Value, 16) }
      switch -CaseSensitive ($found.Groups[2].Value) {
        'b' { return "`b" } 'f' { return "`f" } 'n' { return "`n" } 'r' { return "`r" } 't' { return "`t" }
      }
      return $found.Groups[2].Value
    })
}

# The value in `text`: a map, a list, a text, a double, a boolean or nothing. Throws Damage when it is not JSON.
function Read-Json([string]$text) {
  $wrong = [Damage]::new('not JSON')
  $stack = New-Object System.Collections.Generic.Stack[object]
  $at = 0
  $root = @{ Value = $null; Done = $false }
  # wanted: value, firstValue (or ]), firstKey (or }), key, colon, comma, end
  $wanted = 'value'
  $key = $null
  while ($true) {
    $found = $script:JsonToken.Match($text, $at)
    if (-not $found.Success) { break }
    $at += $found.Length
    $value = $null
    $isValue = $true
    $closes = $false
    if ($found.Groups[1].Success) {
      $sign = $found.Groups[1].Value
      if ($sign -ceq '{') { $value = New-Map }
      elseif ($sign -ceq '[') { $value = New-List }
      else { $isValue = $false }
      if (-not $isValue) {
        if ($sign -ceq ':' -and $wanted -ceq 'colon') { $wanted = 'value' }
        elseif ($sign -ceq ',' -and $wanted -ceq 'comma') { if ($stack.Peek() -is [System.Collections.Generic.List[object]]) { $wanted = 'value' } else { $wanted = 'key' } }
        elseif ($sign -ceq '}' -and $stack.Count -gt 0 -and $stack.Peek() -isnot [System.Collections.Generic.List[object]] -and ($wanted -ceq 'comma' -or $wanted -ceq 'firstKey')) { $closes = $true }
        elseif ($sign -ceq ']' -and $stack.Count -gt 0 -and $stack.Peek() -is [System.Collections.Generic.List[object]] -and ($wanted -ceq 'comma' -or $wanted -ceq 'firstValue')) { $closes = $true }
        else { throw $wrong }
        if ($closes) {
          $closed = $stack.Pop()
          if ($stack.Count -eq 0) { $wanted = 'end' } else { $wanted = 'comma' }
        }
        continue
      }
    } elseif ($found.Groups[2].Success) {
      $value = Get-JsonText $found.Groups[2].Value
      if ($wanted -ceq 'key' -or $wanted -ceq 'firstKey') { $key = $value; $wanted = 'colon'; continue }
    } elseif ($found.Groups[3].Success) { $value = [double]::Parse($found.Groups[3].Value, $script:Invariant) }
    elseif ($found.Groups[4].Value -ceq 'true') { $value = $true }
    elseif ($found.Groups[4].Value -ceq 'false') { $value = $false }
    if ($wanted -cne 'value' -and $wanted -cne 'firstValue') { throw $wrong }
    if ($stack.Count -eq 0) { $root.Value = $value; $root.Done = $true }
    else {
      $parent = $stack.Peek()
      if ($parent -is [System.Collections.Generic.List[object]]) { $parent.Add($value) } else { $parent[$key] = $value }
    }
    if ($value -is [System.Collections.Generic.List[object]]) { $stack.Push($value); $wanted = 'firstValue' }
    elseif ($value -is [System.Collections.Generic.Dictionary[string,object]]) { $stack.Push($value); $wanted = 'firstKey' }
    elseif ($stack.Count -eq 0) { $wanted = 'end' }
    else { $wanted = 'comma' }
  }
  if ($wanted -cne 'end' -or -not $root.Done) { throw $wrong }
  for (; $at -lt $text.Length; $at++) { if (@(' ', "`t", "`r", "`n") -cnotcontains [string]$text[$at]) { throw $wrong } }
  return , $root.Value
}

# One JSON object in UTF-8, or nothing.
function Read-JsonObject([byte[]]$bytes, [bool]$allowMark) {
  try {
    $text = $script:StrictUtf8.GetString($bytes)
    if ($allowMark -and $text.Length -gt 0 -and $text[0] -eq [char]0xfeff) { $text = $text.Substring(1) }
    $value = Read-Json $text
  } catch { return $null }
  if ($value -is [System.Collections.Generic.Dictionary[string,object]]) { return , $value }
  return $null
}

function Get-Field($map, [string]$name) { if ($map.ContainsKey($name)) { return , $map[$name] } return $null }
function Test-Text($value) { return $value -is [string] }
function Test-Map($value) { return $value -is [System.Collections.Generic.Dictionary[string,object]] }
function Test-List($value) { return $value -is [System.Collections.Generic.List[object]] }
function Test-Texts($map, [string[]]$names) {
  foreach ($name in $names) { if (-not (Test-Text (Get-Field $map $name))) { return $false } }
  return $true
}
function Test-Whole($value) {
  return $value -is [double] -and [Math]::Floor($value) -eq $value -and [Math]::Abs($value) -le 9007199254740991
}

# Lines of a JSONL file as bytes; `AtEnd`: what follows the last line end.
function Split-ByteLines([byte[]]$bytes) {
  $lines = New-List
  $start = 0
  while ($start -lt $bytes.Length) {
    $end = [Array]::IndexOf($bytes, [byte]10, $start)
    if ($end -lt 0) { break }
    $line = New-Object byte[] ($end - $start)
    [Array]::Copy($bytes, $start, $line, 0, $line.Length)
    $lines.Add($line)
    $start = $end + 1
  }
  $rest = New-Object byte[] ($bytes.Length - $start)
  [Array]::Copy($bytes, $start, $rest, 0, $rest.Length)
  return @{ Lines = $lines; AtEnd = $rest }
}

# ---------------------------------------------------------------- the bundle's own account

function Test-Records($listing, $bag, $manifests) {
  $digests = New-Map
  foreach ($manifest in $manifests) { if ($manifest.Hash -ceq 'sha256' -and -not $manifest.IsTag) { $digests = $manifest.Digests; break } }
  if ($bag.Kept.ContainsKey('data/record/bundle.json')) { Test-BundleRecord $bag.Kept['data/record/bundle.json'] }
  if ($bag.Kept.ContainsKey('data/record/inventory.jsonl')) { Test-Inventory $bag.Kept['data/record/inventory.jsonl'] $digests $listing }
  if ($bag.Kept.ContainsKey('data/record/custody.jsonl')) { Test-Custody $bag.Kept['data/record/custody.jsonl'] }
}

function Test-BundleRecord([byte[]]$bytes) {
  $path = 'data/record/bundle.json'
  $value = Read-JsonObject $bytes $true
  if ($null -eq $value) { Add-Finding bad RECORD_SYNTAX $path 'Not one JSON object.'; return }
  $schema = Get-Field $value 'schema'
  if ($schema -isnot [string] -or $schema -cne 'tasktrail-bundle/1') {
    $hint = $null
    if ($schema -is [string] -and [regex]::IsMatch($schema, '^tasktrail-bundle/[0-9]+\z')) { $hint = 'Made by a newer Tasktrail: verify it with that version.' }
    Add-Finding bad RECORD_SCHEMA $path 'Its schema is not tasktrail-bundle/1.' $hint
    return
  }
  $about = Get-Field $value 'case'
  $from = Get-Field $value 'from'
  $gaps = Get-Field $value 'gaps'
  $isWhole = (Test-Texts $value 'bundleId', 'sealedAt') -and (Test-Map $about) -and (Test-Texts $about 'id', 'title', 'number') -and
    (Get-Field $about 'practice') -is [bool] -and (Test-Map $from) -and (Test-Texts $from 'name', 'account', 'workstation') -and
    (Test-List (Get-Field $value 'changesToHost')) -and (Test-List $gaps)
  if ($isWhole) {
    foreach ($gap in $gaps) { if (-not (Test-Map $gap) -or -not (Test-Texts $gap 'what', 'why', 'code')) { $isWhole = $false; break } }
  }
  if (-not $isWhole) { Add-Finding bad RECORD_SCHEMA $path 'A field is missing or of another type (bundleId, sealedAt, case, from, gaps, changesToHost).' }
}

function Test-InventoryLine($line) {
  if (-not (Test-Texts $line 'id', 'path', 'kind', 'sha256') -or -not (Test-Whole (Get-Field $line 'size'))) { return $false }
  $class = Get-Field $line 'class'
  if ($class -isnot [string] -or ($class -cne 'evidence' -and $class -cne 'derived')) { return $false }
  if (-not $line.ContainsKey('origin')) { return $false }
  $origin = $line['origin']
  if ($null -eq $origin) { return $true }
  if (-not (Test-Map $origin) -or -not (Test-Texts $origin 'name', 'path') -or -not $origin.ContainsKey('host')) { return $false }
  return $null -eq $origin['host'] -or $origin['host'] -is [string]
}

function Test-Inventory([byte[]]$bytes, $digests, $listing) {
  $file = 'data/record/inventory.jsonl'
  $listed = New-Set
  $ids = New-Set
  $number = 0
  $split = Split-ByteLines $bytes
  if ($split.AtEnd.Length -gt 0) { $split.Lines.Add($split.AtEnd) }
  foreach ($raw in $split.Lines) {
    $number++
    $line = Read-JsonObject $raw $true
    if ($null -eq $line -or -not (Test-InventoryLine $line)) {
      Add-Finding bad RECORD_SYNTAX $file "Line $number is not a line of the inventory."
      continue
    }
    $path = $line['path']
    $isNew = $listed.Add($path)
    if (-not $ids.Add($line['id'])) { $isNew = $false }
    if (-not $isNew) { Add-Finding bad INVENTORY_TWICE $path "Line $number repeats an id or a path." }
    $agrees = $digests.ContainsKey($path) -and $digests[$path] -ceq $line['sha256'] -and
      $listing.Files.ContainsKey($path) -and $listing.Files[$path].Size -eq $line['size']
    if (-not $agrees) { Add-Finding bad INVENTORY_MISMATCH $path 'The inventory has another hash or size than the manifest.' }
  }
  foreach ($path in $digests.Keys) {
    if ($path.StartsWith('data/record/', [System.StringComparison]::Ordinal) -or $listed.Contains($path)) { continue }
    Add-Finding bad INVENTORY_MISSING $path 'The inventory does not know this file.'
  }
}

# ---------------------------------------------------------------- custody: syntax, sequence and hash chain of every line

$script:Actions = 'case-opened', 'connected', 'collected', 'collection-failed', 'imported', 'verified', 'viewed-export', 'derived', 'host-changed',
  'note', 'sealed', 'copied', 'encrypted', 'released', 'received', 'receipt-verified', 'disposed'

function Test-Time($value) {
  if ($value -isnot [string]) { return $false }
  $parsed = [DateTime]::MinValue
  return [DateTime]::TryParse($value, $script:Invariant, [System.Globalization.DateTimeStyles]::RoundtripKind, [ref]$parsed)
}

# What is wrong with a line of the journal; nothing when it is one.
function Get-CustodyTrouble([byte[]]$raw, $line) {
  if ($raw.Length -eq 0) { return 'empty line' }
  if ($raw[$raw.Length - 1] -eq 13) { return 'line ends with CR LF; the journal was converted by a text editor or mailer' }
  if ($null -eq $line) { return 'not one JSON object in UTF-8' }
  $seq = Get-Field $line 'seq'
  if (-not (Test-Whole $seq) -or $seq -lt 1) { return 'no valid "seq"' }
  $prev = Get-Field $line 'prev'
  if ($prev -isnot [string] -or -not [regex]::IsMatch($prev, '^[0-9a-f]{64}\z')) { return 'no valid "prev"' }
  if (-not (Test-Time (Get-Field $line 'at'))) { return 'no valid time in "at"' }
  $action = Get-Field $line 'action'
  if ($action -isnot [string] -or $script:Actions -cnotcontains $action) { return 'unknown "action"' }
  $actor = Get-Field $line 'actor'
  if (-not (Test-Map $actor) -and -not (Test-List $actor)) { return 'no "actor"' }
  if (-not (Test-Map $actor) -or -not (Test-Texts $actor 'name')) { return 'no name in "actor"' }
  $items = Get-Field $line 'items'
  if (-not (Test-List $items)) { return 'no "items"' }
  foreach ($id in $items) { if ($id -isnot [string]) { return 'no "items"' } }
  return $null
}

function Test-Custody([byte[]]$bytes) {
  $path = 'data/record/custody.jsonl'
  $split = Split-ByteLines $bytes
  $expected = New-Object string ([char]'0'), 64
  $seq = [double]1
  $number = 0
  $lastAction = $null
  foreach ($raw in $split.Lines) {
    $number++
    $hash = ConvertTo-Hex (Get-HashBytes 'sha256' $raw)
    $line = Read-JsonObject $raw $false
    $trouble = Get-CustodyTrouble $raw $line
    if ($null -ne $trouble) {
      Add-Finding bad CUSTODY_SYNTAX $path "Line ${number}: $trouble."
      $seq++
    } else {
      if ($line['seq'] -ne $seq) {
        Add-Finding bad CUSTODY_SEQ $path "Line ${number}: line $number has seq $(Get-Digits $line['seq']), expected $(Get-Digits $seq): a line is missing, added or moved."
      }
      if ($line['prev'] -cne $expected) {
        $what = "line $number does not follow line $($number - 1): one of the two was changed"
        if ($number -eq 1) { $what = 'line 1 does not start a chain: its "prev" is not 64 zeros' }
        Add-Finding bad CUSTODY_CHAIN_BROKEN $path "Line ${number}: $what."
      }
      $seq = $line['seq'] + 1
      $lastAction = $line['action']
    }
    $expected = $hash
  }
  if ($split.AtEnd.Length -gt 0) {
    Add-Finding bad CUSTODY_SYNTAX $path "Line $($number + 1): line $($number + 1) is cut off: $($split.AtEnd.Length) bytes without an end of line."
  }
  if ($lastAction -cne 'sealed') { Add-Finding bad CUSTODY_END $path 'The journal does not end with the line that says it was sealed.' }
}
