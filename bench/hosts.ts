/** Many hosts with a few remote tasks each: the case that the row `hosts` asks for its chains and answers. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { onAnotherHost } from '../src/practice/cast.ts'
import { playScenario } from '../src/practice/play-scenario.ts'
import { scenarios } from '../src/practice/scenarios/index.ts'
import type { Scenario } from '../src/practice/staging.ts'
import { importEvidence } from '../src/workflow/import-evidence.ts'
import { createCase } from '../src/workflow/open-case.ts'

/** What happens on one host after another; each has a few tasks made from elsewhere. */
const stories = ['tasks-from-two-sources', 'schtasks-tcp', 'atexec-pipe', 'remote-update-job'] as const

/** The story on a host of its own of one domain. */
function storyOn(position: number): Scenario {
  const name = stories[position % stories.length] as string
  const story = scenarios.find((one) => one.name === name)
  if (!story) throw new Error(`no scenario ${name}`)
  return {
    ...story,
    adapt: (drawn) => {
      const cast = onAnotherHost(story.adapt?.(drawn) ?? drawn, position, story.release)
      return { ...cast, host: { ...cast.host, address: `10.77.0.${position}` } }
    },
  }
}

/**
 * Writes a folder of logs for each host that is not there yet, the same bytes every time.
 * @returns the folders, in order
 */
export async function writeHosts(dir: string, hosts: number, records: number): Promise<readonly string[]> {
  const folders: string[] = []
  for (let position = 1; position <= hosts; position++) {
    const folder = join(dir, `host-${String(position).padStart(3, '0')}`)
    folders.push(folder)
    if (existsSync(folder)) continue
    const partial = `${folder}.partial`
    rmSync(partial, { recursive: true, force: true })
    mkdirSync(partial, { recursive: true })
    await playScenario(partial, { scenario: storyOn(position), seed: 1, noise: records })
    // the truth is no evidence
    rmSync(join(partial, 'truth.json'))
    renameSync(partial, folder)
  }
  return folders
}

/** Makes a case of the hosts in `dir`; the logs are taken away again. */
export async function hostsCase(dir: string, hosts: number, records: number): Promise<void> {
  const logs = `${dir}-logs`
  const operator = { name: 'bench', account: 'bench', workstation: 'bench' }
  const open = await createCase(dir, { title: 'bench', operator })
  for (let count = 1; count <= hosts; count++) {
    const folders = await writeHosts(logs, count, records)
    const last = folders.at(-1) as string
    await importEvidence(open, [last])
    // what is imported leaves an empty folder, which says that it has been written
    rmSync(last, { recursive: true })
    mkdirSync(last)
  }
  open.close()
  rmSync(logs, { recursive: true })
}
