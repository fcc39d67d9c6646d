// Definitions as fields that can be laid side by side.
import { describe, expect, it } from 'vitest'
import { definitionFields, fieldsDiffer } from '../../../src/tasks/definition-fields.ts'
import { readTaskXml } from '../../../src/tasks/read-task.ts'

const fieldsOf = (inside: string) => {
  const { definition } = readTaskXml(`<Task>${inside}</Task>`)
  if (!definition) throw new Error('not read')
  return definitionFields(definition)
}

describe('the fields of a definition', () => {
  it('are what it states, and the defaults that matter', () => {
    const fields = fieldsOf(
      `<Triggers><TimeTrigger><StartBoundary>2026-01-01T00:00:00</StartBoundary><Repetition><Interval>PT1H</Interval></Repetition></TimeTrigger></Triggers>
       <Principals><Principal id="A"><UserId>S-1-5-18</UserId><RunLevel>HighestAvailable</RunLevel></Principal></Principals>
       <Settings><Priority>4</Priority></Settings><Actions Context="A"><Exec><Command>a.exe</Command><WorkingDirectory>C:\\x</WorkingDirectory></Exec></Actions>`,
    )
    expect(Object.fromEntries(fields)).toEqual({
      action: 'a.exe',
      workingDirectory: 'C:\\x',
      runAs: 'S-1-5-18',
      runLevel: 'HighestAvailable',
      hidden: 'no',
      enabled: 'yes',
      triggers: 'Time from 2026-01-01T00:00:00 every PT1H',
      'settings/Priority': '4',
    })
  })
  it('differ only where both can be compared', () => {
    expect(fieldsDiffer('runAs', 'SYSTEM', 'S-1-5-18')).toBe(false)
    expect(fieldsDiffer('runAs', 'CORP\\ann', 'S-1-5-21-1-2-3-1104')).toBe(false)
    expect(fieldsDiffer('runAs', 'S-1-5-19', 'S-1-5-18')).toBe(true)
    expect(fieldsDiffer('action', ' a.exe', 'a.exe')).toBe(false)
    expect(fieldsDiffer('action', 'A.exe', 'a.exe')).toBe(true)
  })
  it('of a hostile definition stay bounded', () => {
    const settings = Array.from({ length: 5000 }, (_, n) => `<S${n}>${'x'.repeat(50)}</S${n}>`).join('')
    const fields = fieldsOf(
      `<Settings>${settings}</Settings><Actions><Exec><Command>${'y'.repeat(100_000)}</Command></Exec></Actions>`,
    )
    expect(fields.size).toBeLessThanOrEqual(200)
    expect(fields.get('action')).toHaveLength(4000)
  })
})
