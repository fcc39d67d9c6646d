
# ---------------------------------------------------------------- Ed25519 (RFC 8032), which .NET Framework lacks
# Only checking, of public values: so nothing here needs to take the same time for every input.

$script:P = [System.Numerics.BigInteger]::Pow(2, 255) - 19
$script:L = [System.Numerics.BigInteger]::Pow(2, 252) + [System.Numerics.BigInteger]::Parse('27742317777372353535851937790883648493', $script:Invariant)
$script:D = [System.Numerics.BigInteger]::Parse('37095705934669439343138083508754565189542113879843219016388785533085940283555', $script:Invariant)
$script:D2 = ($script:D * 2) % $script:P
$script:RootOfMinusOne = [System.Numerics.BigInteger]::ModPow(2, ($script:P - 1) / 4, $script:P)

function Get-LittleEndian([byte[]]$bytes) {
  $padded = New-Object byte[] ($bytes.Length + 1)
  [Array]::Copy($bytes, $padded, $bytes.Length)
  return New-Object System.Numerics.BigInteger (, $padded)
}

# A point is X, Y, Z, T with x = X/Z, y = Y/Z, x*y = T/Z. Nothing when the bytes are no point of the curve.
function Get-Point([byte[]]$bytes) {
  $p = $script:P
  $masked = [byte[]]$bytes.Clone()
  $isOdd = ($masked[31] -band 0x80) -ne 0
  $masked[31] = $masked[31] -band 0x7f
  $y = (Get-LittleEndian $masked) % $p
  $u = ($y * $y - 1 + $p) % $p
  $v = ($script:D * $y * $y + 1) % $p
  $v3 = ($v * $v % $p) * $v % $p
  $power = [System.Numerics.BigInteger]::ModPow(($u * $v3 % $p) * $v3 % $p * $v % $p, ($p - 5) / 8, $p)
  $x = ($u * $v3 % $p) * $power % $p
  $check = ($v * $x % $p) * $x % $p
  if ($check -ne $u) {
    if (($check + $u) % $p -ne 0) { return $null }
    $x = $x * $script:RootOfMinusOne % $p
  }
  if ((-not $x.IsEven) -ne $isOdd) { $x = ($p - $x) % $p }
  return , @($x, $y, [System.Numerics.BigInteger]::One, ($x * $y % $p))
}

function Add-Points($one, $other) {
  $p = $script:P
  $a = ($one[1] - $one[0] + $p) * ($other[1] - $other[0] + $p) % $p
  $b = ($one[1] + $one[0]) * ($other[1] + $other[0]) % $p
  $c = ($one[3] * $script:D2 % $p) * $other[3] % $p
  $d = 2 * $one[2] * $other[2] % $p
  $e = $b - $a + $p
  $f = $d - $c + $p
  $g = $d + $c
  $h = $b + $a
  return , @(($e * $f % $p), ($g * $h % $p), ($f * $g % $p), ($e * $h % $p))
}

