/**
 * The verifier for machines without Node, run by a PowerShell over every bundle a test file has made: one process for all,
 * because starting it costs more than checking.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifierScript } from '../../../scripts/verifier-script.mjs'
import type { VerifyReport } from '../../../src/bundle/verify.ts'
import { haveTool } from './tools.ts'

export const havePowerShell = haveTool('pwsh')

/** Half a second a bundle on a quiet machine; a test never fails because others work too. */
export const powerShellTimeout = { timeout: 600_000 }

export interface Asked {
  readonly path: string
  readonly allowedSigners?: string | undefined
  readonly ticketSha256?: string | undefined
  readonly timeStampRoots?: string | undefined
}
export interface Answered {
  readonly report: VerifyReport
  readonly code: number
}

const driver = `param([string]$Script, [string]$List)
foreach ($line in [System.IO.File]::ReadAllLines($List)) {
  $asked = $line | ConvertFrom-Json
  $more = @{}
  if ($asked.allowedSigners) { $more.AllowedSigners = $asked.allowedSigners }
  if ($asked.ticketSha256) { $more.TicketSha256 = $asked.ticketSha256 }
  if ($asked.timeStampRoots) { $more.TsaRoots = $asked.timeStampRoots }
  & $Script $asked.path -Json @more
  [Console]::Out.WriteLine("code $LASTEXITCODE")
}
`

/** What verify.ps1 finds in each, with the code it ends with. */
export function powerShellReports(asked: readonly Asked[]): readonly Answered[] {
  const folder = mkdtempSync(join(tmpdir(), 'verify-ps1-'))
  try {
    const [script, run, list] = ['verify.ps1', 'run.ps1', 'list.jsonl'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ]
    writeFileSync(script, verifierScript())
    writeFileSync(run, driver)
    writeFileSync(list, asked.map((one) => `${JSON.stringify(one)}\n`).join(''))
    const args = ['-NoProfile', '-NonInteractive', '-File', run, '-Script', script, '-List', list]
    const done = spawnSync('pwsh', args, { encoding: 'utf8', maxBuffer: 64 << 20 })
    const lines = done.stdout.trimEnd().split('\n')
    const answers = lines.flatMap((line, index): Answered[] => {
      const code = /^code (\d+)$/.exec(lines[index + 1] ?? '')?.[1]
      return code && line.startsWith('{')
        ? [{ report: JSON.parse(line) as VerifyReport, code: Number(code) }]
        : []
    })
    if (answers.length !== asked.length)
      throw new Error(
        `verify.ps1 answered ${answers.length} of ${asked.length}: ${done.stderr.slice(0, 2000)}`,
      )
    return answers
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Words for what a library found out (a broken list of contents, a damaged stream) are its own; everything else is the same. */
const ownWords = new Set(['NOT_A_ZIP', 'DIRECTORY_DAMAGED', 'LOCAL_HEADER_MISSING', 'READ_ERROR'])
const inCommon = (report: VerifyReport): VerifyReport => ({
  ...report,
  findings: report.findings.map((finding) => {
    const isHidden = finding.code === 'HIDDEN_BYTES' && /behind the packed content/.test(finding.what)
    return ownWords.has(finding.code) || isHidden ? { ...finding, what: '' } : finding
  }),
})

const codes: Readonly<Record<VerifyReport['verdict'], number>> = {
  'VALID-SIGNED': 0,
  'VALID-UNSIGNED': 2,
  'VALID-UNKNOWN-SIGNER': 2,
  INVALID: 1,
  UNSAFE: 3,
  UNREADABLE: 3,
}

/** Each bundle whose outcome differs from ours, as a pair that shows how; empty when all agree. */
export function differences(
  all: readonly (Asked & { readonly report: VerifyReport })[],
): readonly { readonly ours: Answered; readonly powerShell: Answered }[] {
  const found = powerShellReports(all)
  return all.flatMap(({ report }, index) => {
    const answer = found[index] as Answered
    const ours = { report: inCommon(report), code: codes[report.verdict] }
    const powerShell = { report: inCommon(answer.report), code: answer.code }
    return JSON.stringify(sorted(ours)) === JSON.stringify(sorted(powerShell)) ? [] : [{ ours, powerShell }]
  })
}

const sorted = ({ report, code }: Answered) => [
  code,
  report.verdict,
  report.bagDigest,
  report.zipSha256,
  report.signer,
  report.timeStamp,
  report.findings.map(({ severity, code: name, path, what, hint }) => [severity, name, path, what, hint]),
  report.checked,
]
