import { resolve } from 'node:path'
import { escapeLine } from '../../base/escape.ts'
import { operatorOf } from '../case-folder.ts'
import { jsonDocument } from '../json-text.ts'
import { progressLine } from '../progress-line.ts'
import {
  type AddVerb,
  type CaseOption,
  linesText,
  type ProgressOption,
  type Surface,
  withExamples,
  withProgressOption,
} from '../verb.ts'
import { sha256, trustOf, verdictCode, withIdentityOption } from './verify.ts'

interface Options extends CaseOption, ProgressOption {
  readonly allowedSigners?: string
  readonly ticketSha256?: string
  readonly identity?: string
  readonly sameIncident?: true
  readonly json?: true
}

export const addOpen: AddVerb = (program, surface, run) => {
  const command = program
    .command('open')
    .summary('make a read-only case of a verified bundle')
    .description(
      'Verifies sealed bundles and makes a case of them that takes no other evidence. A bundle that is INVALID or UNSAFE is refused.\n' +
        'The custody of the sender goes on in it; your own ticks, notes and dispositions are kept apart from his.',
    )
    .argument('<bundle...>', 'a sealed bundle (ZIP); several of one incident become one case')
    .option(
      '--case <dir>',
      'folder for the case: a new one, or a case made of bundles of the same incident (default: a new one among your cases)',
    )
    .option(
      '--same-incident',
      'merge bundles although neither case nor ticket number say they belong together',
    )
    .option('--allowed-signers <file>', 'who may sign, as ssh-keygen has it (allowed_signers)')
    .option('--ticket-sha256 <hex>', 'SHA-256 of the ZIP as the ticket says', sha256)
    .option('--json', 'print the case as one JSON document')
  withIdentityOption(command)
  withProgressOption(command).action((paths: readonly string[], options: Options) =>
    run(() => openVerb(surface, paths, options)),
  )
  withExamples(command, [
    'open INC-2026-0142.zip --case received --allowed-signers allowed_signers',
    'open fs01.zip dc01.zip --case INC-2026-0142 --allowed-signers allowed_signers',
  ])
}

async function openVerb({ terminal, doors }: Surface, paths: readonly string[], options: Options) {
  const progress = progressLine(terminal, options.progress)
  try {
    const open = await doors.openBundle(
      paths.map((path) => resolve(terminal.cwd, path)),
      {
        ...trustOf(terminal, options),
        ...(options.case ? { dir: resolve(terminal.cwd, options.case) } : {}),
        operator: operatorOf(terminal),
        sameIncident: options.sameIncident,
        signal: terminal.signal,
        onProgress: progress.onProgress,
      },
    )
    progress.clear()
    const summary = await doors.summariseCase(open).finally(() => open.close())
    const verdict = summary.bundle?.verdict ?? ''
    const text = linesText(
      [
        ...(summary.bundles.length > 1
          ? summary.bundles.map(
              (one) =>
                `${one.verdict}  ${one.name}, from ${one.sender}${one.isSuperseded ? ' (superseded)' : ''}`,
            )
          : []),
        `${verdict}: the case is in ${open.dir}; it takes no evidence but that of bundles, and keeps what you state apart from the sender's.`,
        `Next: tasktrail chains --case ${open.dir}`,
      ].map(escapeLine),
    )
    await terminal.write(options.json ? jsonDocument({ case: open.dir, verdict, ...summary }) : text)
    return verdictCode(verdict)
  } finally {
    progress.clear()
  }
}