# True when `signature` (64 bytes) of `message` was made with the key of `public` (32 bytes).
function Test-Ed25519([byte[]]$public, [byte[]]$message, [byte[]]$signature) {
  if ($public.Length -ne 32 -or $signature.Length -ne 64) { return $false }
  $p = $script:P
  $r = New-Object byte[] 32
  $half = New-Object byte[] 32
  [Array]::Copy($signature, 0, $r, 0, 32)
  [Array]::Copy($signature, 32, $half, 0, 32)
  $s = Get-LittleEndian $half
  if ($s -ge $script:L) { return $false }
  $key = Get-Point $public
  if ($null -eq $key) { return $false }
  $all = New-Object byte[] (64 + $message.Length)
  [Array]::Copy($r, 0, $all, 0, 32)
  [Array]::Copy($public, 0, $all, 32, 32)
  [Array]::Copy($message, 0, $all, 64, $message.Length)
  $h = (Get-LittleEndian (Get-HashBytes 'sha512' $all)) % $script:L
  # R must be s*B - h*A, in the bytes it was given; both products at once, bit by bit.
  $baseBytes = New-Object byte[] 32
  for ($i = 0; $i -lt 32; $i++) { $baseBytes[$i] = 0x66 }
  $baseBytes[0] = 0x58
  $base = Get-Point $baseBytes
  $minusKey = @((($p - $key[0]) % $p), $key[1], $key[2], (($p - $key[3]) % $p))
  $both = Add-Points $base $minusKey
  $sum = @([System.Numerics.BigInteger]::Zero, [System.Numerics.BigInteger]::One, [System.Numerics.BigInteger]::One, [System.Numerics.BigInteger]::Zero)
  $sBytes = New-Object byte[] 33
  $hBytes = New-Object byte[] 33
  $s.ToByteArray().CopyTo($sBytes, 0)
  $h.ToByteArray().CopyTo($hBytes, 0)
  for ($bit = 255; $bit -ge 0; $bit--) {
    $sum = Add-Points $sum $sum
    $inS = ($sBytes[$bit -shr 3] -shr ($bit -band 7)) -band 1
    $inH = ($hBytes[$bit -shr 3] -shr ($bit -band 7)) -band 1
    if ($inS -eq 1 -and $inH -eq 1) { $sum = Add-Points $sum $both }
    elseif ($inS -eq 1) { $sum = Add-Points $sum $base }
    elseif ($inH -eq 1) { $sum = Add-Points $sum $minusKey }
  }
  $inverse = [System.Numerics.BigInteger]::ModPow($sum[2], $p - 2, $p)
  $x = $sum[0] * $inverse % $p
  $y = $sum[1] * $inverse % $p
  $encoded = New-Object byte[] 33
  $y.ToByteArray().CopyTo($encoded, 0)
  if (-not $x.IsEven) { $encoded[31] = $encoded[31] -bor 0x80 }
  for ($i = 0; $i -lt 32; $i++) { if ($encoded[$i] -ne $r[$i]) { return $false } }
  return $true
}

# ---------------------------------------------------------------- SSHSIG (OpenSSH PROTOCOL.sshsig)

$script:Namespace = 'tasktrail-bundle@v1'
$script:SignaturePath = 'signatures/tagmanifest-sha256.txt.sig'

function Get-SshString([byte[]]$bytes) {
  $length = [System.BitConverter]::GetBytes([uint32]$bytes.Length)
  [Array]::Reverse($length)
  return , [byte[]]($length + $bytes)
}

# Reads length-prefixed strings; throws Damage where the bytes end too early.
class SshReader {
  [byte[]]$Bytes
  [int]$At
  SshReader([byte[]]$bytes) { $this.Bytes = $bytes }
  [byte[]] Take([double]$length) {
    if ($this.At + $length -gt $this.Bytes.Length) { throw [Damage]::new('cut off') }
    $part = [byte[]]::new([int]$length)
    [Array]::Copy($this.Bytes, $this.At, $part, 0, $part.Length)
    $this.At = $this.At + $part.Length
    return $part
  }
  [double] Number() {
    $four = $this.Take(4)
    return $four[0] * 16777216.0 + $four[1] * 65536 + $four[2] * 256 + $four[3]
  }
  [byte[]] Text() { return $this.Take($this.Number()) }
  [bool] IsAtEnd() { return $this.At -eq $this.Bytes.Length }
}

function Get-Fingerprint([byte[]]$blob) { return 'SHA256:' + [Convert]::ToBase64String((Get-HashBytes 'sha256' $blob)).TrimEnd([char]'=') }

