// The views of a task side by side: log, file and registry, as a collection of one host brings them.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { listTasks, taskTroubles } from '../../../src/workflow/list-tasks.ts'
import { caseOf, scratchFolder } from '../../builders/case.ts'
import { buildHive, number32, wide } from '../../builders/hive.ts'

const xml = (command: string) =>
  `\ufeff<?xml version="1.0" encoding="UTF-16"?><Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"><RegistrationInfo><Author>CORP\\ann</Author></RegistrationInfo><Triggers><BootTrigger/></Triggers><Principals><Principal id="Author"><UserId>S-1-5-18</UserId></Principal></Principals><Settings><Hidden>true</Hidden></Settings><Actions Context="Author"><Exec><Command>${command}</Command></Exec></Actions></Task>`
const counted = (text: string) => {
  const body = Buffer.from(text, 'utf16le')
  return Buffer.concat([number32(body.length), body])
}
const cachedActions = (command: string) =>
  new Uint8Array(
    Buffer.concat([
      Uint8Array.of(3, 0),
      counted('Author'),
      Uint8Array.of(0x66, 0x66),
      counted(''),
      counted(command),
      counted(''),
      counted(''),
      Uint8Array.of(0, 0),
    ]),
  )
const id = '{11111111-2222-3333-4444-555555555555}'

function collection(cached: string): string {
  const folder = scratchFolder()
  mkdirSync(join(folder, 'Tasks'))
  writeFileSync(
    join(folder, 'Tasks', 'Updater'),
    Buffer.from(xml('C:\\Windows\\System32\\good.exe'), 'utf16le'),
  )
  const cache = {
    name: 'TaskCache',
    keys: [
      { name: 'Tree', keys: [{ name: 'Updater', values: { Id: wide(id), Index: number32(3) } }] },
      {
        name: 'Tasks',
        keys: [
          {
            name: id,
            values: {
              Path: wide('\\Updater'),
              Actions: cachedActions(cached),
              Hash: new Uint8Array(32).fill(7),
            },
          },
        ],
      },
    ],
  }
  const below = ['Schedule', 'CurrentVersion', 'Windows NT', 'Microsoft'].reduce<
    Parameters<typeof buildHive>[0]
  >((key, name) => ({ name, keys: [key] }), cache)
  const hive = buildHive({ name: 'ROOT', keys: [below] })
  // a hive tells its own name
  hive.set(wide('\\Config\\SOFTWARE'), 0x30)
  writeFileSync(join(folder, 'SOFTWARE'), hive)
  return folder
}

describe('tasks of a collection', () => {
  it('show what file and registry say, the hash check, and why a task is hidden', async () => {
    const open = await caseOf(collection('C:\\Users\\Public\\evil.exe'))
    try {
      const tasks = listTasks(open)
      const task = tasks.find((one) => one.path === '\\Updater')
      if (!task) throw new Error(`no task among ${JSON.stringify(tasks)}: ${taskTroubles(open)}`)
      expect(task.definitions.map((one) => [one.view, one.action])).toEqual([
        ['file', 'C:\\Windows\\System32\\good.exe'],
        ['registry', 'C:\\Users\\Public\\evil.exe'],
      ])
      expect(task.differences).toEqual([expect.stringContaining('evil.exe')])
      expect(task.registry).toMatchObject({ id, hash: 'different' })
      expect(task.findings.map((one) => one.code)).toEqual(
        expect.arrayContaining(['actions-differ', 'hash-differs', 'no-security-descriptor']),
      )
      expect(task.actions[0]).toMatchObject({ program: 'good.exe', from: 'file Updater' })
      expect(task.signals.map((one) => one.id)).toEqual(expect.arrayContaining(['hidden', 'system']))
      for (const sign of task.signals) expect(sign.what.length).toBeGreaterThan(5)
    } finally {
      open.close()
    }
  })

  it('that cannot be read are told, and cost themselves only', async () => {
    const folder = collection('C:\\Windows\\System32\\good.exe')
    writeFileSync(join(folder, 'tasks.json'), '{"schema":"tasktrail-task-list/1","tasks":[{"path":5}]}')
    const open = await caseOf(folder)
    try {
      expect(taskTroubles(open).some((what) => what.includes('tasks.json'))).toBe(true)
      expect(listTasks(open).find((one) => one.path === '\\Updater')?.differences).toEqual([])
    } finally {
      open.close()
    }
  })

  it('as the service lists them stand beside the others', async () => {
    const folder = collection('C:\\Windows\\System32\\good.exe')
    const list = {
      schema: 'tasktrail-task-list/1',
      tasks: [{ path: '\\Shown', xml: xml('C:\\a.exe').slice(1), lastRun: null, lastResult: '0' }],
    }
    writeFileSync(join(folder, 'tasks.json'), JSON.stringify(list))
    const open = await caseOf(folder)
    try {
      const tasks = listTasks(open)
      expect(tasks.find((one) => one.path === '\\Shown')?.definitions).toMatchObject([
        { view: 'service', action: 'C:\\a.exe' },
      ])
      expect(tasks.find((one) => one.path === '\\Updater')?.findings.map((one) => one.code)).toContain(
        'not-shown',
      )
    } finally {
      open.close()
    }
  })
})
