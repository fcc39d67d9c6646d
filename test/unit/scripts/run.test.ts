import { type ChildProcess, spawn } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

// A checkout in miniature: npm, the build, Electron and the command line are stand-ins that say when they are called.
const scripts = resolve(import.meta.dirname, '../../../scripts')
let root = ''

function write(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text, { mode })
}

const cli = `process.stdout.write(JSON.stringify({ cwd: process.cwd(), args: process.argv.slice(2) }) + '\\n')
if (process.argv.includes('wait')) {
  process.on('SIGINT', () => process.exit(130))
  setTimeout(() => {}, 60_000)
} else process.exitCode = Number(process.argv[3] ?? 0)`
const build = `import { mkdirSync, writeFileSync } from 'node:fs'
console.log('noise of the build on stdout')
mkdirSync('out/main', { recursive: true })
writeFileSync('out/main/cli.js', ${JSON.stringify(cli)})
writeFileSync('out/main/serve.js', "console.log('browser', process.cwd(), ...process.argv.slice(2))")`
const npm = `const { appendFileSync, mkdirSync, writeFileSync } = require('node:fs')
console.log('noise of npm on stdout')
appendFileSync('npm-calls', process.argv.slice(2).join(' ') + '\\n')
mkdirSync('node_modules/electron-vite/bin', { recursive: true })
writeFileSync('node_modules/electron-vite/bin/electron-vite.js', ${JSON.stringify(build)})
mkdirSync('node_modules/vite/bin', { recursive: true })
writeFileSync('node_modules/vite/bin/vite.js', "console.log('noise of the second build')")
writeFileSync('node_modules/package.json', '{"type":"module"}')`

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tasktrail-run-'))
  write('package.json', '{"type":"module","devDependencies":{"a":"1.0.0"}}')
  write('package-lock.json', '{}')
  write('src/cli/main.ts', '')
  write('npm/npm-cli.js', npm)
  write('npm/package.json', '{"type":"commonjs"}')
  mkdirSync(join(root, 'scripts'))
  for (const name of ['run.mjs', 'tasktrail.mjs'])
    copyFileSync(join(scripts, name), join(root, 'scripts', name))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}
function run(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
  meet: (child: ChildProcess) => void = () => {},
): Promise<Ended> {
  const [script = '', ...rest] = args
  const child = spawn(process.execPath, [join(root, 'scripts', script), ...rest], {
    cwd: tmpdir(),
    env: {
      ...process.env,
      npm_execpath: join(root, 'npm/npm-cli.js'),
      npm_lifecycle_event: undefined,
      DISPLAY: undefined,
      WAYLAND_DISPLAY: undefined,
      ...env,
    },
  })
  const ended = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    ended.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    ended.err += text
  })
  meet(child)
  return new Promise((done) => {
    child.on('close', (code) => done({ code, ...ended }))
  })
}
const npmCalls = () => readFileSync(join(root, 'npm-calls'), 'utf8').trim().split('\n')

describe('a task of a fresh checkout', () => {
  it('installs and builds first, tells so on stderr, and leaves stdout to the command line', async () => {
    const first = await run(['run.mjs', 'tasktrail', 'dump', '0'])
    expect(first.code).toBe(0)
    expect(JSON.parse(first.out)).toEqual({ cwd: tmpdir(), args: ['dump', '0'] })
    expect(first.err).toMatch(
      /installing packages[\s\S]*noise of npm[\s\S]*building[\s\S]*noise of the build/,
    )
    expect(npmCalls()).toHaveLength(1)
    expect(npmCalls()[0]).toMatch(/^ci --ignore-scripts/)
  })

  it('does neither again until the lock file or a source changes', async () => {
    await run(['run.mjs', 'tasktrail'])
    expect((await run(['run.mjs', 'tasktrail'])).err).toBe('')
    utimesSync(join(root, 'src/cli/main.ts'), 1, 1)
    const rebuilt = await run(['run.mjs', 'tasktrail'])
    expect(rebuilt.err).toMatch(/^tasktrail: building\n/)
    expect(npmCalls()).toHaveLength(1)
    write('package-lock.json', '{"changed":true}')
    expect((await run(['run.mjs', 'tasktrail'])).err).toMatch(/installing packages/)
    expect(npmCalls()).toHaveLength(2)
  })

  it('passes exit codes and the caller’s folder on', async () => {
    const caller = join(root, 'src')
    const env = { npm_lifecycle_event: 'tasktrail', INIT_CWD: caller }
    const ended = await run(['run.mjs', 'tasktrail', 'verify', '2'], env)
    expect([ended.code, JSON.parse(ended.out).cwd]).toEqual([2, caller])
    const direct = await run(['tasktrail.mjs', 'verify', '1'], { INIT_CWD: caller })
    expect([direct.code, JSON.parse(direct.out)]).toEqual([1, { cwd: tmpdir(), args: ['verify', '1'] }])
  })

  it('passes Ctrl-C on and waits for the end', async () => {
    const ended = await run(['run.mjs', 'tasktrail', 'wait'], {}, (child) => {
      child.stdout?.once('data', () => child.kill('SIGINT'))
    })
    expect(ended.code).toBe(130)
  })

  it('is set up once when two start together', async () => {
    const both = await Promise.all([run(['run.mjs', 'tasktrail']), run(['run.mjs', 'tasktrail'])])
    expect(both.map(({ code }) => code)).toEqual([0, 0])
    expect(npmCalls()).toHaveLength(1)
  })

  it('refuses with 3 when it cannot be set up: 1 and 2 are outcomes of verbs', async () => {
    write('npm/npm-cli.js', 'process.exit(7)')
    const ended = await run(['run.mjs', 'tasktrail', 'verify'])
    expect(ended).toMatchObject({ code: 3, out: '' })
    expect(ended.err).toMatch(/npm ci failed/)
    expect((await run(['run.mjs', 'build'])).code).toBe(1)
  })

  it('knows its tasks', async () => {
    const ended = await run(['run.mjs', 'tset'])
    expect(ended).toMatchObject({ code: 4, out: '' })
    expect(ended.err).toMatch(/start, test, check, build, bench, kill, fuzz, generated, mutation, package, tasktrail/)
  })
})

describe.runIf(process.platform === 'linux')('the window', () => {
  const withElectron = (script: string) => {
    write('node_modules/electron/path.txt', 'electron')
    write('node_modules/electron/dist/electron', `#!/bin/sh\n${script}\n`, 0o755)
  }
  it('opens in the browser where no screen is', async () => {
    const ended = await run(['run.mjs', 'start'])
    expect(ended).toMatchObject({ code: 0, out: `browser ${tmpdir()} --open\n` })
  })

  it('opens in the browser when Electron ends before it was shown', async () => {
    await run(['run.mjs', 'build'])
    withElectron('exit 133')
    const ended = await run(['run.mjs', 'start'], { DISPLAY: ':0' })
    expect(ended).toMatchObject({ code: 0, out: `browser ${tmpdir()} --open\n` })
    expect(ended.err).toMatch(/Electron did not start/)
  })

  it('opens no second one when Electron failed after it was shown', async () => {
    await run(['run.mjs', 'build'])
    withElectron('touch "$TASKTRAIL_SHOWN_FILE"; exit 5')
    expect(await run(['run.mjs', 'start'], { DISPLAY: ':0' })).toMatchObject({ code: 5, out: '' })
    expect(existsSync(join(root, 'out/.lock'))).toBe(false)
  })
})