# Checks an armoured signature over `message`. `Why` says what is wrong; nothing there when the signature holds.
function Test-SshSignature([byte[]]$armoured, [byte[]]$message) {
  $text = Get-Latin $armoured
  if ($text.Length -gt 65536) { return @{ Why = 'not an SSH signature' } }
  $found = [regex]::Match($text, '^-----BEGIN SSH SIGNATURE-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END SSH SIGNATURE-----\s*\z')
  if (-not $found.Success) { return @{ Why = 'not an SSH signature' } }
  try {
    $packed = $found.Groups[1].Value.Replace("`r", '').Replace("`n", '')
    $end = $packed.IndexOf([char]'=')
    if ($end -ge 0) { $packed = $packed.Substring(0, $end) }
    if ($packed.Length % 4 -eq 1) { $packed = $packed.Substring(0, $packed.Length - 1) }
    $reader = [SshReader]::new([Convert]::FromBase64String($packed.PadRight($packed.Length + (4 - $packed.Length % 4) % 4, [char]'=')))
    if ((Get-Latin ($reader.Take(6))) -cne 'SSHSIG' -or $reader.Number() -ne 1) { return @{ Why = 'unknown signature format' } }
    $blob = $reader.Text()
    $key = [SshReader]::new($blob)
    $type = Get-Latin ($key.Text())
    # The second one is the same curve in a FIDO token.
    if ($type -cne 'ssh-ed25519' -and $type -cne 'sk-ssh-ed25519@openssh.com') { return @{ Why = 'signed with another kind of key than Ed25519' } }
    $public = $key.Text()
    $application = $null
    if ($type -cne 'ssh-ed25519') { $application = $key.Text() }
    if ($public.Length -ne 32 -or -not $key.IsAtEnd()) { return @{ Why = 'the signature is malformed' } }
    if ([System.Text.Encoding]::UTF8.GetString($reader.Text()) -cne $script:Namespace) { return @{ Why = 'the signature was made for another purpose (namespace)' } }
    [void]$reader.Text()
    $algorithm = Get-Latin ($reader.Text())
    if ($algorithm -cne 'sha512' -and $algorithm -cne 'sha256') { return @{ Why = 'unknown hash of the signature' } }
    $inner = [SshReader]::new($reader.Text())
    if ((Get-Latin ($inner.Text())) -cne $type) { return @{ Why = 'unknown signature algorithm' } }
    $signature = $inner.Text()
    $ascii = [System.Text.Encoding]::ASCII
    $signed = [byte[]]($ascii.GetBytes('SSHSIG') + (Get-SshString ($ascii.GetBytes($script:Namespace))) + (Get-SshString (New-Object byte[] 0)) +
      (Get-SshString ($ascii.GetBytes($algorithm))) + (Get-SshString (Get-HashBytes $algorithm $message)))
    if ($null -ne $application) {
      # A token signs a hash of what is signed, its flags (touched or not) and its counter (PROTOCOL.u2f).
      $signed = [byte[]]((Get-HashBytes 'sha256' $application) + $inner.Take(1) + $inner.Take(4) + (Get-HashBytes 'sha256' $signed))
    }
    if (-not $inner.IsAtEnd()) { return @{ Why = 'the signature does not fit the signed file' } }
    if (-not (Test-Ed25519 $public $signed $signature)) { return @{ Why = 'the signature does not fit the signed file' } }
    return @{ Why = $null; Blob = $blob; Fingerprint = (Get-Fingerprint $blob) }
  } catch [Damage] { return @{ Why = 'the signature is malformed' } }
  catch [System.FormatException] { return @{ Why = 'the signature is malformed' } }
}

# `YYYYMMDD[HHMM[SS]][Z]` as UTC; without Z it is local time. Never (nothing) when malformed.
function Get-SshTime([string]$text) {
  $found = [regex]::Match($text, '^([0-9]{8})(?:([0-9]{4})([0-9]{2})?)?(Z?)\z')
  if (-not $found.Success) { return $null }
  $digits = $found.Groups[1].Value + $found.Groups[2].Value.PadRight(4, [char]'0') + $found.Groups[3].Value.PadRight(2, [char]'0')
  $style = [System.Globalization.DateTimeStyles]::AssumeLocal
  if ($found.Groups[4].Length -gt 0) { $style = [System.Globalization.DateTimeStyles]::AssumeUniversal }
  $time = [DateTime]::MinValue
  if (-not [DateTime]::TryParseExact($digits, 'yyyyMMddHHmmss', $script:Invariant, $style, [ref]$time)) { return $null }
  return $time.ToUniversalTime()
}

