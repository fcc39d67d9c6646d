// Every view of a task beside the others: what each shows, what they disagree on, and what is concluded from nothing.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importEvidence } from '../../../src/workflow/import-evidence.ts'
import { listTasks, taskDetails, taskFindings, taskHosts } from '../../../src/workflow/list-tasks.ts'
import { writePractice } from '../../../src/workflow/make-practice.ts'
import type { OpenCase } from '../../../src/workflow/open-case.ts'
import { taskRows } from '../../../src/workflow/task-rows.ts'
import { caseOf, newCase, scratchFolder } from '../../builders/case.ts'
import {
  ownOfWindows,
  type PlannedTask,
  softwareHive,
  taskCacheText,
  taskCollection,
  taskListText,
  writeTaskFiles,
} from '../../builders/task-collection.ts'
import { haveSamples, manifest, sample } from '../../samples.ts'

const within = async (folder: string, look: (open: OpenCase) => void, host?: string) => {
  const open = await newCase()
  try {
    await importEvidence(open, [folder], host === undefined ? {} : { host })
    look(open)
  } finally {
    open.close()
  }
}
const taskAt = (open: OpenCase, path: string) => {
  const found = listTasks(open).find((task) => task.path === path)
  if (!found) throw new Error(`no task ${path}`)
  return found
}
const codes = (open: OpenCase, path: string) => taskAt(open, path).findings.map(({ code }) => code)
const sound: PlannedTask = {
  path: '\\Nightly',
  command: 'C:\\Program Files\\A\\a.exe',
  created: 134_119_000_000_000_000n,
  lastRun: 134_119_900_000_000_000n,
  result: 0x80070002,
}

