# Stands where powershell.exe stands on a Windows host: loads the stand-ins of Windows' own commands, then runs the
# encoded command exactly as it came. The scripts under test know nothing of it.
param([string]$Encoded)
$ProgressPreference = 'SilentlyContinue'
Import-Module (Join-Path $PSScriptRoot 'WindowsStandIn/WindowsStandIn.psm1') -Global
. ([scriptblock]::Create([Text.Encoding]::Unicode.GetString([Convert]::FromBase64String($Encoded))))
