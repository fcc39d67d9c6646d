/** Impacket's atexec and its kin over the pipe `atsvc`. */
import { decoyLogons } from '../acts/decoys.ts'
import { type PipeTask, pipeTask } from '../acts/pipe-task.ts'
import type { Cast } from '../cast.ts'
import type { Random } from '../random.ts'
import type { Scenario, Staging } from '../staging.ts'
import { HostWorld } from '../world/host-world.ts'

/** Addresses inside that nobody else of the story has. */
export const otherAddresses = (cast: Cast, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) =>
    index === 0 ? cast.deskAddress : `${cast.deskAddress.split('.').slice(0, 2).join('.')}.${60 + index}.9`,
  )

/** The deed with so many honest logons of the same account shortly before, each from elsewhere. */
export function pipeStory(
  cast: Cast,
  random: Random,
  decoys: number,
  how: Partial<PipeTask> = {},
): HostWorld {
  const world = new HostWorld(cast, random)
  const mark = world.newMark()
  decoyLogons(world, { mark, start: cast.start, ips: otherAddresses(cast, decoys) })
  pipeTask(world, { at: cast.start, ip: cast.intruderAddress, mark, ...how })
  world.notes.push(
    'The logon that created the task has no address: the RPC bind inside the pipe makes it. The address is that of the sibling logon that opened the pipe.',
    'The nearest logon of the account with another address is a decoy.',
  )
  return world
}

const withDecoys = (name: string, decoys: number): Scenario => ({
  name,
  title: `A task over the pipe atsvc among ${decoys} other logons of the same account`,
  teaches: 'Telling the one session that opened the pipe from all that merely fit in time and name.',
  stage: (cast, random) => pipeStory(cast, random, decoys).staging(),
})

export const atexecPipe: Scenario = {
  name: 'atexec-pipe',
  title: 'A task over the pipe atsvc, run as SYSTEM and deleted at once',
  teaches:
    'Finding the true source although the task’s own logon has no address and the nearest logon of the account is a decoy.',
  stage: (cast, random) => pipeStory(cast, random, 1).staging(),
}
export const pipeFiveDecoys = withDecoys('pipe-5-decoys', 5)
export const pipeTwentyDecoys = withDecoys('pipe-20-decoys', 20)

export const pipeFileless: Scenario = {
  name: 'pipe-output-to-own-share',
  title: 'A task over the pipe atsvc that sends its output to a share of the intruder',
  teaches: 'What is left without a fetched output file: the pipe and the task itself.',
  stage: (cast, random) => pipeStory(cast, random, 1, { output: 'own-share' }).staging(),
}

export const pipePayload: Scenario = {
  name: 'pipe-payload-over-share',
  title: 'A program is copied over ADMIN$ first, then a task over the pipe runs it',
  teaches: 'Tying the file that was put there to the task that runs it.',
  stage: (cast, random): Staging => {
    const world = new HostWorld(cast, random)
    const mark = world.newMark()
    decoyLogons(world, { mark, start: cast.start, ips: otherAddresses(cast, 1) })
    const file = `${random.letters(6).toLowerCase()}.exe`
    const at = cast.start - random.ticks(20_000, 120_000)
    const session = world.logon(at, cast.suspect, {
      by: 'NTLM',
      ip: cast.intruderAddress,
      mark: { chain: mark, role: 'smb-logon' },
    })
    world.tell(
      world.records.shareConnected(at + 30_000n, session, 'ADMIN$', { chain: mark, role: 'share-connected' }),
      world.records.shareAccess(at + 90_000n, session, 'ADMIN$', `Temp\\${file}`, 0x2, {
        chain: mark,
        role: 'payload-written',
      }),
    )
    world.logoff(at + random.ticks(3_000, 15_000), session)
    const command = `C:\\Windows\\Temp\\${file}`
    pipeTask(world, {
      at: cast.start,
      ip: cast.intruderAddress,
      mark,
      payload: { command, image: command },
      keep: true,
    })
    return world.staging()
  },
}

export const twoSources: Scenario = {
  name: 'tasks-from-two-sources',
  title: 'Four tasks at once over the pipe, the same account from two addresses',
  teaches:
    'Keeping tasks apart that one account makes from two places in the same seconds: the fetched output tells, the pipe alone does not.',
  stage: (cast, random) => {
    const world = new HostWorld(cast, random)
    const [second = cast.deskAddress] = otherAddresses(cast, 1)
    const at = (ms: number) => cast.start + BigInt(ms) * 10_000n
    pipeTask(world, { at: at(0), ip: cast.intruderAddress })
    pipeTask(world, { at: at(170), ip: second })
    pipeTask(world, { at: at(420), ip: cast.intruderAddress, output: 'none' })
    pipeTask(world, { at: at(700), ip: second, output: 'own-share' })
    return world.staging()
  },
}
