// What other tools and ways leave behind, and what is said of each: nobody is freed by a missing record, and nobody accused by an odd one.
import { describe, expect, it } from 'vitest'
import { findChains } from '../../../src/chains/find-chains.ts'
import { absent } from '../../../src/domain/absent.ts'
import type { Chain } from '../../../src/domain/chain.ts'
import type { Account, LogonEvent, ServiceInstalledEvent, WindowsEvent } from '../../../src/domain/event.ts'
import type { Sid } from '../../../src/domain/ids.ts'
import {
  admin,
  atexec,
  command,
  coverage,
  hostFacts,
  id,
  input,
  svchost,
  system,
  World,
} from '../../builders/events.ts'
import { answer, answersFor } from '../../builders/playbook.ts'

const ip = '10.0.0.66'
const only = (...events: readonly WindowsEvent[]): Chain => {
  const chains = findChains(input(events))
  expect(chains).toHaveLength(1)
  return chains[0] as Chain
}
const says = ({ mechanism, path, source }: Chain) => [mechanism, path, source.ip]
const machine: Account = { sid: 'S-1-5-21-1-2-3-1105' as Sid, name: 'WS01$', domain: 'CORP' }
const serviceBy = (world: World, ms: number, logonId: string | undefined): ServiceInstalledEvent => ({
  ...(world.cleared(ms) as WindowsEvent),
  kind: 'service-installed',
  eventId: logonId === undefined ? 7045 : 4697,
  subject: admin,
  subjectLogonId: logonId === undefined ? undefined : id(logonId),
  serviceName: 'PSEXESVC',
  imagePath: '%SystemRoot%\\PSEXESVC.exe',
  startType: '3',
  serviceAccount: 'LocalSystem',
  clientProcessId: absent('not-recorded', 'none'),
})
const schtasks = 'C:\\Windows\\System32\\schtasks.exe'

describe('a call over the network', () => {
  it('over the pipe with Kerberos uses the SMB session itself: its own address is the source', () => {
    const world = new World()
    const logon = { ...world.logon(-40, '0x500', ip), authenticationPackage: 'Kerberos' } as LogonEvent
    expect(says(only(logon, world.pipe(-20, '0x500', ip), world.created(0, '0x500')))).toEqual([
      'remote-confirmed',
      'atsvc-pipe',
      ip,
    ])
  })

  it('by a machine account is as remote as by a person', () => {
    const world = new World()
    const chain = only(
      world.logon(-40, '0x500', ip, { account: machine }),
      world.created(0, '0x500', { account: machine, clientPid: 0 }),
    )
    expect(says(chain)).toEqual(['remote-confirmed', 'rpc-tcp', ip])
    expect(chain.account.sid).toBe(machine.sid)
  })

  it('relayed by NTLM: the address is the relay, and the name of the workstation stays a claim', () => {
    const world = new World()
    const logon = { ...world.logon(-40, '0x500', ip), workstation: 'VICTIM-PC' } as LogonEvent
    const { source } = only(logon, world.created(0, '0x500', { clientPid: 0 }))
    expect([source.ip, source.host, source.hostBasis]).toEqual([ip, 'VICTIM-PC', 'workstation'])
  })

  it('from itself, at the end of a tunnel, is neither local nor from anywhere', () => {
    for (const loopback of ['::1', '127.0.0.1']) {
      const world = new World()
      expect(
        only(world.logon(-40, '0x500', loopback), world.created(0, '0x500', { clientPid: 0 })).mechanism,
      ).toBe('undetermined')
    }
  })

  it('from an IPv6 address of the link keeps its zone', () => {
    const world = new World()
    expect(
      only(world.logon(-40, '0x500', 'fe80::5c1d:9%7'), world.created(0, '0x500', { clientPid: 0 })).source
        .ip,
    ).toBe('fe80::5c1d:9%7')
  })

  it('of at.exe over the pipe is the same pipe', () => {
    const world = new World()
    const chain = only(
      world.logon(-40, '0x500', ip),
      world.pipe(-20, '0x500', ip),
      world.logon(-10, '0x600', undefined),
      world.created(0, '0x600', { path: '\\At1', definition: command('cmd.exe', '/c x') }),
    )
    expect(says(chain)).toEqual(['remote-confirmed', 'atsvc-pipe', ip])
  })

  it('of atexec that changes an old task instead of making one is told as an update', () => {
    const world = new World()
    const chain = only(
      world.logon(-40, '0x500', ip),
      world.pipe(-20, '0x500', ip),
      world.logon(-10, '0x600', undefined),
      world.change('task-updated', 0, '0x600', {
        path: '\\Vendor\\Update',
        definition: command('cmd.exe', '/c x'),
      }),
    )
    expect([chain.kind, ...says(chain)]).toEqual(['task-updated', 'remote-confirmed', 'atsvc-pipe', ip])
  })
})

