import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { addMark } from '../../../src/workflow/analyst-marks.ts'
import { findCaseChains } from '../../../src/workflow/find-chains.ts'
import { importEvidence } from '../../../src/workflow/import-evidence.ts'
import { listTasks } from '../../../src/workflow/list-tasks.ts'
import { writePractice } from '../../../src/workflow/make-practice.ts'
import { createCase, type OpenCase } from '../../../src/workflow/open-case.ts'
import { answersDocument } from '../../../src/workflow/playbook-answers.ts'
import { sealCase } from '../../../src/workflow/seal-bundle.ts'
import { verifyBundleFile } from '../../../src/workflow/verify-bundle.ts'
import { Unpacked } from '../../builders/sealed-bundle.ts'

const folder = mkdtempSync(join(tmpdir(), 'derived-documents-'))
const operator = { name: 'J. Doe', account: 'CORP\\jdoe', workstation: 'JUMP-01' }
const wish = { sign: false, caseNumber: 'INC-7', purpose: 'handover', to: 'Tier 2' } as const
const secret = 'only-among-us-4711'
let open: OpenCase
let plain: Unpacked
let whole: Unpacked

beforeAll(async () => {
  const practice = join(folder, 'practice')
  await writePractice(practice, { scenario: 'atexec-pipe', seed: 7, noise: 200 })
  open = await createCase(join(folder, 'case'), { title: 'Remote task', operator })
  await importEvidence(open, [practice])
  const chain = findCaseChains(open)[0]?.id as string
  await addMark(open, { kind: 'tick', chain, row: 'contain-disable-task', ticked: true, note: secret })
  await addMark(open, { kind: 'disposition', chain, disposition: 'malicious', why: secret })
  await addMark(open, {
    kind: 'allow',
    account: undefined,
    addresses: '0.0.0.0/0',
    actionHash: undefined,
    expires: '2099-01-01T00:00:00Z',
    reason: secret,
  })
  await addMark(open, { kind: 'undo', mark: 1, why: secret })
  const sealed = await sealCase(open, { ...wish, outDir: join(folder, 'plain') })
  expect((await verifyBundleFile(sealed.path)).verdict).toBe('VALID-UNSIGNED')
  plain = await Unpacked.of(sealed.path)
  const more = await sealCase(open, { ...wish, outDir: join(folder, 'whole'), includeCase: true })
  expect((await verifyBundleFile(more.path)).verdict).toBe('VALID-UNSIGNED')
  whole = await Unpacked.of(more.path)
})
afterAll(() => {
  open.close()
  rmSync(folder, { recursive: true, force: true })
})

const json = (bag: Unpacked, path: string) => JSON.parse(bag.text(path))
const lines = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))

