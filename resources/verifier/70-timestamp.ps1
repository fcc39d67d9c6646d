
# ---------------------------------------------------------------- time stamps of an authority (RFC 3161)

$script:HashOfId = @{ '2.16.840.1.101.3.4.2.1' = 'sha256'; '2.16.840.1.101.3.4.2.2' = 'sha384'; '2.16.840.1.101.3.4.2.3' = 'sha512'
  '1.2.840.113549.1.1.11' = 'sha256'; '1.2.840.113549.1.1.12' = 'sha384'; '1.2.840.113549.1.1.13' = 'sha512'
  '1.2.840.10045.4.3.2' = 'sha256'; '1.2.840.10045.4.3.3' = 'sha384'; '1.2.840.10045.4.3.4' = 'sha512' }
$script:StampInfo = '1.2.840.113549.1.9.16.1.4'

# One DER value: its tag, its content and all its bytes. Throws Damage where it does not fit between `at` and `end`.
function Read-Der([byte[]]$bytes, [int]$at, [int]$end) {
  $malformed = [Damage]::new('the time stamp is malformed')
  if ($at + 2 -gt $end) { throw $malformed }
  $length = [int]$bytes[$at + 1]
  $content = $at + 2
  if ($length -eq 0x80 -or $length -gt 0x84) { throw $malformed }
  if ($length -gt 0x80) {
    $count = $length - 0x80
    if ($content + $count -gt $end) { throw $malformed }
    $long = [long]0
    for ($i = 0; $i -lt $count; $i++) { $long = $long * 256 + $bytes[$content + $i] }
    $content += $count
    if ($long -gt $end - $content) { throw $malformed }
    $length = [int]$long
  }
  if ($content + $length -gt $end) { throw $malformed }
  return @{ Tag = [int]$bytes[$at]; Source = $bytes; Start = $at; Content = $content; End = $content + $length }
}

# The value at the end of a way of positions; the content of an octet string is looked into as well.
function Get-Der($from, [int[]]$way) {
  foreach ($step in $way) {
    $at = $from.Content
    for ($i = 0; $i -lt $step; $i++) { $at = (Read-Der $from.Source $at $from.End).End }
    $from = Read-Der $from.Source $at $from.End
  }
  return $from
}

function Get-DerParts($from) {
  $parts = New-List
  for ($at = $from.Content; $at -lt $from.End; $at = $part.End) {
    $part = Read-Der $from.Source $at $from.End
    $parts.Add($part)
  }
  return , $parts
}

function Get-Part([byte[]]$bytes, [int]$start, [int]$end) {
  $part = New-Object byte[] ($end - $start)
  [Array]::Copy($bytes, $start, $part, 0, $part.Length)
  return , $part
}
function Get-DerContent($value) { return , (Get-Part $value.Source $value.Content $value.End) }
function Get-DerBytes($value) { return , (Get-Part $value.Source $value.Start $value.End) }

function Get-DerId($value) {
  if ($value.Tag -ne 6 -or $value.End -eq $value.Content) { throw [Damage]::new('the time stamp is malformed') }
  $numbers = New-List
  $number = [System.Numerics.BigInteger]::Zero
  for ($at = $value.Content; $at -lt $value.End; $at++) {
    $number = $number * 128 + ($value.Source[$at] -band 0x7f)
    if (($value.Source[$at] -band 0x80) -ne 0) { continue }
    if ($numbers.Count -eq 0) {
      $first = [System.Numerics.BigInteger]::Min(2, $number / 40)
      $numbers.Add($first)
      $number = $number - $first * 40
    }
    $numbers.Add($number)
    $number = [System.Numerics.BigInteger]::Zero
  }
  return [string]::Join('.', [string[]]@($numbers | ForEach-Object { $_.ToString() }))
}

# True when `signature` of `data` was made with the key of the certificate (RSA or an elliptic curve).
function Test-CertificateSignature($certificate, [string]$hash, [byte[]]$data, [byte[]]$signature) {
  $name = New-Object System.Security.Cryptography.HashAlgorithmName $hash.ToUpperInvariant()
  $rsa = [System.Security.Cryptography.X509Certificates.RSACertificateExtensions]::GetRSAPublicKey($certificate)
  if ($null -ne $rsa) { return $rsa.VerifyData($data, $signature, $name, [System.Security.Cryptography.RSASignaturePadding]::Pkcs1) }
  $curve = [System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions]::GetECDsaPublicKey($certificate)
  if ($null -eq $curve) { return $false }
  # X.509 writes two numbers, .NET wants them side by side, each as long as the key.
  $length = [int][Math]::Floor(($curve.KeySize + 7) / 8)
  $plain = New-Object byte[] (2 * $length)
  try { $pair = Get-DerParts (Read-Der $signature 0 $signature.Length) } catch [Damage] { return $false }
  if ($pair.Count -ne 2) { return $false }
  for ($i = 0; $i -lt 2; $i++) {
    $number = Get-DerContent $pair[$i]
    $skip = 0
    while ($skip -lt $number.Length -and $number[$skip] -eq 0) { $skip++ }
    if ($number.Length - $skip -gt $length) { return $false }
    [Array]::Copy($number, $skip, $plain, ($i + 1) * $length - ($number.Length - $skip), $number.Length - $skip)
  }
  return $curve.VerifyData($data, $plain, $name)
}

