/**
 * The verifier that lies beside a bundle: one file, plain Node, nothing to install. It checks exactly what `tasktrail verify`
 * checks, because it is built from the same source.
 */
import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import packageFile from '../../package.json' with { type: 'json' }
import { escapeLine } from '../base/escape.ts'
import { Refusal } from '../base/refusal.ts'
import { readAllowedSigners } from '../bundle/sshsig.ts'
import { type VerifyReport, verifyBundle } from '../bundle/verify.ts'

const usage = `Checks a Tasktrail evidence bundle without unpacking it. Needs Node.js 20.15 or later, and nothing else.

  node verify.mjs BUNDLE.zip [--allowed-signers FILE] [--ticket-sha256 HEX] [--tsa-roots FILE] [--json]

Compare the hash of the ZIP with the one in the TICKET, and name the signers you know by another way: this file came
together with the bundle, so whoever could change the one could change the other.

Exit codes: 0 signed by somebody known, 2 unsigned or signed by somebody unknown, 1 INVALID, 3 UNSAFE, UNREADABLE or
refused, 4 usage.
`

const codes: Readonly<Record<VerifyReport['verdict'], number>> = {
  'VALID-SIGNED': 0,
  'VALID-UNSIGNED': 2,
  'VALID-UNKNOWN-SIGNER': 2,
  INVALID: 1,
  UNSAFE: 3,
  UNREADABLE: 3,
}

function textOf(report: VerifyReport): string {
  const { signer, timeStamp, checked } = report
  const lines = [
    report.verdict,
    `signer      ${signer ? `${signer.identity ?? 'unknown'}  ${signer.fingerprint}` : 'none'}`,
    `SHA-256     ${report.zipSha256 ?? 'not read'}`,
    `bag digest  ${report.bagDigest ?? 'not read'}`,
    ...(timeStamp
      ? [
          `time stamp  ${timeStamp.time} by ${timeStamp.authority}${timeStamp.isTrusted ? '' : ' (not one of your roots)'}`,
        ]
      : []),
    `checked     ${checked.files} files, ${checked.bytes} bytes`,
    ...report.findings.map(
      ({ severity, code, path, what, hint }) =>
        `${severity}  ${code}${path === null ? '' : `  ${path}`}: ${what}${hint === null ? '' : ` ${hint}`}`,
    ),
  ]
  return `${lines.map(escapeLine).join('\n')}\n`
}

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      'allowed-signers': { type: 'string' },
      'ticket-sha256': { type: 'string' },
      'tsa-roots': { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean' },
    },
  })
  if (values.help || values.version) {
    process.stdout.write(values.version ? `${packageFile.version}\n` : usage)
    return 0
  }
  const [path] = positionals
  const ticket = values['ticket-sha256']
  if (
    path === undefined ||
    positionals.length > 1 ||
    (ticket !== undefined && !/^[0-9a-f]{64}$/i.test(ticket))
  ) {
    process.stderr.write(usage)
    return 4
  }
  const signers = values['allowed-signers']
  const roots = values['tsa-roots']
  const { report } = await verifyBundle(path, {
    ...(ticket === undefined ? {} : { ticketSha256: ticket }),
    ...(signers === undefined
      ? {}
      : { allowedSigners: readAllowedSigners(await readFile(signers, 'utf8')).signers }),
    ...(roots === undefined ? {} : { timeStampRoots: certificatesOf(await readFile(roots, 'latin1')) }),
  })
  process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : textOf(report))
  return codes[report.verdict]
}

const certificatesOf = (pem: string) =>
  (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(
    (one) => new X509Certificate(one),
  )

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  const isUsage =
    error instanceof TypeError && String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS')
  const remedy = error instanceof Refusal ? ` ${error.remedy}` : ''
  process.stderr.write(
    `${escapeLine(`verify: ${(error as Error).message}${remedy}`)}\n${isUsage ? `\n${usage}` : ''}`,
  )
  process.exitCode = isUsage ? 4 : 3
}
