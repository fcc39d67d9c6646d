// `answer` and `allow` at the command line, over a case that real evidence made.
import { beforeAll, describe, expect, it } from 'vitest'
import { workflowDoors } from '../../../src/cli/workflow-doors.ts'
import type { AnswersDocument } from '../../../src/workflow/playbook-answers.ts'
import { caseOf, newCase } from '../../builders/case.ts'
import { haveSamples, manifest, sampleByHash } from '../../samples.ts'
import { actsOnTerminal, runInMemory } from './surface.ts'

describe.runIf(haveSamples)('the playbook at the command line', () => {
  let dir: string
  beforeAll(async () => {
    const open = await caseOf(sampleByHash(manifest().chains.find((one) => one.id === 'C2')?.sha256 ?? ''))
    dir = open.dir
    open.close()
  })
  const run = (...args: string[]) =>
    runInMemory([...args, '--case', dir], { doors: workflowDoors, columns: 100 })
  const json = async () => JSON.parse((await run('answer', '--json')).out) as AnswersDocument

  it('shows conflicts before everything that is answered', async () => {
    const { code, out } = await run('answer')
    expect(code).toBe(0)
    const order = [
      'Conflicts between rule and evidence (3)',
      'Validate the alert',
      'Decision point',
      'Key questions',
      'Escalate to Tier 2 if',
      'Not collected',
    ]
    const places = order.map((title) => out.indexOf(title))
    expect(places.every((place) => place >= 0)).toBe(true)
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect(out).toContain('not set: only a person sets it')
    expect(actsOnTerminal.test(out)).toBe(false)
  })

  it('prints the same JSON twice, in the shape of its schema', async () => {
    const first = await run('answer', '--json')
    expect((await run('answer', '--json')).out).toBe(first.out)
    expect(JSON.parse(first.out)).toMatchObject({
      schema: 'tasktrail-answers/1',
      rule: { outcome: 'neither' },
    })
  })

  it('keeps a tick, a note, a disposition and a clock, shows them, and takes one back', async () => {
    expect(
      (await run('answer', '--tick', 'preserve-task', '--note', 'exported \u001b[31m', '--by', 'A')).code,
    ).toBe(0)
    expect((await run('answer', '--row', 'preserve-task', '--note', 'hash in the ticket')).code).toBe(0)
    expect((await run('answer', '--disposition', 'malicious', '--note', 'output fetched')).code).toBe(0)
    expect((await run('answer', '--start', 'triage', '--at', '2026-05-04T07:30:00Z')).code).toBe(0)
    const { out } = await run('answer', '--checklist')
    expect(out).toContain('[x] document the created scheduled task before deletion')
    expect(out).toContain('hash in the ticket')
    expect(out).toContain('due 2026-05-04T07:45:00.0000000Z')
    expect(actsOnTerminal.test(out)).toBe(false)
    expect((await json()).analyst.disposition).toMatchObject({ disposition: 'malicious' })
    expect((await run('answer', '--undo', '1')).code).toBe(0)
    expect((await run('answer', '--checklist')).out).toContain(
      '[ ] document the created scheduled task before deletion',
    )
  })

  it('keeps an allow-list', async () => {
    const added = await run(
      'allow',
      'add',
      '--account',
      'S-1-5-21-1-2-3-1111',
      '--expires',
      '2030-01-01',
      '--reason',
      'CHG-1',
    )
    expect(added.code).toBe(0)
    const { out } = await run('allow', 'list')
    expect(out).toContain('CHG-1')
    const [entry] = (JSON.parse((await run('allow', 'list', '--json')).out) as { entries: { id: string }[] })
      .entries
    expect((await run('allow', 'remove', entry?.id ?? '', '--reason', 'over')).code).toBe(0)
    expect((await run('allow', 'list')).out).toContain('empty')
  })

  it('fills the IOC table', async () => {
    const { out } = await run('answer', '--iocs')
    for (const value of ['OFFSEC\\admmig', '10.23.123.11', '\\bouWFQYO', 'fs01.offsec.lan'])
      expect(out).toContain(value)
  })

  it.each([
    [['answer', '--tick', 'preserve-task', '--untick', 'preserve-task'], 4, 'One act at a time'],
    [['answer', '--disposition', 'malicious'], 4, 'needs a reason'],
    [['answer', '--disposition', 'guilty', '--note', 'x'], 4, 'guilty'],
    [['answer', '--note', 'x'], 4, '--note needs'],
    [['answer', '--at', '2026-01-01'], 4, '--at belongs'],
    [['answer', '--tick', 'no-such-row'], 3, 'no row'],
    [['answer', '--chain', 'ffff'], 3, 'No chain'],
    [['answer', '--undo', '999'], 3, 'no mark 999'],
    [['allow', 'add', '--account', 'x'], 4, 'needs --expires'],
    [['allow', 'add', '--expires', '2030-01-01', '--reason', 'x'], 3, 'everything'],
    [['allow', 'remove', '77', '--reason', 'x'], 3, 'no entry 77'],
    [['allow', 'forget'], 4, 'add, list or remove'],
  ] as const)('%j ends with %i and says why', async (args, code, why) => {
    const ran = await run(...args)
    expect([ran.code, ran.out]).toEqual([code, ''])
    expect(ran.err).toContain(why)
  })
})

describe('a case without a chain', () => {
  it('is refused with the way out', async () => {
    const open = await newCase()
    open.close()
    const ran = await runInMemory(['answer', '--case', open.dir], { doors: workflowDoors })
    expect(ran.code).toBe(3)
    expect(ran.err).toContain('Import the Security and TaskScheduler logs')
    const iocs = await runInMemory(['answer', '--iocs', '--case', open.dir], { doors: workflowDoors })
    expect(iocs.out).toContain('nothing to track')
  })
})