describe('the four views of a live host', () => {
  it('agree on a sound task: nothing is found, the hash is equal, times and result are told', async () => {
    await within(taskCollection([sound, ownOfWindows]), (open) => {
      const task = taskAt(open, '\\Nightly')
      expect(task.findings).toEqual([])
      expect(task.differences).toEqual([])
      expect(task.hashCheck.result).toBe('equal')
      expect(task.definitions.map(({ view }) => view)).toEqual(['file', 'registry', 'service'])
      expect(task.registry).toMatchObject({
        created: '2026-01-03T07:46:40.0000000Z',
        lastRun: '2026-01-04T08:46:40.0000000Z',
        lastSuccess: null,
        lastResult: { code: '0x80070002' },
        hash: 'equal',
      })
      expect(task.registry?.lastResult?.meaning).toMatch(/not found/)
      expect(task.service).toMatchObject({ state: 'ready', lastRun: null, nextRun: null })
      expect(task.lifetimes).toMatchObject([{ began: 'registry', from: '2026-01-03T07:46:40.0000000Z' }])
      expect(Object.fromEntries(task.views.map(({ view, shows }) => [view, shows]))).toEqual({
        audit: 'unknown',
        history: 'unknown',
        file: 'yes',
        registry: 'yes',
        service: 'yes',
        job: 'unknown',
      })
      expect(taskHosts(open)[0]?.views.map(({ view, state }) => [view, state])).toEqual([
        ['audit', 'not-collected'],
        ['history', 'not-collected'],
        ['file', 'whole'],
        ['registry', 'whole'],
        ['service', 'whole'],
        ['job', 'not-collected'],
      ])
    })
  })

  it('show a task that only the registry has, one that only a file is, and one that is hidden', async () => {
    const folder = taskCollection([
      ownOfWindows,
      { path: '\\Ghost', command: 'C:\\g.exe', without: ['file', 'service'] },
      { path: '\\Orphan', command: 'C:\\o.exe', without: ['registry', 'service'] },
      { path: '\\Tarrask', command: 'C:\\t.exe', without: ['sd', 'service'] },
      { path: '\\Swapped', command: 'C:\\good.exe', cachedCommand: 'C:\\evil.exe' },
      { path: '\\Edited', command: 'C:\\e.exe', hash: new Uint8Array(32).fill(7) },
    ])
    await within(folder, (open) => {
      expect(codes(open, '\\Ghost')).toEqual(['registry-only', 'not-shown'])
      expect(taskAt(open, '\\Ghost').findings[0]?.what).toContain('No record speaks of it at all')
      expect(taskAt(open, '\\Ghost').actions[0]?.line).toBe('C:\\g.exe')
      expect(codes(open, '\\Orphan')).toEqual(['file-only'])
      expect(codes(open, '\\Tarrask')).toEqual(['no-security-descriptor', 'not-shown'])
      expect(codes(open, '\\Swapped')).toEqual(['actions-differ'])
      expect(taskAt(open, '\\Swapped').fieldDifferences).toMatchObject([
        {
          field: 'action',
          kind: 'views',
          values: [
            { from: 'file Swapped', value: 'C:\\good.exe' },
            { from: 'registry', value: 'C:\\evil.exe' },
            { from: 'the service', value: 'C:\\good.exe' },
          ],
        },
      ])
      expect(codes(open, '\\Edited')).toEqual(['hash-differs'])
      const found = taskFindings(open)
      expect(found).toHaveLength(7)
      for (const { citations, chains } of found) {
        expect(citations.length).toBeGreaterThan(0)
        expect(chains).toEqual([])
      }
      const rows = taskRows(open, { from: 0, count: 3 })
      expect([rows.total, rows.all, rows.rows.length]).toEqual([6, 6, 3])
      expect(taskRows(open, { from: 0, count: 10, only: 'findings' }).total).toBe(5)
      expect(taskRows(open, { from: 0, count: 10, text: 'EVIL.exe' }).rows.map(({ path }) => path)).toEqual([
        '\\Swapped',
      ])
      const details = taskDetails(open, taskAt(open, '\\Swapped').id)
      expect(details.texts.map(({ from }) => from)).toEqual(['file Swapped', 'the service'])
      expect(details.texts[0]?.text).toContain('<Command>C:\\good.exe</Command>')
      expect(() => taskDetails(open, 'none')).toThrow(/No task of this case/)
    })
  })

  it('conclude nothing from a view that was not taken, or not as a whole', async () => {
    const ghost: PlannedTask = { path: '\\Ghost', command: 'C:\\g.exe', without: ['file'] }
    const partial = scratchFolder()
    // one file of the folder, and the whole registry
    writeTaskFiles(partial, [sound])
    writeFileSync(join(partial, 'task-cache.json'), taskCacheText([sound, ghost]))
    await within(partial, (open) => {
      expect(codes(open, '\\Ghost')).toEqual([])
      expect(taskAt(open, '\\Ghost').views.find(({ view }) => view === 'file')?.shows).toBe('unknown')
    })
    // the registry is cut off in the middle: what is not in it may have been behind
    const cut = scratchFolder()
    writeTaskFiles(cut, [ownOfWindows, sound])
    const text = taskCacheText([ownOfWindows, sound])
    writeFileSync(join(cut, 'task-cache.json'), text.slice(0, text.length * 0.7))
    writeFileSync(
      join(cut, 'tasks.json'),
      taskListText([ownOfWindows, sound]).replace('"path":"\\\\Nightly"', '"path":5'),
    )
    await within(cut, (open) => {
      expect(taskFindings(open)).toEqual([])
      const problems = open.casefile.problems().map(({ code }) => code)
      expect(problems).toEqual(expect.arrayContaining(['tasks.cache.malformed', 'tasks.list.malformed']))
      expect(
        taskHosts(open)[0]
          ?.views.filter(({ state }) => state === 'partial')
          .map(({ view }) => view),
      ).toEqual(['registry', 'service'])
    })
  })

  it('read names that hide, climb and shout as names, and keep them apart', async () => {
    const names = [
      '\\..\\..\\etc',
      '\\a\u202egpj.exe',
      '\\<script>',
      "\\it's $(x) `y`",
      '\\line\nbreak',
      '\\%41%windir%',
      '\\\ud800',
    ]
    const folder = scratchFolder()
    const tasks = names.map((path) => ({ path, command: 'cmd.exe', parameters: '/c "&<>' }))
    writeFileSync(join(folder, 'tasks.json'), taskListText(tasks))
    writeFileSync(join(folder, 'task-cache.json'), taskCacheText(tasks))
    await within(folder, (open) => {
      expect(
        listTasks(open)
          .map(({ path }) => path)
          .sort(),
      ).toEqual([...names].sort())
      expect(taskFindings(open)).toEqual([])
      expect(new Set(listTasks(open).map(({ id }) => id)).size).toBe(names.length)
    })
  })

  it('say the same whatever was imported first', async () => {
    const folder = taskCollection([
      ownOfWindows,
      sound,
      { path: '\\Ghost', command: 'C:\\g.exe', without: ['file'] },
    ])
    const texts: string[] = []
    const parts = [join(folder, 'C'), join(folder, 'tasks.json'), join(folder, 'task-cache.json')]
    for (const order of [parts, [...parts].reverse()]) {
      const open = await newCase()
      for (const part of order) await importEvidence(open, [part], { host: 'fs01' })
      texts.push(JSON.stringify(listTasks(open)))
      open.close()
    }
    expect(texts[0]).toBe(texts[1])
  })
})

