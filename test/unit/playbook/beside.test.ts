/** What lies beside a chain: work elsewhere and later, what ties it to the chain, and what each log can tell. */
import { describe, expect, it } from 'vitest'
import { coverHosts } from '../../../src/chains/cover-hosts.ts'
import { findChains } from '../../../src/chains/find-chains.ts'
import type { Chain, ChainInput } from '../../../src/domain/chain.ts'
import type { WindowsEvent } from '../../../src/domain/event.ts'
import { locatorKey } from '../../../src/domain/locator.ts'
import type { LogonGroup, Trace } from '../../../src/domain/trace.ts'
import {
  isKnownAbsence,
  missing,
  missingAsGap,
  missingOrUntied,
  moreSubcategories,
  subcategories,
} from '../../../src/playbook/absence.ts'
import { answerChain } from '../../../src/playbook/answer-chain.ts'
import { contextOf, leadsElsewhere, placeWords } from '../../../src/playbook/context.ts'
import { coverageLines, notCollected } from '../../../src/playbook/coverage-lines.ts'
import { type PlaybookEvidence, sceneOf, tieOf } from '../../../src/playbook/scene.ts'
import {
  adminSid,
  at,
  atexec,
  auditedAll,
  command,
  coverage,
  hostFacts,
  id,
  input,
  other,
  scheduler,
  system,
  systemLog,
  World,
} from '../../builders/events.ts'
import { answer, trace } from '../../builders/playbook.ts'

const world = new World()
const group = (more: Partial<LogonGroup>): LogonGroup => ({
  computer: 'fs02.corp.example',
  ip: undefined,
  sid: undefined,
  account: undefined,
  count: 1,
  firstTime: at(0),
  lastTime: at(5),
  first: { evidenceId: systemLog, recordId: 1n, chunk: 0, offset: 1 },
  last: { evidenceId: systemLog, recordId: 2n, chunk: 0, offset: 2 },
  ...more,
})
interface More {
  readonly traces?: readonly Trace[]
  readonly logons?: readonly LogonGroup[]
  readonly left?: PlaybookEvidence['traces']['left']
  readonly input?: Partial<ChainInput>
  readonly events?: readonly WindowsEvent[]
  readonly chain?: Partial<Chain>
  readonly chains?: readonly Chain[]
}
const sceneWith = ({
  traces = [],
  logons = [],
  left = {},
  input: rest = {},
  events = atexec(world),
  chain = {},
  chains = [],
}: More = {}) => {
  const given = input(events, rest)
  const found = findChains(given)
  const evidence: PlaybookEvidence = {
    chains: [...found, ...chains],
    events: new Map(given.events.map((event) => [locatorKey(event.locator), event])),
    coverage: given.coverage,
    hosts: given.hosts,
    covered: coverHosts(given),
    traces: { traces, logons, left },
    allowList: [],
  }
  const own = { ...(found[0] as Chain), ...chain }
  return { scene: sceneOf(evidence, own), evidence, chain: own }
}
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

