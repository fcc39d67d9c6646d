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
  let notes = 0
  const { records, problems } = await doors.dumpLogs(paths, {
    format,
    recovered: options.recovered === true,
    signal: terminal.signal,
    write: async (text) => {
      for (const { isNote, refusal } of format === 'xml' ? problemsInXml(text) : problemsInJson(text)) {
        if (refusal) refused.add(refusal)
        if (isNote) notes += 1
      }
      await terminal.write(shown(text))
    },
    // records need no look at their text on the way to a pipe or a file
    ...(terminal.writeBytes && !terminal.isTerminal
      ? { writeBytes: terminal.writeBytes, harmless: format === 'jsonl' }
      : {}),
  })
  for (const what of refused) tellLine(terminal, what)
  if (records === 0 && refused.size > 0) return exitCode.refused
  if (problems === notes) return exitCode.done
  const count = problems === 1 ? '1 problem' : `${problems} problems`
  tellLine(terminal, `${count}; each stands in the output where its record would be`)
  return exitCode.reservations
}

/** What a problem line of the output means for the end: only a note, or that a file is no readable log at all. */
interface ProblemSeen {
  readonly isNote: boolean
  readonly refusal: string | undefined
}
const wholeFile = /^evtx\.file\.(empty|not-evtx|legacy-evt|unreadable)$/

/** Only lines of our own count, never a record's values that look like one: a problem line has `problem` at its top. */
function problemsInJson(text: string): readonly ProblemSeen[] {
  if (!text.includes('"problem":{"code":"evtx.')) return []
  return text.split('\n').flatMap((line) => {
    if (!line.includes('"problem":{"code":"evtx.')) return []
    const { file, problem } = JSON.parse(line) as {
      file?: string
      problem?: { code: string; severity?: string; what: string }
    }
    if (!problem) return []
    const what = file ? `${file}: ${problem.what}` : problem.what
    return [{ isNote: problem.severity === 'info', refusal: wholeFile.test(problem.code) ? what : undefined }]
  })
}

/** XML output has problems as comments, without their severity. */
const problemsInXml = (text: string): readonly ProblemSeen[] =>
  [...text.matchAll(/^<!-- problem (\S+) .*$/gm)].map(([line, code = '']) => ({
    isNote: false,
    refusal: wholeFile.test(code) ? line.slice(5, -4) : undefined,
  }))
