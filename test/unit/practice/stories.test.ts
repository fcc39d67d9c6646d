import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { writePractice } from '../../../src/workflow/make-practice.ts'
import { logFile, type Read, readLog, type TrueChain, taskLog, truthIn } from './written.ts'

const root = mkdtempSync(join(tmpdir(), 'tasktrail-stories-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let folders = 0
const fresh = () => join(root, `written-${folders++}`)

describe('the true story', () => {
  test.each([1, 2, 3, 4, 5, 6])('of atexec with seed %i holds together in the records', async (seed) => {
    const dir = fresh()
    await writePractice(dir, { scenario: 'atexec-pipe', seed, noise: 1500 })
    const truth = truthIn(dir)
    const chain = truth.chains[0] as TrueChain
    const security = readLog(join(dir, 'Security.evtx'))
    const byId = new Map(security.map((read) => [read.id, read]))
    const step = (role: string, eventId: number) =>
      chain.steps
        .filter((one) => one.role === role && one.eventId === eventId)
        .map((one) => byId.get(one.recordId) as Read)
    const { schedulePid } = JSON.parse(readFileSync(join(dir, 'host.json'), 'utf8')) as {
      schedulePid: number
    }

    const [created] = step('task-created', 4698)
    expect(created?.fields).toMatchObject({
      TaskName: chain.task.path,
      SubjectLogonId: chain.taskLogonId,
      SubjectUserSid: chain.account.sid,
    })
    expect(created?.fields.TaskContent).toContain(
      '<StartBoundary>2015-07-15T20:35:13.2757294</StartBoundary>',
    )
    expect(created?.fields.ClientProcessId ?? '0').toBe('0')
    const [pipe] = step('pipe-opened', 5145)
    expect(pipe?.fields).toMatchObject({
      ShareName: '\\\\*\\IPC$',
      RelativeTargetName: 'atsvc',
      AccessMask: '0x3',
      SubjectLogonId: chain.source.logonId,
      IpAddress: chain.source.ip,
      IpPort: String(chain.source.port),
    })
    // nobody else ever opens the pipe, and the account appears nowhere but in its own story
    expect(
      security.filter(({ fields }) => fields.RelativeTargetName === 'atsvc').map(({ id }) => id),
    ).toEqual([pipe?.id])
    const logons = security.filter(
      ({ eventId, fields }) => eventId === 4624 && fields.TargetUserSid === chain.account.sid,
    )
    expect(logons.map(({ fields }) => fields.IpAddress)).toEqual([
      chain.source.rejected[0]?.ip,
      chain.source.ip,
      '-',
    ])
    expect(logons.map(({ fields }) => fields.KeyLength)).toEqual(['0', '0', '128'])
    const decoy = byId.get(chain.source.rejected[0]?.recordId as string)
    expect(decoy?.fields).toMatchObject({
      AuthenticationPackageName: 'Kerberos',
      TargetLogonId: chain.source.rejected[0]?.logonId,
    })
    // 4672 is recorded before its 4624
    for (const logon of logons) {
      const before = byId.get((BigInt(logon.id) - 1n).toString())
      expect(before).toMatchObject({ eventId: 4672, fields: { SubjectLogonId: logon.fields.TargetLogonId } })
    }
    const [shell] = step('process-started', 4688)
    expect(Number(shell?.fields.ProcessId)).toBe(schedulePid)
    expect(shell?.fields.CommandLine).toContain(`C:\\Windows\\Temp${chain.task.path}.tmp`)
    const scheduler = readLog(join(dir, taskLog)).filter(({ fields }) => fields.TaskName === chain.task.path)
    expect(scheduler.map(({ eventId }) => eventId).toSorted((a, b) => a - b)).toEqual([
      100, 102, 106, 110, 129, 141, 200, 201,
    ])
    expect(scheduler.every(({ record }) => record.system.ProcessID === String(schedulePid))).toBe(true)
    expect(Number(scheduler.find(({ eventId }) => eventId === 129)?.fields.ProcessID)).toBe(
      Number(shell?.fields.NewProcessId),
    )
    expect(step('output-read', 5145).length).toBe(2)
    expect(step('output-deleted', 5145)[0]?.fields.AccessMask).toBe('0x10080')
    expect(security.filter(({ eventId }) => eventId === 4698).length).toBe(1)
    // process ids of the story are never used again by noise
    for (const { pid } of chain.processes) {
      expect(
        security.filter(({ eventId, fields }) => eventId === 4688 && Number(fields.NewProcessId) === pid)
          .length,
      ).toBe(1)
    }
  })

  test.each(['schtasks-tcp', 'schtasks-tcp-unaudited'])(
    'of %s has an address on the task’s own logon and no pipe',
    async (scenario) => {
      for (const seed of [1, 2, 3]) {
        const dir = fresh()
        await writePractice(dir, { scenario, seed, noise: 800 })
        const truth = truthIn(dir)
        expect(truth.chains.map(({ kind }) => kind)).toEqual(['task-created'])
        const security = readLog(join(dir, 'Security.evtx'))
        expect(security.some(({ fields }) => fields.RelativeTargetName === 'atsvc')).toBe(false)
        expect(security.some(({ eventId }) => eventId === 5145)).toBe(scenario === 'schtasks-tcp')
        const sysmon = readLog(join(dir, logFile('Microsoft-Windows-Sysmon/Operational')))
        for (const chain of truth.chains) {
          const anchor = security.find(({ id }) => id === chain.anchor?.recordId)
          expect(anchor?.fields).toMatchObject({
            TaskName: chain.task.path,
            SubjectLogonId: chain.taskLogonId,
            ClientProcessId: '0',
            RpcCallClientLocality: '0',
          })
          const logon = security.find(
            ({ eventId, fields }) => eventId === 4624 && fields.TargetLogonId === chain.taskLogonId,
          )
          expect(logon?.fields).toMatchObject({
            IpAddress: chain.source.ip,
            IpPort: String(chain.source.port),
            LogonType: '3',
            AuthenticationPackageName: 'Kerberos',
          })
          const connections = sysmon.filter(
            ({ eventId, fields }) => eventId === 3 && fields.SourceIp === chain.source.ip,
          )
          expect(connections.some(({ fields }) => fields.DestinationPort === '135')).toBe(true)
          expect(connections.some(({ fields }) => fields.SourcePort === String(chain.source.port))).toBe(true)
          expect(chain.processes).toEqual([])
        }
        expect(
          readLog(join(dir, taskLog))
            .filter(({ fields }) => fields.TaskName === truth.chains[0]?.task.path)
            .map(({ eventId }) => eventId),
        ).toEqual([106, 140, 140])
      }
    },
  )
})

describe('the true story of the other scenarios', () => {
  test.each([1, 2, 3])(
    'of local-admin with seed %i is a session on the host and a run at the planned minute',
    async (seed) => {
      const dir = fresh()
      await writePractice(dir, { scenario: 'local-admin', seed, noise: 600 })
      const chain = truthIn(dir).chains[0] as TrueChain
      const security = readLog(join(dir, 'Security.evtx'))
      const created = security.find(({ id }) => id === chain.anchor?.recordId) as Read
      const tool = security.find(
        ({ eventId, fields }) => eventId === 4688 && fields.NewProcessName?.endsWith('schtasks.exe'),
      )
      expect(tool?.fields.SubjectLogonId).toBe(chain.taskLogonId)
      expect(created.fields.SubjectLogonId).toBe(chain.taskLogonId)
      if (created.fields.ClientProcessId !== undefined) {
        expect(Number(created.fields.ClientProcessId)).toBe(Number(tool?.fields.NewProcessId))
      }
      const logon = security.find(
        ({ eventId, fields }) => eventId === 4624 && fields.TargetLogonId === chain.taskLogonId,
      )
      expect(logon?.fields).toMatchObject({ LogonType: '10', IpAddress: chain.source.ip })
      const twin = security.find(({ fields }) => fields.TargetLogonId === logon?.fields.TargetLinkedLogonId)
      // 4624 names the other half of a split token since version 2
      if (logon?.fields.TargetLinkedLogonId !== undefined)
        expect(twin?.fields.TargetLinkedLogonId).toBe(chain.taskLogonId)
      const facts = JSON.parse(readFileSync(join(dir, 'host.json'), 'utf8')) as { utcOffsetMinutes: number }
      const planned = /<StartBoundary>([^<]+)</.exec(created.fields.TaskContent ?? '')?.[1]
      const fired = readLog(join(dir, taskLog)).find(
        ({ eventId, fields }) => eventId === 107 && fields.TaskName === chain.task.path,
      )
      const local =
        Number((fired?.time ?? 0n) - 116_444_736_000_000_000n) / 10_000 + facts.utcOffsetMinutes * 60_000
      expect(new Date(local).toISOString().slice(0, 19)).toBe(planned)
    },
  )

  test.each([1, 2, 3])(
    'of log-cleared with seed %i leaves a Security log that begins with its clearing',
    async (seed) => {
      const dir = fresh()
      await writePractice(dir, { scenario: 'log-cleared', seed, noise: 600 })
      const truth = truthIn(dir)
      const security = readLog(join(dir, 'Security.evtx'))
      expect(security[0]?.eventId).toBe(1102)
      expect(security[0]?.fields.SubjectUserName).toBe(truth.chains[0]?.happened.accountName)
      expect(security.some(({ eventId }) => eventId === 4698)).toBe(false)
      // the record ids go on where the erased records ended
      expect(BigInt(security[0]?.id as string)).toBeGreaterThan(
        150_000n + BigInt(truth.hosts[0]?.erased ?? 0),
      )
      expect(truth.hosts[0]?.erased).toBeGreaterThan(100)
      const told = readLog(join(dir, taskLog)).filter(
        ({ fields }) => fields.TaskName === truth.chains[0]?.task.path,
      )
      expect(told.map(({ eventId }) => eventId).toSorted((a, b) => a - b)).toEqual([
        100, 102, 106, 110, 129, 141, 200, 201,
      ])
    },
  )

  test('of auditing-off holds logons and the task log, and no record that is not audited', async () => {
    const dir = fresh()
    await writePractice(dir, { scenario: 'auditing-off', seed: 4, noise: 900 })
    const ids = new Set(readLog(join(dir, 'Security.evtx')).map(({ eventId }) => eventId))
    expect([...ids].toSorted((a, b) => a - b)).toEqual([4608, 4624, 4625, 4634, 4672])
    const { auditPolicy } = JSON.parse(readFileSync(join(dir, 'host.json'), 'utf8')) as {
      auditPolicy: Record<string, number>
    }
    expect(auditPolicy['0CCE9227-69AE-11D9-BED3-505054503030']).toBe(0)
    expect(auditPolicy['0CCE9215-69AE-11D9-BED3-505054503030']).toBe(3)
  })

  test.each([1, 2, 3])(
    'of spread-tcp with seed %i fits together over three hosts and their clocks',
    async (seed) => {
      const dir = fresh()
      await writePractice(dir, { scenario: 'spread-tcp', seed, noise: 301 })
      const truth = truthIn(dir)
      const [stone, ...targets] = truth.hosts
      expect(targets.length).toBe(2)
      expect(truth.chains.map(({ host }) => host)).toEqual(targets.map(({ host }) => host))
      expect(new Set(truth.hosts.map(({ folder }) => folder)).size).toBe(3)
      const offset = (folder: string) =>
        (JSON.parse(readFileSync(join(dir, folder, 'host.json'), 'utf8')) as { clock: { offsetMs: number } })
          .clock.offsetMs
      const tools = readLog(join(dir, stone?.folder as string, 'Security.evtx')).filter(
        ({ eventId, fields }) => eventId === 4688 && fields.NewProcessName?.endsWith('schtasks.exe'),
      )
      const outbound = readLog(
        join(dir, stone?.folder as string, logFile('Microsoft-Windows-Sysmon/Operational')),
      ).filter(({ eventId }) => eventId === 3)
      truth.chains.forEach((chain, index) => {
        const tool = tools[index] as Read
        const shortName = chain.host.split('.')[0]?.toUpperCase()
        expect(tool.fields.CommandLine).toContain(`/s ${shortName} /tn "${chain.task.path.slice(1)}"`)
        expect(
          outbound.some(
            ({ fields }) =>
              fields.SourcePort === String(chain.source.port) &&
              fields.SourceIp === chain.source.ip &&
              fields.DestinationHostname === chain.host,
          ),
        ).toBe(true)
        const folder = targets[index]?.folder as string
        const logon = readLog(join(dir, folder, 'Security.evtx')).find(
          ({ eventId, fields }) => eventId === 4624 && fields.TargetLogonId === chain.taskLogonId,
        ) as Read
        expect(logon.fields.IpAddress).toBe(chain.source.ip)
        const apartMs =
          Number(logon.time - tool.time) / 10_000 - (offset(folder) - offset(stone?.folder as string))
        // a coarse clock shows a time up to 15.625 ms early
        expect(apartMs).toBeGreaterThan(70 - 16)
        expect(apartMs).toBeLessThan(70 + 16)
      })
    },
  )
})