# Lines of an `allowed_signers` file that name an Ed25519 key.
function Read-AllowedSigners([string]$text) {
  $signers = New-List
  $form = New-Object regex '^("[^"]*"|\S+)\s+(?:((?:[A-Za-z-]+(?:="[^"]*")?)(?:,[A-Za-z-]+(?:="[^"]*")?)*)\s+)?(?:ssh-ed25519|sk-ssh-ed25519@openssh\.com)\s+([A-Za-z0-9+/=]+)(?:\s|\z)'
  foreach ($line in [regex]::Split($text, '\r?\n')) {
    $trimmed = $line.Trim()
    if ($trimmed.Length -eq 0 -or $trimmed[0] -eq [char]'#') { continue }
    $found = $form.Match($trimmed)
    $options = $found.Groups[2].Value
    if (-not $found.Success -or [regex]::IsMatch($options, 'cert-authority', 'IgnoreCase')) { continue }
    $signer = @{ Identity = $found.Groups[1].Value.Trim([char]'"').Split([char]',')[0]; Key = $found.Groups[3].Value.TrimEnd([char]'='); Options = @{} }
    foreach ($option in [regex]::Matches($options, '(?:^|,)([A-Za-z-]+)="([^"]*)"')) {
      $name = $option.Groups[1].Value.ToLowerInvariant()
      if (-not $signer.Options.ContainsKey($name)) { $signer.Options[$name] = $option.Groups[2].Value }
    }
    $signers.Add($signer)
  }
  return , $signers
}

# The line that vouches for a key now; nothing when none does.
function Find-AllowedSigner([byte[]]$blob, $signers) {
  $now = [DateTime]::UtcNow
  foreach ($signer in $signers) {
    if ($signer.Key -cne [Convert]::ToBase64String($blob).TrimEnd([char]'=')) { continue }
    if ($signer.Options.ContainsKey('namespaces')) {
      $isMeant = $false
      foreach ($pattern in $signer.Options['namespaces'].Split([char]',')) {
        $source = '^' + [regex]::Escape($pattern.Trim()).Replace('\*', '.*').Replace('\?', '.') + '\z'
        if ([regex]::IsMatch($script:Namespace, $source)) { $isMeant = $true; break }
      }
      if (-not $isMeant) { continue }
    }
    if ($signer.Options.ContainsKey('valid-after')) {
      $after = Get-SshTime $signer.Options['valid-after']
      if ($null -eq $after -or $now -lt $after) { continue }
    }
    if ($signer.Options.ContainsKey('valid-before')) {
      $before = Get-SshTime $signer.Options['valid-before']
      if ($null -eq $before -or $now -ge $before) { continue }
    }
    return $signer
  }
  return $null
}

# Who signed: state (known, unknown, none), fingerprint and identity.
function Test-Signature($bag, $signers) {
  $nobody = @{ State = 'none'; Fingerprint = $null; Identity = $null }
  if (-not $bag.Kept.ContainsKey($script:SignaturePath) -or -not $bag.Kept.ContainsKey('tagmanifest-sha256.txt')) { return $nobody }
  $reading = Test-SshSignature $bag.Kept[$script:SignaturePath] $bag.Kept['tagmanifest-sha256.txt']
  if ($null -ne $reading.Why) {
    Add-Finding bad SIGNATURE_INVALID $script:SignaturePath "The signature does not hold: $($reading.Why)." 'The bag was changed after it was signed, or the signature is of another bag.'
    return $nobody
  }
  $known = Find-AllowedSigner $reading.Blob $signers
  if ($null -ne $known) { return @{ State = 'known'; Fingerprint = $reading.Fingerprint; Identity = $known.Identity } }
  Add-Finding warning UNKNOWN_SIGNER $script:SignaturePath "Signed by a key that is not among the allowed signers: $($reading.Fingerprint)." 'Compare the fingerprint with the one the sender told you by another way, then add the key to your allowed signers.'
  return @{ State = 'unknown'; Fingerprint = $reading.Fingerprint; Identity = $null }
}