# Certificates of a PEM file.
function Read-Roots([string]$text) {
  $roots = New-List
  foreach ($found in [regex]::Matches($text, '-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----')) {
    $roots.Add((New-Object System.Security.Cryptography.X509Certificates.X509Certificate2 (, [Convert]::FromBase64String($found.Groups[1].Value))))
  }
  if ($roots.Count -eq 0) { throw 'no certificate could be read from the file of root certificates. Give a PEM file with the root certificate of the time stamping authority.' }
  return , $roots
}

function Test-ValidAt($certificate, [DateTime]$time) {
  return $time -ge $certificate.NotBefore.ToUniversalTime() -and $time -le $certificate.NotAfter.ToUniversalTime()
}

function Test-IssuedBy($certificate, $issuer, [DateTime]$time) {
  if (-not (Test-SameBytes $certificate.IssuerName.RawData $issuer.SubjectName.RawData) -or -not (Test-ValidAt $issuer $time)) { return $false }
  foreach ($extension in $issuer.Extensions) {
    if ($extension -isnot [System.Security.Cryptography.X509Certificates.X509KeyUsageExtension]) { continue }
    if (($extension.KeyUsages -band [System.Security.Cryptography.X509Certificates.X509KeyUsageFlags]::KeyCertSign) -eq 0) { return $false }
  }
  $whole = Read-Der $certificate.RawData 0 $certificate.RawData.Length
  $hash = $script:HashOfId[(Get-DerId (Get-Der $whole 1, 0))]
  if ($null -eq $hash) { return $false }
  $bits = Get-DerContent (Get-Der $whole 2)
  return Test-CertificateSignature $issuer $hash (Get-DerBytes (Get-Der $whole 0)) (Get-Part $bits 1 $bits.Length)
}

function Test-Authority($certificate) {
  foreach ($extension in $certificate.Extensions) {
    if ($extension -is [System.Security.Cryptography.X509Certificates.X509BasicConstraintsExtension]) { return $extension.CertificateAuthority }
  }
  return $false
}

function Test-LeadsToRoot($certificate, $others, $roots, [DateTime]$time) {
  $at = $certificate
  for ($depth = 0; $depth -lt 8; $depth++) {
    foreach ($root in $roots) { if ((Test-SameBytes $at.RawData $root.RawData) -or (Test-IssuedBy $at $root $time)) { return $true } }
    $next = $null
    foreach ($other in $others) {
      if ((Test-SameBytes $other.RawData $at.RawData) -or -not (Test-Authority $other) -or -not (Test-IssuedBy $at $other $time)) { continue }
      $next = $other
      break
    }
    if ($null -eq $next) { return $false }
    $at = $next
  }
  return $false
}

function Assert-Stamp([bool]$condition, [string]$why) { if (-not $condition) { throw [Damage]::new($why) } }

