# Runs on the jump box, started with -File. Opens a way to the host and passes requests and answers on.
# Standard input brings "LENGTH SHA256" and the agent, then one line with the secret (hexadecimal UTF-16 units, or
# "-" for none), then requests. The secret is read by .NET methods alone: no command ever has it as a parameter, so that no
# log of commands can hold it.
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$WarningPreference = 'SilentlyContinue'
if ([string]$ExecutionContext.SessionState.LanguageMode -ne 'FullLanguage') {
  Write-Output ('tasktrail-language ' + $ExecutionContext.SessionState.LanguageMode)
  exit 3
}
$stdin = [Console]::OpenStandardInput()
$stdout = [Console]::OpenStandardOutput()
$head = ''
while ($true) {
  $one = $stdin.ReadByte()
  if ($one -lt 0 -or $head.Length -gt 100) { exit 4 }
  if ($one -eq 10) { break }
  $head += [char]$one
}
$length = [int]$head.Split(' ')[0]
$code = New-Object byte[] $length
$done = 0
while ($done -lt $length) {
  $got = $stdin.Read($code, $done, $length - $done)
  if ($got -le 0) { exit 4 }
  $done += $got
}
try { $sha = New-Object System.Security.Cryptography.SHA256CryptoServiceProvider }
catch { $sha = [System.Security.Cryptography.SHA256]::Create() }
if ([BitConverter]::ToString($sha.ComputeHash($code)).Replace('-', '').ToLowerInvariant() -cne $head.Trim().Split(' ')[1]) {
  Write-Output 'tasktrail-altered'
  exit 5
}
$secret = New-Object System.Security.SecureString
$unit = 0
$digits = 0
$hasSecret = $false
while ($true) {
  $one = $stdin.ReadByte()
  if ($one -lt 0) { exit 4 }
  if ($one -eq 10) { break }
  $digit = '0123456789abcdef'.IndexOf([char]$one)
  if ($digit -lt 0) { continue }
  $hasSecret = $true
  $unit = $unit * 16 + $digit
  $digits++
  if ($digits % 4 -eq 0) {
    $secret.AppendChar([char]$unit)
    $unit = 0
  }
}
$secret.MakeReadOnly()
$text = [System.Text.Encoding]::ASCII.GetString($code)
. ([scriptblock]::Create($text))

$global:TtWay = @{ Way = ''; Session = $null; Trusted = $null; Text = $text; Secret = $secret; HasSecret = $hasSecret; Wrong = 0 }

# The certificate the host shows, as upper-case SHA-1 and SHA-256, without trusting it; and what Windows finds wrong with it.
function Get-TtCertificate([string]$Computer, [int]$Port) {
  $global:TtWay.Wrong = 0
  $client = New-Object Net.Sockets.TcpClient
  try {
    $client.Connect($Computer, $Port)
    $tls = New-Object Net.Security.SslStream($client.GetStream(), $false, { $global:TtWay.Wrong = [int]$args[3]; $true })
    $tls.AuthenticateAsClient($Computer)
    $bytes = $tls.RemoteCertificate.GetRawCertData()
    $tls.Dispose()
  }
  finally { $client.Close() }
  $one = [System.Security.Cryptography.SHA1]::Create().ComputeHash($bytes)
  $two = (New-TtHash).ComputeHash($bytes)
  return @([BitConverter]::ToString($one).Replace('-', ''), [BitConverter]::ToString($two).Replace('-', ''))
}

# WinRM cannot be told to take one certificate alone, so it is compared on a connection beside it, before and after the
# session is opened; Windows' own check is given up only for what is wrong with this very certificate.
function Test-TtPin([string]$Computer, [int]$Port, [string]$Pin) {
  $shown = @(Get-TtCertificate $Computer $Port)
  if ($shown -cnotcontains $Pin) { throw ('tasktrail-certificate ' + $shown[1]) }
}

