// Opens the window in the operator's browser without putting the token on a command line, where every local
// account could read it: the browser is given a page that only this account can read, and that page leads on.
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { assert } from '../base/refusal.ts'

export interface Redirect {
  /** the page that leads to the window; mode 0600 in a folder of mode 0700 */
  readonly path: string
  /** Takes the page away; the token in it is then only in the browser. */
  remove(): Promise<void>
}

/** Writes the page that leads to `url`. */
export async function writeRedirect(url: string, parent: string = tmpdir()): Promise<Redirect> {
  // our own address: nothing in it needs escaping, and nothing else may be written here
  assert(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]+$/.test(url), 'the address is one that serve() made')
  const folder = await mkdtemp(join(parent, 'tasktrail-'))
  const path = join(folder, 'open.html')
  const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url=${url}"><title>Tasktrail</title></head>
<body><p><a href="${url}" rel="noreferrer">Open Tasktrail</a></p></body></html>
`
  await writeFile(path, page, { mode: 0o600, flag: 'wx' })
  return { path, remove: () => rm(folder, { recursive: true, force: true }) }
}

/** The program that opens a page with the operator's browser. Never a shell: nothing in the path is parsed. */
export function openerOf(platform: NodeJS.Platform, page: string): [string, string[]] {
  const target = pathToFileURL(page, { windows: platform === 'win32' }).href
  if (platform === 'win32') return ['rundll32.exe', ['url.dll,FileProtocolHandler', target]]
  if (platform === 'darwin') return ['open', [target]]
  return ['xdg-open', [target]]
}

/** Starts the opener; resolves with why it did not work, or null. What the browser then does is its own affair. */
export function openPage(page: string): Promise<string | null> {
  const [program, args] = openerOf(process.platform, page)
  return new Promise((done) => {
    const opener = spawn(program, args, { stdio: 'ignore', detached: true, shell: false, windowsHide: true })
    opener.once('error', (error) => done(`${program}: ${error.message}`))
    opener.once('exit', (code) => done(code ? `${program} ended with code ${code}` : null))
    opener.once('spawn', () => setTimeout(() => done(null), 3000).unref())
    opener.unref()
  })
}
