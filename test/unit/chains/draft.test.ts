/** What a chain tells of each record it cites, and that it tells everything once and in order. */
import { describe, expect, it } from 'vitest'
import { ChainDraft } from '../../../src/chains/draft.ts'
import type { WindowsEvent } from '../../../src/domain/event.ts'
import { type Locator, locatorKey } from '../../../src/domain/locator.ts'
import { admin, id, scheduler, svchost, system, World } from '../../builders/events.ts'

const world = new World()
const factsOf = (event: WindowsEvent) => {
  const draft = new ChainDraft(new Map())
  draft.step('other-logon', event)
  return draft.steps()[0]?.facts
}
const cmd = 'C:\\Windows\\System32\\cmd.exe'

describe('the facts of a record', () => {
  it('are those of a logon and its privileges', () => {
    expect(factsOf({ ...world.logon(0, '0x1', '10.0.0.66', { port: 51_000 }), workstation: 'WS07' })).toEqual(
      {
        logonId: '0x1',
        account: 'CORP\\admin',
        ip: '10.0.0.66',
        port: '51000',
        logonType: '3',
        workstation: 'WS07',
        authenticationPackage: 'NTLM',
      },
    )
    // what is empty or not recorded is left out
    expect(factsOf({ ...world.logon(0, '0x1', undefined), workstation: '' })).toEqual({
      logonId: '0x1',
      account: 'CORP\\admin',
      logonType: '3',
      authenticationPackage: 'NTLM',
    })
    expect(factsOf(world.privileges(0, '0x1'))).toEqual({ logonId: '0x1', account: 'CORP\\admin' })
  })

  it('are those of an access to a share, its mask in hexadecimal', () => {
    const access = world.access(0, '0x1', 'ADMIN$', 'Temp\\x.tmp', 0x10080, { port: 51_000 })
    const facts = {
      logonId: '0x1',
      account: 'CORP\\admin',
      ip: '10.0.0.66',
      port: '51000',
      share: '\\\\*\\ADMIN$',
      target: 'Temp\\x.tmp',
    }
    expect(factsOf(access)).toEqual({ ...facts, accessMask: '0x10080' })
    expect(factsOf({ ...access, accessMask: undefined })).toEqual(facts)
    expect(factsOf({ ...access, kind: 'share-connected' })).toEqual({ ...facts, accessMask: '0x10080' })
  })

  it('are those of a change of a task, of every kind', () => {
    for (const kind of [
      'task-created',
      'task-deleted',
      'task-enabled',
      'task-disabled',
      'task-updated',
    ] as const)
      expect(factsOf(world.change(kind, 0, '0x1', { clientPid: 4242 }))).toEqual({
        task: '\\Quirk',
        logonId: '0x1',
        account: 'CORP\\admin',
        clientProcessId: '4242',
      })
  })

  it('are those of the task’s history: the process of the action before that of the engine', () => {
    const base = { task: '\\Quirk', what: 'action-started', userContext: 'S-1-5-18' }
    const started = world.history('action-started', 0)
    expect(factsOf(started)).toEqual(base)
    const more = { ...started, enginePid: 1044, actionName: 'tool.exe', resultCode: '0x1', loggedByPid: 1044 }
    expect(factsOf(more)).toEqual({
      ...base,
      pid: '1044',
      image: 'tool.exe',
      resultCode: '0x1',
      servicePid: '1044',
    })
    expect(factsOf({ ...more, processId: 976, processPath: cmd, instanceId: '{i}', loggedByPid: 0 })).toEqual(
      {
        ...base,
        pid: '976',
        image: cmd,
        instanceId: '{i}',
        resultCode: '0x1',
      },
    )
  })

  it('are those of a process, as Security and as Sysmon tell it, and of its end', () => {
    const facts = {
      pid: '976',
      parentPid: '1044',
      image: cmd,
      parentImage: svchost.image,
      commandLine: 'cmd.exe /c x',
    }
    expect(factsOf(world.process(0, 976, cmd, svchost, { line: 'cmd.exe /c x', account: admin }))).toEqual({
      ...facts,
      account: 'CORP\\admin',
      logonId: '0x3e7',
    })
    expect(factsOf(world.sysmonProcess(0, 976, cmd, 'cmd.exe /c x', { ...svchost, line: '' }))).toEqual({
      ...facts,
      account: 'NT AUTHORITY\\SYSTEM',
      logonId: '0x3e7',
    })
    expect(factsOf(world.ended(0, 976, cmd))).toEqual({ pid: '976', image: cmd, exitStatus: '0x0' })
  })

  it('are those of a service, of what was written past the task service, and of a clearing', () => {
    const base = world.cleared(0) as WindowsEvent
    expect(factsOf(base)).toEqual({ channel: 'Security', account: 'CORP\\admin' })
    const service = {
      ...base,
      kind: 'service-installed',
      serviceName: 'Svc',
      imagePath: cmd,
      subject: system,
      subjectLogonId: id('0x9'),
    } as WindowsEvent
    expect(factsOf(service)).toEqual({ service: 'Svc', image: cmd, account: 'CORP\\FS01$', logonId: '0x9' })
    const written = { ...base, image: cmd, pid: 7, user: 'CORP\\admin' }
    const facts = { image: cmd, pid: '7', target: 'there', account: 'CORP\\admin' }
    expect(factsOf({ ...written, kind: 'sysmon-file', targetFilename: 'there' } as WindowsEvent)).toEqual(
      facts,
    )
    expect(factsOf({ ...written, kind: 'sysmon-registry', targetObject: 'there' } as WindowsEvent)).toEqual(
      facts,
    )
    expect(factsOf(world.boot(0))).toEqual({})
  })
})

