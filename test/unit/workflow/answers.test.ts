// The playbook's answers for the labelled samples, each imported as a person would import it, against their recorded truth.
import { describe, expect, it } from 'vitest'
import { findCaseChains } from '../../../src/workflow/find-chains.ts'
import { answersDocument, iocsDocument } from '../../../src/workflow/playbook-answers.ts'
import { caseOf, newCase } from '../../builders/case.ts'
import { haveSamples, manifest, sample, sampleByHash } from '../../samples.ts'

type Document = ReturnType<typeof answersDocument>

const fileOf = (id: string) => {
  const label = [...manifest().chains, ...manifest().negatives].find((one) => one.id === id)
  if (!label?.sha256) throw new Error(`the manifest has no file for ${id}`)
  return sampleByHash(label.sha256)
}
const filesOfC8 = () =>
  manifest()
    .files.filter((file) => file.file.includes('otrf_schtask_create'))
    .map((file) => sample(file.file))

async function documentsOf(...paths: string[]): Promise<readonly Document[]> {
  const open = await caseOf(...paths)
  try {
    return findCaseChains(open).map((chain) => answersDocument(open, chain.id))
  } finally {
    open.close()
  }
}
const words = (answers: Document['questions']) =>
  Object.fromEntries(answers.map((one) => [one.id, one.answer]))
const answer = (answers: Document['questions'], id: string) => {
  const found = answers.find((one) => one.id === id)
  if (!found) throw new Error(`no answer ${id}`)
  return found
}

