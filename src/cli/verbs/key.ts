import { InvalidArgumentError } from 'commander'
import { operatorOf } from '../case-folder.ts'
import type { KeyFacts } from '../doors.ts'
import { exitCode, UsageError } from '../exit-code.ts'
import { jsonDocument } from '../json-text.ts'
import { askPassphrase, newPassphrase } from '../read-secret.ts'
import { labelled } from '../text-table.ts'
import { type AddVerb, linesText, type Surface, withExamples } from '../verb.ts'

interface Options {
  readonly withoutPassphrase?: true
  readonly json?: true
}
type Act = 'show' | 'new' | 'passphrase' | 'agent'

export const addKey: AddVerb = (program, surface, run) => {
  const command = program
    .command('key')
    .summary('your signing key, and what to tell those who verify with it')
    .description(
      'Shows your own signing key (`key show`), makes it (`key new`), changes its passphrase (`key passphrase`), or lists the keys\n' +
        'ssh-agent holds (`key agent`), FIDO tokens too. Prints the fingerprint, to be told by another way than the bundle, and the\n' +
        'line for an allowed_signers file. A passphrase is asked for on the terminal and not shown.',
    )
    .argument('[act]', 'show, new, passphrase or agent', actOf, 'show')
    .option('--without-passphrase', 'leave the new key, or the key from now on, without one')
    .option('--json', 'print one JSON document')
  command.action((act: Act, options: Options) => run(() => keyVerb(surface, act, options)))
  withExamples(command, ['key', 'key new', 'key passphrase', 'key agent --json'])
}

function actOf(text: string): Act {
  if (text === 'show' || text === 'new' || text === 'passphrase' || text === 'agent') return text
  throw new InvalidArgumentError('It must be show, new, passphrase or agent.')
}

async function keyVerb(surface: Surface, act: Act, options: Options) {
  const { terminal } = surface
  const keys = await keysOf(surface, act, options)
  await terminal.write(
    options.json
      ? jsonDocument({ keys })
      : linesText(keys.length ? keys.flatMap((key) => [...keyLines(key), '']) : [noKey]),
  )
  return exitCode.done
}

const noKey =
  'You have no signing key yet: `tasktrail key new` makes one, and so does the first `tasktrail seal`.'

async function keysOf(
  { terminal, doors }: Surface,
  act: Act,
  options: Options,
): Promise<readonly KeyFacts[]> {
  const operator = operatorOf(terminal)
  const wanted = async () => {
    if (options.withoutPassphrase) return undefined
    const given = await newPassphrase(terminal, 'New passphrase of the signing key')
    if (given === undefined)
      throw new UsageError(
        'there is no terminal to ask for a passphrase on: set TASKTRAIL_KEY_PASSPHRASE_NEW, or give --without-passphrase',
      )
    return given
  }
  switch (act) {
    case 'agent':
      return doors.keysOfAgent(operator)
    case 'new':
      return [await doors.newKey(operator, await wanted())]
    case 'passphrase': {
      const after = await wanted()
      return [await doors.changePassphrase(operator, { before: askPassphrase(terminal), after })]
    }
    case 'show': {
      const key = await doors.ownKey(operator)
      return key ? [key] : []
    }
  }
}

const keptWords: Readonly<Record<KeyFacts['keptBy'], string>> = {
  none: 'without a passphrase: whoever can read the file can sign',
  passphrase: 'encrypted with a passphrase',
  system: 'encrypted by the secret store of this system',
  agent: 'held by ssh-agent',
}

/** Lines to be copied are never broken. */
const keyLines = (key: KeyFacts) =>
  labelled(
    [
      ['fingerprint', key.fingerprint],
      ['kept', `${keptWords[key.keptBy]} (${key.where})`],
      ['public key', key.publicKey],
      ['allowed_signers', key.allowedSigners],
    ],
    10_000,
    '',
  )
