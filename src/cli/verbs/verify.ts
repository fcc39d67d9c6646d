import { resolve } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import type { Verification } from '../doors.ts'
import { type ExitCode, exitCode } from '../exit-code.ts'
import { jsonDocument } from '../json-text.ts'
import { bytesInWords, progressLine } from '../progress-line.ts'
import { askAgePassphrase } from '../read-secret.ts'
import { painter, type Terminal } from '../terminal.ts'
import { labelled, tableLines } from '../text-table.ts'
import {
  type AddVerb,
  linesText,
  type ProgressOption,
  type Surface,
  withExamples,
  withProgressOption,
} from '../verb.ts'

interface Options extends ProgressOption {
  readonly allowedSigners?: string
  readonly ticketSha256?: string
  readonly tsaRoots?: string
  readonly identity?: string
  readonly json?: true
}
interface VerifyOptions extends Options {
  readonly decryptTo?: string
}

export const sha256 = (text: string): string => {
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase()
  throw new InvalidArgumentError('It must be a SHA-256: 64 hexadecimal digits.')
}

export const addVerify: AddVerb = (program, surface, run) => {
  const command = program
    .command('verify')
    .summary('check a bundle without unpacking it')
    .description(
      'Checks a sealed bundle in place: safe to unpack, every file as the manifests say, nothing added or missing, custody unbroken, signature good.\n' +
        'Without --allowed-signers your own list counts (see `tasktrail signers`). A bundle encrypted with age (.zip.age) is decrypted in memory only.\n' +
        'Exit codes: 0 signed by somebody known, 2 unsigned or signed by somebody unknown, 1 INVALID, 3 UNSAFE or UNREADABLE.',
    )
    .argument('<bundle>', 'a sealed bundle (ZIP)')
    .option('--allowed-signers <file>', 'who may sign, as ssh-keygen has it (allowed_signers)')
    .option('--ticket-sha256 <hex>', 'SHA-256 of the ZIP as the ticket says', sha256)
    .option('--tsa-roots <file>', 'root certificates (PEM) of the authorities whose time stamps you trust')
    .option('--decrypt-to <file>', 'write the decrypted ZIP of an encrypted bundle here, when it is VALID')
    .option('--json', 'print one JSON document')
  withIdentityOption(command)
  withProgressOption(command).action((path: string, options: VerifyOptions) =>
    run(() => verifyVerb(surface, path, options)),
  )
  withExamples(command, [
    'verify INC-2026-0142.zip --allowed-signers allowed_signers',
    'verify INC-2026-0142.zip --json',
    'verify INC-2026-0142.zip.age --identity key.txt',
  ])
}

const codes: Readonly<Record<string, ExitCode>> = {
  'VALID-SIGNED': exitCode.done,
  'VALID-UNSIGNED': exitCode.reservations,
  'VALID-UNKNOWN-SIGNER': exitCode.reservations,
  INVALID: exitCode.bad,
  UNSAFE: exitCode.refused,
  UNREADABLE: exitCode.refused,
}
/** A verdict nobody knows is never a good one. */
export const verdictCode = (verdict: string): ExitCode => codes[verdict] ?? exitCode.bad

export const withIdentityOption = (command: Command): Command =>
  command.option(
    '--identity <file>',
    'your age identity, for a bundle encrypted for its key; a passphrase is asked for, or taken from $TASKTRAIL_AGE_PASSPHRASE',
  )

export function trustOf(terminal: Pick<Terminal, 'cwd' | 'env' | 'tell'>, options: Options) {
  return {
    ...(options.identity ? { identityFile: resolve(terminal.cwd, options.identity) } : {}),
    agePassphrase: askAgePassphrase(terminal),
    ...(options.allowedSigners ? { allowedSigners: resolve(terminal.cwd, options.allowedSigners) } : {}),
    ...(options.ticketSha256 ? { ticketSha256: options.ticketSha256 } : {}),
    ...(options.tsaRoots ? { timeStampRoots: resolve(terminal.cwd, options.tsaRoots) } : {}),
  }
}

async function verifyVerb({ terminal, doors }: Surface, path: string, options: VerifyOptions) {
  const progress = progressLine(terminal, options.progress)
  try {
    const how = { ...trustOf(terminal, options), signal: terminal.signal, onProgress: progress.onProgress }
    const found = await doors.verifyBundleFile(resolve(terminal.cwd, path), how)
    if (options.decryptTo && found.verdict.startsWith('VALID'))
      await doors.decryptBundleFile(
        resolve(terminal.cwd, path),
        resolve(terminal.cwd, options.decryptTo),
        how,
      )
    progress.clear()
    await terminal.write(options.json ? jsonDocument(found) : verificationText(found, terminal))
    return verdictCode(found.verdict)
  } finally {
    progress.clear()
  }
}

const meanings: Readonly<Record<string, string>> = {
  'VALID-SIGNED': 'unchanged since it was sealed, and signed by somebody you know',
  'VALID-UNSIGNED': 'whole in itself, but unsigned: compare its SHA-256 with the one in the ticket',
  'VALID-UNKNOWN-SIGNER': 'whole and signed, but by nobody in your list of allowed signers',
  INVALID: 'not as it was sealed: do not rely on it, ask the sender for a new copy',
  UNSAFE: 'made to do harm when unpacked: do not unpack it with any tool',
  UNREADABLE: 'cannot be read as a bundle',
}

function verificationText(found: Verification, terminal: Terminal): string {
  const paint = painter(terminal)
  const code = verdictCode(found.verdict)
  const style = code === exitCode.done ? 'green' : code === exitCode.reservations ? 'yellow' : 'red'
  const { signer, checked } = found
  const width = Number.isFinite(terminal.columns) ? terminal.columns : 120
  const facts = labelled(
    [
      ['signer', signer ? `${signer.identity ?? 'unknown'}  ${signer.fingerprint}` : 'none'],
      ...(found.timeStamp
        ? [
            [
              'time stamp',
              `${found.timeStamp.time} by ${found.timeStamp.authority}${found.timeStamp.isTrusted ? '' : ' (not one of your roots)'}`,
            ] as const,
          ]
        : []),
      ['SHA-256', found.zipSha256 ?? 'not read'],
      ['bag digest', found.bagDigest ?? 'not read'],
      ['checked', `${checked.files} files, ${bytesInWords(checked.bytes)}`],
    ],
    width,
    '',
  )
  const findings = tableLines(
    [
      { title: 'severity' },
      { title: 'path', cut: 'wrap', least: 20 },
      { title: 'what', cut: 'wrap', least: 24 },
      { title: 'hint', cut: 'wrap', least: 20 },
    ],
    found.findings.map((one) => [one.severity, one.path ?? '', one.what, one.hint ?? '']),
    terminal.columns,
  )
  return linesText([
    `${paint(found.verdict, style)}  ${meanings[found.verdict] ?? ''}`.trimEnd(),
    ...facts,
    ...(found.findings.length ? ['', ...findings] : []),
  ])
}
