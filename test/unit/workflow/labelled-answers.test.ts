// The playbook answered for every labelled sample, each imported as a person would import it, held against the recorded truth of the manifest.
import { describe, expect, it } from 'vitest'
import { classifyAddress } from '../../../src/playbook/address-class.ts'
import { findCaseChains } from '../../../src/workflow/find-chains.ts'
import { type AnswersDocument, answersDocument } from '../../../src/workflow/playbook-answers.ts'
import { caseOf } from '../../builders/case.ts'
import { haveSamples, manifest, sample, sampleByHash } from '../../samples.ts'

type Truth = Readonly<Record<string, unknown>>
const chainOf = (id: string) => {
  const found = manifest().chains.find((one) => one.id === id)
  if (!found) throw new Error(`the manifest has no chain ${id}`)
  return found
}
const filesOf = (...ids: readonly string[]) =>
  ids.flatMap((id) => {
    const { sha256 } = chainOf(id)
    return sha256 === null
      ? manifest()
          .files.filter((file) => file.file.includes('otrf_schtask_create'))
          .map((file) => sample(file.file))
      : [sampleByHash(sha256)]
  })

interface Labelled {
  readonly name: string
  readonly files: readonly string[]
  readonly of: string
  /** which of the samples' tasks; the only one when not named */
  readonly task?: string
  /** what the files lack of the truth: then it has to be unknown */
  readonly lacks?: readonly string[]
  /** of 4624 type 3, 5145 and 4698, those among the labelled records */
  readonly present: string
  readonly outcome: AnswersDocument['evidence']['outcome']
}
const labelled: readonly Labelled[] = [
  { name: 'C2', files: ['C2'], of: 'C2', present: '3 of 3', outcome: 'escalate' },
  {
    name: 'C5a with C5b',
    files: ['C5a', 'C5b'],
    of: 'C2',
    lacks: ['childProcesses', 'rights'],
    present: '2 of 3',
    outcome: 'escalate',
  },
  {
    name: 'C5b alone',
    files: ['C5b'],
    of: 'C2',
    lacks: ['childProcesses', 'rights', 'sourceIp', 'executed', 'remote'],
    present: '1 of 3',
    outcome: 'escalate',
  },
  {
    name: 'C7',
    files: ['C7'],
    of: 'C7',
    lacks: ['rights', 'remote'],
    present: '1 of 3',
    outcome: 'escalate',
  },
  { name: 'C8', files: ['C8'], of: 'C8', present: '2 of 3', outcome: 'escalate' },
  ...['\\T1053_005_OnLogon', '\\T1053_005_OnStartup', '\\T1053_005_powershell'].map(
    (task): Labelled => ({
      name: `C11 ${task}`,
      files: ['C11s', 'C11t'],
      of: 'C11s',
      task,
      lacks: ['rights'],
      present: '1 of 3',
      outcome: 'cannot-decide',
    }),
  ),
  {
    name: 'C12a',
    files: ['C12a'],
    of: 'C12a',
    lacks: ['rights'],
    present: '1 of 3',
    outcome: 'cannot-decide',
  },
  { name: 'C13', files: ['C13'], of: 'C13', present: '1 of 3', outcome: 'escalate' },
]
const word = (value: unknown) => (value === true ? 'yes' : value === false ? 'no' : 'unknown')

/** What the truth says of one task, as the answers would. */
function truthOf({ of, task, lacks = [] }: Labelled) {
  const truth: Truth = chainOf(of).truth
  const known = (name: string, value: unknown) => (lacks.includes(name) ? 'unknown' : word(value))
  const ran = (truth.executedTasks as readonly string[] | undefined)?.includes(task ?? '')
  const stayed = (truth.notExecuted as readonly string[] | undefined)?.includes(task ?? '')
  const executed = known('executed', ran ? true : stayed ? false : truth.executed)
  const ip = truth.sourceIp as string | null | undefined
  const isRemote = truth.remote !== false && ip
  return {
    account: truth.account,
    host: truth.host,
    task: task ?? truth.task,
    executed,
    'process-spawned': lacks.includes('childProcesses') ? 'unknown' : executed,
    'source-address': ip && !lacks.includes('sourceIp') ? word(classifyAddress(ip).isInternal) : 'unknown',
    mechanism: lacks.includes('remote') ? 'undetermined' : isRemote ? 'remote-confirmed' : 'local',
    'account-privilege':
      truth.account === 'NT AUTHORITY\\LOCAL SERVICE' ? 'yes' : lacks.includes('rights') ? 'unknown' : 'no',
  }
}
const find = (answers: AnswersDocument['questions'], id: string) => {
  const found = answers.find((one) => one.id === id)
  if (!found) throw new Error(`no answer ${id}`)
  return found
}

async function answersFor(one: Labelled): Promise<AnswersDocument> {
  const open = await caseOf(...filesOf(...one.files))
  try {
    const wanted = one.task ?? (chainOf(one.of).truth.task as string)
    const chains = findCaseChains(open).filter((chain) => chain.task.path === wanted)
    expect(chains).toHaveLength(1)
    return answersDocument(open, chains[0]?.id)
  } finally {
    open.close()
  }
}

describe.runIf(haveSamples)('answers to the labelled samples', () => {
  it.each(labelled.map((one) => [one.name, one] as const))(
    '%s: what the truth says, and nothing it does not',
    async (_, one) => {
      const document = await answersFor(one)
      const { validation, questions, evidence, rule, iocs } = document
      const values = (type: string) => iocs.filter((ioc) => ioc.type === type).map(({ value }) => value)
      expect({
        account: values('User Account')[0],
        host: document.host,
        task: document.task,
        executed: find(questions, 'executed').answer,
        'process-spawned': find(questions, 'process-spawned').answer,
        'source-address': find(questions, 'source-address').answer,
        mechanism: evidence.mechanism,
        'account-privilege': find(validation, 'account-privilege').answer,
      }).toEqual(truthOf(one))
      expect(find(validation, 'source-address').answer).toBe(truthOf(one)['source-address'])
      expect(find(validation, 'events-present').value).toBe(one.present)
      // nobody told of a move or of data leaving, and these logs can never deny either
      expect(find(questions, 'exfiltration').answer).toBe('unknown')
      expect(find(questions, 'lateral-movement').answer).toBe('unknown')
      expect(find(questions, 'account-history').answer).not.toBe('no')
      expect([rule.outcome, evidence.outcome]).toEqual(['neither', one.outcome])
      if (one.outcome === 'escalate') expect(document.conflicts.length).toBeGreaterThan(0)
      const ip = chainOf(one.of).truth.sourceIp as string | null | undefined
      expect(values('IP Address')).toEqual(ip && !one.lacks?.includes('sourceIp') ? [ip] : [])
    },
    30_000,
  )

  it('C5a alone has no chain: share accesses name no task', async () => {
    const open = await caseOf(...filesOf('C5a'))
    try {
      expect(findCaseChains(open)).toEqual([])
      expect(() => answersDocument(open)).toThrow(/no chain/)
    } finally {
      open.close()
    }
  })

  it('every labelled sample of the manifest is held to its truth here or has nothing to answer', () => {
    const held = new Set(labelled.flatMap(({ files }) => files))
    expect(
      manifest()
        .chains.map(({ id }) => id)
        .filter((id) => !held.has(id)),
    ).toEqual([])
    expect(manifest().negatives.map(({ id }) => id)).toEqual(['N3', 'N6'])
  })
})
