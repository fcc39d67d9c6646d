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
  const refused = new Set<string>()
  const { records, problems } = await doors.dumpLogs(paths, {
    format,
    recovered: options.recovered === true,
    signal: terminal.signal,
    write: async (text) => {
      for (const what of refusedFiles(text)) refused.add(what)
      await terminal.write(shown(text))
    },
  })
  for (const what of refused) tellLine(terminal, what)
  if (records === 0 && refused.size > 0) return exitCode.refused
  if (problems === 0) return exitCode.done
  const count = problems === 1 ? '1 problem' : `${problems} problems`
  tellLine(terminal, `${count}; each stands in the output where its record would be`)
  return exitCode.reservations
}

const wholeFile = /"code":"evtx\.file\.(?:empty|not-evtx|legacy-evt|unreadable)"/
const wholeFileXml = /^<!-- problem evtx\.file\.(?:empty|not-evtx|legacy-evt|unreadable) .*$/gm

/** What is said of files that are no readable log at all. Only our own problem lines count, never a record's values. */
function refusedFiles(text: string): readonly string[] {
  if (!text.includes('evtx.file.')) return []
  const inXml = [...text.matchAll(wholeFileXml)].map(([line]) => line.slice(5, -4))
  const inJson = text.split('\n').flatMap((line) => {
    if (!wholeFile.test(line)) return []
    const { file, problem } = JSON.parse(line) as { file?: string; problem?: { what: string } }
    return problem ? [file ? `${file}: ${problem.what}` : problem.what] : []
  })
  return [...inXml, ...inJson]
}
