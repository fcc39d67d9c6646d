// Two processes that write to one case would mix their rows and their custody lines: the second one is refused, with the name of
// the first.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { lockCase, lockName } from '../../../src/evidence/case-lock.ts'
import { importEvidence } from '../../../src/workflow/import-evidence.ts'
import { openCase } from '../../../src/workflow/open-case.ts'
import { timelineSlice } from '../../../src/workflow/read-timeline.ts'
import { newCase, scratchFolder, testOperator } from '../../builders/case.ts'
import { buildLog } from '../../builders/evtx.ts'

const operator = testOperator
const source = join(import.meta.dirname, '../../../src/evidence/case-lock.ts')

/** Another process that locks the folder and says so, or says why not; it holds the lock until it is killed. */
async function locker(folder: string) {
  const code = `import(${JSON.stringify(`file://${source}`)}).then(({lockCase})=>{try{lockCase(process.argv[1]);console.log('locked')}catch(e){console.log(JSON.stringify({code:e.code,message:e.message,...e.facts}))}setInterval(()=>{},1000)})`
  const child = spawn(process.execPath, ['-e', code, folder], { stdio: ['ignore', 'pipe', 'ignore'] })
  const said = await new Promise<string>((resolve) =>
    child.stdout.once('data', (text) => resolve(`${text}`.trim())),
  )
  const kill = () =>
    new Promise<void>((resolve) => {
      child.once('close', () => resolve())
      child.kill('SIGKILL')
    })
  return { pid: child.pid as number, said, kill }
}

describe('a case folder', () => {
  it('that another process writes to is refused by its number, can be read, and is free when that one is killed', async () => {
    const open = await newCase()
    const log = join(scratchFolder(), 'Security.evtx')
    writeFileSync(log, buildLog([{ eventId: 4634, time: 132_000_000_000_000_000n }]))
    await importEvidence(open, [log])
    const { dir } = open
    open.close()
    expect(existsSync(join(dir, lockName))).toBe(false)
    const other = await locker(dir)
    try {
      expect(other.said).toBe('locked')
      const refused = openCase(dir, { operator })
      await expect(refused).rejects.toMatchObject({
        code: 'case.folder.in-use',
        facts: { pid: other.pid, host: hostname() },
      })
      await expect(refused).rejects.toThrow(`process ${other.pid}`)
      const reading = await openCase(dir, { operator, access: 'read' })
      expect(timelineSlice(reading, { terms: [] }, 0, 10).total).toBe(1)
      await expect(reading.custody.append({ action: 'note', note: 'no' })).rejects.toMatchObject({
        code: 'evidence.custody.read-only',
      })
      expect(() => reading.store.stagingPath()).toThrow()
      reading.close()
    } finally {
      await other.kill()
    }
    const again = await openCase(dir, { operator })
    expect(JSON.parse(readFileSync(join(dir, lockName), 'utf8'))).toMatchObject({ pid: process.pid })
    again.close()
    expect(readdirSync(dir).filter((name) => name.startsWith(lockName))).toEqual([])
  })

  it('that this process writes to is refused to others, until the last opening is closed', async () => {
    const open = await newCase()
    const second = await openCase(open.dir, { operator })
    open.close()
    const other = await locker(open.dir)
    expect(JSON.parse(other.said)).toMatchObject({ code: 'case.folder.in-use', pid: process.pid })
    await other.kill()
    second.close()
    const late = await locker(open.dir)
    expect(late.said).toBe('locked')
    await late.kill()
  })

  it('that is readable while it is written can be read in the midst of it', async () => {
    const open = await newCase()
    const reading = await openCase(open.dir, { operator, access: 'read' })
    expect(reading.casefile.evidence()).toEqual([])
    reading.close()
    open.close()
  })

  it.each([
    ['of a process that is gone', { pid: 4_194_305, host: hostname(), began: null }],
    [
      'of a process whose number another one has now',
      { pid: process.ppid, host: hostname(), began: 'another boot 1' },
    ],
  ])('with a lock %s is taken over', (_, holder) => {
    if (process.platform !== 'linux' && holder.began) return
    const dir = scratchFolder()
    writeFileSync(join(dir, lockName), JSON.stringify({ ...holder, since: '2026-01-01', token: 'old' }))
    const unlock = lockCase(dir)
    expect(JSON.parse(readFileSync(join(dir, lockName), 'utf8')).pid).toBe(process.pid)
    unlock()
    unlock()
    expect(readdirSync(dir)).toEqual([])
  })

  it('with a lock of another host, or one that is just being made, is refused with what to do', () => {
    const dir = scratchFolder()
    const path = join(dir, lockName)
    writeFileSync(
      path,
      JSON.stringify({ pid: 1, host: 'ws-07', began: null, since: '2026-01-01', token: 't' }),
    )
    expect(() => lockCase(dir)).toThrow(/process 1 on ws-07, since 2026-01-01/)
    writeFileSync(path, '')
    expect(() => lockCase(dir)).toThrow(/another process/)
  })
})
