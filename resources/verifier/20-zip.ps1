
# ---------------------------------------------------------------- the ZIP, read in place
# Sizes and offsets are doubles: whole numbers up to 2^53 are exact, and what a forged archive claims beyond is refused.

class ZipEntry {
  [byte[]]$RawName; [string]$Name; [double]$Size; [double]$Packed; [int]$Method; [int]$Flags; [bool]$IsFolder
  [bool]$IsSpecial; [bool]$IsSymlink; [double]$Crc; [double]$Offset; [int]$CommentLength; [byte[]]$Extra; [bool]$HasSecondName
}

class LocalHeader { [byte[]]$RawName; [byte[]]$Extra; [double]$DataStart; [int]$Flags; [int]$Method; [double]$Size; [double]$Packed }

# A part of the archive that hands out its last byte by itself: so it shows whether a reader wanted every byte, and
# whether it wanted more.
class PackedBytes : System.IO.Stream {
  [System.IO.Stream]$Source
  [long]$Left
  [bool]$WantedLast
  [bool]$WantedMore
  PackedBytes([System.IO.Stream]$source, [long]$length) { $this.Source = $source; $this.Left = $length }
  [int] Read([byte[]]$buffer, [int]$at, [int]$count) {
    if ($this.Left -eq 0) { $this.WantedMore = $true; return 0 }
    $wanted = [Math]::Min([long]$count, $this.Left)
    if ($this.Left -eq 1) { $this.WantedLast = $true }
    elseif ($wanted -eq $this.Left) { $wanted = $wanted - 1 }
    $got = $this.Source.Read($buffer, $at, [int]$wanted)
    if ($got -le 0) { $this.WantedMore = $true; return 0 }
    $this.Left = $this.Left - $got
    return $got
  }
  [bool] get_CanRead() { return $true }
  [bool] get_CanSeek() { return $false }
  [bool] get_CanWrite() { return $false }
  [long] get_Length() { throw [System.NotSupportedException]::new() }
  [long] get_Position() { throw [System.NotSupportedException]::new() }
  [void] set_Position([long]$at) { throw [System.NotSupportedException]::new() }
  [void] Flush() { }
  [long] Seek([long]$offset, [System.IO.SeekOrigin]$origin) { throw [System.NotSupportedException]::new() }
  [void] SetLength([long]$length) { throw [System.NotSupportedException]::new() }
  [void] Write([byte[]]$buffer, [int]$at, [int]$count) { throw [System.NotSupportedException]::new() }
}

# Trouble with one entry or with the archive: the message says what. Anything else that is thrown is a fault of this script.
class Damage : System.Exception { Damage([string]$message) : base($message) { } }

$script:Zip = $null
$script:ZipSize = [double]0

# Bytes of the archive from `start`. Throws Damage where there are fewer.
function Read-Bytes([double]$start, [int]$length) {
  if ($start -lt 0 -or $start + $length -gt $script:ZipSize) { throw [Damage]::new('unexpected end of the file') }
  $bytes = New-Object byte[] $length
  [void]$script:Zip.Seek([long]$start, [System.IO.SeekOrigin]::Begin)
  $at = 0
  while ($at -lt $length) {
    $got = $script:Zip.Read($bytes, $at, $length - $at)
    if ($got -le 0) { throw [Damage]::new('unexpected end of the file') }
    $at += $got
  }
  return , $bytes
}

function Get-Long([byte[]]$bytes, [int]$at) {
  return [double][System.BitConverter]::ToUInt32($bytes, $at) + [double][System.BitConverter]::ToUInt32($bytes, $at + 4) * 4294967296
}

# Finds the end record. Returns where the list of contents starts, how many entries it announces, and the comment's length.
function Find-Directory {
  $length = [int][Math]::Min([double](20 + 22 + 65535), $script:ZipSize)
  $tail = Read-Bytes ($script:ZipSize - $length) $length
  for ($at = $length - 22; $at -ge 0; $at--) {
    if ($tail[$at] -ne 0x50 -or [System.BitConverter]::ToUInt32($tail, $at) -ne 0x06054b50) { continue }
    $comment = [int][System.BitConverter]::ToUInt16($tail, $at + 20)
    if ($comment -ne $length - $at - 22) { throw [Damage]::new('bytes lie behind the end of the archive, or it is cut') }
    $disk = [double][System.BitConverter]::ToUInt16($tail, $at + 4)
    $count = [double][System.BitConverter]::ToUInt16($tail, $at + 10)
    $offset = [double][System.BitConverter]::ToUInt32($tail, $at + 16)
    if ($at -ge 20 -and [System.BitConverter]::ToUInt32($tail, $at - 20) -eq 0x07064b50) {
      $record = Read-Bytes (Get-Long $tail ($at - 12)) 56
      if ([System.BitConverter]::ToUInt32($record, 0) -ne 0x06064b50) { throw [Damage]::new('the ZIP64 end record is not where it should be') }
      $disk = [double][System.BitConverter]::ToUInt32($record, 16)
      $count = Get-Long $record 32
      $offset = Get-Long $record 48
    }
    if ($disk -ne 0) { throw [Damage]::new('the archive is one part of several') }
    return @{ Offset = $offset; Count = $count; Comment = $comment }
  }
  throw [Damage]::new('no end of an archive was found')
}