# Holds a response against the message it must be for: time, authority and whether a root vouches. Throws Damage.
function Read-TimeStamp([byte[]]$response, [byte[]]$message, $roots) {
  Assert-Stamp ($response.Length -le 262144) 'the time stamp is too long'
  $whole = Read-Der $response 0 $response.Length
  $statusBytes = Get-DerContent (Get-Der $whole 0, 0)
  [Array]::Reverse($statusBytes)
  $status = New-Object System.Numerics.BigInteger (, $statusBytes)
  Assert-Stamp ($status -eq 0 -or $status -eq 1) "the authority refused (status $status)"
  $token = Get-Der $whole 1
  Assert-Stamp ((Get-DerId (Get-Der $token 0)) -ceq '1.2.840.113549.1.7.2') 'the time stamp is no signed data'
  $signedData = Get-Der $token 1, 0
  $content = Get-Der $signedData 2
  Assert-Stamp ((Get-DerId (Get-Der $content 0)) -ceq $script:StampInfo) 'the signed data is no time stamp'
  $octets = Get-Der $content 1, 0
  $raw = Get-DerContent $octets
  $facts = Read-Der $raw 0 $raw.Length
  $hash = $script:HashOfId[(Get-DerId (Get-Der $facts 2, 0, 0))]
  Assert-Stamp ($null -ne $hash) 'the hash of the time stamp is not known'
  Assert-Stamp (Test-SameBytes (Get-HashBytes $hash $message) (Get-DerContent (Get-Der $facts 2, 1))) 'the time stamp is for other bytes'
  $digits = Get-Latin (Get-DerContent (Get-Der $facts 4))
  $time = [DateTime]::MinValue
  $style = [System.Globalization.DateTimeStyles]'AssumeUniversal, AdjustToUniversal'
  $isTime = [DateTime]::TryParseExact($digits, [string[]]@('yyyyMMddHHmmss\Z', 'yyyyMMddHHmmss.FFFFFFF\Z'), $script:Invariant, $style, [ref]$time)
  Assert-Stamp $isTime 'the time stamp has no time'
  $parts = Get-DerParts $signedData
  $signer = Get-Der $parts[$parts.Count - 1] 0
  $others = New-List
  foreach ($part in $parts) {
    if ($part.Tag -ne 0xa0) { continue }
    foreach ($one in (Get-DerParts $part)) {
      if ($others.Count -lt 20) { $others.Add((New-Object System.Security.Cryptography.X509Certificates.X509Certificate2 (, (Get-DerBytes $one)))) }
    }
  }
  $certificate = $null
  foreach ($other in $others) {
    $body = Get-Der (Read-Der $other.RawData 0 $other.RawData.Length) 0
    $shift = 0
    if ((Get-Der $body 0).Tag -eq 0xa0) { $shift = 1 }
    $isNamed = (Test-SameBytes (Get-DerContent (Get-Der $body $shift)) (Get-DerContent (Get-Der $signer 1, 1))) -and
      (Test-SameBytes (Get-DerBytes (Get-Der $body ($shift + 2))) (Get-DerBytes (Get-Der $signer 1, 0)))
    if ($isNamed) { $certificate = $other; break }
  }
  Assert-Stamp ($null -ne $certificate) 'the certificate of the authority is not in the time stamp'
  Test-StampSignature $signer $certificate $raw
  $usages = @($certificate.Extensions | Where-Object { $_ -is [System.Security.Cryptography.X509Certificates.X509EnhancedKeyUsageExtension] } | ForEach-Object { $_.EnhancedKeyUsages } | ForEach-Object { $_.Value })
  Assert-Stamp ($usages.Count -eq 1 -and $usages[0] -ceq '1.3.6.1.5.5.7.3.8') 'the certificate of the authority is not one for time stamps'
  Assert-Stamp (Test-ValidAt $certificate $time) 'the certificate of the authority was not valid at that time'
  $name = $certificate.GetNameInfo([System.Security.Cryptography.X509Certificates.X509NameType]::SimpleName, $false)
  return @{ Time = $time.ToString('yyyy-MM-dd\THH:mm:ss.fff\Z', $script:Invariant); Authority = $name; IsTrusted = [bool](Test-LeadsToRoot $certificate $others $roots $time) }
}

function Test-StampSignature($signer, $certificate, [byte[]]$content) {
  $hash = $script:HashOfId[(Get-DerId (Get-Der $signer 2, 0))]
  Assert-Stamp ($null -ne $hash) 'the hash of the signature is not known'
  $attributes = $null
  $signature = $null
  foreach ($part in (Get-DerParts $signer)) {
    if ($part.Tag -eq 0xa0 -and $null -eq $attributes) { $attributes = $part }
    if ($part.Tag -eq 4) { $signature = $part }
  }
  Assert-Stamp ($null -ne $attributes) 'the time stamp is not signed as one'
  $digest = $null
  $type = $null
  foreach ($one in (Get-DerParts $attributes)) {
    $id = Get-DerId (Get-Der $one 0)
    if ($id -ceq '1.2.840.113549.1.9.4' -and $null -eq $digest) { $digest = Get-DerContent (Get-Der $one 1, 0) }
    if ($id -ceq '1.2.840.113549.1.9.3' -and $null -eq $type) { $type = Get-DerId (Get-Der $one 1, 0) }
  }
  Assert-Stamp ($type -ceq $script:StampInfo) 'what is signed is no time stamp'
  Assert-Stamp ($null -ne $digest -and (Test-SameBytes $digest (Get-HashBytes $hash $content))) 'the signature is for another time stamp'
  $signed = Get-DerBytes $attributes
  $signed[0] = 0x31 # signed as a SET, stored with a tag of its own
  $isSound = $null -ne $signature -and (Test-CertificateSignature $certificate $hash $signed (Get-DerContent $signature))
  Assert-Stamp $isSound 'the signature of the authority does not hold'
}

function Test-TimeStamp($bag, $roots) {
  $file = 'signatures/tagmanifest-sha256.txt.tsr'
  if (-not $bag.Kept.ContainsKey($file) -or -not $bag.Kept.ContainsKey('tagmanifest-sha256.txt')) { return $null }
  $why = 'the time stamp is malformed'
  try { $stamp = Read-TimeStamp $bag.Kept[$file] $bag.Kept['tagmanifest-sha256.txt'] $roots; $why = $null }
  catch [Damage] { $why = $_.Exception.Message }
  catch { $why = 'the time stamp is malformed' }
  if ($null -ne $why) {
    Add-Finding bad TIMESTAMP_INVALID $file "The time stamp does not hold: $why." 'The bag was changed after it was stamped, or the stamp is of another bag.'
    return $null
  }
  if (-not $stamp.IsTrusted) {
    Add-Finding note TIMESTAMP_UNKNOWN_AUTHORITY $file "Stamped at $($stamp.Time) by `"$($stamp.Authority)`", an authority that none of your roots vouches for." 'Name the root certificate of the authority, got by another way, to trust its time.'
  }
  return $stamp
}
