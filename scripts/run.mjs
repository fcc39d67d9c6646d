// Runs one of the project's tasks on a fresh checkout, installing and building first what is missing.
// Plain JavaScript without dependencies, for Node 18 and later: nothing is installed yet when it starts.
// Everything it says itself goes to stderr, so that `tasktrail` has stdout for its own.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const at = (...parts) => join(root, ...parts)
const tool = (...parts) => at('node_modules', ...parts)
const windows = process.platform === 'win32'
const [task = 'start', ...rest] = process.argv.slice(2)
/** npm runs scripts in the project's folder; paths on the command line are relative to the caller's. */
const callersFolder = (process.env.npm_lifecycle_event === task && process.env.INIT_CWD) || process.cwd()

/** Set-up could not be done. For `tasktrail` that is a refusal (3): 1 and 2 are outcomes of its verbs. */
class SetUpFailure extends Error {}
const say = (text) => console.error(`tasktrail: ${text}`)

// ---------------------------------------------------------------- packages and Node.js

/** What `npm ci` would install here: the lock file and the dependencies it must agree with, for this platform. */
function wanted(folder) {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  )
  const hash = createHash('sha256')
  hash.update(JSON.stringify([dependencies, devDependencies, optionalDependencies]))
  hash.update(readFileSync(join(folder, 'package-lock.json')))
  return `${hash.digest('hex')} ${process.platform} ${process.arch}\n`
}
const stampOf = (folder) => join(folder, 'node_modules', '.tasktrail')
function textOf(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // not there (any more)
  }
}
const isInstalled = (folder) => textOf(stampOf(folder)) === wanted(folder)

function install(folder, note) {
  if (isInstalled(folder)) return
  say(note)
  // `npm.cmd` cannot be spawned without a shell, so npm's own script is run where npm started us
  const cli = process.env.npm_execpath
  const args = [
    'ci',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    '--include=dev',
    '--include=optional',
  ]
  const how = { cwd: folder, stdio: ['ignore', 2, 2] }
  const done = cli?.endsWith('npm-cli.js')
    ? spawnSync(process.execPath, [cli, ...args], how)
    : spawnSync('npm', args, { ...how, shell: windows })
  if (done.status !== 0)
    throw new SetUpFailure(
      `npm ci failed in ${folder}${done.error ? ` (${done.error.message})` : ''}; the lines above say why`,
    )
  writeFileSync(stampOf(folder), wanted(folder))
}

const [major, minor] = process.versions.node.split('.').map(Number)
/** Node 22.18 strips types by itself and runs Vitest 5 and better-sqlite3 13. */
const ownNodeIsEnough = major > 22 || (major === 22 && minor >= 18)

/** The Node.js everything else runs under: this one, or the one of scripts/node. Undefined while it is not there. */
function modernNode() {
  if (ownNodeIsEnough) return process.execPath
  const arch = `${windows ? 'win' : process.platform}-${process.arch}`
  for (const name of [`node-${arch}`, `node-bin-${arch}`]) {
    const file = at('scripts', 'node', 'node_modules', name, 'bin', windows ? 'node.exe' : 'node')
    if (existsSync(file)) return file
  }
  return undefined
}

// ---------------------------------------------------------------- build

/** Names, sizes and times of everything the build reads; changes whenever one of them does. */
function sourcesState() {
  const hash = createHash('sha256')
  const walk = (path) => {
    const stat = statSync(at(path), { throwIfNoEntry: false })
    if (!stat) return
    if (stat.isDirectory()) for (const name of readdirSync(at(path)).sort()) walk(join(path, name))
    else hash.update(`${path}\0${stat.size}\0${stat.mtimeMs}\n`)
  }
  for (const path of [
    'src',
    'electron',
    'renderer',
    'resources',
    'electron.vite.config.ts',
    'scripts/verifier-script.mjs',
    'standalone.vite.config.ts',
    'package.json',
    'package-lock.json',
  ])
    walk(path)
  return `${hash.digest('hex')}\n`
}
const buildStamp = at('out', '.sources')
const isBuilt = () => existsSync(at('out', 'main', 'cli.js')) && textOf(buildStamp) === sourcesState()

