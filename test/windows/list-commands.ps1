# Parses the scripts of a folder with PowerShell's own parser and lists what they use, as JSON.
param([string]$Folder)
$out = @()
foreach ($file in [IO.Directory]::GetFiles($Folder, '*.ps1')) {
  $tokens = $null
  $errors = $null
  $ast = [Management.Automation.Language.Parser]::ParseFile($file, [ref]$tokens, [ref]$errors)
  $name = [IO.Path]::GetFileName($file)
  foreach ($one in $errors) { $out += @{ file = $name; kind = 'error'; text = [string]$one.Message; line = $one.Extent.StartLineNumber; inside = '' } }
  foreach ($node in $ast.FindAll({ $true }, $true)) {
    $inside = ''
    $above = $node.Parent
    while ($null -ne $above) {
      if ($above -is [Management.Automation.Language.FunctionDefinitionAst]) { $inside = $above.Name; break }
      $above = $above.Parent
    }
    $kind = ''
    $text = ''
    if ($node -is [Management.Automation.Language.CommandAst]) {
      $kind = 'command'
      $text = [string]$node.GetCommandName()
      if (-not $text) { $text = '&' + $node.CommandElements[0].Extent.Text }
      if ($text -eq 'New-Object') {
        $first = $node.CommandElements[1]
        if ($first -is [Management.Automation.Language.CommandParameterAst]) { $first = $node.CommandElements[2] }
        $out += @{ file = $name; kind = 'object'; text = $first.Extent.Text.Trim("'"); line = $node.Extent.StartLineNumber; inside = $inside }
      }
    }
    elseif ($node -is [Management.Automation.Language.FunctionDefinitionAst]) { $kind = 'function'; $text = $node.Name }
    elseif ($node -is [Management.Automation.Language.InvokeMemberExpressionAst] -and $node.Static) { $kind = 'static'; $text = $node.Expression.Extent.Text.Trim('[', ']') + '::' + $node.Member.Extent.Text }
    elseif ($node -is [Management.Automation.Language.FileRedirectionAst]) { $kind = 'redirection'; $text = $node.Extent.Text }
    elseif ($node.GetType().Name -match '^(TernaryExpressionAst|PipelineChainAst|TypeDefinitionAst|UsingStatementAst)$') { $kind = 'newer'; $text = $node.Extent.Text }
    if ($kind) { $out += @{ file = $name; kind = $kind; text = $text; line = $node.Extent.StartLineNumber; inside = $inside } }
  }
  foreach ($token in $tokens) {
    if ([string]$token.Kind -match '^(QuestionQuestion|QuestionQuestionEquals|QuestionDot|QuestionLBracket|AndAnd|OrOr)$') { $out += @{ file = $name; kind = 'newer'; text = [string]$token.Text; line = $token.Extent.StartLineNumber; inside = '' } }
  }
}
ConvertTo-Json -InputObject $out -Compress -Depth 4
