/** Generated evidence for the laws of chains: few enough names, ids and addresses that unrelated things often meet. */
import * as fc from 'fast-check'
import type { ChainInput, HostFacts } from '../../src/domain/chain.ts'
import type { WindowsEvent } from '../../src/domain/event.ts'
import type { ProvenanceClass } from '../../src/domain/evidence.ts'
import {
  admin,
  atexec,
  auditedAll,
  command,
  coverage,
  hostFacts,
  input,
  other,
  scheduler,
  svchost,
  system,
  World,
} from './events.ts'

type Make = (world: World) => readonly WindowsEvent[]

export const ms = fc.integer({ min: -20_000, max: 20_000 })
const logon = fc.constantFrom('0x1000', '0x2000', '0x3000', '0x3e7')
const ip = fc.constantFrom('10.0.0.66', '10.0.0.7', '127.0.0.1', undefined)
const path = fc.constantFrom('\\Quirk', '\\quirk', '\\Other')
const account = fc.constantFrom(admin, other, system)
const pid = fc.constantFrom(976, 977, 1044)
const cmd = 'C:\\Windows\\System32\\cmd.exe'
const definitions = [
  command('cmd.exe', '/c evil.bat'),
  command('cmd.exe', '/C whoami > %windir%\\Temp\\Quirk.tmp'),
]

/** Any one event around the moment, of few enough values that they often meet. */
const event: fc.Arbitrary<Make> = fc.oneof(
  fc.tuple(ms, logon, ip, account, fc.constantFrom(3, 3, 3, 2, 10)).map(
    ([time, id, address, who, type]): Make =>
      (world) => [world.logon(time, id, address, { account: who, type })],
  ),
  fc.tuple(ms, logon).map(
    ([time, id]): Make =>
      (world) => [world.logoff(time, id)],
  ),
  fc.tuple(ms, logon, account).map(
    ([time, id, who]): Make =>
      (world) => [world.pipe(time, id, '10.0.0.66', { account: who })],
  ),
  fc.tuple(ms, logon, fc.constantFrom(0x1, 0x2, 0x10080)).map(
    ([time, id, mask]): Make =>
      (world) => [world.access(time, id, 'ADMIN$', 'Temp\\Quirk.tmp', mask)],
  ),
  fc.tuple(ms, logon, path, account, fc.constantFrom(...definitions), fc.constantFrom(undefined, 0, 976)).map(
    ([time, id, name, who, definition, client]): Make =>
      (world) => [
        world.created(time, id, {
          path: name,
          account: who,
          definition,
          ...(client === undefined ? {} : { clientPid: client }),
        }),
      ],
  ),
  fc
    .tuple(
      ms,
      logon,
      path,
      account,
      fc.constantFrom('task-deleted', 'task-updated', 'task-enabled', 'task-disabled'),
    )
    .map(
      ([time, id, name, who, kind]): Make =>
        (world) => [world.change(kind, time, id, { path: name, account: who })],
    ),
  fc
    .tuple(
      ms,
      path,
      pid,
      fc.constantFrom(
        'registered',
        'deleted',
        'updated',
        'instance-started',
        'process-created',
        'start-failed',
        'triggered',
      ),
    )
    .map(
      ([time, name, process, what]): Make =>
        (world) => [world.history(what, time, { path: name, pid: process })],
    ),
  fc.tuple(ms, pid, pid, fc.constantFrom('cmd.exe /c evil.bat', 'cmd.exe /c x', undefined)).map(
    ([time, child, parent, line]): Make =>
      (world) => [world.process(time, child, cmd, { ...svchost, pid: parent }, { line })],
  ),
  fc.tuple(ms, pid).map(
    ([time, process]): Make =>
      (world) => [world.ended(time, process, cmd)],
  ),
  fc.tuple(ms, fc.constantFrom(1044, 2000)).map(
    ([time, process]): Make =>
      (world) => [
        world.process(
          time,
          process,
          svchost.image,
          { pid: 8 },
          { line: 'svchost.exe -k netsvcs -p -s Schedule' },
        ),
      ],
  ),
  fc.tuple(ms, fc.constantFrom(4608, 12, 6005)).map(
    ([time, id]): Make =>
      (world) => [world.boot(time, id)],
  ),
  ms.map(
    (time): Make =>
      (world) => [world.cleared(time)],
  ),
)
const provenance: fc.Arbitrary<ProvenanceClass> = fc.constantFrom(
  'raw-live-copy',
  'full-export',
  'filtered-export',
  'undetermined',
)
const policy = fc.constantFrom(
  undefined,
  auditedAll,
  {},
  { ...auditedAll, '0CCE9227-69AE-11D9-BED3-505054503030': 0 },
)

export interface Setting {
  readonly makes: readonly Make[]
  readonly withAtexec: boolean
  readonly security: ProvenanceClass
  readonly history: ProvenanceClass | undefined
  readonly policy: HostFacts['auditPolicy']
}
export const setting: fc.Arbitrary<Setting> = fc.record({
  makes: fc.array(event, { maxLength: 24 }),
  withAtexec: fc.boolean(),
  security: provenance,
  history: fc.option(provenance, { nil: undefined }),
  policy,
})

export function inputOf(from: Setting, host?: string): ChainInput {
  const world = new World(host)
  const events = [...(from.withAtexec ? atexec(world) : []), ...from.makes.flatMap((make) => make(world))]
  return input(events, {
    coverage: [
      coverage(world, 'Security', { provenance: from.security }),
      ...(from.history ? [coverage(world, scheduler, { provenance: from.history })] : []),
    ],
    hosts: [hostFacts(world, { auditPolicy: from.policy })],
  })
}