describe('derived files of a bundle', () => {
  test('hold the answers for every chain, in the order of the chains', () => {
    const { answers } = json(plain, 'data/derived/answers.json')
    const chains = findCaseChains(open)
    expect(chains.length).toBeGreaterThan(1)
    expect(answers.map((one: { chain: string }) => one.chain)).toEqual(chains.map((chain) => chain.id))
    expect(json(whole, 'data/derived/answers.json').answers).toEqual(
      chains.map((chain) => JSON.parse(JSON.stringify(answersDocument(open, chain.id)))),
    )
  })

  test('hold every task with the views of each host', () => {
    const document = json(plain, 'data/derived/tasks.json')
    expect(document.tasks).toEqual(JSON.parse(JSON.stringify(listTasks(open))))
    expect(document.tasks.length).toBeGreaterThan(0)
    expect(document.hosts.length).toBeGreaterThan(0)
  })

  test('hold the IOC table, each value with records of exhibits the inventory knows', () => {
    const rows = plain.text('data/derived/iocs.csv').trim().split('\r\n')
    const ids = new Set(lines(plain.text('data/record/inventory.jsonl')).map((line) => line.id))
    expect(rows[0]).toBe('"type","value","context","first_seen","last_seen","chains","records"')
    expect(rows.length).toBeGreaterThan(8)
    for (const row of rows.slice(1)) {
      const cited = [...row.matchAll(/record \d+ of (\S+) \(chunk/g)].map((found) => found[1])
      expect(cited.length).toBeGreaterThan(0)
      for (const id of cited) expect(ids.has(id)).toBe(true)
      // every cell is quoted, and none begins as a formula does
      expect(row).toMatch(/^"(?:[^"]|"")*"(?:,"(?:[^"]|"")*")*$/)
      expect(row).not.toMatch(/(?:^|",)"\s*[=+\-@|%]/)
    }
  })

  test('are in the inventory with kind and hash, and are told of in READ-ME-FIRST', () => {
    const derived = lines(plain.text('data/record/inventory.jsonl')).filter(
      (line) => line.class === 'derived',
    )
    expect(derived.map((line) => [line.id, line.kind])).toEqual(
      expect.arrayContaining([
        ['D0003', 'chains'],
        ['D0004', 'answers'],
        ['D0005', 'iocs'],
        ['D0006', 'tasks'],
        ['D0007', 'report'],
      ]),
    )
    const readMe = plain.text('READ-ME-FIRST.txt')
    for (const line of derived) expect(readMe).toContain(`    ${line.path.slice('data/derived/'.length)} `)
  })

  test('fit the schemas that lie in the bundle', () => {
    const check = (bag: Unpacked, schema: string, value: unknown) =>
      z.fromJSONSchema(json(bag, `data/record/schemas/${schema}.schema.json`)).parse(value)
    for (const bag of [plain, whole]) {
      for (const name of ['answers', 'chains', 'tasks'])
        check(bag, name, json(bag, `data/derived/${name}.json`))
      for (const line of lines(bag.text('data/record/inventory.jsonl'))) check(bag, 'inventory', line)
      check(bag, 'bundle', json(bag, 'data/record/bundle.json'))
    }
    for (const line of lines(whole.text('data/record/analyst.jsonl'))) check(whole, 'analyst', line)
    const broken = json(plain, 'data/derived/answers.json')
    broken.answers[0].questions[0].answer = 'maybe'
    expect(() => check(plain, 'answers', broken)).toThrow()
  })
})

describe('what people stated', () => {
  test('is handed over only when it is asked for, but for the custody journal, which is never cut', () => {
    for (const [path, bytes] of plain.files)
      if (path !== 'data/record/custody.jsonl') expect([path, bytes.includes(secret)]).toEqual([path, false])
    expect(plain.files.has('data/record/analyst.jsonl')).toBe(false)
    const { includesCase, answers } = json(plain, 'data/derived/answers.json')
    expect(includesCase).toBe(false)
    for (const one of answers) {
      expect([one.analyst, one.allowed]).toEqual([null, []])
      for (const row of one.checklist) expect([row.ticked, row.notes]).toEqual([null, []])
    }
    expect(plain.text('READ-ME-FIRST.txt')).toContain('are not in it')
  })

  test('is, when asked for, every act with who, when and why, those taken back too', () => {
    const acts = lines(whole.text('data/record/analyst.jsonl'))
    expect(acts.map((act) => [act.mark, act.by, act.undone, act.statement.kind])).toEqual([
      [1, 'J. Doe', true, 'tick'],
      [2, 'J. Doe', false, 'disposition'],
      [3, 'J. Doe', false, 'allow'],
      [4, 'J. Doe', false, 'undo'],
    ])
    const [first] = json(whole, 'data/derived/answers.json').answers
    expect(first.analyst.disposition).toMatchObject({ disposition: 'malicious', by: 'J. Doe', why: secret })
    expect(first.allowed.length).toBe(1)
    expect(whole.text('READ-ME-FIRST.txt')).toContain('data/record/analyst.jsonl')
  })
})
