# Lines between the agent and the jump box. Requests are JSON lines of plain ASCII; answers are JSON lines that begin
# with the token of this run and hold nothing but printable ASCII: any other text travels as base64 of its UTF-16 units,
# so that no name can break a line, end a string or lose half of a surrogate pair.
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$WarningPreference = 'SilentlyContinue'
$VerbosePreference = 'SilentlyContinue'
$InformationPreference = 'SilentlyContinue'

# What lasts from one request to the next. Out is the stream for answers; without one they go down the pipeline (PSRP).
if ($null -eq $global:Tasktrail) {
  $global:Tasktrail = @{ Token = ''; Run = ''; Out = $null; Staging = $null; Reader = $null; Cim = $null; Id = 0 }
}

function ConvertTo-TtText([string]$Text) {
  if ($Text -cmatch '^[\x20\x21\x23-\x5b\x5d-\x7e]*\z') { return '"' + $Text + '"' }
  $chars = $Text.ToCharArray()
  $bytes = New-Object byte[] (2 * $chars.Length)
  [Buffer]::BlockCopy($chars, 0, $bytes, 0, $bytes.Length)
  return '{"u16":"' + [Convert]::ToBase64String($bytes) + '"}'
}

function ConvertTo-TtJson($Value) {
  if ($null -eq $Value) { return 'null' }
  if ($Value -is [string]) { return ConvertTo-TtText $Value }
  if ($Value -is [bool]) { if ($Value) { return 'true' } else { return 'false' } }
  if ($Value -is [byte[]]) { return '{"b64":"' + [Convert]::ToBase64String($Value) + '"}' }
  if ($Value -is [datetime]) {
    return '"' + $Value.ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ss.fffffff', [Globalization.CultureInfo]::InvariantCulture) + 'Z"'
  }
  if ($Value -is [int] -or $Value -is [uint32] -or $Value -is [int16] -or $Value -is [uint16] -or $Value -is [byte]) {
    return $Value.ToString([Globalization.CultureInfo]::InvariantCulture)
  }
  # 64 bits do not fit a JSON number of the other side
  if ($Value -is [long] -or $Value -is [uint64]) { return '"' + $Value.ToString([Globalization.CultureInfo]::InvariantCulture) + '"' }
  if ($Value -is [Collections.IDictionary]) {
    # names are constants of these scripts, never text of the host
    $parts = @(foreach ($key in $Value.Keys) { '"' + $key + '":' + (ConvertTo-TtJson $Value[$key]) })
    return '{' + [string]::Join(',', $parts) + '}'
  }
  if ($Value -is [Collections.IEnumerable]) {
    $parts = @(foreach ($one in $Value) { ConvertTo-TtJson $one })
    return '[' + [string]::Join(',', $parts) + ']'
  }
  return ConvertTo-TtText ([string]$Value)
}

function Write-TtLine([string]$Line) {
  $out = $global:Tasktrail.Out
  if ($null -eq $out) { return $Line }
  $bytes = [Text.Encoding]::ASCII.GetBytes($Line + "`n")
  $out.Write($bytes, 0, $bytes.Length)
  $out.Flush()
}

function Get-TtHead([string]$Type) {
  return '{"k":"' + $global:Tasktrail.Token + '","type":"' + $Type + '","id":' + $global:Tasktrail.Id
}

# One answer. Fields is an ordered or plain dictionary.
function Send-TtLine([string]$Type, $Fields) {
  $body = ConvertTo-TtJson $Fields
  $head = Get-TtHead $Type
  if ($body.Length -gt 2) { Write-TtLine ($head + ',' + $body.Substring(1)) } else { Write-TtLine ($head + '}') }
}

function Send-TtItem([string]$Kind, $Fields) {
  $Fields['kind'] = $Kind
  Send-TtLine 'item' $Fields
}

# What an error says of itself: its words, which may be in any language, and what is the same in all of them: class, id
# and the numbers of the chain of causes.
function Get-TtFailure($Failure) {
  $exception = $Failure.Exception
  $codes = @()
  while ($true) {
    $names = @('ErrorCode', 'HResult')
    if ($exception -is [ComponentModel.Win32Exception]) { $names += 'NativeErrorCode' }
    foreach ($name in $names) { try { if ($null -ne $exception.$name) { $codes += [int]$exception.$name } } catch { continue } }
    if ($null -eq $exception.InnerException -or $codes.Count -gt 20) { break }
    $exception = $exception.InnerException
  }
  $message = [string]$exception.Message
  if ($message.Length -gt 2000) { $message = $message.Substring(0, 2000) }
  $id = [string]$Failure.FullyQualifiedErrorId
  if ($id.Length -gt 300) { $id = $id.Substring(0, 300) }
  return @{ what = $message; error = $exception.GetType().Name; code = [int]$exception.HResult; codes = $codes; fqid = $id }
}

# Trouble that costs one thing only. What: where it was met. The rest goes on.
function Send-TtTrouble([string]$Where, $Failure) {
  $fields = Get-TtFailure $Failure
  $fields['where'] = $Where
  Send-TtLine 'trouble' $fields
}
