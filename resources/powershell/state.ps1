# What passes: connections, processes, sessions and what starts by itself. Asked in order of volatility, read only.

function Send-TtRows([string]$Of, $Rows, [string[]]$Names) {
  foreach ($row in $Rows) {
    $fields = @{ of = $Of }
    foreach ($name in $Names) {
      $value = $row.$name
      if ($null -ne $value -and $value -is [Collections.IEnumerable] -and -not ($value -is [string])) {
        $value = @($value | ForEach-Object { [string]$_ })
      }
      $fields[$name] = $value
    }
    Send-TtItem 'row' $fields
  }
}

function Send-TtState([string]$Of) {
  $network = 'root/StandardCimv2'
  $share = 'root/Microsoft/Windows/SMB'
  switch -CaseSensitive ($Of) {
    'connections' {
      Send-TtRows $Of (Get-TtCim 'MSFT_NetTCPConnection' $network) @('LocalAddress', 'LocalPort', 'RemoteAddress', 'RemotePort', 'State', 'OwningProcess', 'CreationTime')
    }
    'smb-sessions' {
      Send-TtRows $Of (Get-TtCim 'MSFT_SmbSession' $share) @('SessionId', 'ClientComputerName', 'ClientUserName', 'NumOpens', 'SecondsExists', 'SecondsIdle', 'Dialect')
    }
    'processes' {
      Send-TtRows $Of (Get-TtCim 'Win32_Process') @('ProcessId', 'ParentProcessId', 'SessionId', 'Name', 'ExecutablePath', 'CommandLine', 'CreationDate')
    }
    'sessions' {
      Send-TtRows $Of (Get-TtCim 'Win32_LogonSession') @('LogonId', 'LogonType', 'AuthenticationPackage', 'StartTime')
      foreach ($pair in @(Get-TtCim 'Win32_LoggedOnUser')) {
        Send-TtItem 'row' @{ of = 'session-accounts'; LogonId = [string]$pair.Dependent.LogonId; Domain = [string]$pair.Antecedent.Domain; Name = [string]$pair.Antecedent.Name }
      }
    }
    'services' {
      Send-TtRows $Of (Get-TtCim 'Win32_Service') @('Name', 'DisplayName', 'State', 'StartMode', 'StartName', 'PathName', 'ProcessId', 'ServiceType')
    }
    'shares' { Send-TtRows $Of (Get-TtCim 'Win32_Share') @('Name', 'Path', 'Type', 'Description') }
    'users' {
      Send-TtRows $Of (Get-TtCim 'Win32_UserAccount' 'root/cimv2' 'LocalAccount=TRUE') @('Name', 'SID', 'Disabled', 'Lockout', 'PasswordRequired', 'Description')
    }
    'groups' {
      Send-TtRows $Of (Get-TtCim 'Win32_Group' 'root/cimv2' 'LocalAccount=TRUE') @('Name', 'SID', 'Description')

      foreach ($pair in @(Get-TtCim 'Win32_GroupUser')) {
        Send-TtItem 'row' @{ of = 'group-members'; Group = [string]$pair.GroupComponent.Name; Domain = [string]$pair.PartComponent.Domain; Name = [string]$pair.PartComponent.Name }
      }
    }
    'run-keys' {
      $base = 'SOFTWARE\Microsoft\Windows\CurrentVersion\'
      foreach ($path in @(($base + 'Run'), ($base + 'RunOnce'), 'SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Run', 'SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\RunOnce')) {
        try {
          $key = Open-TtKey $path
          if ($null -eq $key) { continue }
          try { Send-TtItem 'row' @{ of = $Of; Key = $path; values = (Get-TtValues $key) } } finally { $key.Close() }
        }
        catch { Send-TtTrouble $path $_ }
      }
    }
    default { throw ('nothing of this name: ' + $Of) }
  }
}
