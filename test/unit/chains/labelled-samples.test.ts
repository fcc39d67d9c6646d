/** The labelled samples against their truth: source, path, run, deletion, and what must not be claimed. */
import { beforeAll, describe, expect, it } from 'vitest'
import { findChains } from '../../../src/chains/find-chains.ts'
import type { Chain, ChainInput } from '../../../src/domain/chain.ts'
import type { WindowsEvent } from '../../../src/domain/event.ts'
import { formatUtc } from '../../../src/domain/time.ts'
import { chainsDocument } from '../../../src/report/chains-json.ts'
import { labelledFiles, sampleInput, schtasksFiles } from '../../builders/sample-events.ts'
import { haveSamples, manifest, type SampleChain } from '../../samples.ts'

const truthOf = (id: string): SampleChain['truth'] =>
  manifest().chains.find((chain) => chain.id === id)?.truth ?? {}
const only = (chains: readonly Chain[]): Chain => {
  expect(chains).toHaveLength(1)
  return chains[0] as Chain
}
const accountText = (chain: Chain) => `${chain.account.domain}\\${chain.account.name}`
const recordIds = (chain: Chain) => chain.steps.map((step) => Number(step.locator.recordId))
const gapOf = (chain: Chain, expected: string) => chain.gaps.find((gap) => gap.expected === expected)
const shuffled = (events: readonly WindowsEvent[]) =>
  events
    .map((event, index) => ({ event, key: (index * 7919 + 13) % 101 }))
    .sort((a, b) => a.key - b.key)
    .map(({ event }) => event)

