// Writes docs/mutation.md from Stryker's report: a table of the files, and every change that no test sees, with a word why.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const found = new Set(['Killed', 'Timeout'])
const missed = new Set(['Survived', 'NoCoverage'])

/** Text of a mutation as it stands in the source, on one line. */
function originalOf(lines, { start, end }) {
  const rows = lines.slice(start.line - 1, end.line)
  rows[rows.length - 1] = rows.at(-1).slice(0, end.column - 1)
  rows[0] = rows[0].slice(start.column - 1)
  return oneLine(rows.join(' '))
}
const oneLine = (text) => text.replace(/\s+/g, ' ').trim()
const shorter = (text) => (text.length > 90 ? `${text.slice(0, 89)}…` : text)
const code = (text) => {
  const shown = shorter(text)
  // a fence longer than any run of backticks inside
  const fence = '`'.repeat(1 + Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length)))
  const pad = fence.length > 1 ? ' ' : ''
  return `${fence}${pad}${shown}${pad}${fence}`
}
const percent = (part, whole) => (whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`)

function tally(mutants) {
  const count = (statuses) => mutants.filter(({ status }) => statuses.has(status)).length
  const killed = count(found)
  const survived = count(new Set(['Survived']))
  const uncovered = count(new Set(['NoCoverage']))
  return { killed, survived, uncovered, score: percent(killed, killed + survived + uncovered) }
}
const row = (name, { killed, survived, uncovered, score }) =>
  `| ${name} | ${killed} | ${survived} | ${uncovered} | ${score} |`

/**
 * @param reportFile Stryker's JSON
 * @param sourceOf path → text of the file as people know it, with its types
 * @param whyFile path → [{ original, replacement, why }]
 */
export function writeReport(reportFile, sourceOf, whyFile, target) {
  const report = JSON.parse(readFileSync(reportFile, 'utf8'))
  const whys = existsSync(whyFile) ? JSON.parse(readFileSync(whyFile, 'utf8')) : {}
  const files = Object.entries(report.files).sort(([a], [b]) => (a < b ? -1 : 1))
  const rooms = new Map()
  for (const [path, { mutants }] of files) {
    const room = path.split('/').slice(0, 2).join('/')
    rooms.set(room, [...(rooms.get(room) ?? []), ...mutants])
  }
  const all = files.flatMap(([, { mutants }]) => mutants)
  const leftOut = all.filter(({ status }) => status === 'Ignored' || status === 'RuntimeError')
  const loading = leftOut.filter(
    ({ static: isStatic, statusReason }) => isStatic && !statusReason?.includes('sentence'),
  ).length
  const sentences = leftOut.length - loading
  const table = [
    '| | killed | survived | no coverage | score |',
    '|---|---|---|---|---|',
    ...[...rooms].map(([room, mutants]) => row(`**${room}**`, tally(mutants))),
    row('**both**', tally(all)),
    ...files.map(([path, { mutants }]) => row(path, tally(mutants))),
  ]
  const survivors = files.flatMap(([path, { mutants }]) => {
    const left = mutants
      .filter(({ status }) => missed.has(status))
      .sort(
        (a, b) =>
          a.location.start.line - b.location.start.line || a.location.start.column - b.location.start.column,
      )
    if (left.length === 0) return []
    const lines = sourceOf(path).split('\n')
    const told = left.map(({ location, replacement, status }) => {
      const original = originalOf(lines, location)
      const change = oneLine(replacement ?? '')
      const known = (whys[path] ?? []).find((one) => one.original === original && one.replacement === change)
      const why =
        known?.why ??
        (status === 'NoCoverage' ? 'no quick test comes here' : 'no quick test tells them apart')
      return `- ${location.start.line}: ${code(original)} → ${code(change)}: ${why}`
    })
    return ['', `### ${path}`, '', ...told]
  })
  const text = [
    '# Mutation tests',
    '',
    'Written by `npm run mutation`. Stryker changes the sources of `src/chains` and `src/playbook` in small ways, one at a time; a change is *killed* when a quick test fails (or does not end), and it *survives* when none does. The tests are those named in `scripts/mutation/tests.mjs`, all in memory; slower ones (generated cases by the hundred, laws, imports) see more than is counted here.',
    '',
    `Every operator, condition, call, list and word alone (\`strong\`, \`L3\`, \`truly-absent\`) is changed. Sentences for people are not (${sentences} texts with a blank, or put together from values): a changed word in them is no changed verdict, and tests hold the sentences of whole stories as they are. Nor are lists and patterns made while a module loads (${loading} changes): each of them would need every module loaded anew.`,
    '',
    ...table,
    '',
    '## What survived',
    ...survivors,
    '',
  ]
  writeFileSync(target, text.join('\n'))
  return [...rooms].map(([room, mutants]) => ({ room, ...tally(mutants) }))
}
