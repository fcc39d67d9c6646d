/** Runs one piece of work in a process of its own, so that its peak memory and its start-up are its own. */
import { spawn } from 'node:child_process'
import { Socket } from 'node:net'
import { type DumpOptions, dumpLogs } from '../src/workflow/dump-log.ts'
import { importEvidence } from '../src/workflow/import-evidence.ts'
import { createCase } from '../src/workflow/open-case.ts'

export interface Measured {
  /** wall time of the work itself, without the process start */
  readonly ms: number
  /** user and system time of the process, its start included */
  readonly cpuMs: number
  readonly maxRssMb: number
}

const works: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  async ingest([dir = '', path = '']) {
    const operator = { name: 'bench', account: 'bench', workstation: 'bench' }
    const open = await createCase(dir, { title: 'bench', operator })
    await importEvidence(open, [path])
    open.close()
  },
  'dump-xml': ([path = '']) => dump(path, 'xml'),
  'dump-jsonl': ([path = '']) => dump(path, 'jsonl'),
}

/** Every record to a pipe that somebody empties. */
async function dump(path: string, format: DumpOptions['format']): Promise<void> {
  const pipe = new Socket({ fd: 3, readable: false, writable: true })
  const write = (part: string | Uint8Array) =>
    new Promise<void>((resolve, reject) => {
      pipe.write(part, (error) => (error ? reject(error) : resolve()))
    })
  await dumpLogs([path], {
    format,
    recovered: false,
    harmless: format === 'jsonl',
    write,
    writeBytes: write,
  })
  pipe.destroy()
}

/** @throws when the child fails */
export function measureInChild(work: string, args: readonly string[]): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [import.meta.filename, work, ...args], {
      stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
    })
    let text = ''
    child.stdout?.on('data', (part) => {
      text += part
    })
    const output = child.stdio[3]
    if (output && 'resume' in output) output.resume()
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(text) as Measured)
      else reject(new Error(`${work} ended with code ${code}`))
    })
  })
}

if (process.argv[1] === import.meta.filename) {
  const [, , name = '', ...args] = process.argv
  const work = works[name]
  if (!work) throw new Error(`no work ${name}`)
  const start = performance.now()
  await work(args)
  const ms = performance.now() - start
  const { user, system } = process.cpuUsage()
  const cpuMs = (user + system) / 1000
  console.log(JSON.stringify({ ms, cpuMs, maxRssMb: process.resourceUsage().maxRSS / 1024 }))
}