describe('what each log of the host can tell', () => {
  const lines = (more: Partial<ChainInput>) => coverageLines(sceneWith({ input: more }).scene)
  it('has a line for each subcategory of Security, and one for each other log', () => {
    const logs = [
      coverage(world, 'Security', { from: at(-60_000), records: 5 }),
      coverage(world, 'Security', {
        from: at(-90_000),
        to: at(9_000_000),
        records: 7,
        provenance: 'full-export',
        channel: 'SECURITY',
      }),
      coverage(world, 'System'),
    ]
    const told = lines({ coverage: logs, hosts: [hostFacts(world, { auditPolicy: auditedAll })] })
    expect(told.map((line) => line.channel)).toEqual([...Array(12).fill('Security'), scheduler, 'System'])
    expect(told[0]).toMatchObject({
      host: ownName,
      state: 'covered',
      from: at(-90_000),
      to: at(9_000_000),
      records: 12,
      provenance: 'full-export, raw-live-copy',
      audit: {
        subcategory: 'Logon',
        setting: 'on',
        source: expect.stringMatching(/^collected: .* \(now: success\)$/),
      },
    })
    expect(told[1]?.audit).toMatchObject({
      subcategory: 'Logoff',
      setting: 'unknown',
      source: expect.not.stringContaining('now:'),
    })
    expect(told[12]).toMatchObject({
      state: 'not-collected',
      from: undefined,
      to: undefined,
      records: 0,
      provenance: undefined,
      audit: undefined,
    })
    expect(told[13]).toMatchObject({ channel: 'System', state: 'covered', audit: undefined })
  })

  it('is about a minute before and after the chain', () => {
    const state = (from: number, to: number) =>
      lines({
        coverage: [coverage(world, 'System', { from: at(from), to: at(to), provenance: 'full-export' })],
      }).at(-1)?.state
    expect([state(-60_000, 60_000), state(-59_999, 60_000), state(-60_000, 59_999)]).toEqual([
      'covered',
      'out-of-retention',
      'unknown',
    ])
  })

  it('says what the setting is now, in words', () => {
    const now = (setting: number) =>
      lines({
        coverage: [coverage(world, 'Security')],
        hosts: [hostFacts(world, { auditPolicy: { '0CCE9215-69AE-11D9-BED3-505054503030': setting } })],
      })[0]?.audit?.source
    expect([0, 1, 2, 3].map((setting) => now(setting)?.match(/now: (.*)\)$/)?.[1])).toEqual([
      'off',
      'success',
      'failure',
      'success and failure',
    ])
  })

  const lacks = (more: More) => notCollected(sceneWith(more).scene)
  it('names what was not collected and what it would tell', () => {
    const all = lacks({})
    expect(all.map((one) => one.what)).toEqual([
      'Security',
      scheduler,
      'System',
      'Microsoft-Windows-Sysmon/Operational',
      'Microsoft-Windows-PowerShell/Operational',
      'Microsoft-Windows-Windows Defender/Operational',
      'Microsoft-Windows-TerminalServices-RDPClient/Operational',
      'Microsoft-Windows-WinRM/Operational',
      'Microsoft-Windows-Bits-Client/Operational',
      'audit policy of the host (auditpol)',
      'TaskCache in the registry',
      'logs of the source',
      'logs of the domain controller',
      'network records (firewall, proxy, flow)',
    ])
    expect(all.every((one) => one.state === 'not-collected' && one.wouldTell.length > 5)).toBe(true)
    expect(all.map((one) => one.host)).toEqual([
      ...Array(11).fill(ownName),
      '10.0.0.66',
      'domain controller',
      'network',
    ])
  })

  it('leaves out what is there: logs, policy, and the logs of the source', () => {
    const logs = [coverage(world, 'Security'), coverage(world, scheduler), coverage(world, 'System')]
    const hosts = [hostFacts(world), hostFacts(world, { auditPolicy: {} })]
    const some = lacks({ input: { coverage: logs, hosts } }).map((one) => one.what)
    expect(some.slice(0, 2)).toEqual([
      'Microsoft-Windows-Sysmon/Operational',
      'Microsoft-Windows-PowerShell/Operational',
    ])
    expect(some).not.toContain('audit policy of the host (auditpol)')
    const { source } = sceneWith().chain
    const from = (host: string | undefined, more: More = {}) =>
      lacks({ ...more, chain: { source: { ...source, host } } }).find(
        (one) => one.what === 'logs of the source',
      )?.host
    expect(from('ws07')).toBe('ws07')
    const ofSource = coverage(new World('ws07.corp.example'), 'Security')
    expect(from('ws07', { input: { coverage: [...logs, ofSource] } })).toBeUndefined()
    expect(from('ws08', { input: { coverage: [...logs, ofSource] } })).toBe('ws08')
    expect(lacks({ chain: { mechanism: 'local' } }).map((one) => one.what)).not.toContain(
      'logs of the source',
    )
    expect(lacks({ chain: { source: { ...source, ip: undefined } } }).map((one) => one.what)).not.toContain(
      'logs of the source',
    )
  })
})

describe('an absence in words', () => {
  it('is one sentence, whatever end the reason has', () => {
    expect(missing('4624', 'unknown', 'nobody knows. ', 'who came')).toEqual({
      telemetry: '4624',
      state: 'unknown',
      why: 'No 4624. Nobody knows; so absence proves nothing.',
      wouldTell: 'who came',
    })
    expect(missing('4624', 'unknown', 'v. 2 is old...', 'x').why).toBe(
      'No 4624. V. 2 is old; so absence proves nothing.',
    )
    const gap = { expected: '4624', state: 'unknown' as const, citations: [] }
    expect(missingAsGap('4624', { ...gap, why: 'No 4624 at all.' }, 'x').why).toBe('No 4624 at all.')
    expect(missingAsGap('4624', { ...gap, why: 'there is No reason' }, 'x').why).toBe(
      'No 4624. There is No reason; so absence proves nothing.',
    )
    expect(
      (['truly-absent', 'expected-absent', 'unknown', 'not-audited'] as const).map(isKnownAbsence),
    ).toEqual([true, true, false, false])
  })

  it('is no silence where such records are in the log, tied to nothing', () => {
    const of = (...logs: readonly (readonly number[])[]) => {
      const { scene } = sceneWith({
        input: {
          coverage: logs.map((eventIds) => coverage(world, 'Security', { eventIds })),
          hosts: [hostFacts(world, { auditPolicy: auditedAll })],
        },
      })
      return missingOrUntied(scene.host, '4698', 'Security', subcategories.taskChanges, at(-5), at(5), 'x')
    }
    expect(of([4624]).state).toBe('truly-absent')
    expect(of([4699])).toMatchObject({
      state: 'unknown',
      why: expect.stringContaining('Such records were written (4698, 4699, 4700, 4701, 4702)'),
    })
    expect(of([4624], [4699]).state).toBe('unknown')
    const { scene } = sceneWith({ input: { coverage: [coverage(world, 'Security', { eventIds: [4720] })] } })
    expect(
      missingOrUntied(
        scene.host,
        'x',
        'Security',
        moreSubcategories.userAccountManagement,
        at(-5),
        at(5),
        'x',
      ).state,
    ).toBe('unknown')
  })
})

