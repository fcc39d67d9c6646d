// A definition that differs from one read before in its start times alone is not read again; it means what a whole reading means.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readTaskXml } from '../../../src/tasks/read-task.ts'

const task = (triggers: string, command = 'a.exe') =>
  `<?xml version="1.0" encoding="UTF-16"?><Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"><Triggers>${triggers}</Triggers><Actions><Exec><Command>${command}</Command></Exec></Actions></Task>`
const timed = (time: string, kind = 'Time') =>
  `<${kind}Trigger><StartBoundary>${time}</StartBoundary></${kind}Trigger>`
/** A comment makes the text be read whole. */
const whole = (text: string) => readTaskXml(`${text}<!-- -->`)

/** `fc.assert` of synchronous properties, which returns nothing to wait for. */
const holds: <Ts>(property: fc.IProperty<Ts>, parameters?: fc.Parameters<Ts>) => void = fc.assert

describe('definitions that differ in their start times', () => {
  it('mean what each says by itself, whatever was read before', () => {
    const time = fc.constantFrom('2026-01-05T10:00:00', '2026-01-06T11:30:00Z', 'x', '')
    const trigger = fc.oneof(
      fc.tuple(time, fc.constantFrom('Time', 'Calendar', 'Boot')).map(([at, kind]) => timed(at, kind)),
      fc.constant('<LogonTrigger/>'),
      fc.constant('<TimeTrigger><StartBoundary> 2026-01-05T10:00:00 </StartBoundary></TimeTrigger>'),
      fc.constant(
        '<TimeTrigger><Repetition><StartBoundary>2026-01-05T10:00:00</StartBoundary></Repetition></TimeTrigger>',
      ),
    )
    const command = fc.constantFrom(
      'a.exe',
      'b.exe',
      '<StartBoundary>c.exe</StartBoundary>',
      '&lt;StartBoundary>d',
    )
    const text = fc
      .tuple(fc.array(trigger, { maxLength: 3 }), command)
      .map(([list, line]) => task(list.join(''), line))
    holds(
      fc.property(fc.array(text, { minLength: 1, maxLength: 12 }), (texts) => {
        for (const one of texts) expect(readTaskXml(one)).toEqual(whole(one))
      }),
      { numRuns: 100 },
    )
  })

  it('share what is the same, so that thousands of them are small', () => {
    const first = readTaskXml(task(timed('2026-01-05T10:00:00'), 'shared.exe')).definition
    const second = readTaskXml(task(timed('2026-01-06T10:00:00'), 'shared.exe')).definition
    expect(second?.actions).toBe(first?.actions)
    expect(second?.triggers[0]?.startBoundary).toBe('2026-01-06T10:00:00')
    expect(first?.triggers[0]?.startBoundary).toBe('2026-01-05T10:00:00')
  })
})
