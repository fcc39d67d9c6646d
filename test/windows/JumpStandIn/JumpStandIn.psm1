# WinRM and CIM as a jump box has them. A session of WinRM is a real PSRP session, over SSH to an sshd on loopback; how
# each way answers is said in the file that TASKTRAIL_JUMP names.
$script:Jump = [IO.File]::ReadAllText($env:TASKTRAIL_JUMP) | ConvertFrom-Json
$script:Stage = [IO.File]::ReadAllText($env:TASKTRAIL_STAGE) | ConvertFrom-Json
$script:Modules = Split-Path $PSScriptRoot

function Test-Account($Credential) {
  if (-not $script:Jump.secret) { return }
  if ($null -eq $Credential) { throw [UnauthorizedAccessException]'Connecting to remote server failed with the following error message : Access is denied.' }
  if ($Credential.GetNetworkCredential().Password -cne $script:Jump.secret) { throw [UnauthorizedAccessException]'The user name or password is incorrect.' }
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
  $answer = [string]$script:Jump.$way
  if ($answer -ne 'ok') { throw [InvalidOperationException]$answer }
  if ($script:Jump.needsTrust -and -not (Get-Trusted).Contains($ComputerName)) {
    throw [InvalidOperationException]'The WinRM client cannot process the request. If the authentication scheme is different from Kerberos, or if the client computer is not joined to a domain, then HTTPS transport must be used or the destination machine must be added to the TrustedHosts configuration setting.'
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
  if ($script:Jump.cim -ne 'ok') { throw [InvalidOperationException]([string]$script:Jump.cim) }
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
