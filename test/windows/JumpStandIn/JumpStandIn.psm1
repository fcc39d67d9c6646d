# WinRM and CIM as a jump box has them. A session of WinRM is a real PSRP session, over SSH to an sshd on loopback; how
# each way answers is said in the file that TASKTRAIL_JUMP names.
$script:Jump = [IO.File]::ReadAllText($env:TASKTRAIL_JUMP) | ConvertFrom-Json
$script:Stage = [IO.File]::ReadAllText($env:TASKTRAIL_STAGE) | ConvertFrom-Json
$script:Modules = Split-Path $PSScriptRoot

# What New-PSSession raises: an error whose id and number are the same in every language.
function New-TransportError([string]$Words, [string]$Id, [int]$Number) {
  $e = [Management.Automation.Remoting.PSRemotingTransportException]::new($Words)
  $e.ErrorCode = $Number
  return [Management.Automation.ErrorRecord]::new($e, $Id, 'OpenError', $null)
}
# A test names an error by its words alone, or with the id and number Windows gives it.
function Get-Answer($Answer) {
  if ($Answer -is [string]) { return [Management.Automation.ErrorRecord]::new([InvalidOperationException]::new($Answer), 'Said', 'OpenError', $null) }
  return New-TransportError ([string]$Answer.words) ([string]$Answer.id) ([int]$Answer.number)
}
function Test-Account($Credential) {
  if (-not $script:Jump.secret) { return }
  if ($null -eq $Credential) { throw (New-TransportError 'Zugriff verweigert' 'AccessDenied' 5) }
  if ($Credential.GetNetworkCredential().Password -cne $script:Jump.secret) { throw (New-TransportError 'Der Benutzername oder das Kennwort ist falsch.' 'LogonFailure' 1326) }
}

function New-PSSessionOption {
  param([switch]$NoMachineProfile, [int]$OpenTimeout, [int]$OperationTimeout, $Culture, $UICulture, [switch]$SkipCACheck, [switch]$SkipCNCheck)
  if (-not $NoMachineProfile) { throw 'a session without NoMachineProfile would make a profile on the host' }
  return [pscustomobject]@{ SkipCACheck = [bool]$SkipCACheck; SkipCNCheck = [bool]$SkipCNCheck }
}

function New-PSSession {
  [CmdletBinding()]
  param([string]$ComputerName, [switch]$UseSSL, [int]$Port, $SessionOption, $Credential)
  $way = 'winrm'
  if ($UseSSL) { $way = 'winrm-https' }
  $answer = $script:Jump.$way
  if ($answer -ne 'ok') { $PSCmdlet.ThrowTerminatingError((Get-Answer $answer)) }
  if ($script:Jump.needsTrust -and -not (Get-Trusted).Contains($ComputerName)) {
    throw (New-TransportError 'Die Anforderung kann vom WinRM-Client nicht verarbeitet werden.' 'ServerNotTrusted' -2144108316)
  }
  Test-Account $Credential
  $real = @{ HostName = '127.0.0.1'; Port = [int]$script:Jump.port; UserName = [string]$script:Jump.account; KeyFilePath = [string]$script:Jump.key; Options = @{ UserKnownHostsFile = [string]$script:Jump.known } }
  $session = Microsoft.PowerShell.Core\New-PSSession @real
  Microsoft.PowerShell.Core\Invoke-Command -Session $session -ScriptBlock {
    param($stage, $modules)
    $env:TASKTRAIL_STAGE = $stage
    Import-Module ($modules + '/WindowsStandIn/WindowsStandIn.psm1') -Global
  } -ArgumentList $env:TASKTRAIL_STAGE, $script:Modules
  return $session
}

# ---------------------------------------------------------------- TrustedHosts, kept in a file

