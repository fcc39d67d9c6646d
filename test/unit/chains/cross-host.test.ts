import { describe, expect, it } from 'vitest'
import { findChains } from '../../../src/chains/find-chains.ts'
import { absent } from '../../../src/domain/absent.ts'
import type { Chain, ChainInput } from '../../../src/domain/chain.ts'
import type { ConnectionEvent, ExplicitLogonEvent, WindowsEvent } from '../../../src/domain/event.ts'
import type { EvidenceId } from '../../../src/domain/ids.ts'
import { admin, at, command, hostFacts, id, input, other, svchost, World } from '../../builders/events.ts'

const target = new World('fs01.corp.example')
const source = new World('ws07.corp.example')
const elsewhere = (event: WindowsEvent): WindowsEvent => ({
  ...event,
  locator: { ...event.locator, evidenceId: 'e'.repeat(64) as EvidenceId },
})
const none = absent('not-recorded', 'none')
const arrival = [
  target.logon(0, '0x2000', '10.0.0.66', { port: 51_000 }),
  target.created(20, '0x2000', { clientPid: 0 }),
]
const tool = (ms: number, line = 'schtasks /create /s FS01 /tn Quirk /tr x', account = admin) =>
  elsewhere(
    source.process(
      ms,
      4000,
      'C:\\Windows\\System32\\schtasks.exe',
      { pid: 1, image: 'C:\\Windows\\System32\\cmd.exe' },
      { line, account, logonId: '0x7000' },
    ),
  )
const credentials = (ms: number, server = 'fs01', name = 'admin'): ExplicitLogonEvent => ({
  ...(elsewhere(source.logon(ms, '0x7000', undefined)) as WindowsEvent),
  kind: 'explicit-logon',
  eventId: 4648,
  ip: none,
  port: none,
  subject: other,
  subjectLogonId: id('0x7000'),
  account: { sid: undefined, name, domain: 'CORP' },
  targetServer: server,
  targetService: server,
  callerProcessId: 4000,
  callerProcess: 'C:\\Windows\\System32\\schtasks.exe',
})
const connection = (ms: number, port: number, to = '10.0.0.1', ip = '10.0.0.66'): ConnectionEvent => ({
  ...(elsewhere(source.logoff(ms, '0x7000')) as WindowsEvent),
  kind: 'connection',
  eventId: 5156,
  pid: 4000,
  application: '\\device\\harddiskvolume1\\windows\\system32\\schtasks.exe',
  direction: 'outbound',
  sourceIp: ip,
  sourcePort: port,
  destinationIp: to,
  destinationPort: 49_670,
})
const clock = (offsetMs: number) => ({ offsetMs, uncertaintyMs: 20 })
const facts = (more: { from?: number; to?: number; addresses?: readonly string[] } = {}) => [
  hostFacts(target, { addresses: ['10.0.0.1'], clock: clock(more.to ?? 0) }),
  hostFacts(source, { addresses: more.addresses ?? ['10.0.0.66'], clock: clock(more.from ?? 0) }),
]
const chainOf = (events: readonly WindowsEvent[], hosts: ChainInput['hosts'] = facts()): Chain => {
  const found = findChains(input([...arrival, ...events], { hosts })).filter(
    (chain) => chain.host === target.host,
  )
  expect(found).toHaveLength(1)
  return found[0] as Chain
}

describe('the other side of a call', () => {
  it('is found by address and port of the connection', () => {
    const chain = chainOf([connection(-4, 51_000)])
    expect(chain.cameFrom).toMatchObject([
      { rule: 'X1', fromHost: 'ws07.corp.example', strength: 'strong', fields: { port: '51000' } },
    ])
    expect(chain.source).toMatchObject({ host: 'ws07.corp.example', hostBasis: 'X1' })
  })

  it('is found by credentials used for this host, and by a program that names it', () => {
    expect(chainOf([credentials(-10)]).cameFrom).toMatchObject([{ strength: 'strong' }])
    expect(chainOf([tool(-70)]).cameFrom).toMatchObject([{ strength: 'medium', deltaMs: 70 }])
    const both = chainOf([tool(-70), credentials(-10), connection(-4, 51_000), connection(-9, 50_999)])
    expect(both.cameFrom).toHaveLength(1)
    expect(both.cameFrom[0]).toMatchObject({ strength: 'strong' })
    expect(both.cameFrom[0]?.others).toHaveLength(3)
  })

  it('is no other account, host, time, address or direction of time', () => {
    for (const trace of [
      tool(-70, 'schtasks /create /s FS02 /tn Quirk'),
      tool(-70, 'schtasks /create /s FS011 /tn Quirk'),
      tool(-70, undefined, other),
      tool(-11_000),
      tool(1000),
      credentials(-10, 'fs02'),
      credentials(-10, 'fs01', 'other'),
      connection(-4, 51_000, '10.0.0.2'),
      connection(-4, 51_000, '10.0.0.1', '10.0.0.67'),
    ])
      expect(chainOf([trace]).cameFrom).toEqual([])
    expect(chainOf([connection(-4, 51_000)], facts({ addresses: ['10.0.0.67'] })).cameFrom).toEqual([])
  })

  it('compares the clocks before it compares the times', () => {
    // the target is 60 s ahead: the program started at -60.07 s by its own clock
    expect(chainOf([tool(-60_070)]).cameFrom).toEqual([])
    const skewed = chainOf([tool(-60_070)], facts({ to: 60_000 }))
    expect(skewed.cameFrom).toMatchObject([{ deltaMs: 70, skewMs: 60_000, uncertaintyMs: 40 }])
  })

  it('is weaker while nobody knows whose address it is', () => {
    const [link] = chainOf([credentials(-10)], [hostFacts(target)]).cameFrom
    expect(link).toMatchObject({ strength: 'medium', skewMs: undefined })
    expect(chainOf([tool(-70)], []).source.hostBasis).toBeUndefined()
  })

  it('joins the chain of the source host, and is a step of neither', () => {
    const step = [
      source.logon(-9000, '0x6000', '10.0.0.5', { account: admin }),
      source.created(-8000, '0x6000', {
        path: '\\Stone',
        clientPid: 0,
        definition: command('schtasks.exe', '/create /s FS01 /tn Quirk /tr x'),
      }),
      source.process(-70, 4000, 'C:\\Windows\\System32\\schtasks.exe', svchost, {
        line: 'schtasks.exe /create /s FS01 /tn Quirk /tr x',
        account: admin,
      }),
    ].map(elsewhere)
    const chains = findChains(input([...arrival, ...step], { hosts: facts() }))
    const stone = chains.find((chain) => chain.host === source.host)
    const quirk = chains.find((chain) => chain.host === target.host)
    expect(stone?.wentTo).toEqual(quirk?.cameFrom)
    expect(stone?.wentTo).toMatchObject([{ fromChain: stone?.id, toChain: quirk?.id }])
    for (const chain of chains) expect(chain.steps.every((one) => one.computer === chain.host)).toBe(true)
  })

  it('names the host an address belongs to when its collector says so', () => {
    expect(chainOf([]).source).toMatchObject({ host: 'ws07.corp.example', hostBasis: 'addresses' })
    expect(at(0)).toBe(arrival[0]?.time)
  })
})
