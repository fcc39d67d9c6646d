import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readTaskBytes, readTaskXml } from '../../../src/tasks/read-task.ts'
import { summarizeTask } from '../../../src/tasks/summary.ts'
import { expectedRecords, haveSamples, manifest, sample } from '../../samples.ts'

describe.runIf(haveSamples)('real task definitions', () => {
  it('are all read from disk without trouble, with at least one action, and nothing unknown in them', () => {
    const files = manifest().files.filter((file) => file.kind === 'task-xml')
    expect(files).toHaveLength(49)
    const odd = files.flatMap(({ file }) => {
      const { definition, trouble } = readTaskBytes(readFileSync(sample(file)))
      const fine = !trouble && definition && definition.actions.length > 0 && definition.principals.length > 0
      return fine && definition.unknownElements.length === 0 ? [] : [{ file, trouble }]
    })
    expect(odd).toEqual([])
  })

  it('are all read from events, and the empty ones say so', async () => {
    const outcomes: Record<string, number> = {}
    for await (const { eid, prov, data } of expectedRecords()) {
      if (prov !== 'Microsoft-Windows-Security-Auditing' || eid < 4698 || eid > 4702) continue
      const { definition, trouble } = readTaskXml(data.TaskContentNew ?? data.TaskContent ?? '')
      const actions = definition?.actions.length ?? 0
      const outcome = `${eid} ${trouble?.code ?? 'read'}, ${actions} action${actions === 1 ? '' : 's'}`
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    }
    // 4699 leaves TaskContent empty in six of seven records; nothing else has trouble
    expect(outcomes).toEqual({
      '4698 read, 1 action': 9,
      '4699 read, 1 action': 1,
      '4699 tasks.xml.empty, 0 actions': 6,
      '4701 read, 1 action': 1,
      '4702 read, 1 action': 1,
    })
  })

  it('say what they run, as whom and when', () => {
    const summaryOf = (name: string) => {
      const found = manifest().files.find((file) => file.kind === 'task-xml' && file.file.includes(name))
      const { definition } = readTaskBytes(readFileSync(sample(found?.file ?? '')))
      return definition && summarizeTask(definition)
    }
    expect(summaryOf('bouWFQYO')).toEqual({
      action: 'cmd.exe /C whoami > %windir%\\Temp\\bouWFQYO.tmp 2>&1',
      runAs: 'S-1-5-18',
      runLevel: 'HighestAvailable',
      triggers: ['Calendar'],
      hidden: true,
      enabled: true,
      author: undefined,
    })
    expect(summaryOf('smbservice')).toMatchObject({
      action: 'C:\\WINDOWS\\Temp\\MpCmdRun.bat',
      author: 'OFFSEC\\lambda-user',
      runAs: 'S-1-5-18',
    })
    expect(summaryOf('SvcRestartTask_f4e8ad')).toMatchObject({
      action: 'COM {B1AEBB5D-EAD9-4476-B375-9C3ED9F32AFC}',
      runAs: 'S-1-5-20',
      hidden: true,
    })
  })

  it('run as the principal their actions name, not as the first one', () => {
    const { definition } = readTaskXml(
      `<Task><Principals><Principal id="a"><UserId>S-1-5-19</UserId></Principal><Principal id="b"><GroupId>S-1-5-32-544</GroupId></Principal></Principals>
       <Actions Context="b"><Exec><Command> a.exe </Command></Exec><SendEmail><To>x@y</To></SendEmail></Actions></Task>`,
    )
    expect(definition && summarizeTask(definition)).toMatchObject({
      runAs: 'S-1-5-32-544',
      action: 'a.exe ; send e-mail to x@y',
    })
  })
})