function build() {
  const state = sourcesState()
  rmSync(buildStamp, { force: true })
  say('building')
  const builds = [
    [tool('electron-vite', 'bin', 'electron-vite.js'), 'build', '--logLevel', 'warn'],
    [tool('vite', 'bin', 'vite.js'), 'build', '--config', 'standalone.vite.config.ts', '--logLevel', 'warn'],
  ]
  for (const args of builds) {
    const done = spawnSync(modernNode(), args, { cwd: root, env: environment(), stdio: ['ignore', 2, 2] })
    if (done.status !== 0) throw new SetUpFailure('the build failed; the lines above say why')
  }
  writeFileSync(buildStamp, state)
}

const isReady = (needs) =>
  isInstalled(root) &&
  (ownNodeIsEnough || (isInstalled(at('scripts', 'node')) && modernNode())) &&
  (needs !== 'built' || isBuilt())

/** Installs and builds what is missing, one process at a time: a second one waits for the first. */
async function prepare(needs) {
  if (needs !== 'build' && isReady(needs)) return
  mkdirSync(at('out'), { recursive: true })
  const lock = at('out', '.lock')
  for (let waited = 0; ; waited++) {
    try {
      writeFileSync(lock, `${process.pid}\n`, { flag: 'wx' })
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    if (waited === 2) say('waiting for another set-up of this checkout')
    if (isAbandoned(lock)) rmSync(lock, { force: true })
    else await new Promise((resume) => setTimeout(resume, 250))
  }
  const unlock = () => existsSync(lock) && unlinkSync(lock)
  process.once('exit', unlock)
  try {
    install(root, 'installing packages (once, about half a minute)')
    if (!ownNodeIsEnough) {
      const own = process.versions.node
      install(
        at('scripts', 'node'),
        `Node.js ${own} is too old; fetching Node.js 24 for this project alone (once)`,
      )
      if (!modernNode())
        throw new SetUpFailure(
          `needs Node.js 22.18 or later: this is ${own}, and there is none to fetch for ${process.platform} ${process.arch}`,
        )
    }
    if (needs === 'build' || (needs === 'built' && !isBuilt())) build()
  } finally {
    process.removeListener('exit', unlock)
    unlock()
  }
}

/** A lock whose owner is gone. One that is still empty is just being written, unless it has been so for long. */
function isAbandoned(lock) {
  const stat = statSync(lock, { throwIfNoEntry: false })
  if (!stat) return false
  const owner = textOf(lock).trim()
  return owner ? !isRunning(Number(owner)) : Date.now() - stat.mtimeMs > 10_000
}

function isRunning(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

// ---------------------------------------------------------------- running

/** Whatever a tool starts as `node` must be the same Node.js. */
function environment(more = {}) {
  const { PATH, Path, ...others } = process.env
  return { ...others, ...more, PATH: [dirname(modernNode()), PATH ?? Path].join(delimiter) }
}

/** Runs a program in the foreground and passes signals on; resolves to its exit code (128 + signal when killed). */
function run(file, args, { cwd = root, env = {} } = {}) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd, stdio: 'inherit', env: environment(env) })
    const listeners = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => {
      // On Windows the console tells the child itself, and kill() would end it without a word.
      const pass = () => windows || child.kill(signal)
      process.on(signal, pass)
      return [signal, pass]
    })
    const finish = (code) => {
      for (const [signal, pass] of listeners) process.removeListener(signal, pass)
      resolve(code)
    }
    child.once('error', (error) => {
      say(`cannot start ${file}: ${error.message}`)
      finish(1)
    })
    child.once('exit', (code, signal) => finish(code ?? 128 + (constants.signals[signal] ?? 0)))
  })
}
const runNode = (args, how) => run(modernNode(), args, how)

