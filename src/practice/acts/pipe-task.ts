/** Over the pipe `atsvc`, as impacket's atexec and its kin do: one logon for SMB, a second without address for RPC, create, run, fetch, delete. */
import type { PracticeAccount } from '../cast.ts'
import type { Mark } from '../happening.ts'
import { logonIdText } from '../logon-ids.ts'
import { remoteCaller, type Session } from '../records.ts'
import { atexecTask } from '../task-xml.ts'
import { type HostWorld, inSystem32, ms } from '../world/host-world.ts'
import { runAs, runTask } from './run-task.ts'

/** What the intruder runs, and the images it starts below cmd.exe. */
const payloads = [
  { command: 'whoami', images: ['whoami.exe'] },
  { command: 'ipconfig /all', images: ['ipconfig.exe'] },
  { command: 'net localgroup administrators', images: ['net.exe', 'net1.exe'] },
  { command: 'tasklist /svc', images: ['tasklist.exe'] },
  { command: 'nltest /domain_trusts', images: ['nltest.exe'] },
] as const

export interface PipeTask {
  /** name in the truth, when something else belongs to the same chain */
  readonly mark?: string
  readonly at: bigint
  readonly ip: string
  /** as 4624 spells the address, when it differs from 5145 (`::ffff:…`) */
  readonly logonIp?: string
  readonly account?: PracticeAccount
  /** `admin-share`: a file that is fetched · `own-share`: a share of the caller · `none` */
  readonly output?: 'admin-share' | 'own-share' | 'none'
  readonly run?: boolean
  readonly keep?: boolean
  /** a program that was put there before; otherwise a command of Windows */
  readonly payload?: { readonly command: string; readonly image: string }
  readonly name?: string
}

/** The deed; gives its name in the truth and the session that opened the pipe. */
export function pipeTask(world: HostWorld, how: PipeTask): { readonly mark: string; readonly smb: Session } {
  const { records, random, cast } = world
  const { at, ip, account = cast.suspect, output = 'admin-share', run = true, keep = false } = how
  const mark = how.mark ?? world.newMark()
  const marked = (role: Mark['role']): Mark => ({ chain: mark, role })
  const logonIp = how.logonIp ?? ip
  const opened = world.logon(at, account, { by: 'NTLM', ip: logonIp, mark: marked('smb-logon') })
  const smb: Session = { ...opened, ip }
  const pipeAt = at + random.ticks(4, 9)
  const rpcAt = pipeAt + random.ticks(10, 18)
  world.tell(
    records.shareConnected(at + ms(3), smb, 'IPC$', marked('share-connected')),
    records.shareAccess(pipeAt, smb, 'IPC$', 'atsvc', 0x3, marked('pipe-opened')),
  )
  const rpc = world.logon(rpcAt, account, { by: 'NTLM', mark: marked('rpc-logon') })

  const name = how.name ?? random.letters(8)
  const path = `\\${name}`
  const payload = how.payload
    ? { command: how.payload.command, images: [] as readonly string[] }
    : random.pick(payloads)
  const target =
    output === 'admin-share'
      ? `%windir%\\Temp\\${name}.tmp`
      : `\\\\${ip.includes(':') ? `${ip.replaceAll(':', '-')}.ipv6-literal.net` : ip}\\${random.letters(6)}\\${random.letters(6)}`
  const parameters = `/C ${payload.command}${output === 'none' ? '' : ` > ${target} 2>&1`}`
  const content = atexecTask(path, parameters)
  const registeredAt = rpcAt + random.ticks(5, 9)
  const createdAt = registeredAt + ms(0.3 + random.fraction() * 0.4)
  const user = `${account.domain}\\${account.name}`
  const named = { TaskName: path }
  world.tell(
    records.scheduler(registeredAt, 106, { ...named, UserContext: runAs }, marked('task-registered')),
    records.taskAudit(createdAt, 4698, rpc, { path, content }, remoteCaller, marked('task-created')),
  )
  const startedAt = createdAt + random.ticks(5, 9)
  const children = how.payload
    ? [{ image: how.payload.image, commandLine: how.payload.command }]
    : payload.images.map((image) => ({
        image: inSystem32(image),
        commandLine: `${image === 'net1.exe' ? payload.command.replace('net ', 'C:\\Windows\\system32\\net1 ') : payload.command}  `,
      }))
  const ran = run
    ? runTask(world, startedAt, {
        mark,
        path,
        command: 'cmd.exe',
        parameters,
        image: inSystem32('cmd.exe'),
        commandLine: `cmd.exe ${parameters.replace('%windir%', 'C:\\Windows')}`,
        by: 'demand',
        user: account.name,
        children,
        console: true,
      })
    : undefined

  const deletedAt = startedAt + random.ticks(14, 20)
  const firstReadAt = deletedAt + random.ticks(8, 14)
  const secondReadAt = firstReadAt + ms(3000) + random.ticks(5, 30)
  const file = `Temp\\${name}.tmp`
  if (!keep) {
    const content4699 = { path, content: '' }
    world.tell(
      records.scheduler(deletedAt, 141, { ...named, UserName: user }, marked('task-deleted')),
      records.taskAudit(deletedAt + ms(0.3), 4699, rpc, content4699, remoteCaller, marked('task-deleted')),
    )
  } else world.tasks.set(path, content)
  if (ran && output === 'admin-share') {
    const read = (time: bigint) => records.shareAccess(time, smb, 'ADMIN$', file, 0x1, marked('output-read'))
    const removedAt = secondReadAt + random.ticks(9, 20)
    world.tell(
      records.shareConnected(firstReadAt - ms(2), smb, 'ADMIN$', marked('share-connected')),
      read(firstReadAt),
      read(secondReadAt),
      records.shareAccess(removedAt, smb, 'ADMIN$', file, 0x10080, marked('output-deleted')),
    )
  }
  world.logoff(secondReadAt + random.ticks(2_000, 11_000), rpc)
  world.logoff(secondReadAt + random.ticks(11_000, 15_000), smb)
  world.deeds.push({
    mark,
    kind: 'task-created',
    task: {
      path,
      action: `cmd.exe ${parameters}`,
      runAs,
      author: null,
      hidden: true,
      trigger: 'Calendar',
    },
    account,
    source: { ip, port: smb.port as number, logonId: logonIdText(smb.logonId) },
    taskLogonId: logonIdText(rpc.logonId),
    path: 'atsvc-pipe',
    origin: 'remote',
    callers: [],
    executed: ran !== undefined,
    deleted: !keep,
    processes: ran?.processes ?? [],
    resembles: output === 'admin-share' && !how.payload ? ['impacket atexec'] : [],
  })
  return { mark, smb }
}
