import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { chainsDocument } from '../../../src/workflow/find-chains.ts'
import { listEvidence, listProblems } from '../../../src/workflow/list-evidence.ts'
import { makePracticeCase } from '../../../src/workflow/make-practice.ts'

const root = mkdtempSync(join(tmpdir(), 'tasktrail-practice-case-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const operator = { name: 'Practice Operator', account: 'practice', workstation: 'bench' }

interface Step {
  readonly role: string
  readonly channel: string
  readonly recordId: string
}
/** Stories whose chains are compared record by record; all of them are judged in test/generated. */
const told = [
  'atexec-pipe',
  'schtasks-tcp',
  'schtasks-tcp-unaudited',
  'local-admin',
  'log-cleared',
  'auditing-off',
  'spread-tcp',
]
const stepKeys = (steps: readonly Step[]) =>
  steps.map(({ role, channel, recordId }) => `${channel} ${recordId} ${role}`).toSorted()

describe('a practice case', () => {
  test.each(told.flatMap((name) => [1, 2].map((seed) => [name, seed] as const)))(
    'of %s with seed %i is found by the product as it truly happened',
    async (scenario, seed) => {
      const dir = join(root, `${scenario}-${seed}`)
      const open = await makePracticeCase({ scenario, seed, noise: 700, dir, operator })
      try {
        expect(open).toMatchObject({ practice: true, dir, readOnly: false })
        expect(await listProblems(open)).toEqual([])
        const evidence = await listEvidence(open)
        expect(evidence.some(({ name }) => name === 'Security.evtx')).toBe(true)
        // the answer must not lie among the evidence
        expect(evidence.some(({ name }) => name.includes('truth'))).toBe(false)
        const truth = JSON.parse(readFileSync(join(dir, 'practice-truth.json'), 'utf8'))
        const { chains } = await chainsDocument(open)
        expect(truth.chains.length).toBeGreaterThan(0)
        for (const told of truth.chains) {
          const found = chains.find(
            ({ host, kind, task }) =>
              host === told.host && kind === told.kind && task.path === told.task.path,
          )
          expect(found).toMatchObject({
            host: told.host,
            task: told.task,
            account: told.account.sid === null ? { sid: null } : told.account,
            source: {
              ip: told.source.ip,
              port: told.source.port,
              logonId: told.source.logonId,
              basis: told.source.basis,
            },
            taskLogonId: told.taskLogonId,
            path: told.path,
            mechanism: told.mechanism,
            executed: { answer: told.executed.answer },
            deleted: { answer: told.deleted.answer },
          })
          expect(found?.source.rejected.map(({ ip }) => ip)).toEqual(
            told.source.rejected.map(({ ip }: { ip: string }) => ip),
          )
          expect(stepKeys(found?.steps ?? [])).toEqual(stepKeys(told.steps))
        }
        // besides the story there are only tasks that services keep for themselves
        const others = chains.filter(
          ({ task }) =>
            !truth.chains.some((told: { task: { path: string } }) => told.task.path === task.path),
        )
        expect(
          others.every(({ kind, mechanism }) => kind === 'task-updated' && !mechanism.startsWith('remote')),
        ).toBe(true)
      } finally {
        open.close()
      }
    },
  )

  test('that is stopped leaves no evidence in a temporary folder and no open case', async () => {
    const stop = new AbortController()
    const dir = join(root, 'stopped')
    const trying = makePracticeCase({
      scenario: 'atexec-pipe',
      noise: 50_000,
      dir,
      operator,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    })
    await expect(trying).rejects.toThrow('cancelled')
    expect(existsSync(join(dir, 'case.json'))).toBe(false)
  })
})
