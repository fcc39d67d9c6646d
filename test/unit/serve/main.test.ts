// The entry of browser mode as a program of its own: what it says and its exit codes.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const home = mkdtempSync(join(tmpdir(), 'tasktrail-serve-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

/** Runs the entry; resolves with its exit code and what it wrote. */
function run(args: string[]) {
  const child = spawn(process.execPath, [resolve('src/serve/main.ts'), ...args], {
    env: { ...process.env, TASKTRAIL_HOME: home, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (text) => {
    out += String(text)
  })
  child.stderr.on('data', (text) => {
    err += String(text)
  })
  return new Promise<{ code: number | null; out: string; err: string }>((done) =>
    child.on('close', (code) => done({ code, out, err })),
  )
}

describe('the entry of browser mode', () => {
  it('explains itself', async () => {
    const { code, out } = await run(['--help'])
    expect(code).toBe(0)
    for (const option of ['--open', '--no-open', '--port', '--case']) expect(out).toContain(option)
  })

  it.each([[['--bogus']], [['--port', '70000']]])('refuses %j as a mistake in its use', async (args) => {
    const { code, out, err } = await run(args)
    expect(code).toBe(4)
    expect(out).toBe('')
    expect(err).toContain('--port N')
  })

  it('moves no cursor with what it was given', async () => {
    const { err } = await run(['--port', '\u001b[2J'])
    expect(err).not.toContain('\u001b')
  })
})
