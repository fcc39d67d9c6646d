import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { importEvidence } from '../../src/workflow/import-evidence.ts'
import { createCase, type OpenCase } from '../../src/workflow/open-case.ts'

export const testOperator = { name: 'Test Operator', account: 'tester', workstation: 'bench-01' }
const folders: string[] = []
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** A folder of its own, deleted when the test file is done. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tasktrail-test-'))
  folders.push(folder)
  return folder
}

export const newCase = (title = 'test'): Promise<OpenCase> =>
  createCase(join(scratchFolder(), 'case'), { title, operator: testOperator })

/** A case with these files imported. */
export async function caseOf(...paths: string[]): Promise<OpenCase> {
  const open = await newCase()
  await importEvidence(open, paths)
  return open
}
