/** What lies beside a chain: work elsewhere and later, what ties it to the chain, and what each log can tell. */
import { describe, expect, it } from 'vitest'
import type { Chain } from '../../../src/domain/chain.ts'
import type { LogonGroup, Trace } from '../../../src/domain/trace.ts'
import { contextOf, leadsElsewhere, placeWords } from '../../../src/playbook/context.ts'
import { tieOf } from '../../../src/playbook/scene.ts'
import { adminSid, atexec, hostFacts, id, other, system } from '../../builders/events.ts'
import { trace } from '../../builders/playbook.ts'

import { group, type More, sceneWith, world } from '../../builders/playbook-scene.ts'

const contextWith = (more: More) => contextOf(sceneWith(more).scene)
const ownName = 'fs01.corp.example'

describe('what ties a later record to a chain', () => {
  const tie = (more: Partial<Trace>, ms = 5000, of: More = {}) =>
    tieOf(sceneWith(of).scene, trace('connection', ms, more))
  it('is a proven process of the task, its session, or its account', () => {
    expect(tie({ pid: 976 }, 50)).toBe('by a process of the task: cmd.exe (PID 976)')
    expect(tie({ pid: 976, image: 'C:\\Windows\\System32\\CMD.EXE' }, 50)).toContain('PID 976')
    expect(tie({ logonId: id('0x2000') })).toBe('in the same logon session 0x2000')
    expect(tie({ logonId: id('0x1000') })).toBe('in the same logon session 0x1000')
    expect(tie({ sid: adminSid })).toBe('by the same account')
    expect(tie({ sid: adminSid }, -1000)).toBe('by the same account')
  })

  it('is not another process, session, account, host or time', () => {
    expect(tie({ pid: 977 }, 50)).toBeUndefined()
    expect(tie({ pid: 976, image: 'C:\\Windows\\explorer.exe' }, 50)).toBeUndefined()
    expect(tie({ pid: 976 }, 5)).toBeUndefined()
    expect(tie({ pid: 4 })).toBeUndefined()
    expect(tie({ logonId: id('0x3000') })).toBeUndefined()
    expect(tie({ sid: other.sid })).toBeUndefined()
    expect(tie({ sid: adminSid }, -1001)).toBeUndefined()
    expect(tie({ sid: adminSid, computer: 'fs02.corp.example' })).toBeUndefined()
    expect(tie({})).toBeUndefined()
    // SYSTEM is everybody, and so is its session
    const bySystem = [world.created(0, '0x3e7', { account: system, clientPid: 5 })]
    expect(tie({ sid: system.sid, logonId: id('0x3e7') }, 5000, { events: bySystem })).toBeUndefined()
    const ended = [...atexec(world), world.ended(100, 976, 'C:\\Windows\\System32\\cmd.exe')]
    expect([1100, 1101].map((ms) => tie({ pid: 976 }, ms, { events: ended }))).toEqual([
      expect.stringContaining('976'),
      undefined,
    ])
  })
})

describe('a trace that leads elsewhere', () => {
  const leads = (more: Partial<Trace>, facts = {}) =>
    leadsElsewhere(
      sceneWith({
        input: { hosts: [hostFacts(world), hostFacts(world, facts)] },
        traces: [trace('connection', 1, { ownIp: '10.0.0.5' })],
      }).scene,
      trace('connection', 5, more),
    )
  it('names another machine or its address', () => {
    for (const server of [
      'fs02',
      'fs02.corp.example',
      'cifs/fs02',
      'HOST/fs02:445',
      '\\\\fs02',
      'fs01.other.example',
      'fs011',
      '128.0.0.1',
      '::2',
    ])
      expect([server, leads({ server })]).toEqual([server, true])
    expect(leads({ ip: '10.0.0.9' })).toBe(true)
    expect(leads({ kind: 'winrm-client' })).toBe(true)
    expect(leads({ kind: 'smb-client' })).toBe(true)
    expect(leads({})).toBe(false)
    expect(leads({ kind: 'rdp-client' })).toBe(false)
  })

  it('is not one to the host itself, by any of its names and addresses', () => {
    for (const server of [
      'localhost',
      '127.0.0.1',
      '127.10.20.30',
      '::1',
      '-',
      '.',
      '',
      'FS01',
      ownName,
      'cifs/fs01',
      '\\\\\\fs01',
      'fs01:5985',
      'http/fs01:59855',
      '10.0.0.5',
    ])
      expect([server, leads({ server })]).toEqual([server, false])
    for (const ip of ['127.0.0.1', '::1', '10.0.0.5']) expect([ip, leads({ ip })]).toEqual([ip, false])
    expect(leads({ ip: '10.0.0.9', ownIp: '10.0.0.9' })).toBe(false)
    expect(leads({ ip: '10.0.0.77' }, { addresses: ['10.0.0.77'] })).toBe(false)
    expect(leads({ server: 'fs02', ip: '10.0.0.77' }, { addresses: ['10.0.0.77'] })).toBe(false)
  })

  it('is told with its service where the port says it', () => {
    const words = (more: Partial<Trace>) => placeWords(trace('connection', 0, more))
    expect(words({ server: 'fs02', ip: '10.0.0.9', port: 445 })).toBe('fs02 (10.0.0.9:445, SMB)')
    expect(words({ server: 'fs02' })).toBe('fs02')
    expect(words({ ip: '10.0.0.9', port: 4444 })).toBe('10.0.0.9:4444')
    expect(words({ ip: '10.0.0.9' })).toBe('10.0.0.9')
    expect(words({ port: 445 })).toBe('another machine')
    for (const [port, name] of [
      [22, 'SSH'],
      [135, 'RPC'],
      [139, 'SMB'],
      [3389, 'Remote Desktop'],
      [5985, 'WinRM'],
      [5986, 'WinRM'],
    ] as const)
      expect(words({ ip: '10.0.0.9', port })).toBe(`10.0.0.9:${port}, ${name}`)
  })
})

