// The same evidence gives the same database, byte by byte in its dump, however it came in.
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dumpCase } from '../../../src/casefile/dump.ts'
import { importEvidence } from '../../../src/workflow/import-evidence.ts'
import { listEvidence, listProblems } from '../../../src/workflow/list-evidence.ts'
import { writePractice } from '../../../src/workflow/make-practice.ts'
import type { OpenCase } from '../../../src/workflow/open-case.ts'
import { newCase, scratchFolder } from '../../builders/case.ts'
import { buildLog } from '../../builders/evtx.ts'

const log = (computer: string, minute: number) =>
  buildLog(
    Array.from({ length: 30 }, (_, i) => ({
      eventId: 4688,
      time: `2026-03-01T10:${minute}:${10 + i}.0000000Z`,
      computer,
      data: { NewProcessName: `C:\\p${i}.exe` },
    })),
  )

const task =
  '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"><Actions><Exec><Command>a.exe</Command></Exec></Actions></Task>'

/** Two hosts, equal files, a damaged log, things that are no evidence. */
function mixedFolder(): string[] {
  const folder = scratchFolder()
  const path = (...names: string[]) => join(folder, ...names)
  mkdirSync(path('fs01'))
  mkdirSync(path('ws02'))
  writeFileSync(path('fs01', 'Security.evtx'), log('fs01.corp.example', 10))
  writeFileSync(path('fs01', 'task.xml'), task)
  writeFileSync(path('ws02', 'Security.evtx'), log('ws02.corp.example', 20))
  copyFileSync(path('fs01', 'Security.evtx'), path('ws02', 'Copy of Security.evtx'))
  writeFileSync(path('ws02', 'task.xml'), task.replace('a.exe', 'b.exe'))
  const damaged = log('ws02.corp.example', 30)
  damaged.fill(0xff, 4096 + 4200, 4096 + 4900)
  writeFileSync(path('ws02', 'System.evtx'), damaged)
  writeFileSync(path('ws02', 'picture.evtx'), new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0, 0, 0]))
  symlinkSync(path('fs01', 'Security.evtx'), path('ws02', 'link.evtx'))
  writeFileSync(path('host.json'), 'this is no JSON')
  return [path('fs01'), path('ws02'), path('host.json')]
}

const dumpOf = (open: OpenCase) => [...dumpCase(open.casefile)].join('')
async function imported(...steps: readonly (readonly string[])[]): Promise<OpenCase> {
  const open = await newCase()
  for (const paths of steps) await importEvidence(open, paths)
  return open
}

describe('the dump of a case', () => {
  it('is the same for the same evidence in another order, in several imports, and imported again', async () => {
    const [fs01 = '', ws02 = '', rest = ''] = mixedFolder()
    const ways = [
      [[fs01, ws02, rest]],
      [[ws02, rest, fs01]],
      [[ws02], [fs01], [rest]],
      [[rest], [fs01], [ws02]],
      [
        [fs01, ws02, rest],
        [ws02, fs01],
      ],
    ]
    const dumps: string[] = []
    for (const way of ways) {
      const open = await imported(...way)
      dumps.push(dumpOf(open))
      open.close()
    }
    const [first = '', ...others] = dumps
    for (const other of others) expect(other).toBe(first)
    const kinds = first.split('\n').map((text) => (text ? (JSON.parse(text) as string[])[0] : ''))
    expect(kinds.filter((kind) => kind === 'evidence')).toHaveLength(5)
    expect(kinds.filter((kind) => kind === 'block').length).toBeGreaterThanOrEqual(3)
    expect(kinds.filter((kind) => kind === 'problem').length).toBeGreaterThanOrEqual(3)
    expect(first).not.toContain('admitted')
  })

  it('differs with one record, one host and one problem', async () => {
    const folder = scratchFolder()
    const path = join(folder, 'Security.evtx')
    const dumps = new Set<string>()
    const take = async (bytes: Uint8Array, host?: string) => {
      writeFileSync(path, bytes)
      const open = await newCase()
      await importEvidence(open, [path], { host })
      dumps.add(dumpOf(open))
      open.casefile.insertProblem(null, { code: 'a.b.c', severity: 'info', where: '', what: 'one more' })
      dumps.add(dumpOf(open))
      open.close()
    }
    await take(log('fs01.corp.example', 10))
    await take(log('fs01.corp.example', 11))
    await take(log('', 10))
    await take(log('', 10), 'FS01')
    expect(dumps.size).toBe(8)
  })

  it('tells of no time and no key, and lists every blob of a large case by its hash', async () => {
    const folder = join(scratchFolder(), 'drill')
    await writePractice(folder, { scenario: 'atexec-pipe', noise: 3000 })
    const one = await imported([folder])
    const two = await imported([folder])
    expect(dumpOf(one)).toBe(dumpOf(two))
    expect(one.casefile.evidence()[0]?.admittedAt).toBeTruthy()
    one.close()
    two.close()
  })
})

describe('what does not depend on the order of imports', () => {
  it('is the host of a task file: it is taken back when a second host comes', async () => {
    const [fs01 = '', ws02 = ''] = mixedFolder()
    const open = await imported([fs01])
    const host = () => listEvidence(open).find(({ name }) => name === 'task.xml')?.host
    expect(host()).toBe('fs01.corp.example')
    await importEvidence(open, [ws02])
    expect(host()).toBeNull()
    open.close()
  })

  it('is the host of a task file that lies in the folders of two hosts: it is neither', async () => {
    const folder = scratchFolder()
    const paths = ['fs01', 'ws02'].map((name) => {
      mkdirSync(join(folder, name))
      writeFileSync(
        join(folder, name, 'host.json'),
        JSON.stringify({ schema: 'tasktrail-host/1', host: name }),
      )
      writeFileSync(join(folder, name, 'task.xml'), task)
      return join(folder, name)
    })
    for (const order of [paths, [...paths].reverse()]) {
      const open = await imported(order)
      expect(listEvidence(open).find(({ kind }) => kind === 'task-xml')?.host).toBeNull()
      open.close()
    }
  })

  it('is a host the operator named: it belongs to what he imported with it, and stays', async () => {
    const [fs01 = '', ws02 = ''] = mixedFolder()
    const open = await newCase()
    await importEvidence(open, [join(fs01, 'task.xml')], { host: 'NAMED' })
    await importEvidence(open, [join(ws02, 'task.xml')])
    await importEvidence(open, [join(ws02, 'Security.evtx')], { host: 'OTHER' })
    const hosts = listEvidence(open).map(({ name, origin, host }) => [name, origin.includes('fs01'), host])
    expect(hosts).toContainEqual(['task.xml', true, 'NAMED'])
    expect(hosts).toContainEqual(['task.xml', false, 'ws02.corp.example'])
    open.close()
  })

  it('is the list of problems: the same folder imported again tells nothing new', async () => {
    const paths = mixedFolder()
    const open = await imported(paths)
    const before = listProblems(open).filter(({ code }) => code !== 'import.evidence.duplicate')
    await importEvidence(open, paths)
    await importEvidence(open, paths)
    expect(listProblems(open).filter(({ code }) => code !== 'import.evidence.duplicate')).toEqual(before)
    expect(listProblems(open).filter(({ code }) => code === 'import.evidence.duplicate')).toHaveLength(6)
    open.close()
  })
})
