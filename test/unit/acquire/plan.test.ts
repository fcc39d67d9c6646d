import { expect, it } from 'vitest'
import { allChannels, channelTiers } from '../../../src/acquire/channels.ts'
import { channelsToAsk, makePlan, windowQuery } from '../../../src/acquire/plan.ts'
import { auditNumbers, type ChannelFacts } from '../../../src/acquire/preflight.ts'

const channel = (name: string, size: number): ChannelFacts => ({
  name,
  enabled: true,
  mode: 'Circular',
  maxSize: 2 ** 30,
  size,
  records: 10,
  path: `C:\\${name}.evtx`,
  firstRecord: '1',
  firstTime: null,
  lastRecord: '10',
  lastTime: null,
})
const now = '2026-01-13T21:42:09.6126253Z'
const can = { logs: true, files: true, bytesPerSecond: 1e6 }
const ids = (plan: ReturnType<typeof makePlan>) => plan.artifacts.map((one) => one.id)

it('the playbook plan takes what passes first, then tasks, then whole logs', () => {
  const plan = makePlan({ name: 'playbook' }, [channel('Security', 1e6), channel('System', 1e6)], now, can)
  expect(ids(plan).slice(0, 2)).toEqual(['state:connections', 'state:smb-sessions'])
  expect(ids(plan).slice(-3)).toEqual(['log:Security', 'log:System', 'archives'])
  expect(plan.artifacts.find((one) => one.id === 'log:Security')?.query).toBeUndefined()
  expect(plan.without.map((one) => one.id)).toContain('log:Microsoft-Windows-Sysmon/Operational')
})

it('a log too large to take whole becomes a window, and what tells of log, clock, policy and boots stays', () => {
  const plan = makePlan(
    { name: 'playbook', from: '2026-01-13T20:00:00.0000000Z' },
    [channel('Security', 2 ** 31)],
    now,
    can,
  )
  const query = plan.artifacts.find((one) => one.id === 'log:Security')?.query ?? ''
  expect(query).toContain('TimeCreated[@SystemTime&#62;=&#39;2026-01-13T20:00:00.000Z&#39;')
  for (const id of [1102, 4719, 4616, 4608]) expect(query).toContain(`EventID=${id}`)
  expect(query.match(/EventID=/g)?.length).toBeLessThan(20)
})

it('the quick plan takes Security by the last day, and full takes the files too', () => {
  const logs = [channel('Security', 1e6), channel('Application', 1e6)]
  expect(
    makePlan({ name: 'quick' }, logs, now, can).artifacts.find((one) => one.id === 'log:Security')?.query,
  ).toContain('2026-01-12T21:42:09')
  expect(ids(makePlan({ name: 'quick' }, logs, now, can))).not.toContain('state:processes')
  expect(ids(makePlan({ name: 'full' }, logs, now, can))).toEqual(
    expect.arrayContaining(['raw:Security', 'log:Application']),
  )
})

it('leaves out what is not wanted or not to be had, and says so', () => {
  const plan = makePlan(
    { name: 'playbook', without: ['state:*', 'LOG:security'] },
    [channel('Security', 1e6)],
    now,
    { ...can, files: false },
  )
  expect(ids(plan)).toEqual(['host', 'tasks:com', 'tasks:cache', 'archives'])
  expect(plan.without).toContainEqual({ id: 'tasks:files', why: 'this way gives no files' })
  expect(plan.without).toContainEqual({ id: 'log:Security', why: 'the operator left it out' })
  expect(() => makePlan({ name: 'quick', from: '2026-01-02', to: '2026-01-01' }, [], now, can)).toThrow(
    /before it begins/,
  )
})

it('a channel name cannot leave its place in the query', () => {
  expect(windowQuery('x"><Select>', now, now)).not.toContain('x">')
})

it('audit settings are read by GUID, from numbers, and from words only in English', () => {
  const guid = '0CCE9227-69AE-11D9-BED3-505054503030'
  const backup = `HOST,System,Andere Objektzugriffsereignisse,{${guid.toLowerCase()}},Erfolg,,1`
  expect(auditNumbers({ lines: ['', 'Machine Name,…', backup] })).toEqual({ [guid]: 1 })
  expect(auditNumbers({ lines: [`HOST,System,Other,{${guid}},Success and Failure,`] })).toEqual({ [guid]: 3 })
  expect(auditNumbers({ lines: [`HOST,System,Andere,{${guid}},Erfolg und Fehler,`] })).toEqual({})
})

it('is changed artifact by artifact: what could be taken too is offered with its size and time', () => {
  const logs = [channel('Security', 3e6), channel('Application', 2e6), channel('Site-Agent/Admin', 1e6)]
  const plan = makePlan({ name: 'playbook' }, logs, now, can)
  expect(plan.artifacts.find((one) => one.id === 'log:Security')).toMatchObject({ bytes: 3e6, seconds: 4 })
  expect(plan.offered.map((one) => [one.id, one.seconds])).toEqual([
    ['raw:Security', 4],
    ['log:Application', 3],
    ['raw:Application', 3],
  ])
  const wishes = {
    name: 'quick',
    with: ['state:processes', 'raw:sec*', 'log:Site-Agent/Admin'],
    without: ['tasks:jobs'],
  } as const
  expect(channelsToAsk(wishes)).toContain('Site-Agent/Admin')
  const edited = makePlan(wishes, logs, now, can)
  expect(ids(edited)).toEqual([
    'state:processes',
    'host',
    'tasks:com',
    'tasks:files',
    'tasks:cache',
    'log:Security',
    'raw:Security',
    'log:Site-Agent/Admin',
  ])
  expect(edited.offered.map((one) => one.id)).toEqual(
    expect.arrayContaining(['tasks:jobs', 'state:services', 'archives']),
  )
  // each artifact is in one of the two, once
  const all = [...edited.artifacts, ...edited.offered].map((one) => one.id)
  expect(new Set(all).size).toBe(all.length)
})

it('has every channel of the tiers, and volatile context in order of volatility', () => {
  const plan = makePlan(
    { name: 'playbook' },
    allChannels.map((name) => channel(name, 1000)),
    now,
    can,
  )
  expect(ids(plan).slice(0, 9)).toEqual([
    'state:connections',
    'state:smb-sessions',
    'state:processes',
    'state:sessions',
    'state:services',
    'state:shares',
    'state:users',
    'state:groups',
    'state:run-keys',
  ])
  for (const name of [...channelTiers[0], ...channelTiers[1]]) expect(ids(plan)).toContain(`log:${name}`)
  expect(channelTiers[0]).toHaveLength(7)
  expect(channelTiers[1]).toHaveLength(13)
  expect(ids(plan).at(-1)).toBe('archives')
})
