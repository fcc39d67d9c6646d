/** Runs one piece of work in a process of its own, so that its peak memory and its start-up are its own. */
import { spawn } from 'node:child_process'
import { importEvidence } from '../src/workflow/import-evidence.ts'
import { createCase } from '../src/workflow/open-case.ts'

export interface Measured {
  /** wall time of the work itself, without the process start */
  readonly ms: number
  readonly maxRssMb: number
}

const works: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  async ingest([dir = '', path = '']) {
    const operator = { name: 'bench', account: 'bench', workstation: 'bench' }
    const open = await createCase(dir, { title: 'bench', operator })
    await importEvidence(open, [path])
    open.close()
  },
}

/** @throws when the child fails */
export function measureInChild(work: string, args: readonly string[]): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [import.meta.filename, work, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let text = ''
    child.stdout.on('data', (part) => {
      text += part
    })
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
  console.log(JSON.stringify({ ms, maxRssMb: process.resourceUsage().maxRSS / 1024 }))
}
