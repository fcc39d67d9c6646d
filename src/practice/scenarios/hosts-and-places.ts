/** Releases, languages, addresses; tasks that hide; and noise that looks like the deed. */
import { decoyLogons } from '../acts/decoys.ts'
import { pipeTask } from '../acts/pipe-task.ts'
import { drawPlan, programs } from '../acts/program.ts'
import { runAs, runTask } from '../acts/run-task.ts'
import { tcpTask } from '../acts/tcp-task.ts'
import { type Cast, releases } from '../cast.ts'
import { system } from '../records.ts'
import { sysmonChannel } from '../schemas/index.ts'
import type { Scenario } from '../staging.ts'
import { HostWorld, inSystem32, ms } from '../world/host-world.ts'
import { otherAddresses, pipeStory } from './over-the-pipe.ts'

export const everyRelease: readonly Scenario[] = releases.map(({ name, build }) => ({
  name: `windows-${name
    .replace(/^Windows Server | Standard$/g, '')
    .toLowerCase()
    .replace(' ', '-')}`,
  title: `A task over the pipe atsvc on ${name}`,
  teaches: 'Which fields this release records, and what follows from those it does not.',
  release: (release) => release.build === build,
  stage: (cast, random) => pipeStory(cast, random, 1).staging(),
}))

export const german = (cast: Cast): Cast => ({
  ...cast,
  words: { authority: 'NT-AUTORITÄT', system: 'SYSTEM', networkService: 'Netzwerkdienst' },
  suspect: { ...cast.suspect, name: `${cast.suspect.name}-größe` },
})
export const french = (cast: Cast): Cast => ({
  ...cast,
  words: { authority: 'AUTORITE NT', system: 'Système', networkService: 'SERVICE RÉSEAU' },
})
export const nonEnglish: readonly Scenario[] = [
  {
    name: 'german-host',
    title: 'A task over the pipe atsvc on a German host',
    teaches: 'Names of built-in accounts are translated; SIDs are not.',
    adapt: german,
    stage: (cast, random) => pipeStory(cast, random, 1).staging(),
  },
  {
    name: 'french-host',
    title: 'A task over TCP on a French host',
    teaches: 'Names of built-in accounts are translated; SIDs are not.',
    adapt: french,
    stage: (cast, random) => {
      const world = new HostWorld(cast, random)
      tcpTask(world, { at: cast.start, ip: cast.intruderAddress })
      return world.staging()
    },
  },
]

export const ipv6: readonly Scenario[] = [
  {
    name: 'ipv6-link-local',
    title: 'A task over the pipe atsvc from an IPv6 address of the same link',
    teaches: 'A link-local address with its zone is an address like any other.',
    stage: (cast, random) => {
      const ip = `fe80::${random.hex(4).toLowerCase().replace(/^0+/, '1')}:1d2c%12`
      return pipeStory(cast, random, 1, { ip }).staging()
    },
  },
  {
    name: 'ipv6-mapped',
    title: 'A task over the pipe atsvc; the logon spells the IPv4 address in IPv6',
    teaches: '`::ffff:` before an address does not make it another one.',
    stage: (cast, random) =>
      pipeStory(cast, random, 1, { logonIp: `::ffff:${cast.intruderAddress}` }).staging(),
  },
]

const taskCache = 'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache'

export const hiddenTask: Scenario = {
  name: 'hidden-task',
  title: 'A task over TCP whose security descriptor is then removed from the registry',
  teaches: 'A task that the API does not list is still in the records of its creation.',
  stage: (cast, random) => {
    const world = new HostWorld(cast, random, { sysmon: true })
    const made = tcpTask(world, { at: cast.start, ip: cast.intruderAddress })
    const reg = { pid: world.pid(), image: inSystem32('reg.exe'), user: 'NT AUTHORITY\\SYSTEM' }
    world.tell(
      world.sysmon?.keyChanged(
        cast.start + ms(30_000),
        reg,
        'DeleteValue',
        `${taskCache}\\Tree${made.path}\\SD`,
      ),
    )
    return world.staging()
  },
}

export const registryOnly: Scenario = {
  name: 'registry-only-task',
  title:
    'A task written straight into the registry, never registered, that runs at the next start of its trigger',
  teaches: 'No 4698, no 106: a run without a creation, and the registry writes behind it.',
  stage: (cast, random) => {
    const world = new HostWorld(cast, random, { sysmon: true })
    const [program] = programs
    const name = drawPlan(random).name
    const id = random.guid()
    const reg = { pid: world.pid(), image: inSystem32('reg.exe'), user: 'NT AUTHORITY\\SYSTEM' }
    const mark = world.newMark()
    const set = (afterMs: number, key: string, value: string) =>
      world.sysmon?.valueSet(cast.start + ms(afterMs), reg, `${taskCache}\\${key}`, value, {
        chain: mark,
        role: 'task-created',
      })
    world.tell(
      set(0, `Tree\\${name}\\Id`, id),
      set(60, `Tree\\${name}\\Index`, 'DWORD (0x00000003)'),
      set(120, `Tasks\\${id}\\Path`, `\\${name}`),
      set(180, `Tasks\\${id}\\Actions`, 'Binary Data'),
    )
    const { processes } = runTask(world, cast.start + ms(300_000), {
      mark,
      path: `\\${name}`,
      command: program?.command as string,
      parameters: program?.parameters,
      image: program?.image as string,
      by: 'time',
      lastsMs: 2500,
    })
    world.deeds.push({
      mark,
      kind: 'task-created',
      task: {
        path: `\\${name}`,
        action: `${program?.command} ${program?.parameters}`,
        runAs,
        author: null,
        hidden: false,
        trigger: 'Time',
      },
      account: system,
      source: null,
      taskLogonId: '0x3e7',
      path: 'file-or-registry',
      origin: 'local',
      callers: [{ pid: reg.pid }],
      executed: true,
      deleted: false,
      processes,
      resembles: [],
    })
    world.notes.push(
      `\\${name} runs and was never registered: only ${sysmonChannel} tells how it came to be. No task record names an account, a source or a definition.`,
    )
    return world.staging()
  },
}

export const scannerNoise: Scenario = {
  name: 'scanner-noise',
  title: 'A vulnerability scanner with the rights of the account knocks on every pipe while a task is made',
  teaches: 'Many sessions, many pipes, one of them atsvc to read: only who opened it to write made a task.',
  stage: (cast, random) => {
    const world = new HostWorld(cast, random)
    const {
      records,
      cast: { suspect, scannerAddress, start },
    } = world
    const mark = world.newMark()
    decoyLogons(world, { mark, start, ips: otherAddresses(cast, 1) })
    for (let knock = 0; knock < 12; knock++) {
      const at = start - ms(9_000) + ms(knock * 1_400)
      const session = world.logon(at, suspect, {
        by: 'NTLM',
        ip: scannerAddress,
        ...(at < start
          ? {
              mark: {
                chain: mark,
                role: 'other-logon',
                decoy: 'the scanner: it opened atsvc to read at most, which calls nothing',
              },
            }
          : {}),
      })
      world.tell(records.shareConnected(at + ms(4), session, 'IPC$'))
      for (const [index, pipe] of ['srvsvc', 'winreg', 'svcctl', 'atsvc'].entries())
        world.tell(
          records.shareAccess(
            at + ms(20 + index * 9),
            session,
            'IPC$',
            pipe,
            pipe === 'atsvc' ? 0x20089 : 0x12019f,
          ),
        )
      world.logoff(at + ms(1_100), session)
    }
    pipeTask(world, { at: start, ip: cast.intruderAddress, mark })
    return world.staging()
  },
}
