import { resolve } from 'node:path'
import { operatorOf, withCase } from '../case-folder.ts'
import { exitCode, UsageError } from '../exit-code.ts'
import { jsonDocument } from '../json-text.ts'
import { progressLine } from '../progress-line.ts'
import { askPassphrase } from '../read-secret.ts'
import { labelled } from '../text-table.ts'
import {
  type AddVerb,
  type CaseOption,
  linesText,
  type ProgressOption,
  type Surface,
  withCaseOption,
  withExamples,
  withProgressOption,
} from '../verb.ts'
import { keyWish } from './seal.ts'
import { sha256, trustOf, verdictCode, withIdentityOption } from './verify.ts'

interface Options extends CaseOption, ProgressOption {
  readonly admit?: true
  readonly allowedSigners?: string
  readonly ticketSha256?: string
  readonly identity?: string
  readonly out?: string
  readonly sign: boolean | string
  /** a key ssh-agent holds; true: its only one */
  readonly agent?: true | string
  readonly storedAt?: string
  readonly note?: string
  readonly json?: true
}

export const addReceipt: AddVerb = (program, surface, run) => {
  const command = program
    .command('receipt')
    .summary('confirm that a bundle arrived, or admit such a confirmation')
    .description(
      'Tier 2: checks a bundle and writes <bundle>.receipt.json with what was found, signed (<bundle>.receipt.json.sig). Send both back.\n' +
        'Tier 1: with --admit, checks a receipt against the case that sealed the bundle and closes its custody with it.',
    )
    .argument('<file>', 'the sealed bundle; with --admit the receipt')
    .option('--admit', 'admit this receipt into the custody journal of the case')
    .option(
      '--allowed-signers <file>',
      'who may sign the bundle, or with --admit the receipt (allowed_signers)',
    )
    .option('--ticket-sha256 <hex>', 'SHA-256 of the ZIP as the ticket says', sha256)
    .option('--out <dir>', 'folder for the receipt (default: beside the bundle)')
    .option('--sign [key]', 'sign with this key file (default: your own key, made on first use)', true)
    .option(
      '--agent [key]',
      'sign with a key ssh-agent holds, by fingerprint or comment (default: its only one)',
    )
    .option('--stored-at <text>', 'where the bundle is kept from now on')
    .option('--note <text>', 'what the sender should know')
    .option('--json', 'print the receipt as one JSON document')
  withIdentityOption(command)
  withProgressOption(withCaseOption(command)).action((file: string, options: Options) =>
    run(() => (options.admit ? admitVerb(surface, file, options) : makeVerb(surface, file, options))),
  )
  withExamples(command, [
    'receipt INC-2026-0142.zip --allowed-signers allowed_signers --stored-at "evidence room 2"',
    'receipt INC-2026-0142.receipt.json --admit --case fs01 --allowed-signers tier2_signers',
  ])
}

async function makeVerb({ terminal, doors }: Surface, file: string, options: Options) {
  const path = resolve(terminal.cwd, file)
  const progress = progressLine(terminal, options.progress)
  try {
    const made = await doors.makeReceipt(path, {
      ...trustOf(terminal, options),
      operator: operatorOf(terminal),
      sign: keyWish(terminal, options) || true,
      passphrase: askPassphrase(terminal),
      outDir: options.out ? resolve(terminal.cwd, options.out) : undefined,
      storedAt: options.storedAt ?? path,
      note: options.note,
      signal: terminal.signal,
      onProgress: progress.onProgress,
    })
    progress.clear()
    const lines = labelled(
      [
        ['receipt', made.path],
        ['signature', made.signature],
        ['found', made.receipt.verdict],
        ['signed by', made.signer.fingerprint],
        ['public key', made.signer.publicKey],
      ],
      Number.isFinite(terminal.columns) ? terminal.columns : 120,
      '',
    )
    const advice = 'Send both files back; tell the sender your fingerprint by another way.'
    await terminal.write(options.json ? jsonDocument(made) : linesText([...lines, '', advice]))
    return verdictCode(made.receipt.verdict)
  } finally {
    progress.clear()
  }
}

async function admitVerb({ terminal, doors }: Surface, file: string, options: Options) {
  const { allowedSigners } = options
  if (!allowedSigners)
    throw new UsageError('--admit needs --allowed-signers: a receipt counts only when its signer is known')
  const admitted = await withCase(options.case, terminal, doors, (open) =>
    doors.admitReceipt(open, resolve(terminal.cwd, file), {
      allowedSigners: resolve(terminal.cwd, allowedSigners),
    }),
  )
  const { receipt, signer } = admitted
  const lines = labelled(
    [
      ['received by', `${receipt.by.name} (${receipt.by.account}) on ${receipt.by.workstation}`],
      ['signed by', `${signer.identity}  ${signer.fingerprint}`],
      ['at', receipt.at],
      ['found', `${receipt.verdict}, ${receipt.findings.length} findings`],
      ['kept at', receipt.storedAt],
      ['custody', `line ${admitted.custody.seq}: passed to the receiver`],
    ],
    Number.isFinite(terminal.columns) ? terminal.columns : 120,
    '',
  )
  await terminal.write(options.json ? jsonDocument(admitted) : linesText(lines))
  return exitCode.done
}