# TrustedHosts belongs to the whole machine: changed only when asked for, by this one name, and set back at the end.
function Add-TtTrust([string]$Computer) {
  $name = 'WSMan:\localhost\Client\TrustedHosts'
  $before = [string](Get-Item -LiteralPath $name).Value
  $all = $before
  if ($before) { $all = $before + ',' + $Computer } else { $all = $Computer }
  if (@($before.Split(',')) -contains $Computer -or $before -eq '*') { return }
  Set-Item -LiteralPath $name -Value $all -Force
  $global:TtWay.Trusted = @{ before = $before; after = $all }
  Send-TtItem 'trust' @{ before = $before; after = $all; command = ('Set-Item ' + $name + ' -Value ''' + $all + ''' -Force') }
}

function Reset-TtTrust {
  $name = 'WSMan:\localhost\Client\TrustedHosts'
  $trusted = $global:TtWay.Trusted
  if ($null -eq $trusted) { return }
  $now = [string](Get-Item -LiteralPath $name).Value
  if ($now -cne $trusted.after) { throw 'somebody else has changed TrustedHosts meanwhile: it was left as it is' }
  Set-Item -LiteralPath $name -Value $trusted.before -Force
  $global:TtWay.Trusted = $null
  Send-TtItem 'trust' @{ before = $now; after = $trusted.before; command = ('Set-Item ' + $name + ' -Value ''' + $trusted.before + ''' -Force') }
}

function Open-TtWay($Request) {
  $computer = [string]$Request.host
  $credential = $null
  if ($Request.user -and $global:TtWay.HasSecret) {
    $credential = New-Object System.Management.Automation.PSCredential(([string]$Request.user), $global:TtWay.Secret)
  }
  elseif ($Request.user -and $Request.ask) {
    # Windows' own dialog; this program never sees what is typed there
    $credential = Get-Credential -UserName ([string]$Request.user) -Message ('Account for ' + $computer)
  }
  $global:TtWay.Way = [string]$Request.way
  switch -CaseSensitive ([string]$Request.way) {
    'local' { return }
    { $_ -eq 'winrm' -or $_ -eq 'winrm-https' } {
      $option = @{ NoMachineProfile = $true; OpenTimeout = 30000; OperationTimeout = 180000; Culture = 'en-US'; UICulture = 'en-US' }
      $how = @{ ComputerName = $computer; ErrorAction = 'Stop' }
      if ($_ -eq 'winrm-https') {
        $how['UseSSL'] = $true
        $port = 5986
        if ($Request.port) { $port = [int]$Request.port }
        $how['Port'] = $port
        if ($Request.pin) {
          $pin = ([string]$Request.pin).Replace(':', '').ToUpperInvariant()
          Test-TtPin $computer $port $pin
          # 2: another name stands in it; 4: its issuer is not trusted here
          if (($global:TtWay.Wrong -band 4) -ne 0) { $option['SkipCACheck'] = $true }
          if (($global:TtWay.Wrong -band 2) -ne 0) { $option['SkipCNCheck'] = $true }
          Send-TtItem 'certificate' @{ fingerprint = $pin; checkedByWindows = ($global:TtWay.Wrong -eq 0) }
        }
      }
      elseif ($Request.port) { $how['Port'] = [int]$Request.port }
      $how['SessionOption'] = New-PSSessionOption @option
      if ($null -ne $credential) { $how['Credential'] = $credential }
      if ($Request.trust) { Add-TtTrust $computer }
      $session = New-PSSession @how
      $global:TtWay.Session = $session
      if ($how.ContainsKey('UseSSL') -and $Request.pin) { Test-TtPin $computer $port $pin }
      $mode = Invoke-Command -Session $session -ScriptBlock { [string]$ExecutionContext.SessionState.LanguageMode }
      if ($mode -ne 'FullLanguage') { throw ('tasktrail-language ' + $mode) }
      $null = Invoke-Command -Session $session -ScriptBlock ([scriptblock]::Create($global:TtWay.Text))
    }
    'cim' {
      $how = @{ ComputerName = $computer; ErrorAction = 'Stop'; SessionOption = (New-CimSessionOption -Protocol Dcom -PacketPrivacy $true) }
      if ($null -ne $credential) { $how['Credential'] = $credential }
      $global:Tasktrail.Cim = New-CimSession @how
    }
    default { throw ('no way of this name: ' + $Request.way) }
  }
}

# Lines of the other side are passed on only when they look like answers; everything else becomes a line of noise.
function Send-TtForeign($Thing) {
  if ($Thing -is [string] -and $Thing -cmatch '^\{"k":"[0-9a-f]{32}","type":"[a-z]{1,10}","id":[0-9]{1,9}[\x20-\x7e]*\}\z') { Write-TtLine $Thing }
  else { Write-TtLine 'tasktrail-noise' }
}

$handler = {
  param($line)
  $request = $line | ConvertFrom-Json
  $global:Tasktrail.Id = [int]$request.id
  if ($request.op -eq 'open' -or $request.op -eq 'shut') {
    if ($request.op -eq 'open') { $global:Tasktrail.Token = [string]$request.token }
    try {
      if ($request.op -eq 'open') { Open-TtWay $request } else { Reset-TtTrust }
      Send-TtLine 'done' @{}
    }
    catch { Send-TtFailure $_ }
    return
  }
  if ($null -eq $global:TtWay.Session) {
    Invoke-TtRequest $line
    return
  }
  try {
    Invoke-Command -Session $global:TtWay.Session -ScriptBlock { param($line) Invoke-TtRequest $line } -ArgumentList $line |
      ForEach-Object { Send-TtForeign $_ }
    if ($global:TtWay.Session.State -ne 'Opened') { throw 'tasktrail-lost: the session is broken' }
  }
  catch { Send-TtFailure $_ }
}

try { Start-TtLoop $stdin $stdout $handler }
finally {
  try { $null = Reset-TtTrust } catch { [Console]::Error.WriteLine($_.Exception.Message) }
  if ($null -ne $global:TtWay.Session) { Remove-PSSession -Session $global:TtWay.Session -ErrorAction SilentlyContinue }
  if ($null -ne $global:Tasktrail.Cim) { Remove-CimSession -CimSession $global:Tasktrail.Cim -ErrorAction SilentlyContinue }
}
