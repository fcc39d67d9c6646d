import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { exceptions, judge } from './exceptions.ts'
import { productFiles, type SourceFile } from './source-files.ts'
import { exportsOf } from './syntax.ts'

/** Say nothing wherever they stand: `TaskManager`, `stringUtils`. */
const emptyAnywhere = /^(managers?|helpers?|utils?|utilit(y|ies)|common|misc|temp|tmp)$/
/** Say nothing alone or as the noun of a name: `data`, `FileInfo`, `handler`. */
const emptyAsNoun = /^(data|infos?|objects?)$/
/** Say nothing alone; an *item* is one piece of evidence, so `EvidenceItem` is a name. */
const emptyAlone = /^(handlers?|handle|process|items?)$/
/** Names the format or the glossary has given. */
const fieldTerms = new Set(['EventData', 'UserData'])

/** `readEventData` and `read-event-data` → read, event, data */
const wordsOf = (name: string) =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean)
    .map((word) => word.toLowerCase())

/** Why a name is not a name; undefined for a good one. */
function emptyWord(name: string): string | undefined {
  const words = wordsOf(name)
  const last = words.at(-1) ?? ''
  const anywhere = words.find((word) => emptyAnywhere.test(word))
  if (anywhere) return anywhere
  if (words.length > 1 && words[0] === 'do') return 'do'
  if (words.length === 1 && emptyAlone.test(last)) return last
  const isTerm = [...fieldTerms].some((term) => name.toLowerCase().endsWith(term.toLowerCase()))
  return emptyAsNoun.test(last) && !isTerm ? last : undefined
}

function findBreaches(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) => {
    const stem = basename(file.path).replace(/\..*$/, '')
    const breaches = exportsOf(file)
      .filter((name) => emptyWord(name))
      .map((name) => `${file.path}: exports ${name}, and "${emptyWord(name)}" says nothing`)
    if (emptyWord(stem)) breaches.push(`${file.path}: "${emptyWord(stem)}" in a file name says nothing`)
    if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)*$/.test(basename(file.path)))
      breaches.push(`${file.path}: file names are kebab-case`)
    return breaches
  })
}

describe('the words of the house', () => {
  it('are the words of the field', () => {
    const files = productFiles()
    expect(files.flatMap(exportsOf).length).toBeGreaterThan(100)
    expect(judge('vocabulary', findBreaches(files))).toEqual({ notAccepted: [], noLongerNeeded: [] })
  })

  it.each([
    ['export class DataManager {}'],
    ['export function doWork() {}'],
    ['export const data = 1'],
    ['export interface FileInfo {}'],
    ['export type Item = string'],
    ['export type TaskData = string'],
    ['export const { info } = source'],
    ['const a = 1; export { a as stringUtils }'],
    ['export function handler() {}'],
    ['export default class EvidenceHelper {}'],
    ['export const tempFolder = ""'],
  ])('are missed in %s', (text) => {
    expect(findBreaches([{ path: 'src/base/a.ts', text }])).toHaveLength(1)
  })

  it.each(['helpers', 'utils', 'common', 'TaskTable', 'misc-types'])(
    'are missed in a file called %s',
    (stem) => {
      expect(findBreaches([{ path: `src/base/${stem}.ts`, text: '' }])).toHaveLength(1)
    },
  )

  it('leave good names alone', () => {
    const text =
      'export const readEventData = 1, handleImport = 2, dataLength = 3, domain = 4, informed = 5, itemize = 6'
    expect(findBreaches([{ path: 'src/evtx/binxml-token.ts', text }])).toEqual([])
  })
})

describe('the list of exceptions', () => {
  it('names a known rule and a reason in every entry', () => {
    for (const { rule, breach, reason } of exceptions()) {
      expect(['layers', 'sizes', 'vocabulary']).toContain(rule)
      expect(breach).not.toBe('')
      expect(reason.length).toBeGreaterThan(15)
    }
  })
})
