import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { ChainAnswers } from '../../src/domain/answers.ts'
import type { Chain } from '../../src/domain/chain.ts'
import type { TaskChangedEvent, WindowsEvent } from '../../src/domain/event.ts'
import { HostStage } from '../../src/practice/host-stage.ts'
import { scenarios } from '../../src/practice/scenarios/index.ts'
import { chainsDocument } from '../../src/report/chains-json.ts'
import { findCaseChains } from '../../src/workflow/find-chains.ts'
import { importEvidence } from '../../src/workflow/import-evidence.ts'
import { createCase } from '../../src/workflow/open-case.ts'
import { answersOf } from '../../src/workflow/playbook-answers.ts'
import { playCase, scenarioCase } from './count.ts'
import { type RandomCase, randomCase } from './random-case.ts'

const root = mkdtempSync(join(tmpdir(), 'tasktrail-generated-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const operator = { name: 'Practice Operator', account: 'practice', workstation: 'bench' }

interface Imported {
  readonly chains: readonly Chain[]
  readonly answers: readonly ChainAnswers[]
}

/** Writes the case as event logs, imports them, and gives the chains of the case. */
async function throughFiles({ hosts, noise, random, label }: RandomCase): Promise<Imported> {
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
    const chains = findCaseChains(open)
    return { chains, answers: chains.map((chain) => answersOf(open, chain)) }
  } finally {
    open.close()
  }
}

const isTaskAudit = (event: WindowsEvent): event is TaskChangedEvent =>
  event.kind.startsWith('task-') && event.kind !== 'task-history'

/** A chain without the places of its records: those differ between a file and memory. */
const told = (chains: readonly Chain[]) =>
  JSON.parse(
    JSON.stringify(chainsDocument(chains).chains, (key, value) =>
      key === 'evidenceId' || key === 'chunk' || key === 'offset' ? undefined : value,
    ),
  ) as unknown

describe('generated cases written as event logs and imported', () => {
  // a table of Sentinel holds less than the log: test/unit/practice/sentinel.test.ts
  const logged = scenarios.filter(({ name }) => !name.startsWith('sentinel-'))
  const every = Math.ceil(logged.length / 10)
  const sample = [
    ...logged.filter((_, at) => at % every === 0).map((scenario) => scenarioCase(scenario, 4)),
    ...Array.from({ length: 21 }, (_, at) => randomCase(at * 7 + 1)),
  ]
  it.each(sample.map((one) => [one.seed, one.label, one] as const))(
    'give the chains that their records give in memory: seed %i, %s',
    async (_, __, one) => {
      const { chains, answers } = await throughFiles(one)
      const { memory, chains: expected } = playCase(one)
      expect(told(chains)).toEqual(told(expected))
      const recorded = memory.flatMap(({ events }) => events).filter(isTaskAudit)
      for (const [at, chain] of chains.entries()) {
        const { questions, validation, rule } = answers[at] as ChainAnswers
        for (const answer of [...questions, ...validation, ...rule.conditions])
          expect(
            answer.citations.length + answer.missing.length,
            `${answer.id}: ${answer.why}`,
          ).toBeGreaterThan(0)
        // earlier work of the account on any host of the case is found, and none is made up
        const first = chain.steps.reduce((time, step) => (step.time < time ? step.time : time), chain.time)
        const own = new Set(chain.steps.map(({ locator }) => locator.recordId))
        const earlier = recorded.filter(
          (event) =>
            event.account.sid === chain.account.sid && event.time < first && !own.has(event.locator.recordId),
        )
        const history = questions.find(({ id }) => id === 'account-history')?.answer
        if (chain.account.sid === undefined) expect(history).toBe('unknown')
        else expect(history === 'yes').toBe(earlier.length > 0)
      }
    },
  )
})
