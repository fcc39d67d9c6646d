// `npm run mutation -- [--again] [FILE…]`: changes src/chains and src/playbook (or the files named) in thousands of small ways and counts the
// changes that no quick test sees. Works on a copy below out/, because Stryker's printer drops brackets around `as` in TypeScript:
// the copy has its types replaced by blanks, so that lines and columns stay those of the source.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { writeReport } from './report.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, '..', '..')
const place = join(root, 'out', 'mutation')
const copy = join(place, 'project')
/** Verdicts of the run before, for `--again` */
const memory = join(root, 'out', 'mutation-memory.json')
const rooms = ['src/chains', 'src/playbook']

rmSync(place, { recursive: true, force: true })
mkdirSync(copy, { recursive: true })
for (const part of ['src', 'test', 'resources', 'package.json'])
  cpSync(join(root, part), join(copy, part), { recursive: true })
const link = process.platform === 'win32' ? 'junction' : 'dir'
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), link)
// the samples lie beside a checkout
symlinkSync(join(root, '..', 'shared'), join(place, 'shared'), link)
for (const room of rooms)
  for (const name of readdirSync(join(copy, room), { recursive: true })) {
    if (!name.endsWith('.ts')) continue
    const path = join(copy, room, name)
    writeFileSync(path, stripTypeScriptTypes(readFileSync(path, 'utf8')))
  }

const again = process.argv.includes('--again')
const wanted = process.argv.slice(2).filter((one) => one !== '--again')
const options = {
  testRunner: 'in-process',
  plugins: [pathToFileURL(join(here, 'in-process-runner.mjs')).href],
  mutate: wanted.length > 0 ? wanted : rooms.map((room) => `${room}/**/*.ts`),
  ignorers: ['wording'],
  incremental: again,
  incrementalFile: memory,
  coverageAnalysis: 'perTest',
  // lists and patterns made while a module loads: each would need all modules loaded anew
  ignoreStatic: true,
  concurrency: 1,
  inPlace: true,
  // types are gone already
  disableTypeChecks: false,
  reporters: ['clear-text', 'json'],
  jsonReporter: { fileName: join(place, 'report.json') },
  clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false },
}
writeFileSync(join(copy, 'stryker.config.json'), JSON.stringify(options, null, 2))
const stryker = join(here, 'node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js')
const done = spawnSync(process.execPath, [stryker, 'run', 'stryker.config.json'], {
  cwd: copy,
  stdio: 'inherit',
})
process.exitCode = done.status ?? 1
const report = join(place, 'report.json')
// a run over a few files says nothing of the rooms, unless it goes on from one over both
if (done.status === 0 && (wanted.length === 0 || again))
  console.table(
    writeReport(
      report,
      (path) => readFileSync(join(root, path), 'utf8'),
      join(here, 'survivors.json'),
      join(root, 'docs', 'mutation.md'),
    ),
  )