describe.runIf(haveSamples)('the playbook on the labelled samples', () => {
  it('C2: two checks say false positive, the decision point says neither, the evidence says escalate', async () => {
    const [one] = await documentsOf(fileOf('C2'))
    const document = one as Document
    expect(words(document.validation)).toEqual({
      'events-present': 'yes',
      'time-correlation': 'yes',
      'account-privilege': 'no',
      'source-address': 'yes',
    })
    expect(answer(document.validation, 'time-correlation').value).toBe('20.3 ms')
    expect(answer(document.validation, 'source-address').why).toContain('10.23.123.11')
    expect(document.rule.outcome).toBe('neither')
    expect(document.rule.conditions.map((one) => [one.id, one.answer])).toEqual([
      ['non-admin-user', 'no'],
      ['remote-ip', 'no'],
      ['suspicious-name', 'yes'],
      ['time-correlation', 'yes'],
      ['admin-user', 'yes'],
      ['local-ip', 'yes'],
      ['known-name', 'no'],
    ])
    expect(document.evidence).toMatchObject({
      mechanism: 'remote-confirmed',
      disposition: 'malicious-indicators',
      outcome: 'escalate',
    })
    expect(document.conflicts.map((one) => one.id)).toEqual([
      'decision-point',
      'administrative-false-positive',
      'internal-address-false-positive',
    ])
    for (const conflict of document.conflicts) {
      expect(conflict.citations.length).toBeGreaterThan(0)
      expect(conflict.evidence).toContain('escalate')
    }
    expect(words(document.questions)).toEqual({
      executed: 'yes',
      'account-history': 'unknown',
      'source-address': 'yes',
      'process-spawned': 'yes',
      'lateral-movement': 'unknown',
      exfiltration: 'unknown',
    })
    expect(document.analyst.disposition).toBeNull()
  })

  it('C2: the IOC table is filled as the playbook asks, each value with its records and times', async () => {
    const [document] = await documentsOf(fileOf('C2'))
    const iocs = (document as Document).iocs
    const value = (type: string) => iocs.filter((one) => one.type === type).map((one) => one.value)
    expect(value('User Account')).toEqual(['OFFSEC\\admmig'])
    expect(value('Hostname')).toEqual(['fs01.offsec.lan'])
    expect(value('IP Address')).toEqual(['10.23.123.11'])
    expect(value('Scheduled Task Name')).toEqual(['bouWFQYO'])
    expect(value('Scheduled Task Path')).toEqual(['\\bouWFQYO'])
    expect(value('Process Name').map((path) => path.split('\\').pop())).toEqual([
      'cmd.exe',
      'conhost.exe',
      'whoami.exe',
    ])
    for (const ioc of iocs) {
      expect(ioc.citations.length).toBeGreaterThan(0)
      expect(ioc.firstSeen !== null && ioc.lastSeen !== null && ioc.firstSeen <= ioc.lastSeen).toBe(true)
    }
  })

  it('C7: what no record explains stays unknown, with the reason', async () => {
    const [one] = await documentsOf(fileOf('C7'))
    const document = one as Document
    expect(words(document.questions)).toEqual({
      executed: 'unknown',
      'account-history': 'unknown',
      'source-address': 'unknown',
      'process-spawned': 'unknown',
      'lateral-movement': 'unknown',
      exfiltration: 'unknown',
    })
    expect(document.evidence.reasons.map((reason) => reason.id)).toEqual(
      expect.arrayContaining(['author-differs', 'action-writable-path']),
    )
    expect(answer(document.escalation, 'scope-undetermined').answer).toBe('yes')
  })

  it('C8: 5145 is expected to be absent over TCP, the boot that would run it did not come', async () => {
    const documents = await documentsOf(...filesOfC8())
    const document = documents.find((one) => one.task.endsWith('EventCacheManager')) as Document
    const present = answer(document.validation, 'events-present')
    expect([present.answer, present.value]).toEqual(['no', '2 of 3'])
    expect(present.missing.map((one) => [one.telemetry, one.state])).toEqual([['5145', 'expected-absent']])
    expect(words(document.questions)).toMatchObject({
      executed: 'no',
      'process-spawned': 'no',
      'source-address': 'yes',
    })
    expect(document.conflicts.map((one) => one.id)).toContain('events-missing')
    expect(document.evidence.outcome).toBe('escalate')
  })

  it('C11: what ran is told from what did not, and local work is no remote one', async () => {
    const documents = await documentsOf(fileOf('C11s'), fileOf('C11t'))
    const truth = manifest().chains.find((one) => one.id === 'C11s')?.truth ?? {}
    const executed = (word: string) =>
      documents
        .filter((one) => answer(one.questions, 'executed').answer === word)
        .map((one) => one.task)
        .sort()
    expect(executed('yes')).toEqual([...(truth.executedTasks as string[])].sort())
    expect(executed('no')).toEqual([...(truth.notExecuted as string[])].sort())
    for (const document of documents) {
      expect(document.evidence.mechanism).toBe('local')
      expect(answer(document.validation, 'source-address').answer).toBe('unknown')
    }
  })

  it.each(['C12a', 'C13'])('%s: a local creation claims no source and no process', async (id) => {
    const [document] = await documentsOf(fileOf(id))
    expect(words((document as Document).questions)).toMatchObject({
      'source-address': 'unknown',
      'process-spawned': 'unknown',
      executed: 'unknown',
    })
  })

  it('no answer of any sample stands without records or a stated gap, and none says more than its chain', async () => {
    const documents = await documentsOf(
      ...['C2', 'C7', 'C11s', 'C11t', 'C12a', 'C13'].map(fileOf),
      ...filesOfC8(),
    )
    expect(documents.length).toBeGreaterThan(6)
    for (const document of documents) {
      const all = [
        ...document.validation,
        ...document.questions,
        ...document.escalation,
        ...document.rule.conditions,
      ]
      for (const one of all) {
        expect(one.citations.length + one.missing.length, `${document.task} ${one.id}`).toBeGreaterThan(0)
        if (one.answer === 'yes') expect(one.why, one.id).not.toBe('')
      }
      for (const reason of document.evidence.reasons) expect(reason.citations.length).toBeGreaterThan(0)
      for (const row of document.checklist)
        if (row.answer !== null) expect(row.citations.length + row.missing.length, row.id).toBeGreaterThan(0)
      expect(answer(document.questions, 'lateral-movement').answer).not.toBe('no')
      expect(answer(document.questions, 'exfiltration').answer).not.toBe('no')
    }
  })

  it('the order of import changes no answer', async () => {
    const paths = [fileOf('C2'), ...filesOfC8(), fileOf('C11s'), fileOf('C11t')]
    expect(await documentsOf(...paths.reverse())).toEqual(await documentsOf(...paths.reverse()))
  })

  it.each(['N3', 'N6'])('%s has nothing to answer, and says so', async (id) => {
    const open = await caseOf(fileOf(id))
    try {
      expect(() => answersDocument(open)).toThrow(/no chain/)
      expect(iocsDocument(open).iocs).toEqual([])
    } finally {
      open.close()
    }
  })
})

describe('a case without evidence', () => {
  it('refuses to answer, with the way out', async () => {
    const open = await newCase()
    try {
      expect(() => answersDocument(open)).toThrow(/no chain/)
      expect(iocsDocument(open)).toEqual({ schema: 'tasktrail-iocs/1', iocs: [] })
    } finally {
      open.close()
    }
  })
})
