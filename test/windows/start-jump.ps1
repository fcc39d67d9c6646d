# Stands where powershell.exe stands on a jump box: loads the stand-ins of WinRM and CIM, then runs the script as it is.
param([string]$Script)
$ProgressPreference = 'SilentlyContinue'
Import-Module (Join-Path $PSScriptRoot 'WindowsStandIn/WindowsStandIn.psm1') -Global
Import-Module (Join-Path $PSScriptRoot 'JumpStandIn/JumpStandIn.psm1') -Global
& $Script
