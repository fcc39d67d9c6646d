/**
 * The pieces of work, bundled (built.ts), each run in a process of its own: `node work.js NAME ARGUMENTS…`; the figures go to the file
 * of the environment.
 */
import { statSync, writeFileSync } from 'node:fs'
import { runCli } from '../src/cli/run-cli.ts'
import { processTerminal } from '../src/cli/terminal.ts'
import { workflowDoors } from '../src/cli/workflow-doors.ts'
import { findCaseChains } from '../src/workflow/find-chains.ts'
import { importEvidence } from '../src/workflow/import-evidence.ts'
import { IngestThreads } from '../src/workflow/ingest/threads.ts'
import { createCase, openCase } from '../src/workflow/open-case.ts'
import { answersDocument } from '../src/workflow/playbook-answers.ts'
import { bundleWorks } from './bundles.ts'
import { figuresVariable } from './measure.ts'

const operator = { name: 'bench', account: 'bench', workstation: 'bench' }

async function verb(...words: readonly string[]): Promise<undefined> {
  const code = await runCli(words, processTerminal(new AbortController().signal), workflowDoors)
  if (code !== 0 && code !== 2) throw new Error(`${words[0]} ended with ${code}`)
}

type Work = (args: readonly string[]) => Promise<number | undefined>
/** Each resolves to the milliseconds of the part that counts; undefined: all of the process, its start included. */
const works: Readonly<Record<string, Work>> = {
  ingest: ([dir = '', path = '']) => verb('import', '--case', dir, path),
  async index([dir = '', path = '']) {
    // the verb has no such option: else as it does
    const threads = new IngestThreads(undefined, true)
    threads.warmUp(statSync(path).size, path)
    const open = await createCase(dir, { title: 'bench', operator })
    await importEvidence(open, [path], { headsOnly: true, threads })
    open.close()
    return undefined
  },
  xml: ([path = '']) => verb('dump', '--format', 'xml', path),
  jsonl: ([path = '']) => verb('dump', '--format', 'jsonl', path),
  async chains([dir = '']) {
    const open = await openCase(dir, { operator })
    const start = performance.now()
    findCaseChains(open)
    const ms = performance.now() - start
    open.close()
    return ms
  },
  ...bundleWorks,
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
// as the command line does: memory need not be taken apart piece by piece
process.stderr.write('', () => process.exit())
