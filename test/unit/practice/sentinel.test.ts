import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { chainsDocument } from '../../../src/workflow/find-chains.ts'
import { importEvidence } from '../../../src/workflow/import-evidence.ts'
import { writePractice } from '../../../src/workflow/make-practice.ts'
import { createCase } from '../../../src/workflow/open-case.ts'
import { truthIn } from './written.ts'

const root = mkdtempSync(join(tmpdir(), 'tasktrail-sentinel-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const operator = { name: 'Practice Operator', account: 'practice', workstation: 'bench' }

describe('a Sentinel export of a practice story', () => {
  test.each(['sentinel-csv', 'sentinel-json'])(
    'as %s gives the chain as far as a table can tell',
    async (scenario) => {
      for (const seed of [1, 2]) {
        const dir = join(root, `${scenario}-${seed}`)
        await writePractice(dir, { scenario, seed, noise: 300 })
        const truth = truthIn(dir)
        const [file] = readdirSync(dir).filter((name) => name.startsWith('SecurityEvent'))
        const text = readFileSync(join(dir, file as string), 'utf8')
        // the table has no column for the name of a task
        expect(text.split('\n')[0]).not.toContain('TaskName')
        expect(text).toContain('TaskName')
        const open = await createCase(join(root, `case-${scenario}-${seed}`), {
          title: scenario,
          operator,
          practice: true,
        })
        try {
          const result = await importEvidence(open, [join(dir, file as string)])
          expect(result.records).toBe(truth.hosts[0]?.records.Security)
          const [told] = truth.chains
          const found = chainsDocument(open).chains.find(({ task }) => task.path === told?.task.path)
          expect(found).toMatchObject({
            host: told?.host,
            kind: told?.kind,
            task: told?.task,
            account: told?.account,
            source: { ip: told?.source.ip, port: told?.source.port, logonId: told?.source.logonId },
            taskLogonId: told?.taskLogonId,
            path: 'atsvc-pipe',
            mechanism: 'remote-confirmed',
            executed: { answer: 'yes' },
            deleted: { answer: 'yes' },
          })
          expect(found?.source.rejected.map(({ ip }) => ip)).toEqual(
            told?.source.rejected.map(({ ip }) => ip),
          )
        } finally {
          open.close()
        }
      }
    },
  )
})
