import { type Command, InvalidArgumentError } from 'commander'
import { formatUtc, parseUtc } from '../domain/time.ts'
import type { Doors, ProblemLine } from './doors.ts'
import { type ExitCode, exitCode } from './exit-code.ts'
import type { Terminal } from './terminal.ts'
import { tableLines } from './text-table.ts'

/** What every verb gets. */
export interface Surface {
  readonly terminal: Terminal
  readonly doors: Doors
}
/** A verb adds itself to the program; `run` receives its end. */
export type AddVerb = (program: Command, surface: Surface, run: RunVerb) => void
export type RunVerb = (work: () => Promise<ExitCode>) => Promise<void>

export interface CaseOption {
  readonly case?: string
}
export interface ProgressOption {
  readonly progress?: boolean
}

export const withCaseOption = (command: Command): Command =>
  command.option(
    '--case <dir>',
    'the case folder (default: $TASKTRAIL_CASE, else the case the current folder lies in)',
  )
export const withProgressOption = (command: Command): Command =>
  command
    .option('--progress', 'show progress on stderr even where that is no terminal')
    .option('--no-progress', 'show no progress')
export const withExamples = (command: Command, examples: readonly string[]): Command =>
  command.addHelpText('after', `\nExamples:\n${examples.map((line) => `  $ tasktrail ${line}`).join('\n')}`)

/** A whole number from `least` to `most`, or a usage error. */
export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    if (!(value >= least && value <= most))
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`)
    return value
  }

/** A time as UTC with 7 decimals; dates, seconds and offsets are understood, no offset means UTC. */
export function utcTime(text: string): string {
  const time = parseUtc(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text)
  if (time === undefined)
    throw new InvalidArgumentError(
      'It must be a UTC time like 2021-06-10, 2021-06-10T21:21:20Z or …20.6360299Z.',
    )
  return formatUtc(time)
}

export const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text]

/** Text of lines, each ended. */
export const linesText = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('')

/** Problems as a table for people. */
export const problemLines = (problems: readonly ProblemLine[], columns: number): readonly string[] =>
  tableLines(
    [
      { title: 'severity' },
      { title: 'where', cut: 'middle', least: 24 },
      { title: 'what', cut: 'wrap', least: 30 },
    ],
    problems.map(({ severity, where, what }) => [severity, where, what]),
    columns,
  )

/** Notes of severity `info` are no reservation: nothing was lost or in doubt. */
export const endWith = (problems: readonly { readonly severity: string }[]): ExitCode =>
  problems.some(({ severity }) => severity !== 'info') ? exitCode.reservations : exitCode.done
