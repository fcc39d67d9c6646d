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
  readonly json?: true
}

export const addOpen: AddVerb = (program, surface, run) => {
  const command = program
    .command('open')
    .summary('make a read-only case of a verified bundle')
    .description(
      'Verifies a sealed bundle and makes a read-only case of it. A bundle that is INVALID or UNSAFE is refused.',
    )
    .argument('<bundle>', 'a sealed bundle (ZIP)')
    .option('--case <dir>', 'folder for the case; must not exist yet (default: a new one among your cases)')
    .option('--allowed-signers <file>', 'who may sign, as ssh-keygen has it (allowed_signers)')
    .option('--ticket-sha256 <hex>', 'SHA-256 of the ZIP as the ticket says', sha256)
    .option('--json', 'print the case as one JSON document')
  withIdentityOption(command)
  withProgressOption(command).action((path: string, options: Options) =>
    run(() => openVerb(surface, path, options)),
  )
  withExamples(command, ['open INC-2026-0142.zip --case received --allowed-signers allowed_signers'])
}

async function openVerb({ terminal, doors }: Surface, path: string, options: Options) {
  const progress = progressLine(terminal, options.progress)
  try {
    const open = await doors.openBundle(resolve(terminal.cwd, path), {
      ...trustOf(terminal, options),
      ...(options.case ? { dir: resolve(terminal.cwd, options.case) } : {}),
      operator: operatorOf(terminal),
      signal: terminal.signal,
      onProgress: progress.onProgress,
    })
    progress.clear()
    const summary = await doors.summariseCase(open).finally(() => open.close())
    const verdict = summary.bundle?.verdict ?? ''
    const text = linesText(
      [`${verdict}: the case is in ${open.dir}, read-only.`, `Next: tasktrail chains --case ${open.dir}`].map(
        escapeLine,
      ),
    )
    await terminal.write(options.json ? jsonDocument({ case: open.dir, verdict, ...summary }) : text)
    return verdictCode(verdict)
  } finally {
    progress.clear()
  }
}
