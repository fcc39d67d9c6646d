import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { acquireFiles } from '../../../src/workflow/acquire-files.ts'
import { findCaseChains } from '../../../src/workflow/find-chains.ts'
import { writePractice } from '../../../src/workflow/make-practice.ts'
import { newCase, scratchFolder } from '../../builders/case.ts'

it('a mounted image gives tasks, logs, .job files and hives by the same plan, whatever the case of its folders', async () => {
  const root = scratchFolder()
  const evidence = join(scratchFolder(), 'evidence')
  await writePractice(evidence, { scenario: 'atexec-pipe', seed: 1, noise: 50 })
  const system = join(root, 'WINDOWS', 'system32')
  mkdirSync(join(system, 'WinEvt'), { recursive: true })
  mkdirSync(join(system, 'config'))
  mkdirSync(join(root, 'WINDOWS', 'Tasks'))
  renameSync(join(evidence, 'Tasks'), join(system, 'Tasks'))
  renameSync(evidence, join(system, 'WinEvt', 'Logs'))
  writeFileSync(join(system, 'WinEvt', 'Logs', 'Unrelated.evtx'), 'ElfFile\0')
  writeFileSync(join(system, 'config', 'SOFTWARE'), `regf${'\0'.repeat(100)}`)
  writeFileSync(join(root, 'WINDOWS', 'Tasks', 'At1.job'), 'job')
  const open = await newCase()
  const result = await acquireFiles(open, {
    root,
    host: 'fs01.example.lan',
    plan: { name: 'playbook', without: ['log:System'] },
  })
  expect(result.items.map((one) => `${one.artifact} ${one.kind} ${one.name}`).sort()).toEqual([
    'log:Microsoft-Windows-TaskScheduler/Operational evtx Microsoft-Windows-TaskScheduler%4Operational.evtx',
    'log:Security evtx Security.evtx',
    'tasks:cache registry-hive SOFTWARE',
    'tasks:files task-xml Inventory Collector',
    'tasks:files task-xml SvcRestartTask',
    'tasks:jobs task-job At1.job',
  ])
  expect(result.items.every((one) => one.hostPath.startsWith('fs01.example.lan\\C:\\Windows\\'))).toBe(true)
  expect(result.problems.map((one) => one.code)).toContain('acquire.files.only')
  expect(open.custody.lines().at(-1)).toMatchObject({ action: 'collected', location: { from: root } })
  expect(findCaseChains(open)[0]?.mechanism).toBe('remote-confirmed')
  await expect(
    acquireFiles(open, { root: scratchFolder(), host: 'x', plan: { name: 'quick' } }),
  ).rejects.toMatchObject({
    code: 'acquire.files.no-windows',
  })
  open.close()
})