/** Electron's executable, fetched if need be; undefined where it can't be had or can't show a window. */
function electron() {
  if (process.env.TASKTRAIL_UI === 'browser') return undefined
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return undefined
  const installed = () => {
    const name = tool('electron', 'path.txt')
    const file = existsSync(name) ? tool('electron', 'dist', readFileSync(name, 'utf8').trim()) : ''
    return file && existsSync(file) ? file : undefined
  }
  if (!installed()) {
    say('fetching Electron (once, about 120 MB)')
    spawnSync(modernNode(), [tool('electron', 'install.js')], {
      cwd: root,
      env: environment(),
      stdio: 'ignore',
      timeout: 300_000,
    })
  }
  return installed()
}

async function start() {
  const app = electron()
  if (app) {
    const folder = mkdtempSync(join(tmpdir(), 'tasktrail-'))
    const shown = join(folder, 'shown')
    const code = await run(app, [root, ...rest], { cwd: callersFolder, env: { TASKTRAIL_SHOWN_FILE: shown } })
    const wasShown = existsSync(shown)
    rmSync(folder, { recursive: true, force: true })
    if (code === 0 || wasShown) return code
    say('Electron did not start')
  } else say('no Electron here')
  say('opening the same window in your browser')
  return runNode([at('out', 'main', 'serve.js'), '--open', ...rest], { cwd: callersFolder })
}

const tasks = {
  start: { needs: 'built', run: start },
  test: { needs: 'built', run: () => runNode([tool('vitest', 'vitest.mjs'), 'run', ...rest]) },
  check: {
    needs: 'packages',
    run: async () =>
      (await runNode([tool('typescript', 'bin', 'tsc'), '-b'])) ||
      runNode([tool('@biomejs', 'biome', 'bin', 'biome'), 'check', ...rest]),
  },
  build: { needs: 'build', run: () => 0 },
  bench: {
    needs: 'packages',
    run: () => runNode(['--disable-warning=ExperimentalWarning', at('bench', 'bench.ts'), ...rest]),
  },
  kill: {
    needs: 'packages',
    run: () => runNode(['--disable-warning=ExperimentalWarning', at('test', 'kill', 'run.ts'), ...rest]),
  },
  fuzz: {
    needs: 'packages',
    run: () => runNode(['--disable-warning=ExperimentalWarning', at('test', 'fuzz', 'run.ts'), ...rest]),
  },
  generated: {
    needs: 'packages',
    run: () => runNode(['--disable-warning=ExperimentalWarning', at('test', 'generated', 'run.ts'), ...rest]),
  },
  mutation: {
    needs: 'packages',
    run: () => {
      install(at('scripts', 'mutation'), 'installing what mutates the source')
      return runNode(['--disable-warning=ExperimentalWarning', at('scripts', 'mutation', 'run.mjs'), ...rest])
    },
  },
  package: {
    needs: 'built',
    run: () => {
      if (!rest.includes('--dry')) install(at('scripts', 'package'), 'installing what packs the app')
      return runNode([at('scripts', 'package', 'run.mjs'), ...rest])
    },
  },
  tasktrail: {
    needs: 'built',
    run: () => runNode([at('out', 'main', 'cli.js'), ...rest], { cwd: callersFolder }),
  },
}

async function main() {
  const chosen = Object.hasOwn(tasks, task) ? tasks[task] : undefined
  if (!chosen) {
    say(`no task ${task}; there are ${Object.keys(tasks).join(', ')}`)
    return 4
  }
  try {
    await prepare(chosen.needs)
  } catch (error) {
    say(error instanceof SetUpFailure ? error.message : `set-up failed: ${error.stack ?? error}`)
    return task === 'tasktrail' ? 3 : 1
  }
  return await chosen.run()
}
process.exitCode = await main()
