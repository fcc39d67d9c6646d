import { describe, expect, it } from 'vitest'
import { findChains } from '../../../src/chains/find-chains.ts'
import { absent } from '../../../src/domain/absent.ts'
import type { Chain } from '../../../src/domain/chain.ts'
import type { ServiceInstalledEvent, WindowsEvent } from '../../../src/domain/event.ts'
import { admin, id, input, system, World } from '../../builders/events.ts'

const world = new World()
const installed = (
  ms: number,
  logonId: string | undefined,
  imagePath = 'C:\\Windows\\RCSVC.exe',
): ServiceInstalledEvent => ({
  ...(world.cleared(ms) as WindowsEvent),
  kind: 'service-installed',
  eventId: logonId === undefined ? 7045 : 4697,
  subject: admin,
  subjectLogonId: logonId === undefined ? undefined : id(logonId),
  serviceName: 'RCSVC',
  imagePath,
  startType: '3',
  serviceAccount: 'LocalSystem',
  clientProcessId: absent('not-recorded', 'none'),
})
const program = world.process(
  -5000,
  500,
  'C:\\Windows\\RCSVC.exe',
  { pid: 8, image: 'C:\\Windows\\System32\\services.exe' },
  { account: system },
)
const tool = world.process(-20, 600, 'C:\\Windows\\System32\\schtasks.exe', {
  pid: 500,
  image: 'C:\\Windows\\RCSVC.exe',
})
const task = world.created(0, '0x3e7', { account: system, clientPid: 600 })
const logon = world.logon(-9000, '0x7000', '10.0.0.66')
const chainOf = (...events: readonly WindowsEvent[]): Chain => {
  const chains = findChains(input([program, tool, task, ...events]))
  expect(chains).toHaveLength(1)
  return chains[0] as Chain
}

describe('a task made by a service that was just installed', () => {
  it('came from where the service was installed from', () => {
    for (const path of ['C:\\Windows\\RCSVC.exe', '"C:\\Windows\\RCSVC.exe" -run', '%SystemRoot%\\rcsvc.exe'])
      expect(chainOf(logon, installed(-6000, '0x7000', path))).toMatchObject({
        mechanism: 'remote-probable',
        path: 'service',
        source: { ip: '10.0.0.66', logonId: '0x7000', basis: 'L5', strength: 'medium' },
      })
  })

  it('stays local when nobody from elsewhere installed it, or another program, or long ago', () => {
    for (const events of [
      [installed(-6000, undefined)],
      [world.logon(-9000, '0x7000', undefined, { type: 2 }), installed(-6000, '0x7000')],
      [logon, installed(-6000, '0x7000', 'C:\\Windows\\other.exe')],
      [world.logon(-700_000, '0x7000', '10.0.0.66'), installed(-600_000, '0x7000')],
    ])
      expect(chainOf(...events)).toMatchObject({
        mechanism: 'local',
        path: 'service',
        source: { ip: undefined },
      })
  })

  it('shows the services the session of the task installed, and nobody else’s', () => {
    const made = world.created(0, '0x7000', { path: '\\Second' })
    const chains = findChains(input([logon, made, installed(2000, '0x7000'), installed(2000, '0x9000')]))
    expect(chains[0]?.steps.filter((step) => step.role === 'service-installed')).toHaveLength(1)
  })
})
