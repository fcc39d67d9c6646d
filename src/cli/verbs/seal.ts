import { resolve } from 'node:path'
import { withCase } from '../case-folder.ts'
import { exitCode } from '../exit-code.ts'
import { jsonDocument } from '../json-text.ts'
import { bytesInWords, progressLine } from '../progress-line.ts'
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
import { verdictCode } from './verify.ts'

interface Options extends CaseOption, ProgressOption {
  readonly out: string
  readonly sign: boolean
  readonly caseNumber: string
  readonly purpose: string
  readonly to: string
  readonly json?: true
}

export const addSeal: AddVerb = (program, surface, run) => {
  const command = program
    .command('seal')
    .summary('hand the case over as a signed bundle')
    .description(
      'Packs the case into one ZIP that anybody can check without Tasktrail: evidence, custody journal, timeline, chains and a readable report,\n' +
        'with SHA-256 manifests, signed with the key of this account.',
    )
    .option('--out <dir>', 'folder to write the bundle into', '.')
    .option('--no-sign', 'leave the bundle unsigned')
    .option('--case-number <text>', 'number of the case or ticket', '')
    .option('--purpose <text>', 'why it is handed over', '')
    .option('--to <text>', 'who receives it', '')
    .option('--json', 'print path, digests and signer as one JSON document')
  withProgressOption(withCaseOption(command)).action((options: Options) =>
    run(() => sealVerb(surface, options)),
  )
  withExamples(command, [
    'seal --case fs01 --out handover --case-number INC-2026-0142 --to "Tier 2"',
    'seal --case fs01 --out handover --no-sign --json',
  ])
}

async function sealVerb({ terminal, doors }: Surface, options: Options) {
  const progress = progressLine(terminal, options.progress)
  try {
    const sealed = await withCase(options.case, terminal, doors, (open) =>
      doors.sealCase(open, {
        outDir: resolve(terminal.cwd, options.out),
        sign: options.sign,
        caseNumber: options.caseNumber,
        purpose: options.purpose,
        to: options.to,
        signal: terminal.signal,
        onProgress: progress.onProgress,
      }),
    )
    progress.clear()
    const lines = labelled(
      [
        ['bundle', sealed.path],
        ['SHA-256', sealed.zipSha256],
        ['beside it', sealed.sidecar],
        ['bag digest', sealed.bagDigest],
        ['signed by', sealed.signer ? sealed.signer.fingerprint : 'nobody'],
        ...(sealed.signer ? [['public key', sealed.signer.publicKey] as const] : []),
        ['holds', `${sealed.files} files, ${bytesInWords(sealed.bytes)}`],
        ['checked', sealed.verdict],
      ],
      Number.isFinite(terminal.columns) ? terminal.columns : 120,
      '',
    )
    const advice =
      'Write the SHA-256 into the ticket: the receiver compares with that, not with the file beside it.'
    await terminal.write(options.json ? jsonDocument(sealed) : linesText([...lines, '', advice]))
    // an unknown signer is what one's own fresh signature looks like here; only a bad bundle is a bad outcome
    const code = verdictCode(sealed.verdict)
    return code === exitCode.reservations ? exitCode.done : code
  } finally {
    progress.clear()
  }
}
