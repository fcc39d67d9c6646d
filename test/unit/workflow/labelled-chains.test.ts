// The labelled chains and look-alikes of the samples, each imported as a person would import it, against their recorded truth.
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdDecompress } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { chainsDocument } from '../../../src/workflow/find-chains.ts'
import { caseOf, scratchFolder } from '../../builders/case.ts'
import { haveSamples, manifest, sample, sampleByHash } from '../../samples.ts'

type Document = ReturnType<typeof chainsDocument>
type ChainJson = Document['chains'][number]

async function chainsOf(paths: readonly string[]): Promise<Document['chains']> {
  const open = await caseOf(...paths)
  try {
    return chainsDocument(open).chains
  } finally {
    open.close()
  }
}

const chain = (id: string) => {
  const found = manifest().chains.find((one) => one.id === id)
  if (!found) throw new Error(`the manifest has no chain ${id}`)
  return found
}
const fileOf = (id: string) => {
  const { sha256 } = chain(id)
  if (sha256 === null) throw new Error(`chain ${id} has no file of its own`)
  return sampleByHash(sha256)
}
const filesOfC8 = () =>
  manifest()
    .files.filter((file) => file.file.includes('otrf_schtask_create'))
    .map((file) => sample(file.file))

const only = (chains: readonly ChainJson[]): ChainJson => {
  expect(chains).toHaveLength(1)
  return chains[0] as ChainJson
}
const accountOf = (one: ChainJson) => `${one.account.domain}\\${one.account.name}`
/** `C:\Windows\System32\cmd.exe` and 976 → `cmd.exe 0x3d0`, as the manifest writes it */
const processOf = (step: ChainJson['steps'][number]) =>
  `${step.facts.image?.split('\\').pop()} 0x${Number(step.facts.pid).toString(16)}`

