/** The pieces of work, each run in a process of its own: `node work.ts NAME ARGUMENTS…`; the figures go to the file of the environment. */
import { writeFileSync } from 'node:fs'
import { runCli } from '../src/cli/run-cli.ts'
import { processTerminal } from '../src/cli/terminal.ts'
import { workflowDoors } from '../src/cli/workflow-doors.ts'
import { findCaseChains } from '../src/workflow/find-chains.ts'
import { importEvidence } from '../src/workflow/import-evidence.ts'
import { createCase, openCase } from '../src/workflow/open-case.ts'
import { answersDocument } from '../src/workflow/playbook-answers.ts'
import { figuresVariable } from './measure.ts'

const operator = { name: 'bench', account: 'bench', workstation: 'bench' }

async function dump(format: string, path: string): Promise<void> {
  const code = await runCli(
    ['dump', '--format', format, path],
    processTerminal(new AbortController().signal),
    workflowDoors,
  )
  if (code !== 0 && code !== 2) throw new Error(`dump ended with ${code}`)
}

type Work = (args: readonly string[]) => Promise<number | undefined>
/** Each resolves to the milliseconds of the part that counts; undefined: all of the process, its start included. */
const works: Readonly<Record<string, Work>> = {
  async ingest([dir = '', path = '']) {
    const open = await createCase(dir, { title: 'bench', operator })
    await importEvidence(open, [path])
    open.close()
    return undefined
  },
  async index([dir = '', path = '']) {
    const open = await createCase(dir, { title: 'bench', operator })
    await importEvidence(open, [path], { headsOnly: true })
    open.close()
    return undefined
  },
  async xml([path = '']) {
    await dump('xml', path)
    return undefined
  },
  async jsonl([path = '']) {
    await dump('jsonl', path)
    return undefined
  },
  async chains([dir = '']) {
    const open = await openCase(dir, { operator })
    const start = performance.now()
    findCaseChains(open)
    const ms = performance.now() - start
    open.close()
    return ms
  },
  async hosts([dir = '']) {
    const open = await openCase(dir, { operator })
    const start = performance.now()
    findCaseChains(open)
    answersDocument(open)
    const ms = performance.now() - start
    open.close()
    return ms
  },
}

const [, , name = '', ...args] = process.argv
const work = works[name]
if (!work) throw new Error(`no work ${name}`)
const part = await work(args)
const { user, system } = process.cpuUsage()
const figures = {
  ms: part ?? performance.now(),
  cpuMs: (user + system) / 1000,
  maxRssMb: process.resourceUsage().maxRSS / 1024,
}
const path = process.env[figuresVariable]
if (path) writeFileSync(path, JSON.stringify(figures))
else console.error(figures)
