import { InvalidArgumentError } from 'commander'
import { allowText, markText } from '../answers-text.ts'
import { withCase } from '../case-folder.ts'
import { exitCode, UsageError } from '../exit-code.ts'
import { jsonDocument } from '../json-text.ts'
import {
  type AddVerb,
  type CaseOption,
  type Surface,
  utcTime,
  wholeNumber,
  withCaseOption,
  withExamples,
} from '../verb.ts'

interface Options extends CaseOption {
  readonly account?: string
  readonly address?: string
  readonly action?: string
  readonly expires?: string
  readonly reason?: string
  readonly by?: string
  readonly json?: true
}
type Acts = readonly ['add' | 'list' | 'remove', number | undefined]

export const addAllow: AddVerb = (program, surface, run) => {
  const command = program
    .command('allow')
    .summary("the site's allow-list: accounts, addresses and actions that are meant to be")
    .description(
      'Keeps the allow-list of the case: `allow add`, `allow list`, `allow remove ENTRY`.\n' +
        'An entry annotates chains it fits and hides nothing; a chain is called expected only when account and action fit, and for a remote call the address too. Every entry has an author, a reason and an end.',
    )
    .argument('<act>', 'add, list or remove', (text: string) => actOf(text))
    .argument('[entry]', 'number of the entry to remove', wholeNumber(1, 999_999_999))
    .option('--account <sid-or-name>', 'SID (better), DOMAIN\\name, or name')
    .option('--address <network>', 'an address or network: 10.1.2.3, 10.1.0.0/16, fd00::/8')
    .option('--action <sha256>', 'SHA-256 of the action, as the IOC table gives it')
    .option('--expires <time>', 'UTC: the entry speaks only of what happened before', utcTime)
    .option('--reason <text>', 'why it is meant to be, or why the entry is removed')
    .option('--by <name>', 'who states it (default: you)')
    .option('--json', 'print one JSON document')
  withCaseOption(command).action((act: Acts[0], entry: Acts[1], options: Options) =>
    run(() => allowVerb(surface, [act, entry], options)),
  )
  withExamples(command, [
    'allow add --case fs01 --account S-1-5-21-1-2-3-1111 --address 10.1.0.0/16 --action 4f… --expires 2026-12-31 --reason "nightly patch run, CHG-77"',
    'allow list --case fs01',
    'allow remove 3 --case fs01 --reason "contract ended"',
  ])
}

function actOf(text: string): Acts[0] {
  if (text === 'add' || text === 'list' || text === 'remove') return text
  throw new InvalidArgumentError('It must be add, list or remove.')
}

function allowVerb({ terminal, doors }: Surface, [act, entry]: Acts, options: Options) {
  if (act === 'add' && (options.expires === undefined || options.reason === undefined))
    throw new UsageError('allow add needs --expires and --reason.')
  if (act === 'remove' && (entry === undefined || options.reason === undefined))
    throw new UsageError('allow remove needs the number of the entry and --reason.')
  return withCase(options.case, terminal, doors, async (open) => {
    if (act === 'list') {
      const document = await doors.allowDocument(open)
      await terminal.write(options.json ? jsonDocument(document) : allowText(document, terminal.columns))
      return exitCode.done
    }
    const mark = await doors.addMark(
      open,
      act === 'add'
        ? {
            kind: 'allow',
            account: options.account,
            addresses: options.address,
            actionHash: options.action?.toLowerCase(),
            expires: options.expires as string,
            reason: options.reason as string,
          }
        : { kind: 'allow-removed', entry: entry as number, why: options.reason as string },
      options.by,
    )
    await terminal.write(options.json ? jsonDocument({ mark }) : markText(mark))
    return exitCode.done
  })
}
