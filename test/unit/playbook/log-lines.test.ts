/** What each log of a host can tell, an absence in words, and the criteria to escalate. */
import { describe, expect, it } from 'vitest'
import type { Chain, ChainInput } from '../../../src/domain/chain.ts'
import type { Trace } from '../../../src/domain/trace.ts'
import {
  isKnownAbsence,
  missing,
  missingAsGap,
  missingOrUntied,
  moreSubcategories,
  subcategories,
} from '../../../src/playbook/absence.ts'
import { answerChain } from '../../../src/playbook/answer-chain.ts'
import { coverageLines, notCollected } from '../../../src/playbook/coverage-lines.ts'
import {
  adminSid,
  at,
  auditedAll,
  command,
  coverage,
  hostFacts,
  other,
  scheduler,
  World,
} from '../../builders/events.ts'
import { answer, trace } from '../../builders/playbook.ts'

import { type More, sceneWith, world } from '../../builders/playbook-scene.ts'

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
      host: world.host,
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
      ...Array(11).fill(world.host),
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