describe('the criteria to escalate', () => {
  const chainOn = (host: string, more: Partial<Chain> = {}): Chain => ({
    ...sceneWith().chain,
    host,
    id: host as Chain['id'],
    time: at(9000),
    ...more,
  })
  const asked = (more: More, which: string) => {
    const { evidence, chain } = sceneWith(more)
    return answer(answerChain(evidence, chain).escalation, which)
  }
  it('count work of the same address or account on other hosts', () => {
    const { source, account } = sceneWith().chain
    const away = { ...source, ip: '10.0.0.9' }
    const moved = (...chains: readonly Chain[]) => asked({ chains }, 'lateral-movement')
    expect(moved(chainOn('fs02'), chainOn('fs03'), chainOn('fs03'))).toMatchObject({
      answer: 'yes',
      value: '3 hosts',
      why: expect.stringContaining('The same address 10.0.0.66 made'),
    })
    expect(moved(chainOn('fs02', { source: away }))).toMatchObject({
      answer: 'yes',
      why: expect.stringContaining('The same account made'),
    })
    expect(moved(chainOn('fs02', { source: away, account: { ...account, sid: other.sid } })).answer).toBe(
      'unknown',
    )
    expect(moved(chainOn('fs02', { mechanism: 'local' })).answer).toBe('unknown')
    expect(moved(chainOn('fs01')).answer).toBe('unknown')
    const nobody = { source: { ...source, ip: undefined }, account: { ...account, sid: undefined } }
    expect(asked({ chain: nobody, chains: [chainOn('fs02', nobody)] }, 'lateral-movement').answer).toBe(
      'unknown',
    )
    expect(moved(chainOn('fs02')).asks).toBe('Evidence of lateral movement to other systems')
  })

  it('count acts of the account after it was enabled again', () => {
    const enabled = (ms: number, more: Partial<Trace> = {}) =>
      trace('account-change', ms, { eventId: 4722, subjectSid: adminSid, ...more })
    const later = (traces: readonly Trace[], ...chains: readonly Chain[]) =>
      asked({ traces, chains }, 'action-after-reenable')
    expect(later([enabled(5000)], chainOn('fs02'))).toMatchObject({
      answer: 'yes',
      value: '1 acts on tasks',
      why: expect.stringContaining('\\Quirk on fs02'),
    })
    expect(later([enabled(9000)], chainOn('fs02'))).toMatchObject({
      answer: 'unknown',
      value: 'enabled again, no further task work recorded',
    })
    const { account } = sceneWith().chain
    expect(
      later([enabled(5000)], chainOn('fs02', { account: { ...account, sid: other.sid } })).value,
    ).toContain('no further task work')
    for (const none of [
      enabled(0),
      enabled(5000, { subjectSid: other.sid }),
      enabled(5000, { eventId: 4738 }),
      enabled(5000, { kind: 'group-change' }),
    ])
      expect(later([none], chainOn('fs02')).value).toBeUndefined()
    expect(later([], chainOn('fs02')).asks).toBe(
      'Detection of malicious action after re-enabling the user account',
    )
    expect(later([trace('account-change', 5000)]).why).toContain('Other changes of accounts are listed.')
  })

  it('name what the scanner found, and that a task that may still be there is a back door itself', () => {
    const found = asked(
      { traces: [trace('malware', 5, { what: 'Trojan x' }), trace('malware', 6, { what: 'Trojan y' })] },
      'malware',
    )
    expect(found).toMatchObject({
      answer: 'yes',
      value: '2 reports',
      why: expect.stringContaining('Trojan x; Trojan y'),
    })
    expect(asked({}, 'malware')).toMatchObject({ answer: 'unknown', citations: [] })
    const alive = asked({ events: [world.created(0, '0x1', { definition: command('x') })] }, 'malware')
    expect(alive.why).toContain('The task itself may be the back door')
    expect(alive.citations).toHaveLength(1)
  })
})