describe('a call by a process of the host', () => {
  const line = (world: World, parent: string, more: { account?: Account } = {}) =>
    world.process(
      -30,
      600,
      schtasks,
      { pid: 500, image: parent },
      { line: `${schtasks} /create /tn Quirk`, ...more },
    )

  it('below the SSH server came from elsewhere, also where its shell and its logon are not in the evidence', () => {
    const world = new World()
    const shell = world.process(
      -9000,
      500,
      'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe',
      { pid: 400, image: 'C:\\Windows\\System32\\OpenSSH\\sshd.exe' },
    )
    const chain = only(
      shell,
      line(world, shell.image as string),
      world.created(0, '0x700', { clientPid: 600 }),
    )
    expect(says(chain)).toEqual(['remote-probable', 'undetermined', undefined])
    expect(chain.mechanismWhy).toContain('SSH')
  })

  it('inside a network logon is never local', () => {
    for (const parent of ['C:\\Windows\\System32\\cmd.exe', 'C:\\Tools\\agent.exe']) {
      const world = new World()
      const chain = only(
        world.logon(-50, '0x700', ip),
        line(world, parent),
        world.created(0, '0x700', { clientPid: 600 }),
      )
      expect(chain.mechanism).toBe('remote-probable')
    }
  })

  it('whose parents and logon nobody recorded says nothing', () => {
    const world = new World()
    expect(
      only(line(world, 'C:\\Windows\\System32\\cmd.exe'), world.created(0, '0x700', { clientPid: 600 }))
        .mechanism,
    ).toBe('undetermined')
  })

  it('of an administrator at the console or with its tools is local, and nothing strong speaks against it', () => {
    const world = new World()
    const events = [
      world.logon(-900_000, '0x700', undefined, { type: 2 }),
      world.process(-800_000, 500, 'C:\\Windows\\System32\\mmc.exe', {
        pid: 400,
        image: 'C:\\Windows\\explorer.exe',
      }),
      world.created(0, '0x700', {
        clientPid: 500,
        definition: command('C:\\Program Files\\Site Tools\\rotate.exe', '/keep 14'),
      }),
    ]
    expect(says(only(...events))).toEqual(['local', 'local', undefined])
    const [answers] = answersFor(input(events))
    expect(answers?.evidence).toMatchObject({ outcome: 'cannot-decide' })
    expect(answers?.evidence.reasons.some(({ weighs, isStrong }) => weighs === 'malicious' && isStrong)).toBe(
      false,
    )
  })
})

describe('a call in the session of SYSTEM', () => {
  it('right after somebody installed a service over the network is not called local when no process is recorded', () => {
    const world = new World()
    const chain = only(
      world.logon(-9000, '0x700', ip),
      serviceBy(world, -6000, '0x700'),
      world.created(0, '0x3e7', { account: system }),
    )
    expect(says(chain)).toEqual(['undetermined', 'undetermined', undefined])
    expect(chain.mechanismWhy).toContain(ip)
    expect(chain.steps.some(({ role }) => role === 'service-installed')).toBe(true)
  })

  it('is local where the service came from the host itself, long before, or after', () => {
    for (const [at, type, from] of [
      [-6000, 2, undefined],
      [-3_600_000, 3, ip],
      [5000, 3, ip],
    ] as const) {
      const world = new World()
      const chain = only(
        world.logon(-3_700_000, '0x700', from, { type }),
        serviceBy(world, at, '0x700'),
        world.created(0, '0x3e7', { account: system }),
      )
      expect(chain.mechanism).toBe('local')
    }
  })

  it('below the Group Policy client is kept by the machine, and still not closed', () => {
    const world = new World()
    const gpo = world.process(
      -9000,
      700,
      'C:\\Windows\\System32\\svchost.exe',
      { pid: 8, image: 'C:\\Windows\\System32\\services.exe' },
      { line: 'svchost.exe -k netsvcs -p -s gpsvc' },
    )
    const events = [gpo, world.created(0, '0x3e7', { account: system, clientPid: 700 })]
    expect(says(only(...events))).toEqual(['machine-managed', 'gpo', undefined])
    expect(answersFor(input(events))[0]?.evidence.outcome).not.toBe('close')
  })
})

describe('public addresses', () => {
  const from = (world: World, address: string, own: readonly string[]) => {
    const events = [
      world.logon(-40, '0x500', address),
      world.created(0, '0x500', { clientPid: 0, definition: command('C:\\Tools\\sync.exe') }),
    ]
    const [one] = answersFor(
      input(events, {
        coverage: [coverage(world, 'Security')],
        hosts: [hostFacts(world, { addresses: own })],
      }),
    )
    if (!one) throw new Error('no chain')
    return one
  }
  it('of the network of the host are the site’s own, and accuse nobody', () => {
    for (const [address, own] of [
      ['2a02:1234:5:6::99', ['fe80::1', '2a02:1234:5:6::1']],
      ['131.107.4.20', ['131.107.4.9']],
    ] as const) {
      const one = from(new World(), address, own)
      expect(answer(one.validation, 'source-address')).toMatchObject({ answer: 'yes' })
      expect(one.evidence.reasons.map(({ id }) => id)).not.toContain('source-external')
    }
  })
  it('of elsewhere are external; of IPv6, where everybody has one, that alone is no strong sign', () => {
    const strong = (address: string, own: readonly string[]) => {
      const one = from(new World(), address, own)
      expect(answer(one.validation, 'source-address').answer).toBe('no')
      return one.evidence.reasons.find(({ id }) => id === 'source-external')?.isStrong
    }
    expect(strong('131.107.4.20', ['131.107.5.9'])).toBe(true)
    expect(strong('131.107.4.20', [])).toBe(true)
    expect(strong('2a02:1234:5:7::99', ['2a02:1234:5:6::1'])).toBe(false)
  })
})

describe('a tool that runs twice', () => {
  it('makes two chains, each with its own session and output', () => {
    const world = new World()
    const later = atexec(world, '10.0.0.77').map((event) => ({
      ...event,
      time: (event.time + 600_000_000n) as typeof event.time,
    }))
    const renamed = later.map((event) =>
      'logonId' in event && event.logonId ? { ...event, logonId: id(`${event.logonId}9`) } : event,
    ) as WindowsEvent[]
    const chains = findChains(input([...atexec(world), ...renamed]))
    expect(chains.map(({ source }) => source.ip).sort()).toEqual(['10.0.0.66', '10.0.0.77'])
    expect(svchost.pid).toBe(1044)
  })
})
