# Takes one request and answers it: lines of type item and trouble, then one line of type done or failed.
function Invoke-TtRequest([string]$Line) {
  $request = $Line | ConvertFrom-Json
  $global:Tasktrail.Id = [int]$request.id
  if ($request.op -eq 'hello') {
    $global:Tasktrail.Token = [string]$request.token
    $global:Tasktrail.Run = [string]$request.run
  }
  try {
    switch -CaseSensitive ([string]$request.op) {
      'hello' { Send-TtHello }
      'clock' { Send-TtClock }
      'host' { Send-TtHostFacts }
      'policy' { Send-TtPolicy }
      'channels' { Send-TtChannels $request.names }
      'state' { Send-TtState ([string]$request.of) }
      'tasks-com' { Send-TtTaskList }
      'tasks-files' { Send-TtTaskFiles }
      'tasks-cache' { Send-TtTaskCache }
      'tasks-jobs' { Send-TtTaskJobs }
      'archives' { Send-TtArchives }
      'space' { Send-TtSpace }
      'stage' { New-TtStaging }
      'export' { Export-TtLog ([string]$request.channel) $request.query ([string]$request.name) }
      'read' { Read-TtFile ([string]$request.path) ([long]$request.offset) ([string]$request.prefix) ([long]$request.most) }
      'close' { Close-TtReader }
      'clean' { Remove-TtStaging ([string]$request.run) }
      'left' { Send-TtLeftStaging }
      default { throw ('no request of this name: ' + $request.op) }
    }
    Send-TtLine 'done' @{}
  }
  catch [System.IO.IOException] {
    # nobody listens any more: no answer can be sent either
    if ($null -ne $global:Tasktrail.Out -and -not $global:Tasktrail.Out.CanWrite) { exit 6 }
    Send-TtFailure $_
  }
  catch { Send-TtFailure $_ }
}

function Send-TtFailure($Failure) { Send-TtLine 'failed' (Get-TtFailure $Failure) }

# Requests from standard input, one line each, until it ends. Lines are cut at LF bytes only.
# Handler takes a line instead of this agent, where requests are passed on to another machine.
function Start-TtLoop($In, $Out, $Handler) {
  $global:Tasktrail.Out = $Out
  $rest = New-Object IO.MemoryStream
  $buffer = New-Object byte[] 65536
  while ($true) {
    $got = $In.Read($buffer, 0, $buffer.Length)
    if ($got -le 0) { break }
    $from = 0
    while ($true) {
      $at = [Array]::IndexOf($buffer, [byte]10, $from, $got - $from)
      if ($at -lt 0) { break }
      $rest.Write($buffer, $from, $at - $from)
      $line = [Text.Encoding]::ASCII.GetString($rest.ToArray()).Trim()
      $rest.SetLength(0)
      $from = $at + 1
      if ($line.Length -eq 0) { continue }
      if ($null -ne $Handler) { $null = & $Handler $line } else { $null = Invoke-TtRequest $line }
    }
    if ($got -gt $from) { $rest.Write($buffer, $from, $got - $from) }
    if ($rest.Length -gt 1048576) { break }
  }
  Close-TtReader
}
