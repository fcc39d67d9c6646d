import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Chain } from '../../src/domain/chain.ts'
import { HostStage } from '../../src/practice/host-stage.ts'
import { scenarios } from '../../src/practice/scenarios/index.ts'
import { chainsDocument } from '../../src/report/chains-json.ts'
import { findCaseChains } from '../../src/workflow/find-chains.ts'
import { importEvidence } from '../../src/workflow/import-evidence.ts'
import { createCase } from '../../src/workflow/open-case.ts'
import { playCase, scenarioCase } from './count.ts'
import { type RandomCase, randomCase } from './random-case.ts'

const root = mkdtempSync(join(tmpdir(), 'tasktrail-generated-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const operator = { name: 'Practice Operator', account: 'practice', workstation: 'bench' }

/** Writes the case as event logs, imports them, and gives the chains of the case. */
async function throughFiles({ hosts, noise, random, label }: RandomCase): Promise<readonly Chain[]> {
  const dir = mkdtempSync(join(root, 'case-'))
  const folders = hosts.map((_, at) => join(dir, `host-${at}`))
  for (const [at, { cast, staging }] of hosts.entries()) {
    mkdirSync(folders[at] as string)
    const stage = new HostStage(folders[at] as string, cast, staging, noise, random.fork(`host ${at}`))
    for (const _ of stage.play());
    await stage.writeBeside()
  }
  const open = await createCase(join(dir, 'case'), { title: label, operator, practice: true })
  try {
    await importEvidence(open, folders, {})
    return findCaseChains(open)
  } finally {
    open.close()
  }
}

/** A chain without the places of its records: those differ between a file and memory. */
const told = (chains: readonly Chain[]) =>
  JSON.parse(
    JSON.stringify(chainsDocument(chains).chains, (key, value) =>
      key === 'evidenceId' || key === 'chunk' || key === 'offset' ? undefined : value,
    ),
  ) as unknown

describe('generated cases written as event logs and imported', () => {
  const every = Math.ceil(scenarios.length / 10)
  const sample = [
    ...scenarios.filter((_, at) => at % every === 0).map((scenario) => scenarioCase(scenario, 4)),
    ...Array.from({ length: 21 }, (_, at) => randomCase(at * 7 + 1)),
  ]
  it.each(sample.map((one) => [one.seed, one.label, one] as const))(
    'give the chains that their records give in memory: seed %i, %s',
    async (_, __, one) => {
      expect(told(await throughFiles(one))).toEqual(told(playCase(one).chains))
    },
  )
})
