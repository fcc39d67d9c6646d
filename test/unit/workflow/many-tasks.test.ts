// A host with far more tasks than any real one: time and memory stay bounded, and so do keys that lead in circles.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { memorySource } from '../../../src/evtx/byte-source.ts'
import { Hive } from '../../../src/registry/hive.ts'
import { type CacheKey, readTaskCache } from '../../../src/tasks/cache-tree.ts'
import { importEvidence } from '../../../src/workflow/import-evidence.ts'
import { countTasks, listTasks, taskFindings } from '../../../src/workflow/list-tasks.ts'
import { newCase, scratchFolder } from '../../builders/case.ts'
import { softwareHive, taskCacheText, taskListText } from '../../builders/task-collection.ts'

describe('very many tasks', () => {
  it('of one host, twenty thousand in two views, are told in bounded time', async () => {
    const tasks = Array.from({ length: 20_000 }, (_, n) => ({
      path: `\\Folder ${n % 100}\\Task ${n}`,
      command: `C:\\Program Files\\A\\a${n % 7}.exe`,
    }))
    const folder = scratchFolder()
    writeFileSync(join(folder, 'tasks.json'), taskListText(tasks))
    writeFileSync(join(folder, 'task-cache.json'), taskCacheText(tasks))
    tasks.length = 0
    const open = await newCase()
    try {
      const started = process.cpuUsage()
      await importEvidence(open, [folder], { host: 'fs01' })
      expect(countTasks(open)).toBe(20_000)
      const told = listTasks(open)
      const { user, system } = process.cpuUsage(started)
      expect(told).toHaveLength(20_000)
      expect(taskFindings(open)).toEqual([])
      expect(told[19_999]?.definitions).toHaveLength(2)
      console.info(
        `20,000 tasks: ${((user + system) / 1e6).toFixed(1)} s of CPU, ${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB`,
      )
      expect((user + system) / 1e6).toBeLessThan(60)
      expect(process.memoryUsage().rss).toBeLessThan(3 * 2 ** 30)
    } finally {
      open.close()
    }
  }, 600_000)

  it('keys that lead in circles come to an end', () => {
    const circle: CacheKey = {
      name: 'x',
      lastWritten: 0n,
      *subkeys() {
        for (let i = 0; i < 50; i++) yield circle
      },
      *values() {},
    }
    const root: CacheKey = {
      name: 'TaskCache',
      lastWritten: 0n,
      *subkeys() {
        yield { ...circle, name: 'Tree' }
        yield { ...circle, name: 'Tasks' }
      },
      *values() {},
    }
    const started = performance.now()
    expect(readTaskCache(root)).toMatchObject({ entries: expect.any(Array), cut: true })
    expect(performance.now() - started).toBeLessThan(60_000)
  })

  it('a hive with bytes changed at random never throws and never hangs', () => {
    const whole = softwareHive([
      { path: '\\A', command: 'a.exe' },
      { path: '\\B', command: 'b.exe' },
    ])
    let state = 7
    const random = (below: number) => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31
      return state % below
    }
    let read = 0
    for (let turn = 0; turn < 2000; turn++) {
      const bytes = whole.slice()
      for (let n = 0; n <= turn % 8; n++) bytes[4096 + random(bytes.length - 4096)] = random(256)
      try {
        const hive = new Hive(memorySource(bytes))
        const key = hive.key('Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache')
        if (key) read += readTaskCache(key).entries.length
      } catch (error) {
        expect((error as Error).constructor.name).toMatch(/HiveError|RangeError/)
      }
    }
    expect(read).toBeGreaterThan(1000)
  })
})
