import { Option } from 'commander'
import { type ClockId, clockIds, dispositions, type PersonDisposition } from '../../domain/marks.ts'
import { fileTimeOfDate, formatUtc } from '../../domain/time.ts'
import { answersText, checklistText, iocsText, markText } from '../answers-text.ts'
import { withCase } from '../case-folder.ts'
import type { MarkStatement } from '../doors.ts'
import { exitCode, UsageError } from '../exit-code.ts'
import { jsonDocument } from '../json-text.ts'
import { painter } from '../terminal.ts'
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
  readonly chain?: string
  readonly json?: true
  readonly checklist?: true
  readonly iocs?: true
  readonly tick?: string
  readonly untick?: string
  readonly row?: string
  readonly disposition?: PersonDisposition
  readonly start?: ClockId
  readonly finish?: ClockId
  readonly at?: string
  readonly undo?: number
  readonly note?: string
  readonly by?: string
}

export const addAnswer: AddVerb = (program, surface, run) => {
  const command = program
    .command('answer')
    .summary('the playbook: validation, questions, rule and evidence, conflicts, checklist')
    .description(
      'Answers the playbook for one chain: yes, no or unknown, each with its records or with what is missing and why.\n' +
        'The written rule stands beside what the ' +
        'evidence says; where they part, that is shown first.\n' +
        'Ticks, notes and the disposition are yours alone: they are kept with who, when ' +
        'and why, in the case and in its custody journal, and nothing is ever deleted.',
    )
    .option('--chain <id>', 'the chain, by its id or the beginning of it (default: the most serious)')
    .option('--checklist', 'every checkbox of the playbook with its answer, tick and notes')
    .option('--iocs', "the playbook's IOC table, filled")
    .option('--tick <row>', 'tick a row of the checklist')
    .option('--untick <row>', 'take the tick off a row')
    .option('--row <row>', 'the row that --note is for')
    .addOption(
      new Option('--disposition <word>', 'set the disposition of the chain; needs --note').choices([
        ...dispositions,
      ]),
    )
    .addOption(
      new Option('--start <clock>', 'start a clock: triage has 15 minutes, containment 90').choices([
        ...clockIds,
      ]),
    )
    .addOption(new Option('--finish <clock>', 'stop a clock').choices([...clockIds]))
    .option('--at <time>', 'UTC moment the clock started or stopped (default: now)', utcTime)
    .option(
      '--undo <mark>',
      'take an earlier act back, by its number in the history',
      wholeNumber(1, 999_999_999),
    )
    .option('--note <text>', 'a note, or the reason')
    .option('--by <name>', 'who states it (default: you)')
    .option('--json', 'print one JSON document (schema tasktrail-answers/1)')
  withCaseOption(command).action((options: Options) => run(() => answerVerb(surface, options)))
  withExamples(command, [
    'answer --case fs01',
    'answer --case fs01 --checklist',
    'answer --case fs01 --start triage --at 2026-05-04T07:30:00Z',
    'answer --case fs01 --tick contain-disable-task --note "done on the console" --by "A. Responder"',
    'answer --case fs01 --disposition malicious --note "atexec, output fetched"',
    'answer --case fs01 --json',
  ])
}

async function answerVerb({ terminal, doors }: Surface, options: Options) {
  const acts = ['tick', 'untick', 'row', 'disposition', 'start', 'finish', 'undo'] as const
  const given = acts.filter((act) => options[act] !== undefined)
  if (given.length > 1) throw new UsageError(`One act at a time: give only one of --${given.join(', --')}.`)
  if (given.length === 0 && options.note !== undefined)
    throw new UsageError('--note needs --row, --tick, --disposition or another act it belongs to.')
  if (options.at !== undefined && options.start === undefined && options.finish === undefined)
    throw new UsageError('--at belongs to --start or --finish.')
  return withCase(options.case, terminal, doors, async (open) => {
    if (given.length > 0) {
      const chain = options.undo === undefined ? await doors.chainId(open, options.chain) : ''
      const mark = await doors.addMark(open, statementOf(options, chain), options.by)
      await terminal.write(options.json ? jsonDocument({ mark }) : markText(mark))
      return exitCode.done
    }
    if (options.iocs) {
      const document = await doors.iocsDocument(open, options.chain)
      await terminal.write(options.json ? jsonDocument(document) : iocsText(document, terminal.columns))
      return exitCode.done
    }
    const document = await doors.answersDocument(open, options.chain)
    const paint = painter(terminal)
    await terminal.write(
      options.json
        ? jsonDocument(document)
        : options.checklist
          ? checklistText(document, terminal.columns, paint)
          : answersText(document, terminal.columns, paint),
    )
    return exitCode.done
  })
}

function statementOf(options: Options, chain: string): MarkStatement {
  const note = options.note ?? ''
  const needed = (what: string): string => {
    if (note.trim() === '') throw new UsageError(`${what} needs a reason: give it with --note.`)
    return note
  }
  const row = options.tick ?? options.untick
  if (row !== undefined) return { kind: 'tick', chain, row, ticked: options.tick !== undefined, note }
  if (options.row !== undefined) return { kind: 'note', chain, row: options.row, note: needed('--row') }
  if (options.disposition !== undefined)
    return { kind: 'disposition', chain, disposition: options.disposition, why: needed('--disposition') }
  if (options.undo !== undefined) return { kind: 'undo', mark: options.undo, why: note }
  const clock = (options.start ?? options.finish) as ClockId
  const moment = options.at ?? formatUtc(fileTimeOfDate(new Date()))
  return { kind: 'clock', chain, clock, act: options.start !== undefined ? 'start' : 'finish', moment, note }
}
