import { resolve } from 'node:path'
import { Option } from 'commander'
import { escapeText } from '../../base/escape.ts'
import { exitCode } from '../exit-code.ts'
import { safeJson } from '../json-text.ts'
import { tellLine } from '../terminal.ts'
import { type AddVerb, type Surface, withExamples } from '../verb.ts'

interface Options {
  readonly format: 'jsonl' | 'xml'
  readonly recovered?: true
}

export const addDump: AddVerb = (program, surface, run) => {
  const command = program
    .command('dump')
    .summary('every record of one or more logs, no case needed')
    .description(
      'Prints every record of one or more event logs. A record that cannot be read is a line of its own that says where and why.',
    )
    .argument('<file.evtx...>', 'event logs; never changed')
    .addOption(new Option('--format <format>', 'how').choices(['jsonl', 'xml']).default('jsonl'))
    .option('--recovered', 'stale records too, marked as recovered')
    .action((paths: string[], options: Options) => run(() => dumpVerb(surface, paths, options)))
  withExamples(command, [
    'dump Security.evtx > security.jsonl',
    'dump Security.evtx System.evtx --recovered',
    'dump Security.evtx --format xml',
  ])
}

async function dumpVerb({ terminal, doors }: Surface, paths: readonly string[], options: Options) {
  const { format } = options
  // XML keeps its bytes for programs; on a screen nothing of the evidence may act on the terminal
  const shown = format === 'jsonl' ? safeJson : terminal.isTerminal ? escapeText : (text: string) => text
  const { problems } = await doors.dumpLogs(
    paths.map((path) => resolve(terminal.cwd, path)),
    {
      format,
      recovered: options.recovered === true,
      signal: terminal.signal,
      write: (text) => terminal.write(shown(text)),
    },
  )
  if (problems === 0) return exitCode.done
  tellLine(terminal, `${problems} problems; each stands in the output where its record would be`)
  return exitCode.reservations
}