function Get-NameText([byte[]]$raw, [int]$flags) {
  if (($flags -band 0x800) -ne 0) { return [System.Text.Encoding]::UTF8.GetString($raw).Replace('\', '/') }
  foreach ($byte in $raw) {
    if ($byte -lt 128) { continue }
    try { return [System.Text.Encoding]::GetEncoding(437).GetString($raw).Replace('\', '/') } catch { break }
  }
  return [System.Text.Encoding]::GetEncoding(28591).GetString($raw).Replace('\', '/')
}

# All entries of the list of contents, in its order; `End` is where it ends. Throws Damage where it cannot be read on.
function Read-Directory([double]$offset, [double]$count) {
  $entries = New-List
  $at = $offset
  $read = 0
  try {
    while ($read -lt $count) {
      $head = Read-Bytes $at 46
      $signature = [System.BitConverter]::ToUInt32($head, 0)
      if ($signature -ne 0x02014b50) { throw [Damage]::new('something else lies where an entry should be') }
      $entry = [ZipEntry]::new()
      $entry.Flags = [System.BitConverter]::ToUInt16($head, 8)
      if (($entry.Flags -band 0x40) -ne 0) { throw [Damage]::new('strong encryption is not known') }
      $entry.Method = [System.BitConverter]::ToUInt16($head, 10)
      $entry.Crc = [System.BitConverter]::ToUInt32($head, 16)
      $entry.Packed = [System.BitConverter]::ToUInt32($head, 20)
      $entry.Size = [System.BitConverter]::ToUInt32($head, 24)
      $nameLength = [int][System.BitConverter]::ToUInt16($head, 28)
      $extraLength = [int][System.BitConverter]::ToUInt16($head, 30)
      $entry.CommentLength = [System.BitConverter]::ToUInt16($head, 32)
      $entry.Offset = [System.BitConverter]::ToUInt32($head, 42)
      $more = Read-Bytes ($at + 46) ($nameLength + $extraLength + $entry.CommentLength)
      $entry.RawName = New-Object byte[] $nameLength
      [Array]::Copy($more, 0, $entry.RawName, 0, $nameLength)
      $entry.Extra = New-Object byte[] $extraLength
      [Array]::Copy($more, $nameLength, $entry.Extra, 0, $extraLength)
      $at += 46 + $more.Length
      $read++
      Read-ExtraFields $entry
      $entry.Name = Get-NameText $entry.RawName $entry.Flags
      $type = 0
      if ($head[5] -eq 3) { $type = ([int][System.BitConverter]::ToUInt16($head, 40)) -band 0xf000 }
      $entry.IsFolder = $entry.Name.EndsWith('/', [System.StringComparison]::Ordinal) -or $type -eq 0x4000
      $entry.IsSpecial = $type -ne 0 -and $type -ne 0x8000 -and $type -ne 0x4000
      $entry.IsSymlink = $type -eq 0xa000
      $entries.Add($entry)
    }
  } catch [Damage] {
    $message = $_.Exception.Message
    throw [Damage]::new("the archive's list of contents breaks off after $read of $(Get-Digits $count) entries: $message")
  }
  return @{ Entries = $entries; End = $at }
}

# Sizes beyond 4 GiB stand in the first extra field of id 1, as many as are marked with 0xffffffff.
function Read-ExtraFields([ZipEntry]$entry) {
  $extra = $entry.Extra
  $isFirst = $true
  $at = 0
  while ($at -lt $extra.Length - 3) {
    $id = [int][System.BitConverter]::ToUInt16($extra, $at)
    $end = $at + 4 + [int][System.BitConverter]::ToUInt16($extra, $at + 2)
    if ($end -gt $extra.Length) { throw [Damage]::new('an extra field is longer than its room') }
    if ($id -eq 0x7075) { $entry.HasSecondName = $true }
    if ($id -eq 1 -and $isFirst) {
      $isFirst = $false
      $from = $at + 4
      foreach ($field in 'Size', 'Packed', 'Offset') {
        if ($entry.$field -ne 4294967295) { continue }
        if ($from + 8 -gt $end) { throw [Damage]::new('a size of more than 4 GiB is missing') }
        $entry.$field = Get-Long $extra $from
        $from += 8
      }
    }
    $at = $end
  }
}

# The header in front of an entry's bytes. Throws Damage when there is none where the list says.
function Read-LocalHeader([ZipEntry]$entry) {
  $head = Read-Bytes $entry.Offset 30
  if ([System.BitConverter]::ToUInt32($head, 0) -ne 0x04034b50) { throw [Damage]::new('something else lies there') }
  $local = [LocalHeader]::new()
  $nameLength = [int][System.BitConverter]::ToUInt16($head, 26)
  $extraLength = [int][System.BitConverter]::ToUInt16($head, 28)
  $local.DataStart = $entry.Offset + 30 + $nameLength + $extraLength
  if ($local.DataStart + $entry.Packed -gt $script:ZipSize) { throw [Damage]::new('its bytes reach beyond the end of the file') }
  $local.Flags = [System.BitConverter]::ToUInt16($head, 6)
  $local.Method = [System.BitConverter]::ToUInt16($head, 8)
  $local.Packed = [System.BitConverter]::ToUInt32($head, 18)
  $local.Size = [System.BitConverter]::ToUInt32($head, 22)
  $more = Read-Bytes ($entry.Offset + 30) ($nameLength + $extraLength)
  $local.RawName = New-Object byte[] $nameLength
  [Array]::Copy($more, 0, $local.RawName, 0, $nameLength)
  $local.Extra = New-Object byte[] $extraLength
  [Array]::Copy($more, $nameLength, $local.Extra, 0, $extraLength)
  return $local
}

# ---------------------------------------------------------------- content

# .NET has no CRC-32 of its own before version 8, but every gzip stream ends with one.
class Crc32 {
  [System.IO.MemoryStream]$Kept
  [System.IO.Compression.GZipStream]$Zip
  [bool]$IsEmpty
  Crc32() {
    $this.Kept = [System.IO.MemoryStream]::new()
    $this.Zip = [System.IO.Compression.GZipStream]::new($this.Kept, [System.IO.Compression.CompressionLevel]::NoCompression, $true)
    $this.IsEmpty = $true
  }
  [void] Add([byte[]]$block, [int]$length) {
    if ($length -eq 0) { return }
    $this.IsEmpty = $false
    $this.Zip.Write($block, 0, $length)
    $this.Kept.SetLength(0)
  }
  [double] Sum() {
    $this.Zip.Dispose()
    if ($this.IsEmpty) { return 0.0 }
    return [double][System.BitConverter]::ToUInt32($this.Kept.ToArray(), [int]$this.Kept.Length - 8)
  }
}

$script:Block = New-Object byte[] 1048576

# One pass over an entry: its hashes by name, and its bytes where they are kept. Never more than the declared size.
# Throws Damage; `hidden` in the message's place says that bytes lie behind the packed content.
function Read-Entry([ZipEntry]$entry, $names, [bool]$keep) {
  $local = Read-LocalHeader $entry
  $hashes = New-Map
  foreach ($name in $names) { $hashes[$name] = New-Hash $name }
  $crc = [Crc32]::new()
  $kept = $null
  if ($keep) { $kept = [System.IO.MemoryStream]::new() }
  [void]$script:Zip.Seek([long]$local.DataStart, [System.IO.SeekOrigin]::Begin)
  $packed = [PackedBytes]::new($script:Zip, [long]$entry.Packed)
  $stream = $packed
  if ($entry.Method -eq 8) {
    $stream = [System.IO.Compression.DeflateStream]::new($packed, [System.IO.Compression.CompressionMode]::Decompress, $true)
  }
  $size = [double]0
  try {
    while ($true) {
      try { $got = $stream.Read($script:Block, 0, $script:Block.Length) }
      catch { throw [Damage]::new('its packed bytes are damaged') }
      if ($got -le 0) { break }
      $size += $got
      if ($size -gt $entry.Size) { throw [Damage]::new("more bytes than the $(Get-Digits $entry.Size) the archive declares") }
      foreach ($hash in $hashes.Values) { [void]$hash.TransformBlock($script:Block, 0, $got, $null, 0) }
      $crc.Add($script:Block, $got)
      if ($keep) { $kept.Write($script:Block, 0, $got) }
    }
    if ($entry.Method -eq 8) {
      if ($packed.WantedMore) { throw [Damage]::new('its packed bytes end too early') }
      if (-not $packed.WantedLast) { throw [Damage]::new('hidden') }
    }
    if ($size -lt $entry.Size) { throw [Damage]::new("only $(Get-Digits $size) of the $(Get-Digits $entry.Size) bytes the archive declares") }
    if ($crc.Sum() -ne $entry.Crc) { throw [Damage]::new('the checksum (CRC-32) does not fit the bytes') }
    $digests = New-Map
    foreach ($name in $names) {
      if ($null -eq $hashes[$name]) { continue }
      [void]$hashes[$name].TransformFinalBlock($script:Block, 0, 0)
      $digests[$name] = ConvertTo-Hex $hashes[$name].Hash
    }
    $bytes = $null
    if ($keep) { $bytes = $kept.ToArray() }
    return @{ Digests = $digests; Bytes = $bytes }
  } finally {
    foreach ($hash in $hashes.Values) { if ($null -ne $hash) { $hash.Dispose() } }
    if ($stream -ne $packed) { $stream.Dispose() }
  }
}
