import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { filledQueries, quoted } from '../../../src/kql/filled.ts'
import { findings } from '../../../src/kql/findings.ts'
import { caseTables } from '../../../src/kql/tables/index.ts'
import { noon, print } from '../../builders/kql.ts'

const facts = {
  host: 'FS01.corp.example',
  account: 'svc-backup',
  sid: undefined,
  sourceIp: '10.1.2.3',
  taskPath: '\\Updater',
  at: noon,
}
const errors = (text: string) =>
  findings(text, caseTables)
    .filter(({ severity }) => severity === 'error')
    .map(({ message }) => message)
const hostile = [
  '"; SecurityEvent | take 1 //',
  "it's \\",
  '\u202egnp.exe',
  'a\r\nb',
  '名前',
  '\u0000',
  '$(x) `y`',
  '{0}',
  '😀',
]

describe('filled queries', () => {
  it('parse, and name columns that are there', () => {
    for (const query of filledQueries(facts)) expect([query.id, errors(query.text)]).toEqual([query.id, []])
    for (const query of filledQueries({ ...facts, account: undefined, sourceIp: undefined }))
      expect([query.id, errors(query.text)]).toEqual([query.id, []])
  })

  it('parse with names an attacker chose', () => {
    // all in one name: each query is read once
    const name = hostile.join(' ')
    for (const query of filledQueries({
      ...facts,
      host: name,
      account: name,
      taskPath: `\\${name}`,
      sourceIp: name,
    }))
      expect([query.id, errors(query.text)]).toEqual([query.id, []])
  })

  it('name every fault of the written ones that the parser can see, behind an unknown table too', () => {
    const written = (id: string) => filledQueries(facts).find((query) => query.id === id)?.written?.text ?? ''
    expect(errors(written('triage'))).toEqual([
      "The name 'TaskName' does not refer to any known column, table, variable or function.",
    ])
    expect(errors(written('evidence'))).toEqual([
      "The name 'securityEvent' does not refer to any known table, tabular variable or function.",
      "The name 'TaskName' does not refer to any known column, table, variable or function.",
    ])
    expect(errors(written('systems'))).toEqual([])
  })

  it('keep every text what it was', () => {
    const texts = fc.sample(fc.string({ unit: 'binary', maxLength: 40 }), { seed: 7, numRuns: 200 })
    expect(print([...hostile, ...texts].map(quoted).join(', '))).toEqual([...hostile, ...texts])
  })
})
