import { describe, expect, it } from 'vitest'
import { reachOf } from '../../../src/chains/cross-host/join-hosts.ts'
import { findChains } from '../../../src/chains/find-chains.ts'
import { defaultWindows } from '../../../src/chains/windows.ts'
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

  it('lies within the window and what the clocks leave open, for each kind of record', () => {
    const found = (event: WindowsEvent, hosts?: ChainInput['hosts']) =>
      chainOf([event], hosts).cameFrom.length
    // ten seconds before, 40 ms of uncertainty of both clocks; what may stand after the logon differs
    expect([tool(-10_040), tool(-10_041), tool(140), tool(141)].map((one) => found(one))).toEqual([
      1, 0, 1, 0,
    ])
    expect([credentials(2040), credentials(2041)].map((one) => found(one))).toEqual([1, 0])
    expect([connection(10_040, 51_000), connection(10_041, 51_000)].map((one) => found(one))).toEqual([1, 0])
    // nobody measured: five seconds
    const bare = [hostFacts(source, { addresses: ['10.0.0.66'] }), hostFacts(target)]
    expect([tool(-15_000), tool(-15_001), tool(5100), tool(5101)].map((one) => found(one, bare))).toEqual([
      1, 0, 1, 0,
    ])
    // the source is a minute ahead
    const ahead = facts({ from: 60_000 })
    expect(chainOf([tool(59_930)], ahead).cameFrom).toMatchObject([{ deltaMs: 70, skewMs: -60_000 }])
    const both = facts({ from: 60_000, to: 30_000 })
    expect(chainOf([tool(29_930)], both).cameFrom).toMatchObject([{ deltaMs: 70, skewMs: -30_000 }])
  })

  it('reaches as far as the worst clock may lie', () => {
    expect(reachOf([], defaultWindows)).toBe(150_000_000n)
    const clocks = [30_000, -60_000, 1].map((offsetMs) =>
      hostFacts(source, { clock: { offsetMs, uncertaintyMs: 500 } }),
    )
    expect(reachOf([...clocks, hostFacts(target)], defaultWindows)).toBe(10_000_000n * 131n)
  })

  it('is a connection with the port of the logon, or another one between the two hosts', () => {
    const link = (event: WindowsEvent, hosts?: ChainInput['hosts']) => chainOf([event], hosts).cameFrom[0]
    expect(link(connection(-4, 51_000))?.fields).toEqual({ ip: '10.0.0.66', port: '51000' })
    expect(link(connection(-4, 50_999))).toMatchObject({ strength: 'medium', fields: { ip: '10.0.0.66' } })
    expect(link(connection(-4, 50_999))?.fields.port).toBeUndefined()
    const targetUnknown = [hostFacts(source, { addresses: ['10.0.0.66'] })]
    expect(link(connection(-4, 51_000), targetUnknown)?.strength).toBe('strong')
    expect(link(connection(-4, 50_999), targetUnknown)).toBeUndefined()
    const without = (end: 'sourceIp' | 'destinationIp', port: number) =>
      link({ ...connection(-4, port), [end]: undefined })
    expect(without('sourceIp', 51_000)).toBeUndefined()
    expect(without('sourceIp', 50_999)).toBeUndefined()
    expect(without('destinationIp', 50_999)).toBeUndefined()
    // a port that neither side knows is no port they share
    const noPort = { ...(arrival[0] as WindowsEvent), port: none } as WindowsEvent
    const chains = findChains(
      input([noPort, arrival[1] as WindowsEvent, { ...connection(-4, 1), sourcePort: undefined }], {
        hosts: facts(),
      }),
    )
    expect(chains[0]?.cameFrom[0]?.strength).toBe('medium')
  })

  it('says what it compared, and that an address nobody knows is weaker', () => {
    const link = (event: WindowsEvent, hosts?: ChainInput['hosts']) => chainOf([event], hosts).cameFrom[0]
    const fields = { host: 'fs01', account: 'admin' }
    expect(link(credentials(-10))).toMatchObject({
      strength: 'strong',
      fields: { ...fields, ip: '10.0.0.66' },
      why: 'credentials of the account were used there for this host',
    })
    expect(link(tool(-10))).toMatchObject({
      strength: 'medium',
      fields: { ...fields, ip: '10.0.0.66' },
      why: 'a program that names this host was started there by the account',
    })
    expect(link(tool(-10), [])?.strength).toBe('weak')
    expect(link(tool(-10), [])?.why).toMatch(
      /^a program that names .*; that the address is that of the source host/,
    )
    expect(link(credentials(-10), [])).toMatchObject({ strength: 'medium', fields })
    expect(link(credentials(-10), [])?.fields.ip).toBeUndefined()
    // addresses as people and programs write them
    expect(link(credentials(-10), facts({ addresses: ['::FFFF:10.0.0.66'] }))?.strength).toBe('strong')
    expect(link(credentials(-10), facts({ addresses: ['fe80::1', 'x::ffff:10.0.0.66'] }))).toBeUndefined()
  })

  it('prefers the stronger, then the nearer in time, then the earlier record, and keeps the others', () => {
    const near = [tool(-70), tool(-30), tool(-50)]
    const [link] = chainOf(near).cameFrom
    expect(link?.from).toEqual(near[1]?.locator)
    expect(link?.others).toEqual([near[2]?.locator, near[0]?.locator])
    const mixed = [credentials(-1000), tool(-30)]
    expect(chainOf(mixed).cameFrom[0]?.from).toEqual(mixed[0]?.locator)
    const twins = [credentials(100), credentials(-100)]
    expect(chainOf(twins).cameFrom[0]?.from).toEqual(twins[1]?.locator)
    const many = Array.from({ length: 25 }, (_, n) => tool(-70 - n))
    expect(chainOf(many).cameFrom[0]?.others).toHaveLength(20)
  })

  it('is asked of the logon the address rests on, and never of the host itself', () => {
    const pipe = [target.logon(-26, '0x1000', '10.0.0.66'), target.pipe(-20, '0x1000', '10.0.0.66')]
    const chains = findChains(
      input([...pipe, target.logon(-7, '0x2000', undefined), target.created(0, '0x2000'), credentials(-30)], {
        hosts: facts(),
      }),
    )
    expect(chains[0]?.cameFrom[0]?.to).toEqual(pipe[0]?.locator)
    const own = target.process(-70, 4000, 'C:\\x.exe', svchost, { line: 'schtasks /s FS01', account: admin })
    expect(chainOf([own], []).cameFrom).toEqual([])
    const loopback = [target.logon(0, '0x2000', '127.0.0.1'), target.created(20, '0x2000')]
    const toItself = findChains(input([...loopback, credentials(-10)], { hosts: [] }))
    expect(toItself[0]?.cameFrom).toEqual([])
  })

  it('joins the chain whose process or session made the call, and no other', () => {
    const own = (more: { pid?: number; ms?: number; endMs?: number; session?: string }) => {
      const chain = [
        source.logon(-9000, '0x6000', '10.0.0.5'),
        source.created(-8000, '0x6000', {
          path: '\\Stone',
          clientPid: 0,
          definition: command('agent.exe', '/run'),
        }),
        source.process(more.ms ?? -900, 4000, 'C:\\Windows\\agent.exe', svchost, { line: 'agent.exe /run' }),
        ...(more.endMs === undefined ? [] : [source.ended(more.endMs, 4000, 'C:\\Windows\\agent.exe')]),
      ].map(elsewhere)
      const call = {
        ...credentials(-10),
        callerProcessId: more.pid ?? 4000,
        subjectLogonId: id(more.session ?? '0x9'),
      }
      const found = findChains(input([...arrival, ...chain, call], { hosts: facts() }))
      const stone = found.find((one) => one.host === source.host)
      const quirk = found.find((one) => one.host === target.host)
      expect(quirk?.wentTo).toEqual([])
      expect(stone?.cameFrom).toEqual([])
      expect(quirk?.cameFrom).toHaveLength(1)
      expect(stone?.wentTo ?? []).toHaveLength(quirk?.cameFrom[0]?.fromChain === undefined ? 0 : 1)
      return quirk?.cameFrom[0]?.fromChain !== undefined
    }
    expect(own({})).toBe(true)
    expect(own({ pid: 4001 })).toBe(false)
    expect(own({ endMs: -500 })).toBe(false)
    expect(own({ endMs: -10 })).toBe(true)
    expect(own({ ms: -5 })).toBe(false)
    expect(own({ pid: 4001, session: '0x6000' })).toBe(true)
  })

  it('names no host when two others claim the address, or it is the host’s own', () => {
    const third = new World('ws08.corp.example')
    const claimed = [...facts(), hostFacts(third, { addresses: ['10.0.0.66'], clock: clock(0) })]
    expect(chainOf([], claimed).source).toMatchObject({ host: undefined, hostBasis: undefined })
    const ours = [hostFacts(target, { addresses: ['10.0.0.66'] })]
    expect(chainOf([], ours).source.hostBasis).toBeUndefined()
    const there = (event: WindowsEvent): WindowsEvent => ({ ...event, recordedComputer: third.host })
    const calls = [credentials(-10), there(credentials(-20))]
    const two = chainOf(calls, claimed)
    expect(two.cameFrom.map((link) => link.fromHost)).toEqual(['ws07.corp.example', 'ws08.corp.example'])
    expect(two.source.hostBasis).toBeUndefined()
    expect(chainOf(calls.toReversed(), claimed).cameFrom).toEqual(two.cameFrom)
  })

  it('names the host an address belongs to when its collector says so', () => {
    expect(chainOf([]).source).toMatchObject({ host: 'ws07.corp.example', hostBasis: 'addresses' })
    expect(at(0)).toBe(arrival[0]?.time)
  })
})