describe('a SOFTWARE hive', () => {
  it('is read as it lies: TaskCache with its offsets, and a dirty one with a word of caution', async () => {
    const folder = scratchFolder()
    writeTaskFiles(folder, [ownOfWindows])
    writeFileSync(
      join(folder, 'SOFTWARE'),
      softwareHive(
        [
          {
            path: '\\Ghost',
            command: 'powershell.exe',
            parameters: `-enc ${Buffer.from('whoami', 'utf16le').toString('base64')}`,
          },
        ],
        { dirty: true },
      ),
    )
    await within(folder, (open) => {
      const task = taskAt(open, '\\Ghost')
      expect(task.findings.map(({ code }) => code)).toContain('registry-only')
      expect(task.actions[0]).toMatchObject({ interpreter: 'powershell.exe', decoded: 'whoami' })
      expect(task.signals.find(({ id }) => id === 'action-encoded')?.citations).toMatchObject([
        { evidenceId: task.registry?.evidenceId },
      ])
      const place = task.registry?.citation.offset ?? 0
      expect(place).toBeGreaterThan(4096)
      expect(open.casefile.problems().map(({ code }) => code)).toContain('registry.hive.dirty')
      expect(taskHosts(open)[0]?.views.find(({ view }) => view === 'registry')?.why).toContain(
        'being written',
      )
    })
  })

  it('without TaskCache, cut short, or broken says so and costs itself only', async () => {
    const whole = softwareHive([sound])
    const cases: readonly (readonly [Uint8Array, string])[] = [
      [softwareHive([], { empty: true }), 'tasks.cache.missing'],
      [whole.subarray(0, whole.length - 1), 'registry.hive.cut'],
      [whole.subarray(0, 5000), 'registry.hive.unreadable'],
      [whole.map((byte, at) => (at === 36 || at === 37 ? 0xff : byte)), 'registry.hive.unreadable'],
    ]
    for (const [bytes, code] of cases) {
      const folder = taskCollection([sound, ownOfWindows])
      writeFileSync(join(folder, 'SOFTWARE'), bytes)
      await within(folder, (open) => {
        expect(open.casefile.problems().map((problem) => problem.code)).toContain(code)
        expect(taskAt(open, '\\Nightly').findings).toEqual([])
      })
    }
  })
})

describe('tasks in the practice', () => {
  it.each([
    ['hidden-task', 'descriptor-removed', /SD/],
    ['registry-only-task', 'put-in-place', /No record tells of its creation/],
  ])('%s is told first, with its records', async (scenario, code, words) => {
    const folder = scratchFolder()
    await writePractice(folder, { scenario, seed: 3, noise: 100 })
    await within(folder, (open) => {
      const [first, ...others] = taskFindings(open)
      expect(others).toEqual([])
      expect(first).toMatchObject({ code, severity: 'alarm' })
      expect(first?.what).toMatch(words)
      expect(first?.citations.length).toBeGreaterThan(0)
      expect(taskRows(open, { from: 0, count: 1 }).rows[0]?.alarms).toEqual([code])
    })
  })

  it('with a name used twice has two lives, and the signs of each', async () => {
    const folder = scratchFolder()
    await writePractice(folder, { scenario: 'task-name-reuse', seed: 3, noise: 100 })
    await within(folder, (open) => {
      const task = listTasks(open).find(({ lifetimes }) => lifetimes.length > 1)
      expect(task?.lifetimes.map(({ began, ended }) => [began, ended])).toEqual([
        ['created', 'deleted'],
        ['created', null],
      ])
      expect(task?.lifetimes[0]?.creator).not.toBe(task?.lifetimes[1]?.creator)
      expect(new Set(task?.signals.map(({ lifetime }) => lifetime))).toEqual(new Set([1, 2]))
      // what the first task of the name was is no difference to the second
      expect(task?.fieldDifferences).toEqual([])
    })
  })
})

describe.runIf(haveSamples)('real task files and .job files', () => {
  it('are listed with their definitions and without any finding', async () => {
    const files = manifest().files.filter(({ kind }) => kind === 'task-xml')
    const open = await caseOf(
      ...files.map(({ file }) => sample(file)),
      sample('task-job/puffyCid+artemis/At1.job'),
    )
    try {
      const tasks = listTasks(open)
      expect(taskFindings(open)).toEqual([])
      expect(tasks.flatMap(({ definitions }) => definitions)).toHaveLength(files.length + 1)
      expect(tasks.find(({ path }) => path === '\\At1')?.definitions).toMatchObject([
        { view: 'job', action: expect.stringMatching(/^cmd\.exe/), triggers: ['once'] },
      ])
      for (const task of tasks)
        for (const { citations } of task.signals) expect(citations.length).toBeGreaterThan(0)
    } finally {
      open.close()
    }
  })
})
