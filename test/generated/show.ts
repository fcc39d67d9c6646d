// `node test/generated/show.ts SEED`: one generated case record by record, its truth, and what the product makes of it.
import { fileTime, formatUtc } from '../../src/domain/time.ts'
import { playCase } from './count.ts'
import { judge } from './judge.ts'
import { randomCase } from './random-case.ts'

const one = randomCase(Number(process.argv[2] ?? 1))
const { memory, chains } = playCase(one)
console.log(one.label)
const told = new Set([
  '4698',
  '4699',
  '4702',
  '106',
  '140',
  '141',
  '4624',
  '4634',
  '5145',
  '4688',
  '129',
  '200',
  '118',
  '107',
  '110',
  '1102',
  '104',
  '4616',
  '12',
])
for (const host of memory) {
  const { evidence } = host
  console.log(`\n${evidence.events.cast.host.fqdn} ${evidence.events.cast.host.release.name}`)
  for (const [channel, cover] of evidence.covers)
    console.log(
      `  ${channel}: ${formatUtc(fileTime(cover.from))} to ${formatUtc(fileTime(cover.to))}, ${cover.records}, ${cover.missing} missing`,
    )
  for (const { happening, time, recordId } of evidence.records) {
    const { schema, values, mark } = happening
    if (!told.has(String(schema.eventId))) continue
    const facts = [
      'TaskName',
      'SubjectLogonId',
      'TargetLogonId',
      'LogonType',
      'IpAddress',
      'SubjectUserName',
      'TargetUserName',
      'RelativeTargetName',
      'NewProcessId',
      'NewProcessName',
      'CommandLine',
      'ProcessID',
      'ClientProcessId',
    ]
      .filter((name) => values[name] !== undefined)
      .map(
        (name) =>
          `${name}=${typeof values[name] === 'bigint' ? `0x${(values[name] as bigint).toString(16)}` : values[name]}`,
      )
    console.log(
      `  ${formatUtc(fileTime(time)).slice(5, 24)} ${schema.channel.slice(0, 4)} ${recordId} ${schema.eventId} [${mark?.chain ?? ''}${mark?.decoy ? ' decoy' : ''}] ${facts.join(' ')}`,
    )
  }
  for (const deed of evidence.events.staging.deeds)
    console.log(
      `  deed ${deed.mark}: ${deed.task.path} ${deed.path} from ${deed.source?.ip} as ${deed.account.name}, ran ${deed.executed}, deleted ${deed.deleted}, ${deed.task.action}`,
    )
  for (const { deed, question, fault, expected, got, why } of judge(host, chains).findings)
    console.log(`  ${fault} ${question} of ${deed}: expected ${expected}, got ${got} (${why})`)
}
for (const chain of chains)
  console.log(
    `chain ${chain.kind} ${chain.task.path} ${chain.anchor.recordId} ${chain.path} ${chain.mechanism} from ${chain.source.ip}: ${chain.mechanismWhy}\n  ran ${chain.executed.answer}: ${chain.executed.why}\n  deleted ${chain.deleted.answer}: ${chain.deleted.why}`,
  )