describe.runIf(haveSamples)('chains of the labelled samples', () => {
  const inputs: Record<string, ChainInput> = {}
  beforeAll(async () => {
    inputs.C2 = await sampleInput(labelledFiles('C2'), 'filtered-export')
    inputs.C2twice = await sampleInput(labelledFiles('C2', 'C5a', 'C5b'), 'filtered-export')
    inputs.C5 = await sampleInput(labelledFiles('C5a', 'C5b'), 'filtered-export')
    inputs.C7 = await sampleInput(labelledFiles('C7'), 'filtered-export')
    inputs.C8 = await sampleInput(schtasksFiles, 'raw-copy')
    inputs.C8unknown = await sampleInput(schtasksFiles, 'undetermined')
    inputs.C11 = await sampleInput(labelledFiles('C11s', 'C11t'))
    inputs.C11s = await sampleInput(labelledFiles('C11s'))
    inputs.C11t = await sampleInput(labelledFiles('C11t'))
    inputs.C12a = await sampleInput(labelledFiles('C12a'), 'filtered-export')
    inputs.C13 = await sampleInput(labelledFiles('C13'), 'filtered-export')
    inputs.N3 = await sampleInput(labelledFiles('N3'))
    inputs.N6 = await sampleInput(labelledFiles('N6'))
    inputs.all = await sampleInput([
      ...labelledFiles('C2', 'C7', 'C11s', 'C11t', 'C12a', 'C13', 'N3', 'N6'),
      ...schtasksFiles,
    ])
  })
  const chainsOf = (name: string) => findChains(inputs[name] as ChainInput)

  it('C2: finds the attacker’s address behind the decoy, the run, its processes and the deletion', () => {
    const truth = truthOf('C2')
    const chain = only(chainsOf('C2'))
    expect(chain).toMatchObject({
      kind: 'task-created',
      host: truth.host,
      path: 'atsvc-pipe',
      mechanism: 'remote-confirmed',
      taskLogonId: truth.taskLogonId,
      task: { path: truth.task, action: truth.action, runAs: truth.runAs, hidden: true, trigger: 'Calendar' },
      source: {
        ip: truth.sourceIp,
        port: Number(truth.sourcePort),
        logonId: truth.smbLogonId,
        basis: 'L3',
        strength: 'strong',
        candidates: [],
        rejected: [{ ip: '10.23.23.9', logonId: '0x5a4175e' }],
      },
    })
    expect(accountText(chain)).toBe(truth.account)
    expect(chain.account.sid).toBe(truth.sid)
    expect(chain.source.rejected[0]?.why).toContain('owns no atsvc access')
    expect(chain.executed.answer).toBe('yes')
    expect(chain.deleted.answer).toBe('yes')
    const started = chain.steps.filter((step) => step.facts.parentPid !== undefined)
    expect(
      started.map(
        (step) => `${step.facts.image?.split('\\').at(-1)} 0x${Number(step.facts.pid).toString(16)}`,
      ),
    ).toEqual(truth.childProcesses)
    const labelled = manifest().chains.find((one) => one.id === 'C2')?.steps ?? []
    expect(recordIds(chain)).toEqual(labelled.map((step) => step.recordId).filter((rid) => rid !== 2004840))
    expect(gapOf(chain, '4624 with an address for 0x5a419bc')?.state).toBe('expected-absent')
    expect(chain.resembles.map((one) => one.tool)).toEqual(['impacket atexec'])
  })

  it('C2: grades the link from the task to cmd.exe as medium, because no record names PID 1044 as the Schedule service', () => {
    const chain = only(chainsOf('C2'))
    expect(chain.links.find((link) => link.rule === 'E3')).toMatchObject({
      strength: 'medium',
      deltaMs: 7.0245,
    })
    expect(chain.links.find((link) => link.rule === 'L3')).toMatchObject({
      strength: 'strong',
      deltaMs: 20.3486,
    })
    expect(gapOf(chain, 'a record that names PID 1044 as the Schedule service')?.state).toBe('not-collected')
  })

  it('C2 beside its own fragments: the same chain, each step naming the other places of its record', () => {
    const twice = only(chainsOf('C2twice'))
    const once = only(chainsOf('C2'))
    expect(twice.id).toBe(once.id)
    expect(recordIds(twice)).toEqual(recordIds(once))
    expect(twice.steps.filter((step) => step.alsoAt.length === 1)).toHaveLength(6)
  })

  it('C5a and C5b: pipe and task records alone still give the source, and say that both logons are missing', () => {
    const truth = truthOf('C2')
    const chain = only(chainsOf('C5'))
    expect(chain.source).toMatchObject({
      ip: truth.sourceIp,
      logonId: truth.smbLogonId,
      basis: 'L3',
      strength: 'strong',
    })
    expect(chain).toMatchObject({ path: 'atsvc-pipe', mechanism: 'remote-confirmed' })
    expect(gapOf(chain, '4624 for 0x5a419bc')?.state).toBe('filtered-out')
    expect(gapOf(chain, '4624 for 0x5a41984')?.state).toBe('filtered-out')
    expect(chain.executed.answer).toBe('yes')
    expect(chain.executed.why).toContain('deleted')
    expect(chain.id).toBe(only(chainsOf('C2')).id)
  })

  it('C7: invents no source and no run where nothing tells of them', () => {
    const truth = truthOf('C7')
    const chain = only(chainsOf('C7'))
    expect(chain.source).toMatchObject({
      ip: undefined,
      logonId: undefined,
      basis: undefined,
      candidates: [],
    })
    expect(chain).toMatchObject({
      mechanism: 'undetermined',
      path: 'undetermined',
      taskLogonId: truth.taskLogonId,
    })
    expect(chain.task).toMatchObject({ action: truth.action, author: truth.author, runAs: truth.runAs })
    expect(chain.executed.answer).toBe('unknown')
    expect(chain.deleted.answer).toBe('yes')
  })

  it('C8: a remote call over TCP needs no 5145, and the monitoring that follows is no child of the task', () => {
    const truth = truthOf('C8')
    const chain = only(chainsOf('C8'))
    expect(chain).toMatchObject({
      host: truth.host,
      path: 'rpc-tcp',
      mechanism: 'remote-confirmed',
      taskLogonId: truth.taskLogonId,
      task: { path: truth.task, action: truth.action, runAs: truth.runAs, trigger: 'Boot' },
      source: { ip: truth.sourceIp, logonId: truth.taskLogonId, basis: 'L1', strength: 'exact' },
    })
    expect(accountText(chain)).toBe(truth.account)
    expect(gapOf(chain, '5145 atsvc')?.state).toBe('expected-absent')
    expect(chain.links.map((link) => link.rule)).toEqual(['E1', 'E1', 'L1', 'L5', 'L6'])
    expect(chain.steps.some((step) => step.role.includes('process'))).toBe(false)
    expect(chain.executed.answer).toBe('no')
    expect(chain.deleted.answer).not.toBe('yes')
  })

  it('C8: says "unknown" instead when nobody knows how the task history was taken', () => {
    const chain = only(chainsOf('C8unknown'))
    expect(chain.executed.answer).toBe('unknown')
    expect(chain.deleted.answer).toBe('unknown')
  })

  it('C11: three local tasks; two ran, the third did not, and the history covers its whole life', () => {
    const truth = truthOf('C11s')
    const chains = chainsOf('C11')
    expect(chains.map((chain) => chain.task.path).toSorted()).toEqual(truth.tasks)
    for (const chain of chains) {
      expect(chain).toMatchObject({ mechanism: 'local', path: 'local', source: { ip: undefined } })
      expect(accountText(chain)).toBe(truth.account)
      const ran = (truth.executedTasks as string[]).includes(chain.task.path)
      expect(chain.executed.answer).toBe(ran ? 'yes' : 'no')
      expect(chain.deleted.answer).toBe('yes')
    }
  })

  it('C11 without its history: whether the tasks ran cannot be told', () => {
    expect(chainsOf('C11s').map((chain) => chain.executed.answer)).toEqual(['unknown', 'unknown', 'unknown'])
  })

  it('C11 history alone: three registrations without a name behind them, the missing 4698 said', () => {
    const chains = chainsOf('C11t')
    expect(chains.map((chain) => chain.kind)).toEqual(['task-created', 'task-created', 'task-created'])
    for (const chain of chains) {
      expect(gapOf(chain, '4698')?.state).toBe('not-collected')
      // 106 names whom a task runs as (S-1-5-18 for the one yolo made for SYSTEM), so it names no actor
      expect(chain.account).toEqual({ sid: undefined, name: undefined, domain: undefined })
      expect(chain.mechanism).toBe('undetermined')
    }
    expect(chains.map((chain) => chain.executed.answer).toSorted()).toEqual(['no', 'yes', 'yes'])
  })

  it('C12a: schtasks.exe of the same logon session makes it local; what follows in time is not its child', () => {
    const truth = truthOf('C12a')
    const chain = only(chainsOf('C12a'))
    expect(chain).toMatchObject({ mechanism: 'local', path: 'local', source: { ip: undefined } })
    expect(chain.task).toMatchObject({ path: truth.task, action: truth.action, runAs: truth.runAs })
    expect(recordIds(chain)).toEqual([352963, 352964])
    expect(chain.executed.answer).toBe('unknown')
  })

  it('C13: a service account’s session is local', () => {
    const truth = truthOf('C13')
    const chain = only(chainsOf('C13'))
    expect(chain).toMatchObject({ mechanism: 'local', path: 'local', taskLogonId: truth.taskLogonId })
    expect(chain.task).toMatchObject({ path: truth.task, action: truth.action, runAs: truth.runAs })
    expect(accountText(chain)).toBe(truth.account)
    expect(chain.source.ip).toBeUndefined()
  })

  it('N3 and N6: share copies and enumeration are no chain', () => {
    expect(chainsOf('N3')).toEqual([])
    expect(chainsOf('N6')).toEqual([])
  })

  it('all samples in one case: each chain as it was alone, remote ones first', () => {
    const chains = chainsOf('all')
    expect(chains).toHaveLength(8)
    const c2 = chains.find((chain) => chain.task.path === '\\bouWFQYO')
    expect(c2?.steps).toEqual(only(chainsOf('C2')).steps)
    expect(chains.slice(0, 2).map((chain) => chain.source.ip)).toEqual(['10.23.123.11', '172.18.39.5'])
    const ranks = chains.map((chain) => chain.mechanism)
    expect(ranks.indexOf('undetermined')).toBeLessThan(ranks.indexOf('local'))
  })

  it('gives the same chains whatever order the events come in', () => {
    const whole = inputs.all as ChainInput
    const again = findChains({ ...whole, events: shuffled(whole.events) })
    expect(chainsDocument(again)).toEqual(chainsDocument(findChains(whole)))
    expect(chainsDocument(findChains({ ...whole, events: whole.events.toReversed() }))).toEqual(
      chainsDocument(findChains(whole)),
    )
  })

  it('orders every chain’s steps by time and measures them from the anchor', () => {
    for (const chain of chainsOf('all')) {
      const times = chain.steps.map((step) => step.time)
      expect(times).toEqual(times.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)))
      expect(chain.steps.some((step) => step.time === chain.time)).toBe(true)
      expect(formatUtc(chain.time)).toMatch(/Z$/)
    }
  })
})
