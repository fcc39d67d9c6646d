import { describe, expect, it } from 'vitest'
import { answerOf, principalName, shortHost } from '../../../../../renderer/views/overview/sentence.ts'
import type { ChainShape } from '../../../../../src/contract/shapes.ts'
import { chainC2 } from '../../../../window/fixture/chain-c2.ts'

const unknown = { answer: 'unknown' as const, why: '', citations: [] }
const no = { answer: 'no' as const, why: '', citations: [] }
const chain = (over: Partial<ChainShape>): ChainShape => ({ ...chainC2, ...over })
/** number and unit are held together by a no-break space */
const said = (over: Partial<ChainShape>) => answerOf(chain(over)).statement.replaceAll('\u00a0', ' ')

describe('the answer in one sentence', () => {
  it('says hidden, over the network, as whom and when it was deleted', () => {
    expect(said({})).toBe(
      'A hidden task was created on fs01 over the network, ran as SYSTEM and was deleted 23 ms later.',
    )
    expect(answerOf(chainC2).doubts).toEqual([])
  })

  it('never says hidden when the definition does not', () => {
    expect(said({ task: { ...chainC2.task, hidden: false } })).toMatch(/^A task was created/)
    expect(said({ task: { ...chainC2.task, hidden: null } })).toMatch(/^A task was created/)
  })

  it('keeps what cannot be told out of the statement and says it apart', () => {
    const answered = answerOf(chain({ mechanism: 'undetermined', executed: unknown, deleted: unknown }))
    expect(answered.statement).toBe('A hidden task was created on fs01.')
    expect(answered.doubts).toEqual([
      'Cannot tell whether it came over the network.',
      'Cannot tell whether it ran.',
      'Cannot tell whether it was deleted.',
    ])
  })

  it('tells a no from a cannot tell', () => {
    const answered = answerOf(chain({ executed: no, deleted: no }))
    expect(answered.statement).toBe(
      'A hidden task was created on fs01 over the network, did not run and was not deleted.',
    )
    expect(answered.doubts).toEqual([])
  })

  it.each([
    ['remote-probable', 'atsvc-pipe', ', probably over the network'],
    ['local', 'local', ' by a program on the host itself'],
    ['machine-managed', 'gpo', ' by Group Policy'],
    ['machine-managed', 'service', ' by the machine itself'],
  ])('words the mechanism %s over %s as%s', (mechanism, path, words) => {
    expect(said({ mechanism, path })).toContain(`on fs01${words}`)
  })

  it('says that a task was deleted without a time when no record tells it', () => {
    expect(said({ steps: chainC2.steps.filter((step) => step.role !== 'task-deleted') })).toContain(
      'and was deleted.',
    )
  })

  it.each([
    ['task-updated', 'A hidden task was changed on fs01 over the network'],
    ['task-deleted', 'A hidden task was deleted on fs01 over the network'],
    ['task-ran', 'A hidden task ran as SYSTEM on fs01'],
  ])('begins with the act of a %s chain', (kind, start) => {
    expect(said({ kind })).toContain(start)
  })

  it('names well-known principals and leaves others as they are', () => {
    expect(principalName('s-1-5-18')).toBe('SYSTEM')
    expect(principalName('CORP\\svc')).toBe('CORP\\svc')
  })

  it('shortens host names but no addresses', () => {
    expect(shortHost('fs01.offsec.lan')).toBe('fs01')
    expect(shortHost('10.1.2.3')).toBe('10.1.2.3')
    expect(shortHost('fe80::1')).toBe('fe80::1')
  })
})