describe('what the account and the host did beside the chain', () => {
  it('is earlier task work of the very account, before the first record of the chain and no part of it', () => {
    const work = (ms: number, more: Partial<Trace> = {}) => trace('task-work', ms, { sid: adminSid, ...more })
    const earlier = (traces: readonly Trace[], more: More = {}) =>
      contextWith({ traces, ...more }).earlierTaskWork.length
    expect([-27, -26, -10, 5].map((ms) => earlier([work(ms)]))).toEqual([1, 0, 0, 0])
    expect(
      earlier([
        work(-5000, { sid: other.sid }),
        work(-5000, { sid: undefined }),
        work(-5000, { computer: 'fs02' }),
      ]),
    ).toBe(1)
    expect(earlier([trace('explicit-logon', -5000, { sid: adminSid })])).toBe(0)
    const { chain } = sceneWith()
    expect(earlier([work(-5000, { locator: chain.anchor })], { chain: { steps: chain.steps } })).toBe(0)
    expect(earlier([work(-5000)], { chain: { account: { ...chain.account, sid: undefined } } })).toBe(0)
    expect(
      earlier([work(-5000, { sid: undefined })], {
        chain: { account: { ...chain.account, sid: undefined } },
      }),
    ).toBe(0)
  })

  it('is systems the address or the account of a person logged on to', () => {
    const accessed = (logon: Partial<LogonGroup>, chain: Partial<Chain> = {}) =>
      contextWith({ logons: [group(logon)], chain }).systemsAccessed.length
    expect(accessed({ ip: '10.0.0.66' })).toBe(1)
    expect(accessed({ sid: adminSid })).toBe(1)
    expect(accessed({ ip: '10.0.0.7', sid: other.sid })).toBe(0)
    expect(accessed({})).toBe(0)
    const { source, account } = sceneWith().chain
    expect(accessed({ ip: '127.0.0.1' }, { source: { ...source, ip: '127.0.0.1' } })).toBe(0)
    expect(
      accessed({}, { source: { ...source, ip: undefined }, account: { ...account, sid: undefined } }),
    ).toBe(0)
    expect(accessed({ sid: system.sid }, { account: system })).toBe(0)
  })

  it('is what followed on the host, by its kind, what is tied first', () => {
    const kinds = [
      'explicit-logon',
      'connection',
      'rdp-client',
      'winrm-client',
      'smb-client',
      'transfer',
      'account-change',
      'group-change',
      'service',
      'malware',
    ] as const
    const traces = kinds.flatMap((kind, n) => [
      trace(kind, 100 + n, { server: 'fs02' }),
      trace(kind, 200 + n, { server: 'fs02', sid: adminSid }),
    ])
    const before = kinds.map((kind) => trace(kind, -1, { server: 'fs02' }))
    const elsewhere = kinds.map((kind) => trace(kind, 300, { server: 'fs03', computer: 'fs02' }))
    const told = contextWith({ traces: [...traces, ...before, ...elsewhere] })
    const shape = (list: readonly { readonly trace: Trace; readonly tie: string | undefined }[]) =>
      list.map((one) => `${one.trace.kind}${one.tie ? ' tied' : ''}`)
    expect(shape(told.outbound)).toEqual([
      ...kinds.slice(0, 5).map((kind) => `${kind} tied`),
      ...kinds.slice(0, 5),
    ])
    expect(shape(told.transfers)).toEqual(['transfer tied', 'transfer'])
    expect(shape(told.accountChanges)).toEqual([
      'account-change tied',
      'group-change tied',
      'account-change',
      'group-change',
    ])
    expect(shape(told.services)).toEqual(['service tied', 'service'])
    expect(told.left).toEqual([])
    expect(contextWith({ traces: [trace('service', 0)] }).services).toHaveLength(1)
  })

  it('is bounded, and says what was left out', () => {
    const many = (count: number) => Array.from({ length: count }, (_, n) => trace('service', 10 + n))
    expect(contextWith({ traces: many(100) })).toMatchObject({ left: [] })
    const told = contextWith({ traces: many(103), left: { service: 7 } })
    expect(told.services).toHaveLength(100)
    expect(told.left).toEqual([
      '7 more records of service are in the timeline, beyond what is read for answers',
      '3 more services are in the timeline',
    ])
    const of = (kind: Trace['kind'], ms = 10) =>
      contextWith({
        traces: Array.from({ length: 101 }, (_, n) => trace(kind, ms + n, { server: 'fs02', sid: adminSid })),
      }).left
    expect(of('transfer')).toEqual(['1 more transfers are in the timeline'])
    expect(of('account-change')).toEqual(['1 more account and group changes are in the timeline'])
    expect(of('connection')).toEqual(['1 more outbound traces are in the timeline'])
    expect(of('task-work', -9000)).toEqual(['1 more earlier task records of the account are in the timeline'])
    expect(contextWith({ logons: Array.from({ length: 101 }, () => group({ sid: adminSid })) }).left).toEqual(
      ['1 more groups of logons are in the timeline'],
    )
  })
})