describe.runIf(haveSamples)('labelled chains', () => {
  let c2: ChainJson
  beforeAll(async () => {
    c2 = only(await chainsOf([fileOf('C2')]))
  })

  it('C2: finds the source behind the sibling logon and rejects the decoy with a reason', () => {
    const { truth } = chain('C2')
    expect({
      account: accountOf(c2),
      sid: c2.account.sid,
      host: c2.host,
      ip: c2.source.ip,
      port: String(c2.source.port),
      smb: c2.source.logonId,
      taskLogon: c2.taskLogonId,
      task: c2.task.path,
      action: c2.task.action,
      runAs: c2.task.runAs,
    }).toEqual({
      account: truth.account,
      sid: truth.sid,
      host: truth.host,
      ip: truth.sourceIp,
      port: truth.sourcePort,
      smb: truth.smbLogonId,
      taskLogon: truth.taskLogonId,
      task: truth.task,
      action: truth.action,
      runAs: truth.runAs,
    })
    expect(c2).toMatchObject({ kind: 'task-created', path: 'atsvc-pipe', mechanism: 'remote-confirmed' })
    expect(c2.source).toMatchObject({ basis: 'L3', strength: 'strong' })
    expect(c2.source.rejected.map((one) => one.ip)).toEqual(['10.23.23.9'])
    expect(c2.source.rejected[0]?.why).toContain('owns no atsvc access')
    expect(c2.executed.answer).toBe('yes')
    expect(c2.deleted.answer).toBe('yes')
    const children = c2.steps.filter((step) => step.eventId === 4688).map(processOf)
    expect(children).toEqual(truth.childProcesses)
  })

  it('C2: links L2, L3 and L4 carry their times, and every labelled record but the decoy is a step', () => {
    const link = (rule: string) => c2.links.find((one) => one.rule === rule)
    expect(link('L3')?.deltaMs).toBeCloseTo(20.349, 3)
    expect(link('L2')?.deltaMs).toBeCloseTo(5.728, 3)
    expect(link('L4')?.deltaMs).toBeCloseTo(31.623, 3)
    const labelled = chain('C2').steps.filter((step) => !String(step.role).startsWith('DECOY'))
    expect(c2.steps.map((step) => step.recordId)).toEqual(labelled.map((step) => String(step.recordId)))
    labelled.forEach((step, i) => {
      expect(c2.steps[i]?.deltaMs).toBeCloseTo(Number(step.deltaMsFromTask), 2)
      expect(c2.steps[i]?.time).toBe(step.time)
    })
  })

  it('C5a and C5b together give the chain of C2 less what the fragments lack, and say what is missing', async () => {
    const one = only(await chainsOf([fileOf('C5a'), fileOf('C5b')]))
    expect(one.id).toBe(c2.id)
    expect(one.source).toMatchObject({ ip: '10.23.123.11', port: 56594, basis: 'L3' })
    const had = new Set(
      [...(chain('C5a').truth.recordIds as number[]), ...(chain('C5b').truth.recordIds as number[])].map(
        String,
      ),
    )
    expect(one.steps.map((step) => step.recordId)).toEqual(
      c2.steps.map((step) => step.recordId).filter((id) => had.has(id)),
    )
    expect(one.deleted.answer).toBe('yes')
    expect(one.gaps.some((gap) => /4624/.test(gap.expected))).toBe(true)
    expect(one.gaps.some((gap) => /4688|process/i.test(gap.expected))).toBe(true)
  })

  it('C2 with its fragments beside it folds the repeated records into one chain and cites every copy', async () => {
    const one = only(await chainsOf([fileOf('C5b'), fileOf('C2'), fileOf('C5a')]))
    expect({ ...one, steps: one.steps.map(({ recordId }) => recordId) }).toMatchObject({
      id: c2.id,
      steps: c2.steps.map(({ recordId }) => recordId),
    })
    const copies = one.steps.filter((step) => step.alsoAt.length > 0).map((step) => step.recordId)
    expect(copies).toEqual(['2004847', '2004852', '2004855', '2004857', '2004860', '2004862'])
  })

  it('C7: the source is unknown, because create and delete used sessions no record explains', async () => {
    const one = only(await chainsOf([fileOf('C7')]))
    const { truth } = chain('C7')
    expect(one.source.ip).toBeNull()
    expect(one.source.candidates).toEqual([])
    expect([one.taskLogonId, one.task.path, one.task.action, one.task.author]).toEqual([
      truth.taskLogonId,
      truth.task,
      truth.action,
      truth.author,
    ])
    expect([one.executed.answer, one.deleted.answer]).toEqual(['unknown', 'yes'])
    expect(one.mechanism).toBe('undetermined')
  })

  it('C8: the TCP path, the right address, and 5145 expected to be absent', async () => {
    const chains = await chainsOf(filesOfC8())
    const { truth } = chain('C8')
    const one = chains.find((found) => found.task.path === truth.task) as ChainJson
    expect(one).toMatchObject({
      path: 'rpc-tcp',
      mechanism: 'remote-confirmed',
      taskLogonId: truth.taskLogonId,
    })
    expect(one.source.ip).toBe(truth.sourceIp)
    expect(one.host).toBe(truth.host)
    expect(one.gaps.find((gap) => gap.expected.includes('5145'))?.state).toBe('expected-absent')
    // the boot that would have run it is not in the log, which goes on and is whole
    expect(one.executed.answer).toBe('no')
    expect(one.deleted.answer).not.toBe('yes')
    expect(one.steps.some((step) => /cscript|MonitorKnowledgeDiscovery/.test(step.what))).toBe(false)
  })

  it('C11: three local creations; two ran, one did not, all were deleted', async () => {
    const chains = await chainsOf([fileOf('C11s'), fileOf('C11t')])
    const { truth } = chain('C11s')
    const byTask = new Map(chains.map((one) => [one.task.path, one]))
    expect([...byTask.keys()].sort()).toEqual([...(truth.tasks as string[])].sort())
    for (const one of chains)
      expect([one.mechanism, one.path, one.deleted.answer]).toEqual(['local', 'local', 'yes'])
    for (const path of truth.executedTasks as string[]) expect(byTask.get(path)?.executed.answer).toBe('yes')
    for (const path of truth.notExecuted as string[]) expect(byTask.get(path)?.executed.answer).toBe('no')
  })

  it.each(['C12a', 'C13'])('%s is local and claims no source', async (id) => {
    const one = only(await chainsOf([fileOf(id)]))
    const { truth } = chain(id)
    expect([one.mechanism, one.path, one.source.ip]).toEqual(['local', 'local', null])
    expect([accountOf(one), one.task.path, one.task.action, one.task.runAs, one.taskLogonId]).toEqual([
      truth.account,
      truth.task,
      truth.action,
      truth.runAs,
      truth.taskLogonId,
    ])
    expect(one.executed.answer).toBe('unknown')
  })

  it.each(['N3', 'N6'])('%s gives no chain', async (id) => {
    const negative = manifest().negatives.find((one) => one.id === id)
    expect(await chainsOf([sampleByHash(negative?.sha256 ?? '')])).toEqual([])
  })

  it('the order of the files changes nothing', async () => {
    const paths = [fileOf('C2'), fileOf('C7'), fileOf('C11s'), fileOf('C11t'), fileOf('C12a'), ...filesOfC8()]
    const forward = await chainsOf(paths)
    expect(await chainsOf([...paths].reverse())).toEqual(forward)
    expect(forward.length).toBeGreaterThan(5)
  })

  it('C2 keeps its chain, byte for byte, beside a log of 100 MB of other records', async () => {
    const packed = sample('bench', 'security-100mb.evtx.zst')
    expect(existsSync(packed)).toBe(true)
    const noise = join(scratchFolder(), 'noise.evtx')
    await pipeline(
      createReadStream(packed),
      createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: 27 } }),
      createWriteStream(noise),
    )
    const chains = await chainsOf([noise, fileOf('C2')])
    expect(chains.find((one) => one.id === c2.id)).toEqual(c2)
  }, 180_000)
})