function Get-Trusted { if ([IO.File]::Exists($script:Jump.trusted)) { return [IO.File]::ReadAllText($script:Jump.trusted) } return '' }
$script:HostGetItem = Get-Command Get-Item
function Get-Item {
  param([string]$LiteralPath)
  if ($LiteralPath -like 'WSMan:*') { return [pscustomobject]@{ Value = (Get-Trusted) } }
  return & $script:HostGetItem -LiteralPath $LiteralPath
}
function Set-Item {
  param([string]$LiteralPath, [string]$Value, [switch]$Force)
  [IO.File]::WriteAllText($script:Jump.trusted, $Value)
  [IO.File]::AppendAllText($script:Jump.trusted + '.log', $Value + "`n")
}

# ---------------------------------------------------------------- CIM over DCOM

function New-CimSessionOption {
  param([string]$Protocol, [bool]$PacketPrivacy)
  if ($Protocol -ne 'Dcom' -or -not $PacketPrivacy) { throw 'CIM without packet privacy would go in the clear' }
  return [pscustomobject]@{}
}
function New-CimSession {
  [CmdletBinding()]
  param([string]$ComputerName, $SessionOption, $Credential)
  if ($script:Jump.cim -ne 'ok') { $PSCmdlet.ThrowTerminatingError((Get-Answer $script:Jump.cim)) }
  Test-Account $Credential
  return [pscustomobject]@{ ComputerName = $ComputerName }
}
function Remove-CimSession { [CmdletBinding()] param($CimSession) }
function Get-ScheduledTask {
  [CmdletBinding()]
  param($CimSession)
  foreach ($one in $script:Stage.tasks) {
    $at = $one.path.LastIndexOf('\')
    [pscustomobject]@{ TaskPath = $one.path.Substring(0, $at + 1); TaskName = $one.path.Substring($at + 1); State = 3; SecurityDescriptor = 'O:BAG:SYD:'; Xml = $one.xml }
  }
}
function Get-ScheduledTaskInfo { [CmdletBinding()] param([Parameter(ValueFromPipeline = $true)]$InputObject) process { [pscustomobject]@{ LastRunTime = $null; LastTaskResult = 267011; NumberOfMissedRuns = 0 } } }
function Export-ScheduledTask { [CmdletBinding()] param([Parameter(ValueFromPipeline = $true)]$InputObject) process { $InputObject.Xml } }
function Find-Node([string]$Path) {
  $here = $script:Stage.registry
  foreach ($part in $Path.Split('\')) {
    $next = $here.keys.PSObject.Properties | Where-Object { $_.Name -eq $part } | Select-Object -First 1
    if ($null -eq $next) { return $null }
    $here = $next.Value
  }
  return $here
}
function Invoke-CimMethod {
  [CmdletBinding()]
  param($CimSession, [string]$Namespace, [string]$ClassName, [string]$MethodName, $Arguments)
  $node = Find-Node $Arguments.sSubKeyName
  if ($null -eq $node) { return [pscustomobject]@{ ReturnValue = [uint32]2; sNames = $null } }
  $kinds = @{ String = 1; Binary = 3; DWord = 4 }
  $names = @($node.values.PSObject.Properties | ForEach-Object { $_.Name })
  switch ($MethodName) {
    'EnumKey' { return [pscustomobject]@{ ReturnValue = [uint32]0; sNames = @($node.keys.PSObject.Properties | ForEach-Object { $_.Name }) } }
    'EnumValues' { return [pscustomobject]@{ ReturnValue = [uint32]0; sNames = $names; Types = @($names | ForEach-Object { $kinds[$node.values.$_.kind] }) } }
    'GetBinaryValue' { return [pscustomobject]@{ ReturnValue = [uint32]0; uValue = [Convert]::FromBase64String($node.values.($Arguments.sValueName).data) } }
    'GetDWORDValue' { return [pscustomobject]@{ ReturnValue = [uint32]0; uValue = [uint32]$node.values.($Arguments.sValueName).data } }
    default { return [pscustomobject]@{ ReturnValue = [uint32]0; sValue = [string]$node.values.($Arguments.sValueName).data } }
  }
}

Export-ModuleMember -Function New-PSSession, New-PSSessionOption, Get-Item, Set-Item, New-CimSession, New-CimSessionOption, Remove-CimSession, Get-ScheduledTask, Get-ScheduledTaskInfo, Export-ScheduledTask, Invoke-CimMethod
