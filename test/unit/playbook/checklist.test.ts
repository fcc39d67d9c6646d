// The checklist has every checkbox of the playbook, in its own words and order, with ids that ticks can hang on.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checklistRows, isChecklistRow } from '../../../src/playbook/checklist-rows.ts'
import { asks } from '../../../src/playbook/wording.ts'
import { haveSamples, samplesFolder } from '../../samples.ts'

describe.runIf(haveSamples)('the words of the playbook', () => {
  const text = () => readFileSync(join(samplesFolder, '../mission/playbook.md'), 'utf8')
  const boxes = () =>
    [...text().matchAll(/^- \[ \] (.*)$/gm)].map(([, words = '']) => words.replace(/\s+$/, ''))

  it('stand in the checklist, each box once and in order', () => {
    expect(boxes().length).toBeGreaterThan(40)
    expect(checklistRows.map((row) => row.heading)).toEqual(boxes())
  })

  it('stand above the answers too', () => {
    const known = new Set(boxes())
    expect(Object.values(asks).filter((words) => !known.has(words))).toEqual([])
  })
})

describe('the rows of the checklist', () => {
  it('have ids of their own', () => {
    const ids = checklistRows.map((row) => row.id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.every((id) => /^[a-z]+(-[a-z]+)+$/.test(id))).toBe(true)
    expect(isChecklistRow('contain-disable-task')).toBe(true)
    expect(isChecklistRow('constructor')).toBe(false)
  })
})
