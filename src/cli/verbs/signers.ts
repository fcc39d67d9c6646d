import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { InvalidArgumentError } from 'commander'
import type { TrustedSigner } from '../doors.ts'
import { exitCode, UsageError } from '../exit-code.ts'
import { jsonDocument } from '../json-text.ts'
import { tableLines } from '../text-table.ts'
import { type AddVerb, linesText, type Surface, withExamples } from '../verb.ts'

interface Options {
  readonly name?: string
  readonly json?: true
}
type Act = 'list' | 'add' | 'remove'

export const addSigners: AddVerb = (program, surface, run) => {
  const command = program
    .command('signers')
    .summary('whose signatures you trust')
    .description(
      'Lists the signers you trust (`signers list`), adds one (`signers add`) or takes one out (`signers remove`). `verify`, `open` and\n' +
        '`receipt` go by this list unless --allowed-signers names another. Compare the fingerprint with its owner by another way than\n' +
        'the bundle before you add a key. The list is an allowed_signers file, as ssh-keygen has it.',
    )
    .argument('[act]', 'list, add or remove', actOf, 'list')
    .argument(
      '[what]',
      'add: an allowed_signers line, or a file with such lines or a public key; remove: a fingerprint or name',
    )
    .option('--name <who>', 'who a public key belongs to, e.g. jdoe@JUMP-01')
    .option('--json', 'print one JSON document')
  command.action((act: Act, what: string | undefined, options: Options) =>
    run(() => signersVerb(surface, act, what, options)),
  )
  withExamples(command, [
    'signers',
    'signers add signer.pub --name jdoe@JUMP-01',
    'signers add "jdoe@JUMP-01 ssh-ed25519 AAAA…"',
    'signers remove jdoe@JUMP-01',
  ])
}

function actOf(text: string): Act {
  if (text === 'list' || text === 'add' || text === 'remove') return text
  throw new InvalidArgumentError('It must be list, add or remove.')
}

async function signersVerb(
  { terminal, doors }: Surface,
  act: Act,
  what: string | undefined,
  options: Options,
) {
  if (act !== 'list' && what === undefined)
    throw new UsageError(act === 'add' ? 'whom to add is not said' : 'whom to remove is not said')
  let note = ''
  if (act === 'add') {
    const added = await doors.addTrustedSigners(await linesOf(terminal.cwd, what ?? ''), options.name)
    note = `Trusted from now on: ${added.map(({ identity, fingerprint }) => `${identity} ${fingerprint}`).join(', ')}`
  } else if (act === 'remove') {
    const removed = await doors.removeTrustedSigner(what ?? '')
    note = `No longer trusted: ${removed.map(({ identity, fingerprint }) => `${identity} ${fingerprint}`).join(', ')}`
  }
  const { path, signers } = await doors.trustedSigners()
  await terminal.write(
    options.json
      ? jsonDocument({ path, signers })
      : linesText([
          ...(note ? [note, ''] : []),
          ...listLines(signers, terminal.columns),
          '',
          `The list is ${path}`,
        ]),
  )
  return exitCode.done
}

/** A file of that name, else the text itself. */
async function linesOf(cwd: string, what: string): Promise<string> {
  if (/\s/.test(what.trim())) return what
  return readFile(resolve(cwd, what), 'utf8').catch(() => {
    throw new UsageError('that is neither a file that can be read nor a line of allowed_signers')
  })
}

const listLines = (signers: readonly TrustedSigner[], columns: number): readonly string[] =>
  signers.length === 0
    ? ['You trust no signer yet.']
    : tableLines(
        [
          { title: 'signer', cut: 'wrap', least: 12 },
          { title: 'fingerprint' },
          { title: 'trusted', cut: 'wrap', least: 12 },
        ],
        signers.map(({ identity, fingerprint, validAfter, validBefore }) => [
          identity,
          fingerprint,
          [validAfter && `from ${validAfter}`, validBefore && `until ${validBefore}`]
            .filter(Boolean)
            .join(' ') || 'always',
        ]),
        columns,
      )
