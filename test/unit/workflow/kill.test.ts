// Imports ended by SIGKILL and by Ctrl-C. `npm run kill` does the first two hundred times, with a log beyond 64 MiB.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { CaseFile } from '../../../src/casefile/case-file.ts'
import { digestOfCase } from '../../../src/casefile/dump.ts'
import { importEvidence } from '../../../src/workflow/import-evidence.ts'
import { readCustody } from '../../../src/workflow/list-evidence.ts'
import { createCase, openCase } from '../../../src/workflow/open-case.ts'
import { summariseCase } from '../../../src/workflow/summarise-case.ts'
import { newCase, scratchFolder, testOperator } from '../../builders/case.ts'
import { killImports, writeLargeLog } from '../../kill/kill-imports.ts'

// every moment starts processes; on a busy machine that takes seconds each
vi.setConfig({ testTimeout: 300_000 })

describe('an import that is killed', () => {
  it('leaves at six seeded moments a case that says what it is, and ends as an undisturbed one', async () => {
    const scratch = scratchFolder()
    const totals = await killImports({ moments: 6, seed: 7, scratch, largest: 2 << 20, noise: 300 })
    expect(totals.kills).toBe(6)
    expect(totals.left['an incomplete case']).toBeGreaterThan(0)
  })

  it('while it makes its case leaves a folder in which the case can be made', async () => {
    const leftovers: readonly ((dir: string) => void)[] = [
      (dir) => CaseFile.create(join(dir, 'case.sqlite')).close(),
      (dir) => writeFileSync(join(dir, 'case.sqlite.new'), 'half a database'),
      (dir) => {
        CaseFile.create(join(dir, 'case.sqlite')).close()
        writeFileSync(join(dir, 'case.json.new'), '{"schema": "tasktr')
      },
    ]
    for (const leave of leftovers) {
      const dir = join(scratchFolder(), 'case')
      mkdirSync(dir)
      leave(dir)
      const open = await createCase(dir, { title: 'made again', operator: testOperator })
      expect((await summariseCase(open)).title).toBe('made again')
      open.close()
      expect(readdirSync(dir).filter((name) => name.endsWith('.new'))).toEqual([])
    }
  })

  it('a database that holds evidence is never taken for the rest of such a folder', async () => {
    const dir = join(scratchFolder(), 'case')
    mkdirSync(dir)
    const casefile = CaseFile.create(join(dir, 'case.sqlite'))
    casefile.startItem({ name: 'a', origin: 'a', kind: 'evtx', host: null })
    casefile.close()
    await expect(createCase(dir, { title: 'no', operator: testOperator })).rejects.toMatchObject({
      code: 'case.database.exists',
    })
  })
})

describe('a power loss', () => {
  it('that takes the last writes of the database back is told by the journal, and made good by a repeat', async () => {
    const folder = scratchFolder()
    writeLargeLog(join(folder, 'Security.evtx'), 200_000)
    const open = await newCase()
    await importEvidence(open, [folder])
    const whole = digestOfCase(open.casefile)
    open.close()
    // the database as it was before the import: nothing in it says that there was one
    for (const name of readdirSync(open.dir)) if (name.startsWith('case.sqlite')) rmSync(join(open.dir, name))
    CaseFile.create(join(open.dir, 'case.sqlite')).close()
    const again = await openCase(open.dir, { operator: testOperator })
    const { incomplete } = await summariseCase(again)
    expect(incomplete).toHaveLength(1)
    expect(incomplete[0]).toContain(join(folder, 'Security.evtx'))
    await importEvidence(again, [folder])
    expect(digestOfCase(again.casefile)).toBe(whole)
    expect((await summariseCase(again)).incomplete).toEqual([])
    again.close()
  })
})

describe('an import that is stopped', () => {
  it('stays named after another import has come to its end, until the same paths have', async () => {
    const [first, second] = [scratchFolder(), scratchFolder()]
    for (let i = 0; i < 3; i++) writeLargeLog(join(first, `log${i}.evtx`), 200_000 + i)
    writeLargeLog(join(second, 'other.evtx'), 300_000)
    const open = await newCase()
    const stop = new AbortController()
    const onProgress = ({ phase }: { readonly phase: string }) => {
      if (phase.includes('log1')) stop.abort()
    }
    await expect(importEvidence(open, [first], { signal: stop.signal, onProgress })).rejects.toThrow()
    await importEvidence(open, [second])
    expect((await summariseCase(open)).incomplete.join()).toContain(first)
    await importEvidence(open, [first])
    expect((await summariseCase(open)).incomplete).toEqual([])
    open.close()
  })

  it.runIf(process.platform !== 'win32')(
    'by Ctrl-C in a log beyond 64 MiB ends with 130, says so, and goes on later',
    async () => {
      const folder = scratchFolder()
      writeLargeLog(join(folder, 'Application.evtx'), 300_000)
      writeLargeLog(join(folder, 'Security.evtx'), 66 << 20)
      // a second large one: on a fast machine the first may be whole before the signal has arrived
      writeLargeLog(join(folder, 'System.evtx'), 67 << 20)
      const dir = join(scratchFolder(), 'case')
      const main = join(import.meta.dirname, '../../../src/cli/main.ts')
      const child = spawn(process.execPath, [main, 'import', folder, '--case', dir, '--progress'], {
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let told = ''
      child.stderr.on('data', (text) => {
        told += text
        if (told.includes('Application.evtx') && !child.killed) child.kill('SIGINT')
      })
      const code = await new Promise((resolve) => child.on('close', resolve))
      expect({ code, told: /cancelled/.test(told) }).toEqual({ code: 130, told: true })
      expect(existsSync(join(dir, 'case.json'))).toBe(true)
      expect(readdirSync(join(dir, 'incoming'))).toEqual([])
      const stopped = await openCase(dir, { operator: testOperator })
      expect(readCustody(stopped).lines.at(-1)?.note).toMatch(/import stopped after [012] of 3 files/)
      expect((await summariseCase(stopped)).incomplete.join()).toContain(folder)
      await importEvidence(stopped, [folder])
      expect((await summariseCase(stopped)).incomplete).toEqual([])
      const undisturbed = await newCase()
      await importEvidence(undisturbed, [folder])
      expect(digestOfCase(stopped.casefile)).toBe(digestOfCase(undisturbed.casefile))
      stopped.close()
      undisturbed.close()
    },
  )
})