describe('a chain being told', () => {
  it('cites a record once, in the role it was given first, with the other places it lies at', () => {
    const event = world.created(0, '0x1')
    const places = [3n, 1n, 2n].map((recordId) => ({ ...event.locator, recordId }) as Locator)
    const draft = new ChainDraft(new Map([[locatorKey(event.locator), places]]))
    draft.step('task-created', event)
    draft.step('task-updated', event)
    expect(draft.steps()).toHaveLength(1)
    expect(draft.steps()[0]).toMatchObject({ role: 'task-created', eventId: 4698, channel: 'Security' })
    expect(draft.steps()[0]?.alsoAt.map((one) => one.recordId)).toEqual([1n, 2n, 3n])
  })

  it('tells its steps in order of time, and of records where the time is one', () => {
    const draft = new ChainDraft(new Map())
    const [a, b, c] = [world.created(0, '0x1'), world.created(0, '0x1'), world.created(-5, '0x1')]
    for (const event of [b, a, c]) draft.step('task-created', event as WindowsEvent)
    expect(draft.steps().map((step) => step.locator)).toEqual([c, a, b].map((event) => event?.locator))
  })

  it('keeps one link per rule and pair of records, sorted by rule and then by place', () => {
    const draft = new ChainDraft(new Map())
    const [a, b, c] = [
      world.created(0, '0x1'),
      world.created(7, '0x1'),
      world.history('registered', 12),
    ] as const
    draft.link('L3', a, b, 'strong', { ip: '10.0.0.66', port: undefined, note: '' }, 'first')
    draft.link('L3', a, b, 'weak', {}, 'again')
    draft.link('L1', b, c, 'exact', {}, 'why')
    draft.link('L1', a, c, 'exact', {}, 'why')
    draft.link('L1', c, a, 'exact', {}, 'why')
    const shown = draft.links()
    expect(shown.map(({ rule, from, to }) => [rule, from, to])).toEqual([
      ['L1', c.locator, a.locator],
      ['L1', a.locator, c.locator],
      ['L1', b.locator, c.locator],
      ['L3', a.locator, b.locator],
    ])
    expect(shown[3]).toMatchObject({
      deltaMs: 7,
      strength: 'strong',
      fields: { ip: '10.0.0.66' },
      why: 'first',
    })
    expect(shown[1]?.deltaMs).toBe(12)
    expect(c.channel).toBe(scheduler)
  })

  it('states a gap once, as it was stated first', () => {
    const draft = new ChainDraft(new Map())
    draft.gap('4698', 'unknown', 'first')
    draft.gap('4698', 'not-audited', 'second')
    draft.gap('4624', 'not-audited', 'third', [world.cleared(0).locator])
    expect(draft.gaps()).toMatchObject([
      { expected: '4698', state: 'unknown', why: 'first', citations: [] },
      { expected: '4624', state: 'not-audited', citations: [{ chunk: 0 }] },
    ])
  })
})
