/** A template-less log to measure with: what an event collector stores, in the proportions of a busy file server. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { LogWriter } from '../src/practice/evtx/log-writer.ts'
import { FileSink } from '../src/practice/evtx/sinks.ts'
import { schemaOf } from '../src/practice/schemas/index.ts'

const records = 178_000

/** Writes the log unless it is there; the same bytes every time, about 320 MB. */
export function writeInlineLog(path: string): void {
  if (existsSync(path)) return
  mkdirSync(dirname(path), { recursive: true })
  const partial = `${path}.partial`
  rmSync(partial, { force: true })
  const sink = new FileSink(partial)
  const log = new LogWriter(sink, { form: 'inline' })
  let seed = 1
  const next = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
    return (seed >>> 8) % below
  }
  let time = 133_000_000_000_000_000n
  for (let i = 0; i < records; i++) {
    time += BigInt(1000 + next(50_000_000))
    const account = ['svc_backup', 'alice', 'bob', 'WS01$', 'FS01$'][next(5)] as string
    const eventId = [4624, 4624, 4688, 5145, 5145, 5145, 4672, 4698][next(8)] as number
    const schema = schemaOf('Security', eventId)
    const known: Readonly<Record<string, string>> = {
      SubjectUserName: account,
      TargetUserName: account,
      SubjectDomainName: 'CORP',
      TargetDomainName: 'CORP',
      IpAddress: `10.20.${next(4)}.${next(250)}`,
      IpPort: String(49_152 + next(16_000)),
      ShareName: '\\\\*\\IPC$',
      RelativeTargetName: ['atsvc', 'svcctl', 'srvsvc'][next(3)] as string,
      NewProcessName: 'C:\\Windows\\System32\\cmd.exe',
      CommandLine: `cmd.exe /C whoami ${next(1_000_000)}`,
      TaskName: `\\Task${next(1000)}`,
      TaskContent: 'a task as plain text '.repeat(20),
    }
    const values = Object.fromEntries(
      schema.fields
        .filter(([, type]) => type === 'string')
        .map(([name]) => [name, known[name] ?? `%%${next(60)}`]),
    )
    log.add({
      schema,
      recordId: BigInt(i + 1),
      time,
      computer: 'fs01.corp.example',
      processId: 4,
      threadId: 4 * next(40),
      values,
    })
  }
  log.finish()
  sink.close()
  renameSync(partial, path)
}
